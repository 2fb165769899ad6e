"""What a worksheet is: cells in order, with a hierarchy of headings; and the bounds of one.

read.py and write.py turn it into the Markdown file `name.sage.md` and back;
docs/format-worksheet.md is the long form.
"""

from __future__ import annotations

from dataclasses import dataclass

TYPES = frozenset({"code", "text", "section"})
MAX_DEPTH = 5
# A sheet of this size still opens; one that a program made and that nobody can read does not hold a backend up.
MAX_CELLS = 10_000
# What the wire takes from a page, so that every cell of a file can be edited.
MAX_SOURCE = 500_000
MAX_SIZE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cell:
    r"""One cell of a worksheet file.

    Attributes:
        type: "code", "text" or "section".
        source: what the cell says; lines end with "\n"; a section's is one line.
        id: its short id, or None where the file gives none.
        depth: of a section, 0 for a chapter to 5; else 0.
        options: words after the id, in order.
        raw: how the file wrote it, where that is not how we would: see write.py.
    """

    type: str
    source: str
    id: str | None = None
    depth: int = 0
    options: tuple[str, ...] = ()
    raw: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet file: everything before its first cell, word for word, and its cells."""

    front: str
    cells: tuple[Cell, ...]
