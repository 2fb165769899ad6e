"""ipywidgets in real sessions, the package itself: what is shown of them, what they hear, what follows."""

from __future__ import annotations

from ast import literal_eval
from typing import Any

import pytest

from sagews.wire.session.channels import MAX_INTERACTS_OF_A_RUN, CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import FromSession
from sagews.wire.session.grammar import encode

from .flavour_case import PythonCase
from .interact_case import InteractCase, closed, opened, shown
from .sage_case import SageCase
from .support import status, values

pytestmark = pytest.mark.slow

IMPORTS = "import time, threading\nimport ipywidgets as w\n"
# Each kind of widget, the kind of its control, what is told of its value, what is set, and what the widget has then.
KINDS = """
IntSlider(3, min=1, max=9)               | slider        | 3            | 5             | 5
FloatSlider(0.5, max=1, step=0.25)       | slider        | 0.5          | 0.75          | 0.75
IntSlider(continuous_update=False)       | slider        | 0            | 1             | 1
FloatLogSlider(10, base=10, max=3)       | log           | 10           | 100           | 100.0
IntRangeSlider(value=(2, 5))             | range         | [2, 5]       | [1, 7]        | (1, 7)
FloatRangeSlider(value=(0.5, 1))         | range         | [0.5, 1.0]   | [0, 2]        | (0.0, 2.0)
IntText(7)                               | number        | 7            | -8            | -8
BoundedIntText(7, max=10)                | number        | 7            | 8             | 8
FloatText(0.5)                           | number        | 0.5          | 1e9           | 1000000000.0
BoundedFloatText(0.5, max=1)             | number        | 0.5          | 0.25          | 0.25
Text('abc')                              | text          | 'abc'        | 'd'           | 'd'
Textarea('abc')                          | text          | 'abc'        | 'd'           | 'd'
Password()                               | secret        | ''           | 'd'           | 'd'
Combobox(value='a', options=['a', 'b'])  | combo         | 'a'          | 'b'           | 'b'
Checkbox(True)                           | check         | True         | False         | False
ToggleButton(description='t')            | toggle        | False        | True          | True
Dropdown(options=['a', 'b'], value='b')  | select        | 1            | 0             | 'a'
Dropdown(options=[('one', 1), ('two', 2)], value=None) | select | None   | 1             | 2
Select(options=['a', 'b'])               | list          | 0            | 1             | 'b'
SelectMultiple(options=['a', 'b'])       | several       | []           | [0, 1]        | ('a', 'b')
RadioButtons(options=['a', 'b'])         | radio         | 0            | 1             | 'b'
ToggleButtons(options=['a', 'b'])        | buttons       | 0            | 1             | 'b'
SelectionSlider(options=['a', 'b'])      | choice_slider | 0            | 1             | 'b'
SelectionRangeSlider(options=['a', 'b']) | range_choice  | [0, 0]       | [0, 1]        | ('a', 'b')
ColorPicker(value='red')                 | colour        | '#ff0000'    | '#00ff00'     | '#00ff00'
DatePicker()                             | date          | ''           | '2026-11-28'  | datetime.date(2026, 11, 28)
Play(3)                                  | play          | 3            | 4             | 4
"""
# What nobody sets.
SHOWN = """
Label('a $x$')                           | caption       | 'a $x$'
HTML('<b>a</b>')                         | markup        | '<b>a</b>'
HTMLMath('$x$')                          | markup        | '$x$'
Valid(True)                              | valid         | True
IntProgress(3)                           | progress      | 3
FloatProgress(0.5, max=1)                | progress      | 0.5
Image(value=b'abc')                      | picture       | 'YWJj'
"""


def rows(table: str) -> list[list[str]]:
    """Return the rows of a table, each as its columns."""
    return [[column.strip() for column in line.split("|")] for line in table.strip().splitlines()]


def named(found: OpenFrame, kind: str) -> dict[str, Any]:
    """Return the one control of a kind."""
    [control] = [control for control in found.body["controls"] if control["kind"] == kind]
    return dict(control)


