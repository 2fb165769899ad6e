"""Output widgets in real sessions: what is printed and shown in one stands where it is shown, whoever prints it."""

from __future__ import annotations

import pytest

from sagews.wire.session.areas import ClearFrame
from sagews.wire.session.channels import OpenFrame
from sagews.wire.session.frames import LATE_RUNS, DisplayFrame, ErrorFrame, FromSession

from .flavour_case import PythonCase
from .interact_case import opened, shown
from .support import printed, status, values
from .test_widgets import IMPORTS, WidgetCase, named

pytestmark = pytest.mark.slow


def of_run(frames: list[FromSession], run: str) -> list[FromSession]:
    """Return those frames that are of one run."""
    return [frame for frame in frames if getattr(frame, "run", "") == run]


class OutputTests(WidgetCase, PythonCase):
    """One Output and what comes into it."""

    def output(self, source: str = "") -> tuple[str, int, list[FromSession]]:
        """Show an Output in a cell; return its run, its area and all frames."""
        found, frames = self.shows(f"out = w.Output()\n{source}\nout")
        return found.run, named(found, "area")["area"], frames

    def test_within_its_own_cell(self) -> None:
        """Before and after it is shown; what is printed beside it stands beside it."""
        run, area, frames = self.output("with out: print('in'); display('shown')\nprint('beside')")
        self.assertEqual((shown(frames, area), printed(of_run(frames, run))), ("in\n'shown'\n", "in\nbeside\n"))
        self.assertEqual(shown(frames, 0), "beside\n")

    def test_from_later_cells(self) -> None:
        """It stays where it stands, with what programs print; errors are shown in it and the cell goes on."""
        run, area, _ = self.output()
        later = self.session.run(
            "import os\nwith out:\n    print('later'); os.system('echo from a program')\n    1 / 0\nprint('own')"
        )
        self.assertEqual(
            shown(of_run(later, run), area), "later\nfrom a program\nZeroDivisionError: division by zero\n"
        )
        self.assertEqual((shown(of_run(later, later[-1].run), 0), status(later)), ("own\n", "ok"))  # type: ignore[union-attr]
        [problem] = [frame for frame in later if isinstance(frame, ErrorFrame)]
        self.assertEqual(problem.frames[-1]["line"], 4)
        self.alive()

    def test_captured_by_a_decorator_and_cleared(self) -> None:
        """`capture` sends what a function prints there; clearing takes all of it away, at once or with what comes."""
        run, area, frames = self.output("@out.capture(clear_output=True, wait=True)\ndef f(n): print('call', n)")
        frames += self.session.run("f(1); f(2)")
        self.assertEqual(shown(of_run(frames, run), area), "call 2\n")
        frames += self.session.run("out.clear_output()")
        self.assertEqual(shown(of_run(frames, run), area), "")
        self.assertTrue(any(isinstance(frame, ClearFrame) and not frame.wait for frame in frames))
        self.assertEqual(values(self.session.run("out.outputs")), ["()"])

    def test_it_knows_what_it_holds(self) -> None:
        """As notebooks have it, be it printed, shown or appended, in the cell or by a thread."""
        run, area, frames = self.output("with out: print('a'); print('b'); display(1)")
        later = self.session.run(
            "import threading\nit = threading.Thread(target=out.append_stdout, args=('c',))\nit.start(); it.join()\n"
            "out.append_display_data(2)\n[each.get('text', each['output_type']) for each in out.outputs]"
        )
        self.assertEqual(shown(of_run([*frames, *later], run), area), "a\nb\n1\nc2\n")
        self.assertEqual(values(later), ["['a\\nb\\n', 'display_data', 'c', 'display_data']"])
        later += self.session.run("out.outputs = ({'output_type': 'stream', 'name': 'stdout', 'text': 'anew'},)")
        self.assertEqual(shown(of_run([*frames, *later], run), area), "anew")

    def test_shown_by_another_cell(self) -> None:
        """There it stands from then on, with all that it holds; where it was nothing pretends to be it."""
        first, _, _ = self.output("with out: print('held')")
        second, area, frames = self._again()
        self.assertNotEqual(first, second)
        self.assertEqual(shown(of_run(frames, second), area), "held\n")
        later = self.session.run("with out: print('more')")
        self.assertEqual(shown(of_run(later, second), area), "more\n")
        self.assertEqual(of_run(later, first), [])

    def _again(self) -> tuple[str, int, list[FromSession]]:
        frames = self.session.run("out")
        [found] = opened(frames)
        return found.run, named(found, "area")["area"], frames

    def test_within_its_callbacks(self) -> None:
        """What a callback prints in it, and what it prints beside, each in its place, for as long as people click."""
        found, _ = self.shows(
            "out, b = w.Output(), w.Button(description='b')\n"
            "def clicked(it):\n    with out: print('in')\n    print('below')\n"
            "b.on_click(clicked)\nw.VBox([b, out])"
        )
        button, area = named(found, "button")["name"], named(found, "area")["area"]
        for count in (1, 2):
            frames = self.say(found, button, **{button: count})
            self.assertEqual((shown(frames, area), shown(frames, found.body["area"])), ("in\n", "below\n"))

    def test_what_callbacks_print_begins_anew(self) -> None:
        """Behind two hundred that print the next begins with an empty place: nothing grows while somebody drags."""
        found, _ = self.shows("it = w.IntSlider()\nit.observe(lambda change: print(change.new), 'value')\nit")
        [name] = found.body["values"]
        frames: list[FromSession] = []
        for count in range(1, 202):
            frames += self.say(found, **{name: count % 100})
        self.assertEqual(shown(frames, found.body["area"]), "1\n")

    def test_interact_with_plots(self) -> None:
        """A plot takes the place of the one before, in its size; one that fails says so there, and the next works."""
        found, frames = self.shows(
            "import matplotlib.pyplot as plt\n"
            "def f(n=(0, 4)):\n    1 / n\n    plt.plot([n, 1]); plt.show()\n"
            "w.interact(f);"
        )
        slider, area = named(found, "slider")["name"], named(found, "area")["area"]
        pictures = [frame for frame in frames if isinstance(frame, DisplayFrame) and frame.area == area]
        self.assertEqual(["image/png" in frame.data for frame in pictures], [True])
        frames = self.say(found, **{slider: 0})
        self.assertEqual(shown(frames, area), "ZeroDivisionError: division by zero\n")
        frames = self.say(found, **{slider: 3})
        self.assertEqual([frame.wait for frame in frames if isinstance(frame, ClearFrame)], [True])
        self.assertIn("Figure", shown(frames, area))

    def test_manual_and_free_layouts(self) -> None:
        """interact_manual waits for its button, interactive_output stands where it is put, interactive has results."""
        found, frames = self.shows("def f(n=(0, 4)): print('n =', n)\nw.interact_manual(f);")
        slider, button = named(found, "slider")["name"], named(found, "button")["name"]
        area = named(found, "area")["area"]
        frames += self.say(found, **{slider: 3})
        self.assertEqual(shown(frames, area), "")
        frames += self.say(found, button, **{button: 1})
        self.assertEqual(shown(frames, area), "n = 3\n")
        found, frames = self.shows(
            "a = w.IntSlider(2)\nw.HBox([a, w.interactive_output(lambda a: print('a =', a), {'a': a})])"
        )
        area = named(found, "area")["area"]
        frames += self.say(found, **{named(found, "slider")["name"]: 5})
        self.assertEqual(shown(frames, area), "a = 5\n")
        frames = self.session.run("it = w.interactive(lambda n: n * n, n=3)\nit.children[0].value = 5\nit.result")
        self.assertEqual(values(frames)[-1], "25")

    def test_widgets_in_it(self) -> None:
        """What is shown within one stands in it, by its own cell and by later ones, and goes when it is cleared."""
        run, _, _ = self.output()
        later = self.session.run("with out: display(w.IntSlider(5))")
        [inner] = opened(later)
        self.assertEqual(inner.run, run)
        [slider] = inner.body["values"]
        self.assertEqual(values(self.session.run("1")), ["1"])
        self.say(inner, **{slider: 6})
        later = self.session.run("out.clear_output()")
        self.assertIn(
            ("CloseFrame", inner.channel), [(type(frame).__name__, getattr(frame, "channel", 0)) for frame in later]
        )
        self.alive()

    def test_questions_and_stop_within(self) -> None:
        """While output stands in another cell's, an interrupt is that of the cell that runs; it can't ask."""
        run, area, _ = self.output()
        frames = self.session.run("with out: input('?')")
        self.assertIn("EOFError", shown(of_run(frames, run), area))
        own = self.session.start("with out:\n    print('begun')\n    while True: pass\nprint('not reached')")
        frames = []
        while "begun" not in shown(of_run(frames, run), area):
            frames.append(self.session.next())
        self.session.interrupt()
        frames += self.session.rest()
        self.assertEqual(self.session.told, [own])
        self.assertEqual((status(frames), "not reached" in printed(frames)), ("interrupted", False))

    def test_what_is_never_left(self) -> None:
        """A cell that enters one by hand ends as any other, and the next prints where it should."""
        self.output()
        frames = self.session.run("out.__enter__(); print('there')")
        self.assertEqual(status(frames), "ok")
        frames = self.session.run("print('here')")
        self.assertEqual(shown(of_run(frames, frames[-1].run), 0), "here\n")  # type: ignore[union-attr]

    def test_entered_by_two_threads(self) -> None:
        """A thread that leaves one ends its own, and not the one that the cell is in."""
        frames = self.session.run(
            f"{IMPORTS}import threading\na, b = w.Output(), w.Output()\n"
            "inside, gone = threading.Event(), threading.Event()\n"
            "def other():\n    with a:\n        inside.set(); gone.wait(20)\n"
            "display(b)\nthread = threading.Thread(target=other)\n"
            "with b:\n    thread.start(); inside.wait(20); gone.set(); thread.join(); print('in b')"
        )
        [found] = opened(frames)
        self.assertEqual(shown(frames, named(found, "area")["area"]), "in b\n")

    def test_of_a_run_long_ago(self) -> None:
        """What is given to an Output whose cell is forgotten is kept for where it is shown next."""
        self.session.run(f"{IMPORTS}out = w.Output()\nwith out: print('first')")
        for _ in range(LATE_RUNS + 1):
            self.session.run("1")
        self.assertEqual(status(self.session.run("out.append_stdout('second')")), "ok")
        frames = self.session.run("out")
        self.assertIn("second", shown(frames, named(opened(frames)[0], "area")["area"]))

    def test_its_cell_runs_again(self) -> None:
        """What was shown before is nobody's any more: a later print stands in the new place."""
        source = "import ipywidgets as w\nif 'kept' not in dir(): kept = w.Output()\ndisplay(kept)"
        self.session.run(source, "python", cell="again")
        frames = self.session.run(source, "python", cell="again")
        [found] = opened(frames)
        assert isinstance(found, OpenFrame)
        later = self.session.run("with kept: print('now')")
        self.assertEqual(shown(of_run(later, found.run), named(found, "area")["area"]), "now\n")
