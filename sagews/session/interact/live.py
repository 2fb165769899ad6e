"""One interact: a function, its controls, the area of what it shows, and the interacts that it showed itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.session.interact.controls.base import BadValueError, Control, shown
from sagews.session.interact.controls.choices import ButtonBarControl
from sagews.session.interact.controls.guess import control_for
from sagews.session.interact.controls.simple import ButtonControl
from sagews.session.interact.controls.texts import TextControl
from sagews.session.interact.layout import layout_of
from sagews.wire.session.control_parts import MAX_NAME
from sagews.wire.session.interact import MAX_CONTROLS, MAX_ERROR

AUTO = "auto_update"


@dataclass(slots=True)
class Wanted:
    """How an interact was asked for, beside its function and controls.

    Attributes:
        layout: as people write it.
        auto: whether it is evaluated whenever something has changed.
        only: names for which alone it is evaluated; None for all.
    """

    layout: Any = None
    auto: bool = True
    only: frozenset[str] | None = None


@dataclass(slots=True)
class Interact:
    """One that is open.

    Attributes:
        run: whose output it is in.
        channel, area: its own numbers in that.
        inner: those that the last evaluation showed.
        outer: the one whose function showed it.
        told: the values that pages know.
        changed: names of what has changed since the evaluation before.
        errors: sentences about texts that can't be used, by name.
        size: bytes of text in what it opened with.
        reformed: whether controls have come, gone or changed since pages were told.
    """

    function: Callable[..., Any]
    wanted: Wanted
    controls: dict[str, Control]
    run: str = ""
    channel: int = 0
    area: int = 0
    inner: list[Interact] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    size: int = 0
    reformed: bool = False
    outer: Interact | None = None
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """What pages are told of the values."""
        return {name: control.wire for name, control in self.controls.items() if control.has_value}

    def forms(self) -> dict[str, Any]:
        """Return what pages are told of the controls; raises ValueError for a layout that does not fit them."""
        layout, labels = layout_of(self.wanted.layout, self.controls)
        for name, label in labels.items():
            self.controls[name].label = label
        return {
            "controls": [control.form() for control in self.controls.values()],
            "layout": layout,
            "values": self.values,
        }

    def body(self) -> dict[str, Any]:
        """Return the body with which it opens."""
        self.told = self.values
        return {"area": self.area, "auto": self.wanted.auto, **self.forms()}

    def patch(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return what has changed, beside values that pages know."""
        if self.reformed:
            self.reformed = False
            return {"errors": self.errors, **self.forms()}
        values = {name: value for name, value in self.values.items() if known.get(name, self.told.get(name)) != value}
        self.told = self.values
        return {"errors": self.errors, "values": values}

    def take(self, said: Mapping[str, Any]) -> None:
        """Take what people say. What does not fit any more, because the function changed its controls, is left out."""
        pressed = said.get("pressed")
        self.changed = []
        for name, wire in said["values"].items():
            control = self.controls.get(name)
            if control is None or not control.has_value:
                continue
            before = control.wire
            with suppress(SagewsError):
                control.take(wire)
            if control.wire != before or name == pressed:
                self.changed.append(name)
        if pressed in self.controls and pressed not in self.changed:
            self.changed.append(pressed)
        self._press(pressed)

    def _press(self, pressed: str | None) -> None:
        for name, control in self.controls.items():
            if isinstance(control, (ButtonControl, ButtonBarControl)):
                control.is_pressed = name == pressed

    def is_wanted(self) -> bool:
        """Whether what has changed asks for an evaluation."""
        return self.wanted.only is None or not self.changed or not self.wanted.only.isdisjoint(self.changed)

    def arguments(self) -> dict[str, Any]:
        """Return what the function gets; what can't be read goes into `errors`. Runs user code."""
        self.errors = {}
        found = {}
        accepted = _accepted(self.function)
        for name, control in list(self.controls.items()):
            try:
                value = control.value()
            except Exception as error:
                self.errors[name] = shown(_sentence(error), MAX_ERROR)
                continue
            if accepted is None or name in accepted:
                found[name] = value
        return found

    def adopt(self, former: Interact) -> None:
        """Take the values over that an earlier one of the same function had, where the controls are what they were."""
        for name, control in self.controls.items():
            before = former.controls.get(name)
            if before is not None and control.has_value and control.is_like(before) and control.first == before.first:
                with suppress(SagewsError):
                    control.take(before.wire)

    # ----------------------------------------------------------------------------- what the function may change

    def put(self, name: str, value: Any) -> None:
        """Make a control, replace one, or give one another value; raises ValueError."""
        known = self.controls.get(name)
        if known is not None and not isinstance(value, Control):
            before = known.wire
            known.set(value)
            self.reformed = self.reformed or (not known.has_value and known.wire != before)
            return
        if known is None and len(self.controls) >= MAX_CONTROLS:
            raise ValueError(f"An interact has at most {MAX_CONTROLS} controls.")
        self.controls[name] = named(name, value)
        self.reformed = True

    def remove(self, name: str) -> None:
        """Take a control away; raises KeyError."""
        del self.controls[name]
        self.wanted.layout = _without(self.wanted.layout, name)
        self.reformed = True


