"""Two people in one worksheet, and one who may only read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import BrowserTestCase, Sheet, call, expect_state, printed

pytestmark = pytest.mark.slow


class TogetherTests(BrowserTestCase):
    """The administrator shares a worksheet with Ines, who may edit, and with Viktor, who may read."""

    def share(self, sheet: Sheet, email: str, role: str) -> None:
        """Share in the dialog."""
        sheet.page.get_by_role("button", name="Share").first.click()
        dialog = sheet.page.get_by_role("dialog")
        dialog.locator("input[type=email]").fill(email)
        dialog.locator("select").select_option(role)
        dialog.get_by_role("button", name="Share", exact=True).click()
        expect(dialog.locator(".people li")).to_have_count(2)
        sheet.page.keyboard.press("Escape")

    def test_editor(self) -> None:
        """Both see what the other one writes, where, and what either of them runs."""
        ines = self.new_person("Ines")
        mine = self.new_sheet()
        self.share(mine, "ines@example.org", "editor")
        mine.edit(1)
        mine.write("a = 20")
        hers = Sheet(self.new_page(mine.page.url.removeprefix(self.daemon.url), ines)).wait()
        expect(hers.cell(1).locator(".src")).to_contain_text("a = 20")
        hers.edit(1)
        hers.page.keyboard.press("End")
        hers.page.keyboard.type(" + 1")
        expect(mine.cell(1).locator(".src")).to_contain_text("a = 20 + 1")
        expect(mine.cell(1).locator(".peer-caret")).to_contain_text("Ines")
        expect(mine.page.get_by_role("img", name="Ines")).to_be_visible()
        hers.page.keyboard.press("Shift+Enter")
        expect_state(mine.cell(1), "done")
        mine.edit(2)
        mine.run("print(2*a)")
        expect(hers.cell(2).get_by_test_id("stream")).to_have_text("42\n")
        # At the same time, in the same cell.
        mine.edit(3)
        hers.edit(3)
        for number in range(10):
            mine.page.keyboard.insert_text(f"<{number}>")
            hers.page.keyboard.insert_text(f"[{number}]")
        expect(mine.cell(3).locator(".src")).to_contain_text("[9]")
        expect(hers.cell(3).locator(".src")).to_contain_text("<9>")
        self.assertEqual(mine.source(3), hers.source(3))
        self.assertEqual(len(mine.source(3)), 60)

    def test_viewer(self) -> None:
        """Who may only read sees what happens, is told so, and can change and run nothing, not even past the page."""
        viktor = self.new_person("Viktor")
        mine = self.new_sheet()
        self.share(mine, "viktor@example.org", "viewer")
        address = mine.page.url.removeprefix(self.daemon.url)
        his = Sheet(self.new_page(address, viktor)).wait()
        expect(his.page.get_by_test_id("read-only")).to_be_visible()
        mine.edit(1)
        mine.run("print(6*7)")
        expect(his.cell(1).get_by_test_id("stream")).to_have_text("42\n")
        his.cell(1).click()
        his.page.keyboard.type("oops")
        his.page.keyboard.press("Shift+Enter")
        self.assertEqual(mine.source(1), "print(6*7)")
        self.assertEqual(his.page.get_by_test_id("run").count(), 0)
        workspace = address.split("/")[2]
        refused = call(his.page, "PATCH", f"/api/workspaces/{workspace}", {"name": "Mine"})
        self.assertEqual(refused["status"], 403)

    def test_stranger(self) -> None:
        """Who has no part in a workspace does not learn that it exists."""
        stranger = self.new_person("Stranger")
        mine = self.new_sheet()
        page = self.new_page(mine.page.url.removeprefix(self.daemon.url), stranger)
        expect(page.get_by_test_id("stopped")).to_contain_text("does not exist")
        expect(page.get_by_test_id("cell")).to_have_count(0)

    def test_printed_by_both(self) -> None:
        """A second tab of the same person follows a running cell from where it is."""
        mine = self.new_sheet()
        cell = mine.start("for i in range(20): print(i); sleep(0.1)")
        expect(cell.get_by_test_id("stream")).to_contain_text("2\n")
        second = Sheet(self.new_page(mine.page.url.removeprefix(self.daemon.url))).wait()
        expect_state(second.cell(1), "done")
        self.assertEqual(printed(second.cell(1)), "".join(f"{i}\n" for i in range(20)))
