"""Values, pictures and help in real processes, flavour python."""

from __future__ import annotations

import base64
import json
import struct

import pytest

from sagews.session.help.completion import as_python
from sagews.session.help.receivers import value_of
from sagews.wire.session.frames import (
    CompleteFrame,
    CompletionsFrame,
    DisplayFrame,
    InspectFrame,
    ResultFrame,
    StreamFrame,
)
from sagews.wire.session.variables import VariablesFrame

from .flavour_case import PythonCase
from .support import displays, error, printed, status, values

pytestmark = pytest.mark.slow


class ValueTests(PythonCase):
    """Values, names and modes."""

    def test_ready_says_what_there_is(self) -> None:
        """Flavour and versions come first."""
        self.assertEqual(self.session.ready.flavour, "python")
        self.assertIn("numpy", self.session.ready.versions)

    def test_values_and_names_stay(self) -> None:
        """Cells share a namespace; values are shown, None is not."""
        self.assertEqual(values(self.session.run("x = 6\nx\nNone\nx * 7")), ["6", "42"])
        self.assertEqual(values(self.session.run("x")), ["6"])

    def test_last_values_are_remembered(self) -> None:
        """_, __ and _<number> hold what was shown, and only the latest."""
        self.session.run("1\n2")
        self.assertEqual(values(self.session.run("(_, __, _1)")), ["(2, 1, 2)"])
        for _ in range(20):
            self.session.run("5")
        self.assertEqual(values(self.session.run("'_1' in globals()")), ["False"])

    def test_sage_mode_without_sage_is_python(self) -> None:
        """A worksheet still runs where Sage is not installed."""
        self.assertEqual(values(self.session.run("2^3\n1/2", "sage")), ["1", "0.5"])

    def test_await_at_the_top(self) -> None:
        """Coroutines run on one event loop that lasts for the session."""
        self.session.run("import asyncio\nasync def f(): await asyncio.sleep(0.01); return 7")
        self.assertEqual(values(self.session.run("await f()\nt = asyncio.ensure_future(f())\nawait t")), ["7", "7"])
        self.assertEqual(values(self.session.run("asyncio.run(f())")), ["7"])

    def test_asynchronous_loops_at_the_top(self) -> None:
        """`async for` and `async with` work outside of functions."""
        source = "async def g():\n    yield 1\n    yield 2\nasync for i in g(): print(i)"
        self.assertEqual(printed(self.session.run(source)), "1\n2\n")

    def test_what_cells_define_can_be_pickled(self) -> None:
        """Cells run in __main__."""
        source = "import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A()))).__module__"
        self.assertEqual(values(self.session.run(source)), ["'__main__'"])

    def test_modes_of_cells(self) -> None:
        """Markdown, HTML, LaTeX, the shell, and any function of texts."""
        self.assertEqual(displays(self.session.run("%md\n# Title"))[0].data["text/markdown"].strip(), "# Title")
        self.assertIn("text/html", displays(self.session.run("%html <b>x</b>"))[0].data)
        self.assertEqual(displays(self.session.run("%latex x^2"))[0].data["text/latex"], "$\\displaystyle x^2$")
        self.assertEqual(printed(self.session.run("%sh\necho $((6*7))")), "42\n")
        self.session.run("def up(text): return text.upper()")
        self.assertEqual(displays(self.session.run("%up abc"))[0].data["text/plain"], "ABC")
        self.assertIn("nonsense", error(self.session.run("%nonsense abc")).message)

    def test_time_modes(self) -> None:
        """%time shows value and time, %timeit a time only."""
        frames = self.session.run("%time\n6 * 7")
        self.assertEqual((values(frames), "wall time" in printed(frames)), (["42"], True))
        self.assertIn("per loop", printed(self.session.run("%timeit sum(range(1000))")))

    def test_modes_keep_line_numbers(self) -> None:
        """An error below a mode line names the line of the cell."""
        for source in ("%python\n\n1/0", "%matplotlib inline\n\n1/0", "\n%time 5\n1/0", "%time\n%python\n1/0"):
            self.assertEqual(error(self.session.run(source)).frames[0]["line"], 3)

    def test_files_of_the_home_are_at_hand(self) -> None:
        """As the working folder, and for imports behind all libraries."""
        (self.session.home / "mine.py").write_text("answer = 42")
        (self.session.home / "random.py").write_text("1/0")
        source = "import mine\nmine.answer\nimport importlib, random\nimportlib.reload(random);\nopen('mine.py').read()"
        self.assertEqual(values(self.session.run(source)), ["42", "'answer = 42'"])

    def test_pip_says_what_to_do(self) -> None:
        """No installation, but a sentence."""
        self.assertIn("no network", printed(self.session.run("%pip install x"), "stderr"))


