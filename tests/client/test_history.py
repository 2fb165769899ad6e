"""The history panel in Chromium, key by key: names that are given and taken, and the way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.client.browsing import ClientTestCase
from tests.client.test_typing import type_keys, write_in

pytestmark = pytest.mark.slow


class HistoryPanelTests(ClientTestCase):
    """One worksheet with its history open."""

    def opened(self) -> Page:
        """Open the worksheet and its history by the keyboard."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+h")
        page.wait_for_selector("[data-testid=version]")
        return page

    def name(self, page: Page, name: str) -> None:
        """Answer the question for a name."""
        page.wait_for_selector("[data-testid=ask-input]:focus")
        type_keys(page, name)
        page.keyboard.press("Enter")

    def test_naming_leaves_it_open(self) -> None:
        """A version that is named by its button, or by Ctrl-Shift-S, is seen in the list at once, with who named it."""
        page = self.opened()
        page.get_by_role("button", name="Name this version").press("Enter")
        self.name(page, "draft")
        row = page.locator("[data-testid=version]")
        expect(row.locator("b")).to_have_text("draft")
        expect(row.locator("small")).to_have_text("Named by Emil Novak, 1 file changed")
        write_in(page, 1)
        page.keyboard.press("Control+Shift+s")
        self.name(page, "final")
        expect(row.locator("b")).to_have_text("final")
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+f")
        page.wait_for_selector("[data-testid=find-input]:focus")
        page.keyboard.press("Escape")
        expect(row).to_be_visible()

    def test_a_name_is_taken_by_the_keyboard(self) -> None:
        """Who may is asked first, with "no" chosen; then the version is one that was saved, and the keyboard stays."""
        page = self.opened()
        page.keyboard.press("Control+Shift+s")
        self.name(page, "draft")
        row = page.locator("[data-testid=version]")
        expect(row.locator("b")).to_have_text("draft")
        row.focus()
        page.keyboard.press("Enter")
        button = page.locator("[data-testid=unname]")
        button.wait_for()
        self.screenshot(page, "history-named")
        self.assertEqual(self.violations(page), [])
        for _ in range(20):
            if button.evaluate("button => button === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        question = page.locator("dialog")
        expect(question).to_contain_text("Remove the name “draft”?")
        expect(question).to_contain_text("can't be brought back")
        self.assertEqual(question.locator("p").evaluate("text => text.scrollWidth - text.clientWidth"), 0)
        self.screenshot(page, "history-unname")
        page.keyboard.press("Enter")
        expect(question).to_have_count(0)
        self.assertNotIn("unname", self.control("heard"))
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        question.wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        heading = page.locator("aside.history h2")
        expect(heading).to_have_text("Saved")
        expect(heading).to_be_focused()
        expect(button).to_have_count(0)
        expect(page.locator("[data-testid=kept-outputs]")).to_have_count(0)
        expect(page.locator("[data-testid=announcement]")).to_have_text("The version is not named “draft” any more.")
        expect(page.locator("[data-testid=status-version]")).not_to_contain_text("draft")
        page.get_by_role("button", name="Back").press("Enter")
        expect(row.locator("b")).to_have_text("Saved")

    def test_a_revert_says_when_it_is_over(self) -> None:
        """Until then its button says that it is being done; then panel, status line and screen reader say so.

        The version that it makes is told from the one with the name.
        """
        page = self.opened()
        page.get_by_role("button", name="Name this version").press("Enter")
        self.name(page, "draft")
        expect(page.locator("[data-testid=version] b").first).to_have_text("draft")
        page.locator("[data-testid=version]").first.click()
        self.control("stall")
        button = page.locator("[data-testid=revert]")
        button.click()
        expect(page.locator("dialog")).to_contain_text("Bring the workspace back to “draft” of")
        page.click("[data-testid=confirm-yes]")
        self.wait_until_heard(page, "revert")
        expect(button).to_have_text("Reverting…")
        expect(button).to_be_disabled()
        self.control("flow")
        expect(page.locator("[data-testid=reverted]")).to_contain_text("The workspace is as it was on")
        expect(page.locator("aside.history h2")).to_be_focused()
        expect(page.locator("[data-testid=announcement]")).to_contain_text("The workspace is as it was on")
        expect(page.locator("[data-testid=status-version]")).to_contain_text("Reverted")
        expect(page.locator("[data-testid=version] b").nth(1)).to_have_text("Reverted to “draft”")
        self.screenshot(page, "history-reverted")
        page.locator("[data-testid=version]").first.click()
        expect(page.locator("[data-testid=compared]")).to_contain_text("version before it: Reverted to “draft”")
        page.get_by_role("button", name="Back").click()
        expect(page.locator("[data-testid=reverted]")).to_have_count(0)

    def test_a_reconnection_asks_once(self) -> None:
        """A connection that goes and comes back does not make the list be asked for at each step of that."""
        page = self.opened()
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.control("refuse-rights-unknown")
        page.locator("[data-testid=status-connection][data-state=reconnecting]").wait_for()
        expect(page.locator("aside.history .problem")).to_have_count(0)
        self.control("refuse-")
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        expect(page.locator("[data-testid=version]")).to_have_count(1)
        expect(page.locator("aside.history .problem")).to_have_count(0)
