"""Descriptors 1 and 2 become pipes, so that what C code and child programs print arrives like what Python prints.

The write ends stay blocking, because child programs inherit them; the read ends never block. libc's own buffer of
standard output is taken away: a C library that reports progress is then seen while it works, and nothing is left to be
flushed at the end of a cell.
"""

from __future__ import annotations

import codecs
import ctypes
import fcntl
import os
import select
from collections.abc import Callable

# A print of C code that fills the pipe stops until it is read.
PIPE_BYTES = 256 * 1024
CHUNK = 64 * 1024
# A child that prints without end must not keep whoever drains from ever coming back.
MAX_DRAIN = 1024 * 1024
_UNBUFFERED = 2
# Each CDLL makes classes of its own, so there is one, made in the zygote.
_libc = ctypes.CDLL(None)


class Capture:
    """The read ends of standard output and standard error."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._decoders: dict[int, codecs.IncrementalDecoder] = {}
        # Whether a decoder may hold the first bytes of a character.
        self._begun = False
        self._poll = select.epoll()
        # Called for every print: ready(0, 1) is true when something can be read.
        self.ready = self._poll.poll

    def install(self) -> None:
        """Put pipes under descriptors 1 and 2 for the rest of this process's life."""
        # What the zygote's libraries left in C's buffers is nobody's output.
        _libc.fflush(None)
        for name, target in (("stdout", 1), ("stderr", 2)):
            reader, writer = os.pipe2(os.O_CLOEXEC)
            os.dup2(writer, target)
            os.close(writer)
            os.set_blocking(reader, False)
            _enlarge(reader)
            self._names[reader] = name
            self._decoders[reader] = codecs.getincrementaldecoder("utf-8")("replace")
            self._poll.register(reader, select.EPOLLIN)
        stdout = ctypes.c_void_p.in_dll(_libc, "stdout")
        # C buffers whole blocks for a pipe: prints of C and Python would come in the wrong order.
        _libc.setvbuf(stdout, None, _UNBUFFERED, 0)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The read ends, for whoever waits on them."""
        return tuple(self._names)

    def read(self, take: Callable[[str, str], None]) -> None:
        """Hand over what lies in the pipes as (name, text), a bounded amount of it."""
        # One question to the kernel for both pipes, which are mostly empty.
        if not self.ready(0, 1):
            return
        self._begun = True
        for descriptor, name in self._names.items():
            for data in _chunks(descriptor):
                if text := self._decoders[descriptor].decode(data):
                    take(name, text)

    def finish(self, take: Callable[[str, str], None]) -> None:
        """Hand over the rest of a cell's output, half a character at its end included."""
        self.read(take)
        if not self._begun:
            return
        self._begun = False
        for descriptor, name in self._names.items():
            if text := self._decoders[descriptor].decode(b"", final=True):
                take(name, text)
            self._decoders[descriptor].reset()

    def close(self) -> None:
        """Close the read ends, in a forked child that shall not read its parent's output."""
        for descriptor in self._names:
            os.close(descriptor)
        self._poll.close()
        self._names.clear()


def _chunks(descriptor: int) -> list[bytes]:
    found: list[bytes] = []
    total = 0
    while total < MAX_DRAIN:
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            break
        if not data:
            break
        found.append(data)
        total += len(data)
        if len(data) < CHUNK:
            break
    return found


def _enlarge(descriptor: int) -> None:
    """A larger pipe lets C code that holds the interpreter's lock print more before it has to wait for us."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        # The user's share of pipe memory is used up; the kernel's default size serves as well.
        return