def last(frames: list[FromSession]) -> dict[str, Any]:
    """Return what the states of one channel have told in all."""
    told: dict[str, Any] = {}
    for frame in frames:
        if isinstance(frame, StateFrame):
            told.update(frame.body.get("values", {}))
    return told


class WidgetCase(InteractCase):
    """Cells that show widgets."""

    def shows(self, source: str) -> tuple[OpenFrame, list[FromSession]]:
        """Run a cell that shows one widget; return it and all frames."""
        return super().shows(IMPORTS + source)


class KindTests(WidgetCase, PythonCase):
    """What each kind of widget is shown as."""

    def test_every_kind_is_shown_and_set(self) -> None:
        """As its control, with its value; what a person sets is its value, and is observed."""
        for made, kind, value, to, becomes in rows(KINDS):
            found, _ = self.shows(f"it = w.{made}\nit.observe(lambda change: print(repr(it.value)), 'value')\nit")
            control = named(found, kind)
            self.assertEqual(found.body["values"], {control["name"]: literal_eval(value)}, made)
            frames = self.say(found, **{control["name"]: literal_eval(to)})
            self.assertEqual((shown(frames, found.body["area"]), last(frames)), (f"{becomes}\n", {}), made)

    def test_what_is_only_shown(self) -> None:
        """Texts, pictures and progress are values of their controls, which code changes."""
        for made, kind, value in rows(SHOWN):
            found, _ = self.shows(f"w.{made}")
            self.assertEqual(found.body["values"], {named(found, kind)["name"]: literal_eval(value)}, made)

    def test_boxes_and_pages(self) -> None:
        """Each names what stands in it; what is chosen of pages is their value."""
        found, _ = self.shows(
            "it = w.Tab([w.HBox([w.Label('a')]), w.VBox([w.Label('b')]), w.GridBox([])], titles=['one', 'two'])\n"
            "w.Accordion([it, w.Stack([w.Label('c')], selected_index=0)])"
        )
        shapes = [control["shape"] for control in found.body["controls"] if control["kind"] == "pages"]
        flows = [control["flow"] for control in found.body["controls"] if control["kind"] == "box"]
        self.assertEqual((shapes, flows), (["accordion", "tab", "stack"], ["row", "column", "grid"]))
        tab = found.body["controls"][1]
        self.assertEqual((tab["titles"], found.body["values"][tab["name"]]), (["one", "two", ""], 0))
        self.say(found, **{tab["name"]: 2})
        self.assertEqual(values(self.session.run("it.selected_index")), ["2"])

    def test_looks(self) -> None:
        """Layout, style and state of a widget, as far as they are lengths and words."""
        found, _ = self.shows(
            "w.Button(description='b', button_style='danger', disabled=True, tooltip='t',"
            " style={'button_color': 'red'},"
            " layout={'width': '50%', 'margin': '2px', 'border': 'url(http://x)', 'flex': '1 1 auto'})"
        )
        look = named(found, "button")["look"]
        self.assertEqual(look["style"], {"width": "50%", "margin": "2px", "flex": "1 1 auto"})
        self.assertEqual(
            (look["disabled"], look["tone"], look["tooltip"], look["colour"]), (True, "danger", "t", "red")
        )

    def test_what_is_not_supported_says_so(self) -> None:
        """In one line with its name: widgets of others, kinds that have no control, pictures that are too large."""
        for made, told in (
            ("w.FileUpload()", "FileUpload can't be shown here."),
            (
                "type('Odd', (w.DOMWidget,), {})(_model_name='OddModel', _view_name='OddView')",
                "Odd can't be shown here.",
            ),
            ("w.Image(value=bytes(300_000))", "at most 192 KB"),
            ("w.Select(options=[str(n) for n in range(2000)])", "at most 1000"),
            ("w.FloatText(float('nan'))", "no number"),
            ("w.VBox([w.Label(str(n)) for n in range(600)])", "more than 500 widgets"),
            ("w.HBox([w.HTML('x' * 60_000) for n in range(12)])", "512 KB"),
        ):
            if "Odd" in made:
                made = (
                    "from traitlets import Unicode\n"
                    "class Odd(w.DOMWidget):\n"
                    "    _model_name = Unicode('OddModel').tag(sync=True)\n"
                    "    _view_name = Unicode('OddView').tag(sync=True)\n"
                    "Odd()"
                )
            found, frames = self.shows(made)
            notes = [control for control in found.body["controls"] if control["kind"] == "note"]
            self.assertIn(told, notes[-1]["text"] if notes else "", made)
            self.assertEqual(status(frames), "ok", made)

    def test_in_circles(self) -> None:
        """A box in itself, and one widget in two places, are told once each."""
        found, _ = self.shows("a = w.Label('a')\nit = w.VBox([a, a])\nit.children += (it,)\nit")
        box, caption = found.body["controls"]
        self.assertEqual(box["children"], [caption["name"], caption["name"], box["name"]])


