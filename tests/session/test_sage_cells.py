"""What Sage's users type and paste: other systems, files, Sage's printer, its own names, help; with real Sage."""

from __future__ import annotations

from sagews.wire.session.frames import (
    CompleteFrame,
    DisplayFrame,
    DoneFrame,
    FromSession,
    RemovedFrame,
    RemoveFrame,
    ResultFrame,
)

from .sage_case import NEEDS_SAGE, SageCase, latex
from .support import displays, error, printed, status, values

pytestmark = NEEDS_SAGE


def forms(frames: list[FromSession]) -> list[set[str]]:
    """Return the MIME types of what is shown."""
    return [set(frame.data) for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]


class PrinterTests(SageCase):
    """Values are printed as Sage prints them, and typeset only where that is cheap."""

    def test_a_number_that_python_does_not_take(self) -> None:
        """`time.sleep` refuses Sage's numbers; the error says how to write Python's, and the changed cell runs."""
        source = "from time import sleep\nsleep(0.05); sleep(1.5e-2 + 0.0r)"
        (hint,) = error(self.sage(source)).hints
        self.assertEqual((hint["line"], hint["after"]), (2, "sleep(0.05r); sleep(1.5e-2r + 0.0r)"))
        self.assertEqual(status(self.sage(f"from time import sleep\n{hint['after']}")), "ok")
        (hint,) = error(self.sage("a = 0.5\nfrom time import sleep\nsleep(a)")).hints
        self.assertEqual(set(hint), {"text"})

    def test_types_and_functions_read_as_in_sage(self) -> None:
        """Also inside of containers."""
        shown = values(self.sage("type(3)\ndef f(x): return x\nstr(f)[:14] == repr(f)[:14]\nint, len\n[GF(7)]"))
        self.assertEqual(shown[0], "<class 'sage.rings.integer.Integer'>")
        self.assertEqual(shown[1:], ["True", "(<class 'int'>, <built-in function len>)", "[Finite Field of size 7]"])
        self.assertTrue(values(self.sage("f"))[0].startswith("<function f at "))
        self.assertEqual(values(self.sage("l = []; l.append(l); l")), ["[[...]]"])

    def test_costly_formulas_are_never_computed(self) -> None:
        """Groups, crystals, posets and large matrices are text; nothing is printed or warned on the way."""
        for source in (
            "NumberField(x^5 - x + 2, 'a').galois_group()",
            "crystals.KirillovReshetikhin(['D', 6, 1], 4, 2).classical_decomposition()",
            "identity_matrix(ZZ, 1000)",
            "posets.BooleanLattice(3)",
            "crystals.Tableaux(['A', 2], shape=[2, 1]).list()[0]",
        ):
            frames = self.sage(source)
            self.assertEqual(latex(frames), [""], source)
            self.assertEqual((printed(frames), printed(frames, "stderr")), ("", ""), source)

    def test_a_formula_that_takes_too_long_is_given_up(self) -> None:
        """The text is shown, and an alarm of the cell's own still rings."""
        source = """
from sage.structure.element import ModuleElement
class Slow(ModuleElement):
    def __init__(self): ModuleElement.__init__(self, QQ)
    def _repr_(self): return "slow value"
    def _latex_(self):
        while True: pass
Slow()
"""
        frames = self.sage(source)
        self.assertEqual((values(frames), latex(frames), status(frames)), (["slow value"], [""], "ok"))
        self.assertEqual(error(self.sage("alarm(1.5); Slow()\nsleep(60)")).name, "AlarmInterrupt")

    def test_a_formula_defines_no_macros(self) -> None:
        """show() and the value itself are the same formula."""
        self.assertEqual(latex(self.sage("show(QQ); QQ")), ["$\\displaystyle \\mathbf{Q}$"] * 2)

    def test_tables_and_html_with_formulas_are_typeset(self) -> None:
        """As Markdown, which the page sets; other HTML stays HTML."""
        frames = self.sage(
            "table([[1, x^2], ['a', 'b']])\nhtml('$x^2$')\nshow(html('<i>i</i>'))\npretty_print(html('$x$'))"
        )
        self.assertEqual(forms(frames)[0], {"text/markdown", "text/plain"})
        shown = [frame.data for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]
        self.assertIn("| $\\displaystyle x^{2}$ |", shown[0]["text/markdown"])
        (bars,) = [frame.data for frame in self.sage("table([[abs(x), 1]])") if isinstance(frame, ResultFrame)]
        self.assertIn("| $\\displaystyle {\\left\\vert x \\right\\vert }$ | 1 |", bars["text/markdown"])
        self.assertEqual([data.get("text/markdown") for data in shown[1:]], ["$x^2$", None, "$x$"])
        self.assertEqual(shown[2]["text/html"], "<i>i</i>")

    def test_html_with_formulas_between_tags(self) -> None:
        """What is no more than a text is one, with its formulas, by html() and %html alike; the rest stays a page."""
        source = "<h2>On \\(a &lt; b\\)</h2>\n\n<ul>\n<li>$x^2$ *so*</li>\n</ul>"
        for frames in (self.sage(f"html({source!r})"), self.sage(f"%html\n{source}")):
            (data,) = [frame.data for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]
            text = data["text/markdown"]
            self.assertTrue(text.startswith("<div>\n<h2>On \\(a < b\\)</h2>\n<ul>"), text)
            self.assertIn("x^2", text)
            self.assertNotIn("\n\n", text)
        for other in ("<h2 style='color: red'>$x$</h2>", "<canvas></canvas> $x$", "<p>It costs $5 and $6.</p>"):
            (data,) = [each.data for each in self.sage(f"%html\n{other}") if isinstance(each, DisplayFrame)]
            self.assertEqual(data["text/html"], other)

    def test_latex_without_a_latex(self) -> None:
        """latex.eval shows what it is given, with what Sage computes in it."""
        frames = self.sage("n = 2\nlatex.eval(r'$\\sage{1/n} + \\ZZ$', globals())\nlatex.eval('$y$', {})")
        self.assertIn("$\\frac{1}{2} + \\ZZ$", latex(frames))
        self.assertIn("$y$", latex(frames))

    def test_animations_move_and_view_shows(self) -> None:
        """Neither needs a program that is not there."""
        frames = self.sage("animate([plot(sin(x + a), (x, 0, 1)) for a in [0, 1]])\nview(x^2)")
        self.assertEqual(
            forms(frames), [{"image/gif", "text/vnd.sagews.film", "text/plain"}, {"text/latex", "text/plain"}]
        )

    def test_display_is_obeyed(self) -> None:
        """%display ascii_art, plain and back."""
        self.sage("%display ascii_art")
        self.assertEqual(values(self.sage("x^2")), [" 2\nx "])
        self.sage("%display plain")
        self.assertEqual(latex(self.sage("x^2")), [""])
        self.sage("%display default")
        self.assertEqual(latex(self.sage("x^2")), ["$\\displaystyle x^{2}$"])


