"""SIGINT becomes KeyboardInterrupt in the cell and nowhere else.

The loop's own bookkeeping (a half-written frame, a list that is being swapped) must not be torn by an interrupt that
comes at any bytecode; so the handler raises only while a cell runs and no guarded section is open, waits for the end of
a guarded section, and drops what arrives when no cell runs. With Sage, cysignals' C handler has to stay in place, or
PARI and Singular could not be interrupted: it is asked to raise, and restored after Python's handler was set.
"""

from __future__ import annotations

import ctypes
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]

QUIET = 0.02
_SIGACTION_BYTES = 256


class Interrupts:
    """The state of SIGINT in this process. Only the main thread may open cells and guards.

    Attributes:
        guards: how many guarded sections are open; code that must not be torn adds one and calls `release`.
    """

    def __init__(self) -> None:
        self.guards = 0
        self._running = False
        self._waiting = False
        self._raised = 0.0
        self._raise: Handler = signal.default_int_handler

    def install(self) -> None:
        """Take SIGINT over; a handler of cysignals stays beneath."""
        beneath = signal.getsignal(signal.SIGINT)
        self._raise = beneath if callable(beneath) and beneath != self.handle else signal.default_int_handler
        action = _read_action()
        signal.signal(signal.SIGINT, self.handle)
        if self._raise is signal.default_int_handler:
            signal.signal(signal.SIGALRM, self.handle)
        else:
            # cysignals raises for SIGALRM too, through the handler of SIGINT.
            _write_action(action)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, remember it, or drop it, as the state says."""
        if not self._running:
            self._swallow(number, frame)
        elif self.guards:
            self._waiting = True
        elif time.monotonic() - self._raised > QUIET:
            self._interrupt(number, frame)
        else:
            self._swallow(number, frame)

    def begin(self) -> None:
        """A cell runs from now on: an interrupt is its own."""
        self._waiting = False
        self._running = True

    def end(self) -> None:
        """The cell is over: what comes now is dropped."""
        self._running = False
        self._waiting = False

    def release(self) -> None:
        """Close a guarded section; raise what arrived in it."""
        self.guards -= 1
        if self._waiting and not self.guards and self._running:
            self._waiting = False
            self._interrupt(signal.SIGINT, None)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._raised = time.monotonic()
        self._raise(number, frame)
        raise KeyboardInterrupt

    def _swallow(self, number: int, frame: FrameType | None) -> None:
        """Let cysignals forget an interrupt that nobody wants."""
        try:
            if self._raise is not signal.default_int_handler:
                self._raise(number, frame)
        except KeyboardInterrupt:
            return


def _read_action() -> Any:
    """The C-level disposition of SIGINT (struct sigaction is smaller than the buffer on every Linux)."""
    action = ctypes.create_string_buffer(_SIGACTION_BYTES)
    ctypes.CDLL(None).sigaction(int(signal.SIGINT), None, action)
    return action


def _write_action(action: Any) -> None:
    ctypes.CDLL(None).sigaction(int(signal.SIGINT), action, None)
