"""How a widget wants to look: from its layout, its style, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.session.widgets.models import Models
from sagews.session.widgets.translation.kinds import State, text
from sagews.wire.session.widgets import STYLES, TONES, is_plain

# Of styles; layouts have the names of the properties themselves.
_NAMES = {"text_color": "color", "description_width": "--label-width"}
_TINTS = ("bar_color", "button_color", "handle_color")
_TONES = ("button_style", "bar_style", "box_style")


def look_of(state: State, models: Models) -> dict[str, Any]:
    """Return the `look` of a control; empty where it is as all others."""
    layout, style = models.find(state.get("layout")), models.find(state.get("style"))
    look: dict[str, Any] = {}
    if state.get("disabled"):
        look["disabled"] = True
    if state.get("orientation") == "vertical":
        look["vertical"] = True
    if state.get("readout") is False:
        look["readout"] = False
    if state.get("tooltip"):
        look["tooltip"] = text(state["tooltip"])
    if tone := next((state[name] for name in _TONES if state.get(name) in TONES), None):
        look["tone"] = tone
    given = style.state if style is not None else {}
    if colour := next((given[name] for name in _TINTS if is_plain(given.get(name))), None):
        look["colour"] = colour
    if styles := {**_styles(layout.state if layout is not None else {}), **_styles(given)}:
        look["style"] = styles
    return look


def _styles(state: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in state.items():
        if not isinstance(value, str) or not value:
            continue
        name, value = _NAMES.get(name, name.replace("_", "-")), " ".join(value.split())
        if name in STYLES and is_plain(value):
            found[name] = value
    return found
