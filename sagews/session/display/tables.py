"""Tables as the page shows them: rows of plain values, which it sorts, filters and pages.

They travel as one text, which the worker need not take apart: it may hold a hundred thousand values.
"""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sagews.session.display.mime import Bundle
from sagews.wire.session.checks import UNFIT

TABLE = "text/vnd.sagews.table"
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_VALUES = 200_000
MAX_CHARACTERS = 2 * 1024 * 1024
MAX_VALUE = 500
_EXACT = 2**53


def table_bundle(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], total: int, plain: str, *, index: int = 0, width: int = 0
) -> Bundle:
    """Return the bundle of a table.

    Args:
        columns: their names; at most MAX_COLUMNS are taken.
        rows: as many as there are; at most MAX_ROWS, MAX_VALUES and MAX_CHARACTERS are taken, one row at least.
        total: how many rows there are.
        plain: the table as text.
        index: how many columns from the left name their row.
        width: how many columns there are, where not all are given.
    """
    names = [_short(str(name)) for name in columns[: MAX_COLUMNS + index]]
    room = MAX_CHARACTERS
    taken: list[str] = []
    for row in islice(rows, min(MAX_ROWS, max(1, MAX_VALUES // max(1, len(names))))):
        text = json.dumps([_value(each) for each in row[: len(names)]], ensure_ascii=False, separators=(",", ":"))
        room -= len(text) + 1
        if room < 0 and taken:
            break
        taken.append(text)
    about = {"columns": names, "index": index, "total": total, "width": max(width, len(columns))}
    data = f'{json.dumps(about, ensure_ascii=False)[:-1]},"rows":[{",".join(taken)}]}}'
    return {TABLE: data, "text/plain": plain}, {}


def frame(obj: Any) -> Bundle | None:
    """Return the bundle of a data frame or series of pandas or polars; None for anything else."""
    kind = type(obj)
    # By its name: who has not imported the library can't hold one, and importing it here takes seconds.
    if kind.__name__ not in ("DataFrame", "Series"):
        return None
    library = kind.__module__.partition(".")[0]
    if library == "pandas":
        return _pandas(obj.to_frame(obj.name if obj.name is not None else "") if kind.__name__ == "Series" else obj)
    if library == "polars":
        return _polars(obj.to_frame() if kind.__name__ == "Series" else obj)
    return None


def _pandas(obj: Any) -> Bundle:
    some = obj.iloc[:MAX_ROWS, :MAX_COLUMNS]
    index = [_label(name) if name is not None else "" for name in obj.index.names]
    names = [*index, *(_label(name) for name in some.columns)]
    return table_bundle(
        names, _pandas_rows(some), len(obj), repr(obj), index=len(index), width=len(index) + len(obj.columns)
    )


def _pandas_rows(obj: Any) -> Iterator[Sequence[Any]]:
    for label, *values in obj.itertuples(index=True, name=None):
        yield [*(label if isinstance(label, tuple) else (label,)), *values]


def _polars(obj: Any) -> Bundle:
    some = obj.head(MAX_ROWS)
    return table_bundle(list(obj.columns), some.iter_rows(), obj.height, str(obj), width=obj.width)


def _label(name: Any) -> str:
    return " / ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _value(value: Any) -> Any:
    """Return what stands for a value in a cell: a number where it is one, else its text."""
    if value is None or isinstance(value, bool):
        return value if value is None else str(value)
    if isinstance(value, str):
        return _short(value)
    # Sage's numbers are of these kinds as well; of its fractions the text says more.
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return whole if abs(whole) <= _EXACT else str(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        value = float(value)
        # Ten digits: what sums of floats end with says nothing to who reads a table.
        return float(f"{value:.10g}") if math.isfinite(value) else str(float(value)).replace("nan", "NaN")
    item = getattr(value, "item", None)
    if callable(item) and type(value).__module__ == "numpy":
        return _value(item())
    return _short(str(value))


def _short(text: str) -> str:
    """Return a text that fits into a cell of a table and onto the wire."""
    return UNFIT.sub("\ufffd", text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…")
