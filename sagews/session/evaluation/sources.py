"""Names under which cells stand in tracebacks, and the source lines behind them.

Each run gets a name of its own, so that a function that an older run defined still shows the lines that it was made of.
The lines are the person's own, before Sage's preparser: it keeps line numbers (compiler.py).
"""

from __future__ import annotations

import io
import linecache
import re
from collections import deque

MAX_SOURCES = 256
MAX_CHARACTERS = 8 * 1024 * 1024

_pattern = re.compile(r"<cell ([A-Za-z0-9_-]{1,64}) run \d+>")
_kept: deque[tuple[str, int]] = deque()


def register(cell: str, number: int, source: str) -> str:
    """Remember a cell's source and return the file name to compile it with."""
    name = f"<cell {cell} run {number}>"
    linecache.cache[name] = (len(source), None, lines_of(source), name)
    _kept.append((name, len(source)))
    _forget_old()
    return name


def cell_of(filename: str) -> str | None:
    """Return the id of the cell that was compiled under this name, or None for other files."""
    found = _pattern.fullmatch(filename)
    return found.group(1) if found else None


def lines_of(source: str) -> list[str]:
    """Return the lines as Python counts them (str.splitlines also breaks at form feeds and others)."""
    return io.StringIO(source, newline=None).readlines()


def forget() -> None:
    """Forget all sources."""
    while _kept:
        linecache.cache.pop(_kept.popleft()[0], None)


def _forget_old() -> None:
    while len(_kept) > MAX_SOURCES or (len(_kept) > 1 and sum(size for _, size in _kept) > MAX_CHARACTERS):
        linecache.cache.pop(_kept.popleft()[0], None)
