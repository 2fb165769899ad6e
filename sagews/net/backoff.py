"""How long to wait before trying again: longer after each failure in a row, up to a limit, spread by jitter.

Pure: whoever waits brings the clock. Standard library only, because the launcher waits by it too.
"""

from __future__ import annotations

from collections.abc import Callable


def no_jitter() -> float:
    """Spread nothing: for those who are alone with what they wait for."""
    return 0.0


class Backoff:
    """Delays of one thing that is tried again and again.

    The n-th delay in a row is `first * growth**n`, at most `longest`, and up to half as much again by jitter, so that
    many who lost the same thing at once do not all come back at once.

    Args:
        first, longest: in seconds.
        growth: what a delay is multiplied by after each failure.
        jitter: returns a random number from 0 to 1.
    """

    def __init__(
        self, first: float, longest: float, growth: float = 2.0, jitter: Callable[[], float] = no_jitter
    ) -> None:
        self._first, self._longest, self._growth = first, longest, growth
        self._jitter = jitter
        self._next = first

    @property
    def failing(self) -> bool:
        """Whether a delay was taken since something worked."""
        return self._next > self._first

    def take(self) -> float:
        """Note a failure and return how long to wait now, in seconds."""
        now = self._next
        self._next = min(self._longest, now * self._growth)
        return now * (1 + self._jitter() / 2)

    def forget(self) -> None:
        """Begin anew: something worked."""
        self._next = self._first
