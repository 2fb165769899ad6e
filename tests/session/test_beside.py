"""Questions about names while a cell runs: answered by looking alone, in real sessions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.help import signatures, untouched
from sagews.session.help.calls import call_at
from sagews.wire.session.channels import MessageFrame, OpenFrame
from sagews.wire.session.frames import CompleteFrame, CompletionsFrame, InspectFrame, InspectionFrame
from sagews.wire.session.grammar import encode

from .flavour_case import PythonCase
from .sage_case import SageCase
from .support import Session, status, values, wait_until

pytestmark = pytest.mark.slow

# What it defines says when code of it runs.
HOSTILE = """
ran = []
class Meta(type):
    def __getattribute__(self, name): ran.append("meta"); return super().__getattribute__(name)
    def __eq__(self, other): ran.append("equal"); return True
    __hash__ = type.__hash__
class Mine(metaclass=Meta):
    field = 1
    def __getattribute__(self, name): ran.append(name); return super().__getattribute__(name)
    def __dir__(self): ran.append("dir"); return []
    def __repr__(self): ran.append("repr"); return ""
    @property
    def lazy(self): ran.append("lazy"); return self
    @property
    def __class__(self): ran.append("class"); return int
    def act(self, count: int, *rest, by="x") -> str:
        "Act on it."
mine = Mine()
mine.own = 1
def f(a, b=mine): "Do."
del ran[:]
"""
WAITS = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)"


def ask(session: Session, code: str, detail: int | None = None) -> Any:
    """Ask what may follow, or with a detail what stands at the end of the code; nothing else may come first."""
    if detail is None:
        answer = session.ask(CompleteFrame(7, code, len(code)))
        assert isinstance(answer, CompletionsFrame), answer
        return {match["text"]: match["kind"] for match in answer.matches}
    answer = session.ask(InspectFrame(7, code, len(code), detail))
    assert isinstance(answer, InspectionFrame), answer
    return json.loads(answer.data[signatures.MIME]) if detail == 2 and answer.found else answer.data


class BesideTests(PythonCase):
    """While a cell of Python runs."""

    def test_names_attributes_and_calls_are_told_and_nothing_runs(self) -> None:
        """Properties, `__dir__`, `__getattribute__`, reprs and metaclasses of a person's are left alone."""
        session = self.session
        session.run(HOSTILE)
        session.begin(WAITS)
        found = ask(session, "mine.")
        self.assertEqual(
            {name: found.get(name) for name in ("field", "own", "lazy", "act")},
            {"field": "variable", "own": "variable", "lazy": "property", "act": "method"},
        )
        self.assertEqual(ask(session, "min"), {"min": "function", "mine": "variable"})
        self.assertEqual(ask(session, "mine.lazy."), {})
        act = ask(session, "mine.act(1, ", 2)
        self.assertEqual([each["name"] for each in act["parameters"]], ["count", "rest", "by"])
        self.assertEqual((act["active"], act["returns"], act["first"]), (1, "str", "Act on it."))
        self.assertEqual(act["parameters"][0]["type"], "int")
        self.assertEqual(ask(session, "f(b=", 2)["parameters"][1]["default"], "…")
        self.assertIn("Act on it.", ask(session, "mine.act", 0)["text/plain"])
        (session.home / "go").touch()
        self.assertEqual(status(session.rest()), "ok")
        self.assertEqual(values(session.run("ran")), ["[]"])

    def test_what_compiled_code_keeps_from_being_answered_is_over_with_the_cell(self) -> None:
        """A question that meets a cell that never lets go of the interpreter's lock has one answer, before its end."""
        session = self.session
        session.begin("import re, time\nopen('begun', 'w').close()\nre.match('(a+)+b', 'a' * 25)")
        wait_until((session.home / "begun").exists)
        session.connection.sendall(encode(CompleteFrame(3, "prin", 4)))
        frames = session.rest()
        self.assertEqual([frame.request for frame in frames if isinstance(frame, CompletionsFrame)], [3])
        self.assertIn("print", ask(session, "prin"))

    def test_a_cell_that_waits_for_an_answer_lets_names_be_asked(self) -> None:
        """Between a question and its answer, and behind it, names are told, and the answer reaches the cell."""
        session = self.session
        run = session.begin(f"long_name = 1\nname = input('?')\n{WAITS}\nname")
        opened = session.next()
        assert isinstance(opened, OpenFrame)
        self.assertEqual(ask(session, "long_na"), {"long_name": "variable"})
        session.connection.sendall(encode(MessageFrame(run, opened.channel, {"text": "Emmy"})))
        session.next(), session.next()
        self.assertEqual(ask(session, "long_na"), {"long_name": "variable"})
        (session.home / "go").touch()
        self.assertEqual(values(session.rest()), ["'Emmy'"])

    def test_stop_strikes_the_cell_while_names_are_asked(self) -> None:
        """The thread that answers takes no interrupt away from the cell."""
        session = self.session
        session.begin("import time\ntime.sleep(600)")
        for _ in range(20):
            ask(session, "pri")
        session.interrupt()
        self.assertEqual(status(session.rest()), "interrupted")
        self.alive()


