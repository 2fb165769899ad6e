"""How a process that a cell forked prints: whole lines, through the pipes that it inherited."""

from __future__ import annotations

import os

MAX_HELD = 8192
DESCRIPTORS = {"stdout": 1, "stderr": 2}


class LinePrinter:
    """Writes whole lines, so that those of several processes don't mix."""

    def __init__(self) -> None:
        self._held = {name: "" for name in DESCRIPTORS}

    def write(self, name: str, text: str) -> None:
        """Print text; what follows the last newline waits for the next one, or for `flush`."""
        # Whole lines only: a forked process writes beside its parent, and their lines must not mix.
        lines, newline, rest = (self._held[name] + text).rpartition("\n")
        if len(rest) > MAX_HELD:
            lines, newline, rest = lines + newline + rest, "", ""
        self._held[name] = rest
        _write_all(DESCRIPTORS[name], lines + newline)

    def flush(self) -> None:
        """Print what waits."""
        for name, text in self._held.items():
            _write_all(DESCRIPTORS[name], text)
            self._held[name] = ""


def _write_all(descriptor: int, text: str) -> None:
    data = text.encode("utf-8", "replace")
    while data:
        data = data[os.write(descriptor, data) :]
