"""interact in real sessions of Sage: automatic controls, the names of three systems, and Sage's own demonstrations."""

from __future__ import annotations

import re

from sagews.wire.session.frames import DisplayFrame, FromSession, ResultFrame

from .interact_case import InteractCase, opened, shown
from .sage_case import NEEDS_SAGE, SageCase
from .support import printed, status, values

pytestmark = NEEDS_SAGE

# An argument, the kind of control that it gets, and what the function gets at first.
AUTOMATIC = (
    ("True", "check", "True"),
    ("'sin(x)'", "text", "'sin(x)'"),
    ("sin(x) + 1", "text", "sin(x) + 1"),
    ("42", "text", "42"),
    ("(0, 10)", "slider", "5"),
    ("(0, 10, 3)", "slider", "6"),
    ("(1/2, 3/2, 1/4)", "slider", "1"),
    ("(0.0, 1)", "slider", "0.500000000000000"),
    ("(0, pi)", "slider", "1.5"),
    ("(7, (0, 10))", "slider", "7"),
    ("('name', (0, 10))", "slider", "5"),
    ("[1, 2, 3]", "buttons", "1"),
    ("list(range(9))", "select", "0"),
    ("(3, [1, 2, 3])", "buttons", "3"),
    ("{'one': 1, 'two': 2}", "buttons", "1"),
    ("[('one', x), ('two', x^2)]", "buttons", "x"),
    ("range(5, 10)", "choice_slider", "5"),
    ("(n^2 for n in ZZ)", "choice_slider", "0"),
    ("(1, 2, 4, 8)", "choice_slider", "1"),
    ("Color('red')", "colour", "RGB color (1.0, 0.0, 0.0)"),
    ("matrix(2, [1, 2, 3, 4])", "grid", "[1 2]\\n[3 4]"),
)
# As Sage, CoCalc and SageCell write them: what the first value is, what is said, and what the function gets then.
WRITTEN = (
    ("slider(1, 10)", "1", 4, "4", "Integer Ring"),
    ("slider(1, 10, 1/2, 3)", "3", 4.5, "9/2", "Rational Field"),
    ("slider(0.0, 1.0, 0.25)", "0.000000000000000", 0.3, "0.250000000000000", "Real Field with 53 bits of precision"),
    ("slider(float(0), float(1), float(0.1))", "0.0", 0.31, "0.3", "<class 'float'>"),
    ("slider([x, x^2, x^3], default=x^2)", "x^2", 2, "x^3", "Symbolic Ring"),
    ("range_slider(0, 10, default=(2, 5))", "(2, 5)", [3, 4], "(3, 4)", "<class 'tuple'>"),
    ("range_slider([1, 2, 4, 8])", "(1, 8)", [1, 2], "(2, 4)", "<class 'tuple'>"),
    ("multi_slider(2, [(0, 1, 1/10)])", "[0, 0]", [0.5, 1], "[1/2, 1]", "<class 'list'>"),
    ("selector([(1, 'one'), (2, 'two')])", "1", 1, "2", "Integer Ring"),
    ("selector([1..6], buttons=True, nrows=2, default=5)", "5", 0, "1", "Integer Ring"),
    ("checkbox(False, 'tick')", "False", True, "True", "<class 'bool'>"),
    ("input_box('1/2 + x', 'box')", "x + 1/2", "x^2", "x^2", "Symbolic Ring"),
    ("input_box('a b', type=str)", "a b", "1+1", "1+1", "<class 'str'>"),
    ("input_box(3, type=RR)", "3.00000000000000", "1/4", "0.250000000000000", "Real Field with 53 bits of precision"),
    ("input_grid(1, 2, [1, x], to_value=matrix)", "[1 x]", [["2", "x^2"]], "[  2 x^2]", None),
    ("color_selector('#3366cc')", "RGB color (0.2, 0.4, 0.8)", "#ff0000", "RGB color (1.0, 0.0, 0.0)", None),
    ("Selector([5, 6, 7], selector_type='radio', default=1)", "6", 2, "7", "Integer Ring"),
    ("DiscreteSlider(values=[1, 10, 100], default=10)", "10", 2, "100", "Integer Ring"),
    ("ContinuousSlider(interval=(0, 1), steps=10, default=0.5)", "0.5", 0.7, "0.7", "<class 'float'>"),
    ("MultiSlider(sliders=2, interval=[(0, 4)], stepsize=[1], default=[1, 2])", "[1, 2]", [3, 4], "[3, 4]", None),
    ("ColorSelector('red', sage_color=False)", "#ff0000", "#00ff00", "#00ff00", "<class 'str'>"),
    ("InputBox('text')", "text", "more", "more", "<class 'str'>"),
    ("ExpressionBox('x + 1', adapter=diff)", "1", "x^3", "3*x^2", "Symbolic Ring"),
    ("InputGrid(1, 2, default=7)", "[[7, 7]]", [["1", "2"]], "[[1, 2]]", "<class 'list'>"),
    ("Checkbox(True)", "True", False, "False", "<class 'bool'>"),
)


def size(frames: list[FromSession]) -> str:
    """Return the width and height that the one picture says that it has."""
    [picture] = [str(frame.data["image/svg+xml"]) for frame in frames if isinstance(frame, ResultFrame)]
    return " ".join(re.findall(r' (?:width|height)="[^"]*"', picture)[:2])


