"""Edits and runs of one document in the order in which they came, also when one of them has to wait for something.

A run shows what its sender saw only if the edits before it are in. Nearly all are applied in the same turn; while a
large one is being tried elsewhere, what comes behind it waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

Work = Callable[[], Coroutine[Any, Any, None] | None]


class EditOrder:
    """One after the other; of those that had to wait one in each turn of the reactor, for there may be thousands.

    Args:
        clock: calls back in its next turn.
    """

    __slots__ = ("_busy", "_clock", "_waiting")

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._busy = False
        # None while nothing waits, as in nearly all documents at nearly all times.
        self._waiting: deque[Deferred[None]] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._busy

    def take(self, work: Work) -> Coroutine[Any, Any, None] | None:
        """Do work now, or return a coroutine that does it when its turn has come; raises what the work does."""
        if self._busy:
            return self._later(work)
        going_on = work()
        return None if going_on is None else self._to_its_end(going_on)

    async def _to_its_end(self, going_on: Coroutine[Any, Any, None]) -> None:
        # Here and not in `take`: a coroutine that is closed before it was started releases nothing.
        self._busy = True
        try:
            await going_on
        finally:
            self._release()

    async def _later(self, work: Work) -> None:
        turn: Deferred[None] = Deferred()
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(turn)
        await turn
        try:
            going_on = work()
            if going_on is not None:
                await going_on
        finally:
            self._release()

    def _release(self) -> None:
        if self._waiting:
            # It stays busy for the next.
            turn = self._waiting.popleft()
            if not self._waiting:
                self._waiting = None
            self._clock.callLater(0, turn.callback, None)
        else:
            self._busy = False
