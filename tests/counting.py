"""What a piece of work costs, counted and not timed: the same on a busy machine and on an idle one."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, Python's and C's, are called while work is done.

    What a function written in C does inside is one call however long it takes, so this is for work whose loops are in
    Python, and for asking whether it grows with its input.

    It is done in a copy of this process: a profiler makes an object of every frame, and none of them shall be left
    behind for the tests that follow.
    """
    told, tell = os.pipe()
    process = os.fork()
    if process == 0:
        _count(work, tell)
    os.close(tell)
    with open(told, encoding="ascii") as stream:
        answer = stream.read()
    os.waitpid(process, 0)
    if not answer:
        raise AssertionError("the work that was to be counted did not come to its end")
    return int(answer)


def _count(work: Callable[[], object], tell: int) -> NoReturn:
    """Do the work in the copy, tell how many calls it took, and end without the clean-up of the process copied."""
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    try:
        # What a collection that falls into it finalises is no part of the work.
        gc.disable()
        sys.setprofile(count)
        work()
        sys.setprofile(None)
        # The last one is the call that ends the counting.
        os.write(tell, str(counted - 1).encode())
    finally:
        os._exit(0)
