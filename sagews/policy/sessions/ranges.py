"""Numbers of pieces, told as ranges: a session may scatter thousands of them, so they are never looked through."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

Range = tuple[int, int]
"""From the first number to the last."""


def is_in(ranges: Sequence[Range], number: int) -> bool:
    """Whether a number is in one of these ranges, which stand in order and do not overlap."""
    # The one that begins last before it or with it.
    at = bisect_right(ranges, number, key=_first)
    return at > 0 and number <= ranges[at - 1][1]


def _first(numbers: Range) -> int:
    return numbers[0]
