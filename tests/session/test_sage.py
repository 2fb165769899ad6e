"""The evaluation loop with real Sage: its language, its typesetting, its pictures, its engines and their interrupts."""

from __future__ import annotations

import base64
import json

from sagews.session.help.documents import form
from sagews.wire.session.frames import CompleteFrame, DisplayFrame, InspectFrame, ResultFrame, StreamFrame

from .sage_case import NEEDS_SAGE, SageCase, latex
from .support import displays, error, printed, status, values

pytestmark = NEEDS_SAGE


class SageTests(SageCase):
    """Real Sage."""

    def test_what_a_newcomer_types(self) -> None:
        """The examples of the first page, typeset."""
        frames = self.sage("factor(2^128+1)\nintegrate(sin(x)^2, x)")
        self.assertEqual(values(frames), ["59649589127497217 * 5704689200685129054721", "1/2*x - 1/4*sin(2*x)"])
        self.assertIn("59649589127497217 \\cdot 5704689200685129054721", latex(frames)[0])
        self.assertIn("\\frac{1}{2}", latex(frames)[1])
        self.assertEqual(printed(self.sage("for i in range(3): print(i); sleep(0.05)")), "0\n1\n2\n")

    def test_the_language(self) -> None:
        """Rings with generators, functions, powers, exact numbers, ranges; also over several lines."""
        source = """
R.<t> = QQ[]
f(x) = x^2 +
       1
"""
        self.assertEqual(error(self.sage(source)).name, "SyntaxError")
        source = (
            "R.<t> = QQ[]\nf(x) = x^2\nfor i in [1..2]:\n    print(i^2)\n'''2^3\n'''\n(t+1)^2\nf(3)\n1/3 + 1/6\n2^3;"
        )
        frames = self.sage(source)
        self.assertEqual(values(frames), ["'2^3\\n'", "t^2 + 2*t + 1", "9", "1/2"])
        self.assertEqual(printed(frames), "1\n4\n")
        self.assertEqual(values(self.session.run("2^3\n1/2", "python")), ["1", "0.5"])
        self.assertEqual(values(self.sage("%python\n2^3")), ["1"])

    def test_lines_of_errors_are_those_of_the_cell(self) -> None:
        """Through the preparser, also where it joins lines, with the source as written."""
        for source, line in (
            ("a = 2^3\n\n1/0", 3),
            ("f(x,\n  y) = x^2\n1/0", 3),
            ("def g():\n    return 2^3/0\ng()", 3),
        ):
            found = error(self.sage(source))
            self.assertEqual((found.name, found.frames[0]["line"]), ("ZeroDivisionError", line))
        self.assertEqual(found.frames[1]["source"][1], [2, "    return 2^3/0"])
        self.assertFalse(found.frames[-1]["user"])

    def test_a_caret_stands_below_what_was_typed(self) -> None:
        """Not below where the preparser's text has it: powers, numbers, generators, ranges, functions, prompts."""
        for source, line, marked in (
            ("1\nfactor(2^", 2, "("),
            ("2^3 + 4^5 +* 6", 1, "*"),
            ("R.<x,y> = QQ[]; x^2 = = y", 1, "x^2"),
            ("x^2 = 5", 1, "x^2"),
            ("[1..5] + 3^^2 ) + 1", 1, ")"),
            ("f(x) = x^2 +* 1", 1, "*"),
            ("for i in [1..3]\n    print(i^2)", 1, ""),
            ("sage: 2^3 +* 4", 1, "*"),
            ("a = 1.5^2 b", 1, "b"),
            ("def f():\n    return 2^3 3^2", 2, "3"),
        ):
            found = error(self.sage(source))
            frame = found.frames[-1]
            start, end = frame.get("marked", [0, 0])
            typed = source.split("\n")[line - 1]
            self.assertEqual((found.name, frame["line"], typed[start:end]), ("SyntaxError", line, marked), source)
        self.assertEqual(error(self.sage("1\n%time 2^3 +* 5")).message, "invalid syntax\n    2^3 +* 5\n         ^")

    def test_only_mathematics_is_typeset(self) -> None:
        """Numbers, texts and what KaTeX can't set stay text."""
        shown = latex(self.sage("7\n'abc'\n[1, 2]\nGF(7)\n[x^2, 1/3]\nmatrix([[1, 2]])\nPartition([2, 1])\n{1: x}"))
        self.assertEqual([bool(text) for text in shown], [False, False, False, True, True, True, False, True])
        self.assertEqual(shown[3], "$\\displaystyle \\mathbf{F}_{7}$")

    def test_show_and_pretty_print(self) -> None:
        """They typeset at once, in order with prints."""
        frames = self.sage("show(1/3); print('then'); pretty_print(x^2); show('text')")
        self.assertEqual([type(frame) for frame in frames[:4]], [DisplayFrame, StreamFrame, DisplayFrame, DisplayFrame])
        self.assertIn("\\frac{1}{3}", latex(frames)[0])
        self.assertEqual(displays(frames)[-1].data, {"text/plain": "text"})
        self.assertEqual(latex(self.sage("show('x =', x^2)")), ["$\\displaystyle \\text{x =} x^{2}$"])
        self.assertEqual(latex(self.sage("show(LatexExpr('x^2'))")), ["$\\displaystyle x^2$"])

    def test_plots(self) -> None:
        """A simple one is SVG, one with many points or an image is PNG, three dimensions are a picture."""
        frames = self.sage("plot(sin(x), 0, 6)\nplot(x^2).show(figsize=3)")
        svgs = [frame.data for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]
        titled = self.sage("plot(sin(x), 0, 6, title='One wave') + text('top', (pi/2, 1))")[0]
        assert isinstance(titled, ResultFrame)
        title = titled.metadata["image/svg+xml"]["title"]
        self.assertTrue(title.startswith("Plot of a line, a text, x from 0 to 6"), title)
        self.assertTrue(title.endswith(": One wave"), title)
        self.assertTrue(all("<svg" in data["image/svg+xml"] and len(data["image/svg+xml"]) < 200_000 for data in svgs))
        for source in (
            "points([(i, i^2) for i in range(6000)])",
            "density_plot(x, (x, 0, 1), (var('y'), 0, 1))",
            "show(points([(i, i) for i in range(6000)]))",
            "plot3d(x^2, (x, -1, 1), (var('y'), -1, 1))",
        ):
            shown = [frame for frame in self.sage(source) if isinstance(frame, (ResultFrame, DisplayFrame))]
            self.assertTrue(base64.b64decode(shown[-1].data["image/png"]).startswith(b"\x89PNG"), source)
        self.assertIn("image/svg+xml", self.sage("graphs.PetersenGraph().plot()")[0].data)  # type: ignore[union-attr]

    def test_variables_and_names(self) -> None:
        """var() makes names for later cells; sleep takes Sage's numbers; attributes complete."""
        self.assertEqual(values(self.sage("var('u, v')\nu + v")), ["(u, v)", "u + v"])
        self.assertEqual(status(self.sage("sleep(1/100); sleep(0.01)")), "ok")
        self.sage("E = EllipticCurve('37a')")
        found = {match["text"] for match in self.session.ask(CompleteFrame(1, "E.ran", 5)).matches}
        self.assertIn("rank", found)
        self.assertIn("factor", {match["text"] for match in self.session.ask(CompleteFrame(1, "fac", 3)).matches})

    def test_kinds_of_names(self) -> None:
        """Rings and elements are values, though they can be called; methods are no functions; nothing is imported."""
        self.sage("E = EllipticCurve('37a'); import sys; before = 'sage.interfaces.maxima' in sys.modules")
        for code, name, kind in (
            ("E.ran", "rank", "method"),
            ("QQ", "QQ", "variable"),
            ("fact", "factor", "function"),
            ("Elliptic", "EllipticCurve", "function"),
            ("Symmetric", "SymmetricGroup", "class"),
            ("maxi", "maxima", "function"),
        ):
            matches = self.session.ask(CompleteFrame(1, code, len(code))).matches
            self.assertEqual({each["text"]: each["kind"] for each in matches}.get(name), kind, code)
        self.assertEqual(values(self.sage("before == ('sage.interfaces.maxima' in sys.modules)")), ["True"])

    def test_help(self) -> None:
        """Signature and docstring of Sage's functions, source of compiled ones."""
        self.assertIn("factorization", self.session.ask(InspectFrame(1, "factor", 3, 0)).data["text/plain"])
        told = displays(self.sage("factor?"))[0].data
        self.assertIn("Signature: factor(n", told["text/plain"])
        help = json.loads(told[form.MIME])
        self.assertIn("<h4>Examples</h4><pre>sage: factor(500)\n2^2 * 5^3", help["html"])
        self.assertTrue(help["signature"].startswith("factor(n") and help["file"].endswith("arith/misc.py"))
        told = displays(self.sage("Integer.is_prime??"))[0].data
        self.assertIn("def is_prime", told["text/plain"])
        help = json.loads(told[form.MIME])
        self.assertIn("def is_prime", help["source"])
        self.assertGreater(help["line"], 1000)
        self.assertEqual(self.session.ask(InspectFrame(2, "Graph", 3, 0)).data.keys(), {"text/plain", form.MIME})

    def test_engines_answer(self) -> None:
        """Maxima, GAP, PARI, Singular, FLINT, eclib and the programs behind interfaces."""
        source = """
limit(sin(x)/x, x=0)
SymmetricGroup(4).order()
factor(x^4 - 1)
ideal(QQ['a,b'].gens()).groebner_basis()
EllipticCurve('389a').rank()
matrix(RDF, [[2, 0], [0, 3]]).eigenvalues()
gp('2+2')
singular('2+3')
maxima('1+6')
gap('3*3')
"""
        expected = ["1", "24", "(x^2 + 1)*(x + 1)*(x - 1)", "[a, b]", "2", "[2.0, 3.0]", "4", "5", "7", "9"]
        self.assertEqual(values(self.sage(source)), expected)

    def test_first_uses_are_warm(self) -> None:
        """An integral, a plot and a factorization in a fresh session load next to nothing: the zygote had used them."""
        for source in ("integrate(x*exp(x), x)", "plot(cos(x), 0, 3)", "factor(2^64+1)"):
            counted = f"import sys; known = set(sys.modules)\n{source}\nlen(set(sys.modules) - known)"
            frames = self.fresh(counted)
            self.assertLess(int(values(frames)[-1]), 10, source)

    def test_compiled_code_can_be_interrupted(self) -> None:
        """PARI, Singular, Maxima, GAP and graphs stop, and compute rightly afterwards."""
        for source in (
            "factor((10^45+9)*(10^46+121))",
            "sage.rings.ideal.Cyclic(PolynomialRing(QQ, 9, 'z')).groebner_basis()",
            "libgap.eval('while true do od;')",
            "from sage.interfaces.maxima_lib import maxima_lib; maxima_lib('for i: 1 thru 10^9 do i^2')",
            "while True: pass",
            "sleep(60)",
        ):
            self.session.begin(source, "sage")
            frames = self.session.stop()
            self.assertEqual((status(frames), error(frames).name), ("interrupted", "KeyboardInterrupt"), source)
            self.assertEqual(values(self.sage("factor(2^32+1)")), ["641 * 6700417"])
        self.assertEqual(values(self.sage("integrate(x^2, x)")), ["1/3*x^3"])

    def test_programs_that_only_begin_can_be_interrupted(self) -> None:
        """Sage's interfaces would speak of None, as the program that they want to stop is not there yet."""
        for name in ("Singular", "Gap"):
            source = f"from sage.interfaces.{name.lower()} import {name}\nprogram = {name}()\n"
            source += "program._start = lambda *rest: print('begun') or sleep(600)\nprogram('2+3')"
            self.session.start(source, "sage")
            self.session.next()
            frames = self.session.stop()
            self.assertEqual((status(frames), error(frames).name), ("interrupted", "KeyboardInterrupt"), name)

    def test_late_interrupts_are_dropped(self) -> None:
        """Sage forgets them too: the next cell's compiled code is not hit."""
        for _ in range(10):
            self.session.interrupt()
            self.assertEqual(values(self.sage("factor(2^32+1)")), ["641 * 6700417"])

    def test_alarms_ring(self) -> None:
        """Sage's own alarm() works in compiled code."""
        self.assertEqual(error(self.sage("alarm(0.3); factor((10^45+9)*(10^46+121))")).name, "AlarmInterrupt")
        self.assertEqual(values(self.sage("1 + 1")), ["2"])

    def test_two_sessions_draw_different_numbers(self) -> None:
        """Sage, PARI, GAP, Python and numpy are seeded anew in each fork."""
        source = """
import random, numpy
ZZ.random_element(10^30)
pari('random(10^30)')
libgap.Random(1, 10^30)
libgap.eval('Random(GlobalRandomSource, 1, 10^30)')
random.random()
numpy.random.random()
randint(1, 10^30)
"""
        drawn = [values(self.fresh(source)) for _ in range(2)]
        self.assertEqual(len({*drawn[0], *drawn[1]}), 14)

    def test_temporary_files_belong_to_the_session(self) -> None:
        """Two sessions have two folders, neither of them the zygote's."""
        source = "import os; os.path.dirname(tmp_filename())"
        folders = {values(self.fresh(source))[0] for _ in range(2)}
        self.assertEqual(len(folders), 2)

    def test_numpy_is_not_imported_into_the_names(self) -> None:
        """The names are those of `from sage.all import *`."""
        self.assertEqual(
            values(self.sage("'numpy' in globals(), 'np' in globals(), 'factor' in globals()")),
            ["(False, False, True)"],
        )

    def test_output_of_engines_is_captured(self) -> None:
        """What GAP and PARI print by themselves arrives."""
        self.assertIn("hello", printed(self.sage('libgap.eval(\'PrintTo("*stdout*", "hello")\');')))
        self.assertIn("5", printed(self.sage("pari('print(2+3)');")))
