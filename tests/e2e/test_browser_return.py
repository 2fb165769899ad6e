"""Coming back: closed tabs, stopped and killed daemons lose nothing and show nothing that is wrong."""

from __future__ import annotations

import re
import signal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state, printed

pytestmark = pytest.mark.slow


def numbers(cell: Locator) -> list[int]:
    """Return the numbers that a cell has printed, a line each."""
    return [int(line) for line in printed(cell).split()]


class ReturnTests(BrowserTestCase):
    """Each test uses the daemon that the one before has left, stopped or running."""

    def setUp(self) -> None:
        """Start the daemon again if the test before ended it."""
        if self.daemon.process is None or self.daemon.process.poll() is not None:
            self.daemon.start()

    def reopen(self, page: Page) -> Sheet:
        """Open the address of a page in a new tab of the same browser."""
        return Sheet(self.new_page(page.url.removeprefix(self.daemon.url))).wait()

    def wait_for_numbers(self, cell: Locator, least: int) -> list[int]:
        """Wait until so many numbers are on the screen."""
        expect(cell.get_by_test_id("stream")).to_contain_text(re.compile(rf"\n{least}\n"))
        return numbers(cell)

    def test_closed_tab(self) -> None:
        """What a cell printed while no tab was open is there in the next tab, and it goes on arriving."""
        sheet = self.new_sheet()
        cell = sheet.start("for i in range(60): print(i); sleep(0.1)")
        before = self.wait_for_numbers(cell, 3)[-1]
        sheet.page.close()
        # The tab has to be closed for as long as something is printed; nothing shows that, so this is a sleep.
        watcher = self.new_page("/workspaces")
        watcher.wait_for_timeout(1500)
        again = self.reopen(sheet.page).cell(1)
        self.wait_for_numbers(again, before + 10)
        self.assertEqual(again.get_attribute("data-state"), "running")
        expect_state(again, "done")
        self.assertEqual(numbers(again), list(range(60)))

    def test_stopped(self) -> None:
        """After Ctrl-C and a start text, outputs, history and login are there; variables are not, and it says so."""
        sheet = self.new_sheet()
        sheet.run("kept = 6*7")
        sheet.run("print(kept)")
        sheet.save()
        sheet.write("kept + 1")
        expect(sheet.page.get_by_test_id("status-saving")).to_have_attribute("data-state", "saved")
        self.assertLess(self.daemon.stop(signal.SIGINT), 10)
        self.daemon.start()
        # The page that was open comes back by itself.
        expect(sheet.page.get_by_test_id("status-connection")).to_have_attribute("data-state", "connected")
        again = self.reopen(sheet.page)
        self.assertEqual([again.source(number) for number in (1, 2, 3)], ["kept = 6*7", "print(kept)", "kept + 1"])
        self.assertEqual(printed(again.cell(2)), "42\n")
        expect(again.page.get_by_test_id("session-notice")).to_contain_text("ariables")
        again.page.get_by_test_id("history-button").click()
        expect(again.page.get_by_test_id("version").filter(has_text="Saved")).to_have_count(1)
        again.page.get_by_test_id("history-close").click()
        again.edit(3)
        again.page.keyboard.press("Control+Enter")
        expect_state(again.cell(3), "error")
        expect(again.cell(3).get_by_test_id("error")).to_contain_text("NameError")

    def test_killed(self) -> None:
        """After kill -9 in mid-print the output is a prefix without gaps or repetitions, and the run is called lost."""
        sheet = self.new_sheet()
        cell = sheet.start("for i in range(10000): print(i); sleep(0.02)")
        seen = self.wait_for_numbers(cell, 50)
        self.daemon.stop(signal.SIGKILL, group=False)
        self.daemon.start()
        expect_state(cell, "lost")
        stayed = numbers(cell)
        self.assertEqual(stayed, list(range(len(stayed))))
        expect(cell).to_contain_text(re.compile("ended|lost|stopped", re.IGNORECASE))
        again = self.reopen(sheet.page).cell(1)
        expect_state(again, "lost")
        self.assertEqual(numbers(again), stayed)
        self.assertGreater(len(stayed), len(seen) // 2)
