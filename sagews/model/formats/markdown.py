"""Plain Markdown: fences of Sage and Python are cells, headings are sections, all else is text.

Worksheet files are Markdown as well and are read word for word, ids and all, by model/worksheet; this is for what
others write, and for giving a worksheet to those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sagews.model.formats.sheet import Sheet, SheetBuilder, decoded, prose_of
from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.front_matter import front_value, with_values
from sagews.model.worksheet.lines import closes, front_lines, lines_of, opened_fence
from sagews.model.worksheet.read import parse

# `{code-cell} ipython3` is MyST's, `{python}` and `{python .class}` are Quarto's and R Markdown's.
_CODE = re.compile(
    r"(?:\{(?:code-cell\}|(?:sage|python)[^}]*\})|sage(?:math)?|sage-python|py(?:thon)?3?|ipython3?)(?:[ \t{].*)?",
    re.IGNORECASE,
)
_TICKS = re.compile(r"`{3,}")


def read_worksheet(data: bytes) -> Sheet:
    """Return the worksheet in one of our own files.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    worksheet = parse(decoded(data))
    return Sheet(worksheet.front, worksheet.cells)


def read_markdown(data: bytes) -> Sheet:
    """Return the worksheet in a Markdown file.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    lines = lines_of(decoded(data))
    first = front_lines(lines)
    front = "".join(lines[:first])
    builder = SheetBuilder()
    prose: list[str] = []
    languages: set[str] = set()
    for words, block in _blocks(lines, first):
        if words is None or not _CODE.fullmatch(words):
            prose += block
            continue
        builder.add_prose("".join(prose))
        prose.clear()
        languages.add("sage" if "sage" in words.lower() else "python")
        builder.add_code("".join(block[1:-1]).removesuffix("\n"))
    builder.add_prose("".join(prose))
    flavour = "python" if front_value(front, "flavour") == "python" or languages == {"python"} else "sage"
    return builder.sheet(front_value(front, "title") or "", flavour)


def _blocks(lines: list[str], index: int) -> Iterator[tuple[str | None, list[str]]]:
    """Fences, each with its words and from its first line to its last, and, with None, the lines between them."""
    while index < len(lines):
        fence = opened_fence(lines[index])
        if fence is None:
            yield None, [lines[index]]
            index += 1
            continue
        end = index + 1
        while end < len(lines) and not closes(lines[end], fence[0]):
            end += 1
        closing = lines[end] if end < len(lines) else ""
        yield fence[1].strip(), [*lines[index:end], closing]
        index = end + 1


def write_markdown(sheet: Sheet) -> bytes:
    """Return a worksheet as plain Markdown, without ids, options and outputs."""
    front = with_values("", {"title": sheet.title}).replace("sagews: 1\n", "") if sheet.title else ""
    return "\n".join([*([front] if front else []), *(_written(cell, sheet.flavour) for cell in sheet.cells)]).encode()


def _written(cell: Cell, word: str) -> str:
    if cell.type != "code":
        return f"{prose_of(cell)}\n"
    fence = "`" * (max((len(run) for run in _TICKS.findall(cell.source)), default=2) + 1)
    return f"{fence}{word}\n{cell.source}{chr(10) if cell.source else ''}{fence}\n"
