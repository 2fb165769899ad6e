"""Which values the controls of widgets.py can have, and which of all controls nobody sets. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sagews.wire.session import checks as check
from sagews.wire.session.control_parts import MAX_NUMBER
from sagews.wire.session.widgets import DAY

Control = Mapping[str, Any]
Value = Any

MAX_TEXT = 64 * 1024
MAX_PICTURE = 256 * 1024
WITHOUT_VALUE = frozenset({"html", "box", "area", "note"})
"""Kinds of controls that only stand there."""

UNSEEN = frozenset({"secret"})
"""Kinds of controls whose value goes to the session alone: nobody else is told it, and it is stored nowhere."""
ONLY_SHOWN = frozenset({*WITHOUT_VALUE, "caption", "markup", "picture", "progress", "valid"})
"""Kinds whose values the session alone sets."""


class UnfitValue(ValueError):
    """A value does not fit; the text says why."""


def number(value: Value, low: float | None, high: float | None) -> Value:
    """Return a number between two ends, either of which may be none; raises UnfitValue."""
    if type(value) not in (int, float) or not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise UnfitValue("it is not a number")
    if (low is not None and value < low) or (high is not None and value > high):
        raise UnfitValue(f"it is not a number {_between(low, high)}")
    return value


def text(control: Control, value: Value) -> str:
    """Return a text; raises UnfitValue."""
    if not isinstance(value, str) or check.UNFIT.search(value) or len(value.encode()) > MAX_TEXT:
        raise UnfitValue(f"it is not a text of at most {MAX_TEXT} bytes")
    return value


def boolean(control: Control, value: Value) -> bool:
    """Return true or false; raises UnfitValue."""
    if not isinstance(value, bool):
        raise UnfitValue("it is neither true nor false")
    return value


def index(labels: Any, value: Value) -> int:
    """Return the number of one of some labels, from 0 on; raises UnfitValue."""
    if type(value) is not int or not 0 <= value < len(labels):
        raise UnfitValue("it is not one of the choices")
    return value


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:.6g}"
    return f"from {low:.6g} on" if high is None else f"from {low:.6g} to {high:.6g}"


def _page(control: Control, value: Value) -> int | None:
    return None if value is None else index(control["children"], value)


def _field(control: Control, value: Value) -> Value:
    found = number(value, control["min"], control["max"])
    if control["integer"] and found != int(found):
        raise UnfitValue("it is not a whole number")
    return int(found) if control["integer"] else found


def _picture(control: Control, value: Value) -> str:
    if not isinstance(value, str) or len(value) > MAX_PICTURE or not check.BASE64.fullmatch(value):
        raise UnfitValue(f"it is no picture of at most {MAX_PICTURE} bytes of base64")
    return value


def _progress(control: Control, value: Value) -> Value:
    return number(value, None, None)


def _one(control: Control, value: Value) -> int | None:
    return None if value is None else index(control["labels"], value)


def _some(control: Control, value: Value) -> list[int]:
    if not isinstance(value, list) or len(value) > len(control["labels"]):
        raise UnfitValue("it is no list of choices")
    found = [index(control["labels"], each) for each in value]
    if len(set(found)) != len(found):
        raise UnfitValue("it has a choice twice")
    return found


def _combo(control: Control, value: Value) -> str:
    found = text(control, value)
    if control["strict"] and found and found not in control["options"]:
        raise UnfitValue("it is not one of the choices")
    return found


def _day(control: Control, value: Value) -> str:
    if not isinstance(value, str) or not (value == "" or DAY.fullmatch(value)):
        raise UnfitValue("it is not a day such as 2026-11-28")
    if value and not control.get("min", "") <= value <= control.get("max", "9999-12-31"):
        raise UnfitValue("it is not one of the days that can be chosen")
    return value


def _power(control: Control, value: Value) -> Value:
    if type(value) not in (int, float) or not 0 < value <= MAX_NUMBER:
        raise UnfitValue("it is not a number above zero")
    exponent = math.log(value, control["base"])
    # Both ends are powers that were rounded.
    slack = 1e-9 * max(1.0, abs(control["min"]), abs(control["max"]))
    if not control["min"] - slack <= exponent <= control["max"] + slack:
        raise UnfitValue("it is beyond the ends of its slider")
    return value


def _step(control: Control, value: Value) -> Value:
    return number(value, control["min"], control["max"])


CHECKERS: Mapping[str, Callable[[Control, Value], Value]] = {
    "pages": _page,
    "caption": text,
    "markup": text,
    "picture": _picture,
    "progress": _progress,
    "valid": boolean,
    "number": _field,
    "toggle": boolean,
    "list": _one,
    "several": _some,
    "combo": _combo,
    "secret": text,
    "date": _day,
    "log": _power,
    "play": _step,
}
