"""What pages say to people: in the words of what happened, and only for as long as it is true. In Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state

pytestmark = pytest.mark.slow


class ConnectionMessageTests(ClientTestCase):
    """While there is no connection, and afterwards."""

    def test_a_refusal_goes_with_its_cause(self) -> None:
        """That a cell was not run for want of a connection is told until there is one again."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        self.refuse(page, "rights-unknown")
        page.keyboard.press("Control+Enter")
        page.get_by_text("Not connected. The cell was not run.").wait_for()
        self.control("refuse-")
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        page.locator("[data-testid=notice]").wait_for(state="detached")

    def test_access_that_was_taken_away(self) -> None:
        """Who had access and has none is told so, and shown to the workspaces that they have."""
        page = self.sheet()
        self.refuse(page, "not-found")
        notice = page.locator("[data-testid=stopped]")
        notice.wait_for()
        self.assertIn("no access to this workspace any more", notice.inner_text())
        self.screenshot(page, "access-taken")
        notice.get_by_role("link", name="Workspaces").click()
        page.wait_for_url("**/workspaces")

    def test_signed_in_again_elsewhere(self) -> None:
        """Whoever comes back to a page after signing in in another one finds it connected."""
        page = self.sheet()
        self.refuse(page, "not-signed-in")
        page.wait_for_selector("[data-testid=stopped]")
        self.control("refuse-")
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.assertEqual(page.locator("[data-testid=stopped]").count(), 0)

    def refuse(self, page: Page, code: str) -> None:
        """Cut the connection, and refuse whatever comes next, for a reason."""
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.control(f"refuse-{code}")
        page.locator("[data-testid=status-connection]:not([data-state=connected])").wait_for()


class CellMessageTests(ClientTestCase):
    """About cells."""

    def test_changed_since_it_ran(self) -> None:
        """The bar beside a cell that was changed since it ran says so, to who points at it and to who listens."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+End")
        # A remark is no change.
        page.keyboard.type("  # a remark")
        self.wait_until_heard(page, "edit")
        page.wait_for_timeout(400)
        self.assertEqual(cell(page, 1).locator(".mark").count(), 0)
        page.keyboard.type("\n1")
        bar = cell(page, 1).get_by_role("img", name="Changed since it ran")
        bar.wait_for()
        bar.hover()
        self.assertEqual(bar.get_attribute("title"), "Changed since it ran")
        self.assertEqual(self.violations(page), [])

    def test_who_deleted_it(self) -> None:
        """Whose cell was deleted under their hands reads who did it."""
        page = self.sheet()
        cell(page, 2).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("1 + 1")
        self.wait_until_heard(page, "edit")
        self.control("delete-cell05")
        notice = page.locator("[data-testid=rescued]")
        notice.wait_for()
        self.assertIn("Ines Moreau deleted the cell that you wrote in.", notice.inner_text())


class SettingsMessageTests(ClientTestCase):
    """On the settings page."""

    def test_a_first_password_is_set(self) -> None:
        """Who had no password has set one, and not changed it."""
        page = self.page("/settings")
        form = page.locator("[data-testid=password-form]")
        self.assertIn("At least 10 characters.", form.inner_text())
        for field in form.locator("input").all():
            field.fill("correct horse battery")
        page.route("**/api/password", lambda route: route.fulfill(json={"secret": "secret-of-this-origin-02"}))
        form.get_by_role("button").click()
        form.get_by_text("The password was set.").wait_for()
