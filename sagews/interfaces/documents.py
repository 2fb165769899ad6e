"""What is stored of a document's text."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, UserId


class IDocumentStore(Interface):
    """The CRDT updates of documents."""

    async def append(document: DocumentId, epoch: int, updates: Sequence[tuple[UserId, bytes]]) -> int:
        """Commit updates in order in one statement; returns the last sequence. `conflict` if the epoch is old."""

    async def load(document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return the newest snapshot's state and the updates after it, in order."""

    async def snapshot(document: DocumentId, epoch: int, state: bytes) -> None:
        """Store the whole state as a snapshot that covers every update so far."""
