"""Sage's tables, and matrices too large to be typeset: short ones as Markdown, others as rows to sort and page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sage.misc.table import table
from sage.structure.element import Matrix

from sagews.session.display import words
from sagews.session.display.mime import Bundle
from sagews.session.display.tables import MAX_COLUMNS, table_bundle
from sagews.session.display.typesetting import MAX_ENTRIES, formula

# Up to so many rows all of it is seen at once, and reads as a table of a book.
SHORT = 20
# Seconds in which entries are typeset or written; what is left is text, or left out.
SECONDS = 0.5
# A matrix with more is a mass of numbers of which nobody reads all, and writing each takes a while.
MAX_MATRIX_ROWS = 2000
_BAR = re.compile(r"(?<!\\)\|")


def value(obj: Any) -> Bundle | None:
    """Return the bundle of a table or a large matrix; None for anything else."""
    if isinstance(obj, table):
        return _short(obj) if len(obj._rows) <= SHORT else _long(obj)
    if isinstance(obj, Matrix) and MAX_ENTRIES < int(obj.nrows()) * int(obj.ncols()):
        return _matrix(obj)
    return None


def _short(obj: Any) -> Bundle:
    """Return a table whose mathematics is typeset: Sage's own HTML has formulas that only its notebook sets."""
    options = obj.options()
    rows = [[_entry(each) for each in row] for row in obj._rows]
    header = bool(options.get("header_row"))
    if options.get("header_column"):
        rows = [[f"**{row[0]}**", *row[1:]] if row and row[0] else row for row in rows]
    return {"text/markdown": words.table_markdown(rows, header=header), "text/plain": str(obj)}, {}


def _entry(obj: Any) -> str:
    if isinstance(obj, str):
        return obj
    plain = str(obj)
    typeset = formula(obj, plain)
    # A bar would end the cell of the table, also inside of a formula.
    return _BAR.sub(r"\\vert ", typeset) if typeset else plain


def _long(obj: Any) -> Bundle:
    options = obj.options()
    rows: list[Any] = list(obj._rows)
    width = max(map(len, rows))
    header = rows.pop(0) if options.get("header_row") else []
    names = [str(each) for each in header] + [""] * (width - len(header))
    plain = f"Table of {len(rows)} rows and {width} columns"
    return table_bundle(names, _typeset(rows), len(rows), plain, index=1 if options.get("header_column") else 0)


def _typeset(rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    end = time.monotonic() + SECONDS
    for row in rows:
        yield [each if isinstance(each, (str, int, float)) else _formula_until(end, each) for each in row]


def _formula_until(end: float, obj: Any) -> str:
    plain = str(obj)
    return (time.monotonic() < end and formula(obj, plain)) or plain


def _matrix(obj: Any) -> Bundle:
    rows, columns = int(obj.nrows()), int(obj.ncols())
    some = min(columns, MAX_COLUMNS)
    names = ["", *map(str, range(some))]
    return table_bundle(names, _entries(obj, some), rows, str(obj), index=1, width=columns + 1)


def _entries(obj: Any, columns: int) -> Iterator[list[Any]]:
    end = time.monotonic() + SECONDS
    for row in range(min(int(obj.nrows()), MAX_MATRIX_ROWS)):
        if time.monotonic() > end:
            return
        yield [row, *(str(obj[row, column]) for column in range(columns))]
