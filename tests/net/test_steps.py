"""What comes in floods is done in steps."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.account_lines import MOST_SECONDS
from sagews.net.steps import Steps
from tests.turning import turn


class StepsTests(SynchronousTestCase):
    """Work that takes some seconds of a processor whose time is moved by hand."""

    def setUp(self) -> None:
        """Have nothing in line."""
        self.clock, self.processor = Clock(), Clock()
        self.steps = Steps(self.clock)
        self.steps.spent = self.processor.seconds
        self.done: list[int] = []

    def work(self, number: int, seconds: float) -> Callable[[], None]:
        """Return work that takes so long."""

        def go() -> None:
            self.processor.advance(seconds)
            self.done.append(number)

        return go

    def test_a_little_at_once_the_rest_in_turns(self) -> None:
        """Of a flood each turn does as much as takes a few milliseconds, in order, until nothing is left."""
        for number in range(100):
            self.steps.do(self.work(number, MOST_SECONDS / 10))
        counts = [len(self.done)]
        while self.clock.calls:
            turn(self.clock)
            counts.append(len(self.done))
        self.assertEqual(self.done, list(range(100)))
        self.assertLessEqual(max(b - a for a, b in zip([0, *counts], counts, strict=False)), 11)

    def test_what_waits_comes_first(self) -> None:
        """What comes in a later turn stands behind what waits."""
        for number in range(3):
            self.steps.do(self.work(number, MOST_SECONDS))
        turn(self.clock)
        self.steps.do(self.work(3, 0.0))
        self.assertEqual(self.done, [0, 1])
        turn(self.clock)
        turn(self.clock)
        self.assertEqual(self.done, [0, 1, 2, 3])

    def test_one_that_fails(self) -> None:
        """What raises is logged, and what stands behind it is done."""

        def fails() -> None:
            raise ValueError("no")

        self.steps.do(self.work(0, MOST_SECONDS))
        self.steps.do(fails)
        self.steps.do(self.work(1, 0.0))
        turn(self.clock)
        self.assertEqual(self.done, [0, 1])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
