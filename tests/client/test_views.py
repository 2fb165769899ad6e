"""Other ways to look at a worksheet, in Chromium: as slides, and as something to read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_phone import PHONE

pytestmark = pytest.mark.slow


class PresentationTests(ClientTestCase):
    """A worksheet as slides."""

    def presented(self, **options: object) -> Page:
        """Open the worksheet and present it."""
        page = self.sheet(**options)
        page.keyboard.press("Control+Alt+p")
        page.wait_for_selector("[data-testid=presentation]")
        return page

    def shown(self, page: Page) -> list[str]:
        """Return the beginnings of the cells that are seen."""
        texts = page.locator("[data-testid=cell]:visible").all_inner_texts()
        return [" ".join(text.split())[:20] for text in texts]

    def test_by_keyboard(self) -> None:
        """The keys of a remote control turn slides, a cell of a slide is run and seen, Escape ends it."""
        page = self.presented()
        place = page.get_by_test_id("slide-place")
        self.assertEqual(place.inner_text(), "1 / 5")
        self.assertTrue(page.get_by_role("heading", level=1).is_visible())
        self.assertEqual(len(self.shown(page)), 1)
        self.screenshot(page, "present-title")
        page.keyboard.press("PageDown")
        expect(place).to_have_text("2 / 5")
        self.assertFalse(page.get_by_role("heading", level=1).is_visible())
        self.assertIn("The curve 37a", self.shown(page)[0])
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+Enter")
        wait_for_state(page, 2, "done")
        cell(page, 2).get_by_test_id("output").wait_for()
        self.assertEqual(place.inner_text(), "3 / 5")
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "present-cell")
        page.keyboard.press("End")
        expect(place).to_have_text("5 / 5")
        page.keyboard.press("Home")
        expect(place).to_have_text("1 / 5")
        page.keyboard.press("Escape")
        page.get_by_test_id("presentation").wait_for(state="detached")
        self.assertEqual(len(self.shown(page)), 10)

    def test_what_the_speaker_sees(self) -> None:
        """Notes are on no slide, and beside it for the speaker; writing in a cell turns no pages."""
        page = self.sheet(color_scheme="dark")
        page.locator("[data-type=section]").first.click()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.locator("dialog input").wait_for()
        page.keyboard.type("insert text")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("Notes: the **conductor** is prime")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Alt+p")
        expect(page.get_by_test_id("slide-place")).to_have_text("2 / 5")
        self.assertEqual([text for text in self.shown(page) if "conductor" in text], [])
        page.keyboard.press("s")
        page.get_by_test_id("speaker-notes").get_by_text("conductor").wait_for()
        self.assertIn("Multiples of P", page.get_by_test_id("speaker-notes").inner_text())
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "present-speaker-dark")
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("s f")
        expect(page.get_by_test_id("slide-place")).to_have_text("2 / 5")
        page.keyboard.press("Escape")
        page.get_by_test_id("presentation").wait_for()

    def test_with_a_list_beside_the_sheet(self) -> None:
        """Escape ends the presentation, not the list that lies hidden behind it."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+v")
        page.get_by_test_id("variables").wait_for()
        page.keyboard.press("Control+Alt+p")
        page.wait_for_selector("[data-testid=presentation]")
        page.keyboard.press("Escape")
        page.get_by_test_id("presentation").wait_for(state="detached")
        self.assertTrue(page.get_by_test_id("variables").is_visible())

    def test_followed(self) -> None:
        """Another page of the same person shows the slide that this one goes to, and leads it as well."""
        context = self.context()
        first = self.presented(context=context)
        second = self.presented(context=context)
        first.keyboard.press("PageDown")
        first.keyboard.press("PageDown")
        expect(second.get_by_test_id("slide-place")).to_have_text("3 / 5")
        second.keyboard.press("PageUp")
        expect(first.get_by_test_id("slide-place")).to_have_text("2 / 5")

    def test_on_a_phone_and_on_paper(self) -> None:
        """A phone shows a slide with buttons that a finger hits; paper gets every slide, each on a page."""
        page = self.presented(**PHONE)
        page.get_by_test_id("slide-next").click()
        expect(page.get_by_test_id("slide-place")).to_have_text("2 / 5")
        self.screenshot(page, "present-phone")
        page.emulate_media(media="print")
        self.assertEqual(len(self.shown(page)), 10)
        broken = page.evaluate(
            "() => [...document.querySelectorAll('[data-testid=cell]')]"
            ".filter((each) => getComputedStyle(each).breakBefore === 'page').length"
        )
        self.assertEqual(broken, 4)


