"""The code cells of a worksheet's file, for whoever shows what a version kept of them: where each is, how it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from sagews.errors import SagewsError
from sagews.model.notebook.file import read_in_place
from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.read import parse

LONGEST_LINE = 200

Outline = Mapping[str, tuple[int, str]]
"""Id of a cell → its place among all cells, and its first line that is not empty."""


def outline(text: str) -> Outline:
    """Return the code cells of a file; nothing of a file that is no worksheet of ours."""
    try:
        cells = _cells(text)
    except SagewsError:
        return {}
    lines = ((cell, next((line for line in cell.source.splitlines() if line.strip()), "")) for cell in cells)
    return {
        cell.id: (place, line[:LONGEST_LINE])
        for place, (cell, line) in enumerate(lines)
        if cell.type == "code" and cell.id is not None
    }


def _cells(text: str) -> Sequence[Cell]:
    # A notebook is JSON, which a worksheet never is as a whole.
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        with suppress(SagewsError):
            return read_in_place(text, lambda piece: False).worksheet.cells
    return parse(text).cells
