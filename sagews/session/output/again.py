"""An interrupt that struck where nothing can be raised: in a destructor, a weak reference's callback, or around a fork.

Python writes of it and goes on, so Stop would do nothing. The signal is sent once more, by a timer of the kernel: it
must come when the hook that Python calls is left, and C code that computes then must get a signal, as the first one.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

LATER = 2_000_000
"""Nanoseconds: the hook that asks for it takes less, or is struck by it and asks anew."""
# struct sigevent and struct itimerspec, on every Linux of 64 bits.
_EVENT = struct.pack("=Qii48x", 0, int(signal.SIGINT), 0)
_ONCE = struct.pack("=qqqq", 0, 0, 0, LATER)
_NEVER = struct.pack("=qqqq", 0, 0, 0, 0)
_libc = ctypes.CDLL(None)


class Again:
    """Sends SIGINT again to this process for what Python could not raise.

    Args:
        is_running: whether a cell runs that is to be stopped.
    """

    def __init__(self, is_running: Callable[[], bool]) -> None:
        self._is_running = is_running
        self._beneath: Callable[[Any], None] = sys.__unraisablehook__
        self._timer = ctypes.c_void_p()
        self._owner = 0
        # Whether one that was asked for here has not come yet.
        self._sent = False

    def install(self) -> None:
        """Hear of everything that can't be raised."""
        self._owner = os.getpid()
        if _libc.timer_create(1, _EVENT, ctypes.byref(self._timer)) == 0:
            self._beneath, sys.unraisablehook = sys.unraisablehook, self.hook

    def hook(self, unraisable: Any) -> None:
        """Send an interrupt again, or let Python write of anything else."""
        ours = threading.current_thread() is threading.main_thread() and self._owner == os.getpid()
        if unraisable.exc_type is KeyboardInterrupt and ours and self._is_running():
            self.send()
        else:
            self._beneath(unraisable)

    def strikes_the_hook(self, code: object) -> bool:
        """Whether this is the code of the hook, where a second interrupt is as lost as the first."""
        return code is Again.hook.__code__

    def send(self) -> None:
        """Send it in a moment."""
        self._sent = True
        _libc.timer_settime(self._timer, 0, _ONCE, None)

    def cancel(self) -> None:
        """Send nothing that was meant for the last cell."""
        if self._sent:
            self._sent = False
            _libc.timer_settime(self._timer, 0, _NEVER, None)

    def take(self) -> bool:
        """Return whether the signal that has come was sent here; the next one is not."""
        sent, self._sent = self._sent, False
        return sent
