"""Gives a widget what somebody has said to it: values, clicks, and texts that are done with. Runs user code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sagews.session.widgets.models import Model
from sagews.session.widgets.translation.table import BUTTON
from sagews.session.widgets.view import View

# Of one message.
MOST_CLICKS = 100


def hear(view: View, said: Mapping[str, Any], touch: Callable[[Model, View], None]) -> None:
    """Take a message.

    Args:
        view: to which it was said; only what stands in it is set.
        said: the body of the message.
        touch: is called with each widget that got a value, for those who see it elsewhere.
    """
    pressed = said.get("pressed")
    view.heard(said["values"])
    for name, wire in said["values"].items():
        model = view.tree.model(name)
        if model is None:
            continue
        if model.name == BUTTON:
            _click(view, model, name, wire, is_pressed=name == pressed)
        else:
            model.set(view.tree.traits(name, wire))
            touch(model, view)
    submitted = view.tree.model(pressed) if pressed is not None else None
    if submitted is not None and submitted.name != BUTTON:
        submitted.custom({"event": "submit"})


def _click(view: View, model: Model, name: str, count: int, *, is_pressed: bool) -> None:
    """Tell a button of all presses since the last ones, which may have come together."""
    presses = view.tree.presses
    clicks = max(count - presses.get(name, 0), 1 if is_pressed else 0)
    presses[name] = count
    for _ in range(min(clicks, MOST_CLICKS)):
        model.custom({"event": "click"})
