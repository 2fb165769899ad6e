"""How much one run may print, counted again outside of the jail: the loop inside can be replaced by its user.

What adds to the output is counted once and for all. What takes the place of something is bounded by its rate, since a
progress bar may go on for hours: a bucket is filled by time, and each clear and update, and what was shown before a
clear, comes out of it. How much is there at a time is counted by the backend, which knows what was replaced.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

# Well beyond what the session's own loop lets through (session/output/areas/replacing.py), so that only one that was
# replaced comes near.
FRAMES_A_SECOND, MOST_FRAMES = 150.0, 4000.0
BYTES_A_SECOND, MOST_BYTES = 4 * 1024 * 1024, 16 * 1024 * 1024


class RunBudget:
    """What one run may print at most, whatever the loop in its jail lets through.

    Args:
        limit: bytes of pieces.
        clock: tells the time.

    Attributes:
        dropped: bytes beyond it.
        told: whether the run was told to stop.
        spilled: whether it said where the middle of its output lies.
    """

    __slots__ = ("_bytes", "_clock", "_filled", "_frames", "_left", "_limit", "dropped", "spilled", "told")

    def __init__(self, limit: int, clock: IReactorTime) -> None:
        self._limit = self._left = limit
        self._clock = clock
        self._frames, self._bytes = MOST_FRAMES, float(MOST_BYTES)
        # Not asked for before it is needed: most runs replace nothing.
        self._filled: float | None = None
        self.dropped = 0
        self.told = self.spilled = False

    def admits(self, size: int) -> bool:
        """Whether a piece of this size still fits; counts it as dropped otherwise."""
        if self.dropped or size > self._left:
            self.dropped += size
            return False
        self._left -= size
        return True

    def replaces(self, size: int) -> bool:
        """Whether a clear or an update of this size comes slowly enough; counts it as dropped otherwise."""
        self._fill()
        if self.dropped or self._frames < 1 or size > self._bytes:
            self.dropped += size
            return False
        self._frames -= 1
        self._bytes -= size
        return True

    def clear(self) -> None:
        """What was shown is taken away: as much may be shown again, as far as the rate allows."""
        self._fill()
        back = min(self._limit - self._left, int(self._bytes))
        self._left += back
        self._bytes -= back

    def _fill(self) -> None:
        now = self._clock.seconds()
        passed = 0.0 if self._filled is None else now - self._filled
        self._filled = now
        self._frames = min(MOST_FRAMES, self._frames + passed * FRAMES_A_SECOND)
        self._bytes = min(MOST_BYTES, self._bytes + passed * BYTES_A_SECOND)
