"""What is said of each kind of widget: how its control is made, what value that has, and what a set one means."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sagews.session.evaluation.tracebacks import bounded
from sagews.wire.session.checks import UNFIT
from sagews.wire.session.control_parts import MAX_LABEL, MAX_LABELS

State = Mapping[str, Any]
Form = dict[str, Any]


class CannotShow(Exception):
    """A widget can't be shown; the text is a sentence that says why."""


def _nothing(state: State) -> Form:
    return {}


def _value(state: State) -> Any:
    return state["value"]


def _as_value(wire: Any, state: State) -> Form:
    return {"value": wire}


@dataclass(frozen=True, slots=True)
class Kind:
    """How widgets of one kind are shown.

    Attributes:
        control: the kind of control (wire/session/interact.py).
        form: what the form of the control has for it.
        value: its value on the wire.
        traits: what a value that somebody has set means for the widget.
        valued: whether it has a value.
        described: whether its description stands beside it.
    """

    control: str
    form: Callable[[State], Form] = _nothing
    value: Callable[[State], Any] = _value
    traits: Callable[[Any, State], Form] = _as_value
    valued: bool = True
    described: bool = True


def text(value: object, most: int = MAX_LABEL) -> str:
    """Return any value as a text that is fit for a label."""
    found = "" if value is None else str(value)
    return UNFIT.sub("\ufffd", found if len(found) <= most else found[: most - 1] + "…")


def long_text(value: object, most: int) -> str:
    """Return any value as a text of at most so many bytes."""
    return UNFIT.sub("\ufffd", bounded("" if value is None else str(value), most))


def number(value: object) -> Any:
    """Return a finite number; raises CannotShow."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise CannotShow(f"{text(value, 40)} is no number that a control can have.")
    return value


def labels(state: State) -> list[str]:
    """Return the labels of the choices; raises CannotShow where there are too many."""
    found = list(state.get("_options_labels") or ())
    if len(found) > MAX_LABELS:
        raise CannotShow(f"It has {len(found)} choices, and at most {MAX_LABELS} can be shown.")
    return [text(each) for each in found]
