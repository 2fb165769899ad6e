"""What user code finds as sys.stdout and sys.stderr."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import Any

from sagews.session.output.output import SessionOutput


class PrintedText(io.TextIOBase):
    """A text stream whose lines go to the cell's output.

    Args:
        output: where the text goes.
        name: "stdout" or "stderr".
        descriptor: the descriptor beneath, for programs that are handed this stream.
    """

    def __init__(self, output: SessionOutput, name: str, descriptor: int) -> None:
        self._output = output
        self._write = output.write
        self._name = name
        self._descriptor = descriptor
        # Of one byte: what goes to `sys.stdout.buffer` keeps its order with prints.
        self.buffer = io.BufferedWriter(PrintedBytes(descriptor), buffer_size=1)

    @property
    def name(self) -> str:
        """The name that Python's own stream has."""
        return f"<{self._name}>"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Always UTF-8."""
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What can't be encoded is replaced."""
        return "replace"

    def write(self, text: str, /) -> int:
        """Print text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._write(self._name, text)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        """Print several texts."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Send what was printed."""
        self._output.flush()

    def fileno(self) -> int:
        """The descriptor that child programs inherit."""
        return self._descriptor

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never: this is a page, not a terminal."""
        # Libraries would colour their text and draw progress bars over themselves.
        return False

    def close(self) -> None:
        """Do nothing: a session's output stays open."""


class PrintedBytes(io.RawIOBase):
    """sys.stdout.buffer: bytes that go through the pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Write bytes into the pipe; the pump reads them meanwhile."""
        return os.write(self._descriptor, data)

    def fileno(self) -> int:
        """The descriptor beneath."""
        return self._descriptor
