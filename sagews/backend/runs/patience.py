"""How long an interrupt may take before the page says that the session does not listen."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Patience:
    """One wait at a time.

    Args:
        clock: tells the time.
        seconds: how long.
        over: called when it has lasted so long.
    """

    __slots__ = ("_call", "_clock", "_over", "_seconds")

    def __init__(self, clock: IReactorTime, seconds: float, over: Callable[[], None]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._over = over
        self._call: IDelayedCall | None = None

    def begin(self) -> None:
        """Start to wait; a second interrupt does not begin anew."""
        if self._call is None:
            self._call = self._clock.callLater(self._seconds, self._run_out)

    def end(self) -> None:
        """What was waited for has come."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _run_out(self) -> None:
        self._call = None
        self._over()
