"""SIGINT becomes KeyboardInterrupt in the cell and nowhere else.

The loop's own bookkeeping (a half-written frame, a list that is being swapped) must not be torn by an interrupt that
comes at any bytecode; so the handler raises only while a cell runs and no guarded section is open, waits for the end of
a guarded section, and drops what arrives when no cell runs. With Sage, cysignals' C handler has to stay in place, or
PARI and Singular could not be interrupted: it is asked to raise, and restored after Python's handler was set.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from sagews.session.output.again import Again

Handler = Callable[[int, FrameType | None], Any]

_SIGACTION_BYTES = 256
_libc = ctypes.CDLL(None)
# The C functions beneath the signal module's: its own turn every handler and mask into an enum, by way of an exception
# where there is none, and every evaluation asks.
_signal: Any = sys.modules["_signal"]
_get_handler: Callable[[int], Any] = _signal.getsignal
_set_mask: Callable[[int, Iterable[int]], Any] = _signal.pthread_sigmask
_SIGINT, _UNBLOCK = int(signal.SIGINT), int(signal.SIG_UNBLOCK)


# Stop again, and programs that did not listen are asked once more, then not asked.
_LADDER = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def signal_children(number: int) -> None:
    """Signal the programs that this session started, as a terminal does: those of its process group, without itself."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        # Nearly always: nobody has to be looked for.
        return
    own, group = os.getpid(), os.getpgrp()
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != own:
            # One that has just ended, or belongs to somebody else.
            with contextlib.suppress(OSError):
                if os.getpgid(int(name)) == group:
                    os.kill(int(name), number)


class Interrupts:
    """The state of SIGINT in this process. Only the main thread may open cells and guards.

    Attributes:
        guards: how many guarded sections are open; code that must not be torn adds one, takes it off, and calls
            `deliver` when something waits.
        waiting: whether an interrupt arrived in a guarded section.
        heard: called whenever an interrupt is about to raise in a cell.
    """

    def __init__(self) -> None:
        self.guards = 0
        self._running = False
        self.waiting = False
        self.heard: Callable[[], None] = _nobody
        self._raise: Handler = signal.default_int_handler
        self._action: Any = None
        self._heard = 0
        self._owner = 0
        self._again = Again(lambda: self._running)

    def install(self) -> None:
        """Take SIGINT over; a handler of cysignals stays beneath."""
        self._owner = os.getpid()
        beneath = signal.getsignal(signal.SIGINT)
        self._raise = beneath if callable(beneath) else signal.default_int_handler
        self._action = _read_action()
        self._set()
        self._again.install()

    def _set(self) -> None:
        signal.signal(signal.SIGINT, self.handle)
        if self._raise is signal.default_int_handler:
            signal.signal(signal.SIGALRM, self.handle)
        else:
            # cysignals raises for SIGALRM too, through the handler of SIGINT.
            _write_action(self._action)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, remember it, or drop it, as the state says."""
        if not self._running:
            self._swallow(number, frame)
            return
        # A process that a cell forked would signal the session itself.
        if number == _SIGINT and self._owner == os.getpid() and not self._again.take():
            self._heard += 1
            signal_children(_LADDER[min(self._heard, len(_LADDER)) - 1])
        # A frame that is torn would be garbage to the worker, and the session would be ended for it.
        if self.guards or (frame is not None and frame.f_code is Interrupts.run.__code__):
            self.waiting = True
        elif frame is not None and self._again.strikes_the_hook(frame.f_code):
            self._again.send()
        else:
            self._interrupt(number, frame)

    def renew(self) -> None:
        """Take SIGINT back from a handler or a mask that the last cell set."""
        _set_mask(_UNBLOCK, (_SIGINT,))
        self._again.cancel()
        # A cell may set its own handler, and forget it.
        if self._action is not None and _get_handler(_SIGINT) != self.handle:
            self._set()

    def run(self, work: Callable[[], Any]) -> None:
        """Do work that an interrupt may end with KeyboardInterrupt.

        What strikes in this very function waits or is dropped, so that it always leaves the state as it found it.
        """
        try:
            self.waiting = False
            self._heard = 0
            self._running = True
            work()
        finally:
            self._running = False
            self.waiting = False

    def deliver(self) -> None:
        """Raise what arrived in a guarded section, once the outermost one is over."""
        if self.waiting and not self.guards and self._running:
            self.waiting = False
            self._interrupt(signal.SIGINT, None)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if number == _SIGINT:
            self.heard()
        self._raise(number, frame)
        raise KeyboardInterrupt

    def _swallow(self, number: int, frame: FrameType | None) -> None:
        """Let cysignals forget an interrupt that nobody wants."""
        try:
            if self._raise is not signal.default_int_handler:
                self._raise(number, frame)
        except KeyboardInterrupt:
            return


@contextlib.contextmanager
def all_blocked() -> Iterator[None]:
    """Block every signal for a while; threads that start meanwhile keep them blocked."""
    before = _set_mask(int(signal.SIG_BLOCK), _signal.valid_signals())
    try:
        yield
    finally:
        _set_mask(int(signal.SIG_SETMASK), before)


def _nobody() -> None:
    """Nobody is to be told."""


def _read_action() -> Any:
    """The C-level disposition of SIGINT (struct sigaction is smaller than the buffer on every Linux)."""
    action = ctypes.create_string_buffer(_SIGACTION_BYTES)
    _libc.sigaction(int(signal.SIGINT), None, action)
    return action


def _write_action(action: Any) -> None:
    _libc.sigaction(int(signal.SIGINT), action, None)
