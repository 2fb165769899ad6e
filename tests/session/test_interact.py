"""interact in real sessions of Python: what is shown, evaluated, refused, and what lasts."""

from __future__ import annotations

import pytest

from sagews.wire.session.areas import AreaFrame
from sagews.wire.session.channels import MAX_INTERACTS_OF_A_RUN, CloseFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import LATE_RUNS, DoneFrame, ErrorFrame, FromSession
from sagews.wire.session.grammar import encode

from .flavour_case import PythonCase
from .interact_case import InteractCase, cleared, closed, opened, shown
from .support import error, printed, status, values

pytestmark = pytest.mark.slow

SQUARE = "@interact\ndef f(n=(0, 10)):\n    return n * n"


def patch(frames: list[FromSession]) -> dict[str, object]:
    """Return what the end of an evaluation says has changed."""
    found = frames[-1]
    assert isinstance(found, StateFrame)
    return dict(found.body)


class InteractTests(InteractCase, PythonCase):
    """One interact at a time."""

    def test_it_shows_controls_and_is_evaluated_at_once(self) -> None:
        """The area is made for it, the controls follow, then what the function shows, all within the cell."""
        found, frames = self.shows(SQUARE)
        slider = {"name": "n", "kind": "slider", "label": "n", "min": 0, "max": 10, "step": 1, "integer": True}
        self.assertEqual(found.body["controls"], [slider])
        self.assertEqual((found.body["values"], found.body["auto"], found.area), ({"n": 5}, True, 0))
        [area] = [frame for frame in frames if isinstance(frame, AreaFrame)]
        self.assertEqual((area.area, area.shown), (found.body["area"], False))
        self.assertEqual(shown(frames, found.body["area"]), "25\n")
        self.assertEqual(status(frames), "ok")

    def test_what_people_say_is_evaluated_in_its_area(self) -> None:
        """The output of the last evaluation goes with the first piece of the next; all of it is the same run's."""
        found, _ = self.shows(SQUARE)
        frames = self.say(found, n=7)
        self.assertEqual(shown(frames, found.body["area"]), "49\n")
        self.assertEqual(cleared(frames), [(found.body["area"], True)])
        self.assertEqual(patch(frames), {"errors": {}, "values": {}})
        self.assertEqual({frame.run for frame in frames if hasattr(frame, "run")}, {found.run})
        self.alive()
        self.assertEqual(self.result(found, n=3), "9\n")

    def test_prints_displays_and_figures_go_there_too(self) -> None:
        """Whatever shows something within the function."""
        found, frames = self.shows(
            "import matplotlib.pyplot as plt\n"
            "@interact\n"
            "def f(n=(0, 3)):\n"
            "    print('printed', n); display('displayed'); plt.plot([n, 1])"
        )
        for each in (frames, self.say(found, n=2)):
            text = shown(each, found.body["area"])
            self.assertIn("printed", text)
            self.assertIn("displayed", text)
            self.assertIn("Figure with 1 axes", text)
            self.assertEqual(printed(each, "stderr"), "")

    def test_an_evaluation_that_shows_nothing_leaves_nothing(self) -> None:
        """What was there before does not stay as if it were new."""
        found, _ = self.shows("@interact\ndef f(n=(0, 9)):\n    if n < 5: print(n)")
        self.say(found, n=1)
        frames = self.say(found, n=8)
        self.assertEqual(cleared(frames), [(found.body["area"], False)])
        self.assertEqual(shown(frames, found.body["area"]), "")

    def test_an_error_is_shown_in_its_place_and_the_controls_live_on(self) -> None:
        """At first, where the cell goes on, and later; the line is that of the cell."""
        found, frames = self.shows("@interact\ndef f(n=(0, 2)):\n    return 1 // (n - 1)\nprint('on')")
        self.assertEqual(error(frames).name, "ZeroDivisionError")
        self.assertEqual((error(frames).area, status(frames), printed(frames)), (found.body["area"], "ok", "on\n"))
        self.assertEqual(self.result(found, n=2), "1\n")
        frames = self.say(found, n=1)
        [problem] = [frame for frame in frames if isinstance(frame, ErrorFrame)]
        self.assertEqual((problem.area, problem.run), (found.body["area"], found.run))
        self.assertEqual([frame["line"] for frame in problem.frames if frame["user"]][-1], 3)
        self.assertEqual(self.result(found, n=0), "-1\n")

    def test_stop_ends_an_evaluation(self) -> None:
        """As that of a cell; the next one works, and the cell that shows it can be stopped as well."""
        found, _ = self.shows("@interact\ndef f(n=(0, 10)):\n    print('begun')\n    while n == 3: pass\n    return n")
        self.tell(found, n=3)
        before = []
        while "begun" not in shown(before, found.body["area"]):
            before.append(self.session.next())
        self.session.interrupt()
        self.assertIn("KeyboardInterrupt", shown(self.evaluated(), found.body["area"]))
        self.assertIn("4\n", self.result(found, n=4))
        self.session.start("@interact\ndef f(n=3):\n    print('begun')\n    while n == 3: pass\nprint('not reached')")
        frames: list[FromSession] = []
        while "begun" not in printed(frames):
            frames.append(self.session.next())
        self.session.interrupt()
        frames += self.session.rest()
        self.assertEqual((status(frames), "not reached" in printed(frames)), ("interrupted", False))

    def test_values_that_do_not_fit_any_more_are_left_out(self) -> None:
        """A page may say what was true before the function changed its controls."""
        found, _ = self.shows(SQUARE)
        frames = self.say(found, n=99, m=1)
        self.assertEqual((shown(frames, found.body["area"]), patch(frames)["values"]), ("25\n", {"n": 5}))

    def test_a_text_is_evaluated_and_a_bad_one_says_so(self) -> None:
        """Beside the control; nothing that was shown is lost, and the other values stay."""
        _, frames = self.shows("@interact\ndef f(x=interact.input_box('nowhere + 1')): return x")
        [state] = [frame for frame in frames if isinstance(frame, StateFrame)]
        self.assertIn("nowhere", state.body["errors"]["x"])
        found, frames = self.shows(
            "a = 20\n@interact\ndef f(x=interact.input_box('a + 1'), s='text'):\n    print(x, s)"
        )
        self.assertEqual(shown(frames, found.body["area"]), "21 text\n")
        self.assertEqual(self.result(found, x="a * 2", s="a"), "40 a\n")
        for text, sentence in (
            ("a +", "can't be read"),
            ("b", "name 'b' is not defined"),
            ("1/0", "ZeroDivisionError"),
        ):
            frames = self.say(found, x=text)
            self.assertEqual(len(frames), 1)
            self.assertIn(sentence, patch(frames)["errors"]["x"])  # type: ignore[index]
        self.assertEqual(self.result(found, x="a"), "20 a\n")
        self.assertEqual(self.result(found, x=""), "None a\n")

    def test_changed_names_what_has_changed(self) -> None:
        """At first everything, later what was said, a button that was pressed too."""
        source = (
            "@interact\n"
            "def f(a=(0, 5), b=True, go=interact.Button('Go', 'no', 'yes')):\n"
            "    print(interact.changed(), go)"
        )
        found, frames = self.shows(source)
        area = found.body["area"]
        self.assertEqual(shown(frames, area), "['a', 'b', 'go'] no\n")
        self.assertEqual(self.result(found, b=False), "['b'] no\n")
        self.assertEqual(self.result(found, "go", go=1), "['go'] yes\n")
        self.assertEqual(self.result(found, a=1), "['a'] no\n")

    def test_controls_come_and_go(self) -> None:
        """By name on `interact` within the function: made, set, replaced, taken away; pages are told all at once."""
        source = """
@interact
def f(n=(0, 3)):
    for k in range(4):
        if k < n: interact.__setattr__(f'x{k}', interact.slider(0, 9, default=k))
        elif hasattr(interact, f'x{k}'): interact.__delattr__(f'x{k}')
    if n == 3: interact.x2 = 7
    print([getattr(interact, f'x{k}') for k in range(n)])
"""
        found, frames = self.shows(source)
        self.assertIn("[0]", shown(frames, found.body["area"]))
        frames = self.say(found, n=3)
        self.assertEqual(shown(frames, found.body["area"]), "[0, 1, 7]\n")
        told = patch(frames)
        names = [control["name"] for control in told["controls"]]  # type: ignore[attr-defined]
        self.assertEqual((names, told["values"]), (["n", "x0", "x1", "x2"], {"n": 3, "x0": 0, "x1": 1, "x2": 7}))
        frames = self.say(found, n=0)
        self.assertEqual([control["name"] for control in patch(frames)["controls"]], ["n"])  # type: ignore[attr-defined]

    def test_an_interact_within_another(self) -> None:
        """It is shown in the output of the outer one, keeps its number and what was set, and goes when not shown."""
        source = """
@interact
def outer(n=(0, 3)):
    if n == 0: return
    @interact
    def inner(k=(0, 10)):
        print(n, k)
"""
        frames = self.session.run(source)
        outer, inner = opened(frames)
        self.assertEqual((inner.area, inner.channel), (outer.body["area"], 2))
        self.assertEqual(self.result(inner, k=9), "1 9\n")
        frames = self.say(outer, n=2)
        self.assertEqual(closed(frames), [2])
        [again] = opened(frames)
        self.assertEqual((again.channel, again.area, again.body["values"]), (2, outer.body["area"], {"k": 9}))
        self.assertEqual(shown(frames, again.body["area"]), "2 9\n")
        frames = self.say(outer, n=0)
        self.assertEqual((closed(frames), opened(frames)), ([2], []))
        self.assertEqual(self.say(again, k=1), [StateFrame(again.run, 2, {}, True)])

    def test_running_the_cell_again_takes_the_values_over(self) -> None:
        """What was set stays where the control is what it was; the old controls are closed before the cell begins."""
        [first] = opened(self.send_cell(SQUARE, "same"))
        self.say(first, n=8)
        [second] = opened(frames := self.send_cell(SQUARE, "same"))
        self.assertEqual(frames[0], CloseFrame(first.run, 1))
        self.assertEqual((second.body["values"], shown(frames, second.body["area"])), ({"n": 8}, "64\n"))
        [third] = opened(self.send_cell(SQUARE.replace("(0, 10)", "(0, 20)"), "same"))
        self.assertEqual(third.body["values"], {"n": 10})

    def send_cell(self, source: str, cell: str) -> list[FromSession]:
        """Run a cell of this id."""
        return self.session.run(source, self.mode, cell=cell)

    def test_it_outlives_many_cells(self) -> None:
        """However many run behind it."""
        found, _ = self.shows(SQUARE)
        for _ in range(LATE_RUNS + 1):
            self.session.run("1")
        self.assertEqual(self.result(found, n=2), "4\n")

    def test_one_that_is_cleared_away_is_closed(self) -> None:
        """Also while a cell asks a question; what is said to it afterwards changes nothing."""
        found, _ = self.shows(SQUARE)
        self.session.start("input('x')")
        while not isinstance(question := self.session.next(), OpenFrame):
            pass
        self.session.connection.sendall(encode(CloseFrame(found.run, found.channel)))
        self.session.interrupt()
        self.session.rest()
        self.assertEqual(self.session.next(), CloseFrame(found.run, found.channel))
        self.assertEqual(question.channel, 1)
        self.assertEqual(self.say(found, n=1), [StateFrame(found.run, 1, {}, True)])
        self.alive()

    def test_what_can_not_be_shown_says_why(self) -> None:
        """No function, too many, a layout without such a control, one control for two, no cell."""
        for source, message in (
            ("interact(5)", "needs a function"),
            ("interact(lambda n=(3, 1): n)", "n can't be a control"),
            ("interact(lambda n=[]: n)", "something to choose from"),
            ("interact(lambda n=(0, 3): n, layout=[['m']])", "names 'm'"),
            ("s = interact.slider(0, 3)\ninteract(lambda a=s, b=s: a)", "one argument"),
            (f"for k in range({MAX_INTERACTS_OF_A_RUN + 1}): interact(lambda n=(0, 3): None)", "at most 40"),
            ("t = [f'{k:0250}' for k in range(900)]\nfor k in range(30): interact(lambda a=t: None)", "more than 4 MB"),
            ("interact.x = 5", "Only the function"),
        ):
            self.assertIn(message, error(self.session.run(source)).message)
        threaded = (
            "import threading, time\n"
            "said = []\n"
            "def show():\n"
            "    time.sleep(0.3)\n"
            "    try: interact(lambda n=(0, 3): n)\n"
            "    except RuntimeError as problem: said.append(str(problem))\n"
            "thread = threading.Thread(target=show); thread.start()"
        )
        self.session.run(threaded)
        self.assertIn("only be shown by the cell that runs", values(self.session.run("thread.join()\nsaid[0]"))[0])

    def test_a_function_stays_a_function(self) -> None:
        """It can be called, its controls be read and set from other cells, and it shows nothing by itself."""
        found, frames = self.shows(f"{SQUARE}\nf")
        self.assertEqual((values(frames), values(self.session.run("f(4)"))), (["25"], ["16"]))
        frames = self.session.run("f.n = 6\nf.n")
        self.assertIn(StateFrame(found.run, 1, {"errors": {}, "values": {"n": 6}}, False), frames)
        self.assertEqual(values(frames), ["6"])
        self.assertEqual(self.result(found), "36\n")

    def test_the_function_may_not_ask(self) -> None:
        """Nobody would see the question, when its cell is over."""
        found, _ = self.shows("@interact\ndef f(n=(0, 3)):\n    if n == 2: input('x')")
        self.assertIn("can't ask questions", self.result(found, n=2))

    def test_coroutines_and_update_by_button_or_name(self) -> None:
        """An async function is run to its end; `auto_update` and `update_args` say when there is an evaluation."""
        found, frames = self.shows("@interact\nasync def f(n=(0, 4)):\n    return n")
        self.assertEqual(shown(frames, found.body["area"]), "2\n")
        found, _ = self.shows("@interact(auto_update=False)\ndef f(n=(0, 4)): return n")
        self.assertFalse(found.body["auto"])
        found, _ = self.shows("@interact\ndef f(n=(0, 4), auto_update=False): return n")
        self.assertEqual((found.body["auto"], list(found.body["values"])), (False, ["n"]))
        found, _ = self.shows("@interact(update_args=['m'])\ndef f(n=(0, 4), m=(0, 4)): return n")
        self.assertEqual(len(self.say(found, n=4)), 1)
        self.assertEqual(self.result(found, m=1), "4\n")

    def test_a_flood_in_one_evaluation_is_bounded(self) -> None:
        """What is printed has a beginning and an end, and the next evaluation begins anew."""
        found, _ = self.shows("@interact\ndef f(n=(0, 9)):\n    for k in range(10 ** (n - 3)): print('line', k)")
        text = self.result(found, n=8)
        self.assertLess(len(text), 200_000)
        self.assertIn("lines were left out", text)
        self.assertEqual(self.result(found, n=4).count("line"), 10)

    def test_the_end_of_a_cell_comes_once(self) -> None:
        """No evaluation behind it says that the run is over."""
        found, frames = self.shows(SQUARE)
        later = self.say(found, n=1) + self.say(found, n=2)
        self.assertEqual([type(frame) for frame in frames].count(DoneFrame), 1)
        self.assertFalse([frame for frame in later if isinstance(frame, DoneFrame)])
