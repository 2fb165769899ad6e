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


class ReturnTestCase(BrowserTestCase):
    """What these tests share. Each has a class, and so a daemon, of its own: some end theirs."""

    def reopen(self, page: Page) -> Sheet:
        """Open the address of a page in a new tab of the same browser."""
        return Sheet(self.new_page(page.url.removeprefix(self.daemon.url))).wait()

    def wait_for_numbers(self, cell: Locator, least: int) -> list[int]:
        """Wait until so many numbers are on the screen."""
        expect(cell.get_by_test_id("stream")).to_contain_text(re.compile(rf"\n{least}\n"))
        return numbers(cell)


class ClosedTabTests(ReturnTestCase):
    """A tab that is closed while its cell runs."""

    def test_closed_tab(self) -> None:
        """What a cell printed while no tab was open is there in the next tab, and it goes on arriving."""
        sheet = self.new_sheet()
        other = self.second_sheet(sheet.page)
        # The two sessions wait for each other by files of their workspace: the first goes on printing once its tab is
        # closed, and comes to its end once what it printed in the meantime was seen.
        waiting = "    while i == {} and not os.path.exists('{}'): sleep(0.05)"
        source = ["import os", "for i in range(60):", "    print(i)", waiting.format(9, "closed")]
        source += ["    if i == 39: open('printed', 'w').close()", waiting.format(49, "seen")]
        cell = sheet.start("\n".join(source))
        self.wait_for_numbers(cell, 8)
        sheet.page.close()
        other.run("import os; open('closed', 'w').close()")
        other.run("while not os.path.exists('printed'): sleep(0.05)")
        again = self.reopen(sheet.page).cell(1)
        self.wait_for_numbers(again, 38)
        self.assertEqual(again.get_attribute("data-state"), "running")
        other.run("open('seen', 'w').close()")
        expect_state(again, "done")
        self.assertEqual(numbers(again), list(range(60)))


class StoppedTests(ReturnTestCase):
    """A daemon that is stopped in order."""

    def test_stopped(self) -> None:
        """After Ctrl-C and a start text, outputs, history and login are there; variables are not, and it says so."""
        sheet = self.new_sheet()
        sheet.run("kept = 6*7")
        sheet.run("print(kept)")
        sheet.save()
        sheet.write("kept + 1")
        expect(sheet.page.get_by_test_id("status-saving")).to_have_attribute("data-state", "saved")
        self.daemon.stop(signal.SIGINT)
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


class KilledTests(ReturnTestCase):
    """A daemon that is killed."""

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
