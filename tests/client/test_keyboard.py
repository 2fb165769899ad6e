"""Where the keyboard is when nobody has put it anywhere, and what it must not do there."""

from __future__ import annotations

import pytest

from tests.client.browsing import ClientTestCase
from tests.client.test_typing import chosen_cell

pytestmark = pytest.mark.slow


class KeyboardTests(ClientTestCase):
    """A worksheet with several cells."""

    def test_what_was_chosen_stays(self) -> None:
        """Coming back after the connection was cut chooses nothing anew."""
        page = self.sheet()
        chosen_cell(page, 1)
        chosen = page.locator(".cell.focus").get_attribute("data-cell-id")
        self.control("drop")
        self.wait_until_heard(page, "open", 2)
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.assertEqual(page.locator(".cell.focus").get_attribute("data-cell-id"), chosen)

    def test_all_of_the_page_is_not_marked(self) -> None:
        """Ctrl-A with a cell chosen marks nothing; within a cell it marks the cell's text."""
        page = self.sheet()
        chosen_cell(page, 1)
        page.keyboard.press("Control+a")
        self.assertEqual(page.evaluate("getSelection().toString()"), "")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        self.assertIn("EllipticCurve", page.evaluate("getSelection().toString()"))
