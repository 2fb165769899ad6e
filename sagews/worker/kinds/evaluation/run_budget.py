"""How much one run may print, counted again outside of the jail: the loop inside can be replaced by its user."""

from __future__ import annotations


class RunBudget:
    """What one run may print at most, whatever the loop in its jail lets through.

    Args:
        limit: bytes of pieces.

    Attributes:
        dropped: bytes beyond it.
        told: whether the run was told to stop.
        spilled: whether it said where the middle of its output lies.
    """

    __slots__ = ("_left", "dropped", "spilled", "told")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.dropped = 0
        self.told = self.spilled = False

    def admits(self, size: int) -> bool:
        """Whether a piece of this size still fits; counts it as dropped otherwise."""
        if self.dropped or size > self._left:
            self.dropped += size
            return False
        self._left -= size
        return True