class LifeTests(WidgetCase, PythonCase):
    """How widgets live on."""

    def test_code_changes_them(self) -> None:
        """While its cell runs, from a thread, and from later cells; all that is told ends with what is there."""
        found, frames = self.shows(
            "it = w.IntProgress(max=50)\ndisplay(it)\n"
            "def work():\n    for n in range(25): it.value = n\n"
            "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
            "for n in range(25, 50): it.value = n"
        )
        [name] = found.body["values"]
        self.assertEqual(last(frames), {name: 49})
        # Fifty changes within a moment are not fifty messages.
        self.assertLess(sum(isinstance(frame, StateFrame) for frame in frames), 25)
        frames = self.session.run("it.value, it.max, it.bar_style = 7, 70, 'success'")
        state = next(frame for frame in frames if isinstance(frame, StateFrame))
        self.assertEqual((state.run, state.channel, state.over), (found.run, found.channel, False))
        self.assertEqual((last(frames)[name], status(frames)), (7, "ok"))

    def test_clicks_and_enters(self) -> None:
        """A button tells each press, also of those that came together; Enter in a text submits it."""
        found, _ = self.shows(
            "b, t = w.Button(description='b'), w.Text('t')\n"
            "b.on_click(lambda it: print('clicked'))\nt.on_submit(lambda it: print('submitted', it.value))\n"
            "w.HBox([b, t])"
        )
        button, text = (named(found, kind)["name"] for kind in ("button", "text"))
        self.assertEqual(self.result(found, button, **{button: 3}), "clicked\n" * 3)
        self.assertEqual(self.result(found, button, **{button: 3}), "clicked\n")
        self.assertEqual(self.result(found, text, **{text: "u"}), "submitted u\n")

    def test_links(self) -> None:
        """Jslink keeps two values the same both ways, jsdlink one way, until they are let go."""
        found, _ = self.shows(
            "a, b, c = w.IntSlider(1), w.IntText(2), w.FloatText(3)\n"
            "link, one = w.jslink((a, 'value'), (b, 'value')), w.jsdlink((a, 'value'), (c, 'value'))\nw.VBox([a, b, c])"
        )
        a, b, c = (control["name"] for control in found.body["controls"][1:])
        self.assertEqual(found.body["values"], {a: 1, b: 1, c: 1})
        self.assertEqual(last(self.say(found, **{b: 9})), {a: 9, c: 9})
        self.assertEqual(last(self.say(found, **{c: 4})), {})
        self.session.run("link.unlink()")
        self.assertEqual(last(self.say(found, **{a: 5})), {c: 5})

    def test_errors_and_stop(self) -> None:
        """What goes wrong in a callback is shown below; Stop ends it, and the widget lives on."""
        found, _ = self.shows(
            "it = w.IntSlider()\n"
            "def heard(change):\n    if change.new == 3: print('begun')\n    while change.new == 3: pass\n"
            "    1 / (change.new - 1)\n"
            "it.observe(heard, 'value')\nit"
        )
        [name] = found.body["values"]
        self.assertIn("ZeroDivisionError", self.result(found, **{name: 1}))
        self.tell(found, **{name: 3})
        frames: list[FromSession] = []
        while "begun" not in shown(frames, found.body["area"]):
            frames.append(self.session.next())
        self.session.interrupt()
        self.assertIn("KeyboardInterrupt", shown(self.evaluated(), found.body["area"]))
        self.assertEqual(self.result(found, **{name: 5}), "")
        self.alive()

    def test_what_is_no_part_of_it_is_not_set(self) -> None:
        """A page names a control that is none, or none any more: others' models can't be reached through a widget."""
        found, _ = self.shows("other = w.IntSlider(1)\nit = w.IntSlider(2)\nit")
        [name] = found.body["values"]
        frames = self.say(found, other=9, **{name: 4, "99": 5, "__proto__": 6})
        self.assertEqual(
            (last(frames), status(self.session.run("assert (other.value, it.value) == (1, 4)"))), ({}, "ok")
        )

    def test_cells_that_run_again_and_widgets_that_close(self) -> None:
        """What a cell showed is closed when it runs again; what a closed widget showed is taken away."""
        source = f"{IMPORTS}it = w.IntSlider()\ndisplay(it)\nit"
        first = self.session.run(source, "python", cell="again")
        again = self.session.run(source, "python", cell="again")
        self.assertEqual((closed(again), len(opened(again))), ([1, 2], 2))
        self.assertEqual({frame.run for frame in again if isinstance(frame, CloseFrame)}, {opened(first)[0].run})
        frames = self.session.run("it.close()")
        self.assertEqual(closed(frames), [1, 2])

    def test_a_question_behind_one_that_was_taken_away(self) -> None:
        """The number that it had is not given to a question, which the worker would end the session for."""
        self.session.start(f"{IMPORTS}b = w.IntProgress(); display(b); b.close()\ninput('?')")
        found: list[OpenFrame] = []
        while len(found) < 2:
            frame = self.session.next()
            found += [frame] if isinstance(frame, OpenFrame) else []
        self.assertEqual([(each.kind, each.channel) for each in found], [("interact", 1), ("input", 2)])
        self.session.connection.sendall(encode(MessageFrame(found[1].run, 2, {"text": "yes"})))
        self.assertEqual(values(self.session.rest()), ["'yes'"])

    def test_told_by_a_thread_while_it_is_closed(self) -> None:
        """Nothing is said of a widget behind its close, however a thread and the cell meet."""
        frames = self.session.run(
            f"{IMPORTS}from IPython.display import clear_output\nbar = w.IntProgress(max=10**9)\nover = False\n"
            "def count():\n    while not over: bar.value += 1\n"
            "thread = threading.Thread(target=count); thread.start()\n"
            "for _ in range(300): display(bar); clear_output()\n"
            "over = True; thread.join()"
        )
        self.assertEqual(status(frames), "ok")
        open_ones: set[int] = set()
        for frame in frames:
            if isinstance(frame, OpenFrame):
                open_ones.add(frame.channel)
            elif isinstance(frame, CloseFrame):
                open_ones.remove(frame.channel)
            elif isinstance(frame, StateFrame):
                self.assertIn(frame.channel, open_ones)

    def test_many(self) -> None:
        """Of a cell that shows too many the oldest stay as they are; what comes and goes at once is not even told."""
        frames = self.session.run(f"{IMPORTS}for n in range(50): display(w.Label(str(n)))", "python")
        self.assertEqual((len(opened(frames)), closed(frames)), (50, list(range(1, 51 - MAX_INTERACTS_OF_A_RUN))))
        frames = self.session.run("for n in range(3000):\n    it = w.Label(str(n)); display(it); it.close()")
        self.assertEqual(status(frames), "ok")
        self.assertLess(len(opened(frames)), 300)
        self.assertEqual({frame.channel for frame in opened(frames)}, {1})

    def test_a_forked_child_says_nothing(self) -> None:
        """A widget that a child process changes is the parent's still."""
        self.shows("it = w.IntSlider(1)\nit")
        frames = self.session.run(
            "import os\nchild = os.fork()\nif not child:\n    it.value = 7\n    os._exit(0)\n"
            "_ = os.waitpid(child, 0)\nit.value"
        )
        self.assertEqual((values(frames), last(frames)), (["1"], {}))

    def test_messages_of_a_shape_that_fits_and_values_that_do_not(self) -> None:
        """What a control can't have is what its widget refuses; the session goes on."""
        found, _ = self.shows("w.HBox([w.IntSlider(), w.Dropdown(options=['a']), w.Label('x'), w.DatePicker()])")
        names = [control["name"] for control in found.body["controls"][1:]]
        for value in ("x", None, [], 1e300, "2026-02-30"):
            frames = self.say(found, **dict.fromkeys(names, value))
            self.assertIsInstance(frames[-1], StateFrame)
        self.alive()