class PictureTests(PythonCase):
    """Figures and mathematics."""

    def test_figures_are_shown_at_the_end_of_the_cell_and_by_show(self) -> None:
        """As PNG of twice the size, with words for those who can't see it."""
        self.session.run("import matplotlib.pyplot as plt")
        frames = self.session.run("plt.plot([1, 2]); plt.show(); print('between'); plt.plot([2, 1]); plt.title('T');")
        kinds = [type(frame) for frame in frames if isinstance(frame, (DisplayFrame, StreamFrame))]
        self.assertEqual(kinds, [DisplayFrame, StreamFrame, DisplayFrame])
        first, second = displays(frames)
        png = base64.b64decode(first.data["image/png"])
        width, height = struct.unpack(">II", png[16:24])
        self.assertEqual(first.metadata["image/png"], {"width": round(width / 2), "height": round(height / 2)})
        self.assertIn("T", second.data["text/plain"])

    def test_a_figure_that_is_a_value_is_shown_once(self) -> None:
        """Not again at the end of the cell."""
        frames = self.session.run("import matplotlib.pyplot as plt\nf, a = plt.subplots()\na.plot([1, 2]);\nf")
        shown = [frame for frame in frames if isinstance(frame, (DisplayFrame, ResultFrame))]
        self.assertEqual(["image/png" in frame.data for frame in shown], [True])

    def test_figures_survive_an_error(self) -> None:
        """What was drawn before an error is shown with it."""
        frames = self.session.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\n1/0")
        self.assertEqual((len(displays(frames)), status(frames)), (1, "error"))

    def test_sympy_is_typeset(self) -> None:
        """Expressions, and small lists of them."""
        frames = self.session.run("from sympy import *\nx = Symbol('x')\nintegrate(sin(x)**2, x)\nsolve(x**2 - 2)")
        latex = [frame.data.get("text/latex", "") for frame in frames if isinstance(frame, ResultFrame)]
        self.assertIn("\\frac{x}{2}", latex[0])
        self.assertIn("\\sqrt{2}", latex[1])

    def test_ipython_display_works(self) -> None:
        """HTML, Markdown, images, and objects that know how to show themselves."""
        source = """
from IPython.display import HTML, Markdown, display, clear_output
display(HTML("<b>1</b>"), Markdown("*2*")); clear_output()
class A:
    def _repr_html_(self): return "<i>3</i>"
A()
"""
        frames = self.session.run(source)
        self.assertEqual([sorted(shown.data)[0] for shown in displays(frames)], ["text/html", "text/markdown"])
        (value,) = [frame for frame in frames if isinstance(frame, ResultFrame)]
        self.assertEqual(value.data["text/html"], "<i>3</i>")

    def test_child_programs_can_plot_to_files(self) -> None:
        """Our backend is this process's own: a script finds plain Agg."""
        source = """
import subprocess, sys
code = "import matplotlib.pyplot as p; p.plot([1]); p.savefig('/dev/null', format='png'); print('drawn')"
subprocess.run([sys.executable, "-I", "-c", code]);
"""
        self.assertIn("drawn", printed(self.session.run(source)))


