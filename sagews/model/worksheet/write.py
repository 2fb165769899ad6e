r"""Writes `name.sage.md`, byte for byte as it was read where nothing was changed.

A cell that was written otherwise than we would keeps that in `raw`: (head, tail, line ending) around its source, or,
when that does not give the bytes, (the whole segment,). Each is used only if reading it gives exactly the cell, so a
stale or forged `raw` can change how a file looks, never what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sagews.model.worksheet.cells import Cell, Worksheet
from sagews.model.worksheet.lines import (
    BYTE_ORDER_MARK,
    closes,
    is_blank,
    lines_of,
    opened_fence,
)
from sagews.model.worksheet.segments import Segment, segments

# Stands for whatever follows, so that a cell is tried as it will be read: with something behind it.
_SENTINEL = "# .\n"
_BACKTICKS = re.compile(r"`{3,}")
_FENCE_HEAD = re.compile(r"((?:`{3,}|~{3,})[ \t]*sage)(?:[ \t]+#[a-z0-9]{4,12}(?=[ \t\r\n]|\Z))?")


def write(worksheet: Worksheet) -> str:
    """Return the text of a file; reading it gives these cells."""
    front = worksheet.front
    if worksheet.cells and front not in ("", BYTE_ORDER_MARK) and not front.endswith(("\n", "\r")):
        front += "\n"
    parts = [front]
    after_text = False
    for number, cell in enumerate(worksheet.cells):
        last = number + 1 == len(worksheet.cells)
        parts.append(_written(cell, after_text, last, front if number == 0 else None))
        after_text = cell.type == "text"
    return "".join(parts)


def raw_of(segment: Segment, after_text: bool, last: bool) -> tuple[str, ...] | None:
    """Return what a cell has to keep of its segment, or None if we would write the same."""
    text = segment.text
    # Most cells are written as we would; for them nothing has to be remembered.
    if text == canonical(segment.cell, after_text, last):
        return None
    # By what the lines around the source say; the others for files that mix them.
    around = segment.head + segment.tail
    for ending in sorted(("\r\n", "\n", "\r"), key=lambda ending: ending not in around):
        raw = (segment.head, segment.tail, ending)
        if _around(raw, segment.cell.source) == text:
            return raw
    return (text,)


def canonical(cell: Cell, after_text: bool, last: bool, separated: bool = False) -> str:
    """Return how we write a cell: with one empty line before the next."""
    if cell.type == "code":
        body = _code(cell)
    elif cell.type == "section":
        body = _section(cell)
    else:
        body = _text(cell, after_text or separated)
    return body if last else body + "\n"


def _written(cell: Cell, after_text: bool, last: bool, front: str | None) -> str:
    """A cell's segment: as it was, if that still says what the cell says."""
    # As the author wrote it, if that still says what the cell says now; then with the least change that does.
    for candidate in _candidates(cell.raw, cell):
        if _fits(candidate, cell, after_text, last, front):
            return candidate
    text = canonical(cell, after_text, last)
    # Text that looks like front matter, or begins with empty lines, must be cut off from the front by a separator.
    if front is not None and segments(front + text)[0] != front:
        return canonical(cell, after_text, last, separated=True)
    return text


def _candidates(raw: tuple[str, ...] | None, cell: Cell) -> Iterator[str]:
    """Ways to write a cell as it was written before, best first."""
    if raw is None:
        return
    if len(raw) == 1:
        yield raw[0]
        return
    yield _around(raw, cell.source)
    head, tail, ending = raw
    yield _around((head, ending + tail, ending), cell.source)
    if cell.type == "code" and cell.id is not None:
        # A cell that got its id only now: the fence's other words stay as they are.
        head = _FENCE_HEAD.sub(rf"\1 #{cell.id}", head, count=1)
        yield _around((head, tail, ending), cell.source)
        yield _around((head, ending + tail, ending), cell.source)


def _around(raw: tuple[str, ...], source: str) -> str:
    """The source between head and tail, with the file's line ending."""
    return raw[0] + (source if raw[2] == "\n" else source.replace("\n", raw[2])) + raw[1]


def _fits(candidate: str, cell: Cell, after_text: bool, last: bool, front: str | None) -> bool:
    """Whether reading a segment in its place gives exactly this cell."""
    found_front, found = segments((front or "") + candidate + ("" if last else _SENTINEL), front is not None)
    if found_front != (front or "") or len(found) != (1 if last else 2):
        return False
    if after_text and cell.type == "text" and not found[0].head:
        return False
    return found[0].text == candidate and _same(found[0].cell, cell)


def _same(found: Cell, cell: Cell) -> bool:
    """Whether the file says what the cell says; sections and text may do without an id."""
    if found.id != cell.id and not (found.id is None and cell.type != "code"):
        return False
    alike = (found.type, found.source, found.depth) == (cell.type, cell.source, cell.depth)
    return alike and set(found.options) == set(cell.options)


def _words(cell: Cell) -> str:
    """The id and the options, each after a space."""
    identity = "" if cell.id is None else f" #{cell.id}"
    return identity + "".join(f" {option}" for option in sorted(set(cell.options)))


def _code(cell: Cell) -> str:
    """A fence that is longer than any in the code."""
    source = _lines_ended(cell.source)
    longest = max((len(run) for run in _BACKTICKS.findall(source)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}sage{_words(cell)}\n{source}{chr(10) if source else ''}{fence}\n"


def _section(cell: Cell) -> str:
    """A heading; what would be taken for its end is shut off by one more number sign."""
    title = " ".join(_lines_ended(cell.source).split("\n")).strip(" \t")
    line = "#" * (cell.depth + 1) + (f" {title}" if title else "")
    if cell.options and cell.id is not None:
        return f"{line} <!--{_words(cell)} -->\n"
    _, found = segments(line, whole=False)
    return f"{line} #\n" if found[0].cell.source != title or found[0].cell.id else f"{line}\n"


def _text(cell: Cell, separated: bool) -> str:
    """Prose without blank lines around it; a fence that it leaves open is closed, or it would swallow what follows."""
    lines = lines_of(_lines_ended(cell.source))
    # By numbers: to take lines away from the front of a list moves all that follow, each time.
    first, last = 0, len(lines)
    while first < last and is_blank(lines[first]):
        first += 1
    while first < last and is_blank(lines[last - 1]):
        last -= 1
    lines = lines[first:last]
    head = f"<!-- cell{_words(cell)} -->\n" if separated or cell.options or not lines else ""
    if not lines:
        return head
    body = "".join(lines).removesuffix("\n") + "\n"
    mark = _left_open(lines)
    return head + body + (f"{mark}\n" if mark else "")


def _left_open(lines: list[str]) -> str | None:
    """The mark of a fence that these lines open and do not close."""
    mark: str | None = None
    for line in lines:
        if mark is None:
            fence = opened_fence(line)
            mark = fence[0] if fence else None
        elif closes(line, mark):
            mark = None
    return mark


def _lines_ended(source: str) -> str:
    """Text with our line endings."""
    return source.replace("\r\n", "\n").replace("\r", "\n") if "\r" in source else source
