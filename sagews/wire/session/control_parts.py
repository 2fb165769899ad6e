"""What the forms of controls have in common, be they those of an interact (interact.py) or of widgets (widgets.py).

Standard library only.
"""

from __future__ import annotations

from typing import Any

from sagews.errors import SagewsError
from sagews.wire.fields import Fields
from sagews.wire.session.framing import ProtocolError

Form = dict[str, Any]

MAX_NAME = 100
MAX_LABEL = 1000
MAX_LABELS = 1000
MAX_NUMBER = 1e300


def optional(form: Fields, **most: int) -> dict[str, int]:
    """Take whole numbers from 1 on, each up to its bound, that may be absent."""
    return {name: form.integer(name, 1, limit) for name, limit in most.items() if form.peek(name) is not None}


def flags(form: Fields, *names: str) -> dict[str, bool]:
    """Take what is true or false, and may be absent."""
    return {name: form.boolean(name) for name in names if form.peek(name) is not None}


def number(form: Fields, name: str) -> float:
    """Take a number of either sign."""
    value = form.take(name)
    # Not isinstance: true is an integer to Python.
    # Compared and not converted: a whole number of JSON may be larger than any float. What is not finite is not within.
    if type(value) not in (int, float) or not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise SagewsError("bad-value", field=name, reason="it is not a number")
    return value  # type: ignore[no-any-return]


def optional_number(form: Fields, name: str) -> float | None:
    """Take a number of either sign, or null."""
    return form.take(name) if form.peek(name) is None else number(form, name)


def span(form: Fields) -> Form:
    """Take two numbers and the step between those that lie between them; 0 for any."""
    low, high, step = (number(form, name) for name in ("min", "max", "step"))
    if low > high or step < 0:
        raise SagewsError("bad-value", field="min", reason="the ends or the step of a slider do not fit")
    return {"min": low, "max": high, "step": step}


def labels(form: Fields, most: int = MAX_LABELS, least: int = 1) -> Form:
    """Take a list of labels."""
    return {"labels": [form.short("labels", each, MAX_LABEL) for each in form.sequence("labels", most, least)]}


def inner(value: object, what: str) -> Fields:
    """Return the fields of an object that stands in a list."""
    if not isinstance(value, dict):
        raise ProtocolError(f"{what} that is not an object")
    return Fields(value)
