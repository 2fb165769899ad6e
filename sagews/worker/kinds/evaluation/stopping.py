"""Stop for one run: a signal once the session has read its cell, and again at growing pauses until it is heard.

A single SIGINT can be lost. GAP forgets one that comes while it begins to read, Singular may miss one, and Python
itself wakes no system call that begins in the moment in which the signal comes. Nobody in the
session knows of that, so what is not heard is sent again here. What the session did hear is not: code that tidies up
behind KeyboardInterrupt takes its time, and a second signal would tear that.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.wire.session.framing import ProtocolError

# Seconds before a cell is thought to have been read, and the longest wait for that: an idle loop drops a signal.
DELAY = 0.01
PATIENCE = 1.0
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between one signal that is not heard and the next; the last one for good."""


class Stopping:
    """What Stop does to one run, from the run's begin to its end; nothing of it ever reaches the next run.

    Args:
        clock: tells the time.
        is_unread: whether the session has not yet read all that it was sent.
        signal: sends SIGINT.
    """

    __slots__ = ("_began", "_call", "_clock", "_heard", "_is_unread", "_latest", "_sent", "_signal")

    def __init__(self, clock: IReactorTime, is_unread: Callable[[], bool], signal: Callable[[], None]) -> None:
        self._clock = clock
        self._is_unread = is_unread
        self._signal = signal
        self._began = clock.seconds()
        self._latest = 0.0
        self._sent = 0
        self._heard = False
        self._call: IDelayedCall | None = None

    def press(self) -> None:
        """Stop the run, as often as somebody wishes."""
        self.end()
        self._sent = 0
        self._latest = self._clock.seconds() + PATIENCE
        self._when_read()

    def heard(self) -> None:
        """The session says that a signal has reached its code; raises ProtocolError when it says so twice."""
        if self._heard:
            raise ProtocolError("a run was told to stop twice")
        self._heard = True
        self.end()

    def end(self) -> None:
        """Send nothing more."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _when_read(self) -> None:
        self._call = None
        now = self._clock.seconds()
        if (self._is_unread() or now - self._began < DELAY) and now < self._latest:
            self._call = self._clock.callLater(DELAY, self._when_read)
        else:
            self._send()

    def _send(self) -> None:
        self._call = None
        self._signal()
        if not self._heard:
            self._call = self._clock.callLater(PAUSES[min(self._sent, len(PAUSES) - 1)], self._send)
            self._sent += 1
