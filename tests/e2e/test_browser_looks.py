"""Every page in light, dark and on a phone: axe finds nothing serious, and pictures are kept to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESK, PHONE, BrowserTestCase, Sheet, fresh_sheet
from tests.e2e.running import screenshot

pytestmark = pytest.mark.slow

AXE = Path(__file__).parent.parent.parent / "static" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


def problems(page: Page) -> list[Any]:
    """Return what axe finds serious, a line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;0")
    checked, found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], iframes: false})"
        ".then((result) => [result.passes.length, result.violations])"
    )
    assert checked > 10, checked
    return [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


class LooksTests(BrowserTestCase):
    """Pages with something on them."""

    sheet: Sheet

    @classmethod
    def setUpClass(cls) -> None:
        """Fill a worksheet."""
        super().setUpClass()
        page = cls.context.new_page()
        page.goto(f"{cls.daemon.url}/workspaces")
        cls.sheet = fresh_sheet(page)
        cls.sheet.run("factor(2^128+1)")
        cls.sheet.run("for i in range(3): print('line', i)")
        cls.sheet.run("plot(sin(x), 0, 6)")
        cls.sheet.run("1/0", "error")
        cls.sheet.save()

    def check(self, page: Page, name: str) -> None:
        """Look at a page in light, in dark and on a phone."""
        for suffix, scheme, size in (("light", "light", DESK), ("dark", "dark", DESK), ("phone", "light", PHONE)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => 0)))")
            screenshot(page, f"{name}-{suffix}")
            self.assertEqual(problems(page), [], f"{name} {suffix}")
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), size["width"])

    def test_signin(self) -> None:
        """Sign-in."""
        context = self.browser.new_context(viewport=DESK)
        self.addCleanup(context.close)
        page = self.new_page("/signin", context)
        expect(page.get_by_test_id("signin")).to_be_visible()
        self.check(page, "signin")

    def test_workspaces(self) -> None:
        """The list of workspaces."""
        page = self.new_page("/workspaces")
        expect(page.get_by_test_id("workspace")).to_have_count(1)
        self.check(page, "workspaces")

    def test_worksheet(self) -> None:
        """A worksheet with results."""
        page = self.new_page(self.sheet.page.url.removeprefix(self.daemon.url))
        sheet = Sheet(page).wait()
        expect(sheet.cell(1).locator(".katex").first).to_be_visible()
        expect(sheet.cell(3).locator("img")).to_be_visible()
        self.check(page, "worksheet")

    def test_history(self) -> None:
        """The panel with the versions, and a difference."""
        page = self.new_page(self.sheet.page.url.removeprefix(self.daemon.url))
        Sheet(page).wait()
        page.get_by_test_id("history-button").click()
        expect(page.get_by_test_id("version").first).to_be_visible()
        self.check(page, "history")
        page.get_by_test_id("version").filter(has_text="Saved").first.click()
        expect(page.get_by_test_id("diff").first).to_be_visible()
        self.check(page, "difference")

    def test_settings(self) -> None:
        """Settings."""
        page = self.new_page("/settings")
        expect(page.get_by_test_id("password-form")).to_be_visible()
        self.check(page, "settings")

    def test_management(self) -> None:
        """Workers, users and logs."""
        page = self.new_page("/management")
        expect(page.get_by_test_id("worker")).to_have_count(1)
        self.check(page, "workers")
        page.set_viewport_size(DESK)
        page.get_by_test_id("manage-users").click()
        expect(page.get_by_test_id("user").first).to_be_visible()
        self.check(page, "users")
        page.set_viewport_size(DESK)
        page.get_by_test_id("manage-logs").click()
        expect(page.locator(".log td").first).to_be_visible()
        self.check(page, "logs")
