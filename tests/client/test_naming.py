"""Names and titles in Chromium, and finding text, key by key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_typing import type_keys, write_in

pytestmark = pytest.mark.slow


class NamingTests(ClientTestCase):
    """Names and titles."""

    def test_a_heading_in_place(self) -> None:
        """A click chooses a section, the next one, Enter or F2 writes in its heading, and Enter ends that."""
        page = self.sheet()
        heading = page.locator("[data-cell-id=cell03]")
        for open_it, name in (("click", "By hand"), ("Enter", "By Enter"), ("F2", "By F2")):
            heading.locator("span.line").click()
            page.locator(".cell.section.focus[data-cell-id=cell03]").wait_for()
            self.assertEqual(heading.locator("input").count(), 0)
            if open_it == "click":
                heading.locator("span.line").click()
            else:
                page.keyboard.press(open_it)
            page.locator("[data-cell-id=cell03] input:focus").wait_for()
            page.keyboard.press("Control+a")
            type_keys(page, name)
            page.keyboard.press("Enter")
            page.locator(f"[data-cell-id=cell03] span.line >> text={name}").wait_for()
            page.locator(f"[data-testid=outline-row] >> text={name}").wait_for()
            page.locator(".cell.focus[data-cell-id=cell04]").wait_for()

    def test_a_click_selects_the_title(self) -> None:
        """What is typed after a click on the title takes its place."""
        page = self.sheet()
        page.locator("h1 button").click()
        type_keys(page, "Rank one")
        page.keyboard.press("Enter")
        self.assertEqual(page.locator("h1 button").inner_text(), "Rank one")

    def test_after_naming_a_version(self) -> None:
        """After Ctrl-Shift-S and a name the keyboard is in the text again."""
        page = self.sheet()
        write_in(page, 1)
        page.keyboard.press("Control+Shift+s")
        page.wait_for_selector("[data-testid=ask-input]")
        type_keys(page, "first")
        page.keyboard.press("Enter")
        self.wait_until_heard(page, "save")
        page.wait_for_selector(".cm-focused")
        type_keys(page, "7")
        self.assertIn("rank()7", cell(page, 1).inner_text())

    def test_the_workspace_in_place(self) -> None:
        """A click on the workspace's name, or Enter, opens it in place; Enter keeps what was typed, Escape does not."""
        page = self.sheet()
        name = page.locator("[data-testid=crumb-workspace]")
        name.click()
        page.locator("[data-testid=crumb-field]:focus").wait_for()
        type_keys(page, "Curves of rank one")
        self.screenshot(page, "crumb")
        page.keyboard.press("Enter")
        page.locator("[data-testid=crumb-workspace]:focus >> text=Curves of rank one").wait_for()
        page.keyboard.press("Enter")
        page.locator("[data-testid=crumb-field]:focus").wait_for()
        type_keys(page, "no")
        page.keyboard.press("Escape")
        page.locator("[data-testid=crumb-workspace]:focus >> text=Curves of rank one").wait_for()
        self.assertEqual(page.locator("[data-testid=cell]").count(), 10)

    def test_title_and_file(self) -> None:
        """The bar and the list show the title; one dialog, by key or click, has title and file, and changes both."""
        page = self.sheet()
        page.locator("[data-testid=crumb-worksheet] >> text=A curve of rank one").wait_for()
        row = page.locator("[data-testid=file]")
        self.assertEqual(row.locator(".name").all_text_contents(), ["A curve of rank onerank-one"])
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]:focus").wait_for()
        type_keys(page, "rename")
        page.keyboard.press("Enter")
        page.locator("[data-testid=rename-title]:focus").wait_for()
        type_keys(page, "Heights")
        self.screenshot(page, "rename")
        page.keyboard.press("Enter")
        page.locator("h1 >> text=Heights").wait_for()
        self.assertNotIn("rename", self.control("heard"))
        page.click("[data-testid=crumb-worksheet]")
        page.locator("[data-testid=rename-title]:focus").wait_for()
        page.keyboard.press("Tab")
        type_keys(page, "heights")
        page.keyboard.press("Enter")
        self.wait_until_heard(page, "rename")
        page.locator("[data-testid=file] .name >> text=Heights").wait_for()

    def test_formulas_in_titles(self) -> None:
        """Titles and headings are set on the sheet, read as text elsewhere, and written with their dollar signs."""
        page = self.sheet()
        page.locator("h1 button").click()
        type_keys(page, "Curves $E/\\QQ$")
        page.keyboard.press("Enter")
        page.locator("h1 button .katex .mathbb >> text=Q").wait_for()
        page.locator("[data-testid=file] .name >> text=Curves E/ℚ").wait_for()
        page.locator("[data-testid=crumb-worksheet] >> text=Curves E/ℚ").wait_for()
        self.assertTrue(page.title().startswith("Curves E/ℚ"), page.title())
        heading = page.locator("[data-cell-id=cell03]")
        heading.locator("span.line").dblclick()
        heading.locator("input").wait_for()
        page.keyboard.press("Control+a")
        type_keys(page, "Rank of $x^2$")
        page.keyboard.press("Enter")
        heading.locator("span.line .katex .msupsub").wait_for()
        self.assertTrue(heading.locator("span.line").inner_text().startswith("Rank of"))
        self.screenshot(page, "formulas-in-titles")
        page.locator("[data-testid=outline-row] >> text=Rank of x²").wait_for()
        self.assertIn("Rank of x²", heading.get_attribute("aria-label"))
        self.screenshot(page, "titles")
        page.locator("h1 button").click()
        self.assertEqual(page.locator("h1 input").input_value(), "Curves $E/\\QQ$")


