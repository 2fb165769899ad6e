"""How a job runs: a parcel from standard input to a function, its answer to standard output, a failure in one line.

The exit status says whether a disk was the reason (wire/jobs.py), because people can do something about that.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, NoReturn

from sagews.errors import SagewsError
from sagews.wire.jobs import DISK_FAILED, DISK_FULL, FAILED

HOME = "/home/user"
SCRATCH = "/work"
MAX_INPUT = 1024 * 1024 * 1024
_PIECE = 1024 * 1024

Handler = Callable[[bytes, Path, Path], bytes]


class JobError(Exception):
    """What was asked cannot be done; the message goes to the daemon's log."""

    status = FAILED


class DiskError(JobError):
    """The disk with the home refused something.

    Only for the home: the scratch folder is in memory, and a job that fills it has been given too much to do.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        self.status = DISK_FULL if full else DISK_FAILED if error.errno in (errno.EIO, errno.EROFS) else FAILED


def read_at_most(file: IO[bytes], longest: int) -> bytes:
    """Return what a file holds up to its end or so many bytes, without memory for more than there is."""
    pieces: list[bytes] = []
    while longest > 0:
        piece = file.read(min(_PIECE, longest))
        if not piece:
            break
        pieces.append(piece)
        longest -= len(piece)
    return b"".join(pieces)


def serve(handler: Handler) -> NoReturn:
    """Run a job; after its arguments (unused) tests name another home and scratch folder."""
    folders = [Path(argument) for argument in sys.argv[2:4]]
    home, scratch = folders if len(folders) == 2 else (Path(HOME), Path(SCRATCH))
    try:
        data = read_at_most(sys.stdin.buffer, MAX_INPUT + 1)
        if len(data) > MAX_INPUT:
            raise JobError("the input is too large")
        answer = handler(data, home, scratch)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    except (JobError, SagewsError, OSError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {str(error)[:2000]}\n")
        sys.exit(error.status if isinstance(error, JobError) else FAILED)
    sys.exit(0)
