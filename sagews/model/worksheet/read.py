"""Reads `name.sage.md` into cells that remember how they were written, so that writing gives the same bytes."""

from __future__ import annotations

from dataclasses import replace

from sagews.errors import SagewsError
from sagews.model.worksheet.cells import MAX_CELLS, MAX_SIZE, Cell, Worksheet
from sagews.model.worksheet.segments import segments
from sagews.model.worksheet.write import raw_of


def parse(text: str) -> Worksheet:
    """Return the worksheet in a file's text; `write` gives the same text again, whatever it was.

    Raises:
        SagewsError: `too-large` beyond MAX_SIZE bytes; `limit` beyond MAX_CELLS cells.
    """
    # The cheap question first: encoding copies the text.
    if len(text) > MAX_SIZE or len(text.encode()) > MAX_SIZE:
        raise SagewsError("too-large", limit=MAX_SIZE)
    front, found = segments(text)
    if len(found) > MAX_CELLS:
        raise SagewsError("limit", limit=f"{MAX_CELLS} cells in a worksheet", advice="Split it into several.")
    cells: list[Cell] = []
    for number, segment in enumerate(found):
        after_text = number > 0 and cells[-1].type == "text"
        cells.append(replace(segment.cell, raw=raw_of(segment, after_text, number + 1 == len(found))))
    return Worksheet(front, tuple(cells))
