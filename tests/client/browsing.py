"""Chromium and the fixture site for one test class."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from twisted.trial.unittest import SynchronousTestCase

from tests.chromium import launch_options
from tests.client.building import ROOT, STATIC, built
from tests.client.live import DOCUMENT, WORKSPACE

SHEET = f"/w/{WORKSPACE}/{DOCUMENT}"
AXE = STATIC / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "tests" / "screenshots"


class ClientTestCase(SynchronousTestCase):
    """A test with a fresh site and a fresh browser context."""

    # Chromium is a real program, whichever module the test is in.
    pytestmark: ClassVar = pytest.mark.slow

    playwright: ClassVar[Playwright]
    browser: ClassVar[Browser]
    arguments: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls) -> None:
        """Start Chromium once."""
        built()
        cls.playwright = sync_playwright().start()
        cls.browser = cls.playwright.chromium.launch(**launch_options())

    @classmethod
    def tearDownClass(cls) -> None:
        """End it."""
        cls.browser.close()
        cls.playwright.stop()

    def setUp(self) -> None:
        """Start the site."""
        command = [sys.executable, "-m", "tests.client.server", *self.arguments]
        self.server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self._stop)
        output = self.server.stdout
        assert output is not None
        self.port, self.content_port = json.loads(output.readline())
        self.problems: list[str] = []
        self.requests: list[str] = []

    def _stop(self) -> None:
        """End the site; once more does no harm."""
        assert self.server.stdin is not None
        self.server.stdin.close()
        self.server.wait(10)
        if self.server.stdout is not None:
            self.server.stdout.close()

    @property
    def url(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.port}"

    def control(self, what: str) -> Any:
        """Make something happen on the server's side; returns what it has heard."""
        with urllib.request.urlopen(f"{self.url}/control/{what}", timeout=10) as answer:  # noqa: S310
            text = answer.read().decode()
        return text if what == "source" else json.loads(text)

    def wait_until_heard(self, page: Page, word: str, times: int = 1, seconds: float = 60) -> None:
        """Wait until the server's side has heard a message of this type, or a frame's request of this name, so often.

        Asked from here: `wait_for_function` takes the promise of an asynchronous function for a yes.
        """
        end = time.monotonic() + seconds
        while self.control("heard").count(word) < times:
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {word}: {self.control('heard')}")
            page.wait_for_timeout(50)

    def context(self, *, signed_in: bool = True, **options: Any) -> BrowserContext:
        """Return a context, signed in or not."""
        context = self.browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        self.addCleanup(context.close)
        context.set_default_timeout(60_000)
        if signed_in:
            context.add_init_script(
                "if (window.top === window) localStorage['sagews.secret'] = 'secret-of-this-origin-01'"
            )
        return context

    def page(self, path: str = SHEET, context: BrowserContext | None = None, **options: Any) -> Page:
        """Open a page; what it complains of is kept in `problems`."""
        page = (context or self.context(**options)).new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.goto(self.url + path)
        return page

    def sheet(self, **options: Any) -> Page:
        """Open the worksheet and wait until it is there."""
        page = self.page(**options)
        page.wait_for_selector("[data-testid=cell]")
        return page

    def violations(self, page: Page) -> list[str]:
        """Return what axe finds against WCAG 2.0 to 2.2, A and AA."""
        page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = page.evaluate("tags => axe.run(document, {runOnly: tags, iframes: false})", tags)
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def screenshot(self, page: Page, name: str) -> Path:
        """Keep a picture, to be looked at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"client-{name}.png"
        page.screenshot(path=str(path))
        return path


def next_frame(page: Page) -> None:
    """Wait until the page has drawn what it shows now: two frames, for what the first one starts."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def cell(page: Page, number: int) -> Any:
    """Return a code cell by its number."""
    return page.locator("[data-testid=cell][data-type=code]").nth(number - 1)


def wait_for_state(page: Page, number: int, state: str) -> None:
    """Wait until a code cell is in a state."""
    page.wait_for_function(
        "([n, state]) => document.querySelectorAll('[data-testid=cell][data-type=code]')[n]?.dataset.state === state",
        arg=[number - 1, state],
    )