class NamesTests(SageCase):
    """What a cell in Sage's language says of its names."""

    def test_names_are_those_of_what_the_preparser_makes_of_it(self) -> None:
        """Generators, functions of symbols, `var`, `%time`; its own helpers are none, and neither are other systems."""
        cases = {
            "R.<u, v> = QQ[]; I = ideal(u^2 - s)": ("QQ ideal s", "R u v I"),
            "f(t) = a*t + 1": ("var a", "t f"),
            "var('p q')\np + 2*q": ("var", "p q"),
            "%time w = [1..h]": ("h", "w"),
            "%%time\nw = h": ("h", "w"),
            "%gp\na = 1": ("", ""),
            "1 +": ("", ""),
        }
        self.sage("s = 2; a = 3; h = 4")
        for source, names in cases.items():
            done = self.sage(source)[-1]
            assert isinstance(done, DoneFrame)
            self.assertEqual((done.reads, done.writes), names, source)

    def test_names_are_removed(self) -> None:
        """What a cell made is gone, what Sage has of that name is there again; other names stay."""
        self.sage("N = 5; mine = 6")
        self.assertEqual(self.session.ask(RemoveFrame(3, "N mine factor nothing")), RemovedFrame(3, "N mine"))
        shown = values(self.sage("N(1/2), 'mine' in globals(), factor(6)"))
        self.assertEqual(shown, ["(0.500000000000000, False, 2 * 3)"])


