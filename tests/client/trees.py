"""Widgets that the fixture's session shows, as trees of controls; each by the text of the cell that asks for it."""

from __future__ import annotations

from typing import Any

Control = dict[str, Any]


def node(name: str, kind: str, label: str = "", **more: Any) -> Control:
    """Return a control of a tree."""
    return {"name": name, "kind": kind, "label": label, **more}


def box(name: str, flow: str, *children: str, **more: Any) -> Control:
    """Return one that holds others."""
    return node(name, "box", flow=flow, children=list(children), **more)


def tree(*controls: Control, **values: Any) -> dict[str, Any]:
    """Return what the channel opens with; the first control holds all others. Values go by `_` and the name."""
    state = {"errors": {}, "busy": False, "serial": 0, "by": ""}
    named = {name.removeprefix("_"): value for name, value in values.items()}
    layout = {"root": controls[0]["name"]}
    return {"area": 1, "controls": list(controls), "layout": layout, "auto": True, "values": named, **state}


def slider(name: str, label: str, **more: Any) -> Control:
    """Return a slider of whole numbers from 0 to 100."""
    return node(name, "slider", label, **{"min": 0, "max": 100, "step": 1, "integer": True, **more})


FRUIT = ["apple", "pear", "plum", "quince"]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MARKUP = (
    'a <b>bold</b> and <span style="color: red; background: url(https://example.org/x); position: fixed">red</span>'
    " word <a href='javascript:alert(1)' onclick='alert(1)'>link</a>"
)
ALIVE = "<img src=x onerror='alert(1)'><script>alert(1)</script>"
WIDGETS = {
    "one widget": tree(slider("1", "n"), _1=30),
    "all widgets": tree(
        box("root", "column", *(str(number) for number in range(1, 26))),
        slider("1", "n"),
        node("2", "slider", "x", min=0, max=1, step=0.01, integer=False, digits=3, live=False),
        node("3", "log", "power", base=10, min=-2, max=3, step=0.5),
        node("4", "range", "between", min=0, max=10, step=0.5, integer=False, digits=1),
        node("5", "number", "count", min=0, max=10, step=2, integer=True),
        node("6", "number", "any", min=None, max=None, step=None, integer=False),
        node("7", "text", "typed", rows=1, live=True, placeholder="a word"),
        node("8", "text", "lines", rows=2, live=False),
        node("9", "secret", "secret"),
        node("10", "combo", "fruit", options=FRUIT, strict=True),
        node("11", "check", "agreed"),
        node("12", "toggle", text="on"),
        node("13", "select", "one of", labels=FRUIT, none=True),
        node("14", "list", "listed", labels=FRUIT, rows=3),
        node("15", "several", "several", labels=FRUIT, rows=4),
        node("16", "radio", "round", labels=FRUIT, none=True),
        node("17", "buttons", "bar", labels=FRUIT, none=True),
        node("18", "choice_slider", "along", labels=FRUIT),
        node("19", "range_choice", "from to", labels=FRUIT),
        node("20", "colour", "colour"),
        node("21", "date", "day", min="2026-01-01", max="2026-12-31"),
        node("22", "button", text="press", look={"tone": "primary", "tooltip": "does something"}),
        node("23", "play", "plays", min=0, max=3, step=1, interval=50, loop=False),
        node("24", "valid", "valid", text="wrong"),
        node("25", "progress", "done", min=0, max=50),
        **{
            "_1": 30, "_2": 0.5, "_3": 1, "_4": [2, 5.5], "_5": 4, "_6": -1.5, "_7": "abc", "_8": "a\nb", "_9": "",
            "_10": "pear", "_11": False, "_12": False, "_13": None, "_14": 1, "_15": [0, 2], "_16": 0, "_17": None,
            "_18": 2, "_19": [1, 2], "_20": "#2c6a4a", "_21": "2026-11-28", "_22": 0, "_23": 0, "_24": False, "_25": 20,
        },
    ),
    "boxes": tree(
        node("1", "pages", shape="tab", children=["2", "6", "9"], titles=["First", "", "Third"]),
        box("2", "row", "3", "4"),
        box("3", "column", "5", "11", look={"style": {"width": "60%"}}),
        box("4", "column", "12", "13", look={"tone": "info"}),
        slider("5", "left"),
        node("6", "pages", shape="accordion", children=["7", "8", "15"], titles=["One", "Two", "Three"]),
        slider("7", "inside one"),
        node("8", "markup", "note", math=False),
        box("9", "grid", "10", "14", look={"style": {"grid-template-columns": "repeat(2, 1fr)"}}),
        node("10", "button", text="wide", look={"style": {"width": "100%"}, "colour": "lightgreen"}),
        node("11", "check", "below"),
        node("12", "caption"),
        node("13", "note", text="bqplot.Figure can't be shown here."),
        node("14", "picture", format="png"),
        node("15", "markup", math=False),
        _15=ALIVE, _1=0, _5=10, _6=0, _7=3, _8=MARKUP, _10=0, _11=True, _12="the sum $\\sum n$", _14=PIXEL,
    ),
    "a bar": tree(
        box("1", "row", "2", "3", "4"),
        node("2", "markup", math=False),
        node("3", "progress", min=0, max=100),
        node("4", "markup", math=False),
        _2=" 42%", _3=42, _4=" 42/100 [00:04&lt;00:05, 10.1it/s]",
    ),
    # A box in itself, twice, one that is not there, a name as of an object's own, and styles that reach out.
    "hostile widgets": tree(
        box("1", "column", "1", "2", "2", "nobody", "__proto__", "3"),
        box("2", "row", "1", "3", "4"),
        slider("3", "here"),
        slider("4", "there", look={"style": {"position": "fixed", "background": "url(x)", "margin": "-500px 0 0"}}),
        slider("__proto__", "proto"),
        _3=1, _4=2, ___proto__=3,
    ),
}  # fmt: skip
