"""What the browser tests share: a daemon and a Chromium for a class of tests, and a worksheet used as a person uses it.

Waiting is always for something that the page shows (`data-testid`, `data-state`), never for time to pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from twisted.trial.unittest import SynchronousTestCase

from tests.chromium import launch_options
from tests.e2e.running import RunningDaemon

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# The machine may be busy with other tests; what has a bar of its own in seconds says so where it is tested.
PATIENCE = 60_000
SETTLED = ("done", "error", "interrupted", "lost", "cancelled")

expect.set_options(timeout=PATIENCE)


class Sheet:
    """A worksheet in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def wait(self) -> Sheet:
        """Wait until the worksheet is here and the connection stands."""
        expect(self.page.get_by_test_id("sheet")).to_be_visible()
        expect(self.page.get_by_test_id("status-connection")).to_have_attribute("data-state", "connected")
        return self

    def cell(self, number: int) -> Locator:
        """Return the code cell with this number, from 1."""
        return self.page.locator("[data-testid=cell][data-type=code]").nth(number - 1)

    def write(self, text: str) -> str:
        """Write into the cell that has the keyboard, all at once, and return the cell's id."""
        self.page.wait_for_function(
            "() => document.activeElement?.matches('.cm-content') && document.activeElement.closest('[data-cell-id]')"
        )
        self.page.keyboard.insert_text(text)
        return str(self.page.evaluate("document.activeElement.closest('[data-cell-id]').dataset.cellId"))

    def start(self, text: str) -> Locator:
        """Write into the cell that has the keyboard and run it; the keyboard is in the next cell then."""
        cell = self.write(text)
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            "id => document.activeElement?.closest('[data-cell-id]')?.dataset.cellId !== id"
            " && document.activeElement?.matches('.cm-content')",
            arg=cell,
        )
        return self.page.locator(f"[data-cell-id='{cell}']")

    def ask(self, text: str) -> Locator:
        """Write a cell that asks and run it; the question takes the keyboard from the next cell, which is empty."""
        cell = self.write(text)
        self.page.keyboard.press("Shift+Enter")
        expect(self.page.locator(f"[data-cell-id='{cell}'] [data-testid=answer]:focus")).to_have_count(1)
        return self.page.locator(f"[data-cell-id='{cell}']")

    def run(self, text: str, state: str = "done") -> Locator:
        """Write into the cell that has the keyboard, run it and wait for its end."""
        cell = self.start(text)
        expect_state(cell, state)
        return cell

    def source(self, number: int) -> str:
        """Return the text of a code cell as it is on the screen."""
        return str(
            self.cell(number)
            .locator(".src")
            .evaluate(
                """source => [...source.querySelectorAll(".cm-line, .still")].map((line) =>
                    [...line.childNodes].filter((node) => !node.classList?.contains("cm-placeholder")
                        && !node.classList?.contains("faint") && !node.classList?.contains("peer-caret")
                        && !node.classList?.contains("cm-widgetBuffer")).map((node) => node.textContent).join("")
                ).join("\\n").replaceAll("\\u200b", "")"""
            )
        )

    def edit(self, number: int) -> None:
        """Click into a code cell, so that it has the keyboard."""
        self.cell(number).locator(".src").click()
        self.page.wait_for_function(
            "id => document.activeElement?.closest('[data-cell-id]')?.dataset.cellId === id"
            " && document.activeElement.matches('.cm-content')",
            arg=self.cell(number).get_attribute("data-cell-id"),
        )

    def save(self) -> None:
        """Press Ctrl-S and wait until the version is there."""
        before = self.page.get_by_test_id("status-version").get_attribute("data-version") or ""
        self.page.keyboard.press("Control+s")
        expect(self.page.get_by_test_id("status-version")).not_to_have_attribute("data-version", before)


def expect_state(cell: Locator, *states: str) -> None:
    """Wait until a cell's run is in one of these states."""
    cell.page.wait_for_function(
        "([id, states]) => states.includes(document.querySelector(`[data-cell-id='${id}']`)?.dataset.state)",
        arg=[cell.get_attribute("data-cell-id"), list(states)],
        timeout=PATIENCE,
    )


