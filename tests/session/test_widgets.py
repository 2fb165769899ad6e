"""ipywidgets in real sessions: what is shown of them, what they hear, and what they print."""

from __future__ import annotations

import pytest

from .flavour_case import PythonCase
from .interact_case import InteractCase, opened, shown
from .support import printed, status

pytestmark = pytest.mark.slow


class WidgetTests(InteractCase, PythonCase):
    """Widgets of the real package."""

    def test_a_slider_that_is_observed(self) -> None:
        """It is shown as a control; what its callback prints stands in its area."""
        found, frames = self.shows(
            "from ipywidgets import IntSlider\n"
            "s = IntSlider(3, description='n')\n"
            "s.observe(lambda change: print('now', change.new), 'value')\n"
            "s"
        )
        [slider] = found.body["controls"]
        self.assertEqual((slider["kind"], slider["label"], slider["max"]), ("slider", "n", 100))
        self.assertEqual(found.body["layout"], {"root": slider["name"]})
        self.assertEqual((status(frames), printed(frames)), ("ok", ""))
        self.assertEqual(self.result(found, **{slider["name"]: 7}), "now 7\n")
        self.assertEqual(printed(self.session.run("print(s.value)")), "7\n")

    def test_interact(self) -> None:
        """What the function shows stands in the area of its Output, and is replaced."""
        found, frames = self.shows(
            "from ipywidgets import interact\n@interact\ndef f(x=(0, 10), s='abc'):\n    print(x, s)\n    return x * 2"
        )
        kinds = [control["kind"] for control in found.body["controls"]]
        self.assertEqual(kinds, ["box", "slider", "text", "area"])
        area = found.body["controls"][3]["area"]
        self.assertEqual(shown(frames, area), "5 abc\n10\n")
        frames += self.say(found, **{found.body["controls"][1]["name"]: 7})
        self.assertEqual(shown(frames, area), "7 abc\n14\n")
        self.assertEqual(len(opened(frames)), 1)
