"""What lists of workspaces show of open ones, written for all of them together: a late line there hurts nobody."""

from __future__ import annotations

from collections.abc import Iterable

from twisted.logger import Logger

from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.identifiers import DocumentId, WorkspaceId
from sagews.net.background import run_in_background


class ListNotes:
    """Session states and titles that wait to be written.

    Args:
        store: where they go.
    """

    _log = Logger()

    def __init__(self, store: IWorkspaceStore) -> None:
        self._store = store
        self._states: dict[WorkspaceId, str] = {}
        self._titles: dict[DocumentId, str] = {}
        self._writing = False

    def state(self, workspace: WorkspaceId, state: str) -> None:
        """Note whether something runs in a workspace."""
        self._states[workspace] = state

    def title(self, document: DocumentId, title: str) -> None:
        """Note that a document was edited, and what it is called now."""
        self._titles[document] = title

    def forget(self, workspace: WorkspaceId, documents: Iterable[DocumentId]) -> None:
        """Write nothing of a workspace that is another life's by now."""
        self._states.pop(workspace, None)
        for document in documents:
            self._titles.pop(document, None)

    def write_soon(self) -> None:
        """Begin to write what waits, unless that is under way."""
        if (self._states or self._titles) and not self._writing:
            run_in_background(self.write(), self._log, "notes", "")

    async def write(self) -> None:
        """Write what waits: two statements, one after the other, since both change workspaces.

        What can't be written waits for the next time, unless something newer came meanwhile.

        Raises:
            SagewsError: `database`.
        """
        states, self._states = self._states, {}
        titles, self._titles = self._titles, {}
        self._writing = True
        try:
            if states:
                await self._store.note_session_states(states)
                states = {}
            if titles:
                await self._store.note_edits(titles)
                titles = {}
        finally:
            self._writing = False
            # What came while it was being written is newer than what could not be written, so it stands behind.
            self._states = {**states, **self._states}
            self._titles = {**titles, **self._titles}
