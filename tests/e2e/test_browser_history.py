"""History: what was saved is listed, compared and brought back, files of sessions too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import BrowserTestCase, expect_state, printed
from tests.e2e.running import screenshot

pytestmark = pytest.mark.slow


class HistoryTests(BrowserTestCase):
    """One worksheet with its versions."""

    def test_versions(self) -> None:
        """Ctrl-S saves, Ctrl-Shift-S names, the panel lists and shows differences, and a revert is one more version."""
        sheet = self.new_sheet()
        page = sheet.page
        sheet.run("first = 1")
        sheet.run("open('data.txt', 'w').write('one')")
        sheet.save()
        sheet.run("second = 2; open('data.txt', 'w').write('two')")
        page.keyboard.press("Control+Shift+s")
        page.get_by_test_id("ask-input").fill("Before the talk")
        page.get_by_test_id("ask-ok").click()
        expect(page.get_by_test_id("status-version")).to_contain_text("Before the talk")
        page.get_by_test_id("history-button").click()
        named = page.get_by_test_id("version").filter(has_text="Before the talk")
        expect(named).to_have_count(1)
        screenshot(page, "history-list")
        named.click()
        added = page.get_by_test_id("diff").locator(".add")
        expect(added.filter(has_text="second = 2")).to_be_visible()
        expect(added.filter(has_text="two")).to_have_count(2)
        screenshot(page, "history-difference")
        page.get_by_role("button", name="Back").click()
        page.get_by_test_id("version").filter(has_text="Saved").first.click()
        expect(page.get_by_test_id("diff").first).to_be_visible()
        page.get_by_test_id("revert").click()
        page.get_by_test_id("confirm-yes").click()
        expect(page.get_by_test_id("version").filter(has_text="Reverted")).to_have_count(1)
        expect(page.get_by_test_id("sheet")).not_to_contain_text("second = 2")
        expect(page.get_by_test_id("sheet")).to_contain_text("first = 1")
        expect(named).to_have_count(1)
        page.get_by_test_id("history-close").click()
        sheet.edit(page.locator("[data-type=code]").count())
        sheet.page.keyboard.press("Control+a")
        self.assertEqual(printed(sheet.run("print(open('data.txt').read())")), "one\n")

    def test_outputs_come_back(self) -> None:
        """A named version shows what cells printed then, whatever they print now, and going back brings it back.

        Cleared output is gone for good.
        """
        sheet = self.new_sheet()
        page = sheet.page
        sheet.run("print('as it was')")
        page.keyboard.press("Control+Shift+s")
        page.get_by_test_id("ask-input").fill("Before the talk")
        page.get_by_test_id("ask-ok").click()
        expect(page.get_by_test_id("status-version")).to_contain_text("Before the talk")
        sheet.edit(1)
        page.keyboard.press("Control+a")
        sheet.run("print('as it is')")
        expect(sheet.cell(1).get_by_test_id("stream")).to_have_text("as it is")
        page.get_by_test_id("history-button").click()
        page.get_by_test_id("version").filter(has_text="Before the talk").click()
        kept = page.get_by_test_id("kept-output")
        expect(kept).to_have_count(1)
        expect(kept.locator("pre").first).to_have_text("print('as it was')")
        screenshot(page, "history-outputs")
        page.get_by_test_id("revert").click()
        page.get_by_test_id("confirm-yes").click()
        expect(sheet.cell(1).get_by_test_id("stream")).to_have_text("as it was")
        self.assertIn("as it was", sheet.source(1))
        page.keyboard.press("Control+k")
        page.get_by_test_id("palette-input").fill("Clear all outputs")
        page.keyboard.press("Enter")
        expect(sheet.cell(1).get_by_test_id("stream")).to_have_count(0)
        page.reload()
        sheet.wait()
        expect(sheet.cell(1)).to_have_attribute("data-state", "done")
        expect(sheet.cell(1).get_by_test_id("stream")).to_have_count(0)

    def test_files_come_back(self) -> None:
        """A file that a cell wrote is there again after the daemon has cleaned up and was started anew."""
        sheet = self.new_sheet()
        expect_state(sheet.start("open('kept.txt', 'w').write('as it was')"), "done")
        sheet.save()
        address = sheet.page.url
        sheet.page.close()
        self.daemon.stop()
        self.daemon.start()
        page = self.new_page(address.removeprefix(self.daemon.url))
        again = type(sheet)(page).wait()
        again.edit(2)
        self.assertEqual(printed(again.run("print(open('kept.txt').read())")), "as it was\n")
