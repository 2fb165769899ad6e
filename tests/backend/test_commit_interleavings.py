"""However edits, outages, refusals and answers follow one another, `saved` means written, once, and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.journal.document_writer import Committed, DocumentWriter
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.journal.large_batches import LARGE_BYTES
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, UserId, new_id
from sagews.model.runs import DocumentWrite, StoredPiece
from sagews.model.sessions import PieceKind

AUTHOR = UserId(new_id())
# Of two documents one is enough to be halved out of a commit, and the other to be held up.
DOCUMENTS = 2

EDITS = st.tuples(st.sampled_from(("edit", "edit", "large")), st.integers(0, DOCUMENTS - 1))
FLUSHES = st.tuples(st.just("flush"), st.integers(0, DOCUMENTS - 1))
PASSES = st.tuples(st.just("pass"), st.sampled_from((0, 20, 100, 2000)))
ANSWERS = st.tuples(st.sampled_from(("good", "refused", "away")), st.integers(0, 2))
STEPS = st.lists(st.one_of(EDITS, FLUSHES, PASSES, ANSWERS), max_size=40)


class HeldJournal:
    """Answers each commit when it is told to, and notes what is written."""

    def __init__(self) -> None:
        self.open: list[tuple[Sequence[DocumentWrite], Deferred[None]]] = []
        self.written: dict[DocumentId, list[bytes]] = {}
        self.twice = False

    async def commit(self, writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Wait for `answer`; two commits of one document at a time are noted."""
        asked = {write.document for write in writes}
        self.twice |= any(write.document in asked for others, _ in self.open for write in others)
        answer: Deferred[None] = Deferred()
        self.open.append((writes, answer))
        await answer
        for write in writes:
            self.written.setdefault(write.document, []).extend(data for _, data in write.updates)
        return {write.document: Committed(len(self.written[write.document])) for write in writes}

    def answer(self, kind: str, which: int) -> None:
        """Let one of the commits that wait end so."""
        if not self.open:
            return
        _, answer = self.open.pop(which % len(self.open))
        if kind == "good":
            answer.callback(None)
        else:
            answer.errback(SagewsError("database") if kind == "away" else ValueError("can't be written"))


class WatchingPage:
    """Hears `saved` and looks whether it is true."""

    id = "page"

    def __init__(self, journal: HeldJournal) -> None:
        self._journal = journal
        self.saved: dict[DocumentId, list[int]] = {}
        self.untrue: list[int] = []

    def tell(self, message: Any) -> None:
        """Note it."""
        self.saved.setdefault(message.document, []).append(message.edit)
        if message.edit.to_bytes(2) not in self._journal.written.get(message.document, ()):
            self.untrue.append(message.edit)


class Story:
    """One sequence of steps over its own group commit."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.journal = HeldJournal()
        self.page: Any = WatchingPage(self.journal)
        self.commits = GroupCommit(self.clock, BackendSettings(), self.journal)  # type: ignore[arg-type]
        self.writers = [self.commits.writer(DocumentId(new_id()), AUTHOR, 1, lambda: None) for _ in range(DOCUMENTS)]
        self.flushed: list[Deferred[None]] = []
        self.edits: dict[DocumentId, list[int]] = {writer.document: [] for writer in self.writers}

    def step(self, kind: str, value: int) -> None:
        """Do one thing."""
        if kind == "edit":
            self._edit(self.writers[value])
        elif kind == "large":
            # What goes by itself, and an edit of the same document with it.
            self.writers[value].piece(StoredPiece(RunId(new_id()), 1, PieceKind.DISPLAY, {}), LARGE_BYTES + 1)
            self._edit(self.writers[value])
        elif kind == "flush":
            self.flushed.append(Deferred.fromCoroutine(self.writers[value].flush()))
        elif kind == "pass":
            self.clock.advance(value / 1000)
        else:
            self.journal.answer(kind, value)

    def _edit(self, writer: DocumentWriter) -> None:
        edits = self.edits[writer.document]
        edits.append(len(edits))
        writer.update(AUTHOR, edits[-1].to_bytes(2), self.page, edits[-1])

    def end(self) -> None:
        """Let the database answer everything, with one more edit of each document."""
        for writer in self.writers:
            self._edit(writer)
        for _ in range(120):
            while self.journal.open:
                self.journal.answer("good", 0)
            self.clock.advance(1.0)


class InterleavingTests(SynchronousTestCase):
    """Of every order of events."""

    @settings(max_examples=300, deadline=None)
    @given(STEPS)
    def test_saved_means_written_once(self, steps: list[tuple[str, int]]) -> None:
        """No document is in two commits at a time, nothing unwritten is called saved, and all is saved in the end."""
        story = Story()
        for kind, value in steps:
            story.step(kind, value)
        story.end()
        self.flushLoggedErrors(SagewsError, ValueError)
        self.assertFalse(story.journal.twice)
        self.assertEqual(story.page.untrue, [])
        self.assertEqual(story.page.saved, story.edits)
        for writer in story.writers:
            written = story.journal.written[writer.document]
            self.assertEqual(written, [edit.to_bytes(2) for edit in story.edits[writer.document]])
            self.assertFalse(writer.pending)
        self.assertTrue(all(flushed.called for flushed in story.flushed))

    def test_an_edit_during_the_commit_that_is_refused(self) -> None:
        """What came while its document was being refused waits with it, and is neither written twice nor too early."""
        story = Story()
        for step in (("edit", 0), ("pass", 0), ("edit", 0), ("refused", 0), ("pass", 100), ("pass", 100)):
            story.step(*step)
        self.assertEqual(len(story.journal.open), 1)
        story.end()
        self.flushLoggedErrors(ValueError)
        self.assertEqual(story.page.saved, story.edits)
        self.assertFalse(story.journal.twice)
