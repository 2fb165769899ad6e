"""Completions and inspections under way: what a session was asked, by number, each with a deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.errors import SagewsError
from sagews.wire.session.framing import ProtocolError

Answer = Mapping[str, Any]

MOST_LATE = 1000


class PendingRequests:
    """The questions of one session.

    Args:
        clock: for the deadlines.
        seconds: within which an answer must come.
        limit: questions under way.
        late: called when an answer did not come in time.
    """

    def __init__(self, clock: IReactorTime, seconds: float, limit: int, late: Callable[[], None]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._limit = limit
        self._late = late
        self._asked = 0
        self._waiting: dict[int, tuple[Deferred[Answer], IDelayedCall]] = {}
        # Questions that were given up: each may still be answered, once. They are few, a session that is asked answers.
        self._late_ones: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def next_number(self) -> int:
        """The number of the next question; `busy` when there are too many."""
        if len(self._waiting) >= self._limit:
            raise SagewsError("busy")
        return self._asked + 1

    def asked(self, seconds: float | None = None) -> Deferred[Answer]:
        """Count a question as asked; fires with its answer, or fails with `limit`, after so many seconds if given."""
        self._asked += 1
        answer: Deferred[Answer] = Deferred()
        deadline = self._clock.callLater(seconds or self._seconds, self._give_up, self._asked, seconds or self._seconds)
        self._waiting[self._asked] = (answer, deadline)
        return answer

    def answered(self, number: int, answer: Answer) -> None:
        """Take an answer; one that comes too late is ignored.

        Raises:
            ProtocolError: for a number that was never given, or that was answered already.
        """
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting[1].cancel()
            waiting[0].callback(answer)
        elif number in self._late_ones:
            self._late_ones.discard(number)
        else:
            raise ProtocolError("an answer that nobody asked for")

    def _give_up(self, number: int, seconds: float) -> None:
        answer, _ = self._waiting.pop(number)
        self._late_ones.add(number)
        if len(self._late_ones) > MOST_LATE:
            self._late_ones.discard(min(self._late_ones))
        self._late()
        advice = "The session is slow to answer; try again."
        answer.errback(SagewsError("limit", limit=f"{seconds:g} s", advice=advice))

    def close(self) -> None:
        """Tell whoever waits that the session is over."""
        waiting, self._waiting = self._waiting, {}
        for answer, deadline in waiting.values():
            deadline.cancel()
            answer.errback(SagewsError("no-session"))
