"""Signing in and out, and passwords, as the pages do it."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browsing import DESK, PATIENCE, BrowserTestCase, Sheet

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
OTHER = "staple instead of horse"


class AccountTests(BrowserTestCase):
    """Ada's account."""

    def set_password(self, page: Page, new: str, old: str | None = None) -> None:
        """Fill in the form of the settings page."""
        form = page.get_by_test_id("password-form")
        fields = form.locator("input[type=password]")
        for field, value in enumerate(([] if old is None else [old]) + [new, new]):
            fields.nth(field).fill(value)
        form.locator("button[type=submit]").click()
        expect(form.locator("[role=status]")).to_contain_text(f"The password was {'changed' if old else 'set'}.")

    def sign_in(self, context: BrowserContext, email: str, password: str) -> Page:
        """Fill in the sign-in page."""
        page = self.new_page("/signin", context)
        page.get_by_test_id("email").fill(email)
        page.get_by_test_id("password").fill(password)
        page.get_by_test_id("signin").click()
        return page

    def fresh_context(self) -> BrowserContext:
        """Return a browser that nobody is signed in to."""
        context = self.browser.new_context(viewport=DESK)
        context.set_default_timeout(PATIENCE)
        self.addCleanup(context.close)
        return context

    def test_password(self) -> None:
        """A password opens the account, is refused when wrong, and changing it ends all other logins at once."""
        ada = self.new_person("Ada")
        first = self.new_page("/settings", ada)
        self.set_password(first, PASSWORD)
        first.get_by_test_id("account-menu").click()
        first.get_by_role("menuitem", name="Sign out").click()
        expect(first.get_by_test_id("signin")).to_be_visible()
        wrong = self.sign_in(self.fresh_context(), "ada@example.org", "wrong horse battery")
        expect(wrong.get_by_test_id("signin-problem")).to_contain_text("password")
        page = self.sign_in(self.fresh_context(), "ada@example.org", PASSWORD)
        page.get_by_test_id("new-workspace").click()
        page.wait_for_url("**/w/*/*")
        Sheet(page).wait()
        elsewhere = self.fresh_context()
        expect(self.sign_in(elsewhere, "ada@example.org", PASSWORD).get_by_test_id("new-workspace")).to_be_visible()
        self.set_password(self.new_page("/settings", elsewhere), OTHER, PASSWORD)
        expect(page.get_by_test_id("stopped")).to_contain_text("signed out")
        page.goto(f"{self.daemon.url}/workspaces")
        expect(page.get_by_test_id("signin")).to_be_visible()
        still = self.new_page("/workspaces", elsewhere)
        expect(still.get_by_test_id("new-workspace")).to_be_visible()

    def test_used_link(self) -> None:
        """A sign-in link works once; after that the page says what to do."""
        made = self.daemon.run_command("user", "add", "bea@example.org", "--name", "Bea")
        link = next(word for word in made.stdout.split() if word.startswith("http"))
        self.new_context(link).close()
        page = self.fresh_context().new_page()
        page.goto(link)
        expect(page.get_by_test_id("signin-problem")).to_contain_text("link")
        self.assertNotIn("link=", page.url)
