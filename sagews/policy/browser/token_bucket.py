"""How often something may happen: a bucket of tokens that fills with time."""

from __future__ import annotations


class TokenBucket:
    """Allows `rate` a second on average and `burst` at once.

    Args:
        rate: tokens that come back in a second.
        burst: how many fit.
        now: seconds, on the clock that later calls use.
    """

    __slots__ = ("_burst", "_level", "_rate", "_then")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._then = now

    def take(self, amount: float, now: float) -> bool:
        """Take tokens if there are enough of them; a clock that runs backwards gives none."""
        # Filled when asked and by no timer: thousands of idle connections have a bucket each.
        level = self._level
        if now > self._then:
            level += (now - self._then) * self._rate
            if level > self._burst:
                level = self._burst
        self._then = now
        enough = level >= amount
        self._level = level - amount if enough else level
        return enough

    def wait(self, amount: float) -> float:
        """Return the seconds until `amount` can be taken."""
        return max(0.0, amount - self._level) / self._rate
