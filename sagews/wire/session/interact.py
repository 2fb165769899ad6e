"""What an interact is on every hop: its controls, the value that each may have, and what changes of it.

The body with which a channel of kind `interact` opens:

  area      int                       in which area of the output what the function shows goes
  controls  [control] (<= 100)        in the order in which they are shown
  layout    null | {place: [[{name, width?}]]} | {root: name}
                                                   rows at the places top, left, right, bottom; or a tree (widgets.py)
  auto      bool                      false: nothing is evaluated before the button that says so is pressed
  values    {name: value}             of every control that has one

A control is {name, kind, label} and what its kind has:

  text          rows, width?, submit?, readonly?,     str (<= 64 KiB)
                placeholder?
  check                                               bool
  slider        min, max, step, integer, digits?      number; step 0: any
  choice_slider labels                                index of a label
  range         min, max, step, integer, digits?      [low, high]
  range_choice  labels                                [index, index]
  multi         sliders [{min, max, step, label}]     [number]
  select        labels, none?                         index; with none also null
  buttons       labels, none?, rows?, columns?        index, as above
  radio         labels, none?                         index, as above
  button        text                                  int, how often it was pressed
  colour                                              "#rrggbb"
  grid          rows, columns, width?                 [[str]]
  html          html                                  none

Texts and sliders may have `live`: whether their value is said while they are being typed in or dragged. The further
kinds of control, and how any of them may look, are in widgets.py.

Standard library only: the session in its jail makes these, the backend looks at them again, and at what pages say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.fields import Fields
from sagews.wire.session import checks as check
from sagews.wire.session import control_parts as parts
from sagews.wire.session import widgets
from sagews.wire.session.control_parts import MAX_LABEL, MAX_LABELS, MAX_NAME
from sagews.wire.session.interact_values import Value, checked
from sagews.wire.session.widget_values import WITHOUT_VALUE
from sagews.wire.session.widgets import MAX_WIDGETS

MAX_CONTROLS = 100
MAX_SLIDER_LABELS = 500
# Of all controls together.
MAX_LABELS_IN_ALL = 4000
MAX_BODY = 512 * 1024
MAX_HTML = 64 * 1024
MAX_SLIDERS = 100
MAX_BOXES = 1000
MAX_SIDE = 100
MAX_ROWS = 100
MAX_AREA = 1000
MAX_ERROR = 1000
PLACES = ("top", "left", "right", "bottom")


def read_body(form: Fields) -> dict[str, Any]:
    """Take the body with which an interact opens; raises SagewsError for what does not fit."""
    controls = read_controls(form)
    body = {
        "area": form.integer("area", 1, MAX_AREA),
        "controls": controls,
        "layout": read_layout(form),
        "auto": form.boolean("auto"),
        "values": all_values(controls, form.mapping("values", MAX_WIDGETS)),
    }
    _check_size(body)
    return body


def read_patch(form: Fields) -> dict[str, Any]:
    """Take what changes of an interact: each field is absent where it stays.

    Values stand for those of the same names; controls, layout and errors for all. Values of controls that are not in
    the same patch are only bounded here: whoever knows the controls looks at them with `checked`.
    """
    patch: dict[str, Any] = {}
    if form.peek("controls") is not None:
        patch["controls"] = read_controls(form)
        patch["layout"] = read_layout(form)
        patch["values"] = all_values(patch["controls"], form.mapping("values", MAX_WIDGETS))
    elif form.peek("values") is not None:
        patch["values"] = bounded_values(form)
    if form.peek("errors") is not None:
        patch["errors"] = _errors(form)
    _check_size(patch)
    return patch


def bounded_values(form: Fields) -> dict[str, Value]:
    """Take values by name whose controls are not known here."""
    values = form.mapping("values", MAX_WIDGETS)
    for name in values:
        form.short("values", name, MAX_NAME)
    for _ in check.json_in_steps(values, MAX_WIDGETS + 2 * MAX_BOXES, "values that are too deep or too large"):
        pass
    _check_size(values)
    return values


def read_controls(form: Fields) -> list[dict[str, Any]]:
    """Take the list of controls, each name once."""
    controls = [read_control(parts.inner(each, "a control")) for each in form.sequence("controls", MAX_WIDGETS)]
    if len({each["name"] for each in controls}) != len(controls):
        raise SagewsError("bad-value", field="controls", reason="two have the same name")
    if sum(len(each.get("labels", ())) for each in controls) > MAX_LABELS_IN_ALL:
        raise SagewsError("bad-value", field="controls", reason=f"they have more than {MAX_LABELS_IN_ALL} labels")
    return controls


def read_layout(form: Fields) -> dict[str, Any] | None:
    """Take where the controls stand."""
    if form.peek("layout") is None:
        form.take("layout")
        return None
    places = Fields(form.mapping("layout", len(PLACES)))
    if places.peek("root") is not None:
        return widgets.read_root(places)
    layout = {place: _rows(places, place) for place in PLACES if places.peek(place) is not None}
    places.finish()
    return layout


def all_values(controls: list[dict[str, Any]], values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of these controls, none missing and none too many."""
    known = {each["name"]: each for each in controls if each["kind"] not in WITHOUT_VALUE}
    if known.keys() != values.keys():
        raise SagewsError("bad-value", field="values", reason="they are not those of the controls")
    return {name: checked(known[name], value) for name, value in values.items()}


