"""The launcher's event loop: descriptors and timers, nothing else. The launcher can't use Twisted: it has host root."""

from __future__ import annotations

import heapq
import itertools
import selectors
import time
from collections.abc import Callable
from typing import Protocol

Callback = Callable[[], None]


class HasDescriptor(Protocol):
    """What a selector takes."""

    def fileno(self) -> int:
        """Return the descriptor."""


class Timer:
    """A call that is due later and may be cancelled."""

    def __init__(self, callback: Callback) -> None:
        self._callback: Callback | None = callback

    def cancel(self) -> None:
        """Make it do nothing."""
        self._callback = None

    def fire(self) -> None:
        """Call it, once."""
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class EventLoop:
    """Calls back when a descriptor can be read or a time has come, until it is stopped.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._running = False
        self.before_waiting: Callback = lambda: None

    def now(self) -> float:
        """Return monotonic seconds."""
        return self._clock()

    def watch(self, thing: HasDescriptor | int, callback: Callback) -> None:
        """Call back whenever a descriptor can be read (a pidfd: when its process has ended)."""
        self._selector.register(thing, selectors.EVENT_READ, callback)

    def want_write(self, thing: HasDescriptor | int, wanted: bool) -> None:
        """Wake up, too, when a watched descriptor can be written; `before_waiting` does the writing."""
        key = self._selector.get_key(thing)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        if key.events != events:
            self._selector.modify(thing, events, key.data)

    def unwatch(self, thing: HasDescriptor | int) -> None:
        """Forget a descriptor, before it is closed."""
        self._selector.unregister(thing)

    def later(self, seconds: float, callback: Callback) -> Timer:
        """Call back after some seconds."""
        timer = Timer(callback)
        # The number keeps timers of one moment in their order, and callbacks from being compared.
        heapq.heappush(self._timers, (self._clock() + seconds, next(self._order), timer))
        return timer

    def stop(self) -> None:
        """Let run return."""
        self._running = False

    def run(self) -> None:
        """Run until stopped."""
        self._running = True
        while self._running:
            # What callbacks of the last turn wanted to say goes out in one place, just before nothing more is going to
            # happen.
            self.before_waiting()
            # Readable means readable and no more: nothing here may block, for one blocked call would hold up every
            # session's signals.
            for key, events in self._selector.select(self._patience()):
                if events & selectors.EVENT_READ and self._is_watched(key):
                    key.data()
            while self._timers and self._timers[0][0] <= self._clock():
                heapq.heappop(self._timers)[2].fire()

    def _patience(self) -> float | None:
        return max(0.0, self._timers[0][0] - self._clock()) if self._timers else None

    def _is_watched(self, key: selectors.SelectorKey) -> bool:
        """Whether a descriptor is still watched for the same reason: an earlier callback may have closed it."""
        try:
            return self._selector.get_map()[key.fd] is key or self._selector.get_key(key.fd).data is key.data
        except (KeyError, ValueError):
            return False
