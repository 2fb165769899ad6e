"""Interacts that the fixture's session opens: each by the text of the cell that asks for it."""

from __future__ import annotations

from typing import Any


def control(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return a control; its label is its name unless another is given."""
    return {"name": name, "kind": kind, "label": name, **more}


def interact(
    controls: list[dict[str, Any]], values: dict[str, Any], *, auto: bool = True, layout: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what such a channel opens with."""
    state = {"errors": {}, "busy": False, "serial": 0, "by": ""}
    return {"area": 1, "controls": controls, "layout": layout, "auto": auto, "values": values, **state}


def slider(name: str, low: float, high: float, step: float, **more: Any) -> dict[str, Any]:
    """Return a slider of numbers."""
    return control(name, "slider", **{"min": low, "max": high, "step": step, "integer": step == 1, **more})


SATO = interact(
    [slider("B", 100, 5000, 100), control("bins", "select", labels=["12", "24", "48"])], {"B": 4000, "bins": 1}
)
SPANS = [
    {"min": 0, "max": 1, "step": 0.1, "integer": False, "label": "$v_1$"},
    {"min": 0, "max": 10, "step": 1, "integer": True, "label": "$v_2$"},
]
ALL = interact(
    [
        control("f", "text", rows=1, submit=False, readonly=False),
        slider("a", -1, 1, 0.05, label="$\\alpha$"),
        slider("n", 1, 100, 1),
        control("shown", "check", label="show the grid"),
        control("colour", "colour"),
        control("method", "choice_slider", labels=["Euler", "Heun", "Runge–Kutta"]),
        control("x", "range", label="$x$ between", min=-10, max=10, step=0.5, integer=False),
        control("days", "range_choice", labels=["Mon", "Tue", "Wed", "Thu", "Fri"]),
        control("v", "multi", label="vector", sliders=SPANS),
        control("function", "buttons", labels=["sin", "cos", "$\\tan$"]),
        control("side", "radio", labels=["left", "right", "both"]),
        control("m", "grid", label="matrix", rows=2, columns=3, width=4),
        control("note", "html", label="", html="Move a control and the plot of $\\sin(n x)$ follows."),
        control("code", "text", rows=3, submit=True, readonly=False),
        control("go", "button", text="One more control"),
    ],
    {
        "f": "sin(x)^2",
        "a": 0.35,
        "n": 12,
        "shown": True,
        "colour": "#2c6a4a",
        "method": 1,
        "x": [-3, 4.5],
        "days": [1, 3],
        "v": [0.3, 7],
        "function": 1,
        "side": 2,
        "m": [["1", "0", "x"], ["0", "1", "y"]],
        "code": "a = 1\nb = 2",
        "go": 0,
    },
)
SIDES = interact(
    [
        slider("t", 0, 10, 1),
        control("first", "select", labels=["one", "two"]),
        control("second", "check"),
        control("third", "radio", labels=["a", "b"]),
    ],
    {"t": 3, "first": 0, "second": False, "third": 1},
    auto=False,
    layout={
        "top": [[{"name": "t", "width": 8}]],
        "left": [[{"name": "first"}], [{"name": "second"}]],
        "right": [[{"name": "third"}]],
        "bottom": [],
    },
)
INTERACTS = {
    "sato": SATO,
    "all controls": ALL,
    "sides": SIDES,
    "slow sato": SATO,
    "within itself": {**SATO, "within": True},
}
