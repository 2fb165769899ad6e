"""Keeps a launcher: starts it, and starts it anew when it dies, after growing pauses, for as long as the daemon lives.

Only this process still has the rights that the daemon had at its start, so nobody else could. It does nothing but wait,
so that there is little of it that could fail; when it is killed all the same, everything behind it ends and the daemon
with it. A launcher that ends because it was told to, or that refuses to serve, is not started again.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence

from sagews.net.backoff import Backoff
from sagews.wire.launcher import LauncherDied, format_packet

CRASHED = 70
"""The status of a launcher that ended by a fault of its own (EX_SOFTWARE)."""
FINAL = frozenset({0, 1, 2})
"""Ended in order; refused to serve; called with wrong arguments."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LONG_LIFE = 60.0
"""A launcher that lived for so many seconds did not die of its start: pauses begin anew."""

Start = Callable[[socket.socket, Sequence[str]], int]


def keep(control: socket.socket, arguments: Sequence[str], start: Start) -> int:
    """Keep a launcher until it ends for good; return its exit status.

    Args:
        control: the socket with the daemon, which every life of the launcher serves.
        arguments: of the program.
        start: is the launcher, in a process of its own.
    """
    backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
    while True:
        began = time.monotonic()
        status = _live(control, arguments, start)
        if status in FINAL:
            return status
        try:
            control.send(format_packet(LauncherDied(_words(status))))
        except OSError:
            # The daemon is gone too.
            return abs(status)
        if time.monotonic() - began > LONG_LIFE:
            backoff.forget()
        time.sleep(backoff.take())


def _live(control: socket.socket, arguments: Sequence[str], start: Start) -> int:
    """Be there for one life of the launcher; return its status, or minus the number of the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        status = CRASHED
        try:
            status = start(control, arguments)
        finally:
            os._exit(status)
    signal.signal(signal.SIGTERM, lambda number, frame: _end(pid))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _end(pid: int) -> None:
    """Be told to end: take the launcher along."""
    os.kill(pid, signal.SIGKILL)
    os._exit(signal.SIGTERM)


def _words(status: int) -> str:
    return f"it was ended by signal {-status}" if status < 0 else f"it ended with status {status}"
