"""Where the keyboard is when nobody has put it anywhere, and what it must not do there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell
from tests.client.test_typing import chosen_cell, write_in

pytestmark = pytest.mark.slow


class KeyboardTests(ClientTestCase):
    """A worksheet with several cells."""

    def test_what_was_chosen_stays(self) -> None:
        """Coming back after the connection was cut chooses nothing anew."""
        page = self.sheet()
        chosen_cell(page, 1)
        chosen = page.locator(".cell.focus").get_attribute("data-cell-id")
        self.control("drop")
        self.wait_until_heard(page, "open", 2)
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.assertEqual(page.locator(".cell.focus").get_attribute("data-cell-id"), chosen)

    def test_all_of_the_page_is_not_marked(self) -> None:
        """Ctrl-A with a cell chosen marks nothing; within a cell it marks the cell's text."""
        page = self.sheet()
        chosen_cell(page, 1)
        page.keyboard.press("Control+a")
        self.assertEqual(page.evaluate("getSelection().toString()"), "")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        self.assertIn("EllipticCurve", page.evaluate("getSelection().toString()"))


class SeveralCellsTests(ClientTestCase):
    """More than one cell at a time, by keys alone."""

    def sources(self, page: Page) -> list[str]:
        """Return the texts of the code cells."""
        found: list[str] = page.locator("[data-testid=cell][data-type=code] .src").all_inner_texts()
        return [text.strip() for text in found]

    def test_chosen_moved_deleted_and_brought_back(self) -> None:
        """Shift and an arrow choose the next cell as well; what is chosen is marked, said aloud and deleted as one."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        before = page.get_by_test_id("cell").count()
        page.keyboard.press("Shift+ArrowDown")
        page.wait_for_function("() => document.querySelectorAll('.cell.together').length === 2")
        page.keyboard.press("Shift+ArrowDown")
        page.wait_for_function("() => document.querySelectorAll('.cell.together').length === 3")
        page.locator("[data-testid=announcement]", has_text="3 cells chosen").wait_for(state="attached")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.screenshot(page, f"together-{scheme}")
            self.assertEqual(self.violations(page), [])
        page.keyboard.press("d")
        page.keyboard.press("d")
        page.wait_for_function("n => document.querySelectorAll('[data-testid=cell]').length === n", arg=before - 3)
        page.keyboard.press("z")
        page.wait_for_function("n => document.querySelectorAll('[data-testid=cell]').length === n", arg=before)

    def test_split_and_joined(self) -> None:
        """A cell is split where the caret is, and joined again with the one below."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("a = 1\nb = 2")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("End")
        page.keyboard.press("Control+;")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 5")
        self.assertEqual(self.sources(page)[:2], ["a = 1", "b = 2"])
        page.keyboard.type("# second\n")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        page.keyboard.press("Shift+M")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 4")
        self.assertEqual(self.sources(page)[0], "a = 1\n# second\nb = 2")

    def test_all(self) -> None:
        """Ctrl-A chooses all cells of the sheet, or all of the text that is being written in."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        self.assertEqual(page.locator(".cell.together").count(), 0)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+a")
        count = page.get_by_test_id("cell").count()
        page.wait_for_function("n => document.querySelectorAll('.cell.together').length === n", arg=count)
        page.keyboard.press("ArrowUp")
        page.wait_for_function("() => document.querySelectorAll('.cell.together').length === 0")

    def test_lists_go_on_as_they_are_written(self) -> None:
        """In a text Enter begins the next item, Tab and Shift-Tab put it in and out, and an empty one ends the list."""
        page = self.sheet()
        write_in(page, 4)
        for key in ("Escape", "b"):
            page.keyboard.press(key)
        page.wait_for_selector(".cm-focused")
        for key in ("Escape", "m", "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector(".cell.text .cm-focused")
        for key in (*"1. a", "Enter", "Tab", "b", "Enter", "Shift+Tab", *"c", "Enter", "Enter", "d"):
            page.keyboard.press("Space" if key == " " else key)
        lines = page.locator(".cell.text .cm-focused .cm-line").all_inner_texts()
        self.assertEqual(lines, ["1. a", "   1. b", "2. c", "d"])
        page.keyboard.press("Escape")
        page.locator(".cell.text .prose li li", has_text="b").wait_for()
        self.assertEqual(self.problems, [])

    def test_a_heading_in_a_text_is_a_section(self) -> None:
        """Once the text is left: it stands in the outline, and `z` makes one text of all again."""
        page = self.sheet()
        cell(page, 4).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        page.keyboard.press("m")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cell.text .cm-focused")
        page.keyboard.type("# Results\n\nAll is well.")
        page.keyboard.press("Escape")
        page.locator("nav, aside").get_by_text("Results").first.wait_for()
        page.locator("[data-testid=cell][data-type=section]", has_text="Results").wait_for()
        page.locator("[data-testid=cell][data-type=text]", has_text="All is well.").wait_for()
        page.keyboard.press("z")
        page.locator("[data-testid=cell][data-type=section]", has_text="Results").wait_for(state="detached")
