"""Faults of a disk: every file operation of a piece of work fails in turn, or is where its process is killed.

The work runs in a child of the test, on real files. Only the operation that was chosen is kept from the kernel.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from sagews.session.jobs.run import JobError

OPERATIONS = (
    "open",
    "mkdir",
    "write",
    "close",
    "symlink",
    "replace",
    "rename",
    "unlink",
    "rmdir",
    "listdir",
    "scandir",
    "read",
    "readlink",
    "fstat",
    "lstat",
    "chown",
)
DONE, FAILED, NOT_REACHED = 0, 1, 2


class Fault(Enum):
    """What happens at an operation."""

    NO_SPACE = errno.ENOSPC
    BAD_DISK = errno.EIO
    KILL = 0


def outcomes(work: Callable[[], object], fault: Fault) -> Iterator[int]:
    """Do a piece of work again and again, each time with the fault one operation later, until it is not reached.

    Yields:
        DONE or FAILED, whichever the work ended as; a killed one has failed. The caller puts things back between.
    """
    number = 1
    while True:
        outcome = _attempt(work, fault, number)
        if outcome == NOT_REACHED:
            return
        yield outcome
        number += 1


def _attempt(work: Callable[[], object], fault: Fault, number: int) -> int:
    """Do the work in a child, with the fault at the operation of this number."""
    pid = os.fork()
    if pid == 0:
        status = FAILED
        try:
            reached = _inject(fault, number)
            work()
            status = DONE if reached() else NOT_REACHED
        except (OSError, JobError):
            status = FAILED
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return FAILED if code == -signal.SIGKILL else code


def _inject(fault: Fault, number: int) -> Callable[[], bool]:
    """Let the operation of a number fail, in this process alone; return what says whether it was reached."""
    count = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                if fault is Fault.KILL:
                    os.kill(os.getpid(), signal.SIGKILL)
                if real is close:
                    # The kernel gives the number back whatever the disk says.
                    real(*arguments)
                raise OSError(fault.value, os.strerror(fault.value))
            return real(*arguments, **options)

        return operation

    close = os.close
    for name in OPERATIONS:
        setattr(os, name, wrapped(getattr(os, name)))
    return lambda: count >= number
