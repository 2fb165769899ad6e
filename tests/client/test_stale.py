"""Stale cells in Chromium, by keys alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client.browsing import ClientTestCase, cell, wait_for_state

pytestmark = pytest.mark.slow


# How far the bar of a stale cell that isn't active stands out from the ground of its code, by WCAG 2.
CONTRAST = """() => {
    const look = getComputedStyle(document.querySelector('.cell.stale:not(.focus) .src'));
    const light = colour => {
        const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255);
        const [r, g, b] = parts.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [one, other] = [light(look.boxShadow), light(look.backgroundColor)].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
}"""


class StaleTests(ClientTestCase):
    """Three cells, each of which reads what the one before writes."""

    arguments = ("empty",)

    def test_marks_say_why_and_one_key_runs_what_is_stale(self) -> None:
        """A changed text and what reads of it are marked, a remark is not; F9 runs them; names of a deleted cell go."""
        page = self.sheet()
        page.wait_for_selector(".cm-focused")
        for number, source in enumerate(("a = 1", "b = a", "c = b"), 1):
            page.keyboard.type(source)
            page.keyboard.press("Shift+Enter")
            wait_for_state(page, number, "done")
            cell(page, number + 1).locator(".cm-focused").wait_for()
        self.assertEqual(page.locator(".cell.stale").count(), 0)
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+End")
        page.keyboard.type("1 # a remark")
        mark(page, 1, "Changed since it ran").wait_for()
        mark(page, 2, "a comes from cell 1, which is to be run again").wait_for()
        mark(page, 3, "b comes from cell 2, which is to be run again").wait_for()
        self.screenshot(page, "stale")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.assertGreaterEqual(page.evaluate(CONTRAST), 3, scheme)
        page.emulate_media(color_scheme="light")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Control+Enter")
        mark(page, 2, "a was changed by cell 1 after this ran").wait_for()
        runs = self.control("heard").count("run")
        page.keyboard.press("F9")
        page.locator(".cell.stale").first.wait_for(state="detached")
        page.wait_for_function("() => document.querySelectorAll('.cell.stale').length === 0")
        self.assertEqual(self.control("heard").count("run"), runs + 1)
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        page.keyboard.press("d")
        page.get_by_test_id("left-names").get_by_text("left names in the session: a").wait_for()
        self.screenshot(page, "left-names")
        page.get_by_test_id("remove-names").focus()
        page.keyboard.press("Enter")
        page.get_by_test_id("left-names").wait_for(state="detached")
        mark(page, 1, "a was removed from the session after this ran").wait_for()


def mark(page: Any, number: int, why: str) -> Any:
    """Return the bar beside a code cell that says why it is stale."""
    return cell(page, number).get_by_role("img", name=why)


class ReactiveTests(ClientTestCase):
    """A worksheet that keeps itself up to date."""

    arguments = ("empty",)

    def test_what_depends_on_a_cell_runs_by_itself_and_circles_are_named(self) -> None:
        """A run runs what reads of it, once; a circle is named and left; opening runs nothing; the switch stays."""
        page = self.sheet()
        page.wait_for_selector(".cm-focused")
        for number, source in enumerate(("a = 1", "b = a", "c = b"), 1):
            page.keyboard.type(source)
            page.keyboard.press("Shift+Enter")
            wait_for_state(page, number, "done")
            cell(page, number + 1).locator(".cm-focused").wait_for()
        page.keyboard.press("Control+k")
        page.locator("dialog input").wait_for()
        page.keyboard.type("depends on")
        page.keyboard.press("Enter")
        page.get_by_text("From now on what you run").wait_for()
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+End")
        page.keyboard.type("1")
        page.keyboard.press("Control+Enter")
        self.wait_until_heard(page, "run", 5)
        page.wait_for_function("() => document.querySelectorAll('.cell.stale').length === 0")
        page.reload()
        page.wait_for_selector("[data-testid=cell]")
        page.wait_for_timeout(500)
        self.assertEqual(self.control("heard").count("run"), 5)
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("a = c")
        page.keyboard.press("Control+Enter")
        page.get_by_text("would run for ever").wait_for()
        page.wait_for_timeout(500)
        self.assertLessEqual(self.control("heard").count("run"), 8)
