"""Turns: a few at a time, in order, accounts one after the other."""

from __future__ import annotations

from collections import deque
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.net.turns import Turns


class Counted(deque[Any]):
    """A line that counts how often somebody asks for its length."""

    asked = 0

    def __len__(self) -> int:
        Counted.asked += 1
        return super().__len__()


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

    def test_room_is_given_back(self) -> None:
        """Whoever got a turn or gave up makes room for one who waits, and for one only."""
        works = [self.start(number) for number in range(1002)]
        works[500].cancel()
        self.failureResultOf(works[500], CancelledError)
        self.ends[0].callback(None)
        for number in (2000, 2001):
            self.assertNoResult(self.start(number))
        self.failureResultOf(self.start(2002), SagewsError)

    def test_who_comes_looks_at_no_line_of_others(self) -> None:
        """However many accounts wait, one more costs no more than the first did: nobody counts all lines."""
        with patch("sagews.net.turns.deque", Counted):
            for number in range(502):
                self.start(number, str(number))
            before = Counted.asked
            for number in range(502, 602):
                self.start(number, str(number))
            self.assertLessEqual(Counted.asked - before, 200)

    def test_a_thousand_short_ones(self) -> None:
        """However many end as soon as they begin, they do not pile up on each other."""
        for number in range(1000):
            self.start(number)
            if number > 1:
                self.ends[number].callback(None)
        self.ends[0].callback(None)
        self.assertEqual(len(self.begun), 1000)
