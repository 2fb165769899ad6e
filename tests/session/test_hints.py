"""Advice beside an error: what is proposed, and that the cell then does what was meant."""

from __future__ import annotations

import ast
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.hints.names import attributes_of, nearly
from sagews.session.hints.readings import equations, products
from sagews.session.hints.table import Failed, hints_for

from .flavour_case import PythonCase
from .support import error, values


def applied(source: str, hint: dict[str, Any]) -> str:
    """Return a cell with a hint's change, as a page makes it."""
    lines = source.split("\n")
    at = hint["line"] - 1
    if hint["before"] is None:
        lines.insert(at, hint["after"])
    else:
        assert lines[at] == hint["before"]
        lines[at] = hint["after"]
    return "\n".join(lines)


class HintTests(PythonCase):
    """In a session of Python."""

    def check(self, source: str, text: str, changed: str | None = None) -> None:
        """Run a cell that fails, and compare the first hint and what it makes of the cell."""
        hints = error(self.session.run(source)).hints
        self.assertTrue(hints, source)
        self.assertEqual(hints[0]["text"], text)
        if changed is not None:
            self.assertEqual(applied(source, dict(hints[0])), changed)

    def test_a_name_that_is_nearly_one(self) -> None:
        """A name written nearly as one that exists is proposed, in its line and nowhere else in the cell."""
        self.session.run("matrix_of_rows = 3")
        self.check("a = 1\nmatrix_of_row + a", "Did you mean matrix_of_rows?", "a = 1\nmatrix_of_rows + a")
        self.check("Print('matrixx')", "Did you mean print?", "print('matrixx')")
        self.assertEqual(error(self.session.run("qwertzuiop")).hints, ())

    def test_a_product_without_its_sign(self) -> None:
        """`2x`, `2(x+1)` and `x y` are multiplied; texts, numbers with exponents and calls stay."""
        self.session.run("x = 3; y = 2; f = abs")
        self.check("z = '2x' and 2x + 3y", "To multiply, write *.", "z = '2x' and 2*x + 3*y")
        self.check("f(1e5) + 2 x", "To multiply, write *.", "f(1e5) + 2*x")
        self.check("x y", "To multiply, write *.", "x*y")
        self.check("1 + 2(x + f(1))", "To multiply, write *.", "1 + 2*(x + f(1))")
        self.check("x(x + 1)", "To multiply, write *.", "x*(x + 1)")
        self.assertEqual(values(self.session.run("1 + 2*(x + f(1))")), ["9"])

    def test_an_equation(self) -> None:
        """`=` where only `==` can be."""
        self.check("print(a, 3 = 4)", "An equation is written with ==.", "print(a, 3 == 4)")
        self.check("if 1 = 2:\n    pass", "An equation is written with ==.", "if 1 == 2:\n    pass")

    def test_what_other_languages_have(self) -> None:
        """A colon that is missing, print as a statement, a power by `^`."""
        self.check("for i in range(3)\n    print(i)", "The line ends with a colon.", "for i in range(3):\n    print(i)")
        self.check("print 'a', 2", "print is a function.", "print('a', 2)")
        self.check("2.5^2", "In Python powers are written with **.", "2.5**2")

    def test_an_attribute(self) -> None:
        """The attribute that an object has under nearly that name."""
        self.check("'abc'.uper()", "Did you mean .upper?", "'abc'.upper()")
        self.check("import math\nmath.sqrtt(2)", "Did you mean .sqrt?", "import math\nmath.sqrt(2)")

    def test_no_advice_from_hostile_objects(self) -> None:
        """Objects whose own code fails or never ends are not asked, and the error is shown as ever."""
        found = error(
            self.session.run(
                "class Bad:\n"
                "    def __getattribute__(self, name): raise AttributeError(name, name='aaa', obj=self)\n"
                "    def __dir__(self):\n        while True: pass\n"
                "Bad().aab"
            )
        )
        self.assertEqual(found.name, "AttributeError")
        self.alive()

    def test_an_older_run_is_not_changed(self) -> None:
        """An error in a function that an earlier text of the cell defined proposes no change to the present text."""
        self.session.run("def broken():\n    return lenn('a')")
        hints = error(self.session.run("broken()")).hints
        self.assertEqual([hint for hint in hints if "line" in hint], [])


class AdviserTests(SynchronousTestCase):
    """By themselves."""

    def failed(self, source: str, exception: BaseException, **names: Any) -> Failed:
        """Return a cell of Sage that failed in its first line."""
        return Failed(exception, source, 1, "sage", names, lambda text: bool(ast.parse(text)))

    def test_a_symbol_is_declared_above_the_code(self) -> None:
        """Below remarks and magics, and with a prompt where the cell has prompts."""
        for source, changed in (
            ("y + 1", "var('y')\ny + 1"),
            ("# a remark\n%time\ny + 1", "# a remark\n%time\nvar('y')\ny + 1"),
            ("sage: y + 1", "sage: var('y')\nsage: y + 1"),
        ):
            failed = self.failed(source, NameError("y", name="y"), var=print)
            (hint,) = hints_for(failed)
            self.assertEqual((hint.label, applied(source, hint.fields())), ("Add var('y')", changed))

    def test_a_product_of_symbols(self) -> None:
        """A name whose letters are all known values is a product."""
        (hint,) = hints_for(self.failed("xy + 1", NameError("xy", name="xy"), x=1, y=2))
        self.assertEqual(hint.after, "x*y + 1")

    def test_an_adviser_that_fails(self) -> None:
        """What one raises takes away no other's advice."""
        with mock.patch("sagews.session.hints.names.nearly", side_effect=RuntimeError):
            (hint,) = hints_for(self.failed("y", NameError("y", name="y"), var=print, **{"yy": 1}))
        self.assertEqual(hint.before, None)

    def test_names_are_bounded(self) -> None:
        """Names of any length, private ones and no identifiers among them, give at most two."""
        self.assertEqual(nearly("factr", ["_factr", "factor", "fact r", "factory", "facto"]), ["factor", "facto"])
        self.assertEqual(nearly("ab", ["abc"]), [])
        self.assertIn("bit_length", attributes_of(3))
        self.assertIn("from_bytes", attributes_of(int))

    @given(st.text(alphabet="0123456789abxif ()[]='\"+*.e#\\", max_size=40))
    def test_any_line_is_taken(self, text: str) -> None:
        """Whatever stands in a line, changes to it are only insertions of signs and removals of spaces."""
        for line in products(text):
            self.assertEqual(line.replace("*", "").replace(" ", ""), text.replace("*", "").replace(" ", ""))
        for line in equations(text):
            self.assertEqual(line.replace("=", ""), text.replace("=", ""))
