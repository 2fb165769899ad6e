"""What one document has collected for one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from sagews.backend.events.subscriber import Subscriber
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, UserId
from sagews.model.runs import DocumentWrite, Run, StoredPiece
from sagews.policy.sessions.ranges import Range, is_in

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
        pieces: output by run and number: of what was replaced meanwhile the last alone.
        removed: runs of which pieces go that may be stored, with the numbers of the first and the last.
        acknowledge: the last number of pieces that each worker may forget afterwards.
        size: bytes in it.
        full: whether it should take nothing more; asked each time that something comes, so it is kept.
        waiting: fired when it is committed, or never will be; with `not-saved` when it was refused several times.
    """

    updates: list[tuple[UserId, bytes]] = field(default_factory=list)
    saved: list[tuple[Subscriber, int]] = field(default_factory=list)
    runs: dict[RunId, Run] = field(default_factory=dict)
    pieces: dict[tuple[RunId, int], tuple[StoredPiece, int]] = field(default_factory=dict)
    removed: list[tuple[RunId, int, int]] = field(default_factory=list)
    acknowledge: dict[Acknowledge, int] = field(default_factory=dict)
    size: int = 0
    full: bool = False
    waiting: list[Deferred[None]] = field(default_factory=list)

    @property
    def items(self) -> int:
        """How many rows it will be."""
        return len(self.updates) + len(self.runs) + len(self.pieces) + len(self.removed)

    def grown(self, size: int = 0) -> None:
        """Note that something was added to it, of so many bytes."""
        self.size += size
        self.full = self.size >= MAX_BATCH_BYTES or self.items >= MAX_BATCH_ITEMS

    def write(self, document: DocumentId, epoch: int) -> DocumentWrite:
        """Return what the store is to commit."""
        pieces = [piece for piece, _ in self.pieces.values()]
        return DocumentWrite(document, epoch, self.updates, list(self.runs.values()), pieces, self.removed)

    def put(self, piece: StoredPiece, size: int) -> None:
        """Take a piece of so many bytes, in place of the one that had its number."""
        place = piece.run, piece.sequence
        _, before = self.pieces.pop(place, (None, 0))
        self.pieces[place] = piece, size
        self.grown(size - before)

    def remove(self, run: RunId, ranges: Sequence[Range]) -> None:
        """Take that pieces of a run go, from the first to the last of each range; these stand in order."""
        for place in [place for place in self.pieces if place[0] == run]:
            if is_in(ranges, place[1]):
                self.size -= self.pieces.pop(place)[1]
        for first, last in ranges:
            # A loop that clears what it showed leaves one range behind, however often it does.
            if (
                self.removed
                and self.removed[-1][0] == run
                and self.removed[-1][2] >= first - 1 >= self.removed[-1][1] - 1
            ):
                first, last = self.removed[-1][1], max(last, self.removed.pop()[2])
            self.removed.append((run, first, last))
        self.grown()

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
