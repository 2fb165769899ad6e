"""Pipes that leave nothing behind when what they are for fails half-way.

Short of processes or descriptors, the launcher tries again and again; each try that lost a few would cost it the rest.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from io import FileIO


def pipe(opened: ExitStack) -> tuple[FileIO, FileIO]:
    """Return the ends of a pipe, to read and to write; a stack closes those that were not closed before.

    Raises:
        OSError: when no descriptor is left.
    """
    read, write = os.pipe2(os.O_CLOEXEC)
    return opened.enter_context(FileIO(read, "rb")), opened.enter_context(FileIO(write, "wb"))
