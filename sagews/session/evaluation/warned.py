"""How Python's warnings read: with the line of a cell, and never with a line of ours.

A library that blames its caller's caller finds, above a cell, only the loop that runs it; then no line is named.
"""

from __future__ import annotations

import linecache
import os
import warnings
from typing import Any

import sagews.session
from sagews.session.evaluation.sources import cell_of, running

LONGEST = 100
_OURS = tuple(os.path.join(folder, "") for folder in sagews.session.__path__)
_usual = warnings.formatwarning


def install() -> None:
    """Take the formatting of warnings over."""
    warnings.formatwarning = formatted


def formatted(message: Any, category: type[Warning], filename: str, lineno: int, line: str | None = None) -> str:
    """Return a warning as text."""
    if filename.startswith(_OURS):
        return f"{category.__name__}: {message}\n"
    if (cell := cell_of(filename)) is not None:
        # Ids of cells are not what people see: another cell is told by the line itself.
        code = linecache.getline(filename, lineno).strip()[:LONGEST]
        where = "" if cell == running() else f" of an earlier cell, {code}"
        return f"Line {lineno}{where}: {category.__name__}: {message}\n"
    return _usual(message, category, filename, lineno, line)
