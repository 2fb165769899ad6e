"""Interacts in Chromium: controls moved by keys and by the mouse, what others see of them, and how they look."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_phone import PHONE
from tests.client.test_typing import type_keys

pytestmark = pytest.mark.slow

PANEL = "[data-testid=interact]"
# Keys, texts behind a quotation mark, and what is printed then; from the first control to the matrix.
KEYS = (
    ("Control+a 'x^3 Enter", "f = x^3,"),
    ("Tab ArrowRight", "a = 0.4,"),
    ("Tab Control+a '-1/4 Enter", "a = -0.25,"),
    ("Tab Tab ArrowUp", "n = 13,"),
    ("Tab Space", "shown = False,"),
    ("Tab Tab Control+a 'abc Enter", "colour = #aabbcc,"),
    ("Tab End", "method = 2,"),
    ("Tab ArrowRight", "x = [-2.5, 4.5],"),
    # One thumb stops at the other.
    ("Tab Home", "x = [-2.5, -2.5],"),
    ("Tab Tab Tab ArrowLeft", "days = [0, 3],"),
    ("Tab Tab PageUp", "v = [0.4, 7],"),
    ("Tab Tab Tab Tab ArrowRight", "function = 2,"),
    ("Tab ArrowUp", "side = 1,"),
    ("Tab '7 ArrowDown '8 Enter", "m = [['7', '0', 'x'], ['8', '1', 'y']],"),
)


class InteractTestCase(ClientTestCase):
    """A cell with an interact."""

    def interact(self, source: str = "sato", **options: Any) -> Page:
        """Type a cell, run it, and wait for its controls."""
        page = self.sheet(**options)
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        type_keys(page, source)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(PANEL)
        wait_for_state(page, 1, "done")
        return page

    def control(self, page: Page, name: str) -> Locator:
        """Return a control by its name."""
        return page.locator(f"[data-testid=control][data-name='{name}']")

    def part(self, page: Page, name: str, part: str, which: int = 0) -> Locator:
        """Return what is moved or typed in of a control."""
        return self.control(page, name).get_by_test_id(f"control-{part}").nth(which)

    def prints(self, page: Page, text: str) -> None:
        """Wait until the area of the interact shows a text."""
        expect(page.locator(PANEL).get_by_test_id("stream")).to_contain_text(text)


class KeyTests(InteractTestCase):
    """Every kind of control without a mouse."""

    def test_every_control_by_keys(self) -> None:
        """Tab goes from one to the next, keys move each, and what each was set to is evaluated."""
        page = self.interact("all controls")
        self.part(page, "f", "text").focus()
        for keys, shown in KEYS:
            for key in keys.split():
                if key.startswith("'"):
                    type_keys(page, key[1:])
                else:
                    page.keyboard.press(key)
            self.prints(page, shown)
        self.assertEqual(self.problems, [])

    def test_taken_back(self) -> None:
        """Ctrl-Z brings a value back, Ctrl-Shift-Z sets it again; in a text being typed they are the text's."""
        page = self.interact("all controls")
        self.part(page, "n", "track").focus()
        page.keyboard.press("ArrowRight")
        self.prints(page, "n = 13,")
        self.part(page, "side", "choice", 2).focus()
        page.keyboard.press("ArrowUp")
        self.prints(page, "side = 1,")
        page.keyboard.press("Control+z")
        self.prints(page, "side = 2,")
        page.keyboard.press("Control+z")
        self.prints(page, "n = 12,")
        page.keyboard.press("Control+Shift+z")
        self.prints(page, "n = 13,")
        text = self.part(page, "f", "text")
        text.focus()
        type_keys(page, "+1")
        page.keyboard.press("Control+z")
        expect(text).not_to_have_value("sin(x)^2+1")
        self.prints(page, "n = 13,")
        self.assertEqual(cell(page, 1).locator(".cm-content, .still").inner_text(), "all controls")

    def test_escape_leaves(self) -> None:
        """It first gives up what is being typed, then chooses the cell; letters in the controls are no commands."""
        page = self.interact("all controls")
        text = self.part(page, "f", "text")
        text.focus()
        type_keys(page, "dd")
        page.keyboard.press("Escape")
        expect(text).to_have_value("sin(x)^2")
        expect(text).to_be_focused()
        self.part(page, "go", "button").focus()
        type_keys(page, "ddx")
        page.keyboard.press("Escape")
        page.wait_for_selector(".cell.focus:focus")
        self.assertEqual(page.locator(PANEL).count(), 1)

    def test_what_was_refused(self) -> None:
        """It stays as it was typed, with the reason beside it; a number outside of its slider is not even sent."""
        page = self.interact("all controls")
        text = self.part(page, "f", "text")
        text.focus()
        type_keys(page, "+")
        page.keyboard.press("Enter")
        problem = self.control(page, "f").get_by_test_id("control-problem")
        expect(problem).to_have_text("This can't be read: it ends too early.")
        expect(text).to_have_value("sin(x)^2+")
        expect(text).to_have_attribute("aria-invalid", "true")
        type_keys(page, "1")
        page.keyboard.press("Enter")
        self.prints(page, "f = sin(x)^2+1,")
        expect(problem).to_have_count(0)
        number = self.part(page, "n", "number")
        number.focus()
        page.keyboard.press("Control+a")
        type_keys(page, "101")
        page.keyboard.press("Enter")
        expect(self.control(page, "n").get_by_test_id("control-problem")).to_have_text("Type a number from 1 to 100.")
        page.keyboard.press("Escape")
        expect(number).to_have_value("12")

    def test_update(self) -> None:
        """Where nothing is evaluated by itself, Update and Enter do it, with everything that was changed."""
        page = self.interact("sides")
        self.part(page, "t", "track").focus()
        page.keyboard.press("ArrowRight")
        self.part(page, "second", "check").focus()
        page.keyboard.press("Space")
        expect(page.get_by_test_id("interact-update")).to_have_class("btn p")
        self.assertNotIn("channel_message", self.control_heard())
        page.get_by_test_id("interact-update").focus()
        page.keyboard.press("Enter")
        self.prints(page, "t = 4, first = 0, second = True,")
        expect(page.get_by_test_id("interact-update")).to_have_class("btn")
        number = self.part(page, "t", "number")
        number.focus()
        page.keyboard.press("Control+a")
        type_keys(page, "9")
        page.keyboard.press("Enter")
        self.prints(page, "t = 9,")

    def control_heard(self) -> list[str]:
        """Return what the server's side has heard."""
        return list(ClientTestCase.control(self, "heard"))


