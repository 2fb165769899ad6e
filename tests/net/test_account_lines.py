"""Lines of accounts: what one account wants is done one after the other."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.account_lines import MOST_SECONDS, AccountLines
from sagews.policy.browser.shares import BURST, Shares
from tests.turning import turn


class AccountLinesTests(SynchronousTestCase):
    """Work of accounts, in turns of a clock; what was done is noted by name."""

    def setUp(self) -> None:
        """Have nobody in line."""
        self.clock = Clock()
        self.lines = AccountLines(self.clock, Shares().charge)
        self.done: list[str] = []

    def stand(self, who: str, seconds: float) -> None:
        """Have work of so many seconds in line."""

        def go() -> None:
            self.done.append(who)
            self.lines.charge(who, seconds)

        self.lines.stand(who, go)

    def test_one_piece_in_a_turn(self) -> None:
        """Of much dear work of one account one piece is done in a turn, and one of everybody else's."""
        for who in ("mallory", "mallory", "mallory", "ada"):
            self.stand(who, 0.02)
        turns = []
        for _ in range(3):
            self.done.clear()
            turn(self.clock)
            turns.append(sorted(self.done))
        self.assertEqual(turns, [["ada", "mallory"], ["mallory"], ["mallory"]])

    def test_cheap_work_is_not_held_up(self) -> None:
        """So many cheap pieces as take a few milliseconds together are done in one turn."""
        for _ in range(40):
            self.stand("ada", MOST_SECONDS / 20)
        turn(self.clock)
        self.assertTrue(20 <= len(self.done) <= 21)
        turn(self.clock)
        self.assertTrue(self.done and len(self.done) >= 40)

    def test_free_until_it_had_enough(self) -> None:
        """An account is free until it had its few milliseconds, and again in the next turn."""
        self.lines.charge("ada", MOST_SECONDS / 2)
        self.assertTrue(self.lines.is_free("ada"))
        self.lines.charge("ada", MOST_SECONDS / 2)
        self.assertFalse(self.lines.is_free("ada"))
        self.assertTrue(self.lines.is_free("emmy"))
        turn(self.clock)
        self.assertTrue(self.lines.is_free("ada"))

    def test_nothing_before_all_is_paid(self) -> None:
        """Who owes for three seconds beside another is not free before these are paid, however long that takes."""
        self.lines.charge("mallory", BURST + 3)
        self.stand("mallory", 0.02)
        while not self.lines.is_free("mallory"):
            self.lines.charge("ada", 0.0)
            before = self.clock.seconds()
            turn(self.clock, 0.1)
            if self.done:
                break
        # Two share 0.8 s of work a second.
        self.assertAlmostEqual(before, 3 / 0.4, delta=0.2)

    def test_one_that_fails(self) -> None:
        """Whatever is the matter with one: those behind it get their turn."""

        def broken() -> None:
            raise ValueError

        self.lines.stand("ada", broken)
        self.stand("ada", 0.0)
        turn(self.clock)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assertEqual(self.done, ["ada"])