class SageBesideTests(SageCase):
    """While a cell of Sage runs."""

    def test_methods_of_compiled_classes_and_their_calls(self) -> None:
        """Elements of Cython classes tell methods, signatures and first sentences."""
        session = self.session
        session.run("n = 12\nM = matrix(ZZ, 2)", mode="sage")
        session.begin(WAITS)
        self.assertEqual(ask(session, "n.facto").get("factor"), "method")
        self.assertIn("echelon_form", ask(session, "M.ech"))
        told = ask(session, "n.factor(", 2)
        self.assertIn("algorithm", [each["name"] for each in told["parameters"]])
        self.assertEqual(told["parameters"][told["active"]]["name"], told["parameters"][0]["name"])
        self.assertTrue(told["first"].startswith("Return the prime factorization"), told["first"])
        (session.home / "go").touch()
        self.assertEqual(status(session.rest()), "ok")
        told = ask(session, "EllipticCurve([1,2]).reduction(", 2)
        self.assertEqual(told["parameters"][0]["name"], "p")


class CallTests(SynchronousTestCase):
    """Which call the cursor stands in."""

    def test_calls(self) -> None:
        """Name, position and keyword; nothing in remarks, definitions and behind the end."""
        for code, expected in (
            ("f(a, b", ("f", 1, "")),
            ("f(g(x), ", ("f", 1, "")),
            ("f(g(x", ("g", 0, "")),
            ("plot(sin(x), (x, 0, 1), color=", ("plot", 2, "color")),
            ("f('a, b', \"c", ("f", 1, "")),
            ("f('''a,\n(", ("f", 0, "")),
            ("matrix(QQ, [[1,2],[3,4", ("matrix", 1, "")),
            ("f(lambda x, y: x, z", ("f", 1, "")),
            ("E.rank (", ("E.rank", 0, "")),
            ("f(a==1", ("f", 0, "")),
        ):
            call = call_at(code, len(code))
            assert call is not None, code
            self.assertEqual((call.name, call.position, call.keyword), expected, code)
        for code in ("f(x)", "def f(a", "class A(", "if (a", "(a, ", "f(# x", "x = 1", ""):
            self.assertIsNone(call_at(code, len(code)), code)
        found = call_at("f(2).act(", 9)
        assert found is not None
        self.assertEqual((found.name, found.receiver), ("act", "f(2)"))

    @given(st.text("f(a,)[]{}='\"#: \nlambd", max_size=60))
    def test_half_written_code(self, code: str) -> None:
        """Whatever is typed, there is a call or none."""
        call = call_at(code, len(code))
        self.assertTrue(call is None or call.position >= 0)

    def test_which_parameter(self) -> None:
        """By position, by keyword, in what takes the rest; none where there are too many."""

        def taking(a: int, b: int = 2, *rest: int, key: str = "", **named: int) -> None:
            """Take."""

        def two(a: int, b: int) -> None:
            """Take two."""

        for function, code, expected in (
            (taking, "t(", "a"),
            (taking, "t(1, 2, 3, 4", "rest"),
            (taking, "t(1, key=", "key"),
            (taking, "t(other=", "named"),
            (two, "t(1, 2, ", None),
        ):
            signature = signatures.signature_of(function)
            call = call_at(code, len(code))
            assert signature is not None and call is not None
            parameters = list(signature.parameters.values())
            active = signatures.active(parameters, call)
            self.assertEqual(parameters[active].name if active >= 0 else None, expected, code)

    def test_types_and_defaults_are_named_without_their_reprs(self) -> None:
        """Plain values and classes by what they are, anything else by three dots; long ones are cut."""

        class Odd:
            def __repr__(self) -> str:
                raise AssertionError("its repr ran")

        named = ((1, "1"), (None, "None"), ((1, "a"), "(1, 'a')"), ([Odd()], "[…]"), (Odd(), "…"), (Odd, "Odd"))
        for value, expected in named:
            self.assertEqual(signatures.value_name(value), expected)
        for kind, expected in ((list[int], "list[int]"), (int | None, "int | None"), ("Later", "Later"), (Odd(), "…")):
            self.assertEqual(signatures.type_name(kind), expected)
        self.assertLessEqual(len(signatures.value_name("x" * 10_000)), signatures.LONGEST)
        self.assertIs(untouched.resolve("nobody.knows", {}), untouched.MISSING)
