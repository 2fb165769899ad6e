"""What an interact is on every hop: its controls, the value that each may have, and what changes of it.

The body with which a channel of kind `interact` opens:

  area      int                       in which area of the output what the function shows goes
  controls  [control] (<= 100)        in the order in which they are shown
  layout    null | {place: [[{name, width?}]]}     rows at the places top, left, right, bottom
  auto      bool                      false: nothing is evaluated before the button that says so is pressed
  values    {name: value}             of every control that has one

A control is {name, kind, label} and what its kind has:

  text          rows, width?, submit?, readonly?      str (<= 64 KiB)
  check                                               bool
  slider        min, max, step, integer               number; step 0: any
  choice_slider labels                                index of a label
  range         min, max, step, integer               [low, high]
  range_choice  labels                                [index, index]
  multi         sliders [{min, max, step, label}]     [number]
  select        labels                                index
  buttons       labels, rows?, columns?               index
  radio         labels                                index
  button        text                                  int, how often it was pressed
  colour                                              "#rrggbb"
  grid          rows, columns, width?                 [[str]]
  html          html                                  none

Standard library only: the session in its jail makes these, the backend looks at them again, and at what pages say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.fields import Fields
from sagews.wire.session import checks as check
from sagews.wire.session.framing import ProtocolError
from sagews.wire.session.interact_values import Value, checked

MAX_CONTROLS = 100
MAX_NAME = 100
MAX_LABEL = 1000
MAX_LABELS = 1000
MAX_SLIDER_LABELS = 500
# Of all controls together.
MAX_LABELS_IN_ALL = 4000
MAX_BODY = 256 * 1024
MAX_HTML = 64 * 1024
MAX_SLIDERS = 100
MAX_BOXES = 1000
MAX_SIDE = 100
MAX_ROWS = 100
MAX_AREA = 1000
MAX_ERROR = 1000
MAX_NUMBER = 1e300
PLACES = ("top", "left", "right", "bottom")


def read_body(form: Fields) -> dict[str, Any]:
    """Take the body with which an interact opens; raises SagewsError for what does not fit."""
    controls = read_controls(form)
    body = {
        "area": form.integer("area", 1, MAX_AREA),
        "controls": controls,
        "layout": read_layout(form),
        "auto": form.boolean("auto"),
        "values": all_values(controls, form.mapping("values", MAX_CONTROLS)),
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
        patch["values"] = all_values(patch["controls"], form.mapping("values", MAX_CONTROLS))
    elif form.peek("values") is not None:
        patch["values"] = bounded_values(form)
    if form.peek("errors") is not None:
        patch["errors"] = _errors(form)
    _check_size(patch)
    return patch


def bounded_values(form: Fields) -> dict[str, Value]:
    """Take values by name whose controls are not known here."""
    values = form.mapping("values", MAX_CONTROLS)
    for name in values:
        form.short("values", name, MAX_NAME)
    for _ in check.json_in_steps(values, MAX_CONTROLS + 2 * MAX_BOXES, "values that are too deep or too large"):
        pass
    _check_size(values)
    return values


def read_controls(form: Fields) -> list[dict[str, Any]]:
    """Take the list of controls, each name once."""
    controls = [_control(each) for each in form.sequence("controls", MAX_CONTROLS)]
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
    layout = {place: _rows(places, place) for place in PLACES if places.peek(place) is not None}
    places.finish()
    return layout


def all_values(controls: list[dict[str, Any]], values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of these controls, none missing and none too many."""
    known = {each["name"]: each for each in controls if each["kind"] != "html"}
    if known.keys() != values.keys():
        raise SagewsError("bad-value", field="values", reason="they are not those of the controls")
    return {name: checked(known[name], value) for name, value in values.items()}


# --------------------------------------------------------------------------------------------- controls


def _control(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProtocolError("a control that is not an object")
    form = Fields(value)
    control: dict[str, Any] = {
        "name": form.text("name", MAX_NAME),
        "kind": form.choice("kind", tuple(_readers)),
        "label": form.text("label", MAX_LABEL),
    }
    control |= _readers[control["kind"]](form)
    form.finish()
    return control


def _optional(form: Fields, **most: int) -> dict[str, int]:
    return {name: form.integer(name, 1, limit) for name, limit in most.items() if form.peek(name) is not None}


def _flags(form: Fields, *names: str) -> dict[str, bool]:
    return {name: form.boolean(name) for name in names if form.peek(name) is not None}


def _text_box(form: Fields) -> dict[str, Any]:
    return {
        "rows": form.integer("rows", 1, MAX_ROWS),
        **_optional(form, width=MAX_LABEL),
        **_flags(form, "submit", "readonly"),
    }


def _span(form: Fields) -> dict[str, Any]:
    low, high, step = (_number(form, name) for name in ("min", "max", "step"))
    if low > high or step < 0:
        raise SagewsError("bad-value", field="min", reason="the ends or the step of a slider do not fit")
    return {"min": low, "max": high, "step": step}


def _slider(form: Fields) -> dict[str, Any]:
    return {**_span(form), "integer": form.boolean("integer")}


def _multi(form: Fields) -> dict[str, Any]:
    sliders = []
    for each in form.sequence("sliders", MAX_SLIDERS, 1):
        if not isinstance(each, dict):
            raise ProtocolError("a slider that is not an object")
        inner = Fields(each)
        sliders.append({**_span(inner), "label": inner.text("label", MAX_LABEL)})
        inner.finish()
    return {"sliders": sliders}


def _labels(form: Fields, most: int = MAX_LABELS) -> dict[str, Any]:
    return {"labels": [form.short("labels", each, MAX_LABEL) for each in form.sequence("labels", most, 1)]}


def _few_labels(form: Fields) -> dict[str, Any]:
    return _labels(form, MAX_SLIDER_LABELS)


def _buttons(form: Fields) -> dict[str, Any]:
    return {**_labels(form), **_optional(form, rows=MAX_LABELS, columns=MAX_LABELS)}


def _button(form: Fields) -> dict[str, Any]:
    return {"text": form.text("text", MAX_LABEL)}


def _nothing(form: Fields) -> dict[str, Any]:
    return {}


def _grid(form: Fields) -> dict[str, Any]:
    rows, columns = form.integer("rows", 1, MAX_SIDE), form.integer("columns", 1, MAX_SIDE)
    if rows * columns > MAX_BOXES:
        raise SagewsError("bad-value", field="rows", reason=f"a grid has at most {MAX_BOXES} boxes")
    return {"rows": rows, "columns": columns, **_optional(form, width=MAX_LABEL)}


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
}


def _number(form: Fields, name: str) -> float:
    value = form.take(name)
    # Not isinstance: true is an integer to Python.
    # Compared and not converted: a whole number of JSON may be larger than any float. What is not finite is not within.
    if type(value) not in (int, float) or not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise SagewsError("bad-value", field=name, reason="it is not a number")
    return value  # type: ignore[no-any-return]


def _rows(form: Fields, place: str) -> list[list[dict[str, Any]]]:
    rows = form.sequence(place, MAX_CONTROLS)
    return [[_cell(each) for each in Fields({"row": row}).sequence("row", MAX_CONTROLS)] for row in rows]


def _cell(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProtocolError("a place of a layout that is not an object")
    form = Fields(value)
    cell: dict[str, Any] = {"name": form.text("name", MAX_NAME), **_optional(form, width=12)}
    form.finish()
    return cell


def _errors(form: Fields) -> dict[str, str]:
    errors = form.mapping("errors", MAX_CONTROLS)
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
