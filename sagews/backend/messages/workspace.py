"""What pages ask of the workspace as a whole: its documents and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.backend.connections.connection import Connection
from sagews.backend.messages.document import workspace_of
from sagews.backend.workspaces.entries import document_entry, version_entry
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId
from sagews.policy import names
from sagews.wire.browser import messages as browser
from sagews.wire.browser.events import Created, DifferenceOut, DocumentList, Removed, Renamed, Version, VersionList


class WorkspaceRequests:
    """Answers requests about a workspace."""

    def handlers(self) -> Mapping[type, Any]:
        """Return the handler of each message."""
        return {
            browser.Documents: self.documents,
            browser.Create: self.create,
            browser.Rename: self.rename,
            browser.Remove: self.remove,
            browser.Save: self.save,
            browser.Versions: self.versions,
            browser.Difference: self.difference,
            browser.Revert: self.revert,
        }

    async def documents(self, connection: Connection, message: browser.Documents) -> None:
        """List the documents."""
        found = await workspace_of(connection).document_set.list()
        connection.tell(DocumentList(message.request, [document_entry(about) for about in found]))

    async def create(self, connection: Connection, message: browser.Create) -> None:
        """Make a document."""
        about = await workspace_of(connection).document_set.create(message.path, connection.id)
        workspace_of(connection).changed(connection.user.id)
        connection.tell(Created(document_entry(about), message.request))

    async def rename(self, connection: Connection, message: browser.Rename) -> None:
        """Give a document another path."""
        workspace = workspace_of(connection)
        document = DocumentId(message.document)
        about = await workspace.document_set.rename(document, message.path, connection.id)
        workspace.changed(connection.user.id)
        connection.tell(Renamed(document_entry(about), message.request))

    async def remove(self, connection: Connection, message: browser.Remove) -> None:
        """Remove a document."""
        workspace = workspace_of(connection)
        await workspace.document_set.remove(DocumentId(message.document), connection.id)
        workspace.changed(connection.user.id)
        connection.tell(Removed(message.document, message.request))

    async def save(self, connection: Connection, message: browser.Save) -> None:
        """Commit the workspace as it is."""
        workspace = workspace_of(connection)
        name = "" if message.name is None else names.text(message.name, "name", names.MAX_NAME)
        kind = "named" if name else "save"
        commit = await workspace.history.save(connection.user.id, name, kind)
        self._tell_version(connection, message.request, commit)

    async def versions(self, connection: Connection, message: browser.Versions) -> None:
        """List versions."""
        workspace = workspace_of(connection)
        found = await workspace.history.versions(message.before, message.limit + 1)
        entries = [version_entry(commit) for commit in found[: message.limit]]
        connection.tell(VersionList(message.request, entries, len(found) > message.limit))

    async def difference(self, connection: Connection, message: browser.Difference) -> None:
        """Compare versions."""
        workspace = workspace_of(connection)
        against, files, cut = await workspace.history.difference(message.version, message.against)
        connection.tell(DifferenceOut(message.request, message.version, against, list(files), cut))

    async def revert(self, connection: Connection, message: browser.Revert) -> None:
        """Bring a version back."""
        workspace = workspace_of(connection)
        commit = await workspace.history.revert(connection.user.id, message.version)
        self._tell_version(connection, message.request, commit)

    def _tell_version(self, connection: Connection, request: int, commit: Commit | None) -> None:
        entry = None if commit is None else version_entry(commit)
        connection.tell(Version(entry, request, unchanged=commit is None))
        if entry is not None:
            workspace_of(connection).tell_all(Version(entry), but=connection.id)
