"""So many at a time: the others wait, each account in a line of its own, and not too many of them.

For work that each costs the machine a good deal and that many may want in one moment, when a class comes or leaves.
Lines are served by turns, so that whoever wants one thing never waits for all that somebody else wants.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from twisted.internet.defer import Deferred

from sagews.errors import SagewsError


class Turns:
    """Hands out turns; `async with turns.of(account):` waits for one and gives it back.

    Args:
        at_once: how many may have a turn at the same time.
        waiting: how many may wait for one.
        each: how many of the turns one account may have at the same time; None: all of them.
    """

    def __init__(self, at_once: int, waiting: int, each: int | None = None) -> None:
        self._at_once = at_once
        self._most = waiting
        self._each = at_once if each is None else each
        self._taken: Counter[str] = Counter()
        # In the order in which they are served next; none of them is empty.
        self._lines: OrderedDict[str, deque[Deferred[None]]] = OrderedDict()
        # In all lines: a thousand who come in one moment do not each count the others.
        self._waiting = 0
        self._serving = False

    @asynccontextmanager
    async def of(self, account: str) -> AsyncIterator[None]:
        """Wait for a turn of an account, and give it back in the end.

        Raises:
            SagewsError: `limit` when too many wait already.
        """
        if self._may(account) and not (self._serving and self._lines):
            self._taken[account] += 1
        else:
            await self._wait(account)
        try:
            yield
        finally:
            self._give_back(account)

    def _may(self, account: str) -> bool:
        return self._taken.total() < self._at_once and self._taken[account] < self._each

    def _wait(self, account: str) -> Deferred[None]:
        if self._waiting >= self._most:
            raise SagewsError("limit", limit=f"{self._most} waiting", advice="Try again in a while.")
        turn: Deferred[None] = Deferred(lambda turn: self._leave(account, turn))
        self._lines.setdefault(account, deque()).append(turn)
        self._waiting += 1
        return turn

    def _leave(self, account: str, turn: Deferred[None]) -> None:
        line = self._lines[account]
        line.remove(turn)
        self._waiting -= 1
        if not line:
            del self._lines[account]

    def _give_back(self, account: str) -> None:
        """Give it to the next one."""
        self._taken[account] -= 1
        if not self._taken[account]:
            del self._taken[account]
        # Whoever gets a turn may give it back before it returns, and a thousand who do so one inside of the other would
        # be too deep.
        if self._serving:
            return
        self._serving = True
        try:
            while (turn := self._next()) is not None:
                turn.callback(None)
        finally:
            self._serving = False

    def _next(self) -> Deferred[None] | None:
        """Return whose turn it is, taken for them already; None when nobody may have one now."""
        account = next((account for account in self._lines if self._may(account)), None)
        if account is None:
            return None
        turn = self._lines[account].popleft()
        self._waiting -= 1
        self._taken[account] += 1
        if self._lines[account]:
            self._lines.move_to_end(account)
        else:
            del self._lines[account]
        return turn
