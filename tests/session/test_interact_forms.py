"""The forms of interacts: what fits is taken as it is, and nothing else is, whatever it may be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sagews.model.identifiers import new_id
from sagews.wire.session.channels import OpenFrame, StateFrame
from sagews.wire.session.framing import HEADER, ProtocolError
from sagews.wire.session.grammar import encode, parse_from_session

from .form_case import ANYTHING, FormCase, Kinds, control_of

SPAN = {"min": -2, "max": 10, "step": 0.5}
LABELS = ["one", "$x^2$", "three"]
# A control of each kind without its name and label, values that it takes, and some that it does not.
KINDS: Kinds = {
    "text": (
        {"rows": 1, "width": 40, "submit": True, "readonly": False},
        ["", "sin(x)", "±"],
        [1, "\0", "\ud800", None],
    ),
    "check": ({}, [True, False], [0, 1, "true", None]),
    "slider": ({**SPAN, "integer": False}, [-2, 0.25, 10], [11, -3, True, "1", float("nan"), None]),
    "choice_slider": ({"labels": LABELS}, [0, 2], [3, -1, 1.0, True, "one"]),
    "range": ({**SPAN, "integer": True}, [[-2, 10], [3, 3]], [[4, 3], [1], [0.5, 1], [0, 11], 3]),
    "range_choice": ({"labels": LABELS}, [[0, 2], [1, 1]], [[2, 0], [0, 3], [0.0, 1], 1]),
    "multi": ({"sliders": [{**SPAN, "label": "a"}, {**SPAN, "label": ""}]}, [[0, 1.5]], [[0], [0, 11], 0, [0, True]]),
    "select": ({"labels": LABELS}, [1], [5, "one"]),
    "buttons": ({"labels": LABELS, "rows": 1, "columns": 3}, [1], [5]),
    "radio": ({"labels": LABELS}, [1], [5]),
    "button": ({"text": "Go"}, [0, 7], [-1, 1.5, True, 2**60]),
    "colour": ({}, ["#00ff7f"], ["red", "#fff", "#00ff7g", "#00ff7f\n", 5]),
    "grid": (
        {"rows": 2, "columns": 1, "width": 4},
        [[["1"], ["x"]]],
        [[["1"]], [["1", "2"], ["3", "4"]], [[1], ["2"]]],
    ),
}


def control(kind: str) -> dict[str, Any]:
    """Return a control of a kind."""
    return control_of(KINDS, kind)


def body() -> dict[str, Any]:
    """Return an interact with a control of each kind."""
    controls = [*map(control, KINDS), {"name": "h", "kind": "html", "label": "", "html": "<b>bold</b>"}]
    layout = {"top": [[{"name": "text", "width": 6}, {"name": "check"}], []], "bottom": [[{"name": "grid"}]]}
    values = {kind: good[0] for kind, (_, good, _) in KINDS.items()}
    return {"area": 1, "controls": controls, "layout": layout, "auto": True, "values": values}


def there_and_back(frame: OpenFrame | StateFrame) -> Any:
    """Return what a worker reads of what a session says."""
    return parse_from_session(encode(frame)[HEADER:])


class InteractFormTests(FormCase):
    """Controls, values and what changes of them."""

    kinds = KINDS

    def test_every_kind_goes_there_and_back(self) -> None:
        """What a session opens is what its worker reads."""
        opened = OpenFrame(new_id(), 1, "interact", body(), 3)
        self.assertEqual(there_and_back(opened), opened)
        changes = {"values": {"text": "x"}, "errors": {"text": "what?"}}
        for patch in ({}, changes, {**body(), "errors": {}}):
            patch = {name: value for name, value in patch.items() if name not in ("area", "auto")}
            state = StateFrame(new_id(), 1, patch, True)
            self.assertEqual(there_and_back(state), state)

    def test_each_kind_takes_its_values_and_no_others(self) -> None:
        """True is no number, a text no choice, and what is out of bounds is refused."""
        self.takes_its_values_and_no_others()

    @given(st.sampled_from(sorted(KINDS)), ANYTHING)
    def test_anything_is_taken_or_refused(self, kind: str, value: Any) -> None:
        """Whatever a page sends is a value of the control's, fit for JSON, or a refusal that names the control."""
        self.takes_or_refuses(kind, value)

    def test_numbers_beyond_every_float(self) -> None:
        """A session that speaks for itself has a whole number of 400 digits refused like other nonsense."""
        for field in ("min", "max", "step"):
            slider = {**control("slider"), "min": 0, field: 10**400}
            frame = OpenFrame(new_id(), 1, "interact", {**body(), "controls": [slider], "values": {"slider": 0}})
            self.assertRaises(ProtocolError, there_and_back, frame)

    def test_a_session_that_opens_nonsense(self) -> None:
        """Two controls of one name, a missing value, bounds that cross, too many labels or too much of all."""
        good = body()
        slider = {**control("slider"), "min": 11}
        many = [{"name": f"s{n}", "kind": "select", "label": "", "labels": ["x"] * 1000} for n in range(5)]
        large = [{"name": f"h{n}", "kind": "html", "label": "", "html": "x" * 60_000} for n in range(9)]
        for change in (
            {"controls": [*good["controls"], control("check")]},
            {"values": {}},
            {"controls": [slider], "values": {"slider": 11}},
            {"controls": many, "values": {each["name"]: 0 for each in many}},
            {"controls": large, "values": {}},
            {"controls": [{**control("check"), "more": 1}], "values": {"check": True}},
            {"controls": [{**control("grid"), "rows": 100, "columns": 11}], "values": {"grid": []}},
            {"layout": {"middle": []}},
            {"area": 0},
        ):
            frame = OpenFrame(new_id(), 1, "interact", {**good, **change})
            self.assertRaises(ProtocolError, there_and_back, frame)
        for values in ({"n": "x" * 600_000}, {"n": [[0] * 3000]}, {"n" * 101: 0}):
            self.assertRaises(ProtocolError, there_and_back, StateFrame(new_id(), 1, {"values": values}, False))
