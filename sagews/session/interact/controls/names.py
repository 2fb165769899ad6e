"""The names by which people make controls: Sage's and CoCalc's functions, and SageCell's, which are written as classes.

Arguments are theirs, in their order. What only concerned their looks is taken and has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any

from sagews.session.interact.controls.base import Control
from sagews.session.interact.controls.choices import (
    ButtonBarControl,
    ChoiceControl,
    ChoiceRangeControl,
    ChoiceSliderControl,
    index_of,
)
from sagews.session.interact.controls.simple import ButtonControl, CheckControl, ColourControl, HtmlControl
from sagews.session.interact.controls.sliders import MultiControl, RangeControl, SliderControl, Span
from sagews.session.interact.controls.texts import GridControl, TextControl

# --------------------------------------------------------------------------------------------- Sage and CoCalc


def slider(
    vmin: Any,
    vmax: Any = None,
    step_size: Any = None,
    default: Any = None,
    label: Any = None,
    display_value: bool = True,
) -> Control:
    """A slider from `vmin` to `vmax`, in steps, or over a list of values.

    Args:
        vmin: the least number, or the values.
        vmax: the greatest number; 100 by default.
        step_size: between two numbers; 1 for whole ones, a hundredth of the length for others.
        default: where it stands at first.
        label: stands beside it.
        display_value: has no effect, the value is always shown.
    """
    if _are_values(vmin):
        return ChoiceSliderControl(vmin, label, default)
    return SliderControl(Span(vmin, 100 if vmax is None else vmax, step_size), label, default)


def range_slider(
    vmin: Any,
    vmax: Any = None,
    step_size: Any = None,
    default: Any = None,
    label: Any = None,
    display_value: bool = True,
) -> Control:
    """A slider with two ends, whose value is a pair; see `slider`."""
    if _are_values(vmin):
        return ChoiceRangeControl(vmin, label, default)
    return RangeControl(Span(vmin, 100 if vmax is None else vmax, step_size), label, default)


def _are_values(value: Any) -> bool:
    return not isinstance(value, str) and isinstance(value, Iterable)


def multi_slider(
    sliders: int = 1, intervals: Sequence[Any] = ((0, 1),), default: Any = None, label: Any = None, **others: Any
) -> Control:
    """Several sliders, whose value is a list: (low, high) or (low, high, step) for each, or one for all."""
    spans = [Span(*each) for each in intervals]
    return MultiControl(spans * int(sliders) if len(spans) == 1 else spans, label, default, others.get("labels", ()))


def checkbox(default: Any = True, label: Any = None, readonly: bool = False) -> Control:
    """A box to tick."""
    return CheckControl(default, label)


def input_box(
    default: Any = None,
    label: Any = None,
    type: Any = None,
    width: int | None = 80,
    height: int = 1,
    readonly: bool = False,
    submit_button: Any = None,
    **others: Any,
) -> Control:
    """A box for text.

    Args:
        default: what stands in it at first.
        label: stands beside it.
        type: `str` gives the text as it is; None what it evaluates to; anything else is called with that.
        width: in characters.
        height: in lines.
        readonly: whether nobody may write.
        submit_button: has no effect: what is written is taken with Enter, or when the box is left.
        others: have no effect.
    """
    return TextControl(default, label, type, width, height, readonly=readonly)


def input_grid(
    nrows: int,
    ncols: int,
    default: Any = None,
    label: Any = None,
    to_value: Callable[[Any], Any] | None = None,
    width: int = 4,
) -> Control:
    """A grid of boxes, each evaluated; the value is a list of rows, or what `to_value` makes of that."""
    return GridControl(nrows, ncols, default, label, to_value, width)


def selector(
    values: Any,
    label: Any = None,
    default: Any = None,
    nrows: int | None = None,
    ncols: int | None = None,
    width: Any = None,
    buttons: bool = False,
    **others: Any,
) -> Control:
    """A menu of values, or with `buttons` a row of buttons; each may be a pair (value, label)."""
    plain, labels = _with_labels(values)
    kind = "buttons" if buttons or nrows is not None or ncols is not None else "select"
    return ChoiceControl(plain, labels, kind, label, default, nrows, ncols)


def _with_labels(values: Any) -> tuple[list[Any], list[Any]]:
    found = list(values.items()) if isinstance(values, dict) else list(values)
    if isinstance(values, dict):
        return [value for _, value in found], [label for label, _ in found]
    if found and all(isinstance(each, tuple) and len(each) == 2 for each in found):
        return [value for value, _ in found], [label for _, label in found]
    return found, found


def color_selector(
    default: Any = (0, 0, 1), label: Any = None, widget: Any = None, hide_box: bool = False, readonly: bool = False
) -> Control:
    """A colour: the function gets a Sage `Color`."""
    return ColourControl(default, label)


def text_control(value: Any = "", label: Any = False, **others: Any) -> Control:
    """Text or HTML among the controls."""
    return HtmlControl(value, label)


def button(default: Any = None, label: Any = None, classes: Any = None, width: Any = None, icon: Any = None) -> Control:
    """A button; `interact.changed()` tells whether it was pressed."""
    return ButtonControl("Button" if label is None else label, default, default)


# --------------------------------------------------------------------------------------------- SageCell


def Checkbox(default: Any = True, label: Any = None, **others: Any) -> Control:
    """A box to tick."""
    return CheckControl(default, label)


def InputBox(
    default: Any = "", label: Any = None, width: int = 0, height: int = 1, keypress: bool = False, **others: Any
) -> Control:
    """A box for text; `adapter` is called with what is written, `evaluate` gives what that evaluates to."""
    kind = None if others.get("evaluate") else str
    return TextControl(default, label, kind, width, height, adapter=others.get("adapter"))


def ExpressionBox(default: Any = "0", label: Any = None, width: int = 0, height: int = 1, **others: Any) -> Control:
    """A box for an expression, which is evaluated; `adapter` is called with its value."""
    return TextControl(default, label, others.get("adapter"), width, height)


def InputGrid(
    nrows: int = 1, ncols: int = 1, default: Any = "0", label: Any = None, width: int = 4, **others: Any
) -> Control:
    """A grid of boxes; `adapter` is called with the rows."""
    return GridControl(nrows, ncols, default, label, others.get("adapter"), width)


def Selector(
    values: Any,
    default: Any = None,
    selector_type: str = "list",
    nrows: int | None = None,
    ncols: int | None = None,
    width: Any = None,
    label: Any = None,
) -> Control:
    """A menu (`list`), a row of buttons (`button`) or of round ones (`radio`); each value may be a pair with its label.

    `default` is the number of a value, or a value.
    """
    plain, labels = _with_labels(values)
    kinds = {"list": "select", "button": "buttons", "radio": "radio"}
    if selector_type not in kinds:
        raise ValueError("selector_type is one of " + ", ".join(kinds))
    if isinstance(default, Integral) and index_of(plain, default, -1) < 0 and 0 <= int(default) < len(plain):
        default = plain[int(default)]
    return ChoiceControl(plain, labels, kinds[selector_type], label, default, nrows, ncols)


def DiscreteSlider(
    range_slider: bool = False, values: Any = (0, 1), default: Any = None, label: Any = None, display_value: bool = True
) -> Control:
    """A slider over values; with `range_slider` one with two ends."""
    return ChoiceRangeControl(values, label, default) if range_slider else ChoiceSliderControl(values, label, default)


def ContinuousSlider(
    range_slider: bool = False,
    interval: Any = (0, 100),
    default: Any = None,
    steps: int = 250,
    stepsize: Any = 0,
    label: Any = None,
    display_value: bool = True,
) -> Control:
    """A slider over an interval, in `steps` or by `stepsize`; with `range_slider` one with two ends."""
    low, high = interval
    span = Span(low, high, stepsize or (float(high) - float(low)) / max(1, int(steps)))
    return RangeControl(span, label, default) if range_slider else SliderControl(span, label, default)


def MultiSlider(
    slider_type: str = "continuous",
    sliders: int = 1,
    interval: Sequence[Any] = ((0, 1),),
    default: Any = None,
    stepsize: Sequence[Any] = (0,),
    values: Sequence[Any] = ((0, 1),),
    label: Any = None,
) -> Control:
    """Several sliders: an interval for each, or one for all; discrete ones have numbers as `values`."""
    if slider_type == "discrete":
        ends = [(min(each), max(each)) for each in values]
        steps: list[Any] = [
            (high - low) / max(1, len(each) - 1) for (low, high), each in zip(ends, values, strict=True)
        ]
    else:
        ends, steps = [tuple(each) for each in interval], [each or None for each in stepsize]
    count = max(int(sliders), len(ends))
    ends, steps = ends * count if len(ends) == 1 else ends, steps * count if len(steps) == 1 else steps
    spans = [Span(low, high, step) for (low, high), step in zip(ends, steps, strict=False)]
    return MultiControl(
        spans, label, default if default is None or len(default) == len(spans) else list(default) * len(spans)
    )


def ColorSelector(
    default: Any = (0, 0, 1), hide_input: bool = False, sage_color: bool = True, label: Any = None
) -> Control:
    """A colour: a Sage `Color`, or without `sage_color` a text."""
    return ColourControl(default, label, sage=sage_color)


def Button(text: Any = "Button", default: Any = "", value: Any = "", width: Any = "", label: Any = False) -> Control:
    """A button: the function gets `value` when it was pressed, `default` otherwise."""
    return ButtonControl(text, value, default, label)


def UpdateButton(
    text: Any = "Update", value: Any = "", default: Any = "", width: Any = "", label: Any = False
) -> Control:
    """A button that has the function evaluated."""
    return ButtonControl(text, value, default, label)


def ButtonBar(
    values: Any = (0,),
    default: Any = "",
    nrows: int | None = None,
    ncols: int | None = None,
    width: Any = "",
    label: Any = False,
) -> Control:
    """A row of buttons: the function gets the value of the one that was pressed, `default` when none was."""
    plain, labels = _with_labels(values)
    return ButtonBarControl(plain, labels, label, default, rows=nrows, columns=ncols)


def HtmlBox(value: Any = "", label: Any = False) -> Control:
    """Text or HTML among the controls."""
    return HtmlControl(value, label)


ALL: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        *(slider, range_slider, multi_slider, checkbox, input_box, input_grid, selector, color_selector, text_control),
        *(
            button,
            Checkbox,
            InputBox,
            ExpressionBox,
            InputGrid,
            Selector,
            DiscreteSlider,
            ContinuousSlider,
            MultiSlider,
        ),
        *(ColorSelector, Button, UpdateButton, ButtonBar, HtmlBox),
    )
}
