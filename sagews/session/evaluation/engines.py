"""Whether the engines inside of this process survived that a cell was stopped, and what to tell when one did not.

ECL, which runs Maxima, is stopped by a jump out of the middle of its work. Mostly it goes on afterwards; when it does
not, every integral after it would fail or hang without a reason that anybody could see. It can't be started a second
time in one process, so all that can be done is to say so at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import Any

SECONDS = 2.0
TOLD = (
    "Maxima, which computes integrals, limits and sums, did not survive being stopped. "
    "Restart the session before you use it again; everything else goes on.\n"
)


def check(attempt: Callable[[Callable[[], Any]], BaseException | None]) -> None:
    """Ask Maxima for a sum, and say so on standard error when it does not know.

    Args:
        attempt: runs work that may be interrupted and returns what it raised.
    """
    interface = sys.modules.get("sage.interfaces.maxima_lib")
    if interface is None:
        return
    answers: list[str] = []
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        attempt(lambda: answers.append(str(interface.maxima_lib.eval("20+22")).strip()))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if answers != ["42"]:
        sys.stderr.write(TOLD)