def printed(cell: Locator) -> str:
    """Return everything that a cell's streams show."""
    return "".join(cell.get_by_test_id("stream").all_text_contents())


def fresh_sheet(page: Page) -> Sheet:
    """Make a workspace from the list of them, keep its name, and return its worksheet with the keyboard in its cell."""
    page.get_by_test_id("new-workspace").click()
    page.wait_for_url("**/w/*/*")
    sheet = Sheet(page).wait()
    expect(page.get_by_test_id("title").locator("input")).to_be_focused()
    page.keyboard.press("Escape")
    return sheet


def call(page: Page, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Call the site as the page would, with the login of the page; returns status and answer."""
    return dict(
        page.evaluate(
            """async ([method, path, body]) => {
                const headers = {"X-Sagews-Secret": localStorage.getItem("sagews.secret") ?? ""};
                if (body !== null) headers["Content-Type"] = "application/json";
                const options = body === null ? {} : {body: JSON.stringify(body)};
                const response = await fetch(path, {method, headers, ...options});
                return {status: response.status, answer: await response.json().catch(() => null)};
            }""",
            [method, path, body],
        )
    )


class BrowserTestCase(SynchronousTestCase):
    """A daemon and a browser for all tests of a class; `self.context` belongs to the first administrator."""

    flags: Sequence[str] = ()
    settings: str = ""
    daemon: RunningDaemon
    browser: Browser
    context: BrowserContext
    playwright: Any

    @classmethod
    def setUpClass(cls) -> None:
        """Start both and sign in by the first link."""
        cls.daemon = RunningDaemon(more_settings=cls.settings)
        cls.prepare(cls.daemon)
        cls.playwright = sync_playwright().start()
        try:
            cls.daemon.start()
            cls.browser = cls.playwright.chromium.launch(**launch_options(*cls.flags))
            cls.context = cls.new_context(cls.daemon.first_link())
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def prepare(cls, daemon: RunningDaemon) -> None:
        """Do what has to be done before the daemon starts."""

    @classmethod
    def tearDownClass(cls) -> None:
        """End both."""
        cls.playwright.stop()
        cls.daemon.remove()

    @classmethod
    def new_context(cls, link: str) -> BrowserContext:
        """Return a browser context of its own, signed in by a link."""
        context = cls.browser.new_context(viewport=DESK)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_test_id("new-workspace")).to_be_visible()
        page.close()
        return context

    def new_page(self, address: str, context: BrowserContext | None = None) -> Page:
        """Return a page that shows an address of the site; it is closed after the test."""
        page = (context or self.context).new_page()
        self.addCleanup(page.close)
        page.goto(self.daemon.url + address)
        return page

    def new_sheet(self) -> Sheet:
        """Return a fresh worksheet in a fresh workspace, opened as people do."""
        return fresh_sheet(self.new_page("/workspaces"))

    def second_sheet(self, page: Page) -> Sheet:
        """Make another worksheet in the workspace of a page and return it, in a tab of its own."""
        maker = self.new_page(page.url.removeprefix(self.daemon.url))
        Sheet(maker).wait()
        maker.get_by_test_id("new-worksheet").click()
        maker.get_by_test_id("ask-input").fill("other")
        maker.get_by_test_id("ask-ok").click()
        expect(maker.get_by_test_id("file")).to_have_count(2)
        maker.wait_for_url(lambda address: address != page.url)
        return Sheet(maker).wait()

    def new_person(self, name: str) -> BrowserContext:
        """Make an account on the terminal and return a context that is signed in to it."""
        made = self.daemon.run_command("user", "add", f"{name.lower()}@example.org", "--name", name)
        self.assertEqual(made.returncode, 0, made.stderr)
        link = next(word for word in made.stdout.split() if word.startswith("http"))
        return self.new_context(link)
