"""From source to steps, names of cells, and text of errors: the parts that need no process."""

from __future__ import annotations

import linecache

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.evaluation import sources, warned
from sagews.session.evaluation import tracebacks as failures
from sagews.session.evaluation.compiler import KEPT, Compiler
from sagews.session.help import inspection

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"


def shown(source: str, shows: str = "all") -> list[object]:
    """Run steps that need no await and return the values that they show."""
    names: dict[str, object] = {}
    steps = Compiler().steps(source, "<cell test run 1>", shows)
    found = [(step, eval(step.code, names)) for step in steps]  # noqa: S307
    return [value for step, value in found if step.expression]


class StepTests(SynchronousTestCase):
    """Which values are shown."""

    def test_all_shows_every_top_level_expression(self) -> None:
        """Expressions inside of loops and functions are not top-level."""
        self.assertEqual(shown("1\nx = 2\nx\nfor i in [7]: i\nx + 1"), [1, 2, 3])

    def test_last_shows_the_last_statement_only(self) -> None:
        """An assignment at the end shows nothing."""
        self.assertEqual(shown("1\n2", "last"), [2])
        self.assertEqual(shown("1\nx = 2", "last"), [])

    def test_a_trailing_semicolon_silences(self) -> None:
        """Also before a comment, behind brackets, on the last line of several, and behind characters beyond ASCII."""
        self.assertEqual(shown("1;\n2 ; # quiet\n(3);\n(4\n+ 1);\n'é€';\n6"), [6])

    def test_a_semicolon_between_expressions_silences_nothing(self) -> None:
        """Only a line's end counts."""
        self.assertEqual(shown("1; 2; 3;"), [1, 2])

    def test_nothing_runs_when_a_later_line_is_wrong(self) -> None:
        """Syntax errors come before any effect."""
        self.assertRaises(SyntaxError, Compiler().steps, "print(1)\nreturn", "<cell a run 1>", "all")

    def test_the_same_text_under_the_same_name_is_compiled_once(self) -> None:
        """Only as long as nothing that decides about the code has changed, and a bounded number of cells is kept."""
        compiler = Compiler()
        first = compiler.steps("1+1", "a", "all")
        self.assertIs(compiler.steps("1+1", "a", "all"), first)
        for other in (("1+1", "b", "all"), ("1+1", "a", "last"), ("1+2", "a", "all")):
            self.assertIsNot(compiler.steps(*other), first)
        compiler.steps("from __future__ import annotations", "c", "all")
        self.assertIsNot(compiler.steps("1+1", "a", "all"), first)
        again = compiler.steps("1+1", "a", "all")
        for number in range(KEPT):
            compiler.steps("1", f"d{number}", "all")
        self.assertIsNot(compiler.steps("1+1", "a", "all"), again)

    def test_a_future_import_holds_for_later_cells(self) -> None:
        """Annotations stay texts in the next cell."""
        compiler = Compiler()
        compiler.steps("from __future__ import annotations", "a", "all")
        names: dict[str, object] = {}
        for step in compiler.steps("def f(x: unknown): pass\nf.__annotations__", "b", "all"):
            value = eval(step.code, names)  # noqa: S307
        self.assertEqual(value, {"x": "unknown"})


class SourceTests(SynchronousTestCase):
    """Names of cells."""

    def setUp(self) -> None:
        """Forget sources afterwards."""
        self.addCleanup(sources.forget)

    def test_warnings_name_lines_that_people_see(self) -> None:
        """The running cell's by number, another one's by the line itself: nobody sees the ids of cells."""
        earlier = sources.register("a1b2", 1, "def f():\n    g()  # here\n")
        now = sources.register("c3d4", 2, "f()\n")
        self.assertEqual(warned.formatted("m", UserWarning, now, 1), "Line 1: UserWarning: m\n")
        told = warned.formatted("m", UserWarning, earlier, 2)
        self.assertEqual(told, "Line 2 of an earlier cell, g()  # here: UserWarning: m\n")

    def test_each_run_keeps_its_own_lines(self) -> None:
        """A function of an older run still finds its source."""
        old, new = sources.register("a", 1, "one\x0c1\ntwo"), sources.register("a", 2, "three")
        self.assertEqual(linecache.getline(old, 1), "one\x0c1\n")
        self.assertEqual(linecache.getline(new, 1), "three")
        self.assertEqual((sources.cell_of(old), sources.cell_of("<string>")), ("a", None))

    def test_old_sources_are_forgotten(self) -> None:
        """A long session does not keep every source."""
        names = [sources.register("a", number, f"x{number}") for number in range(sources.MAX_SOURCES + 1)]
        self.assertEqual(linecache.getline(names[0], 1), "")
        self.assertEqual(linecache.getline(names[-1], 1), f"x{sources.MAX_SOURCES}")

    def test_a_cell_that_runs_again_unchanged_keeps_its_name_while_its_lines_are_known(self) -> None:
        """What was compiled under a name can be used again, and no name loses its lines."""
        first = sources.register("a", 1, "x")
        self.assertEqual(sources.register("a", 2, "x"), first)
        self.assertNotEqual(sources.register("b", 2, "x"), first)
        for number in range(sources.MAX_SOURCES):
            sources.register("c", number, f"y{number}")
        again = sources.register("a", 3, "x")
        self.assertNotEqual(again, first)
        self.assertEqual(linecache.getline(again, 1), "x")


class FailureTests(SynchronousTestCase):
    """Exceptions are hostile."""

    @given(st.text(max_size=40_000), st.integers(200, 5000))
    def test_bounded_text_is_bounded_utf8(self, text: str, most: int) -> None:
        """No text is longer than its limit in bytes, or unfit for the wire."""
        self.assertLessEqual(len(failures.bounded(text, most).encode()), most)

    def test_an_exception_whose_text_raises_is_described(self) -> None:
        """Its type is told instead."""

        class Broken(Exception):
            def __str__(self) -> str:
                raise ValueError

        self.assertIn("ValueError", failures.describe(RUN, Broken()).message)

    def test_a_chain_that_bites_its_tail_ends(self) -> None:
        """Causes are followed a few steps at most."""
        first, second = ValueError("first"), KeyError("second")
        first.__cause__, second.__cause__ = second, first
        self.assertIn("second", failures.describe(RUN, first).plain)


class QuestionTests(SynchronousTestCase):
    """What asks for help."""

    def test_questions(self) -> None:
        """A name with marks before or behind it; nothing else."""
        self.assertEqual(inspection.question("a.b??"), ("a.b", 1))
        self.assertEqual(inspection.question(" ?len "), ("len", 0))
        for other in ("# what?", "a ? b", "'x?'", "f(x)?y", ""):
            self.assertIsNone(inspection.question(other))

    def test_the_name_at_the_cursor(self) -> None:
        """Within a word, behind it, or the call around the cursor."""
        self.assertEqual(inspection.name_at("np.linalg.det(m)", 5), "np.linalg")
        self.assertEqual(inspection.name_at("solve(x, ", 9), "solve")
        self.assertEqual(inspection.name_at("1 + ", 4), "")
