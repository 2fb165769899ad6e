"""How long is waited before something is tried again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.backoff import Backoff


class BackoffTests(SynchronousTestCase):
    """Delays in a row."""

    @given(first=st.floats(0.01, 5), longest=st.floats(5, 100), growth=st.floats(1.1, 4), jitter=st.floats(0, 1))
    def test_delays_grow_up_to_the_longest(self, first: float, longest: float, growth: float, jitter: float) -> None:
        """Each delay is the last one's multiple, at most the longest, and jitter adds at most half of it."""
        backoff = Backoff(first, longest, growth, lambda: jitter)
        for number in range(12):
            expected = min(longest, first * growth**number)
            self.assertAlmostEqual(backoff.take(), expected * (1 + jitter / 2), delta=expected / 1e6)

    def test_what_works_begins_anew(self) -> None:
        """After a success the first delay comes again."""
        backoff = Backoff(1.0, 8.0)
        self.assertFalse(backoff.failing)
        self.assertEqual([backoff.take() for _ in range(5)], [1.0, 2.0, 4.0, 8.0, 8.0])
        self.assertTrue(backoff.failing)
        backoff.forget()
        self.assertFalse(backoff.failing)
        self.assertEqual(backoff.take(), 1.0)
