"""Cells that run together, in a real session: their places in line, and what becomes of them when one fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state, printed

pytestmark = pytest.mark.slow

CELLS = ("n = input('Go? ')", "1/0", "print('three')", "print(undefined_name)")


class BatchTests(BrowserTestCase):
    """A worksheet whose first cell waits for an answer and whose second fails, used by keys alone."""

    def test_a_batch_stops_or_goes_on_by_choice(self) -> None:
        """What waits shows its place; an error ends the batch or not, as was chosen, also in a page loaded anew."""
        sheet = self.new_sheet()
        page = sheet.page
        for number, text in enumerate(CELLS):
            if number:
                page.keyboard.press("Escape")
                page.keyboard.press("b")
                expect(sheet.cell(number + 1).locator(".cm-focused")).to_be_visible()
            sheet.write(text)
        page.keyboard.press("Escape")
        self.run_all(sheet)
        self.jump(sheet)
        in_line = page.get_by_test_id("in-line")
        expect(in_line).to_have_text(["Next", "2nd in line", "3rd in line"])
        self.answer(sheet)
        expect_state(sheet.cell(4), "cancelled")
        self.assertEqual(self.states(sheet), ["done", "error", "cancelled", "cancelled"])
        notice = page.get_by_test_id("stopped-at")
        expect(notice).to_contain_text("Stopped at cell 2: ZeroDivisionError")
        self.choose(page, "Go on after an error")
        expect(page.get_by_test_id("notice")).to_contain_text("the others run all the same")
        page.reload()
        sheet.wait()
        page.get_by_test_id("sheet-menu").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitemcheckbox", name="Go on after an error")).to_be_checked()
        expect(page.get_by_role("menuitemcheckbox", name="Run what depends")).not_to_be_checked()
        page.keyboard.press("Escape")
        self.run_all(sheet)
        self.answer(sheet)
        expect_state(sheet.cell(4), "error")
        self.assertEqual(self.states(sheet), ["done", "error", "done", "error"])
        self.assertEqual(printed(sheet.cell(3)), "three\n")
        expect(notice).to_contain_text("2 cells failed: 2, 4")
        for number in (2, 4, 2):
            page.get_by_test_id("go-to-failure").focus()
            page.keyboard.press("Enter")
            expect(sheet.cell(number)).to_be_focused()

    def jump(self, sheet: Sheet) -> None:
        """The top bar says that a cell asks; its button and a key lead into the field from another cell."""
        page = sheet.page
        button = page.get_by_test_id("go-to-question")
        expect(button.locator("span:visible")).to_have_text("Waits for an answer, 3 queued")
        for act in ("Enter", "Control+Alt+a"):
            sheet.edit(4)
            if act == "Enter":
                button.focus()
            page.keyboard.press(act)
            expect(page.get_by_label("Go?")).to_be_focused()

    def choose(self, page: Page, command: str) -> None:
        """Run a command of the palette."""
        page.keyboard.press("Control+k")
        expect(page.locator("dialog input")).to_be_focused()
        page.keyboard.type(command)
        page.keyboard.press("Enter")

    def run_all(self, sheet: Sheet) -> None:
        """Run all cells, and wait until the first asks."""
        self.choose(sheet.page, "Run all cells")
        expect(sheet.cell(1).get_by_label("Go?")).to_be_visible()

    def answer(self, sheet: Sheet) -> None:
        """Answer what the first cell asks."""
        sheet.page.get_by_label("Go?").focus()
        sheet.page.keyboard.type("yes")
        sheet.page.keyboard.press("Enter")

    def states(self, sheet: Sheet) -> list[str | None]:
        """Return the states of all code cells."""
        return [sheet.cell(number).get_attribute("data-state") for number in range(1, len(CELLS) + 1)]
