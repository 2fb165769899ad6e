"""Widgets of numbers: sliders, ranges, fields, progress, and the one that plays."""

from __future__ import annotations

import re
from typing import Any

from sagews.session.widgets.translation.kinds import Form, Kind, State, number
from sagews.wire.session.widgets import LEAST_INTERVAL, MAX_DIGITS, MOST_INTERVAL

_FORMAT = re.compile(r"[^.]*(?:\.(\d{1,2}))?([a-z%]?)")


def digits(state: State) -> Form:
    """Return how many digits behind the point a readout has, as far as its format says so."""
    found = _FORMAT.fullmatch(str(state.get("readout_format") or ""))
    if found is None or found[2] not in ("f", "d"):
        return {}
    return {"digits": min(int(found[1] or (6 if found[2] == "f" else 0)), MAX_DIGITS)}


def _span(state: State) -> Form:
    step = state.get("step")
    low, high = number(state["min"]), number(state["max"])
    return {"min": low, "max": high, "step": 0 if step is None else abs(number(step))}


def live(state: State) -> Form:
    """Return whether a value is said while it is being set."""
    return {} if state.get("continuous_update", True) else {"live": False}


def _whole(state: State) -> Form:
    return {**_span(state), "integer": True, **live(state)}


def _real(state: State) -> Form:
    return {**_span(state), "integer": False, **digits(state), **live(state)}


def _pair(state: State) -> list[Any]:
    return [number(each) for each in state["value"]]


def _number_value(state: State) -> Any:
    return number(state["value"])


def _powers(state: State) -> Form:
    return {**_span(state), "base": number(state["base"]), **digits(state)}


def _ends(state: State) -> Form:
    return {"min": number(state["min"]), "max": number(state["max"])}


def _step(state: State) -> Form:
    step = state.get("step")
    return {"step": None if not step else abs(number(step))}


def _bounded(state: State) -> Form:
    return {**_ends(state), **_step(state)}


def _free(state: State) -> Form:
    return {"min": None, "max": None, **_step(state)}


def _play(state: State) -> Form:
    interval = min(max(int(number(state.get("interval", 100))), LEAST_INTERVAL), MOST_INTERVAL)
    return {**_span(state), "interval": interval, "loop": bool(state.get("repeat"))}


KINDS = {
    "IntSliderModel": Kind("slider", _whole, _number_value),
    "FloatSliderModel": Kind("slider", _real, _number_value),
    "FloatLogSliderModel": Kind("log", _powers, _number_value),
    "IntRangeSliderModel": Kind("range", _whole, _pair),
    "FloatRangeSliderModel": Kind("range", _real, _pair),
    "IntTextModel": Kind("number", lambda state: {**_free(state), "integer": True}, _number_value),
    "BoundedIntTextModel": Kind("number", lambda state: {**_bounded(state), "integer": True}, _number_value),
    "FloatTextModel": Kind("number", lambda state: {**_free(state), "integer": False}, _number_value),
    "BoundedFloatTextModel": Kind("number", lambda state: {**_bounded(state), "integer": False}, _number_value),
    "IntProgressModel": Kind("progress", _ends, _number_value),
    "FloatProgressModel": Kind("progress", _ends, _number_value),
    "PlayModel": Kind("play", _play, _number_value),
}
