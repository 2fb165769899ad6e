"""Takes what a session shows: into what is kept at hand, to everybody who watches, and to the writer, in one turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.output.pieces import told
from sagews.backend.runs.output_cache import CachedRun, OutputCache
from sagews.errors import SagewsError
from sagews.model.runs import PIECE_BYTES
from sagews.model.sessions import Piece, PieceKind
from sagews.policy.sessions.placed_output import OutputChange
from sagews.wire.browser.runs import Output


class OutputTaker:
    """That of one document.

    Args:
        outputs: what is kept at hand.
        stream: who watches.
        writer: commits pieces.
    """

    __slots__ = ("_outputs", "_stream", "_writer")

    def __init__(self, outputs: OutputCache, stream: EventStream, writer: DocumentWriter) -> None:
        self._outputs = outputs
        self._stream = stream
        self._writer = writer

    def take(self, entry: CachedRun, piece: Piece) -> None:
        """Take a piece of output; what has no place is dropped, and what is beyond the quota, with a word."""
        # A clear of everything makes room again, also where nothing more was kept.
        if entry.closed or (entry.cut and not (piece.kind is PieceKind.CLEAR and "area" not in piece.body)):
            return
        try:
            change = entry.placed.change(piece.kind, piece.body, piece.size + PIECE_BYTES)
        except SagewsError as error:
            self._cut(entry, error)
            return
        if change is None:
            return
        refusal = self._outputs.refusal(change.growth - change.freed) if change.growth > change.freed else None
        if refusal is not None:
            # All that comes behind it too, though some of it would fit: output with holes in it misleads.
            self._cut(entry, refusal)
            return
        if piece.kind is PieceKind.CLEAR:
            entry.cut = False
        self._add(entry, piece.kind, piece.body, piece.size, change)

    def _cut(self, entry: CachedRun, error: SagewsError) -> None:
        entry.cut = True
        body, size = {"text": str(error)}, len(str(error))
        change = entry.placed.change(PieceKind.NOTICE, body, size + PIECE_BYTES)
        if change is not None:
            self._add(entry, PieceKind.NOTICE, body, size, change)

    def _add(self, entry: CachedRun, kind: PieceKind, body: Mapping[str, Any], size: int, change: OutputChange) -> None:
        pieces = self._outputs.take(entry, kind, body, size, change)
        run, stream = entry.run, self._stream
        if change.removed:
            self._writer.remove(run.id, change.removed)
        for piece in pieces:
            self._writer.piece(piece, size)
        for shown, removed in told(change, pieces):
            stream.emit(Output(run.document, stream.epoch, stream.next_number, run.id, run.cell, shown, removed))
