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
    place = front_lines(lines) if whole else 0
    mark = BYTE_ORDER_MARK if whole and not place and text.startswith(BYTE_ORDER_MARK) else ""
    if mark:
        lines[0] = lines[0][len(mark) :]
        if not lines[0]:
            del lines[0]
    place = _skip_blank(lines, place)
    front = mark + "".join(lines[:place])
    found: list[Segment] = []
    while place < len(lines):
        segment, place = _segment(lines, place)
        found.append(segment)
    return front, found


def _segment(lines: list[str], place: int) -> tuple[Segment, int]:
    """The segment that starts at a line that is not blank, and where the next one starts."""
    fence = opened_fence(lines[place])
    words = cell_words(fence[1]) if fence else None
    if fence and words:
        return _code(lines, place, fence[0], Cell("code", "", words[0], 0, words[1]))
    if lines[place].startswith("#") and heading(lines[place]):
        return _section(lines, place)
    return _text(lines, place)


def _code(lines: list[str], place: int, mark: str, cell: Cell) -> tuple[Segment, int]:
    """A code cell, up to the fence's end (or the file's) and the blank lines behind."""
    first = place + 1
    end = first
    while end < len(lines) and not closes(lines[end], mark):
        end += 1
    following = _skip_blank(lines, min(end + 1, len(lines)))
    body = "".join(lines[first:end])
    ending = ending_of(body)
    body = body[: len(body) - len(ending)]
    tail = ending + "".join(lines[end:following])
    return Segment(replace(cell, source=_source(body)), lines[place], body, tail), following


def _section(lines: list[str], place: int) -> tuple[Segment, int]:
    """A heading and the blank lines behind."""
    found = heading(lines[place])
    if found is None:
        raise ValueError("not a heading")
    following = _skip_blank(lines, place + 1)
    tail = found.tail + ending_of(lines[place]) + "".join(lines[place + 1 : following])
    cell = Cell("section", found.title.replace("\r", " "), found.id, found.depth, found.options)
    return Segment(cell, found.head, found.title, tail), following


def _text(lines: list[str], place: int) -> tuple[Segment, int]:
    """Prose up to the next cell; a separator line before it may give its id."""
    words = separator(lines[place])
    first = place if words is None else _skip_blank(lines, place + 1)
    end = first
    while end < len(lines) and not _starts_cell(lines[end], inside=words is None and end == place):
        fence = opened_fence(lines[end])
        end += 1
        while fence and end < len(lines) and not closes(lines[end], fence[0]):
            end += 1
        end = min(end + (fence is not None), len(lines))
    last = end
    while last > first and is_blank(lines[last - 1]):
        last -= 1
    body = "".join(lines[first:last])
    ending = ending_of(body)
    body = body[: len(body) - len(ending)]
    identity, options = words or (None, ())
    segment = Segment(
        Cell("text", _source(body), identity, 0, options),
        "".join(lines[place:first]),
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


def _skip_blank(lines: list[str], place: int) -> int:
    """The next line that is not blank."""
    while place < len(lines) and is_blank(lines[place]):
        place += 1
    return place


def _source(body: str) -> str:
    """A cell's text with our line endings."""
    return body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body
