"""Coroutines that nobody waits for: started here, so that no failure is dropped."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredList
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.errors import SagewsError

A = TypeVar("A")
B = TypeVar("B")


def run_in_background(work: Coroutine[Any, Any, None], log: Logger, what: str, correlation: str) -> Deferred[None]:
    """Start work whose failure is logged and goes no further.

    Args:
        work: the coroutine.
        log: of the module that starts it.
        what: a word for the log.
        correlation: the id that travels with it.
    """
    started = Deferred.fromCoroutine(work)

    def failed(failure: Failure) -> None:
        if failure.check(CancelledError):
            return
        error = failure.value
        if isinstance(error, SagewsError):
            log.warn("{what}: {code}: {error}", what=what, code=error.code, error=error, correlation=correlation)
        else:
            log.failure("{what} failed", failure, what=what, correlation=correlation)

    return started.addErrback(failed)


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Do two things at once and return both results, once both are over; raises what the first one that failed did."""
    started: list[Deferred[Any]] = [Deferred.fromCoroutine(first), Deferred.fromCoroutine(second)]
    results = await DeferredList(started, consumeErrors=True)
    for succeeded, result in results:
        if not succeeded:
            result.raiseException()
    return results[0][1], results[1][1]


async def sleep(clock: IReactorTime, seconds: float) -> None:
    """Wait for some time on a clock."""
    waited: Deferred[None] = Deferred()
    delayed = clock.callLater(seconds, waited.callback, None)
    try:
        await waited
    finally:
        if delayed.active():
            delayed.cancel()


class Pause:
    """The wait between two tries of work that goes on for ever, which its end cuts short.

    Args:
        clock: tells the time.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._waiting: Deferred[None] | None = None

    async def wait(self, seconds: float) -> None:
        """Wait for some time, or until it is ended: who waits looks then whether to go on. One wait at a time."""
        self._waiting = deferLater(self._clock, seconds)
        self._waiting.addErrback(_swallow_cancel)
        try:
            await self._waiting
        finally:
            self._waiting = None

    def end(self) -> None:
        """Let whoever waits go on now; does nothing when nobody does."""
        if self._waiting is not None:
            self._waiting.cancel()


def _swallow_cancel(failure: Failure) -> None:
    failure.trap(CancelledError)


def cancelled(timer: IDelayedCall | None) -> IDelayedCall | None:
    """Cancel a timer if it is still running, and return None to be kept in its place."""
    if timer is not None and timer.active():
        timer.cancel()
    return None


async def settled(work: Deferred[None]) -> None:
    """Wait until background work is over, however it ends."""
    over: Deferred[None] = Deferred()

    def pass_on(result: Failure | None) -> Failure | None:
        over.callback(None)
        return result

    work.addBoth(pass_on)
    await over
