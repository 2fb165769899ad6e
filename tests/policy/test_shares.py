"""Equal shares of the time of one process."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.policy.browser.shares import BURST, LINES_OF_STRANGERS, LONGEST_WAIT, MOST, Shares, line_of_strangers


def served(accounts: dict[str, float], seconds: float) -> dict[str, float]:
    """Return the work that accounts get done who always want more, in pieces of these sizes, as the clock runs."""
    shares, now, done = Shares(), 0.0, dict.fromkeys(accounts, 0.0)
    free = dict.fromkeys(accounts, 0.0)
    while now < seconds:
        for who, piece in accounts.items():
            if free[who] <= now:
                free[who] = now + shares.charge(who, piece, now)
                done[who] += piece
        now += 0.01
    return done


class SharesTests(SynchronousTestCase):
    """Who gets how much."""

    def test_strangers(self) -> None:
        """Strangers of one network are in one line, those of many in a few, and none of them is anybody's account."""
        self.assertEqual(line_of_strangers("192.0.2.1"), line_of_strangers("192.0.2.1"))
        lines = {line_of_strangers(f"2001:db8:{number:x}::/64") for number in range(2000)}
        self.assertEqual(len(lines), LINES_OF_STRANGERS)
        self.assertTrue(all(" " in line for line in lines))

    def test_alone(self) -> None:
        """Who is alone has nearly the whole time."""
        done = served({"ada": 0.02}, 20)["ada"]
        self.assertAlmostEqual(done, 20 * MOST + BURST, delta=1)

    def test_a_flood_beside_an_ordinary_account(self) -> None:
        """A flood gets half while somebody else works, who never waits."""
        shares, now, flood, free = Shares(), 0.0, 0.0, 0.0
        while now < 20:
            if free <= now:
                flood += 0.02
                free = now + shares.charge("mallory", 0.02, now)
            self.assertEqual(shares.charge("ada", 0.001, now), 0)
            now += 0.02
        self.assertAlmostEqual(flood, 20 * MOST / 2 + BURST, delta=1)

    def test_strangers_are_one(self) -> None:
        """However many connections have not said who they are, they have one share together."""
        shares = Shares()
        for number in range(1000):
            shares.charge("", 0.01, number / 1000)
        self.assertGreater(shares.charge("", 0.01, 1.0), 0)
        self.assertEqual(shares.charge("ada", 0.01, 1.0), 0)

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 5), st.floats(0, 3)), max_size=60))
    def test_waits_are_bounded(self, steps: list[tuple[str, float, float]]) -> None:
        """Whatever happened: a wait is neither negative nor long, and after it has been idle an account is free."""
        shares, now = Shares(), 0.0
        for who, work, pause in steps:
            now += pause
            self.assertTrue(0 <= shares.charge(who, work, now) <= LONGEST_WAIT)
        self.assertEqual(shares.charge("d", 0.0, now), 0)
