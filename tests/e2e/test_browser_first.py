"""The newcomer's path: from the first link to a worksheet in which Sage answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browsing import PHONE, BrowserTestCase, expect_state, printed
from tests.e2e.running import screenshot

pytestmark = pytest.mark.slow

PRIMES = ("59649589127497217", "5704689200685129054721")


class FirstPathTests(BrowserTestCase):
    """What somebody sees who has just installed it."""

    def test_typing_begins_at_once(self) -> None:
        """The empty worksheet of a new workspace has the keyboard, and no key press is lost, also after a run."""
        sheet = self.new_sheet()
        sheet.page.wait_for_function("document.activeElement.matches('.cm-content')")
        self.assertEqual(sheet.source(1), "")
        sheet.page.keyboard.type("2+2")
        sheet.page.keyboard.press("Shift+Enter")
        sheet.page.keyboard.type("3+3")
        expect(sheet.cell(2).locator(".cm-line")).to_have_text("3+3")
        expect_state(sheet.cell(1), "done")
        self.assertEqual((sheet.source(1), printed(sheet.cell(1)).strip()), ("2+2", "4"))

    def test_a_new_workspace_asks_for_its_name(self) -> None:
        """Typing replaces its name, and the title of its worksheet; Escape keeps it; Enter goes on to the cell."""
        page = self.new_page("/workspaces")
        page.get_by_test_id("new-workspace").click()
        title = page.get_by_test_id("title")
        expect(title.locator("input")).to_be_focused()
        page.keyboard.type("Curves of rank one")
        page.keyboard.press("Enter")
        page.keyboard.type("2+2")
        expect(page.locator(".cm-line")).to_have_text("2+2")
        expect(title).to_have_text("Curves of rank one")
        expect(page.locator(".crumb")).to_contain_text("Curves of rank one")
        expect(page.get_by_test_id("status-saving")).to_have_attribute("data-state", "saved")
        title.get_by_role("button").click()
        page.keyboard.type("Twists")
        page.keyboard.press("Enter")
        expect(title).to_have_text("Twists")
        page.reload()
        expect(title).to_have_text("Twists")
        expect(title.locator("input")).to_have_count(0)
        page.goto(f"{self.daemon.url}/workspaces")
        expect(page.locator("table")).to_contain_text("Curves of rank one")
        page.get_by_test_id("new-workspace").click()
        expect(title.locator("input")).to_be_focused()
        page.keyboard.type("no")
        page.keyboard.press("Escape")
        page.keyboard.type("3+3")
        expect(page.locator(".cm-line")).to_have_text("3+3")
        expect(page.locator(".crumb")).to_contain_text("Untitled workspace")

    def test_an_empty_list_says_what_to_do_first(self) -> None:
        """With the button for it, in words that are true."""
        page = self.new_page("/workspaces", self.new_person("Fay"))
        steps = page.get_by_test_id("first-steps")
        expect(steps).to_contain_text("Shift-Enter")
        screenshot(page, "first-steps")
        steps.get_by_role("button").click()
        expect(page.get_by_test_id("title").locator("input")).to_be_focused()

    def test_the_last_word_after_a_save_is_its_version(self) -> None:
        """The one that the history has, and that another save finds nothing new to keep."""
        sheet = self.new_sheet()
        sheet.run("2+2")
        sheet.save()
        status = sheet.page.get_by_test_id("status-version")
        short = (status.get_attribute("data-version") or "")[:7]
        expect(status).to_contain_text(re.compile(rf"Saved .*\({short}\)"))
        sheet.page.keyboard.press("Control+s")
        expect(status).to_contain_text(f"Nothing new since version {short}")
        status.click()
        expect(sheet.page.get_by_test_id("version").first.locator("time")).to_have_attribute("title", re.compile(short))

    def test_answers(self) -> None:
        """Answers are typeset with MathML beside, plots are pictures, errors are red, and no page is too wide."""
        sheet = self.new_sheet()
        factors = sheet.run("factor(2^128+1)")
        for prime in PRIMES:
            expect(factors.locator(".katex-html")).to_contain_text(prime)
            expect(factors.locator("math")).to_contain_text(prime)
        plot = sheet.run("plot(sin(x), 0, 6)").locator("img")
        expect(plot).to_be_visible()
        self.assertGreater(plot.evaluate("image => image.decode().then(() => image.naturalWidth)"), 200)
        integral = sheet.run("integrate(sin(x)^2, x)")
        expect(integral.locator(".katex-html .mfrac").first).to_be_visible()
        expect(integral.locator("math mfrac").first).to_be_attached()
        self.check_error(sheet.run("a = 5\na/0", "error"))
        screenshot(sheet.page, "worksheet-light")
        sheet.page.emulate_media(color_scheme="dark")
        expect(sheet.page.locator("body")).to_have_css("background-color", "rgb(20, 23, 26)")
        screenshot(sheet.page, "worksheet-dark")
        sheet.page.emulate_media(color_scheme="light")
        sheet.page.set_viewport_size(PHONE)
        factors.scroll_into_view_if_needed()
        screenshot(sheet.page, "worksheet-phone")
        self.assertEqual(sheet.page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])

    def check_error(self, cell: Locator) -> None:
        """Expect the message, the line, and the traceback behind a button."""
        error = cell.get_by_test_id("error")
        expect(error).to_contain_text("ZeroDivisionError")
        expect(error.locator(".at")).to_contain_text("a/0")
        expect(error.locator(".at .ln")).to_have_text("2")
        expect(error.locator(".frames")).to_have_count(0)
        red, green, blue = map(
            int, re.findall(r"\d+", error.locator("b").evaluate("e => getComputedStyle(e).color"))[:3]
        )
        self.assertGreater(red, green + blue - 60)
        error.get_by_test_id("traceback").click()
        expect(error.locator(".frames li").first).to_be_visible()
        error.get_by_test_id("traceback").click()

    def test_each_print_is_seen_while_the_cell_runs(self) -> None:
        """Not when it has ended: the cell goes on only after its last print was seen."""
        sheet = self.new_sheet()
        other = self.second_sheet(sheet.page)
        waiting = "while not os.path.exists(f'seen{i}'): sleep(0.05)"
        cell = sheet.start(f"import os\nfor i in range(5):\n    print(i)\n    {waiting}")
        stream = cell.get_by_test_id("stream")
        for number in range(5):
            expect(stream).to_have_text("".join(f"{each}\n" for each in range(number + 1)))
            self.assertEqual(cell.get_attribute("data-state"), "running")
            other.run(f"open('seen{number}', 'w').close()")
        expect_state(cell, "done")

    def test_stop(self) -> None:
        """Stop ends an endless loop, what was computed before is still there, and the next cell runs."""
        sheet = self.new_sheet()
        sheet.run("kept = 41")
        cell = sheet.start("while True: pass")
        expect_state(cell, "running")
        sheet.page.get_by_test_id("stop").click()
        expect_state(cell, "interrupted")
        expect(cell).to_contain_text("Interrupted")
        sheet.edit(3)
        self.assertEqual(printed(sheet.run("kept + 1")).strip(), "42")
