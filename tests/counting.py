"""What a piece of work costs, counted and not timed: the same on a busy machine and on an idle one."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, Python's and C's, are called while work is done.

    What a function written in C does inside is one call however long it takes, so this is for work whose loops are in
    Python, and for asking whether it grows with its input.
    """
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    # What a collection that falls into it finalises is no part of the work.
    collects, before = gc.isenabled(), sys.getprofile()
    gc.disable()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    # The last one is the call that ends the counting.
    return counted - 1