class SageInteractTests(InteractCase, SageCase):
    """In Sage's language."""

    mode = "sage"

    def test_automatic_controls(self) -> None:
        """Each default value has the control that it has in Sage, SageCell or CoCalc."""
        for written, kind, first in AUTOMATIC:
            found, frames = self.shows(
                f"n = 1\n@interact\ndef f(value={written}): print(repr(value) if isinstance(value, str) else value)"
            )
            [control] = found.body["controls"]
            text = shown(frames, found.body["area"]).strip().replace("\n", "\\n")
            self.assertEqual((written, control["kind"]), (written, kind))
            self.assertTrue(text.startswith(first), f"{written}: {text}")
        self.assertEqual(self.controls("interact(lambda v=('name', (0, 10)): None)")["v"]["label"], "name")

    def test_controls_as_three_systems_write_them(self) -> None:
        """The function gets numbers and objects of the kind that was meant, at first and after somebody moved them."""
        for written, first, said, then, space in WRITTEN:
            source = f"@interact\ndef f(value={written}):\n    print(value); print(parent(value))"
            found, frames = self.shows(source)
            self.assertEqual(shown(frames, found.body["area"]).splitlines()[0], first, written)
            lines = self.result(found, value=said).splitlines()
            self.assertEqual(lines[0], then, written)
            if space is not None:
                self.assertEqual(lines[1], space, written)

    def test_buttons_tell_which_was_pressed(self) -> None:
        """A bar or a button of SageCell has a value when it was pressed; one of CoCalc says so by `changed`."""
        source = (
            "@interact\n"
            "def f(a=ButtonBar(['x', 'y'], default='none'), b=Button('B', default=0, value=1), c=button(label='C'),\n"
            "      d=UpdateButton()):\n"
            "    print(a, b, interact.changed())"
        )
        found, _ = self.shows(source)
        self.assertEqual(self.result(found, "a", a=1), "y 0 ['a']\n")
        self.assertEqual(self.result(found, "a", a=1), "y 0 ['a']\n")
        self.assertEqual(self.result(found, "b", b=1), "none 1 ['b']\n")
        self.assertEqual(self.result(found, "c", c=1), "none 0 ['c']\n")
        self.assertEqual(self.result(found, "d", d=1), "none 0 ['d']\n")

    def test_layouts(self) -> None:
        """As Sage's notebook, SageCell and CoCalc have them."""
        for written, layout in (
            ("[['a', 'b'], ['c']]", {"top": [["a", "b"], ["c"]]}),
            ("{'top': [['a']], 'bottom': [['b', 'c']]}", {"top": [["a"]], "bottom": [["b", "c"]]}),
            ("[['a'], [''], ['b', 'c']]", {"top": [["a"]], "bottom": [["b", "c"]]}),
            ("[[('a', 4, 'first'), ('b', 8)], ['_output'], ['c']]", {"top": [["a", "b"]], "bottom": [["c"]]}),
        ):
            found, _ = self.shows(f"@interact(layout={written})\ndef f(a=1, b=2, c=3): pass")
            names = {
                place: [[cell["name"] for cell in row] for row in rows] for place, rows in found.body["layout"].items()
            }
            self.assertEqual(names, layout, written)
        self.assertEqual(found.body["layout"]["top"][0][0], {"name": "a", "width": 4})
        self.assertEqual(found.body["controls"][0]["label"], "first")

    def test_a_plot_is_shown_in_place(self) -> None:
        """What the function returns or shows is a picture of the area."""
        found, frames = self.shows(
            "@interact\ndef f(n=(1, 10)):\n    show(plot(sin(n*x), (x, 0, 1)))\n    return plot(x, 0, n)"
        )
        for each in (frames, self.say(found, n=3)):
            pictures = [frame for frame in each if isinstance(frame, (DisplayFrame, ResultFrame))]
            self.assertEqual([frame.area for frame in pictures], [found.body["area"]] * 2)
            for frame in pictures:
                self.assertTrue({"image/svg+xml", "image/png"} & frame.data.keys())

    def test_pictures_keep_their_size(self) -> None:
        """However long the numbers at the axes are; outside of interacts pictures are cut to what is in them."""
        found, frames = self.shows("@interact\ndef f(n=(0, 6)):\n    return plot(10^n*x, (x, 0, 1))")
        sizes = {size(each) for each in (frames, self.say(found, n=0), self.say(found, n=6))}
        self.assertEqual(len(sizes), 1)
        self.assertNotIn(size(self.sage("plot(10^6*x, (x, 0, 1))")), sizes)

    def test_demonstrations_of_sage_work(self) -> None:
        """The library that comes with Sage has its controls from this session, and nothing loads Jupyter's widgets."""
        for name in (
            "calculus.taylor_polynomial",
            "geometry.trigonometric_properties_triangle",
            "algebra.polar_prime_spiral",
        ):
            frames = self.sage(f"interacts.{name}()")
            self.assertEqual(status(frames), "ok", name)
            [found] = opened(frames)
            self.assertNotIn("Error", shown(frames, found.body["area"]), name)
            self.assertEqual([frame for frame in frames if isinstance(frame, ResultFrame) and not frame.area], [])
        found, _ = self.shows("interacts.calculus.taylor_polynomial()")
        self.assertEqual([control["kind"] for control in found.body["controls"]], ["html", "text", "choice_slider"])
        self.assertIn("order", found.body["values"])
        self.assertNotEqual(self.result(found, order=3), "")
        self.assertEqual(values(self.sage("import sys; 'ipywidgets' in sys.modules")), ["False"])
        imported = "from sage.repl.ipython_kernel.interact import interact as i\ni is interact"
        self.assertEqual(values(self.sage(imported)), ["True"])

    def test_names_come_back_with_reset(self) -> None:
        """`interact` and the controls are names of Sage here."""
        self.assertEqual(
            printed(self.sage("interact = slider = 5\nreset()\nprint(interact.changed.__name__)")), "changed\n"
        )
        self.assertEqual(status(self.sage("from sage.all import *\ninteract(lambda n=slider(0, 1): n)")), "ok")
