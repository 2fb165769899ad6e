"""What one document has waiting for the database, in order; `saved` and acknowledgements come only after the commit.

Edits are applied and output is shown at once. Until it is committed output counts against the worker's window, and
edits against a bound here, so a database that is slow slows sessions and pages down and not this process's memory up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sagews.backend.events.subscriber import Subscriber
from sagews.backend.journal.batch import MAX_BATCH_ITEMS, Acknowledge, Batch
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, UserId
from sagews.model.runs import Committed, Run, StoredPiece
from sagews.wire.browser.document import Saved

# Hours of typing for a database that is away; behind them a page is told, and keeps its edits itself.
MAX_WAITING_EDITS = 20_000
MAX_WAITING_BYTES = 16 * 1024 * 1024

log = Logger()


class CommitSchedule(Protocol):
    """Whoever commits for all documents."""

    def soon(self, writer: DocumentWriter) -> None:
        """Commit in a moment: a page waits to hear `saved`."""

    def later(self, writer: DocumentWriter) -> None:
        """Commit before long: nobody waits."""

    def now(self, writer: DocumentWriter) -> None:
        """Commit at once."""


class DocumentWriter:
    """Collects what one document has to be written.

    Args:
        plan: is told that something waits.
        document, epoch: what it is of, and the lease under which it may be written.
        owner: of its workspace, whose turn it takes with large output.
        lease_lost: is called when another backend has taken the workspace over.

    Attributes:
        when_refused: is called when the database has refused what waits several times.
        when_taken: is called with runs that are not stored, because another document has their ids.
        last_update: the number of the last committed update that was written here; 0 before the first.
    """

    __slots__ = (
        "_batches", "_closed", "_edit_bytes", "_edits", "_lease_lost", "_plan", "_refused", "_under_way",
        "document", "epoch", "last_update", "owner", "when_refused", "when_taken",
    )  # fmt: skip

    def __init__(
        self,
        plan: CommitSchedule,
        document: DocumentId,
        owner: UserId,
        epoch: int,
        lease_lost: Callable[[], None],
    ) -> None:
        self.document = document
        self.owner = owner
        self.epoch = epoch
        self.last_update = 0
        self.when_refused: Callable[[], None] | None = None
        self.when_taken: Callable[[Sequence[RunId]], None] | None = None
        self._plan = plan
        self._lease_lost = lease_lost
        # None while nothing waits: most documents that are open are idle.
        self._batches: deque[Batch] | None = None
        self._under_way = False
        self._closed = False
        # Whether what waits was refused several times, and not taken since.
        self._refused = False
        self._edits = 0
        self._edit_bytes = 0

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return self._batches is not None

    @property
    def closed(self) -> bool:
        """Whether nothing is written any more."""
        return self._closed

    # ------------------------------------------------------------------------------------- what comes

    def update(self, user: UserId, data: bytes, subscriber: Subscriber | None, edit: int) -> None:
        """Take an edit that is being applied; `subscriber` hears `saved` with its number.

        Raises:
            SagewsError: `database` when too many wait already.
        """
        if self._closed:
            return
        if self._edits >= MAX_WAITING_EDITS or self._edit_bytes > MAX_WAITING_BYTES:
            raise SagewsError("database")
        batch = self._open_batch()
        batch.updates.append((user, data))
        batch.grown(len(data))
        self._edits += 1
        self._edit_bytes += len(data)
        if subscriber is not None:
            batch.saved.append((subscriber, edit))
        self._plan.soon(self)

    def run(self, run: Run) -> None:
        """Take a run, or the state that it has reached; the pieces that come behind it are written with it."""
        if self._closed:
            return
        batch = self._open_batch()
        known = len(batch.runs)
        # The last state stands for those before it.
        batch.runs[run.id] = run
        if len(batch.runs) > known:
            batch.grown()
        self._plan.later(self)

    def piece(self, piece: StoredPiece, size: int) -> None:
        """Take a piece of output of this many bytes; much of it goes at once, because its session waits."""
        if self._closed:
            return
        batch = self._open_batch()
        batch.put(piece, size)
        if batch.full:
            self._plan.now(self)
        else:
            self._plan.later(self)

    def remove(self, run: RunId, ranges: Sequence[tuple[int, int]]) -> None:
        """Take that pieces of a run go; from the first to the last of each range, of which there may be thousands."""
        if self._closed:
            return
        for at in range(0, len(ranges), MAX_BATCH_ITEMS):
            batch = self._open_batch()
            batch.remove(run, ranges[at : at + MAX_BATCH_ITEMS])
            if batch.full:
                self._plan.now(self)
            else:
                self._plan.later(self)

    def acknowledge(self, sequence: int, tell: Acknowledge) -> None:
        """Call `tell` with this number (or a later one) when everything up to here is committed."""
        if not self._closed:
            self._open_batch().acknowledge[tell] = sequence
            self._plan.later(self)

    def _open_batch(self) -> Batch:
        if self._batches is None:
            self._batches = deque([Batch()])
        # What is under way must not change: its statement has been written.
        elif self._batches[-1].full or (self._under_way and len(self._batches) == 1):
            self._batches.append(Batch())
        return self._batches[-1]

    async def flush(self) -> None:
        """Commit what waits now; returns when it is committed, or never will be.

        Raises:
            SagewsError: `not-saved` while the database refuses it again and again; it goes on waiting.
        """
        if self._batches is None:
            return
        if self._refused:
            # It may be refused for hours, and a stop, a save or a page waits for the answer.
            raise SagewsError("not-saved")
        waited: Deferred[None] = Deferred()
        self._batches[-1].waiting.append(waited)
        self._plan.now(self)
        await waited

    # ------------------------------------------------------------------------------------- what goes

    @property
    def next_bytes(self) -> int:
        """The size of the oldest batch; 0 if nothing waits."""
        return self._batches[0].size if self._batches is not None else 0

    def take(self) -> Batch | None:
        """Return the oldest batch, which takes nothing more until it is put back.

        None if nothing waits, or while it is under way already: it is in one commit at a time.
        """
        if self._batches is None or self._under_way:
            return None
        self._under_way = True
        return self._batches[0]

    def put_back(self) -> None:
        """What was taken could not be committed: it stays the oldest."""
        self._under_way = False

    def committed(self, batch: Batch, committed: Committed) -> None:
        """This batch, which was taken, is committed: tell whoever waits to hear it."""
        self._under_way = self._refused = False
        # Closed meanwhile; and `saved` is said of what was written and of nothing that merely stands in its place.
        if self._batches is None or self._batches[0] is not batch:
            return
        self._batches.popleft()
        if not self._batches:
            self._batches = None
        self.last_update = max(self.last_update, committed.last_update)
        self._edits -= len(batch.updates)
        self._edit_bytes -= sum([len(data) for _, data in batch.updates])
        if committed.taken and self.when_taken is not None:
            # Before anybody hears that all up to here is kept.
            self._tell_taken(self.when_taken, committed.taken)
        self._tell(batch)
        batch.over()

    def _tell_taken(self, tell: Callable[[Sequence[RunId]], None], runs: Sequence[RunId]) -> None:
        try:
            tell(runs)
        except Exception:
            log.failure("runs of {document} could not be disowned", document=self.document)

    def _tell(self, batch: Batch) -> None:
        """One who can't be told must not keep the others from hearing it."""
        # Behind the commit and nowhere else: a page forgets what it heard to be saved.
        for subscriber, edit in batch.saved:
            try:
                subscriber.tell(Saved(document=self.document, edit=edit))
            except Exception:
                log.failure("a page could not be told of its edit", correlation=subscriber.id)
        for tell, sequence in batch.acknowledge.items():
            try:
                tell(sequence)
            except Exception:
                log.failure("output of {document} could not be acknowledged", document=self.document)

    def refused(self) -> None:
        """Say that what waits is refused again and again; it goes on waiting."""
        self._refused = True
        if self.when_refused is not None:
            self._guarded(self.when_refused, "that {document} is refused could not be told")
        for batch in self._batches or ():
            batch.refused()

    def lost(self) -> None:
        """Another backend holds the lease."""
        self.close()
        self._guarded(self._lease_lost, "the loss of {document} could not be told")

    def _guarded(self, tell: Callable[[], None], failed: str) -> None:
        """What raises here must not keep the documents behind this one in a commit that is over."""
        try:
            tell()
        except Exception:
            log.failure(failed, document=self.document)

    def close(self) -> None:
        """Write and acknowledge nothing any more."""
        self._closed = True
        batches, self._batches = self._batches, None
        # Or a save that waits for them would wait for ever.
        for batch in batches or ():
            batch.over()
