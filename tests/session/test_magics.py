"""Magics, commands and the names that IPython's users know, in real processes, flavour python."""

from __future__ import annotations

import json

import pytest

from sagews.wire.session.frames import CompleteFrame, DisplayFrame, ResultFrame

from .flavour_case import PythonCase
from .support import displays, error, printed, status, values, wait_until

pytestmark = pytest.mark.slow


class LineTests(PythonCase):
    """Lines that are no Python, anywhere in a cell."""

    def test_magics_and_commands_stand_where_statements_stand(self) -> None:
        """Below other lines, to the right of `=`, inside of blocks."""
        source = "import sys\n%matplotlib inline\nx = %time 6 * 7\nfor i in range(2):\n    !echo $x {i + 1}\nx"
        frames = self.session.run(source)
        self.assertEqual((values(frames), status(frames)), (["42"], "ok"))
        self.assertIn("42 1\n42 2\n", printed(frames))

    def test_the_output_of_a_command_is_a_list(self) -> None:
        """`files = !ls` and `!!ls`."""
        self.assertEqual(values(self.session.run("a = !printf 'x\\ny'\na[1], len(a)")), ["('y', 2)"])

    def test_a_percent_sign_inside_of_code_is_left_alone(self) -> None:
        """In brackets, in texts, as an operator."""
        self.assertEqual(
            values(self.session.run("x = (7\n  %5)\nt = '''\n%no\n!no\n'''\nx, t")), ["(2, '\\n%no\\n!no\\n')"]
        )

    def test_lines_of_errors_stay_right(self) -> None:
        """Below magics and a command over two lines."""
        found = error(self.session.run("%pwd\n!echo a \\\n  b\n1/0"))
        self.assertEqual(found.frames[0]["line"], 4)

    def test_an_unknown_magic_says_what_is_like_it(self) -> None:
        """At the top of a cell and below."""
        for source in ("%timit 1", "1\n%timit 1", "%%timit\n1"):
            self.assertIn("%timeit", error(self.session.run(source)).message)
        self.assertIn("write %cd", error(self.session.run("%%cd\nx")).message)

    def test_what_a_magic_runs_stands_in_the_traceback_without_us(self) -> None:
        """The line of the cell, then the code."""
        found = error(self.session.run("def f(): 1/0\n%time f()"))
        self.assertEqual([frame["line"] for frame in found.frames], [2, 1, 1])
        self.assertNotIn("sagews/session", found.plain)

    def test_pasted_text_runs(self) -> None:
        """Prompts and typographic characters."""
        self.assertEqual(values(self.session.run(">>> a = 5\n>>> a \u2212 3\n2")), ["2"])
        self.assertEqual(values(self.session.run("\u201chi\u201d")), ["'hi'"])


