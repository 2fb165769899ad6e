"""What a session may replace: as long as it likes, at a rate that a page and a database bear."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.worker.kinds.evaluation.run_budget import (
    BYTES_A_SECOND,
    FRAMES_A_SECOND,
    MOST_BYTES,
    MOST_FRAMES,
    RunBudget,
)

LIMIT = 10_000


class RateTests(SynchronousTestCase):
    """The budget of one run."""

    def setUp(self) -> None:
        """Begin one."""
        self.clock = Clock()
        self.budget = RunBudget(LIMIT, self.clock)

    def test_a_bar_goes_on_for_hours(self) -> None:
        """Twenty updates a second, and as many clears with what follows them, cost nothing of what may be shown."""
        for _ in range(3600):
            self.clock.advance(1)
            for _ in range(20):
                self.assertTrue(self.budget.replaces(5000))
                self.budget.clear()
                self.assertTrue(self.budget.admits(5000))
        self.assertEqual(self.budget.dropped, 0)

    def test_a_flood_of_them_ends(self) -> None:
        """Beyond its burst a session has the rate and no more, in frames and in bytes; what is dropped is counted."""
        for size, most in ((1, MOST_FRAMES + FRAMES_A_SECOND), (100_000, (MOST_BYTES + BYTES_A_SECOND) / 100_000)):
            budget = RunBudget(LIMIT, self.clock)
            passed = 0
            for _ in range(2):
                while budget.replaces(size):
                    passed += 1
                budget.dropped = 0
                self.clock.advance(1)
            self.assertLessEqual(passed, most)

    def test_a_clear_gives_back_no_more_than_the_rate(self) -> None:
        """Clearing again and again while showing as much as it can is bounded as well."""
        budget = RunBudget(MOST_BYTES, self.clock)
        shown = 0
        while budget.replaces(50) and budget.admits(1_000_000):
            shown += 1_000_000
            budget.clear()
        self.assertLessEqual(shown, 2 * MOST_BYTES)
