"""What a worksheet shows of the cells that run, in Chromium, by keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state

pytestmark = pytest.mark.slow


def choose(page: Page, command: str) -> None:
    """Run a command of the palette."""
    page.keyboard.press("Control+k")
    page.locator("dialog input:focus").wait_for()
    page.keyboard.type(command)
    page.keyboard.press("Enter")


# Whether the end of a code cell lies within the window.
SEEN = """([number, seen]) => {
    const cells = document.querySelectorAll("[data-testid=cell][data-type=code]");
    const end = cells[number - 1].getBoundingClientRect().bottom;
    const { top, bottom } = document.getElementById("content").getBoundingClientRect();
    return (end > top && end <= bottom) === seen;
}"""
PRINTED = """lines => {
    const shown = document.querySelector("[data-testid=output]")?.innerText.trim().split("\\n").at(-1);
    return Number(shown) > lines;
}"""


class TotalsTests(ClientTestCase):
    """A worksheet of three headings, one of whose cells fails."""

    def test_headings_tell_what_became_of_their_cells(self) -> None:
        """Each says how long its cells took and how many failed; a button and a key lead to those, also in a fold."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        choose(page, "Run all cells")
        wait_for_state(page, 3, "error")
        wait_for_state(page, 4, "done")
        told = page.get_by_test_id("totals")
        told.nth(3).wait_for()
        self.assertEqual(told.all_inner_texts(), ["1 error\n0.1 s", "0.04 s", "1 error\n0.04 s", "0.04 s"])
        title = "3 of 3 cells below have run, in 0.1 s together; 1 failed"
        self.assertEqual(told.first.get_attribute("title"), title)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.assertEqual(self.violations(page), [])
            self.screenshot(page, f"totals-{scheme}")
        told.first.get_by_test_id("totals-failed").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-state=error][data-type=code]:focus")
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector("[data-type=section]:focus")
        self.assertEqual(page.locator("[data-type=code][data-state=error]").count(), 0)
        page.keyboard.press("Control+Alt+e")
        page.wait_for_selector("[data-state=error][data-type=code]:focus")
        cell(page, 2).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("endless")
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 2, "running")
        page.wait_for_function(
            "() => document.querySelectorAll('[data-testid=totals]')[1].innerText.startsWith('Running')"
        )
        self.assertTrue(told.first.inner_text().startswith("1 error\nRunning"))
        page.set_viewport_size({"width": 390, "height": 844})
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "totals-phone")
        self.assertEqual(self.problems, [])


class FollowingTests(ClientTestCase):
    """A cell that prints on and on, in a window that is lower than its output."""

    arguments = ("empty",)

    def test_what_runs_is_followed_by_choice(self) -> None:
        """The end stays in sight where that was chosen, until one moves by a key; a key leads back to it."""
        page = self.sheet(viewport={"width": 1000, "height": 420})
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("growing")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Enter")
        page.wait_for_function(PRINTED, arg=30)
        self.assertTrue(page.evaluate(SEEN, [1, False]))
        choose(page, "Follow the running cell")
        page.get_by_text("stays in sight, until you scroll or type").wait_for()
        self.assertEqual(page.get_by_test_id("notice").get_attribute("role"), "status")
        page.wait_for_function(SEEN, arg=[1, True])
        self.screenshot(page, "follow")
        page.wait_for_selector("[data-type=code]:focus")
        page.keyboard.press("Home")
        page.wait_for_function("() => document.getElementById('content').scrollTop === 0")
        lines = 60
        for _ in range(2):
            page.wait_for_function(PRINTED, arg=lines)
            self.assertTrue(page.evaluate(SEEN, [1, False]))
            page.keyboard.press("Control+Alt+j")
            page.wait_for_function(SEEN, arg=[1, True])
            page.wait_for_function(PRINTED, arg=lines + 30)
            page.wait_for_function(SEEN, arg=[1, True])
            page.keyboard.press("Home")
            page.wait_for_function("() => document.getElementById('content').scrollTop === 0")
            lines += 60
        page.reload()
        page.get_by_test_id("sheet-menu").click()
        page.get_by_role("menuitemcheckbox", name="Follow the running cell", checked=True).wait_for()
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "run-menu")
        self.assertEqual(self.problems, [])


class DirectiveTests(ClientTestCase):
    """A cell that says of itself how it is to be shown."""

    arguments = ("empty",)

    def test_a_cell_that_hides_itself(self) -> None:
        """With %hideall a cell that is run hides its code and folds its output; a key shows the code again."""
        page = self.sheet()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("%hideall\n1+1")
        page.keyboard.press("Control+Enter")
        bar = page.locator(".foldbar").first
        bar.wait_for()
        wait_for_state(page, 1, "done")
        self.assertEqual(cell(page, 1).locator(".src").count(), 0)
        bar.focus()
        page.keyboard.press("Enter")
        cell(page, 1).locator(".src").get_by_text("%hideall").wait_for()
        self.assertEqual(self.violations(page), [])
        self.assertEqual(self.problems, [])
