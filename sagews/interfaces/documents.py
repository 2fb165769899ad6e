"""What is stored of a document's text."""

from __future__ import annotations

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, WorkspaceId
from sagews.model.updates import StoredText


class IDocumentStore(Interface):
    """The CRDT updates of documents, to be read and folded."""

    async def load(workspace: WorkspaceId, document: DocumentId) -> StoredText:
        """Return the newest snapshot's state and the updates after it, in order; nothing of another workspace's."""

    async def snapshot(document: DocumentId, epoch: int, past: int, state: bytes, covers: int) -> None:
        """Store the whole state as a snapshot of all updates up to a number, which go.

        Raises:
            SagewsError: `conflict` without the lease, or when the past that the state has was let go.
        """

    async def compact(document: DocumentId, epoch: int, stored: StoredText, state: bytes) -> None:
        """Put a state that says the same in the place of all that is stored, and count that the past was let go.

        Raises:
            SagewsError: `conflict` without the lease, or when something else is stored by now.
        """
