"""Tells from another thread whether the reactor still turns, and brings figures from its thread to that one."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import Histogram
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sagews.ops.metrics.figures import Figure, FigureCollector

BEAT_SECONDS = 1.0
# Longer than any piece of work that we know of, the slowest machine included; a reactor that hangs is restarted by
# whoever watches its liveness.
DEAD_SECONDS = 30.0
# Somebody who asks a busy daemon gets the figures of the last time after this.
PATIENCE_SECONDS = 0.5


class ReactorPulse:
    """The reactor's side of figures and health.

    Args:
        reactor: whose turns are watched.
        lag: observes how late each beat came, in seconds.
        read: returns the figures; called in the reactor's thread.
        read_disk: returns those that are read from the disk; called in the thread of whoever asks.
        clock: seconds, monotonic.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        lag: Histogram,
        read: Callable[[], Iterable[Figure]],
        read_disk: Callable[[], Iterable[Figure]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reactor = reactor
        self._lag = lag
        self._read = read
        self._read_disk = read_disk
        self._found: tuple[Figure, ...] = ()
        self._clock = clock
        self._beats = LoopingCall(self._beat)
        self._beats.clock = reactor
        self._last = clock()
        self.collector = FigureCollector()

    def start(self) -> None:
        """Begin to beat."""
        self._last = self._clock()
        beating = self._beats.start(BEAT_SECONDS, now=False)
        beating.addErrback(lambda failure: self._log.failure("the pulse of the daemon stopped", failure))

    def stop(self) -> None:
        """End."""
        if self._beats.running:
            self._beats.stop()

    def _beat(self) -> None:
        now = self._clock()
        self._lag.observe(max(0.0, now - self._last - BEAT_SECONDS))
        self._last = now

    @property
    def silence(self) -> float:
        """Seconds since the last beat."""
        return self._clock() - self._last

    @property
    def alive(self) -> bool:
        """Whether the reactor turned within the last half minute; asked in any thread."""
        return self.silence < DEAD_SECONDS

    def refresh(self) -> None:
        """Read the figures anew; called in another thread than the reactor's, waits half a second at most.

        A reactor that is busy for longer leaves the figures as they were.
        """
        came: queue.SimpleQueue[tuple[Figure, ...]] = queue.SimpleQueue()
        self._reactor.callFromThread(self._answer, came)
        with contextlib.suppress(queue.Empty):
            self._found = came.get(timeout=PATIENCE_SECONDS)
        silence = Figure("reactor_silence_seconds", "Time since the reactor's last beat, of one second.", self.silence)
        self.collector.take((*self._found, *self._read_disk(), silence))

    def _answer(self, came: queue.SimpleQueue[tuple[Figure, ...]]) -> None:
        try:
            came.put(tuple(self._read()))
        except Exception:
            # Whoever asked waits its half second and has the old ones; the others' figures come next time as well.
            self._log.failure("the figures could not be read")
