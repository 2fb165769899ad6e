"""Cuts `name.sage.md` into segments: headings are sections, `sage` fences are code cells, all else is text.

A file is its front (front matter and empty lines) and one segment for each cell; put together they are the file again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.lines import (
    BYTE_ORDER_MARK,
    cell_words,
    closes,
    ending_of,
    front_lines,
    heading,
    is_blank,
    lines_of,
    opened_fence,
    separator,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A cell and the part of the file that it comes from: head, body and tail put together are that part."""

    cell: Cell
    head: str
    body: str
    tail: str

    @property
    def text(self) -> str:
        """The part of the file."""
        return self.head + self.body + self.tail


def segments(text: str, whole: bool = True) -> tuple[str, list[Segment]]:
    """Return the front of a file and its segments; a part from within a file (not `whole`) has no front matter."""
    lines = lines_of(text)
    index = front_lines(lines) if whole else 0
    # Some editors of Windows write it: it must come back, and the first line means what it says without it.
    mark = BYTE_ORDER_MARK if whole and not index and text.startswith(BYTE_ORDER_MARK) else ""
    if mark:
        lines[0] = lines[0][len(mark) :]
        if not lines[0]:
            del lines[0]
    index = _skip_blank(lines, index)
    front = mark + "".join(lines[:index])
    found: list[Segment] = []
    while index < len(lines):
        segment, index = _segment(lines, index)
        found.append(segment)
    return front, found


def _segment(lines: list[str], index: int) -> tuple[Segment, int]:
    """The segment that starts at a line that is not blank, and where the next one starts."""
    fence = opened_fence(lines[index])
    words = cell_words(fence[1]) if fence else None
    if fence and words:
        return _code(lines, index, fence[0], Cell("code", "", words[0], 0, words[1]))
    if lines[index].startswith("#") and heading(lines[index]):
        return _section(lines, index)
    return _text(lines, index)


def _code(lines: list[str], index: int, mark: str, cell: Cell) -> tuple[Segment, int]:
    """A code cell, up to the fence's end (or the file's) and the blank lines behind."""
    first = index + 1
    end = first
    # To the end of the file where it is never closed, as Markdown does.
    while end < len(lines) and not closes(lines[end], mark):
        end += 1
    following = _skip_blank(lines, min(end + 1, len(lines)))
    body = "".join(lines[first:end])
    ending = ending_of(body)
    body = body[: len(body) - len(ending)]
    tail = ending + "".join(lines[end:following])
    return Segment(replace(cell, source=_source(body)), lines[index], body, tail), following


def _section(lines: list[str], index: int) -> tuple[Segment, int]:
    """A heading and the blank lines behind."""
    found = heading(lines[index])
    if found is None:
        raise ValueError("not a heading")
    following = _skip_blank(lines, index + 1)
    tail = found.tail + ending_of(lines[index]) + "".join(lines[index + 1 : following])
    cell = Cell("section", found.title, found.id, found.depth, found.options)
    return Segment(cell, found.head, found.title, tail), following


def _text(lines: list[str], index: int) -> tuple[Segment, int]:
    """Prose up to the next cell; a separator line before it may give its id."""
    words = separator(lines[index])
    first = index if words is None else _skip_blank(lines, index + 1)
    end = first
    while end < len(lines) and not _starts_cell(lines[end], inside=words is None and end == index):
        # Another language's fence is prose as a whole: a heading within it is a comment of that language.
        fence = opened_fence(lines[end])
        end += 1
        while fence and end < len(lines) and not closes(lines[end], fence[0]):
            end += 1
        end = min(end + (fence is not None), len(lines))
    # Blank lines at the end belong to the file's form and not to the text, else each reading and writing would add one.
    last = end
    while last > first and is_blank(lines[last - 1]):
        last -= 1
    body = "".join(lines[first:last])
    ending = ending_of(body)
    body = body[: len(body) - len(ending)]
    identity, options = words or (None, ())
    segment = Segment(
        Cell("text", _source(body), identity, 0, options),
        "".join(lines[index:first]),
        body,
        ending + "".join(lines[last:end]),
    )
    return segment, end


def _starts_cell(line: str, inside: bool) -> bool:
    """Whether a line of prose is the start of another cell; `inside` for the line that starts this one."""
    if inside or line[0] not in "#`~<":
        return False
    fence = opened_fence(line)
    if fence:
        return cell_words(fence[1]) is not None
    return separator(line) is not None or heading(line) is not None


def _skip_blank(lines: list[str], index: int) -> int:
    """The next line that is not blank."""
    while index < len(lines) and is_blank(lines[index]):
        index += 1
    return index


def _source(body: str) -> str:
    """A cell's text with our line endings."""
    return body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body
