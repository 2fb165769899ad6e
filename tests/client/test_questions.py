"""Questions of cells in Chromium: the field, the keyboard, and who else sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_typing import type_keys

pytestmark = pytest.mark.slow

FIELD = "[data-testid=answer]"


class QuestionTests(ClientTestCase):
    """A cell that asks twice."""

    def asked(self, source: str = "input", *, keys: str = "Control+Enter", **options: object) -> Page:
        """Type a cell, run it, and wait for its first question."""
        page = self.sheet(**options)
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        type_keys(page, source)
        page.keyboard.press(keys)
        page.wait_for_selector(FIELD)
        return page

    def printed(self, page: Page) -> str:
        """Return what the cell shows as printed."""
        return cell(page, 1).locator("[data-testid=stream]").inner_text()

    def test_typed_answers(self) -> None:
        """The field has the keyboard, Enter sends, the answer stays as text, and the next question has it again."""
        page = self.asked()
        page.wait_for_selector(f"{FIELD}:focus")
        self.assertEqual(page.get_by_label("Which prime?").get_attribute("type"), "text")
        self.assertIn("asks: Which prime?", page.locator("[data-testid=announcement]").inner_text())
        type_keys(page, "101")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('101')")
        page.wait_for_selector(f"{FIELD}:focus")
        self.assertEqual(page.locator(FIELD).input_value(), "")
        type_keys(page, "dd x")
        page.keyboard.press("Enter")
        wait_for_state(page, 1, "done")
        self.assertEqual(self.printed(page).strip(), "Two numbers are needed.\nWhich prime? 101\nWhich prime? dd x")
        self.assertEqual(page.locator(FIELD).count(), 0)
        # What is typed on means nothing at first; then the keyboard is back where it was, in the cell.
        page.keyboard.type("zz")
        page.wait_for_selector(".cm-focused")
        self.assertEqual(cell(page, 1).locator(".cm-content").inner_text(), "input")
        self.assertEqual(self.problems, [])

    def test_the_top_bar_leads_to_what_asks(self) -> None:
        """It says that an answer is waited for; its button and a key lead there, out of a folded section too."""
        page = self.asked()
        button = page.get_by_test_id("go-to-question")
        button.wait_for()
        self.assertEqual(button.inner_text(), "Waits for an answer")
        for act in ("Enter", "Control+Alt+a"):
            page.locator(FIELD).focus()
            page.keyboard.press("Escape")
            page.wait_for_selector("[data-testid=cell][data-type=code]:focus")
            page.keyboard.press("ArrowLeft")
            page.locator(FIELD).wait_for(state="detached")
            if act == "Enter":
                button.focus()
            page.keyboard.press(act)
            page.wait_for_selector(f"{FIELD}:focus")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.assertEqual(self.violations(page), [])
            self.screenshot(page, f"asks-{scheme}")
        page.set_viewport_size({"width": 390, "height": 844})
        self.assertEqual(button.inner_text(), "Answer")
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "asks-phone")
        type_keys(page, "101")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('101')")
        page.wait_for_selector(f"{FIELD}:focus")
        type_keys(page, "7")
        page.keyboard.press("Enter")
        button.wait_for(state="detached")
        self.assertEqual(self.problems, [])

    def test_a_password_is_hidden(self) -> None:
        """It shows as dots while it is typed and stands nowhere afterwards."""
        page = self.asked("getpass")
        self.assertEqual(page.get_by_label("Password of the database:").get_attribute("type"), "password")
        type_keys(page, "hunter2")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('········')")
        self.assertNotIn("hunter2", page.content())

    def test_escape_leaves_the_field(self) -> None:
        """The cell is chosen then, and the answer that was begun stays."""
        page = self.asked()
        page.wait_for_selector(f"{FIELD}:focus")
        type_keys(page, "10")
        page.keyboard.press("Escape")
        page.wait_for_selector(".cell.focus:focus")
        self.assertEqual(page.locator(FIELD).input_value(), "10")

    def test_it_takes_no_keyboard_from_another_cell(self) -> None:
        """Who has gone on to the next cell writes there, and is told."""
        page = self.asked(keys="Shift+Enter")
        self.assertIn("asks: Which prime?", page.locator("[data-testid=announcement]").inner_text())
        self.assertFalse(page.evaluate("() => document.activeElement.matches('[data-testid=answer]')"))
        page.click(FIELD)
        type_keys(page, "7")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('prime? 7')")

    def test_an_empty_cell_gives_the_keyboard(self) -> None:
        """Who has gone on to a cell without text answers at once, both questions, and is there again afterwards."""
        page = self.asked(keys="Alt+Enter")
        page.wait_for_selector(f"{FIELD}:focus")
        type_keys(page, "7")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('prime? 7')")
        page.wait_for_selector(f"{FIELD}:focus")
        type_keys(page, "8")
        page.keyboard.press("Enter")
        wait_for_state(page, 1, "done")
        cell(page, 2).locator(".cm-focused").wait_for()
        type_keys(page, "next")
        self.assertEqual(cell(page, 2).locator(".cm-content").inner_text(), "next")

    def test_stop_and_a_lost_connection(self) -> None:
        """The question is there again after a reconnect, can be answered, and goes when the cell is stopped."""
        page = self.asked()
        self.control("drop")
        page.wait_for_function("() => document.querySelector('[data-testid=question]') !== null")
        self.wait_until_heard(page, "open", 2)
        page.click(FIELD)
        type_keys(page, "5")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('prime? 5')")
        page.wait_for_selector(FIELD)
        page.click("[data-testid=stop]")
        wait_for_state(page, 1, "interrupted")
        self.assertEqual(page.locator(FIELD).count(), 0)

    def test_others_see_it(self) -> None:
        """A second person has the field, and their answer takes it from both; a viewer sees that the cell waits."""
        page = self.asked()
        other = self.sheet()
        other.wait_for_selector(FIELD)
        self.control("viewer")
        viewer = self.sheet()
        viewer.wait_for_selector("[data-testid=question]")
        self.assertEqual(viewer.locator(FIELD).count(), 0)
        self.assertIn("Waits for an answer", viewer.locator("[data-testid=question]").inner_text())
        self.assertEqual(self.violations(viewer), [])
        other.click(FIELD)
        type_keys(other, "11")
        other.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').innerText.includes('prime? 11')")
        self.assertEqual(page.locator(FIELD).input_value(), "")

    def test_how_it_looks(self) -> None:
        """No rule of accessibility is broken in the light, in the dark, or on a phone, and nothing is wider than it."""
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                page = self.asked(color_scheme=scheme, viewport={"width": width, "height": 800})
                self.assertEqual(self.violations(page), [])
                self.assertLessEqual(page.evaluate("() => document.documentElement.scrollWidth"), width)
                type_keys(page, "101")
                self.screenshot(page, f"question-{scheme}-{width}")
                page.close()
                self.control("interrupt")
