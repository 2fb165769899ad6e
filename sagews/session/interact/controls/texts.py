"""Boxes for text: a line or several, and grids of them; what is written is evaluated in the session's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sagews.session.interact.controls.base import BadValueError, Control, Form, trimmed
from sagews.wire.session.control_parts import MAX_LABEL
from sagews.wire.session.interact import MAX_BOXES, MAX_ROWS, MAX_SIDE
from sagews.wire.session.interact_values import MAX_BOX_TEXT
from sagews.wire.session.widget_values import MAX_TEXT

Evaluate = Callable[[str], Any]
# Set when a session begins: evaluates a text as an expression in the language of the cell.
evaluator: list[Evaluate] = []


def evaluated(text: str) -> Any:
    """Return the value of a text; None for an empty one."""
    return evaluator[0](text) if text.strip() and evaluator else None


def as_text(value: Any) -> str:
    """Return what a person would write for a value."""
    return value if isinstance(value, str) else "" if value is None else str(value)


class TextControl(Control):
    """A box for text.

    Args:
        default: a text, or a value that is written into it.
        label: see Control.
        kind: what makes the value of what is written: `str` leaves it as it is, None evaluates it, anything else is
            called with what it was evaluated to.
        width: in characters.
        height: in lines.
        readonly: whether nobody may write.
        submit: whether what is written is taken when it is complete, and not with each letter.
        adapter: makes the value of the text itself.
    """

    kind = "text"

    def __init__(
        self,
        default: Any = None,
        label: Any = None,
        kind: Any = None,
        width: int | None = None,
        height: int = 1,
        *,
        readonly: bool = False,
        submit: bool = True,
        adapter: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__(label)
        self._type = kind
        self._adapter = adapter
        self._width = None if not width else max(1, min(int(width), MAX_LABEL))
        self._rows = max(1, min(int(height or 1), MAX_ROWS))
        self._readonly, self._submit = bool(readonly), bool(submit)
        self.set(default)

    def fields(self) -> Form:
        """See Control."""
        width = {} if self._width is None else {"width": self._width}
        return {"rows": self._rows, **width, "submit": self._submit, "readonly": self._readonly}

    def read(self, wire: Any) -> Any:
        """See Control."""
        if self._adapter is not None:
            return self._adapter(wire)
        if self._type is str:
            return str(wire)
        if self._makes_colours:
            return self._type(wire.strip().strip("'\""))
        value = evaluated(wire)
        return value if self._type is None or (value is None and not wire.strip()) else self._type(value)

    @property
    def _makes_colours(self) -> bool:
        return getattr(self._type, "__module__", "") == "sage.plot.colors"

    def written(self, value: Any) -> str:
        """See Control."""
        return trimmed(as_text(value), MAX_TEXT)


class GridControl(Control):
    """A grid of boxes, each evaluated; the value is a list of rows, or what `to_value` makes of it."""

    kind = "grid"

    def __init__(
        self,
        rows: int,
        columns: int,
        default: Any = None,
        label: Any = None,
        to_value: Callable[[Any], Any] | None = None,
        width: int = 4,
    ) -> None:
        super().__init__(label)
        self._rows, self._columns = int(rows), int(columns)
        if not (
            0 < self._rows <= MAX_SIDE and 0 < self._columns <= MAX_SIDE and self._rows * self._columns <= MAX_BOXES
        ):
            raise ValueError(f"A grid has at most {MAX_SIDE} rows and columns, and {MAX_BOXES} boxes.")
        self._to_value = to_value
        self._width = max(1, min(int(width or 4), MAX_LABEL))
        self.set(default)

    def fields(self) -> Form:
        """See Control."""
        return {"rows": self._rows, "columns": self._columns, "width": self._width}

    def read(self, wire: Any) -> Any:
        """See Control."""
        values = [[evaluated(box) for box in row] for row in wire]
        return values if self._to_value is None else self._to_value(values)

    def written(self, value: Any) -> list[list[str]]:
        """See Control: rows, a list of all, or one for each box."""
        rows = self._boxes(value)
        if len(rows) != self._rows or any(len(row) != self._columns for row in rows):
            raise BadValueError(f"It needs {self._rows} rows of {self._columns} values.")
        return [[trimmed(as_text(box), MAX_BOX_TEXT) for box in row] for row in rows]

    def _boxes(self, value: Any) -> list[list[Any]]:
        rows, columns = self._rows, self._columns
        if hasattr(value, "rows") and hasattr(value, "nrows"):
            return [list(row) for row in value.rows()]
        if isinstance(value, str) or not isinstance(value, Iterable):
            return [[0 if value is None else value] * columns for _ in range(rows)]
        given = list(value)
        if len(given) == rows and all(isinstance(row, (list, tuple)) for row in given):
            return [list(row) for row in given]
        return [given[start : start + columns] for start in range(0, len(given), columns)]
