"""Reads everything that the store keeps of a run, a bounded part at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId, RunId
from sagews.model.runs import OutputPage, PieceText
from sagews.wire.browser.runs import PieceBody

AT_ONCE = 500
MAX_PIECES = 20_000


async def read_pieces(store: IRunStore, document: DocumentId, run: RunId) -> AsyncIterator[Sequence[PieceText]]:
    """Yield the pieces of a run of a document, in order, at most 20,000; each part comes in a turn of its own."""
    count, last = 0, 0
    while count < MAX_PIECES:
        page: OutputPage = await store.pieces(document, run, last + 1, AT_ONCE)
        if page.pieces:
            yield page.pieces
            count, last = count + len(page.pieces), page.pieces[-1].sequence
        if not page.more:
            break


def piece_body(piece: PieceText) -> PieceBody:
    """Return a piece as pages are told it, without taking it apart."""
    return PieceBody(piece.sequence, piece.kind.value, msgspec.Raw(piece.body))
