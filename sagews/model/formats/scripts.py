"""Scripts: `.py` and `.sage`, whose cells begin with `# %%` where they have any (the "percent" form of editors).

    # ---
    # title: A curve
    # ---

    # %% [markdown]
    # Prose, each line behind a number sign.

    # %%
    factor(2^10)

Blank lines around a cell are the script's form and not the cell's.
"""

from __future__ import annotations

import re

from sagews.model.formats.sheet import Sheet, SheetBuilder, decoded, prose_of
from sagews.model.worksheet.cells import Cell

_MARKER = re.compile(r"#[ \t]*%%(?:[ \t]+(?P<words>[^\n]*))?[ \t]*\Z")
_PROSE = re.compile(r"(?:[^\n\[]*)\[(markdown|md|raw)\]", re.IGNORECASE)
_TITLE = re.compile(r"#[ \t]*title:[ \t]*(.*)\Z")
MAX_HEAD_LINES = 200


def read_script(data: bytes, flavour: str) -> Sheet:
    """Return the worksheet in a script: its cells, or all of it as one.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    lines = decoded(data).split("\n")
    title, first = _head(lines)
    builder = SheetBuilder()
    prose = False
    cell: list[str] = []
    for line in lines[first:]:
        marker = _MARKER.match(line) if line.startswith("#") else None
        if marker is None:
            cell.append(line)
            continue
        _add(builder, cell, prose)
        cell, prose = [], _PROSE.match(marker["words"] or "") is not None
    _add(builder, cell, prose)
    return builder.sheet(title, flavour)


def _head(lines: list[str]) -> tuple[str, int]:
    """The title in the comment block at the start, and the line behind that."""
    if not lines or lines[0].rstrip() != "# ---":
        return "", 0
    title = ""
    for number, line in enumerate(lines[1:MAX_HEAD_LINES], 1):
        if line.rstrip() == "# ---":
            return title, number + 1
        if not line.startswith("#"):
            break
        match = _TITLE.match(line)
        title = match[1].strip().strip("\"'") if match else title
    return "", 0


def _add(builder: SheetBuilder, lines: list[str], prose: bool) -> None:
    """Add a cell; one without a word in it is only the room between two."""
    text = "\n".join(lines).strip("\n")
    if not text.strip():
        return
    if prose:
        builder.add_prose(_uncommented(text))
    else:
        builder.add_code(text)


def _uncommented(text: str) -> str:
    """Prose without what makes it a comment: number signs, or the quotes of a text that nobody uses."""
    for quotes in ('"""', "'''"):
        if text.startswith(quotes) and text.endswith(quotes) and len(text) >= 6:
            return text[3:-3].strip("\n")
    lines = text.split("\n")
    return "\n".join(line[2:] if line.startswith("# ") else line.removeprefix("#") for line in lines)


def write_script(sheet: Sheet) -> bytes:
    """Return a worksheet as a script, without its outputs."""
    parts = [f"# ---\n# title: {sheet.title}\n# ---\n"] if sheet.title else []
    return "\n".join([*parts, *(_written(cell) for cell in sheet.cells)]).encode()


def _written(cell: Cell) -> str:
    if cell.type == "code":
        return f"# %%\n{cell.source.strip(chr(10))}\n"
    lines = (f"# {line}".rstrip() for line in prose_of(cell).split("\n"))
    return "# %% [markdown]\n" + "\n".join(lines) + "\n"
