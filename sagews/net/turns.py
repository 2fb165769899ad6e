"""So many at a time: the others wait in the order in which they came, and not too many of them.

For work that each costs the machine a good deal and that many may want in one moment, when a class comes or leaves.
"""

from __future__ import annotations

from collections import deque

from twisted.internet.defer import Deferred

from sagews.errors import SagewsError


class Turns:
    """Hands out turns; `async with turns:` waits for one and gives it back.

    Args:
        at_once: how many may have a turn at the same time.
        waiting: how many may wait for one.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most = waiting
        self._taken = 0
        self._waiting: deque[Deferred[None]] = deque()
        self._serving = False

    async def __aenter__(self) -> None:
        """Wait for a turn.

        Raises:
            SagewsError: `limit` when too many wait already.
        """
        if self._taken < self._at_once and not self._waiting:
            self._taken += 1
            return
        if len(self._waiting) >= self._most:
            raise SagewsError("limit", limit=f"{self._most} waiting", advice="Try again in a while.")
        turn: Deferred[None] = Deferred(self._waiting.remove)
        self._waiting.append(turn)
        await turn

    async def __aexit__(self, *_: object) -> None:
        """Give it to the next one."""
        self._taken -= 1
        # Whoever gets a turn may give it back before it returns, and a thousand who do so one inside of the other would
        # be too deep.
        if self._serving:
            return
        self._serving = True
        try:
            while self._waiting and self._taken < self._at_once:
                self._taken += 1
                self._waiting.popleft().callback(None)
        finally:
            self._serving = False
