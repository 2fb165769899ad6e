"""Turns: a few at a time, in order, accounts one after the other."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.net.turns import Turns


class TurnsTests(SynchronousTestCase):
    """Two at once, and room for a thousand that wait."""

    def setUp(self) -> None:
        """Have nothing begun."""
        self.turns = Turns(2, 1000)
        self.begun: list[int] = []
        self.ends: dict[int, Deferred[None]] = {}

    def tearDown(self) -> None:
        """Let all of them end."""
        for end in self.ends.values():
            if not end.called:
                end.callback(None)

    def start(self, number: int, account: str = "one") -> Deferred[None]:
        """Begin work that lasts until its end is fired."""
        self.ends[number] = Deferred()

        async def work() -> None:
            async with self.turns.of(account):
                self.begun.append(number)
                await self.ends[number]

        return Deferred.fromCoroutine(work())

    def test_a_few_at_a_time(self) -> None:
        """What comes beyond the number waits, and begins in order as others end, however they end."""
        works = [self.start(number) for number in range(5)]
        self.assertEqual(self.begun, [0, 1])
        self.ends[1].callback(None)
        self.assertEqual(self.begun, [0, 1, 2])
        self.ends[0].errback(ValueError())
        self.failureResultOf(works[0], ValueError)
        self.assertEqual(self.begun, [0, 1, 2, 3])

    def test_accounts_by_turns(self) -> None:
        """Whoever wants one turn waits for one of each other account, however many those want."""
        for number in range(500):
            self.start(number)
        self.start(1000, "two")
        self.start(1001, "three")
        for number in (0, 1, 2):
            self.ends[number].callback(None)
        self.assertEqual(self.begun, [0, 1, 2, 1000, 1001])

    def test_one_account_never_has_all(self) -> None:
        """However long one account keeps what it has, another finds a turn at once."""
        self.turns = Turns(3, 1000, 2)
        for number in range(10):
            self.start(number, "slow")
        self.assertEqual(self.begun, [0, 1])
        for number in (100, 101):
            self.start(number, "quick")
            self.ends[number].callback(None)
        self.assertEqual(self.begun, [0, 1, 100, 101])
        self.ends[0].callback(None)
        self.assertEqual(self.begun[4:], [2])

    def test_one_that_gave_up(self) -> None:
        """One that stopped waiting takes no turn."""
        works = [self.start(number) for number in range(4)]
        works[2].cancel()
        self.failureResultOf(works[2], CancelledError)
        self.ends[0].callback(None)
        self.assertEqual(self.begun, [0, 1, 3])

    def test_too_many(self) -> None:
        """Beyond those that may wait one is refused at once."""
        for number in range(1002):
            self.start(number)
        failure = self.failureResultOf(self.start(2000), SagewsError)
        self.assertEqual(failure.value.code, "limit")

    def test_a_thousand_short_ones(self) -> None:
        """However many end as soon as they begin, they do not pile up on each other."""
        for number in range(1000):
            self.start(number)
            if number > 1:
                self.ends[number].callback(None)
        self.ends[0].callback(None)
        self.assertEqual(len(self.begun), 1000)
