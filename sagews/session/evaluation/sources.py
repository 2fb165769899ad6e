"""Names under which cells stand in tracebacks, and the source lines behind them.

A run whose source is new gets a name of its own, so that a function that an older run defined still shows the lines
that it was made of; a cell that runs again unchanged keeps its name, and with it what was compiled (compiler.py).
The lines are the person's own, before Sage's preparser: it keeps line numbers (compiler.py).
"""

from __future__ import annotations

import io
import linecache
import re
from collections import deque

INNER = "<part of a cell>"
"""What a magic such as %time runs stands under this name in tracebacks, below the line of the cell that asked."""
MAX_SOURCES = 256
MAX_CHARACTERS = 8 * 1024 * 1024

_pattern = re.compile(r"<cell ([A-Za-z0-9_-]{1,64}) run \d+>")
_kept: deque[tuple[str, str, int]] = deque()
_latest: dict[str, tuple[str, str]] = {}
_characters = 0
_running = ""


def running() -> str:
    """Return the id of the cell that was begun last."""
    return _running


def register(cell: str, number: int, source: str) -> str:
    """Remember a cell's source and return the file name to compile it with."""
    global _characters, _running
    _running = cell
    last, name = _latest.get(cell, ("", ""))
    if name in linecache.cache and last == source:
        return name
    name = f"<cell {cell} run {number}>"
    linecache.cache[name] = (len(source), None, lines_of(source), name)
    _kept.append((cell, name, len(source)))
    _latest[cell] = (source, name)
    _characters += len(source)
    while len(_kept) > MAX_SOURCES or (len(_kept) > 1 and _characters > MAX_CHARACTERS):
        _forget_oldest()
    return name


def latest(cell: str) -> str:
    """Return the file name under which a cell was compiled last; empty for one that is not remembered."""
    return _latest.get(cell, ("", ""))[1]


def part(source: str) -> str:
    """Remember the text that a line of the running cell gives to the compiler; return the name to compile it with."""
    linecache.cache[INNER] = (len(source), None, lines_of(source), INNER)
    return INNER


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
        _forget_oldest()


def _forget_oldest() -> None:
    global _characters
    cell, name, size = _kept.popleft()
    linecache.cache.pop(name, None)
    _characters -= size
    if _latest.get(cell, ("", ""))[1] == name:
        del _latest[cell]
