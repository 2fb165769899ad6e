"""Reads everything that the store keeps of a run, a bounded part at a time."""

from __future__ import annotations

from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId, RunId
from sagews.model.runs import StoredPiece

AT_ONCE = 500
MAX_PIECES = 20_000


async def read_pieces(store: IRunStore, document: DocumentId, run: RunId) -> list[StoredPiece]:
    """Return the pieces of a run of a document, in order, at most 20,000."""
    pieces: list[StoredPiece] = []
    while len(pieces) < MAX_PIECES:
        page = await store.pieces(document, run, pieces[-1].sequence + 1 if pieces else 1, AT_ONCE)
        pieces.extend(page.pieces)
        if not page.more:
            break
    return pieces