class TqdmTests(WidgetCase, PythonCase):
    """Bars of tqdm.notebook."""

    def test_a_bar(self) -> None:
        """Its texts and its bar are one widget that ends as done; one that is not left goes."""
        frames = self.session.run("from tqdm.notebook import tqdm\nfor n in tqdm(range(4), desc='abc'): pass", "python")
        [found] = opened(frames)
        kinds = [control["kind"] for control in found.body["controls"]]
        self.assertEqual(kinds, ["box", "markup", "progress", "markup"])
        told = list(last(frames).values())
        self.assertEqual((told[0][:4], told[1], "4/4" in told[2]), ("abc:", 4, True))
        frames = self.session.run("for n in tqdm(range(4), leave=False): pass")
        self.assertEqual(closed(frames), [1] if opened(frames) else [])

    def test_bars_in_bars(self) -> None:
        """The next inner one stands where the last one was."""
        frames = self.session.run(
            "import time\nfrom tqdm.notebook import tqdm\n"
            "for n in tqdm(range(3)):\n    for k in tqdm(range(2), leave=False): time.sleep(0.04)",
            "python",
        )
        outer, *inner = opened(frames)
        self.assertEqual({(frame.channel, frame.area) for frame in inner}, {(2, 2)})
        self.assertEqual((outer.channel, outer.area, closed(frames)), (1, 1, [2] * len(inner)))