class ReadingTests(ClientTestCase):
    """A worksheet as something to read."""

    def test_reading(self) -> None:
        """Code is hidden until it is asked for, size and side are chosen and kept, and no key or click writes."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+r")
        page.wait_for_selector("[data-testid=reading]")
        self.assertFalse(cell(page, 1).locator(".src").is_visible())
        self.screenshot(page, "reading")
        for key in ("b", "d", "d", "x"):
            page.keyboard.press(key)
        page.locator(".prose").first.click()
        self.assertEqual(page.locator("[data-testid=cell]").count(), 10)
        self.assertEqual(page.locator(".cm-focused").count(), 0)
        page.keyboard.press("c")
        cell(page, 1).locator(".src").wait_for()
        for _ in range(2):
            page.keyboard.press("+")
        expect(page.get_by_test_id("reading").get_by_role("status")).to_have_text("135 %")
        page.get_by_role("button", name="Text from right to left").click()
        expect(page.get_by_test_id("sheet")).to_have_attribute("dir", "rtl")
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "reading-rtl")
        page.keyboard.press("Escape")
        page.get_by_test_id("reading").wait_for(state="detached")
        page.reload()
        page.wait_for_selector("[data-testid=cell]")
        page.keyboard.press("Control+Alt+r")
        expect(page.get_by_test_id("reading").get_by_role("status")).to_have_text("135 %")


class ConsoleTests(ClientTestCase):
    """A worksheet as a command line."""

    def expect_typed(self, page: Page, text: str) -> None:
        """Wait until a text stands at the prompt."""
        expect(page.locator("[data-testid=cell]").last.locator(".cm-content")).to_have_text(text)

    def test_by_keyboard(self) -> None:
        """Enter runs what is complete, arrows and Ctrl-R bring back what was typed, Escape shows the sheet."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+c")
        page.wait_for_selector("[data-testid=console]")
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("2+2")
        page.keyboard.press("Enter")
        wait_for_state(page, 5, "done")
        cell(page, 5).get_by_test_id("output").wait_for()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("for i in range(3):")
        page.keyboard.press("Enter")
        page.keyboard.type("print(i)")
        page.keyboard.press("Enter")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 6)
        page.keyboard.press("Enter")
        wait_for_state(page, 6, "done")
        self.assertEqual(cell(page, 6).locator(".src").inner_text().split("\n")[0], "for i in range(3):")
        page.wait_for_function("() => document.querySelectorAll('[data-type=code]')[6]?.querySelector('.cm-focused')")
        for _ in range(2):
            page.keyboard.press("ArrowUp")
        self.expect_typed(page, "2+2")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        self.expect_typed(page, "")
        page.keyboard.press("Control+r")
        page.get_by_test_id("past-input").wait_for()
        page.keyboard.type("elliptic")
        self.screenshot(page, "console-search")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Enter")
        self.expect_typed(page, "E = EllipticCurve([0, 0, 1, -1, 0])E.rank()")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_test_id("console").wait_for(state="detached")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 7)

    def test_on_a_phone(self) -> None:
        """A phone has the prompt above its own row of signs, in the dark as well."""
        page = self.sheet(**PHONE, color_scheme="dark")
        page.keyboard.press("Control+Alt+c")
        page.wait_for_selector("[data-testid=console]")
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("3*3")
        page.get_by_test_id("mobile-run").click()
        wait_for_state(page, 5, "done")
        self.screenshot(page, "console-phone-dark")


class GroupTests(ClientTestCase):
    """Brackets beside cells and sections."""

    def test_groups(self) -> None:
        """A bracket chooses its cell or everything in its section, which one key runs; a value becomes code below."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+g")
        page.wait_for_selector("[data-testid=groups]")
        section = page.locator(".sec.level-0").first
        box = section.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] + 64, box["y"] + box["height"] / 2)
        self.assertEqual(page.locator(".cell.together").count(), 7)
        self.screenshot(page, "groups")
        page.keyboard.press("Control+Enter")
        for number in (1, 2, 3):
            page.wait_for_function(
                "n => ['done', 'error'].includes("
                "document.querySelectorAll('[data-testid=cell][data-type=code]')[n]?.dataset.state)",
                arg=number - 1,
            )
        first = cell(page, 1).bounding_box()
        assert first is not None
        page.mouse.click(first["x"] + first["width"] + 16, first["y"] + first["height"] / 2)
        self.assertEqual(page.locator(".cell.together").count(), 0)
        page.keyboard.press("Control+Shift+l")
        page.wait_for_selector(".cm-focused")
        self.assertEqual(cell(page, 2).locator(".cm-content").inner_text().strip(), "1/2*x")
        self.assertEqual(self.violations(page), [])


class VariableTests(ClientTestCase):
    """The list of variables beside the sheet."""

    def test_variables(self) -> None:
        """They are listed, sorted by a column, looked up again after a run, shown in a new cell."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+v")
        rows = page.locator("[data-testid=variables] tbody tr")
        expect(rows).to_have_count(3)
        self.assertIn("2 more", page.get_by_test_id("variables").inner_text())
        page.get_by_role("button", name="Size").press("Enter")
        self.assertEqual([row.get_attribute("data-name") for row in rows.all()], ["E", "M", "primes"])
        self.screenshot(page, "variables")
        self.assertEqual(self.violations(page), [])
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        self.wait_until_heard(page, "variables", 2)
        page.get_by_role("button", name="What to do with M").press("Enter")
        page.get_by_role("menuitem", name="Show M in a new cell").press("Enter")
        wait_for_state(page, 2, "done")
        self.assertEqual(cell(page, 2).locator(".src").inner_text().split("\n")[0].strip(), "M")

    def test_with_the_command_line(self) -> None:
        """The command line and the list of variables are open at once, and again when one comes back."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+v")
        page.get_by_test_id("variables").wait_for()
        page.keyboard.press("Control+Alt+c")
        page.wait_for_selector("[data-testid=console]")
        page.wait_for_selector(".cm-focused")
        page.get_by_test_id("variables").wait_for()
        self.screenshot(page, "workbench")
        self.assertEqual(self.violations(page), [])
        page.reload()
        page.wait_for_selector("[data-testid=console]")
        page.get_by_test_id("variables").wait_for()
        page.get_by_test_id("end-console").click()
        page.get_by_test_id("end-variables").click()
        page.get_by_test_id("variables").wait_for(state="detached")
        page.reload()
        page.wait_for_selector("[data-testid=status-saving]")
        self.assertEqual(page.get_by_test_id("variables").count(), 0)
