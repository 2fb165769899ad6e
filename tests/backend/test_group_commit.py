"""Acknowledged means committed, in order, for many documents in one commit, whatever the store raises on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.journal.batch import MAX_BATCH_ITEMS
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, UserId, new_id
from sagews.model.runs import Committed, DocumentWrite, StoredPiece
from sagews.model.sessions import PieceKind

AUTHOR = UserId(new_id())


class Journal:
    """Commits, after it has failed in every way that it was told; holds an answer back while `held` is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.failures: list[Exception] = []
        self.poisoned: set[DocumentId] = set()
        self.lost: set[DocumentId] = set()
        self.held: Deferred[None] | None = None
        self.held_documents: dict[DocumentId, Deferred[None]] = {}
        self.commits: list[list[DocumentId]] = []
        self.edits: list[bytes] = []
        self.pieces: list[int] = []
        self.sizes: list[int] = []
        self.removed: list[Sequence[tuple[RunId, int, int]]] = []

    async def commit(self, writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Note what is committed."""
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        if self.poisoned & {write.document for write in writes}:
            raise ValueError("can't be written")
        if self.held is not None:
            await self.held
        for write in writes:
            if write.document in self.held_documents:
                await self.held_documents[write.document]
        good = [write for write in writes if write.document not in self.lost]
        self.commits.append([write.document for write in good])
        self.sizes.append(sum(len(write.updates) + len(write.pieces) for write in writes))
        self.removed += [list(write.removed) for write in good]
        self.edits += [data for write in good for _, data in write.updates]
        self.pieces += [piece.sequence for write in good for piece in write.pieces]
        return {write.document: Committed(len(self.edits)) for write in good}


class Page:
    """Hears `saved`."""

    id = "page"

    def __init__(self) -> None:
        self.saved: list[int] = []

    def tell(self, message: Any) -> None:
        """Note it."""
        self.saved.append(message.edit)


class GroupCommitTests(SynchronousTestCase):
    """Several documents over one journal."""

    def setUp(self) -> None:
        """Build the whole."""
        self.clock = Clock()
        self.journal = Journal()
        self.commits = GroupCommit(self.clock, BackendSettings(), self.journal)  # type: ignore[arg-type]
        self.lost: list[DocumentId] = []
        self.page: Any = Page()

    def writer(self, owner: UserId = AUTHOR) -> DocumentWriter:
        """Return the writer of another document."""
        document = DocumentId(new_id())
        return self.commits.writer(document, owner, 1, lambda: self.lost.append(document))

    def piece(self, writer: DocumentWriter, number: int, told: list[int], size: int = 10) -> None:
        """Take a piece and its acknowledgement, as a session does."""
        writer.piece(StoredPiece(RunId(new_id()), number, PieceKind.STREAM, {}), size)
        writer.acknowledge(number, told.append)

    def test_one_commit_for_all_documents(self) -> None:
        """What many documents have at one time goes in one commit; each hears of its own."""
        writers, told = [self.writer() for _ in range(20)], [[] for _ in range(20)]  # type: ignore[var-annotated]
        for number, (writer, heard) in enumerate(zip(writers, told, strict=True)):
            self.piece(writer, number, heard)
        self.clock.advance(0.2)
        self.assertEqual(self.journal.commits, [[writer.document for writer in writers]])
        self.assertEqual(told, [[number] for number in range(20)])
        self.assertFalse(any(writer.pending for writer in writers))

    def test_output_goes_along_with_an_edit(self) -> None:
        """An edit goes at once, and what was waiting for longer goes with it."""
        one, two, told = self.writer(), self.writer(), []  # type: ignore[var-annotated]
        self.piece(one, 1, told)
        two.update(AUTHOR, b"edit", self.page, 7)
        self.clock.advance(0)
        self.assertEqual((len(self.journal.commits), told, self.page.saved), (1, [1], [7]))

    def test_what_is_scattered_goes_a_part_at_a_time(self) -> None:
        """Thousands of ranges that were cleared are rows of many commits; what waits in one of them is not written."""
        writer, run = self.writer(), RunId(new_id())
        for number in (1, 2, 3):
            writer.piece(StoredPiece(run, number, PieceKind.STREAM, {}), 10)
        ranges = [(number, number) for number in range(1, 3001, 2)]
        writer.remove(run, ranges)
        told: list[int] = []
        writer.acknowledge(7, told.append)
        for _ in range(20):
            self.clock.advance(0.1)
        self.assertEqual((self.journal.pieces, told, writer.pending), ([2], [7], False))
        self.assertEqual([each for part in self.journal.removed for each in part], [(run, *each) for each in ranges])
        self.assertLessEqual(max(map(len, self.journal.removed)), MAX_BATCH_ITEMS)

    def test_commits_are_not_more_often_than_allowed(self) -> None:
        """Edits that follow one another wait for each other once one went."""
        writer = self.writer()
        for number in range(100):
            writer.update(AUTHOR, bytes([number]), self.page, number)
            self.clock.advance(0.001)
        self.clock.advance(0.1)
        self.assertLessEqual(len(self.journal.commits), 7)
        self.assertEqual(self.page.saved, list(range(100)))

    def test_edits_go_as_soon_as_no_more_come(self) -> None:
        """Those who sent an edit just behind a commit do not wait for one that nobody else is going to share."""
        first, writers = self.writer(), [self.writer() for _ in range(3)]
        first.update(AUTHOR, b"0", self.page, 0)
        self.clock.advance(0)
        self.clock.advance(0.008)
        for number, writer in enumerate(writers, 1):
            writer.update(AUTHOR, b"%d" % number, self.page, number)
            self.clock.advance(0.001)
        self.assertEqual(self.page.saved, [0])
        self.clock.pump([0.0005, 0])
        self.assertEqual(self.journal.commits[1:], [[writer.document for writer in writers]])
        self.assertEqual(self.page.saved, [0, 1, 2, 3])

    def test_what_was_not_read_yet_is_waited_for(self) -> None:
        """A reactor that was busy for a while reads on before it takes the silence for an end."""
        one, two = self.writer(), self.writer()
        one.update(AUTHOR, b"1", self.page, 1)
        self.clock.advance(0)
        one.update(AUTHOR, b"2", self.page, 2)
        # The reactor comes back after 12 ms: first what is due by then, then what it reads.
        self.clock.callLater(0.012, two.update, AUTHOR, b"3", self.page, 3)
        self.clock.advance(0.012)
        self.assertEqual(self.page.saved, [1])
        self.clock.pump([0.0015, 0])
        self.assertEqual((self.page.saved, len(self.journal.commits)), ([1, 2, 3], 2))

    def test_edits_that_pause_after_each_make_few_commits(self) -> None:
        """One page that stops after each edit makes no more than twice as many commits as one that types on."""
        writer = self.writer()
        for number in range(100):
            writer.update(AUTHOR, bytes([number]), self.page, number)
            self.clock.pump([0.002, 0, 0])
        self.clock.advance(0.1)
        self.assertLessEqual(len(self.journal.commits), 22)
        self.assertEqual(self.page.saved, list(range(100)))

    def test_edits_during_a_commit_go_soon_after_it(self) -> None:
        """What came while a commit was on its way, and was the last for now, waits for no more than the pause."""
        writer = self.writer()
        self.journal.held = held = Deferred()
        writer.update(AUTHOR, b"1", self.page, 1)
        self.clock.advance(0)
        self.clock.advance(0.004)
        writer.update(AUTHOR, b"2", self.page, 2)
        self.clock.advance(0.004)
        self.journal.held = None
        held.callback(None)
        self.clock.pump([0.002, 0, 0])
        self.assertEqual(self.page.saved, [1, 2])

    def test_nothing_is_told_before_its_commit(self) -> None:
        """While a commit is on its way, what comes waits for the next; nobody hears anything early."""
        writer, told = self.writer(), []  # type: ignore[var-annotated]
        self.journal.held = held = Deferred()
        writer.update(AUTHOR, b"1", self.page, 1)
        self.clock.advance(0)
        writer.update(AUTHOR, b"2", self.page, 2)
        self.piece(writer, 3, told)
        self.clock.pump([0.1] * 20)
        self.assertEqual((self.page.saved, told), ([], []))
        self.journal.held = None
        held.callback(None)
        self.assertEqual((self.page.saved, told), ([1], []))
        self.clock.advance(0.1)
        self.assertEqual((self.page.saved, told, self.journal.edits), ([1, 2], [3], [b"1", b"2"]))

    def test_an_unforeseen_error_loses_nothing(self) -> None:
        """A batch whose commit breaks is tried again, and nothing behind it is acknowledged before it."""
        writer, told = self.writer(), []  # type: ignore[var-annotated]
        self.journal.failures = [RuntimeError("unforeseen"), SagewsError("database"), RuntimeError("again")]
        for number in (1, 2, 3):
            self.piece(writer, number, told)
            self.clock.pump([0.2] * 3)
        self.clock.pump([0.5] * 20)
        self.assertEqual(self.journal.pieces, [1, 2, 3])
        self.assertEqual(told, sorted(told))
        self.assertEqual(told[-1], 3)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 2)
        self.flushLoggedErrors(SagewsError)

    def test_what_cannot_be_written_holds_nobody_up(self) -> None:
        """One document that the database refuses waits by itself; it is told nothing, and the others everything."""
        bad, good, told, heard = self.writer(), self.writer(), [], []  # type: ignore[var-annotated]
        self.journal.poisoned = {bad.document}
        self.piece(bad, 1, told)
        for number in range(1, 6):
            self.piece(good, number, heard)
            self.clock.pump([0.05] * 5)
        self.assertEqual((told, heard[-1]), ([], 5))
        self.journal.poisoned = set()
        self.clock.pump([1.0] * 10)
        self.assertEqual(told, [1])
        self.flushLoggedErrors(ValueError)

    def test_many_that_cannot_be_written(self) -> None:
        """However many documents the database refuses, one is tried at a time, ever less often, and nobody waits."""
        bad = [self.writer() for _ in range(200)]
        good, told = self.writer(), []  # type: ignore[var-annotated]
        self.journal.poisoned = {writer.document for writer in bad}
        refused: list[DocumentId] = []
        for number, writer in enumerate(bad):
            writer.when_refused = lambda writer=writer: refused.append(writer.document)  # type: ignore[misc]
            self.piece(writer, number, told)
        self.clock.pump([0.1] * 2)
        for number in range(1, 101):
            good.update(AUTHOR, b"good", self.page, number)
            self.clock.advance(0.1)
            self.assertEqual(self.page.saved[-1], number)
        self.assertEqual(sorted(refused), sorted(self.journal.poisoned))
        self.clock.pump([1.0] * 60)
        before = self.journal.asked
        self.clock.pump([1.0] * 120)
        self.assertLessEqual(self.journal.asked - before, 3 * len(bad))
        self.assertEqual(told, [])
        self.journal.poisoned = set()
        self.clock.pump([1.0] * 70)
        self.assertEqual(sorted(told), list(range(200)))
        self.assertFalse(any(writer.pending for writer in bad))
        self.flushLoggedErrors(ValueError)

    def test_one_refused_among_many_is_found_by_halves(self) -> None:
        """The others of a commit that was refused are committed in few statements."""
        writers = [self.writer() for _ in range(128)]
        self.journal.poisoned = {writers[77].document}
        for writer in writers:
            writer.update(AUTHOR, b"x", None, 1)
        self.clock.pump([0.01] * 2)
        self.assertEqual(len(self.journal.edits), 127)
        self.assertLessEqual(self.journal.asked, 16)
        self.flushLoggedErrors(ValueError)

    def test_who_waits_for_what_is_refused_is_told(self) -> None:
        """A flush fails once the database refused it several times, and at once from then on, until it takes it."""
        bad = self.writer()
        self.journal.poisoned = {bad.document}
        bad.update(AUTHOR, b"x", self.page, 1)
        flushed = Deferred.fromCoroutine(bad.flush())
        self.assertNoResult(flushed)
        self.clock.pump([0.1] * 10)
        self.assertEqual(self.failureResultOf(flushed, SagewsError).value.code, "not-saved")
        again = self.failureResultOf(Deferred.fromCoroutine(bad.flush()), SagewsError)
        self.assertEqual(again.value.code, "not-saved")
        self.journal.poisoned = set()
        self.clock.pump([1.0] * 20)
        self.assertEqual((self.page.saved, bad.pending), ([1], False))
        bad.update(AUTHOR, b"y", self.page, 2)
        flushed = Deferred.fromCoroutine(bad.flush())
        self.clock.pump([0.1] * 2)
        self.successResultOf(flushed)
        self.flushLoggedErrors(ValueError)

    def test_a_refusal_or_two_pass(self) -> None:
        """Who waits for a commit that was refused only once, as of a lock, hears of nothing but its success."""
        writer = self.writer()
        self.journal.failures = [ValueError("once")]
        writer.update(AUTHOR, b"x", self.page, 1)
        flushed = Deferred.fromCoroutine(writer.flush())
        self.clock.pump([0.1] * 10)
        self.successResultOf(flushed)
        self.flushLoggedErrors(ValueError)

    def test_a_lost_lease_ends_one_document(self) -> None:
        """When another backend has the workspace, nothing of it is acknowledged any more; the others go on."""
        gone, good, told, heard = self.writer(), self.writer(), [], []  # type: ignore[var-annotated]
        self.journal.lost = {gone.document}
        self.piece(gone, 1, told)
        self.piece(good, 1, heard)
        self.clock.advance(0.2)
        self.piece(gone, 2, told)
        self.piece(good, 2, heard)
        self.clock.advance(0.2)
        self.assertEqual((told, heard, self.lost), ([], [1, 2], [gone.document]))
        self.assertFalse(gone.pending)

    def test_a_loss_that_can_not_be_told(self) -> None:
        """Whatever goes wrong when a lease is lost, or a refusal is told, the others of the commit hear of it."""

        def fail() -> None:
            raise RuntimeError("a page")

        for size in (10, 1_000_000):
            gone = self.commits.writer(DocumentId(new_id()), AUTHOR, 1, fail)
            bad, good, told = self.writer(), self.writer(), []  # type: ignore[var-annotated]
            bad.when_refused = fail
            self.journal.lost, self.journal.poisoned = {gone.document}, {bad.document}
            for writer in (gone, bad, good):
                self.piece(writer, 1, told, size)
            self.clock.pump([0.2] * 10)
            self.assertEqual((told, good.pending, gone.pending), ([1], False, False))
            self.piece(good, 2, told, size)
            self.journal.poisoned = set()
            self.clock.pump([0.5] * 10)
            self.assertEqual(sorted(told), [1, 1, 2])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 4)
        self.flushLoggedErrors(ValueError)

    def test_memory_is_bounded_while_the_database_is_away(self) -> None:
        """Edits are refused once too many wait, and what was taken is committed in order when it is back."""
        writer = self.writer()
        self.journal.failures = [SagewsError("database")] * 3
        data = b"x" * 1024 * 1024
        taken = 0
        with self.assertRaises(SagewsError):
            for number in range(100):
                writer.update(AUTHOR, data, self.page, number)
                taken += 1
        self.assertLess(taken, 20)
        self.clock.pump([0.5] * 200)
        self.assertEqual(self.page.saved, list(range(taken)))
        writer.update(AUTHOR, data, self.page, 99)
        self.clock.advance(0.1)
        self.assertEqual(self.page.saved[-1], 99)
        self.flushLoggedErrors(SagewsError)

    def test_commits_go_on_after_a_flush_while_the_database_was_away(self) -> None:
        """Whoever asked for a commit during an outage, and got it by the retry, leaves the next edit its commit."""
        writer, other = self.writer(), self.writer()
        self.journal.failures = [SagewsError("database")] * 8
        writer.update(AUTHOR, b"1", self.page, 1)
        self.clock.pump([1.0] * 5)
        flushed = Deferred.fromCoroutine(writer.flush())
        self.assertNoResult(flushed)
        self.clock.pump([1.0] * 40)
        self.successResultOf(flushed)
        for number, each in enumerate((writer, other), 2):
            each.update(AUTHOR, b"next", self.page, number)
            self.clock.advance(0.1)
        self.assertEqual(self.page.saved, [1, 2, 3])
        self.flushLoggedErrors(SagewsError)

    def test_commits_go_on_after_a_lease_was_lost_while_typing(self) -> None:
        """An edit that came while its document's lease was being lost leaves the next documents their commits."""
        gone, good = self.writer(), self.writer()
        self.journal.lost = {gone.document}
        self.journal.held = held = Deferred()
        gone.update(AUTHOR, b"1", self.page, 1)
        self.clock.advance(0)
        gone.update(AUTHOR, b"2", self.page, 2)
        self.clock.advance(1.0)
        self.journal.held = None
        held.callback(None)
        self.clock.advance(1.0)
        good.update(AUTHOR, b"3", self.page, 3)
        self.clock.advance(0.1)
        self.assertEqual((self.page.saved, self.lost), ([3], [gone.document]))

    def test_large_output_goes_in_bounded_commits(self) -> None:
        """Much output goes at once, in several commits, none of which holds the reactor for long."""
        writer, told = self.writer(), []  # type: ignore[var-annotated]
        for number in range(1, 101):
            self.piece(writer, number, told, 64 * 1024)
        self.clock.pump([0.05] * 100)
        self.assertEqual(self.journal.pieces, list(range(1, 101)))
        self.assertGreater(len(self.journal.commits), 10)
        self.assertEqual(told[-1], 100)

    def test_nobody_waits_for_a_large_batch(self) -> None:
        """While a large text is being written an edit of another document is, too, and one of its own waits behind."""
        large, small, told = self.writer(), self.writer(), []  # type: ignore[var-annotated]
        held = self.journal.held_documents[large.document] = Deferred()
        self.piece(large, 1, told, 4_000_000)
        self.clock.advance(0.2)
        small.update(AUTHOR, b"small", self.page, 1)
        large.update(AUTHOR, b"behind", self.page, 2)
        self.clock.pump([0.01] * 50)
        self.assertEqual((self.page.saved, told, self.journal.edits), ([1], [], [b"small"]))
        held.callback(None)
        self.clock.pump([0.01] * 50)
        self.assertEqual((self.page.saved, told, self.journal.edits), ([1, 2], [1], [b"small", b"behind"]))

    def test_owners_take_turns_with_large_batches(self) -> None:
        """One who has many large texts written has another's wait for one of them."""
        many, other = [self.writer() for _ in range(5)], self.writer(UserId(new_id()))
        held = self.journal.held_documents[many[0].document] = Deferred()
        for number, writer in enumerate([*many, other], 1):
            self.piece(writer, number, [], 4_000_000)
        self.clock.advance(0.2)
        held.callback(None)
        self.clock.pump([0.01] * 50)
        self.assertEqual(self.journal.pieces[:3], [1, 2, 6])
        self.assertEqual(sorted(self.journal.pieces), [1, 2, 3, 4, 5, 6])

    def test_a_large_batch_outlasts_the_database(self) -> None:
        """A large batch is tried again while the database is away; one that it refuses holds nobody up."""
        large, poisoned, told = self.writer(), self.writer(), []  # type: ignore[var-annotated]
        self.journal.poisoned.add(poisoned.document)
        self.journal.failures = [SagewsError("database"), SagewsError("database")]
        for number, writer in enumerate([poisoned, large], 1):
            self.piece(writer, number, told, 4_000_000)
        self.clock.pump([0.1] * 50)
        self.flushLoggedErrors(SagewsError, ValueError)
        self.assertEqual(told, [2])
        self.assertTrue(poisoned.pending)
        self.journal.poisoned.clear()
        self.clock.pump([1.0] * 100)
        self.assertEqual(sorted(told), [1, 2])

    def test_many_small_things_go_in_bounded_commits(self) -> None:
        """However many rows wait, one commit takes so many that they are encoded in milliseconds; no row is left."""
        for writer in [self.writer() for _ in range(30)]:
            for number in range(200):
                writer.update(AUTHOR, b"x", None, number)
        self.clock.pump([0.01] * 60)
        self.assertEqual(len(self.journal.edits), 6000)
        self.assertLessEqual(max(self.journal.sizes), 900)

    def test_flush_waits_for_what_was_there(self) -> None:
        """A flush is over when what waited is committed, whatever comes behind it; and when it never will be."""
        writer, told = self.writer(), []  # type: ignore[var-annotated]
        self.piece(writer, 1, told)
        self.journal.held = held = Deferred()
        flushed = Deferred.fromCoroutine(writer.flush())
        self.assertNoResult(flushed)
        self.piece(writer, 2, told)
        self.journal.held = None
        held.callback(None)
        self.successResultOf(flushed)
        self.assertEqual(told, [1])
        again = Deferred.fromCoroutine(writer.flush())
        writer.close()
        self.successResultOf(again)

    def test_one_who_cannot_be_told_hides_nothing_from_others(self) -> None:
        """A page or worker that raises when it is told does not keep the next one from hearing."""
        writer, told = self.writer(), []  # type: ignore[var-annotated]

        def broken(*_: object) -> None:
            raise RuntimeError("gone")

        writer.update(AUTHOR, b"1", SimpleNamespace(id="broken", tell=broken), 1)  # type: ignore[arg-type]
        writer.update(AUTHOR, b"2", self.page, 2)
        writer.acknowledge(1, broken)
        writer.acknowledge(1, told.append)
        self.clock.advance(0.2)
        self.assertEqual((self.page.saved, told), ([2], [1]))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 2)