class HelpTests(PythonCase):
    """Completion and inspection."""

    def test_attributes_names_and_imports_complete(self) -> None:
        """Live objects, names of the session, words of the cell, modules, literals."""
        self.session.run(
            "import numpy as np\nclass A:\n    first = 1\n    def second(self): pass\na = A()\nlong_name = 1"
        )
        for code, expected in (
            ("a.", {"first", "second"}),
            ("np.lin", {"linspace", "linalg"}),
            ("long_", {"long_name"}),
            ("whi", {"while"}),
            ("import js", {"json"}),
            ("from json import lo", {"loads"}),
            ("'abc'.upp", {"upper"}),
            ("local_thing = 1\nlocal_", {"local_thing"}),
            ("a.\na.fir", {"first"}),
            ("a.\nlong_", {"long_name"}),
            ("(a\n  .fir", {"first"}),
        ):
            answer = self.answer(code)
            found = {match["text"] for match in answer.matches}
            self.assertTrue(expected <= found, f"{code}: {expected - found}")
            self.assertEqual((answer.request, answer.end), (3, len(code)))
        self.assertEqual([path.name for path in self.session.home.iterdir()], [".sage"])

    def test_kinds(self) -> None:
        """Each name is told as what it is: methods apart from functions, values that can be called as values."""
        self.session.run(
            "import json\nclass Made:\n    field = 1\n    def act(self): pass\n"
            "    @property\n    def read(self): return 1\n"
            "made = Made()\ndef made_by(maker_name): pass"
        )
        for code, expected in (
            ("mad", {"made": "variable", "made_by": "function"}),
            ("Mad", {"Made": "class"}),
            ("made.", {"act": "method", "field": "variable", "read": "property"}),
            ("Made.", {"act": "method"}),
            ("json.", {"loads": "function", "JSONDecoder": "class", "decoder": "module"}),
            ("jso", {"json": "module"}),
            ("whi", {"while": "keyword"}),
            ("[].", {"append": "method"}),
            ("def f(parameter):\n    para", {"parameter": "text"}),
            ("nobody_knows_thi", {}),
        ):
            found = {match["text"]: match["kind"] for match in self.answer(code).matches}
            self.assertEqual({name: found.get(name) for name in expected}, expected, code)

    def test_expressions_run_nothing_of_a_person(self) -> None:
        """A property, an operator, an index or a function of a person's own is not run to learn what it gives."""
        ran: list[str] = []

        class Mine:
            """Notes whatever is run of it."""

            def __getattr__(self, name: str) -> Mine:
                ran.append(name)
                return self

            def __add__(self, other: object) -> Mine:
                ran.append("+")
                return self

            def __getitem__(self, key: object) -> Mine:
                ran.append("[]")
                return self

        names = {"mine": Mine(), "several": [Mine()], "function": lambda: ran.append("()")}
        for code in ("mine.inner[0]", "(mine + 1)", "mine[0]", "function()", "[mine][0].inner", "several[0].inner[0]"):
            self.assertFalse(value_of(code, names, as_python)[0], code)
        self.assertEqual(ran, [])
        self.assertEqual(value_of("'abc'", names, as_python), (True, "abc"))

    def answer(self, code: str) -> CompletionsFrame:
        """Ask until there is an answer: a machine that others keep busy may miss the deadline of one question."""
        for _ in range(50):
            answer: CompletionsFrame = self.session.ask(CompleteFrame(3, code, len(code)))
            if answer.matches:
                break
        return answer

    def test_an_object_that_never_answers_is_given_up(self) -> None:
        """Completion has a deadline; the session goes on."""
        self.session.run("class A:\n    def __dir__(self):\n        while True: pass\na = A()")
        self.assertEqual(self.session.ask(CompleteFrame(1, "a.", 2)).matches, ())
        self.alive()

    def test_inspection(self) -> None:
        """Signature and docstring, source on demand, False for what is not there."""
        self.session.run("def f(x, y=1):\n    'Adds.'\n    return x + y")
        answer = self.session.ask(InspectFrame(1, "f(2)", 1, 0))
        self.assertIn("f(x, y=1)", answer.data["text/plain"])
        self.assertIn("Adds.", answer.data["text/plain"])
        self.assertIn("return x + y", self.session.ask(InspectFrame(1, "f(2, ", 5, 1)).data["text/plain"])
        self.assertFalse(self.session.ask(InspectFrame(1, "nothing", 3, 0)).found)

    def test_variables(self) -> None:
        """What cells made is listed in order, with type, extent and value, whatever their reprs do."""
        self.assertEqual(self.session.ask(VariablesFrame(1)).variables, ())
        source = (
            "import json\nbig = list(range(10**6))\n_hidden = 1\nclass A:\n    def __repr__(self): 1/0\na = A()\n"
            "def f(x, y): z = 1\ntext = 'é\\n' * 500\nodd = '\\ud800'"
        )
        self.session.run(source)
        found = {each["name"]: each for each in self.session.ask(VariablesFrame(2)).variables}
        self.assertEqual(list(found), ["big", "A", "a", "f", "text", "odd"])
        self.assertEqual((found["big"]["kind"], found["big"]["extent"]), ("list", "1000000"))
        self.assertTrue(found["big"]["value"].startswith("[0, 1, 2"))
        self.assertEqual((found["a"]["value"], found["f"]["value"]), ("(ZeroDivisionError in its repr)", "f(x, y)"))
        self.assertLessEqual(len(found["text"]["value"]), 200)
        self.session.run("\n".join(f"v{n} = {n}" for n in range(400)))
        answer = self.session.ask(VariablesFrame(3))
        self.assertEqual((len(answer.variables), answer.more), (300, 106))
        self.session.run(
            "%reset -f\nfirst = 1\nclass B:\n    def __repr__(self):\n        while True: pass\nb = B()\nc = 2"
        )
        late = {each["name"]: each["value"] for each in self.session.ask(VariablesFrame(4)).variables}
        self.assertEqual((late["first"], late["b"], late["c"]), ("1", "…", "…"))
        self.alive()

    def test_questions_in_cells(self) -> None:
        """`name?` and `name??` below other lines too."""
        frames = self.session.run("def g():\n    'Doc.'\ng?")
        self.assertIn("Doc.", displays(frames)[0].data["text/plain"])
        self.assertIn("def g():", displays(self.session.run("g??"))[0].data["text/plain"])
        self.assertEqual(error(self.session.run("nothing?")).name, "NameError")


