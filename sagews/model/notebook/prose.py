"""Markdown cells of notebooks: a heading in one is a section of ours, and all of its parts are one cell in the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.segments import Segment, segments

_TICKS = re.compile(r"`{3,}")
_FENCED = re.compile(r"(`{3,})\n(.*)\n\1", re.DOTALL)

Around = tuple[str, str]
"""What stood before and behind the source of a part."""


def parts_of(source: str) -> list[tuple[Cell, Around]]:
    """Return the cells that a Markdown cell is here; their sources with what is around them are its source."""
    front, found = segments(source, whole=False)
    joined: list[tuple[Cell, Around]] = []
    texts: list[Segment] = []
    for segment in [*found, None]:
        if segment is not None and segment.cell.type != "section":
            # Fences of ours and separators mean nothing within a notebook.
            texts.append(segment)
            continue
        if texts:
            joined.append(_text("".join(each.text for each in texts)))
            texts = []
        if segment is not None:
            cell = replace(segment.cell, id=None, options=())
            joined.append((cell, (segment.head, segment.tail)))
    if [cell.type for cell, _ in joined] in ([], ["text"]):
        return [(Cell("text", source), ("", ""))]
    first, (head, tail) = joined[0]
    return [(first, (front + head, tail)), *joined[1:]]


def _text(text: str) -> tuple[Cell, Around]:
    """A text between sections; empty lines at its ends are the form of the file."""
    body = text.lstrip("\n")
    source = body.rstrip()
    return Cell("text", source), (text[: len(text) - len(body)], body[len(source) :])


def source_of(parts: Sequence[tuple[Cell, Around]]) -> str:
    """Return the Markdown of cells that are one in the file, written as they were where that says what they say."""
    text = ""
    for cell, (head, tail) in parts:
        written = _section(cell, head, tail) if cell.type == "section" else _prose(cell, head, tail)
        if text and not text.endswith("\n"):
            text += "\n\n"
        text += written
    return text


def _section(cell: Cell, head: str, tail: str) -> str:
    title = " ".join(cell.source.split("\n"))
    written = head + title + tail
    _, found = segments(written, whole=False)
    wanted = ("section", title, cell.depth)
    if len(found) == 1 and (found[0].cell.type, found[0].cell.source, found[0].cell.depth) == wanted:
        return written
    line = f"{'#' * (cell.depth + 1)} {title.strip()}".rstrip()
    _, found = segments(line, whole=False)
    # What would be taken for the heading's end is shut off by one more number sign.
    closed = line if found[0].cell.source == title.strip() else f"{line} #"
    return closed + ("" if tail.strip() else tail)


def _prose(cell: Cell, head: str, tail: str) -> str:
    return head + cell.source + tail if not (head + tail).strip() else cell.source


def fenced(source: str) -> str:
    """Return a text that is shown as it is, as a raw cell stands here."""
    longest = max((len(run) for run in _TICKS.findall(source)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}\n{source}\n{mark}"


def unfenced(source: str) -> str:
    """Return what a raw cell says; without its fence it is all there is."""
    match = _FENCED.fullmatch(source)
    return match[2] if match else source
