"""Which values the controls of an interact can have; interact.py says which controls there are.

The session asks before it evaluates, and the backend before it passes on what a page says. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.session import checks as check
from sagews.wire.session.widget_values import CHECKERS, UnfitValue, boolean, text

Control = Mapping[str, Any]
Value = Any

MAX_BOX_TEXT = 1000
MAX_PRESSES = 2**53
COLOUR = re.compile(r"#[0-9a-f]{6}")


def checked(control: Control, value: Value) -> Value:
    """Return a value as its control takes it.

    Raises:
        SagewsError: `bad-value`.
    """
    reason = None
    try:
        return _checkers[control["kind"]](control, value)
    except (TypeError, ValueError, KeyError) as error:
        reason = str(error) if isinstance(error, UnfitValue) else "it is not what this control can have"
    raise SagewsError("bad-value", field=str(control["name"]), reason=reason)


def _within(span: Mapping[str, Any], value: Value) -> float:
    if type(value) not in (int, float) or not span["min"] <= value <= span["max"]:
        raise UnfitValue(f"it is not a number from {span['min']:.6g} to {span['max']:.6g}")
    if span.get("integer") and value != int(value):
        raise UnfitValue("it is not a whole number")
    return int(value) if span.get("integer") else float(value) if isinstance(value, float) else value


def _pair(value: Value) -> list[Value]:
    if not isinstance(value, list) or len(value) != 2:
        raise UnfitValue("it is not a pair of numbers")
    return value


def _range_value(control: Control, value: Value) -> list[float]:
    low, high = (_within(control, each) for each in _pair(value))
    if low > high:
        raise UnfitValue("its lower end is above its upper one")
    return [low, high]


def _choice(control: Control, value: Value) -> int | None:
    return None if value is None and control.get("none") else _index(control, value)


def _index(control: Control, value: Value) -> int:
    if type(value) is not int or not 0 <= value < len(control["labels"]):
        raise UnfitValue("it is not one of the choices")
    return value


def _index_range(control: Control, value: Value) -> list[int]:
    low, high = (_index(control, each) for each in _pair(value))
    if low > high:
        raise UnfitValue("its lower end is above its upper one")
    return [low, high]


def _multi_value(control: Control, value: Value) -> list[float]:
    if not isinstance(value, list) or len(value) != len(control["sliders"]):
        raise UnfitValue("it is not a number for each slider")
    return [_within(span, each) for span, each in zip(control["sliders"], value, strict=True)]


def _presses(control: Control, value: Value) -> int:
    if type(value) is not int or not 0 <= value <= MAX_PRESSES:
        raise UnfitValue("it is not how often a button was pressed")
    return value


def _colour_value(control: Control, value: Value) -> str:
    if not isinstance(value, str) or not COLOUR.fullmatch(value.lower()):
        raise UnfitValue("it is not a colour such as #3366cc")
    return value.lower()


def _grid_value(control: Control, value: Value) -> list[list[str]]:
    if not isinstance(value, list) or len(value) != control["rows"]:
        raise UnfitValue("it has another number of rows")
    for row in value:
        if not isinstance(row, list) or len(row) != control["columns"]:
            raise UnfitValue("it has another number of columns")
        if not all(isinstance(box, str) and len(box) <= MAX_BOX_TEXT and not check.UNFIT.search(box) for box in row):
            raise UnfitValue(f"it holds what is not a text of at most {MAX_BOX_TEXT} characters")
    return value


def _no_value(control: Control, value: Value) -> Value:
    raise UnfitValue("it has no value")


_checkers: Mapping[str, Callable[[Control, Value], Value]] = {
    "text": text,
    "check": boolean,
    "slider": _within,
    "choice_slider": _index,
    "range": _range_value,
    "range_choice": _index_range,
    "multi": _multi_value,
    "select": _choice,
    "buttons": _choice,
    "radio": _choice,
    "button": _presses,
    "colour": _colour_value,
    "grid": _grid_value,
    "html": _no_value,
    **CHECKERS,
}
