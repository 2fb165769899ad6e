"""What one document has collected for one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from sagews.backend.events.subscriber import Subscriber
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, UserId
from sagews.model.runs import DocumentWrite, Run, StoredPiece

Acknowledge = Callable[[int], None]

# About as much as is encoded in three milliseconds; what comes behind it waits for the next commit.
MAX_BATCH_ITEMS = 300
MAX_BATCH_BYTES = 128 * 1024


@dataclass(slots=True)
class Batch:
    """Grows until it is full or on its way; then the next one does.

    Attributes:
        updates: edits in order.
        saved: whom to tell of which edit once they are committed.
        runs: the last state of each run: one that was queued, ran and ended meanwhile is one row.
        pieces: output in order.
        acknowledge: the last number of pieces that each worker may forget afterwards.
        size: bytes in it.
        full: whether it should take nothing more; asked each time that something comes, so it is kept.
        waiting: fired when it is committed, or never will be; with `not-saved` when it was refused several times.
    """

    updates: list[tuple[UserId, bytes]] = field(default_factory=list)
    saved: list[tuple[Subscriber, int]] = field(default_factory=list)
    runs: dict[RunId, Run] = field(default_factory=dict)
    pieces: list[StoredPiece] = field(default_factory=list)
    acknowledge: dict[Acknowledge, int] = field(default_factory=dict)
    size: int = 0
    full: bool = False
    waiting: list[Deferred[None]] = field(default_factory=list)

    @property
    def items(self) -> int:
        """How many rows it will be."""
        return len(self.updates) + len(self.runs) + len(self.pieces)

    def grown(self, size: int = 0) -> None:
        """Note that something was added to it, of so many bytes."""
        self.size += size
        self.full = self.size >= MAX_BATCH_BYTES or self.items >= MAX_BATCH_ITEMS

    def write(self, document: DocumentId, epoch: int) -> DocumentWrite:
        """Return what the store is to commit."""
        return DocumentWrite(document, epoch, self.updates, list(self.runs.values()), self.pieces)

    def over(self) -> None:
        """Let go of who waits for it."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.callback(None)

    def refused(self) -> None:
        """Tell who waits for it that it can't be committed now; it stays."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each.errback(SagewsError("not-saved"))