class MagicTests(PythonCase):
    """Single magics."""

    def test_timing(self) -> None:
        """%time has a value; %timeit takes IPython's options; cells can be timed and profiled, also when they fail."""
        self.assertIn("best of 3, 100 loops", printed(self.session.run("%timeit -n 100 -r 3 sum(range(9))")))
        self.assertIn("per loop", printed(self.session.run("%%timeit -n 10 x = 5\nx + 1")))
        frames = self.session.run("%%time\na = 1\n1/0")
        self.assertEqual(("wall time" in printed(frames), error(frames).frames[0]["line"]), (True, 3))

    def test_a_profile_is_a_table(self) -> None:
        """All functions stand in it, those that took the most time first, also of a cell that fails."""
        for source in ("%prun sum(range(9))", "%%prun\nsum(range(9))\n1/0"):
            frames = self.session.run(source)
            self.assertIn("function calls in ", printed(frames))
            data = displays(frames)[-1].data
            table = json.loads(data["text/vnd.sagews.table"])
            self.assertEqual(table["columns"], ["calls", "own seconds", "per call", "with all it calls", "function"])
            self.assertIn("<built-in method builtins.sum>", [row[-1] for row in table["rows"]])
            times = [row[1] for row in table["rows"]]
            self.assertEqual(times, sorted(times, reverse=True))
            self.assertIn("tottime", data["text/plain"])

    def test_shells_and_scripts(self) -> None:
        """%%bash, %%sh, %%script."""
        self.assertEqual(printed(self.session.run("%%bash\nfor i in 1 2; do\n echo $i\ndone")), "1\n2\n")
        self.assertEqual(printed(self.session.run("%%script cat\na\nb")), "a\nb")
        self.assertIn("There is no nothing-here", error(self.session.run("%%script nothing-here\nx")).message)

    def test_texts(self) -> None:
        """Markdown, scripts, and LaTeX that is prose with formulas."""
        self.assertEqual(displays(self.session.run("%%markdown\n# T"))[0].data["text/markdown"], "# T")
        self.assertIn("<script>", displays(self.session.run("%%javascript\n1"))[0].data["text/html"])
        shown = displays(self.session.run("# a remark\n\n%latex\nLet $x$ be given."))[0].data
        self.assertEqual(shown["text/markdown"], "Let $x$ be given.")

    def test_files_and_folders(self) -> None:
        """%%writefile, %run, %load, %cd, %pwd, %ls, %env."""
        self.session.run("%%writefile prog.py\nimport sys\nvalue = 5\nprint(__name__, sys.argv[1:])")
        frames = self.session.run("%run prog.py a b\nvalue")
        self.assertEqual((printed(frames), values(frames)), ("__main__ ['a', 'b']\n", ["5"]))
        self.assertEqual(
            values(self.session.run("import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A())))")),
            ["__main__.A"],
        )
        self.session.run("import os; os.mkdir('inner')")
        self.assertIn("inner", printed(self.session.run("%cd inner")))
        self.assertTrue(values(self.session.run("%pwd"))[0].endswith("inner'"))
        self.assertEqual(printed(self.session.run("%cd -q ..\n%ls -d inner")), "inner\n")
        self.assertEqual(values(self.session.run("%env THING=3\nos.environ['THING']")), ["'3'"])

    def test_names_and_history(self) -> None:
        """%who, %whos, %reset, %history."""
        self.session.run("number = 5")
        self.assertEqual(printed(self.session.run("%who")), "number\n")
        self.assertIn("number    int   5", printed(self.session.run("%whos")))
        self.assertIn("1: number = 5", printed(self.session.run("%history -n")))
        self.assertIn("gone", printed(self.session.run("%reset -f")))
        self.assertEqual(error(self.session.run("number")).name, "NameError")
        self.assertEqual(values(self.session.run("display.__name__")), ["'display'"])

    def test_settings(self) -> None:
        """%precision, %xmode."""
        self.assertEqual(values(self.session.run("%precision 3\n3.14159"))[-1], "3.142")
        self.session.run("%xmode Minimal")
        self.assertEqual(error(self.session.run("1/0")).frames, ())

    def test_inputs_and_values_have_ipythons_names(self) -> None:
        """In, Out, _i, _i1, _oh."""
        self.session.run("6 * 7")
        self.assertEqual(
            values(self.session.run("In[1], _i, _i1, Out[1], _oh[1]")), ["('6 * 7', '6 * 7', '6 * 7', 42, 42)"]
        )

    def test_libraries_find_what_they_ask_a_shell_for(self) -> None:
        """Sympy sets its printing up, and what it prints is typeset."""
        frames = self.session.run("from sympy import *\ninit_printing()\nx = Symbol('x')\nx**2/3")
        (shown,) = [frame.data for frame in frames if isinstance(frame, ResultFrame)]
        self.assertIn("\\frac{x^{2}}{3}", shown["text/latex"])

    def test_get_ipython(self) -> None:
        """It runs code, magics and commands, whoever imports it, and takes new magics."""
        source = """
from IPython import get_ipython as theirs
shell = theirs()
shell is get_ipython()
shell.run_cell("y = 5"); shell.run_line_magic("time", "y")
shell.register_magic_function(lambda line: line.upper(), "line", "up")
%up abc
"""
        self.assertEqual(values(self.session.run(source))[::3], ["True", "'ABC'"])