class SystemTests(SageCase):
    """Other systems and files."""

    def test_cells_of_other_systems_are_blocks(self) -> None:
        """Several statements, by one % or two; a variable of the same name hides nothing."""
        self.assertEqual(printed(self.sage("%gp\na=5\na+1")), "5\n6\n")
        self.assertEqual(printed(self.sage("%%gap\nG:=SymmetricGroup(5);\nOrder(G);")).split("\n")[-2], "120")
        self.sage("gp = 5")
        self.assertEqual(printed(self.sage("%gp 2+2")), "4\n")
        self.assertEqual(printed(self.sage("%%singular\nring r = 0, x, dp;\nx2 - 1;")).split(), ["x2-1"])
        self.assertEqual(printed(self.sage("%%maxima\ndiff(x^2, x)")), "2*x\n")

    def test_errors_of_other_systems_are_their_own_words(self) -> None:
        """Without the Python in between."""
        found = error(self.sage("%%gap\n1/0;"))
        self.assertIn("must not be zero", found.message)
        self.assertNotIn("Traceback", found.plain)

    def test_files_in_sages_language(self) -> None:
        """attach, %attach, load and %load; an attached file is read again when it has changed."""
        (self.session.home / "q.sage").write_text("w = 2^3\nv = 1/2\n")
        self.assertEqual(values(self.sage("attach('q.sage')\nw, v")), ["(8, 1/2)"])
        (self.session.home / "q.sage").write_text("w = 3^3\n")
        self.sage("import os; os.utime('q.sage', (2**31, 2**31))")
        frames = self.sage("w")
        self.assertEqual(values(frames), ["27"])
        self.assertEqual(
            values(self.sage("detach('q.sage')\nw = 0\n%load q.sage\nw\nw = 0; load('q.sage'); w")), ["27", "27"]
        )

    def test_the_preparser_can_be_turned_off(self) -> None:
        """For the cells that follow."""
        self.sage("preparser(False)")
        self.assertEqual(values(self.sage("1/2")), ["0.5"])
        self.sage("preparser(True)")
        self.assertEqual(values(self.sage("1/2")), ["1/2"])

    def test_pasted_examples_run(self) -> None:
        """With prompts and outputs, through the preparser."""
        frames = self.sage("sage: 2^3\n8\nsage: for i in [1..2]:\n....:     print(i^2)\n1\n4")
        self.assertEqual((values(frames), printed(frames)), (["8"], "1\n4\n"))

    def test_cython_asks_for_no_library_that_the_machine_lacks(self) -> None:
        """What %%cython is compiled with, beside a compiler, is in the environment."""
        source = "import sage.misc.cython as m\nm._standard_libs_libdirs_incdirs_aliases()[:2]"
        self.assertEqual(values(self.sage(source)), ["([], [])"])

    def test_magics_speak_sages_language(self) -> None:
        """%time, %timeit and run_cell."""
        self.assertEqual(values(self.sage("x = %time 2^10\nx\nget_ipython().run_cell('y = 2^3');\ny")), ["1024", "8"])
        self.assertIn("per loop", printed(self.sage("%timeit -n 10 2^3/7")))


class AdviceTests(SageCase):
    """What is proposed when a cell of Sage fails."""

    def test_the_first_piece_of_advice_is_what_was_meant(self) -> None:
        """Symbols, products, equations and names of Sage, and what is proposed then gives the value."""
        self.sage("var('a b')")
        for source, after in (
            ("y^2 + 1", "var('y')"),
            ("2a + 3b", "2*a + 3*b"),
            ("2(a + 1)", "2*(a + 1)"),
            ("ab", "a*b"),
            ("solve(a^2 = 4, a)", "solve(a^2 == 4, a)"),
            ("factr(12)", "factor(12)"),
            ("Integr(12)", "Integer(12)"),
            ("matrix(2, [1, 2, 3, 4]).deter()", None),
        ):
            hints = error(self.sage(source)).hints
            if after is None:
                self.assertEqual(hints, ())
            else:
                self.assertEqual(hints[0]["after"], after, source)
                before = hints[0]["before"]
                self.sage("reset('y')")
                cell = f"{after}\n{source}" if before is None else after
                self.assertTrue(values(self.sage(cell)), source)


