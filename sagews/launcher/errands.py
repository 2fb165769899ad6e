"""Work that may wait for a disk, done in a process of its own: the launcher itself never blocks."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

from sagews.kernel import calls
from sagews.launcher.loop import EventLoop

FAILED = 255
"""The status of an errand that failed for another reason than the system's."""

Told = Callable[[int], None]


def begin(work: Callable[[], None]) -> int:
    """Start a work in a process of its own; return its pid, for the caller to wait for.

    Its exit status is 0, the number of the system's error that ended it, or FAILED.
    """
    pid = os.fork()
    if pid == 0:
        status = FAILED
        try:
            calls.die_with_parent(signal.SIGKILL)
            work()
            status = 0
        except OSError as error:
            traceback.print_exc()
            status = error.errno or FAILED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def await_end(loop: EventLoop, pid: int, told: Told) -> None:
    """Have a process reaped when it ends; tell its exit status, FAILED for one that was killed."""
    process = os.pidfd_open(pid)

    def ended() -> None:
        loop.unwatch(process)
        os.close(process)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        told(status if status >= 0 else FAILED)

    loop.watch(process, ended)


def send(loop: EventLoop, work: Callable[[], None], told: Told) -> None:
    """Start a work and tell how it ended, never before this has returned: who is told may send the next at once.

    Where no process can be had, the number of that error is told.
    """
    try:
        pid = begin(work)
    except OSError as error:
        status = error.errno or FAILED
        loop.later(0, lambda: told(status))
        return
    await_end(loop, pid, told)