def made(function: Callable[..., Any], options: Mapping[str, Any], given: Mapping[str, Any]) -> Interact:
    """Return an interact for a function, with controls for its arguments and for what is given beside them.

    Raises:
        TypeError, ValueError: something can't be a control, or there is one too many.
    """
    wanted = Wanted(options.get("layout"), bool(options.get(AUTO, True)), _names(options.get("update_args")))
    controls: dict[str, Control] = {}
    for name, default in _defaults(function).items():
        if name == AUTO:
            wanted.auto = wanted.auto and default is not False
        elif name not in given:
            controls[name] = _control(name, default)
    # In the order of the function's arguments, as people read them.
    order = [name for name in _defaults(function) if name != AUTO]
    for name, value in given.items():
        controls[name] = _control(name, value)
    ordered = {name: controls[name] for name in [*order, *controls] if name in controls}
    if len(ordered) > MAX_CONTROLS:
        raise ValueError(f"An interact has at most {MAX_CONTROLS} controls.")
    return Interact(function, wanted, ordered, changed=list(ordered))


def named(name: str, value: Any) -> Control:
    """Return the control for a value under a name."""
    control = control_for(value)
    if control.name:
        raise ValueError(f"A control stands for one argument: that of {control.name!r} can't be that of {name!r} too.")
    control.name = shown(name, MAX_NAME)
    control.first = control.wire
    return control


def _control(name: str, value: Any) -> Control:
    try:
        return named(name, value)
    except (TypeError, ValueError, BadValueError) as error:
        raise ValueError(f"{name} can't be a control: {error}") from error


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the arguments of a function with their default values; those without are boxes for text."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    named_ones = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {
        each.name: TextControl() if each.default is inspect.Parameter.empty else each.default
        for each in parameters
        if each.kind in named_ones
    }


def _accepted(function: Callable[..., Any]) -> set[str] | None:
    """Return which names a function takes; None for any."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        return None
    return set(parameters)


def _names(given: Iterable[str] | str | None) -> frozenset[str] | None:
    if given is None:
        return None
    return frozenset([given] if isinstance(given, str) else map(str, given))


def _without(layout: Any, name: str) -> Any:
    """Return a layout in which a control that is gone is not named."""
    if isinstance(layout, Mapping):
        return {place: _without(rows, name) for place, rows in layout.items()}
    if layout is None:
        return None

    def is_it(cell: Any) -> bool:
        return str(cell[0] if isinstance(cell, (tuple, list)) and cell else cell) == name

    return [row if isinstance(row, str) else [cell for cell in row if not is_it(cell)] for row in layout if row != name]


def _sentence(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f"This can't be read: {error.msg}."
    if isinstance(error, BadValueError):
        return str(error)
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
