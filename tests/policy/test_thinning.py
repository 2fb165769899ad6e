"""Which autosaves stay as they age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.policy.history.thinning import superseded

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """Return a time before now."""
    return NOW - timedelta(**span)


def stays(times: list[datetime], now: datetime = NOW) -> list[datetime]:
    """Return which of these autosaves stay."""
    autosaves = [(str(number), time) for number, time in enumerate(sorted(times))]
    gone = set(superseded(autosaves, now))
    return [time for number, time in autosaves if number not in gone]


class ThinningTests(SynchronousTestCase):
    """The steps."""

    def test_all_of_the_last_day(self) -> None:
        """Nothing of the last day goes."""
        times = [ago(minutes=minutes) for minutes in range(0, 24 * 60, 5)]
        self.assertEqual(stays(times), sorted(times))

    def test_one_an_hour_for_a_week(self) -> None:
        """Of each hour of the last week the last one stays."""
        times = [ago(days=2, minutes=minutes) for minutes in range(0, 180, 5)]
        kept = stays(times)
        self.assertEqual(len({time.replace(minute=0) for time in times}), len(kept))
        self.assertEqual([time.minute for time in kept], [55, 55, 55, 30])

    def test_one_a_day_for_a_month_and_then_one_a_week(self) -> None:
        """A year of an autosave every six hours leaves one for each day of a month and for each week before it."""
        times = [ago(hours=hours) for hours in range(0, 365 * 24, 6)]
        kept = stays(times)
        month = [time for time in kept if ago(days=30) < time <= ago(days=7)]
        older = [time for time in kept if time <= ago(days=30)]
        self.assertEqual(len({time.date() for time in month}), len(month))
        self.assertIn(len(month), (23, 24))
        self.assertIn(len(older), (48, 49))

    @given(st.lists(st.integers(0, 400 * 86_400), max_size=60), st.integers(0, 40 * 86_400))
    def test_as_time_goes_on(self, ages: list[int], later: int) -> None:
        """What stays stays until its step ends, however often it was thinned before; the newest always does."""
        times = [ago(seconds=age) for age in ages]
        at_once = stays(times, NOW + timedelta(seconds=later))
        in_two = stays(stays(times), NOW + timedelta(seconds=later))
        self.assertTrue(set(in_two) <= set(at_once))
        self.assertEqual(in_two[-1:], sorted(times)[-1:])