class FindTests(ClientTestCase):
    """Ctrl-F in the sheet."""

    def test_from_within_a_cell(self) -> None:
        """Ctrl-F while one writes in a cell goes to the field, and once more when one has gone on writing."""
        page = self.sheet()
        for _ in range(2):
            write_in(page, 1)
            page.keyboard.press("Control+f")
            page.locator("[data-testid=find-input]:focus").wait_for()
            type_keys(page, "curve")
        self.assertEqual(page.locator("[data-testid=find-input]").input_value(), "curve")
        self.assertNotIn("edit", self.control("heard"))

    def find(self, page: Page, text: str, count: str) -> None:
        """Look for a text and wait for what is said of it."""
        page.keyboard.press("Control+f")
        page.locator("[data-testid=find-input]:focus").wait_for()
        page.keyboard.press("Control+a")
        type_keys(page, text)
        page.locator(f"[data-testid=find-count] >> text={count}").wait_for()

    def test_cells_outputs_and_what_is_folded(self) -> None:
        """All places in cells and outputs are counted; Enter goes on, Shift-Enter back, out of folded sections too."""
        page = self.sheet()
        cell(page, 3).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 3, "error")
        page.locator("[data-testid=fold]").first.click()
        page.locator("[data-cell-id=cell07]").wait_for(state="detached")
        self.find(page, "no point WITH", "1 place")
        page.keyboard.press("Enter")
        page.locator(".cell.focus[data-cell-id=cell07]").wait_for()
        page.wait_for_function("() => CSS.highlights.get('found-now')?.size === 1")
        self.screenshot(page, "find")
        self.find(page, "E", " places")
        page.keyboard.press("Shift+Enter")
        page.locator(".cell.focus[data-cell-id=cell09]").wait_for()
        page.keyboard.press("Enter")
        page.locator("[data-testid=find-count] >> text=/^1 of/").wait_for()
        page.locator(".cell.focus[data-cell-id=cell00]").wait_for()
        self.find(page, "nowhere to be found", "Nothing found")

    def test_the_keyboard(self) -> None:
        """What is typed goes into the field whatever is found; Escape leaves the keyboard in the cell found last."""
        page = self.sheet()
        write_in(page, 1)
        self.find(page, "dd00", "Nothing found")
        page.keyboard.press("Escape")
        page.wait_for_selector(".cm-focused")
        self.find(page, "lift", "1 place")
        page.keyboard.press("Enter")
        page.locator(".cell.focus[data-cell-id=cell07]").wait_for()
        type_keys(page, "_xdd")
        page.locator("[data-testid=find-count] >> text=Nothing found").wait_for()
        page.keyboard.press("Escape")
        page.locator("[data-cell-id=cell07]:focus").wait_for()
        self.assertEqual(page.locator("[data-testid=cell]").count(), 10)


class HeardTests(ClientTestCase):
    """The tests' own ear."""

    def test_it_waits(self) -> None:
        """What was not said is waited for, and then the test fails."""
        page = self.sheet()
        self.assertRaises(AssertionError, self.wait_until_heard, page, "restart", seconds=0.2)
        self.wait_until_heard(page, "open")
