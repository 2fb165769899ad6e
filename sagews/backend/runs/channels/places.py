"""Where interacts stand in the output of their runs, and what is stored with that: the last state of each, only.

A slider that is dragged changes many times a second; what is stored is written a moment later, once.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.output.pieces import told
from sagews.backend.runs.output_cache import CachedRun, OutputCache, place_of
from sagews.model.identifiers import RunId
from sagews.model.runs import PIECE_BYTES, StoredPiece
from sagews.model.sessions import PieceKind
from sagews.policy.sessions.interact_line import Place
from sagews.wire.browser.channels import OpenChannel
from sagews.wire.browser.runs import Output, PieceBody

STORE_SECONDS = 1.0
# What is stored of none that is open: it belongs to the page that was heard last.
PASSING = ("busy", "serial", "by", "errors_by")


@dataclass(slots=True)
class Stored:
    """The piece of an interact: its number within the run, and bytes that are counted for it."""

    sequence: int
    size: int


class Places:
    """Those of one document.

    Args:
        clock: says when states are written.
        stream: who watches.
        outputs: counts what is stored.
        writer: commits it.
    """

    __slots__ = ("_changed", "_clock", "_outputs", "_soon", "_stored", "_stream", "_writer")

    def __init__(self, clock: IReactorTime, stream: EventStream, outputs: OutputCache, writer: DocumentWriter) -> None:
        self._clock = clock
        self._stream = stream
        self._outputs = outputs
        self._writer = writer
        self._stored: dict[Place, Stored] = {}
        self._changed: dict[Place, CachedRun] = {}
        self._soon: IDelayedCall | None = None

    def add(self, entry: CachedRun, opened: OpenChannel) -> None:
        """Put an interact at the end of what its run has shown so far, and store it; the quota was asked before."""
        body, place = stored_body(opened), place_of(opened)
        size = len(msgspec.json.encode(body))
        change = entry.placed.change(PieceKind.CHANNEL, place, size + PIECE_BYTES)
        if change is None:
            return
        run, stream = entry.run, self._stream
        [piece] = pieces = self._outputs.take(entry, PieceKind.CHANNEL, place, size, change)
        self._stored[run.id, opened.channel] = Stored(piece.sequence, size)
        self._changed.pop((run.id, opened.channel), None)
        for shown, removed in told(change, pieces):
            stream.emit(Output(run.document, stream.epoch, stream.next_number, run.id, run.cell, shown, removed))
        self._writer.remove(run.id, change.removed)
        self._writer.piece(StoredPiece(run.id, piece.sequence, PieceKind.CHANNEL, body), size)

    def changed(self, entry: CachedRun, channel: int) -> None:
        """Store the state of an interact before long."""
        if (entry.run.id, channel) in self._stored:
            self._changed[entry.run.id, channel] = entry
            if self._soon is None:
                self._soon = self._clock.callLater(STORE_SECONDS, self.store)

    def close(self, entry: CachedRun, channel: int) -> None:
        """Have what was stored of one that its session closes be its last state, which everybody is told."""
        body = self._write(entry, channel)
        stored = self._stored.get((entry.run.id, channel))
        if body is not None and stored is not None:
            run, stream = entry.run, self._stream
            piece = PieceBody(stored.sequence, PieceKind.CHANNEL.value, body)
            self._outputs.keep_instead(entry, piece, stored.size)
            stream.emit(Output(run.document, stream.epoch, stream.next_number, run.id, run.cell, piece))
        self.gone(entry.run.id, channel)

    def gone(self, run: RunId, channel: int) -> None:
        """Forget an interact; what was stored of it stays."""
        self._changed.pop((run, channel), None)
        self._stored.pop((run, channel), None)

    def store(self) -> None:
        """Write what has changed."""
        self.rest()
        changed, self._changed = self._changed, {}
        for (_, channel), entry in changed.items():
            self._write(entry, channel)

    def forget(self) -> None:
        """Write what has changed, for the last time."""
        self.store()
        self._stored.clear()

    def rest(self) -> None:
        """Plan nothing any more."""
        if self._soon is not None and self._soon.active():
            self._soon.cancel()
        self._soon = None

    def _write(self, entry: CachedRun, channel: int) -> dict[str, object] | None:
        """Write the state of an interact, and return it; None where it has no place."""
        stored, found = self._stored.get((entry.run.id, channel)), entry.interacts.get(channel)
        # Its output may have been cleared, or its cell run again.
        if stored is None or found is None or entry.closed or self._outputs.find(entry.run.id) is not entry:
            return None
        if not entry.placed.has(stored.sequence, found.area):
            return None
        body = stored_body(found)
        size = len(msgspec.json.encode(body))
        if size > stored.size:
            if self._outputs.refusal(size - stored.size) is not None:
                return None
            self._outputs.grow(entry, size - stored.size)
            stored.size = size
            self._writer.run(self._outputs.change(entry))
        self._writer.piece(StoredPiece(entry.run.id, stored.sequence, PieceKind.CHANNEL, body), size)
        return body


def stored_body(channel: OpenChannel) -> dict[str, object]:
    """Return what is stored of an interact."""
    body = {name: value for name, value in channel.body.items() if name not in PASSING}
    return {"channel": channel.channel, "kind": channel.kind, "area": channel.area, "body": body}
