"""Output that waits: windows of sessions, and a pool that accounts share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.worker.sessions.flow_control import SharedWindow, Window

LIMIT = 1000


class SharedWindowTests(SynchronousTestCase):
    """Who waits when the pool is full."""

    def setUp(self) -> None:
        """Make a pool."""
        self.pool = SharedWindow(LIMIT)
        self.told: set[str] = set()

    def window(self, account: str) -> Window:
        """Return the window of one more session."""
        return Window(account, LIMIT, self.pool, lambda: self.told.add(account))

    def test_others_go_on(self) -> None:
        """An account that has filled the pool waits; one that holds little does not wait for it."""
        flood, small = self.window("flood"), self.window("small")
        flood.take(1, 400)
        self.window("flood").take(1, 500)
        small.take(1, 100)
        self.assertEqual((flood.open, small.open), (False, True))

    def test_shares_are_equal(self) -> None:
        """Of a full pool nobody has more than an equal share before they wait, over however many sessions."""
        self.window("flood").take(1, LIMIT)
        first, second = self.window("other"), self.window("other")
        first.take(1, 250)
        second.take(1, 249)
        self.assertTrue(first.open)
        second.take(2, 1)
        self.assertEqual((first.open, second.open), (False, False))

    def test_told_when_there_is_room(self) -> None:
        """Whoever waits is told once the pool has room, or once they have less than their share."""
        first, second, other = self.window("flood"), self.window("flood"), self.window("other")
        first.take(1, 500)
        second.take(1, 500)
        other.take(1, 600)
        self.assertEqual([each.open for each in (first, second, other)], [False] * 3)
        other.acknowledge(1)
        self.assertEqual(self.told, {"other"})
        self.assertFalse(second.open)
        first.acknowledge(1)
        self.assertEqual(self.told, {"other", "flood"})
        self.assertTrue(second.open)

    @given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 400)), max_size=60))
    def test_bounded_and_forgotten(self, steps: list[tuple[str, int]]) -> None:
        """However sessions print that stop when they are not read, less than twice the limit is held."""
        pool = SharedWindow(LIMIT)
        windows = [Window(account, LIMIT, pool, lambda: None) for account in "abcd"]
        for account, size in steps:
            window = windows["abcd".index(account)]
            if window.open:
                window.take(1, size)
            self.assertLess(pool.held, 2 * LIMIT + 4 * 400)
        for window in windows:
            window.close()
        self.assertEqual((pool.held, pool.is_full("a")), (0, False))
