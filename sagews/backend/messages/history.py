"""What pages ask of the versions of a workspace.

Each of these is a job in a jail, and a comparison has the bundles of two versions in a file in memory meanwhile: an
account has few at once, and few are compared at a time, whoever asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from twisted.internet.defer import DeferredSemaphore

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.workspaces.entries import kept_cell, version_entry
from sagews.errors import SagewsError
from sagews.model.history import Commit
from sagews.policy import names
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.history import (
    Difference,
    DifferenceOut,
    FileDifference,
    Revert,
    Save,
    Thin,
    Thinned,
    Unname,
    Unnamed,
    Version,
    VersionList,
    VersionOutputs,
    VersionOutputsOut,
    Versions,
)

MOST_COMPARED = 2
T = TypeVar("T")


class VersionMessages:
    """The handlers.

    Args:
        ledger: counts the jobs of accounts.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._comparing = DeferredSemaphore(MOST_COMPARED)

    async def save(self, context: Context, message: Save) -> None:
        """Commit the workspace as it is."""
        name = "" if message.name is None else names.text(message.name, "name", names.MAX_NAME)
        kind = "named" if name else "save"
        history = context.workspace.history
        commit = await self._job(context, lambda: history.save(context.user.id, name, kind))
        if commit is None:
            kept = await history.kept()
            entry = None if kept is None else version_entry(kept)
            context.tell(Version(entry, message.request, unchanged=True))
        else:
            _tell_version(context, message.request, commit)

    async def difference(self, context: Context, message: Difference) -> None:
        """Compare versions."""
        against, files, cut = await self._job(context, lambda: self._compare(context, message))
        context.tell(DifferenceOut(message.request, message.version, against, list(files), cut))

    async def _compare(
        self, context: Context, message: Difference
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        await self._comparing.acquire()
        try:
            return await context.workspace.history.difference(message.version, message.against, whole=message.whole)
        finally:
            self._comparing.release()

    async def revert(self, context: Context, message: Revert) -> None:
        """Bring a version back."""
        commit = await self._job(context, lambda: context.workspace.history.revert(context.user.id, message.version))
        _tell_version(context, message.request, commit)

    async def outputs(self, context: Context, message: VersionOutputs) -> None:
        """Send some of the outputs that a version keeps."""
        history = context.workspace.history
        work = partial(history.outputs, message.version, message.after)
        found, more = await self._job(context, partial(self._comparing.run, work))
        context.tell(VersionOutputsOut(message.request, message.version, [kept_cell(each) for each in found], more))

    async def unname(self, context: Context, message: Unname) -> None:
        """Take the name from a version: the owner from any, whoever else from their own."""
        whose = None if _is_owner(context) else context.user.id
        freed = await self._job(context, lambda: context.workspace.history.unname(message.version, whose))
        context.tell(Unnamed(message.version, message.request, freed))
        context.workspace.tell_all(Unnamed(message.version), but=context.id)

    async def thin(self, context: Context, message: Thin) -> None:
        """Remove autosaves, if it is the owner who asks."""
        # Others may write here, but what is removed is the owner's past, and it counts against the owner's quota.
        if not _is_owner(context):
            raise SagewsError("forbidden")
        freed = await self._job(context, context.workspace.history.thin)
        context.tell(Thinned(message.request, freed))

    async def _job(self, context: Context, work: Callable[[], Awaitable[T]]) -> T:
        """Do something that counts as a job of the account; raises SagewsError `limit` when it has too many."""
        self._ledger.take(context.user.id, Resource.JOBS)
        try:
            return await work()
        finally:
            self._ledger.give_back(context.user.id, Resource.JOBS)


async def versions(context: Context, message: Versions) -> None:
    """List versions."""
    # One more than asked for tells whether there are more.
    found = await context.workspace.history.versions(message.before, message.limit + 1)
    entries = [version_entry(commit, may_unname=_may_unname(context, commit)) for commit in found[: message.limit]]
    # Asked for whoever may remove them, once: with the first versions, of which there may be one without a list.
    asks = message.before is None and message.limit > 1 and _is_owner(context)
    older = asks and await context.workspace.history.may_thin()
    context.tell(VersionList(message.request, entries, len(found) > message.limit, older))


def _is_owner(context: Context) -> bool:
    """Whether it is asked by whoever the history counts for, who may be one of several that share a workspace."""
    return bool(context.user.id == context.workspace.about.owner)


def _may_unname(context: Context, commit: Commit) -> bool:
    return commit.kind == "named" and (_is_owner(context) or commit.author == context.user.id)


def _tell_version(context: Context, request: int, commit: Commit | None) -> None:
    entry = None if commit is None else version_entry(commit)
    # The answer to who asked carries the number of the question; for the others it is news.
    context.tell(Version(entry, request, unchanged=commit is None))
    if entry is not None:
        context.workspace.tell_all(Version(entry), but=context.id)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    messages = VersionMessages(services.stores.ledger)
    return {
        Save: messages.save,
        Versions: versions,
        Difference: messages.difference,
        Revert: messages.revert,
        Unname: messages.unname,
        Thin: messages.thin,
        VersionOutputs: messages.outputs,
    }
