"""How much stored output an account is known to have, in whatever order documents open and close and answers come."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.runs.stored_outputs import ASK_SECONDS, SLACK, DocumentOutputs, StoredOutputs
from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.model.accounts import Privilege
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.sessions import MEBIBYTE
from sagews.policy.quotas.ledger import Ledger
from tests.fakes.accounts import MemoryAccounts

OWNER = UserId("ada")
FIRST, SECOND, THIRD = (DocumentId(each) for each in ("first", "second", "third"))


class SlowUsage:
    """A store of what documents have that answers when the test says so, with what it has by then or had before."""

    def __init__(self) -> None:
        self.stored = {FIRST: 60, SECOND: 40, THIRD: 7}
        self.asked: list[tuple[int, Deferred[int]]] = []

    def outputs(self, owner: UserId, but: Sequence[DocumentId]) -> Deferred[int]:
        """Note the sum as it is now."""
        answer: Deferred[int] = Deferred()
        self.asked.append((sum(size for each, size in self.stored.items() if each not in but), answer))
        return answer

    def answer(self, which: int = 0) -> None:
        """Answer one question."""
        found, answer = self.asked.pop(which)
        answer.callback(found)


class SumCase(SynchronousTestCase):
    """An account with three worksheets and 107 bytes of output."""

    most = 1

    def setUp(self) -> None:
        """Open none of them."""
        self.clock, self.usage = Clock(), SlowUsage()
        ledger = Ledger({Privilege.USER: QuotaSection(outputs=self.most)})
        self.outputs = StoredOutputs(self.clock, self.usage, MemoryAccounts(), ledger)  # type: ignore[arg-type]

    def opening(self, document: DocumentId) -> Deferred[DocumentOutputs]:
        """Begin to open a document."""
        opening = Deferred.fromCoroutine(self.outputs.open(OWNER, document))
        return opening.addCallback(lambda opened: opened.add(self.usage.stored[document]) or opened)

    def opened(self, document: DocumentId) -> DocumentOutputs:
        """Open a document."""
        opening = self.opening(document)
        self.answered()
        return self.successResultOf(opening)

    def answered(self) -> None:
        """Answer all questions."""
        while self.usage.asked:
            self.usage.answer()

    @property
    def used(self) -> int:
        """What the account is known to have."""
        return self.outputs._known[OWNER].used


class SumTests(SumCase):
    """What is known of an account."""

    def test_one_is_closed_while_another_is_opened(self) -> None:
        """What is closed before the answer comes counts once."""
        first = self.opened(FIRST)
        opening = self.opening(SECOND)
        first.close()
        self.answered()
        self.successResultOf(opening)
        self.assertEqual(self.used, 107)

    def test_one_that_can_not_be_loaded(self) -> None:
        """What a document has counts too when it is closed before that was known."""
        self.opened(SECOND)
        opening = Deferred.fromCoroutine(self.outputs.open(OWNER, FIRST))
        self.answered()
        self.successResultOf(opening).close()
        self.answered()
        self.assertEqual(self.used, 107)

    def test_answers_in_the_other_order(self) -> None:
        """Of two that are opened together neither counts as at rest, whichever answer comes last."""
        both = [self.opening(FIRST), self.opening(SECOND)]
        while self.usage.asked:
            self.usage.answer(-1)
        for opening in both:
            self.successResultOf(opening)
        self.assertEqual(self.used, 107)

    def test_many_are_opened_with_few_questions(self) -> None:
        """Those who come while a question is answered share the next one."""
        all_of_them = [self.opening(document) for document in (FIRST, SECOND, THIRD)]
        asked = 0
        while self.usage.asked:
            self.assertEqual(len(self.usage.asked), 1)
            asked += 1
            self.usage.answer()
        self.assertEqual(asked, 2)
        self.assertEqual([self.successResultOf(opening).size for opening in all_of_them], [60, 40, 7])
        self.assertEqual(self.used, 107)

    def test_who_can_not_be_asked_leaves_nobody_waiting(self) -> None:
        """When the store fails, whoever opened is told, and the next one asks."""
        both = [self.opening(FIRST), self.opening(SECOND)]
        self.usage.asked.pop()[1].errback(SagewsError("database"))
        self.failureResultOf(both[0], SagewsError)
        self.answered()
        self.assertEqual(self.successResultOf(both[1]).size, 40)
        self.assertEqual(self.used, 107)


class RefusalTests(SumCase):
    """An account that has all that it may."""

    def full(self) -> DocumentOutputs:
        """Return an open document of an account of which another one has all the room."""
        self.usage.stored[FIRST] = self.most * MEBIBYTE
        return self.opened(SECOND)

    def test_who_deleted_something_has_its_room(self) -> None:
        """Before anything is refused the store is asked, and what was deleted elsewhere is free."""
        document = self.full()
        self.usage.stored[FIRST] = 0
        self.clock.advance(ASK_SECONDS)
        self.assertIsNone(document.refusal(1))
        self.usage.answer()
        self.assertEqual(self.used, 47)
        self.assertIsNone(document.refusal(100_000))

    def test_what_is_full_is_asked_now_and_then(self) -> None:
        """Who has no room is refused, and the store is asked once in some seconds, however much is printed."""
        document, asked = self.full(), 0
        for _ in range(50):
            self.clock.advance(ASK_SECONDS / 10)
            document.refusal(1000)
            while self.usage.asked:
                asked += 1
                self.usage.answer()
            self.assertIsNotNone(document.refusal(1000))
        self.assertEqual(asked, 5)

    def test_while_the_store_does_not_answer(self) -> None:
        """What is kept until the answer comes is bounded."""
        document, kept = self.full(), 0
        self.clock.advance(ASK_SECONDS)
        while document.refusal(100_000) is None:
            document.add(100_000)
            kept += 100_000
        self.assertEqual(len(self.usage.asked), 1)
        self.assertTrue(0 < kept < SLACK)
        self.usage.asked.pop()[1].errback(SagewsError("database"))
        self.assertIsNotNone(document.refusal(1))
