"""Choices: a menu, a row of buttons, of which one is chosen or just pressed, and a slider over values of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sagews.session.interact.controls.base import BadValueError, Control, Form, shown
from sagews.wire.session.control_parts import MAX_LABELS
from sagews.wire.session.interact import MAX_SLIDER_LABELS

# Of an iterator, which may have no end.
MAX_VALUES = 10_000


class ChoiceControl(Control):
    """One of some values.

    Args:
        values: what may be chosen.
        labels: how each is shown.
        kind: select, buttons, radio.
        default: one of the values; the first if it is none of them.
    """

    def __init__(
        self,
        values: Sequence[Any],
        labels: Sequence[Any],
        kind: str = "select",
        label: Any = None,
        default: Any = None,
        rows: int | None = None,
        columns: int | None = None,
    ) -> None:
        super().__init__(label)
        self.kind = kind
        if not values:
            raise ValueError("There has to be something to choose from.")
        if len(values) > MAX_LABELS:
            raise ValueError(f"A control offers at most {MAX_LABELS} choices.")
        self._values, self._labels = list(values), [shown(each) for each in labels]
        grid = {"rows": rows, "columns": columns} if kind == "buttons" else {}
        self._grid = {key: max(1, min(int(each), MAX_LABELS)) for key, each in grid.items() if each}
        self._wire = 0
        if default is not None:
            self._wire = index_of(self._values, default, 0)

    def fields(self) -> Form:
        """See Control."""
        return {"labels": self._labels, **self._grid}

    def read(self, wire: Any) -> Any:
        """See Control."""
        return self._values[wire]

    def written(self, value: Any) -> int:
        """See Control."""
        at = index_of(self._values, value, -1)
        if at < 0:
            raise BadValueError(f"{shown(value, 100)} is not one of the choices.")
        return at


class ButtonBarControl(ChoiceControl):
    """A row of buttons that stay as they are: the value is that of the one that was just pressed, else the default."""

    def __init__(self, values: Sequence[Any], labels: Sequence[Any], label: Any, default: Any, **grid: Any) -> None:
        super().__init__(values, labels, "buttons", label, None, **grid)
        self._default = default
        self.is_pressed = False

    def value(self) -> Any:
        """See Control."""
        return self.read(self._wire) if self.is_pressed else self._default


class ChoiceSliderControl(Control):
    """A slider over values of any kind; of more than 500 some are left out, at equal distances."""

    kind = "choice_slider"

    def __init__(self, values: Iterable[Any], label: Any = None, default: Any = None) -> None:
        super().__init__(label)
        self._values = thinned(values)
        self._labels = [shown(each, 100) for each in self._values]
        self._wire = 0 if default is None else nearest(self._values, default)

    def fields(self) -> Form:
        """See Control."""
        return {"labels": self._labels}

    def read(self, wire: Any) -> Any:
        """See Control."""
        return self._values[wire]

    def written(self, value: Any) -> int:
        """See Control."""
        return nearest(self._values, value)


class ChoiceRangeControl(ChoiceSliderControl):
    """The same with two ends; the value is a pair."""

    kind = "range_choice"

    def __init__(self, values: Iterable[Any], label: Any = None, default: Any = None) -> None:
        super().__init__(values, label)
        self._wire = [0, len(self._values) - 1]
        if default is not None:
            self.set(default)

    def read(self, wire: Any) -> Any:
        """See Control."""
        return self._values[wire[0]], self._values[wire[1]]

    def written(self, value: Any) -> Any:
        """See Control."""
        return sorted(nearest(self._values, each) for each in pair(value))


def thinned(values: Iterable[Any]) -> list[Any]:
    """Return at most so many values as a slider has steps, the first and the last among them."""
    found = list(islice(values, MAX_VALUES))
    if not found:
        raise ValueError("There has to be something to choose from.")
    if len(found) <= MAX_SLIDER_LABELS:
        return found
    last = len(found) - 1
    return [found[round(at * last / (MAX_SLIDER_LABELS - 1))] for at in range(MAX_SLIDER_LABELS)]


def pair(value: Any) -> tuple[Any, Any]:
    """Return the two ends of a range; raises BadValueError."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise BadValueError("A range has two ends.")
    return value[0], value[1]


def index_of(values: Sequence[Any], wanted: Any, missing: int) -> int:
    """Return where a value stands; values may be of any kind, and some can't be compared."""
    for at, each in enumerate(values):
        try:
            if each is wanted or bool(each == wanted):
                return at
        except Exception:  # noqa: S112 - what can't be compared is not the one
            continue
    return missing


def nearest(values: Sequence[Any], wanted: Any) -> int:
    """Return where a value stands, or the one that is nearest to it among numbers, else the first."""
    at = index_of(values, wanted, -1)
    if at >= 0:
        return at
    try:
        return min(range(len(values)), key=lambda place: abs(float(values[place]) - float(wanted)))
    except Exception:
        return 0