class LazyTests(WidgetCase, PythonCase):
    """Whoever does not use widgets."""

    def test_nothing_is_loaded(self) -> None:
        """Neither ipywidgets nor what they speak over is there before somebody imports them."""
        names = "[name for name in ('ipywidgets', 'comm', 'sagews.session.widgets.comms') if name in sys.modules]"
        self.assertEqual(values(self.session.run(f"import sys\n{names}")), ["[]"])
        self.assertEqual(values(self.session.run(f"import ipywidgets\nlen({names})")), ["3"])


class SageWidgetTests(WidgetCase, SageCase):
    """Widgets in cells of Sage."""

    mode = "sage"

    def test_interact_of_ipywidgets(self) -> None:
        """Its own, when it is imported; numbers of Sage are as good as others, and results are typeset."""
        found, frames = self.shows(
            "from ipywidgets import interact\n@interact\ndef f(n=(0, 10), k=2):\n    return x^n + k"
        )
        slider, second = [control for control in found.body["controls"] if control["kind"] == "slider"]
        self.assertEqual((slider["max"], found.body["values"][slider["name"]]), (10, 5))
        area = named(found, "area")["area"]
        self.assertEqual(shown(frames, area), "x^5 + 2\n")
        frames += self.say(found, **{slider["name"]: 3, second["name"]: 4})
        self.assertEqual(shown(frames, area), "x^3 + 4\n")

    def test_beside_its_own(self) -> None:
        """An interact of the worksheet and a widget in one cell, each hearing what is said to it alone."""
        frames = self.session.run(
            "import ipywidgets as w\nit = w.IntSlider(2)\ndisplay(it)\n@interact\ndef f(n=(0, 9)): print('own', n)",
            "sage",
        )
        widget, own = opened(frames)
        self.assertEqual(self.result(own, n=3), "own 3\n")
        [name] = widget.body["values"]
        self.say(widget, **{name: 8})
        self.assertEqual(values(self.session.run("it.value", "sage")), ["8"])
