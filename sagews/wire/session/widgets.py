"""The controls that widgets of ipywidgets are shown as, beyond those of an interact (interact.py): a tree of them.

The layout of such an interact is {root: name}: what stands in a control that holds others is in its `children`, by
name. A name may stand in several places, and in itself: who draws the tree goes round no circle. They have

  box       flow: row | column | grid, children               none
  pages     shape: tab | accordion | stack, children, titles  index of a child, null for none
  area      area                                              none; what is shown there
  note      text                                              none; says what can't be shown
  caption   -                                                 str, with formulas; nobody sets it
  markup    math: bool                                        str, HTML; nobody sets it
  picture   format: png | jpeg | gif | webp | svg             base64 (<= 256 KiB); nobody sets it
  progress  min, max                                          number; nobody sets it
  valid     text                                              bool; nobody sets it
  number    min, max: number | null, step, integer            number
  toggle    text                                              bool
  list      labels, rows                                      index, null for none
  several   labels, rows                                      [index]
  combo     options, strict: bool                             str
  secret    -                                                 str
  date      min?, max?                                        "2026-11-28", "" for none
  log       base, min, max, step (of exponents), digits?      number
  play      min, max, step, interval (milliseconds), loop     number

Any control may have a `look`: {disabled?, tooltip?, tone?, vertical?, readout?, colour?, style? {property: value}};
a property is one of STYLES, and a value is made of the characters of PLAIN. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.fields import Fields
from sagews.wire.session import control_parts as parts

# What one thing that is shown may consist of: a board of twenty by twenty buttons, and the boxes around them.
MAX_WIDGETS = 500
MAX_ROWS = 100
MAX_AREA = 1000
MAX_DIGITS = 15
MAX_STYLES = 60
MAX_STYLE = 200
LEAST_INTERVAL, MOST_INTERVAL = 10, 3_600_000
FLOWS = ("row", "column", "grid")
PICTURES = ("png", "jpeg", "gif", "webp", "svg")
SHAPES = ("tab", "accordion", "stack")
TONES = ("primary", "success", "info", "warning", "danger")
DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
# Lengths, words and functions of lengths: nothing that names an address, and nothing that ends a declaration.
PLAIN = re.compile(r"[A-Za-z0-9 .%#,()/*+\"'\[\]_-]{1,200}")
FOREIGN = re.compile(r"\b(?:url|image|src|attr|var|env|element|paint)\b", re.IGNORECASE)
STYLES = frozenset(
    "align-content align-items align-self border border-bottom border-left border-right border-top bottom display flex"
    " flex-flow grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-gap grid-row"
    " grid-template-areas grid-template-columns grid-template-rows height justify-content justify-items left margin"
    " max-height max-width min-height min-width object-fit object-position order overflow padding right top visibility"
    " width background color font-family font-size font-style font-variant font-weight text-decoration"
    " --label-width".split()
)

Form = dict[str, Any]


def read_look(form: Fields) -> Form:
    """Take how a control looks, if it says so."""
    if form.peek("look") is None:
        return {}
    inner = Fields(form.mapping("look", 8))
    look: Form = parts.flags(inner, "disabled", "vertical", "readout")
    if inner.peek("tooltip") is not None:
        look["tooltip"] = inner.text("tooltip", parts.MAX_LABEL)
    if inner.peek("tone") is not None:
        look["tone"] = inner.choice("tone", TONES)
    if inner.peek("colour") is not None:
        look["colour"] = _plain(inner, inner.take("colour"))
    if inner.peek("style") is not None:
        given = inner.mapping("style", MAX_STYLES)
        look["style"] = {_style(name): _plain(inner, value) for name, value in given.items()}
    inner.finish()
    return {"look": look}


def read_root(form: Fields) -> Form:
    """Take the layout of a tree; the name is looked for by who draws it."""
    found = {"root": form.text("root", parts.MAX_NAME)}
    form.finish()
    return found


def is_plain(value: object) -> bool:
    """Whether a value of a style is one that may be shown."""
    return isinstance(value, str) and PLAIN.fullmatch(value) is not None and FOREIGN.search(value) is None


def digits(form: Fields) -> Form:
    """Take how many digits behind the point are shown, which may be absent."""
    return {"digits": form.integer("digits", 0, MAX_DIGITS)} if form.peek("digits") is not None else {}


def _plain(form: Fields, value: object) -> str:
    text = form.matched("style", value, PLAIN)
    if not is_plain(text):
        raise SagewsError("bad-value", field="style", reason="it is no plain value")
    return text


def _style(name: str) -> str:
    if name not in STYLES:
        raise SagewsError("bad-value", field="style", reason="it is not one of the known properties")
    return name


def _children(form: Fields) -> list[str]:
    return [form.short("children", each, parts.MAX_NAME) for each in form.sequence("children", MAX_WIDGETS)]


def _box(form: Fields) -> Form:
    return {"flow": form.choice("flow", FLOWS), "children": _children(form)}


def _pages(form: Fields) -> Form:
    titles = form.sequence("titles", MAX_WIDGETS)
    return {
        "shape": form.choice("shape", SHAPES),
        "children": _children(form),
        "titles": [form.short("titles", each, parts.MAX_LABEL) for each in titles],
    }


def _area(form: Fields) -> Form:
    return {"area": form.integer("area", 1, MAX_AREA)}


def _text(form: Fields) -> Form:
    return {"text": form.text("text", parts.MAX_LABEL)}


def _nothing(form: Fields) -> Form:
    return {}


def _markup(form: Fields) -> Form:
    return {"math": form.boolean("math")}


def _picture(form: Fields) -> Form:
    return {"format": form.choice("format", PICTURES)}


def _progress(form: Fields) -> Form:
    return _ends(form, parts.number(form, "min"), parts.number(form, "max"))


def _number(form: Fields) -> Form:
    step = parts.optional_number(form, "step")
    if step is not None and step <= 0:
        raise SagewsError("bad-value", field="step", reason="it is not above zero")
    ends = _ends(form, parts.optional_number(form, "min"), parts.optional_number(form, "max"))
    return {**ends, "step": step, "integer": form.boolean("integer")}


def _ends(form: Fields, low: float | None, high: float | None) -> Form:
    if low is not None and high is not None and low > high:
        raise SagewsError("bad-value", field="min", reason="it is above the other end")
    return {"min": low, "max": high}


def _list(form: Fields) -> Form:
    return {**parts.labels(form, least=0), "rows": form.integer("rows", 1, MAX_ROWS)}


def _combo(form: Fields) -> Form:
    options = form.sequence("options", parts.MAX_LABELS)
    return {
        "options": [form.short("options", each, parts.MAX_LABEL) for each in options],
        "strict": form.boolean("strict"),
    }


def _date(form: Fields) -> Form:
    return {name: form.pattern(name, DAY) for name in ("min", "max") if form.peek(name) is not None}


def _log(form: Fields) -> Form:
    base = parts.number(form, "base")
    if not 1 < base <= 1e6:
        raise SagewsError("bad-value", field="base", reason="it is not a number above 1")
    return {"base": base, **parts.span(form), **digits(form)}


def _play(form: Fields) -> Form:
    interval = form.integer("interval", LEAST_INTERVAL, MOST_INTERVAL)
    return {**parts.span(form), "interval": interval, "loop": form.boolean("loop")}


READERS: Mapping[str, Callable[[Fields], Form]] = {
    "box": _box,
    "pages": _pages,
    "area": _area,
    "note": _text,
    "caption": _nothing,
    "markup": _markup,
    "picture": _picture,
    "progress": _progress,
    "valid": _text,
    "number": _number,
    "toggle": _text,
    "list": _list,
    "several": _list,
    "combo": _combo,
    "secret": _nothing,
    "date": _date,
    "log": _log,
    "play": _play,
}
