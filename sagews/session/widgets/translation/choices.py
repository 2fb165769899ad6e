"""Widgets that choose: from a list, between yes and no, a colour, a day."""

from __future__ import annotations

import datetime
import sys
from typing import Any

from sagews.session.widgets.translation.kinds import CannotShow, Form, Kind, State, labels, text
from sagews.session.widgets.translation.numbers import live
from sagews.wire.session.interact import MAX_SLIDER_LABELS
from sagews.wire.session.interact_values import COLOUR
from sagews.wire.session.widgets import MAX_ROWS


def _one(state: State) -> Form:
    return {"labels": labels(state), "none": True}


def _on_a_track(state: State) -> Form:
    found = labels(state)
    if not 0 < len(found) <= MAX_SLIDER_LABELS:
        raise CannotShow(f"It has {len(found)} choices, and a slider can show from 1 to {MAX_SLIDER_LABELS}.")
    return {"labels": found, **live(state)}


def _list(state: State) -> Form:
    return {"labels": labels(state), "rows": min(max(int(state.get("rows") or 5), 1), MAX_ROWS)}


def _index(state: State) -> Any:
    return state.get("index")


def _indices(state: State) -> list[int]:
    return list(state.get("index") or ())


def _as_index(wire: Any, state: State) -> Form:
    return {"index": wire}


def _titled(state: State) -> Form:
    return {"text": text(state.get("description"))}


def _readout(state: State) -> Form:
    return {"text": text(state.get("readout"))}


def _true(state: State) -> bool:
    return bool(state.get("value"))


def _colour(state: State) -> str:
    value = str(state.get("value")).lower()
    if COLOUR.fullmatch(value):
        return value
    colours = sys.modules.get("matplotlib.colors")
    try:
        return str(colours.to_hex(value)) if colours is not None else "#000000"
    except ValueError:
        # What only browsers know to read.
        return "#000000"


def _day(value: Any) -> str:
    try:
        return datetime.date(value["year"], value["month"] + 1, value["date"]).isoformat()
    except (TypeError, KeyError, ValueError):
        return ""


def _days(state: State) -> Form:
    return {name: day for name in ("min", "max") if (day := _day(state.get(name)))}


def _as_day(wire: str, state: State) -> Form:
    if not wire:
        return {"value": None}
    year, month, day = map(int, wire.split("-"))
    return {"value": {"year": year, "month": month - 1, "date": day}}


KINDS = {
    "DropdownModel": Kind("select", _one, _index, _as_index),
    "RadioButtonsModel": Kind("radio", _one, _index, _as_index),
    "ToggleButtonsModel": Kind("buttons", _one, _index, _as_index),
    "SelectModel": Kind("list", _list, _index, _as_index),
    "SelectMultipleModel": Kind("several", _list, _indices, _as_index),
    "SelectionSliderModel": Kind("choice_slider", _on_a_track, _index, _as_index),
    "SelectionRangeSliderModel": Kind("range_choice", _on_a_track, _indices, _as_index),
    "CheckboxModel": Kind("check", value=_true),
    "ToggleButtonModel": Kind("toggle", _titled, _true, described=False),
    "ValidModel": Kind("valid", _readout, _true),
    "ColorPickerModel": Kind("colour", value=_colour),
    "DatePickerModel": Kind("date", _days, lambda state: _day(state.get("value")), _as_day),
}