class NameTests(SageCase):
    """Sage's own state of a session."""

    def test_reset_keeps_the_session(self) -> None:
        """Our names come back, what cells define is gone, and the module is still the one that pickles need."""
        frames = self.sage("a = 5\nreset()\ndisplay(1); sleep(0.01)\n'a' in globals(), __name__, In[-1][:1]")
        self.assertEqual(values(frames)[-1], "(False, '__main__', 'a')")
        self.assertEqual(status(self.sage("import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()));")), "ok")
        self.assertEqual(values(self.sage("restore('x'); __name__")), ["'__main__'"])

    def test_sessions_can_be_saved(self) -> None:
        """What cells made is saved and listed, and nothing of ours."""
        self.sage("number = 5\nsave_session('kept')")
        self.assertEqual(values(self.sage("show_identifiers()")), ["['number']"])
        self.assertEqual(values(self.fresh(f"load_session('{self.session.home}/kept')\nnumber")), ["5"])

    def test_the_start_file_runs_before_the_first_cell(self) -> None:
        """In Sage's language; one that fails is told of and stops nothing."""
        folder = self.session.home / ".sage"
        folder.mkdir(exist_ok=True)
        (folder / "init.sage").write_text("begun = 2^3\nnonsense\n")
        frames = self.sage("begun")
        self.assertEqual(values(frames), ["8"])
        self.assertIn("init.sage, line 2): NameError", printed(frames, "stderr"))
        self.assertEqual(printed(self.sage("begun"), "stderr"), "")


class CompletionTests(SageCase):
    """Completion behind expressions of Sage."""

    def test_expressions_that_change_nothing_are_looked_into(self) -> None:
        """Arithmetic, indexing, constructors, methods; packages of Sage."""
        self.sage("f(x) = x^2")
        for code, expected in (
            ("(x^2).integr", "integrate"),
            ("f(1).is_i", "is_integer"),
            ("QQ['x'].gen", "gens"),
            ("SymmetricGroup(3).ord", "order"),
            ("EllipticCurve('37a').torsion_subgroup().ord", "order"),
            ("from sage.rings.number_f", "number_field"),
            ("from sage.rings.integer import Inte", "Integer"),
        ):
            found = {match["text"] for match in self.session.ask(CompleteFrame(1, code, len(code))).matches}
            self.assertIn(expected, found, code)
            self.assertNotIn("factor", found, code)
        self.assertEqual(displays(self.sage("None")), [])

    def test_a_question_changes_nothing(self) -> None:
        """Engines run nothing, objects stay as they are, no random number is drawn, nothing of a person is called."""
        self.sage("""
A = matrix(ZZ, [[2, 4], [1, 3]]); G = graphs.PetersenGraph(); R.<t> = QQ[]; ran = []
def mine(*given): ran.append(given); return 1
class Mine:
    def __iter__(self): ran.append(self); return iter([1])
own = Mine()
before = gp('x'), gap.eval('IsBoundGlobal("zz")'); set_random_seed(1)
""")
        for code in (
            "gp.eval('x=5').", "gp('x=5').", "gap.eval('zz:=1').", "libgap.eval('zz:=1').", "pari('x=5').",
            "A.echelonize().", "A.set_immutable().", "G.add_vertex().", "G.complement(inplace=True).",
            "QQ.random_element().", "random_matrix(ZZ, 2).", "graphs.RandomGNP(5, 1/2).", "random_prime(100).",
            "matrix(2, 2, mine).", "matrix([own]).", "mine(1).", "var('zz').", "R.inject_variables().",
            "R('ran.append(1)').", "QQ['ran']('ran.append(1)').",
        ):  # fmt: skip
            self.session.ask(CompleteFrame(1, code, len(code)))
        drawn = "ZZ.random_element(10^9) == (set_random_seed(1), ZZ.random_element(10^9))[1]"
        self.assertEqual(values(self.sage(drawn)), ["True"])
        self.assertEqual(values(self.sage("(gp('x'), gap.eval('IsBoundGlobal(\"zz\")')) == before")), ["True"])
        state = "A.list(), A.is_mutable(), G.order(), G.size(), ran, 'zz' in globals()"
        self.assertEqual(values(self.sage(state)), ["([2, 4, 1, 3], True, 10, 15, [], False)"])
