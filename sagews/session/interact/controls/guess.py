"""Which control an argument gets by its default value, as in Sage, SageCell and CoCalc.

True, False                     a box to tick
"text"                          a box for text, which the function gets as it is
Color(…)                        a colour
a matrix                        a grid of boxes
(a, b), (a, b, step)            a slider over numbers
(default, (a, b)), (default, [values])
the same with another first value
("label", anything of these)    with another label
[values], {label: value}        up to five are buttons, more a menu
range, iterators, other tuples  a slider over the values
anything else                   a box for text, which is evaluated
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from sagews.session.interact.controls.base import BadValueError, Control
from sagews.session.interact.controls.choices import ChoiceControl, ChoiceSliderControl
from sagews.session.interact.controls.simple import CheckControl, ColourControl
from sagews.session.interact.controls.sliders import SliderControl, Span, is_number
from sagews.session.interact.controls.texts import GridControl, TextControl

MAX_BUTTONS = 5
NO_DEFAULT = object()


def control_for(value: Any) -> Control:
    """Return the control for a default value; one that is made already is itself."""
    if isinstance(value, Control):
        return value
    if isinstance(value, bool):
        return CheckControl(value)
    if isinstance(value, str):
        return TextControl(value, kind=str)
    if isinstance(value, tuple):
        return _of_tuple(value)
    if isinstance(value, (list, Mapping)):
        return menu(value)
    if isinstance(value, (range, Iterator)):
        return ChoiceSliderControl(value)
    return _of_object(value)


def _of_object(value: Any) -> Control:
    colours = sys.modules.get("sage.plot.colors")
    if colours is not None and isinstance(value, colours.Color):
        return ColourControl(value)
    if all(hasattr(value, name) for name in ("nrows", "ncols", "rows", "parent")):
        space = value.parent()
        return GridControl(value.nrows(), value.ncols(), value, to_value=space)
    return TextControl(value)


def _of_tuple(value: tuple[Any, ...]) -> Control:
    if len(value) == 2:
        first, second = value
        if isinstance(first, str):
            control = control_for(second)
            control.label = first
            return control
        if _has_parts(second):
            control = control_for(second)
            _begin_with(control, first)
            return control
        if is_number(first) and is_number(second):
            return _middle(Span(first, second))
    if len(value) == 3 and all(map(is_number, value)):
        return _middle(Span(*value))
    return ChoiceSliderControl(value)


def _middle(span: Span) -> SliderControl:
    middle = (float(span.low) + float(span.high)) / 2
    return SliderControl(span, default=math.floor(middle) if span.integer else middle)


def _has_parts(value: Any) -> bool:
    return isinstance(value, (Control, tuple, list, Mapping, range, Iterator))


def _begin_with(control: Control, value: Any) -> None:
    try:
        control.set(value)
    except BadValueError as error:
        raise ValueError(str(error)) from error


def menu(choices: Any) -> ChoiceControl:
    """Return buttons or a menu for values, which may have labels: {label: value}, or (label, value) for each."""
    if isinstance(choices, Mapping):
        labels, values = list(choices), list(choices.values())
    else:
        values = list(choices)
        labels = values
        if values and all(isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str) for each in values):
            labels, values = [each[0] for each in values], [each[1] for each in values]
    return ChoiceControl(values, labels, "buttons" if len(values) <= MAX_BUTTONS else "select")
