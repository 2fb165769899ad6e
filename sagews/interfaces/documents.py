"""What is stored of a document's text."""

from __future__ import annotations

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, WorkspaceId


class IDocumentStore(Interface):
    """The CRDT updates of documents, to be read and folded."""

    async def load(workspace: WorkspaceId, document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return the newest snapshot's state and the updates after it, in order; nothing of another workspace's."""

    async def snapshot(document: DocumentId, epoch: int, state: bytes, covers: int) -> None:
        """Store the whole state as a snapshot of all updates up to a number, which go. `conflict` without the lease."""
