"""Small screens, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state

pytestmark = pytest.mark.slow

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class PhoneTests(ClientTestCase):
    """A worksheet on a phone."""

    def phone(self) -> Page:
        """Open the worksheet on a phone."""
        page = self.sheet(**PHONE)
        page.wait_for_selector(".mobile-bar")
        return page

    def test_nothing_covers_code(self) -> None:
        """The time that a run took stands below the code; the worksheet's name is read whole."""
        page = self.phone()
        cell(page, 2).locator(".src").tap()
        page.wait_for_selector(".cm-focused")
        page.tap("[data-testid=mobile-run]")
        wait_for_state(page, 2, "done")
        code, time = (cell(page, 2).locator(part).bounding_box() for part in (".cm-content, .still", ".meta"))
        assert code is not None
        assert time is not None
        self.assertGreaterEqual(time["y"] + 1, code["y"] + code["height"])
        name = page.locator(".crumb .here")
        self.assertEqual(name.inner_text(), "A curve of rank one")
        self.assertLessEqual(name.evaluate("name => name.scrollWidth - name.clientWidth"), 0)
        self.screenshot(page, "phone-run")

    def test_a_notice_below_the_versions(self) -> None:
        """A notice does not cover the list of versions, or what one version holds."""
        page = self.phone()
        page.keyboard.press("Control+Alt+h")
        page.wait_for_selector("[data-testid=version]")
        self.control("lost")
        page.wait_for_selector("[data-testid=session-notice]")
        history = page.locator("aside.history").bounding_box()
        notice = page.locator("[data-testid=session-notice]").bounding_box()
        assert history is not None
        assert notice is not None
        self.assertLessEqual(history["y"] + history["height"], notice["y"])
        self.assertGreater(history["height"], 500)
        self.assertEqual((history["x"], history["width"]), (0, 390))
        self.assertGreater(notice["width"], 340)
        self.screenshot(page, "phone-versions")

    def test_the_outline_closes(self) -> None:
        """The outline has a button that closes it; what can be done with a worksheet is seen at once."""
        page = self.phone()
        page.tap("[data-testid=outline-button]")
        page.wait_for_selector("[data-testid=outline-row]")
        self.assertEqual(page.locator(".file > .menu").first.evaluate("menu => getComputedStyle(menu).opacity"), "1")
        self.screenshot(page, "phone-outline")
        self.assertEqual(self.violations(page), [])
        page.tap("[data-testid=outline-close]")
        page.locator("[data-testid=outline-row]").first.wait_for(state="hidden")

    def test_text_anywhere(self) -> None:
        """Code, text and sections are inserted behind the active cell; sharing is in the menu."""
        page = self.phone()
        cell(page, 1).locator(".src").tap()
        page.wait_for_selector(".cm-focused")
        page.tap("[data-testid=mobile-insert]")
        self.screenshot(page, "phone-insert")
        page.get_by_role("menuitem", name="Insert text below").tap()
        page.wait_for_selector(".cell.text.editing")
        page.tap("[data-testid=sheet-menu]")
        self.screenshot(page, "phone-menu")
        page.get_by_role("menuitem", name="Share the workspace").tap()
        page.wait_for_selector("dialog.share")

    def test_names_of_workspaces(self) -> None:
        """A long name takes two lines of a row at most."""
        page = self.page("/workspaces", **PHONE)
        page.wait_for_selector("[data-testid=workspace]")
        page.evaluate(
            "() => document.querySelectorAll('.nm b').forEach(name => name.textContent = "
            "'Lectures on the arithmetic of elliptic curves over number fields, autumn')"
        )
        box = page.locator(".nm b").first.bounding_box()
        assert box is not None
        self.assertLessEqual(box["height"], 41)
        self.screenshot(page, "phone-workspaces")
        self.assertEqual(self.violations(page), [])


class DesktopTests(ClientTestCase):
    """Places of things on a wide screen."""

    def test_tools_stay_in_sight(self) -> None:
        """The tools of a cell whose beginning is scrolled away are whole, below the top bar."""
        page = self.sheet(viewport={"width": 1200, "height": 420})
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        for _ in range(40):
            page.keyboard.press("Control+End")
            page.keyboard.press("Enter")
        tools = cell(page, 1).get_by_role("toolbar")
        box, bar = tools.bounding_box(), page.locator(".top").bounding_box()
        assert box is not None
        assert bar is not None
        self.assertGreaterEqual(box["y"], bar["height"])
        self.assertLess(box["y"], 420)
        self.screenshot(page, "tools")

    def test_the_outline_follows(self) -> None:
        """The outline shows the section that has been scrolled to."""
        page = self.sheet(viewport={"width": 1200, "height": 300})
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        page.locator("#content").evaluate(
            "main => main.scrollTo(0, main.querySelectorAll('.h')[2].getBoundingClientRect().top - 100)"
        )
        page.wait_for_function(
            "() => document.querySelectorAll('[data-testid=outline-row]')[2].classList.contains('on')"
        )

    def test_notices_beside_the_history(self) -> None:
        """A notice leaves the history its column."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+h")
        page.wait_for_selector("[data-testid=version]")
        self.control("gone")
        notice, history = (
            page.locator("[data-testid=session-notice]").bounding_box(),
            page.locator("aside.history").bounding_box(),
        )
        assert notice is not None
        assert history is not None
        self.assertLessEqual(notice["x"] + notice["width"], history["x"])
        self.screenshot(page, "notice-history")