class TogetherTests(InteractTestCase):
    """Who sees what, and when nothing can be moved."""

    def test_two_people_and_a_reader(self) -> None:
        """Each sees the other's controls move; a reader sees them too, and is told that they are for others."""
        page = self.interact()
        other = self.sheet()
        self.part(page, "B", "track").focus()
        page.keyboard.press("ArrowRight")
        expect(self.part(other, "B", "number")).to_have_value("4100")
        self.part(other, "bins", "select").focus()
        other.keyboard.press("ArrowDown")
        expect(self.part(page, "bins", "select")).to_have_value("2")
        self.prints(page, "B = 4100, bins = 2")
        ClientTestCase.control(self, "viewer")
        reader = self.sheet()
        expect(self.part(reader, "B", "number")).to_have_value("4100")
        expect(self.part(reader, "B", "track")).to_be_disabled()
        expect(reader.get_by_test_id("interact-locked")).to_have_text("Whoever may run cells can move these controls.")
        self.part(page, "B", "track").focus()
        page.keyboard.press("ArrowRight")
        expect(self.part(reader, "B", "number")).to_have_value("4200")
        self.assertEqual(self.violations(reader), [])

    def test_dragged(self) -> None:
        """A slider that is dragged is where the mouse is, whatever comes back, and the last value counts."""
        page = self.interact("slow sato")
        other = self.sheet()
        track = self.part(page, "B", "track")
        box = track.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.5, middle)
        page.mouse.down()
        seen = []
        for step in range(50, 91, 2):
            page.mouse.move(box["x"] + box["width"] * step / 100, middle)
            page.wait_for_timeout(40)
            seen.append(float(track.input_value()))
        self.assertEqual(seen, sorted(seen))
        last = int(track.input_value())
        # Somebody else moves the same control meanwhile.
        self.part(other, "B", "number").fill("100")
        self.part(other, "B", "number").press("Enter")
        expect(self.part(other, "B", "track")).to_have_value("100")
        self.assertEqual(int(track.input_value()), last)
        page.mouse.move(box["x"] + box["width"] * 0.2, middle)
        page.mouse.up()
        final = int(track.input_value())
        self.assertLess(final, last)
        self.prints(page, f"B = {final},")
        expect(self.part(other, "B", "track")).to_have_value(str(final))

    def test_range_by_the_mouse(self) -> None:
        """The nearer thumb comes to where the track is pressed, and is dragged on from there."""
        page = self.interact("all controls")
        two = self.control(page, "x").locator(".two")
        two.scroll_into_view_if_needed()
        box = two.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.1, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.05, middle)
        page.mouse.move(box["x"], middle)
        page.mouse.up()
        self.prints(page, "x = [-10, 4.5],")
        page.mouse.click(box["x"] + box["width"] - 1, middle)
        self.prints(page, "x = [-10, 10],")

    def test_no_session(self) -> None:
        """After a restart the controls show their last values, can't be moved, and Run makes them new."""
        page = self.interact()
        self.part(page, "B", "track").focus()
        page.keyboard.press("ArrowRight")
        self.prints(page, "B = 4100,")
        ClientTestCase.control(self, "renewed")
        expect(page.get_by_test_id("interact-locked")).to_contain_text("Run the cell to use the controls.")
        expect(self.part(page, "B", "track")).to_be_disabled()
        later = self.sheet()
        expect(self.part(later, "B", "number")).to_have_value("4100")
        self.assertEqual(self.violations(later), [])
        later.get_by_test_id("interact-locked").get_by_role("button").click()
        expect(self.part(page, "B", "track")).to_be_enabled()
        expect(self.part(page, "B", "number")).to_have_value("4000")

    def test_reconnect(self) -> None:
        """What was moved while there was no connection is said when there is one again."""
        page = self.interact()
        self.part(page, "B", "track").focus()
        ClientTestCase.control(self, "drop")
        page.keyboard.press("ArrowRight")
        self.prints(page, "B = 4100,")

    def test_an_area_in_itself(self) -> None:
        """What a session says to stand in its own area is not shown, and nothing else of the page is harmed."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        type_keys(page, "within itself")
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        expect(page.locator(PANEL)).to_have_count(2)
        self.prints(page, "B = 4000")
        self.assertEqual(self.problems, [])

    def test_other_controls(self) -> None:
        """A press of a button may bring another control, and the keyboard stays where it was."""
        page = self.interact("all controls")
        self.part(page, "go", "button").focus()
        page.keyboard.press("Enter")
        self.part(page, "k1", "check").wait_for()
        expect(self.part(page, "go", "button")).to_be_focused()
        page.keyboard.press("Enter")
        self.part(page, "k2", "check").wait_for()
        self.assertEqual(page.locator("[data-testid=control]").count(), 17)


class LinkTests(InteractTestCase):
    """Values in a link."""

    def test_copied_and_followed(self) -> None:
        """A link brings the values, which are used when somebody says so and not before."""
        context = self.context(permissions=["clipboard-read", "clipboard-write"])
        page = self.interact(context=context)
        self.part(page, "B", "track").focus()
        page.keyboard.press("ArrowRight")
        self.prints(page, "B = 4100,")
        page.get_by_test_id("interact-menu").focus()
        page.keyboard.press("Enter")
        page.get_by_role("menuitem", name="Copy a link with these values").press("Enter")
        expect(page.get_by_test_id("notice")).to_contain_text("Link copied")
        link = page.evaluate("navigator.clipboard.readText()")
        # The menu gives the keyboard back when it has closed; what is focused before that loses it again.
        page.locator("[data-testid=interact-menu]:focus").wait_for()
        self.part(page, "B", "track").focus()
        page.keyboard.press("Control+z")
        self.prints(page, "B = 4000,")
        other = context.new_page()
        other.goto(link)
        brought = other.get_by_test_id("interact-brings")
        expect(brought).to_contain_text("brings values")
        self.prints(other, "B = 4000,")
        self.assertEqual(self.violations(other), [])
        brought.get_by_role("button", name="Use them").press("Enter")
        self.prints(other, "B = 4100,")
        expect(brought).to_have_count(0)
        self.assertNotIn("#", other.url)
        self.assertNotIn("values", json.dumps(page.url))


class LookTests(InteractTestCase):
    """How they look."""

    def test_how_it_looks(self) -> None:
        """No rule of accessibility is broken, light or dark, on a desk or a phone, and nothing is too wide."""
        for scheme in ("light", "dark"):
            for name, size in (("desk", {"viewport": {"width": 1440, "height": 1000}}), ("phone", PHONE)):
                page = self.interact("all controls", color_scheme=scheme, **size)
                page.locator(".katex").first.wait_for()
                self.assertEqual(self.violations(page), [])
                self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth - innerWidth"), 0)
                page.locator(PANEL).scroll_into_view_if_needed()
                self.screenshot(page, f"interact-{scheme}-{name}")
                page.close()

    def test_busy_moves_nothing(self) -> None:
        """While it is computed a line of no height says so, and the output keeps its place."""
        page = self.interact("slow sato")
        panel = page.locator(PANEL)
        before = panel.bounding_box()
        self.part(page, "B", "track").focus()
        page.keyboard.press("ArrowRight")
        expect(panel).to_have_attribute("data-busy", "true")
        self.assertEqual(panel.bounding_box(), before)
        expect(panel).to_have_attribute("data-busy", "false")
        self.prints(page, "B = 4100,")
        self.assertEqual(panel.bounding_box(), before)
