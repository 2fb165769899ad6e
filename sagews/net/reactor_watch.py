"""Watches that no piece of work holds the reactor for longer than 20 ms: everybody else waits for it meanwhile.

A piece is what the reactor calls at a stretch: the work for one ready socket, or the timed calls that are due. Between
two waits of the reactor lies a turn, which may hold many pieces. The watch puts two readings of a clock around each
piece and each turn: about half a microsecond for either.

What a stall was is known from its socket, and from a sample of the stack: a timer that counts processor time
(ITIMER_PROF) ticks every 10 ms *of computing*, so that a daemon that idles is never woken; a tick in an old piece keeps
where that was. Work that waited instead of computing, for the disk or because the machine was busy, gets no tick; nor
does what computes in C for a long time, since a tick is heard between two steps of Python only. So how much a stall
computed is read from the thread's own processor time. That reading is a system call, too dear for every piece: it is
taken when a turn begins and when a stall ends. Stalls that computed for less than half of their time are counted
apart, since a busy machine makes them too.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from twisted.logger import Logger

LIMIT_SECONDS = 0.020
TICK_SECONDS = 0.010
LOGGED_A_MINUTE = 10
FRAMES = 6
# Of one turn. When thousands of sockets have something in one moment, or have been closed, what is timed or planned has
# its place between them; the kernel gives the others next time, before those that had their turn.
MOST_EVENTS = 100
# Of the stalls that are told one by one: as many as fit into a second, so that who asks each second misses none.
LATEST = 50

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Stall:
    """One piece of work that took too long.

    Attributes:
        seconds: how long it held the reactor.
        computing: how much of it at least was spent computing, in seconds.
        what: whose work it was, and where it was if that was sampled.
    """

    seconds: float
    computing: float
    what: str

    @property
    def waited(self) -> bool:
        """Whether it computed for less than half of its time."""
        return self.computing < self.seconds / 2


class StallBook:
    """Counts stalls and remembers the longest and the last; pure but for its clock.

    Args:
        clock: seconds, monotonic.
        spent: seconds that this thread has computed.
        noted: called with each stall.
        limit: seconds that a piece may take.
    """

    def __init__(
        self, clock: Clock, spent: Clock, noted: Callable[[Stall], None], limit: float = LIMIT_SECONDS
    ) -> None:
        self._clock = clock
        self._spent = spent
        self._noted = noted
        self._limit = limit
        self._turn: float | None = None
        self._piece = clock()
        # When the thread's processor time was last read, and what it was.
        self._read = (clock(), spent())
        # The piece that was sampled, how many ticks it has had, and where it was at the last.
        self._sampled = (-1.0, 0, "")
        self.count = 0
        self.waited = 0
        self.long_turns = 0
        self.longest_turn = 0.0
        self.longest: Stall | None = None
        self.last: Stall | None = None

    def turn_began(self) -> None:
        """The reactor stopped waiting."""
        self._turn = now = self._clock()
        self._read = (now, self._spent())

    def turn_ended(self) -> None:
        """The reactor is about to wait."""
        if self._turn is None:
            return
        seconds = self._clock() - self._turn
        self._turn = None
        if seconds > self.longest_turn:
            self.longest_turn = seconds
        if seconds > self._limit:
            self.long_turns += 1

    def watched(self, work: Callable[..., Any], whose: Callable[..., str]) -> Callable[..., Any]:
        """Return a function that does a piece of work and measures it; `whose` is asked about its arguments."""
        # This runs for every socket that has something: locals instead of attributes, no call but the clock's.
        clock, limit = self._clock, self._limit

        def piece(*arguments: Any) -> Any:
            began = self._piece = clock()
            try:
                return work(*arguments)
            finally:
                seconds = clock() - began
                if seconds > limit:
                    self._stalled(began, seconds, whose(*arguments))

        return piece

    def _stalled(self, began: float, seconds: float, what: str) -> None:
        if self._sampled[0] == began:
            what += f", at {self._sampled[2]}"
        stall = Stall(seconds, self._computed(began, seconds), what)
        self.count += 1
        self.waited += stall.waited
        self.last = stall
        if self.longest is None or seconds > self.longest.seconds:
            self.longest = stall
        self._noted(stall)

    def _computed(self, began: float, seconds: float) -> float:
        """Return how much the piece that has just ended computed at least.

        What its turn computed before it was no more than the time that this took; where that may hide too much, its
        ticks are known too.
        """
        read, spent = self._read
        now = self._spent()
        self._read = (began + seconds, now)
        sampled, ticks, _ = self._sampled
        ticked = TICK_SECONDS * (ticks + 1) if sampled == began else 0.0
        return max(0.0, min(seconds, now - spent, max(ticked, now - spent - (began - read))))

    def tick(self, where: Callable[[], str]) -> None:
        """A tick of processor time has passed: keep where a piece is that has come half of the way to a stall.

        A tick outside of a piece is put down to the one before, which is over, so that nobody ever reads it.
        """
        if self._clock() - self._piece > self._limit / 2:
            sampled, ticks, _ = self._sampled
            self._sampled = (self._piece, ticks + 1 if sampled == self._piece else 1, where())


class ReactorWatch:
    """Puts a StallBook around the work of an epoll reactor, logs stalls and tells the figures.

    Args:
        reactor: a running or stopped epoll reactor; another kind is left alone, and the figures say so.
        wall: returns the time, UTC, for the figures.
    """

    log = Logger()

    def __init__(self, reactor: Any, wall: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._reactor = reactor
        self._wall = wall
        self._latest: deque[tuple[datetime, Stall]] = deque(maxlen=LATEST)
        self._minute = 0
        self._logged = 0
        self._watching = False
        self.book = StallBook(time.perf_counter, time.thread_time, self._noted)

    def start(self) -> None:
        """Begin, before the reactor runs or while it does; once for a reactor, in its thread."""
        # Twisted has no public hook around a turn. Without these names nothing is watched, and nothing breaks.
        if not hasattr(self._reactor, "_poller") or not hasattr(self._reactor, "_doReadOrWrite"):
            return
        self._reactor._poller = _Poller(self._reactor._poller, self.book)
        self._reactor._doReadOrWrite = self.book.watched(self._reactor._doReadOrWrite, _whose)
        self._reactor.runUntilCurrent = self.book.watched(self._reactor.runUntilCurrent, lambda: "timed calls")
        signal.signal(signal.SIGPROF, self._tick)
        # Otherwise every system call that a tick interrupts would fail in C code that does not try again.
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
        self._watching = True

    def stop(self) -> None:
        """Stop measuring and leave the reactor as it was."""
        if self._watching:
            self._watching = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._reactor._poller = self._reactor._poller.real
            del self._reactor._doReadOrWrite, self._reactor.runUntilCurrent

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        self.book.tick(lambda: where(frame))

    def _noted(self, stall: Stall) -> None:
        """Log it; of a flood only so many a minute, so that logging does not hold the reactor again."""
        now = self._wall()
        self._latest.append((now, stall))
        minute = int(now.timestamp() // 60)
        if minute != self._minute:
            self._minute, self._logged = minute, 0
        self._logged += 1
        if self._logged <= LOGGED_A_MINUTE:
            # What waited for a busy machine or the disk is no fault of the piece that it fell into: an operator who
            # asks for warnings would see nothing else on a machine with other work.
            say = self.log.info if stall.waited else self.log.warn
            say(
                "the reactor was held for {milliseconds:.0f} ms, {computing:.0f} of them computing, by {what}",
                milliseconds=1000 * stall.seconds,
                computing=1000 * stall.computing,
                what=stall.what,
            )

    def status(self) -> dict[str, Any]:
        """Return the figures that `sagews status` shows, times in milliseconds."""
        if not self._watching:
            return {"watched": False}
        latest = [{**_shown(stall), "time": when.isoformat()} for when, stall in self._latest]
        return {
            "watched": True,
            "limit_ms": 1000 * LIMIT_SECONDS,
            "stalls": self.book.count,
            "stalls_that_waited": self.book.waited,
            "longest": None if self.book.longest is None else _shown(self.book.longest),
            "last": latest[-1] if latest else None,
            "latest": latest,
            "long_turns": self.book.long_turns,
            "longest_turn_ms": round(1000 * self.book.longest_turn, 1),
        }


class _Poller:
    """An epoll object that tells when the reactor waits; all else is epoll's own."""

    def __init__(self, real: Any, book: StallBook) -> None:
        self.real = real
        self._poll = real.poll
        self._book = book
        self.register, self.modify, self.unregister = real.register, real.modify, real.unregister
        self.close, self.fileno = real.close, real.fileno

    def poll(self, timeout: float, most: int) -> Any:
        """Wait for events."""
        self._book.turn_ended()
        try:
            return self._poll(timeout, min(most, MOST_EVENTS))
        finally:
            self._book.turn_began()


def _whose(selectable: Any, _descriptor: int, _event: int) -> str:
    """Return whose socket it was: the protocol's class says more than the transport's."""
    owner = getattr(selectable, "protocol", None) or getattr(selectable, "factory", None) or selectable
    return type(owner).__qualname__


def where(frame: FrameType | None) -> str:
    """Return the innermost frames as `file:line function`, the innermost first; never a value, which may be secret."""
    parts: list[str] = []
    while frame is not None and len(parts) < FRAMES:
        code = frame.f_code
        parts.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(parts)


def _shown(stall: Stall) -> dict[str, Any]:
    return {
        "ms": round(1000 * stall.seconds, 1),
        "computing_ms": round(1000 * stall.computing, 1),
        "what": stall.what,
    }
