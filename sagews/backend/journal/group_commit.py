"""One commit for everything that all documents of a backend have waiting, one after the other.

A page waits to hear `saved`, so an edit goes at once if no commit went just before; nobody waits for runs and output,
so they are collected for longer, or go along with somebody's edit. While edits keep coming, no more commits are made
than `1 / commit_seconds` a second, and one that takes long makes the next one larger. Once none came for a moment, all
who have sent one wait, and another that could share the commit is not to be expected: it goes then, at most twice as
often.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.backend.journal.batch import MAX_BATCH_BYTES, Batch
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.journal.large_batches import LARGE_BYTES, LargeBatches
from sagews.backend.journal.quarantine import Quarantine
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.interfaces.journal import IJournal
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.runs import Committed
from sagews.net.background import cancelled, run_in_background, sleep

RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0)
# So many times as often as while edits keep coming: one page that pauses after each edit must not cost all others more.
LULLS = 2
# Of one statement: a thousand rows take the reactor ten milliseconds. What is left over goes in the next one.
MAX_ITEMS = 600
MAX_BYTES = 4 * MAX_BATCH_BYTES

Taken = list[tuple[DocumentWriter, Batch]]


class GroupCommit:
    """Commits for all documents (document_writer.CommitSchedule).

    Args:
        clock: the reactor, or a clock in tests.
        settings: how long to collect.
        journal: where it goes.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, settings: BackendSettings, journal: IJournal) -> None:
        self._clock = clock
        self._settings = settings
        self._journal = journal
        self._due: dict[DocumentWriter, None] = {}
        self._quarantine = Quarantine(clock, self._commit_alone, self._released)
        self._large = LargeBatches(
            lambda writer, batch: self._commit([(writer, batch)]), self._pause, self._release_large
        )
        self._deadline = float("inf")
        self._began = float("-inf")
        self._timer: IDelayedCall | None = None
        # Counted, so that it is known whether one came meanwhile; the last one's time; whether one waits.
        self._edits = 0
        self._edited = float("-inf")
        self._edit_waits = False
        self._lull: IDelayedCall | None = None
        self._working: Deferred[None] | None = None

    def writer(self, document: DocumentId, owner: UserId, epoch: int, lease_lost: Callable[[], None]) -> DocumentWriter:
        """Return the way into the database of a document that is being opened."""
        return DocumentWriter(self, document, owner, epoch, lease_lost)

    # ------------------------------------------------------------------------------------- when

    def soon(self, writer: DocumentWriter) -> None:
        """See CommitSchedule."""
        if writer in self._quarantine:
            return
        self._due[writer] = None
        self._edits += 1
        self._edited, self._edit_waits = self._clock.seconds(), True
        # At once after a quiet time; under load as often as a commit takes, and all that came meanwhile goes together.
        self._by(max(self._edited, self._began + self._settings.commit_seconds))
        if self._deadline > self._edited:
            self._await_lull()

    def later(self, writer: DocumentWriter) -> None:
        """See CommitSchedule."""
        if writer not in self._due and writer not in self._quarantine:
            self._due[writer] = None
            self._by(self._clock.seconds() + self._settings.record_seconds)

    def now(self, writer: DocumentWriter) -> None:
        """See CommitSchedule."""
        if writer in self._quarantine:
            return
        self._due[writer] = None
        self._by(float("-inf"))

    def _by(self, deadline: float) -> None:
        if deadline < self._deadline:
            self._deadline = deadline
            if self._working is None:
                self._set_timer()

    def _await_lull(self) -> None:
        """Look for a moment without edits, which would be in vain while a commit is under way."""
        if self._working is None and self._lull is None:
            lull, least = self._settings.lull_seconds, self._settings.commit_seconds / LULLS
            wait = max(self._edited + lull, self._began + least) - self._clock.seconds()
            if wait > 0.0:
                self._lull = self._clock.callLater(wait, self._await_lull_again)
            else:
                # What came while the reactor was busy has not been read yet: a whole turn of it must bring none.
                self._lull = self._clock.callLater(0, self._end_lull, self._edits)

    def _await_lull_again(self) -> None:
        self._lull = None
        self._await_lull()

    def _end_lull(self, edits: int) -> None:
        self._lull = None
        if edits == self._edits:
            self._by(float("-inf"))
        else:
            self._await_lull()

    def _set_timer(self) -> None:
        self._timer = cancelled(self._timer)
        if self._deadline == float("-inf"):
            self._begin()
        else:
            self._timer = self._clock.callLater(max(0.0, self._deadline - self._clock.seconds()), self._begin)

    def _begin(self) -> None:
        self._timer, self._lull = cancelled(self._timer), cancelled(self._lull)
        self._deadline, self._began, self._edit_waits = float("inf"), self._clock.seconds(), False
        working: Deferred[None] = Deferred()
        self._working = working
        run_in_background(self._round(), self._log, "commit", "-").addBoth(working.callback)
        working.addCallback(self._end)

    def _end(self, _: object) -> None:
        self._working = None
        if not self._due:
            # The round's own retry took what this deadline was for; left as it is, no later one would lie before it.
            self._deadline = float("inf")
        else:
            self._deadline = min(self._deadline, self._began + self._settings.record_seconds)
            self._set_timer()
            if self._edit_waits:
                self._await_lull()

    # ------------------------------------------------------------------------------------- what

    async def _round(self) -> None:
        """Commit what is due; while the database does not answer, try the same again."""
        failures = 0
        taken = self._take()
        while taken and not await self._commit(taken):
            for writer, _ in taken:
                if writer not in self._quarantine:
                    writer.put_back()
                    self._due[writer] = None
            await self._pause(failures)
            failures += 1
            taken = self._take()

    async def _pause(self, failures: int) -> None:
        await sleep(self._clock, RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])

    def _take(self) -> Taken:
        """Take what is due, up to the bounds."""
        taken: Taken = []
        items = size = 0
        for writer in list(self._due):
            if taken and (items >= MAX_ITEMS or size >= MAX_BYTES):
                self._by(self._began + self._settings.commit_seconds)
                break
            del self._due[writer]
            # What goes by itself goes so alone: one batch in two commits at a time would be written twice.
            if writer in self._quarantine or writer in self._large:
                continue
            if writer.next_bytes > LARGE_BYTES:
                self._large.add(writer)
                continue
            batch = writer.take()
            if batch is None:
                continue
            taken.append((writer, batch))
            items += batch.items
            size += batch.size
        return taken

    async def _commit(self, taken: Taken) -> bool:
        """Commit; False when the database did not answer."""
        try:
            held = await self._journal.commit([batch.write(each.document, each.epoch) for each, batch in taken])
        except Exception as error:
            return await self._failed(taken, error)
        for writer, batch in taken:
            self._settle(writer, batch, held.get(writer.document))
            if writer.pending:
                self._due[writer] = None
        return True

    def _settle(self, writer: DocumentWriter, batch: Batch, committed: Committed | None) -> None:
        if committed is None:
            self._due.pop(writer, None)
            writer.lost()
        else:
            writer.committed(batch, committed)

    async def _failed(self, taken: Taken, error: Exception) -> bool:
        """Find out whose fault it is, by halves: one document that can't be written must not hold the others up."""
        if isinstance(error, SagewsError) and error.code == "database":
            self._log.failure("{count} documents wait for the database", count=len(taken))
            return False
        if len(taken) == 1:
            writer, _ = taken[0]
            self._log.failure("the database refuses {document}", document=writer.document)
            writer.put_back()
            # An edit may have come while this was under way, and planned the next commit of it.
            self._due.pop(writer, None)
            self._quarantine.refused(writer)
            return True
        # Halved until the one that is refused stands alone: the others must not wait for it.
        middle = len(taken) // 2
        first = await self._commit(taken[:middle])
        # What has been committed of these has no batch under way any more and is left as it is.
        return await self._commit(taken[middle:]) and first

    async def _commit_alone(self, writer: DocumentWriter) -> None:
        """Commit what a document in quarantine has waiting; raises what the store does."""
        batch = writer.take()
        if batch is None:
            return
        try:
            held = await self._journal.commit([batch.write(writer.document, writer.epoch)])
        except BaseException:
            writer.put_back()
            raise
        self._settle(writer, batch, held.get(writer.document))

    def _released(self, writer: DocumentWriter) -> None:
        """Let a document go with the others again."""
        if writer.pending:
            self.soon(writer)

    def _release_large(self, writer: DocumentWriter) -> None:
        """Go on with what came of a document while its large batch was under way."""
        if writer.pending:
            self.now(writer)
