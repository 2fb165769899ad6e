"""Connections that fall silent, and what a page shows then, in Chromium."""

from __future__ import annotations

import pytest

from tests.client.browsing import SHEET, ClientTestCase, cell
from tests.client.test_typing import type_keys, write_in

pytestmark = pytest.mark.slow


class SilenceTests(ClientTestCase):
    """A network that is cut says nothing."""

    def test_a_dead_connection_is_shown(self) -> None:
        """With no answer for some seconds the page says so; then the connection is lost, and another one made."""
        page = self.sheet()
        state = page.locator("[data-testid=status-connection]")
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        self.control("deaf")
        page.locator("[data-testid=status-connection][data-state=silent]").wait_for(timeout=20_000)
        self.assertRegex(state.inner_text(), r"No answer for \d+ s")
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+End")
        page.keyboard.type(" # meanwhile")
        page.locator("[data-testid=status-saving][data-state=unsaved]").wait_for(timeout=30_000)
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for(timeout=30_000)
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.assertIn("# meanwhile", self.control("source"))


class NothingTests(ClientTestCase):
    """What is not there."""

    def test_a_missing_worksheet(self) -> None:
        """A worksheet that can't be opened is told of in one sentence, without the bars of a worksheet around it."""
        page = self.page("/w/01940000-0000-7000-8000-000000000002/01940000-0000-7000-8000-00000000dead")
        nothing = page.locator("[data-testid=nothing]")
        nothing.wait_for()
        self.assertIn("There is nothing here", nothing.inner_text())
        self.assertFalse(page.locator("[data-testid=sidebar]").is_visible())
        self.screenshot(page, "missing-worksheet")
        self.assertEqual(self.violations(page), [])
        nothing.get_by_role("link").click()
        page.wait_for_selector("[data-testid=workspace]")


class ConsoleTests(ClientTestCase):
    """What the browser has to say."""

    arguments = ("empty",)

    def test_the_console_is_silent(self) -> None:
        """No page has the browser complain on its console."""
        context = self.context()
        said: list[str] = []
        context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        for path in ("/workspaces", "/settings", "/management"):
            page = self.page(path, context)
            page.wait_for_selector("#content")
        page = self.page(context=context)
        page.wait_for_selector("[data-testid=cell]")
        page.wait_for_load_state("networkidle")
        self.assertEqual(said, [])


class GoneTests(ClientTestCase):
    """A server that is gone."""

    def test_nothing_pretends_to_be_there(self) -> None:
        """The session is said to be out of reach: no state, no clock and no figures of what was before."""
        page = self.sheet()
        page.locator("[data-testid=session][data-state=ready]").wait_for()
        page.locator("[data-testid=status-memory]").wait_for()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("slow")
        page.keyboard.press("Control+Enter")
        cell(page, 1).locator(".meta .spin").wait_for()
        self._stop()
        session = page.locator("[data-testid=session][data-state=lost]")
        session.wait_for()
        self.assertEqual(session.locator(".word").inner_text(), "Not connected")
        self.assertEqual(session.locator(".dot.off").count(), 1)
        for clock in (".meta .spin", "[data-testid=status-memory]", "footer >> text=CPU"):
            page.locator(clock).wait_for(state="detached")
        self.assertEqual(self.violations(page), [])


class StallTests(ClientTestCase):
    """A server that takes everything and commits nothing."""

    def test_the_page_says_for_how_long_nothing_is_saved(self) -> None:
        """Of edits and of results, counting on, until they are; it never says that all is saved meanwhile."""
        page = self.sheet()
        status = page.locator("[data-testid=status-saving]")
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.control("stall")
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("7")
        page.locator("[data-testid=status-saving] >> text=/Not saved yet since \\d+ s/").wait_for()
        shown = int(status.inner_text().split("since ")[1].split()[0])
        self.screenshot(page, "stalled")
        self.assertEqual(self.violations(page), [])
        later = "shown => Number(/since (\\d+) s/.exec(document.body.innerText)?.[1] ?? 0) > shown"
        page.wait_for_function(later, arg=shown)
        self.control("flow")
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.control("stall")
        page.keyboard.press("Control+Enter")
        page.locator("[data-testid=status-saving] >> text=/results are not saved yet since \\d+ s/").wait_for()
        self.control("flow")
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.assertIn("All changes saved", status.inner_text())


class MissingPartTests(ClientTestCase):
    """The part of the page that comes behind its first paint can't be loaded for some time."""

    def test_it_is_tried_again(self) -> None:
        """The page says so, tries again, and goes on in a worksheet whose past was let go meanwhile."""
        page = self.context().new_page()
        page.route("**/later-*.js", lambda route: route.abort())
        page.goto(self.url + SHEET)
        page.wait_for_selector("[data-testid=cell]")
        page.wait_for_selector("[data-testid=missing]")
        self.control("compact")
        page.unroute("**/later-*.js")
        page.wait_for_selector("[data-testid=status-saving][data-state=saved]")
        page.locator("[data-testid=missing]").wait_for(state="detached")
        write_in(page, 1)
        type_keys(page, "7")
        self.wait_until_heard(page, "edit")
        self.assertIn("rank()7", self.control("source"))
