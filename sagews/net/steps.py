"""Does what comes in floods a few milliseconds in each turn of the reactor, in the order in which it came.

When a network fails, or somebody closes two thousand sockets, each of them leaves a little to be cleared away. Nobody
waits for that; but done in the moment in which it comes, all of it together would hold up everybody else.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from sagews.net.account_lines import MOST_SECONDS

Work = Callable[[], object]


class Steps:
    """A line of small pieces of work.

    Args:
        reactor: calls back in its next turn (IReactorTime).

    Attributes:
        spent: returns the seconds that this thread has computed: waiting for a busy machine is nobody's doing.
    """

    _log = Logger()

    def __init__(self, reactor: Any) -> None:
        self.spent = time.thread_time
        self._reactor = reactor
        self._line: deque[Work] = deque()
        # Seconds of work in this turn of the reactor; None before anything was done in it.
        self._had: float | None = None

    def do(self, work: Work) -> None:
        """Do a piece of work now, or in a later turn if this one had enough, or if something waits already.

        What it raises is logged.
        """
        if self._line or (self._had or 0.0) >= MOST_SECONDS:
            self._line.append(work)
        else:
            self._do(work)

    def _do(self, work: Work) -> None:
        if self._had is None:
            self._had = 0.0
            self._reactor.callLater(0, self._turn)
        began = self.spent()
        try:
            work()
        except Exception:
            # The others are done all the same.
            self._log.failure("what was to be done in steps failed")
        self._had += self.spent() - began

    def _turn(self) -> None:
        """Begin anew, with what waits."""
        self._had = None
        for _ in range(len(self._line)):
            self._do(self._line.popleft())
            if (self._had or 0.0) >= MOST_SECONDS:
                break