class ShownTests(PythonCase):
    """What is shown, and what not."""

    def test_what_drawing_returns_is_not_shown(self) -> None:
        """A figure belongs to the end of its cell, in the size that it was given."""
        source = """
import matplotlib.pyplot as plt
plt.figure(figsize=(10, 4))
plt.plot([1, 2])
plt.hist([1, 2])
plt.title("T")
plt.xlim(0, 1)
plt.subplots()[1].bar([1], [2])
"""
        frames = self.session.run(source)
        self.assertEqual(values(frames), [])
        sizes = [shown.metadata["image/png"]["width"] for shown in displays(frames)]
        self.assertEqual((len(sizes), sizes[0] > 700), (2, True))
        self.assertEqual(
            values(self.session.run("lines = plt.plot([1])\nlen(lines)\nbool(plt.xlim()[0] < 0)")), ["1", "True"]
        )

    def test_a_figure_that_pyplot_does_not_hold_is_a_value(self) -> None:
        """A function that makes and closes one, as many libraries do."""
        source = "from matplotlib.figure import Figure\nf = Figure(); f.subplots().plot([1]);\n(lambda: f)()"
        (shown,) = [frame for frame in self.session.run(source) if isinstance(frame, (ResultFrame, DisplayFrame))]
        self.assertIn("image/png", shown.data)

    def test_objects_that_show_themselves(self) -> None:
        """_ipython_display_ is all that is shown."""
        frames = self.session.run("class A:\n    def _ipython_display_(self): print('me')\nA()\ndisplay(A())")
        self.assertEqual((printed(frames), values(frames), printed(frames, "stderr")), ("me\nme\n", [], ""))

    def test_prose_with_formulas_is_shown_as_such(self) -> None:
        """IPython's Latex."""
        source = "from IPython.display import Latex, Math\nLatex('Let $x$ be given.')\nMath('x^2')"
        first, second = [frame.data for frame in self.session.run(source) if isinstance(frame, ResultFrame)]
        self.assertEqual(first, {"text/markdown": "Let $x$ be given.", "text/plain": "Let $x$ be given."})
        self.assertEqual(second["text/latex"], "$\\displaystyle x^2$")

    def test_exceptions_in_a_group_are_told(self) -> None:
        """In the message and in the text."""
        found = error(self.session.run("raise ExceptionGroup('many', [ValueError('a'), KeyError('b')])"))
        self.assertIn("ValueError: a", found.message)
        self.assertIn("KeyError: 'b'", found.plain)

    def test_warnings_never_name_our_files(self) -> None:
        """One that blames a caller above the cell has no line."""
        frames = self.session.run("import warnings\nwarnings.warn('far', stacklevel=9)\nwarnings.warn('near')")
        self.assertEqual(printed(frames, "stderr"), "UserWarning: far\nLine 3: UserWarning: near\n")


class BackgroundTests(PythonCase):
    """Tasks, and programs that Stop must reach."""

    def test_tasks_begin_without_await_and_go_on_between_cells(self) -> None:
        """A task that sleeps gets further while nothing runs."""
        source = "import asyncio\nasync def f():\n    print('begun')\n    await asyncio.sleep(0)\n    open('done', 'w')"
        self.assertIn("begun", printed(self.session.run(f"{source}\ntask = asyncio.create_task(f())")))
        self.wait_for("done")
        self.assertEqual(values(self.session.run("asyncio.run(asyncio.sleep(0, 3))")), ["3"])

    def wait_for(self, name: str) -> None:
        """Wait until a file is in the home."""
        wait_until((self.session.home / name).exists)

    def test_stop_reaches_programs(self) -> None:
        """os.system, a shell's own children, and a program of the same group that only hears."""
        for start in (
            "import os; os.system('touch begun; sleep 1000; true')",
            "import subprocess; subprocess.run('touch begun; sleep 1000; true', shell=True)",
            "!touch begun; sleep 1000; true",
            "x = !touch begun; sleep 1000; true",
        ):
            self.session.start(start)
            self.wait_for("begun")
            self.session.interrupt()
            self.assertEqual(status(self.session.rest()), "interrupted", start)
            (self.session.home / "begun").unlink()
            wait_until(lambda: not self.sleepers())

    def sleepers(self) -> list[str]:
        """Return the programs `sleep 1000` that this session has started."""
        found = values(self.session.run("import psutil; [p.pid for p in psutil.Process().children(True)]"))
        return [] if found == ["[]"] else found

    def test_programs_that_do_not_listen_are_ended_by_further_stops(self) -> None:
        """Asked, asked once more, then not asked; the cell itself catches every Stop."""
        program = "trap '' INT; touch deaf; while true; do sleep 0.1; done"
        source = f"""
import subprocess
p = subprocess.Popen(['sh', '-c', {program!r}])
for attempt in range(9):
    try: p.wait(); break
    except KeyboardInterrupt: open(f'heard{{attempt}}', 'w').close()
"""
        self.session.start(source)
        self.wait_for("deaf")
        self.session.interrupt()
        self.wait_for("heard0")
        self.session.interrupt()
        self.assertEqual(status(self.session.rest()), "ok")


class HelpTests(PythonCase):
    """Completion behind expressions."""

    def test_nothing_is_offered_behind_a_call_that_nobody_may_make(self) -> None:
        """Not all names of the session, and the call is not made."""
        self.session.run("made = []\ndef f(x): made.append(x)")
        texts = {match["text"] for match in self.session.ask(CompleteFrame(1, "f(1).", 5)).matches}
        self.assertNotIn("made", texts)
        self.assertEqual(values(self.session.run("made")), ["[]"])
