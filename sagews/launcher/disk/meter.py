"""Adds up what a folder holds: our own code on a stranger's tree, which it neither follows out of nor changes."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from typing import NamedTuple

_UNIT = 512
MOST_DEPTH = 200
"""Levels that are entered: each takes a descriptor."""


class Measured(NamedTuple):
    """What was found in a folder.

    Attributes:
        used: bytes on disk.
        files: their number.
        too_deep: whether there are folders at a depth that is not entered, of which nothing is counted.
    """

    used: int
    files: int
    too_deep: bool


def measure(folder: int, seconds: float) -> Measured:
    """Return what is below a folder; a file with several names counts once.

    Args:
        folder: its descriptor, which is closed.
        seconds: after which what was found so far is returned.
    """
    deadline = time.monotonic() + seconds
    used = files = 0
    too_deep = False
    linked: set[int] = set()
    levels = [_entries(folder)]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
            continue
        status, inner = entry
        files += 1
        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
            if status.st_ino in linked:
                continue
            linked.add(status.st_ino)
        used += status.st_blocks * _UNIT
        if inner is not None and len(levels) < MOST_DEPTH:
            levels.append(_entries(inner))
        elif inner is not None:
            os.close(inner)
            too_deep = True
        if time.monotonic() > deadline:
            break
    return Measured(used, files, too_deep)


def _entries(folder: int) -> Iterator[tuple[os.stat_result, int | None]]:
    """Yield what is in a folder, for each folder in it also a descriptor; what vanishes meanwhile is passed over."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                    is_folder = stat.S_ISDIR(status.st_mode)
                    inner = os.open(entry.name, flags, dir_fd=folder) if is_folder else None
                except OSError:
                    continue
                yield status, inner
    finally:
        os.close(folder)