# --------------------------------------------------------------------------------------------- controls


def read_control(form: Fields) -> dict[str, Any]:
    """Take the form of one control."""
    control: dict[str, Any] = {
        "name": form.text("name", MAX_NAME),
        "kind": form.choice("kind", tuple(_readers)),
        "label": form.text("label", MAX_LABEL),
    }
    control |= _readers[control["kind"]](form)
    control |= widgets.read_look(form)
    form.finish()
    return control


def _text_box(form: Fields) -> dict[str, Any]:
    return {
        "rows": form.integer("rows", 1, MAX_ROWS),
        **parts.optional(form, width=MAX_LABEL),
        **parts.flags(form, "submit", "readonly", "live"),
        **({"placeholder": form.text("placeholder", MAX_LABEL)} if form.peek("placeholder") is not None else {}),
    }


def _slider(form: Fields) -> dict[str, Any]:
    return {
        **parts.span(form),
        "integer": form.boolean("integer"),
        **widgets.digits(form),
        **parts.flags(form, "live"),
    }


def _multi(form: Fields) -> dict[str, Any]:
    sliders = []
    for each in form.sequence("sliders", MAX_SLIDERS, 1):
        inner = parts.inner(each, "a slider")
        sliders.append({**parts.span(inner), "label": inner.text("label", MAX_LABEL)})
        inner.finish()
    return {"sliders": sliders}


def _few_labels(form: Fields) -> dict[str, Any]:
    return {**parts.labels(form, MAX_SLIDER_LABELS), **parts.flags(form, "live")}


def _labels(form: Fields) -> dict[str, Any]:
    none = parts.flags(form, "none")
    return {**parts.labels(form, least=0 if none.get("none") else 1), **none}


def _buttons(form: Fields) -> dict[str, Any]:
    return {**_labels(form), **parts.optional(form, rows=MAX_LABELS, columns=MAX_LABELS)}


def _button(form: Fields) -> dict[str, Any]:
    return {"text": form.text("text", MAX_LABEL)}


def _nothing(form: Fields) -> dict[str, Any]:
    return {}


def _grid(form: Fields) -> dict[str, Any]:
    rows, columns = form.integer("rows", 1, MAX_SIDE), form.integer("columns", 1, MAX_SIDE)
    if rows * columns > MAX_BOXES:
        raise SagewsError("bad-value", field="rows", reason=f"a grid has at most {MAX_BOXES} boxes")
    return {"rows": rows, "columns": columns, **parts.optional(form, width=MAX_LABEL)}


def _html(form: Fields) -> dict[str, Any]:
    return {"html": check.text(form, "html", MAX_HTML)}


_readers: Mapping[str, Callable[[Fields], dict[str, Any]]] = {
    "text": _text_box,
    "check": _nothing,
    "slider": _slider,
    "choice_slider": _few_labels,
    "range": _slider,
    "range_choice": _few_labels,
    "multi": _multi,
    "select": _labels,
    "buttons": _buttons,
    "radio": _labels,
    "button": _button,
    "colour": _nothing,
    "grid": _grid,
    "html": _html,
    **widgets.READERS,
}


def _rows(form: Fields, place: str) -> list[list[dict[str, Any]]]:
    rows = form.sequence(place, MAX_CONTROLS)
    return [[_cell(each) for each in Fields({"row": row}).sequence("row", MAX_CONTROLS)] for row in rows]


def _cell(value: object) -> dict[str, Any]:
    form = parts.inner(value, "a place of a layout")
    cell: dict[str, Any] = {"name": form.text("name", MAX_NAME), **parts.optional(form, width=12)}
    form.finish()
    return cell


def _errors(form: Fields) -> dict[str, str]:
    errors = form.mapping("errors", MAX_WIDGETS)
    return {
        form.short("errors", name, MAX_NAME): form.short("errors", text, MAX_ERROR) for name, text in errors.items()
    }


def size_of(value: Any) -> int:
    """Return about how many bytes a value takes, by the texts that are in it; it must be bounded in depth already."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace")) + 4
    if isinstance(value, dict):
        return 8 + sum(len(key) + 4 + size_of(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return 8 + sum(map(size_of, value))
    return 12


def _check_size(value: Any) -> None:
    if size_of(value) > MAX_BODY:
        raise SagewsError("too-large", limit=MAX_BODY)