class FilmTests(PythonCase):
    """Animations of matplotlib."""

    def test_an_animation_is_its_frames(self) -> None:
        """With its own delay, beside a GIF; its figure is not shown a second time."""
        source = """
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
figure, axes = plt.subplots(figsize=(3, 2))
line, = axes.plot([0, 1], [0, 1])
def move(n): line.set_ydata([0, n])
FuncAnimation(figure, move, frames=4, interval=50, repeat=False)
"""
        (shown,) = [frame.data for frame in self.session.run(source) if isinstance(frame, (ResultFrame, DisplayFrame))]
        film = json.loads(shown["text/vnd.sagews.film"])
        self.assertEqual((len(film["frames"]), film["delay"], film["loop"]), (4, 50, False))
        self.assertEqual((film["width"], film["height"]), (300, 200))
        self.assertEqual(len(set(film["frames"])), 4)
        self.assertTrue(base64.b64decode(shown["image/gif"]).startswith(b"GIF8"))
        self.assertEqual(shown["text/plain"], "Animation of 4 frames")

    def test_a_long_film_is_thinned(self) -> None:
        """What would be too much is shown with fewer frames that stand longer, and says so."""
        source = """
import numpy
from PIL import Image
from sagews.session.display import films
noise = [Image.fromarray(numpy.random.randint(0, 255, (600, 600, 3), "uint8")) for _ in range(20)]
data, metadata = films.film(noise, "noise", delay=100)
import json
film = json.loads(data[films.MIME])
count = len(film["frames"])
1 < count < 20, film["delay"] == round(2000 / count), film["told"], sum(map(len, data.values())) < 3 * 2**20
"""
        (told,) = values(self.session.run(source))
        self.assertRegex(told, r"^\(True, True, '\d+ of its 20 frames are shown.', True\)$")
