"""A file in memory that one process fills, a part at a time, and another one reads.

A file rather than a pipe: nobody has to feed it, so a reader that never reads can't hold anything up here. What it
holds is the kernel's memory and not this process's own.
"""

from __future__ import annotations

import fcntl
import os
from types import TracebackType

_SEALS = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


class MemoryFile:
    """The file; a context manager that closes it here.

    Raises:
        OSError: when no descriptor or no memory is left; so does `write`.
    """

    def __init__(self) -> None:
        self._number = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self._sealed = False

    def write(self, content: bytes | memoryview) -> None:
        """Add bytes at the end."""
        view = memoryview(content)
        while view:
            view = view[os.write(self._number, view) :]

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return os.fstat(self._number).st_size

    def part(self, first: int, length: int) -> bytes:
        """Return so many bytes from a place on, fewer at its end."""
        return os.pread(self._number, length, first)

    def sealed(self) -> int:
        """Return another descriptor of the file, at its start: whoever has one can only read from now on."""
        if not self._sealed:
            # The reader holds the same file as we do; sealed, it is read-only for both.
            fcntl.fcntl(self._number, fcntl.F_ADD_SEALS, _SEALS)
            self._sealed = True
        os.lseek(self._number, 0, os.SEEK_SET)
        return os.dup(self._number)

    def close(self) -> None:
        """Give up our own descriptor."""
        os.close(self._number)

    def __enter__(self) -> MemoryFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
