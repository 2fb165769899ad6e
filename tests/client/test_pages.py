"""Every page: reachable, free of what axe finds, in light, dark and on a small screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client.browsing import SHEET, ClientTestCase, cell, wait_for_state
from tests.client.server import USER

pytestmark = pytest.mark.slow

ORDINARY = {**USER, "privilege": "user"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "mobile": {"viewport": {"width": 430, "height": 932}, "has_touch": True},
}


class AccessTests(ClientTestCase):
    """WCAG 2.2 AA."""

    def look(self, name: str, path: str, ready: str, *, signed_in: bool = True) -> None:
        """Open a page in every look; axe finds nothing in it."""
        for look, options in LOOKS.items():
            page = self.page(path, self.context(signed_in=signed_in, reduced_motion="reduce", **options))
            page.wait_for_selector(ready)
            # Fonts and formulas come after the page: it is looked at when nothing more is on its way.
            page.wait_for_load_state("networkidle")
            self.screenshot(page, f"{name}-{look}")
            self.assertEqual(self.violations(page), [], f"{name} {look}")
        self.assertEqual(self.problems, [])

    def test_sign_in(self) -> None:
        """The sign-in page."""
        self.look("signin", "/signin", "[data-testid=signin]", signed_in=False)

    def test_workspaces(self) -> None:
        """The list of workspaces."""
        self.look("workspaces", "/workspaces", "[data-testid=workspace]")

    def test_settings(self) -> None:
        """The settings."""
        self.look("settings", "/settings", "[data-testid=profile]")

    def test_management(self) -> None:
        """The page of administrators."""
        self.look("management", "/management", "[data-testid=worker]")

    def test_worksheet(self) -> None:
        """The worksheet, with output of every kind and the tools of an active cell."""
        page = self.sheet()
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]").fill("run all")
        page.keyboard.press("Enter")
        wait_for_state(page, 4, "done")
        page.click("[data-testid=traceback]")
        cell(page, 2).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        self.assertEqual(self.violations(page), [])
        self.look("worksheet", SHEET, "[data-testid=output] img")

    def test_panels(self) -> None:
        """The palette, the list of keys, the history."""
        page = self.sheet()
        page.keyboard.press("Control+k")
        page.wait_for_selector("[data-testid=palette-input]")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("dialog.keys")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Alt+h")
        page.wait_for_selector("[data-testid=version]")
        self.assertEqual(self.violations(page), [])


class ListTests(ClientTestCase):
    """The list of workspaces while others change it."""

    def test_the_list_is_fresh(self) -> None:
        """What others share is there when the page is looked at again, and soon while it is; unseen it asks nothing."""
        context = self.context()
        context.clock.install()
        page = self.page("/workspaces", context)
        names = page.locator("[data-testid=workspace]")
        names.first.wait_for()
        self.control("share-Bridges")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        names.filter(has_text="Bridges").wait_for()
        self.control("share-Tunnels")
        page.clock.fast_forward(30_000)
        names.filter(has_text="Tunnels").wait_for()
        asked = self.requests.count(f"{self.url}/api/workspaces")
        page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
        page.clock.fast_forward(90_000)
        page.evaluate("fetch('/api/site')")
        self.assertEqual(self.requests.count(f"{self.url}/api/workspaces"), asked)


class QuotaTests(ClientTestCase):
    """What a person sees of their quotas."""

    def test_what_is_left(self) -> None:
        """The settings page shows what is had, what may be had, and how to free some where nearly all of it is used."""
        page = self.page("/settings")
        quota = page.locator("[data-testid=quota-sessions]")
        quota.wait_for()
        self.assertIn("1 of 20, 19 left", quota.inner_text())
        self.assertIn("3 MB of 512 MB, 509 MB left", page.locator("[data-testid=quota-outputs]").inner_text())
        self.assertNotIn("End one.", quota.inner_text())
        self.assertIn("Close a page.", page.locator("[data-testid=quota-pages]").inner_text())
        stored = page.locator("[data-testid=stored]").inner_text()
        self.assertIn("1 MB of output, 2 MB of history, 4 MB of files", stored)
        self.assertEqual(self.violations(page), [])


class ManagementTests(ClientTestCase):
    """The page of administrators."""

    def test_who_can_be_changed(self) -> None:
        """Others can be made administrators and disabled; oneself and the command line's account offer nothing."""
        page = self.page("/management")
        page.click("[data-testid=manage-users]")
        page.wait_for_selector("[data-testid=user]")
        menus = [each.locator("button").count() for each in page.locator("[data-testid=user]").all()]
        self.assertEqual(menus, [0, 1, 0])
        self.assertEqual(self.violations(page), [])

    def test_isolation_in_words(self) -> None:
        """What was found about the jail is told in words, and each page of the menu has an icon of its own."""
        page = self.page("/management/workers")
        page.get_by_text("25 checks passed in 0.2 s").wait_for()
        icons = [each.get_attribute("d") for each in page.locator(".side .ic path").all()]
        self.assertEqual(len(set(icons)), len(icons))

    def test_an_address_is_changed(self) -> None:
        """An administrator gives somebody another address; an ordinary person sees their own and cannot change it."""
        page = self.page("/management/users")
        page.locator("[data-testid=user]").nth(1).locator("button").click()
        page.get_by_role("menuitem", name="Change address").click()
        page.fill("[data-testid=new-email]", "ines@new.example")
        self.assertEqual(self.violations(page), [])
        with page.expect_request(lambda request: request.method == "PATCH") as asked:
            page.locator("[data-testid=move] button[type=submit]").click()
        self.assertEqual((asked.value.post_data_json, asked.value.url[-3:]), ({"email": "ines@new.example"}, "/u2"))
        page.wait_for_selector("[data-testid=new-email]", state="detached")
        ordinary = self.context()
        ordinary.route("**/api/me", lambda route: route.fulfill(json={"user": ORDINARY, "settings": {}}))
        for context, editable in ((ordinary, False), (self.context(), True)):
            own = self.page("/settings", context).locator("[data-testid=own-email]")
            own.wait_for()
            self.assertEqual(own.is_editable(), editable)

    def test_new_user_is_called_off(self) -> None:
        """Cancel and Escape both close the form of a new account."""
        page = self.page("/management/users")
        for way in ("button:has-text('Cancel')", None):
            page.click("[data-testid=new-user]")
            page.locator("[data-testid=create-user] input:focus").wait_for()
            if way is None:
                page.keyboard.press("Escape")
            else:
                page.click(f"[data-testid=create-user] {way}")
            page.wait_for_selector("dialog", state="detached")

    def test_sessions(self) -> None:
        """Sessions are listed with whose they are, and each can be ended."""
        page = self.page("/management")
        page.click("[data-testid=manage-sessions]")
        session = page.locator("[data-testid=session]")
        session.wait_for()
        self.assertEqual(session.locator("[data-testid=end-session]").count(), 1)
        self.assertEqual(self.violations(page), [])

    def test_each_page_has_an_address(self) -> None:
        """A page of management is opened by its address, and going back leads to the one before."""
        page = self.page("/management/logs")
        page.get_by_role("heading", name="Logs").wait_for()
        page.click("[data-testid=manage-users]")
        page.wait_for_selector("[data-testid=user]")
        self.assertTrue(page.url.endswith("/management/users"))
        page.go_back()
        page.get_by_role("heading", name="Logs").wait_for()

    def test_logs_on_a_phone(self) -> None:
        """A small screen leaves a record's component out, so that its message has room; a wide one shows it."""
        page = self.page("/management")
        page.click("[data-testid=manage-logs]")
        component = page.locator(".log td", has_text="backend")
        component.wait_for()
        page.set_viewport_size({"width": 430, "height": 932})
        component.wait_for(state="hidden")
        self.assertTrue(page.get_by_text("something <b>failed</b>").is_visible())
        self.assertEqual(self.violations(page), [])


