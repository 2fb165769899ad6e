"""What pages ask of the versions of a workspace."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.workspaces.entries import version_entry
from sagews.model.history import Commit
from sagews.policy import names
from sagews.wire.browser.history import Difference, DifferenceOut, Revert, Save, Version, VersionList, Versions


async def save(context: Context, message: Save) -> None:
    """Commit the workspace as it is."""
    name = "" if message.name is None else names.text(message.name, "name", names.MAX_NAME)
    commit = await context.workspace.history.save(context.user.id, name, "named" if name else "save")
    _tell_version(context, message.request, commit)


async def versions(context: Context, message: Versions) -> None:
    """List versions."""
    # One more than asked for tells whether there are more.
    found = await context.workspace.history.versions(message.before, message.limit + 1)
    entries = [version_entry(commit) for commit in found[: message.limit]]
    context.tell(VersionList(message.request, entries, len(found) > message.limit))


async def difference(context: Context, message: Difference) -> None:
    """Compare versions."""
    against, files, cut = await context.workspace.history.difference(message.version, message.against)
    context.tell(DifferenceOut(message.request, message.version, against, list(files), cut))


async def revert(context: Context, message: Revert) -> None:
    """Bring a version back."""
    commit = await context.workspace.history.revert(context.user.id, message.version)
    _tell_version(context, message.request, commit)


def _tell_version(context: Context, request: int, commit: Commit | None) -> None:
    entry = None if commit is None else version_entry(commit)
    context.tell(Version(entry, request, unchanged=commit is None))
    if entry is not None:
        context.workspace.tell_all(Version(entry), but=context.id)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {Save: save, Versions: versions, Difference: difference, Revert: revert}
