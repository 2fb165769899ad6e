"""The forms of widgets: what fits is taken as it is, and nothing else is, whatever it may be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sagews.model.identifiers import new_id
from sagews.wire.session.channels import OpenFrame, StateFrame
from sagews.wire.session.framing import HEADER, ProtocolError
from sagews.wire.session.grammar import encode, parse_from_session
from sagews.wire.session.widgets import MAX_WIDGETS, READERS, is_plain

from .form_case import ANYTHING, FormCase, Kinds, control_of

NAMES = ["look", "children", "labels", "min", "options", "titles", "label"]
# What a frame can hold.
JSON = ANYTHING.filter(lambda value: "nan" not in repr(value) and "inf" not in repr(value))
LABELS = ["one", "$x^2$"]
SPAN = {"min": 0, "max": 3, "step": 0.5}
# A control of each kind, values that it takes, and some that it does not; no values for those that have none.
KINDS: Kinds = {
    "box": ({"flow": "row", "children": ["caption", "box"]}, [], [None, 1]),
    "pages": ({"shape": "tab", "children": ["box"], "titles": ["a"]}, [None, 0], [1, -1, "0", True]),
    "area": ({"area": 3}, [], [1]),
    "note": ({"text": "that can't be shown"}, [], ["x"]),
    "caption": ({}, ["", "$x$"], [1, "\0", None]),
    "markup": ({"math": True}, ["<b>x</b>"], [1, "x" * 70_000]),
    "picture": ({"format": "png"}, ["", "YWJj"], ["<svg>", 1, "YWJj" * 70_000]),
    "progress": ({"min": 0, "max": 2}, [1, -5, 99], ["1", None, float("inf"), True]),
    "valid": ({"text": "no"}, [True], [1, None]),
    "number": ({"min": 0, "max": None, "step": 2, "integer": True}, [0, 7], [-1, 1.5, "1", None, 1e301]),
    "toggle": ({"text": "on"}, [False], [0]),
    "list": ({"labels": LABELS, "rows": 3}, [None, 1], [2, 1.0, "one"]),
    "several": ({"labels": LABELS, "rows": 3}, [[], [1, 0]], [[2], [0, 0], None, 0, [0, 1, 0]]),
    "combo": ({"options": ["a"], "strict": True}, ["", "a"], ["b", 1, None]),
    "secret": ({}, ["x"], [1]),
    "date": ({"min": "2026-01-01"}, ["", "2026-11-28"], ["2025-12-31", "2026-13-01", "28.11.2026", None, 1]),
    "log": ({"base": 10, **SPAN, "digits": 2}, [1, 1000, 31.6], [0, -1, 1001, 0.5, True, None]),
    "play": ({**SPAN, "interval": 100, "loop": False}, [0, 3], [4, -1, "0"]),
}
LOOK = {
    "disabled": True,
    "vertical": False,
    "readout": False,
    "tooltip": "t",
    "tone": "danger",
    "colour": "rgb(1, 2, 3)",
    "style": {"width": "calc(100% - 3px)", "grid-template-areas": '"a b" "c d"', "--label-width": "initial"},
}


def control(kind: str) -> dict[str, Any]:
    """Return a control of a kind."""
    return control_of(KINDS, kind)


def body() -> dict[str, Any]:
    """Return a tree with a control of each kind."""
    values = {kind: good[0] for kind, (_, good, _) in KINDS.items() if good}
    controls = [*map(control, KINDS), {"name": "looks", "kind": "check", "label": "", "look": LOOK}]
    return {
        "area": 1,
        "controls": controls,
        "layout": {"root": "box"},
        "auto": True,
        "values": {**values, "looks": True},
    }


def there_and_back(frame: OpenFrame | StateFrame) -> Any:
    """Return what a worker reads of what a session says."""
    return parse_from_session(encode(frame)[HEADER:])


class WidgetFormTests(FormCase):
    """Controls of a tree, values and what changes of them."""

    kinds = KINDS

    def test_every_kind_goes_there_and_back(self) -> None:
        """What a session opens is what its worker reads; each kind that there is has a line above."""
        self.assertEqual(KINDS.keys(), READERS.keys())
        opened = OpenFrame(new_id(), 1, "interact", body(), 3)
        self.assertEqual(there_and_back(opened), opened)
        patch = {name: value for name, value in body().items() if name not in ("area", "auto")}
        state = StateFrame(new_id(), 1, patch, False)
        self.assertEqual(there_and_back(state), state)

    def test_each_kind_takes_its_values_and_no_others(self) -> None:
        """True is no number, a day no other text, and what is out of bounds is refused."""
        self.takes_its_values_and_no_others()

    @given(st.sampled_from(sorted(KINDS)), ANYTHING)
    def test_anything_is_taken_or_refused(self, kind: str, value: Any) -> None:
        """Whatever is said is a value of the control's, fit for JSON, or a refusal."""
        self.takes_or_refuses(kind, value)

    @given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.text(max_size=8) | st.sampled_from(NAMES), JSON))
    def test_forms_of_any_shape(self, kind: str, change: dict[str, Any]) -> None:
        """A session that speaks for itself has what is no form of a control refused, and nothing else happens."""
        form = {**control(kind), **change, "name": kind, "kind": kind}
        values = {kind: KINDS[kind][1][0]} if KINDS[kind][1] else {}
        frame = OpenFrame(new_id(), 1, "interact", {**body(), "controls": [form], "values": values})
        try:
            self.assertEqual(there_and_back(frame).body["controls"], [form])
        except ProtocolError:
            pass

    def test_what_is_no_tree(self) -> None:
        """Styles that reach out, kinds and words that are none, too many widgets, numbers beyond every float."""
        many = [{"name": str(n), "kind": "check", "label": ""} for n in range(MAX_WIDGETS + 1)]
        for change in (
            {"style": {"position": "fixed"}},
            {"style": {"width": "url(https://example.org)"}},
            {"style": {"width": "1px; position: fixed"}},
            {"style": {"color": "var(--ink)"}},
            {"style": {"width": "1px" * 100}},
            {"colour": "image(x)"},
            {"tone": "loud"},
            {"tooltip": "x" * 2000},
            {"disabled": 1},
            {"onclick": "x"},
        ):
            form = {"name": "a", "kind": "check", "label": "", "look": change}
            frame = OpenFrame(new_id(), 1, "interact", {**body(), "controls": [form], "values": {"a": True}})
            self.assertRaises(ProtocolError, there_and_back, frame)
        for kind, change in (
            ("box", {"flow": "diagonal"}),
            ("box", {"children": ["x" * 200]}),
            ("pages", {"shape": "book"}),
            ("log", {"base": 1}),
            ("log", {"base": 10**400}),
            ("number", {"min": 3, "max": 2}),
            ("number", {"step": 0}),
            ("play", {"interval": 0}),
            ("picture", {"format": "tiff"}),
            ("date", {"max": "soon"}),
        ):
            values = {kind: KINDS[kind][1][0]} if KINDS[kind][1] else {}
            opened = {**body(), "controls": [{**control(kind), **change}], "values": values}
            self.assertRaises(ProtocolError, there_and_back, OpenFrame(new_id(), 1, "interact", opened))
        for layout in ({"root": 1}, {"root": "box", "top": []}, {"root": "x" * 200}):
            self.assertRaises(
                ProtocolError, there_and_back, OpenFrame(new_id(), 1, "interact", {**body(), "layout": layout})
            )
        full = {**body(), "controls": many, "values": {each["name"]: True for each in many}}
        self.assertRaises(ProtocolError, there_and_back, OpenFrame(new_id(), 1, "interact", full))

    def test_plain_values(self) -> None:
        """Lengths, words, colours and functions of them; nothing that names an address or another value of the page."""
        for value in ("12px", "1fr 2fr", "calc(100% - 3px)", "#fff", "hsl(1 2% 3%)", '"a b"'):
            self.assertTrue(is_plain(value), value)
        for value in ("", "url(x)", "URL (x)", "a;b", "a{}", "var(--x)", "\\75rl(x)", "a:b", "é", None, 3, "x" * 300):
            self.assertFalse(is_plain(value), value)