class EntryTests(ClientTestCase):
    """The ways in."""

    def test_password(self) -> None:
        """A wrong password is said in words; the right one opens the list."""
        page = self.page("/", signed_in=False)
        page.fill("[data-testid=email]", "emil@example.org")
        page.fill("[data-testid=password]", "wrong")
        page.click("[data-testid=signin]")
        self.assertIn("password is wrong", page.locator("[data-testid=signin-problem]").inner_text())
        page.fill("[data-testid=password]", "right")
        page.click("[data-testid=signin]")
        page.wait_for_selector("[data-testid=workspace]")

    def test_first_link(self) -> None:
        """The first link opens the list, leaves nothing in the address, and asks for a password."""
        page = self.page("/#first=a-token-of-some-length", signed_in=False)
        page.wait_for_selector("[data-testid=set-password]")
        self.assertNotIn("token", page.url)

    def test_link_in_an_open_page(self) -> None:
        """A link that only changes the address's fragment, because its page is open already, is spent all the same."""
        for path, kind in (("/", "first"), ("/signin", "link")):
            page = self.page(path, signed_in=False)
            page.wait_for_selector("[data-testid=signin]")
            page.evaluate(f"location.hash = '#{kind}=a-token-of-some-length'")
            page.wait_for_selector("[data-testid=workspace]")
            self.assertNotIn("token", page.url)
        self.assertEqual(self.problems, [])

    def test_sign_out(self) -> None:
        """Signing out forgets the origin's secret."""
        page = self.page("/workspaces", signed_in=False)
        page.fill("[data-testid=email]", "emil@example.org")
        page.fill("[data-testid=password]", "right")
        page.click("[data-testid=signin]")
        page.click("[data-testid=account-menu]")
        page.click("text=Sign out")
        page.wait_for_selector("[data-testid=signin]")
        page.locator("[data-testid=no-password] >> text=bin/sagews user link ADDRESS").wait_for()
        self.assertIsNone(page.evaluate("localStorage['sagews.secret'] ?? null"))
