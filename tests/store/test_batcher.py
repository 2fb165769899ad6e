"""Questions that come in one moment share a statement; nobody shares an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.store.batcher import Batcher


class BatcherTests(SynchronousTestCase):
    """A store that knows lengths of words, and answers when it is let."""

    def setUp(self) -> None:
        """Make one that takes four questions at once."""
        self.asked: list[list[str]] = []
        self.answers: list[Deferred[None]] = []
        self.refused: set[str] = set()
        self.batcher = Batcher(self.ask, most=4)

    async def ask(self, words: Sequence[str]) -> Mapping[str, int]:
        """Answer later; the word "unknown" has no answer."""
        self.asked.append(list(words))
        self.answers.append(Deferred())
        await self.answers[-1]
        if self.refused & set(words):
            raise ValueError(words)
        return {word: len(word) for word in words if word != "unknown"}

    def get(self, word: str) -> Deferred[int | None]:
        """Ask for a word."""
        return Deferred.fromCoroutine(self.batcher.get(word, word))

    def answer(self) -> None:
        """Let the store answer what it was asked last."""
        self.answers[-1].callback(None)

    def test_alone(self) -> None:
        """A question that comes alone is put at once; what is missing is None."""
        found = self.get("a")
        self.assertEqual(self.asked, [["a"]])
        self.answer()
        self.assertEqual(self.successResultOf(found), 1)
        missing = self.get("unknown")
        self.answer()
        self.assertIsNone(self.successResultOf(missing))

    def test_many(self) -> None:
        """What comes while one is under way shares the next statements, in order and so many at a time."""
        found = [self.get("x" * length) for length in range(1, 8)]
        self.assertEqual(len(self.asked), 1)
        for _ in range(3):
            self.answer()
        self.assertEqual([len(words) for words in self.asked], [1, 4, 2])
        self.assertEqual([self.successResultOf(each) for each in found], list(range(1, 8)))

    def test_nobody_shares_an_answer(self) -> None:
        """Two who ask for the same get an answer of their own each, one after the other."""
        found = [self.get(word) for word in ("first", "twice", "twice", "other")]
        for _ in range(3):
            self.answer()
        self.assertEqual(self.asked, [["first"], ["twice", "other"], ["twice"]])
        self.assertEqual([self.successResultOf(each) for each in found], [5, 5, 5, 5])

    def test_one_that_can_not_be_answered(self) -> None:
        """A question that the statement fails for fails alone: the others of it are asked again one by one."""
        self.refused = {"bad"}
        self.get("first")
        found = [self.get(word) for word in ("good", "bad")]
        for _ in range(4):
            self.answer()
        self.assertEqual(self.successResultOf(found[0]), 4)
        self.failureResultOf(found[1], ValueError)
        later = self.get("later")
        self.answer()
        self.assertEqual(self.successResultOf(later), 5)

    def test_no_database(self) -> None:
        """When there is no answer at all, all of them learn it, and nothing is tried again for each."""
        self.get("first")
        found = [self.get(word) for word in ("one", "two")]
        self.answer()
        self.answers[-1].errback(SagewsError("database"))
        for each in found:
            self.assertEqual(self.failureResultOf(each, SagewsError).value.code, "database")
        self.assertEqual(len(self.asked), 2)

    def test_one_that_gave_up(self) -> None:
        """Who stops waiting disturbs nobody."""
        self.get("first")
        found = [self.get(word) for word in ("one", "two")]
        found[0].cancel()
        self.failureResultOf(found[0], CancelledError)
        self.answer()
        self.answer()
        self.assertEqual(self.successResultOf(found[1]), 3)
