"""Finding and replacing in Chromium, key by key."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_naming import type_keys

# A pattern for which every engine that goes back and forth takes longer than there is time.
CATASTROPHE = r"^(\w+\s?)*$"


class ReplaceTests(ClientTestCase):
    """Ctrl-H in the sheet."""

    def count(self, page: Page, text: str) -> None:
        """Wait for what is said of the places."""
        page.locator(f"[data-testid=find-count] >> text={text}").wait_for()

    def fresh(self, page: Page, testid: str, text: str) -> None:
        """Type another text into a field that has the keyboard already."""
        page.locator(f"[data-testid={testid}]:focus").wait_for()
        page.keyboard.press("Control+a")
        type_keys(page, text)

    def sources(self, page: Page) -> str:
        """Return what the cells say, one after the other."""
        return "\n".join(page.locator("[data-testid=cell] .src").all_inner_texts())

    def test_replacing_by_keyboard(self) -> None:
        """One place after the other, then all with groups in one step that one undo takes back; outputs stay."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        before = self.sources(page)
        cell(page, 1).locator(".out .katex").first.wait_for()
        output = cell(page, 1).locator(".out").inner_text()
        page.keyboard.press("Control+h")
        self.fresh(page, "find-input", "E")
        page.keyboard.press("Alt+c")
        page.keyboard.press("Alt+w")
        page.locator("[data-testid=find-matchCase][aria-pressed=true]").wait_for()
        self.count(page, " places")
        page.keyboard.press("Alt+w")
        self.fresh(page, "find-input", r"\b(E)\.(\w+)\(")
        page.keyboard.press("Alt+r")
        self.count(page, " places")
        self.screenshot(page, "replace")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Control+h")
        self.fresh(page, "replace-input", "$2($1, ")
        page.keyboard.press("Control+Alt+Enter")
        page.locator("[data-testid=replaced] >> text=/replaced in/").wait_for()
        self.assertIn("rank(E, ", self.sources(page))
        self.assertEqual(cell(page, 1).locator(".out").inner_text(), output)
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        page.keyboard.press("Escape")
        page.locator("[data-testid=find]").wait_for(state="detached")
        page.keyboard.press("z")
        page.wait_for_function("() => document.body.innerText.includes('E.rank()')")
        self.assertEqual(self.sources(page), before)
        self.assertEqual(self.problems, [])

    def test_one_after_the_other(self) -> None:
        """Enter replaces a place and goes on behind what it put there, even where that holds what is looked for."""
        page = self.sheet()
        page.keyboard.press("Control+h")
        self.fresh(page, "find-input", "rank")
        self.count(page, " place")
        page.keyboard.press("Control+h")
        self.fresh(page, "replace-input", "rankrank")
        page.keyboard.press("Enter")
        self.count(page, "/^1 of/")
        page.keyboard.press("Enter")
        page.locator("[data-testid=replaced] >> text=1 place replaced in 1 cell.").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function("() => document.querySelector('.doc').textContent.split('rankrank').length === 2")

    def test_patterns_that_never_end(self) -> None:
        """A catastrophic pattern is given up while the page takes keys; the next one is found, a bad one named."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("a" * 60 + "!")
        page.keyboard.press("Control+f")
        self.fresh(page, "find-input", "x")
        page.keyboard.press("Alt+r")
        self.fresh(page, "find-input", CATASTROPHE)
        self.count(page, "This takes too long to find")
        self.fresh(page, "find-input", "a{60}")
        self.count(page, "1 place")
        self.fresh(page, "find-input", "(")
        self.count(page, "No regular expression")
        self.assertEqual(self.problems, [])

    def test_in_chosen_cells(self) -> None:
        """With cells chosen together, only these are replaced in."""
        page = self.sheet()
        cell(page, 1).locator(".gut").click()
        page.keyboard.press("Shift+ArrowDown")
        page.locator(".cell.together").nth(1).wait_for()
        page.keyboard.press("Control+h")
        page.locator("[data-testid=find-inChosen][aria-pressed=true]").wait_for()
        self.fresh(page, "find-input", "E")
        self.count(page, " place")
        few = page.locator("[data-testid=find-count]").inner_text()
        page.keyboard.press("Alt+l")
        page.locator("[data-testid=find-inChosen][aria-pressed=false]").wait_for()
        self.assertNotEqual(page.locator("[data-testid=find-count]").inner_text(), few)

    def test_a_reader(self) -> None:
        """Who may not edit finds, and is offered nothing to replace."""
        self.control("viewer")
        page = self.sheet()
        page.keyboard.press("Control+h")
        self.fresh(page, "find-input", "curve")
        self.count(page, " place")
        self.assertEqual(page.locator("[data-testid=replace-input]").count(), 0)
