"""Chromium with a fresh profile for every visit, and what a visit costs: times, requests and bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.chromium import launch_options

# Frames as fast as they are ready: what is left of a key press is work, without the wait for the display's beat.
UNLIMITED = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
VIEWPORT: Any = {"width": 1440, "height": 900}
SECONDS = 60


@asynccontextmanager
async def chromium(flags: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """Run Debian's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options(*flags))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Traffic:
    """What went over the wire for one page, websockets apart; bytes are compressed bodies with their headers."""

    requests: list[str] = field(default_factory=list)
    kilobytes: float = 0.0
    fonts: float = 0.0
    _fonts: set[str] = field(default_factory=set)

    def follow(self, tools: Any) -> None:
        """Listen to a page's network events."""
        tools.on("Network.requestWillBeSent", self._sent)
        tools.on("Network.responseReceived", self._answered)
        tools.on("Network.loadingFinished", self._finished)

    def _sent(self, event: Any) -> None:
        if event["request"]["url"].startswith("http"):
            self.requests.append(event["request"]["url"])

    def _answered(self, event: Any) -> None:
        if event["type"] == "Font":
            self._fonts.add(event["requestId"])

    def _finished(self, event: Any) -> None:
        kilobytes = event["encodedDataLength"] / 1000
        if event["requestId"] in self._fonts:
            self.fonts += kilobytes
        else:
            self.kilobytes += kilobytes


@asynccontextmanager
async def visit(
    browser: Browser, cookies: list[Any], script: str, *, encodings: str = "gzip"
) -> AsyncIterator[tuple[Page, Traffic]]:
    """Open an empty page in a context that has never been anywhere.

    Args:
        browser: Chromium.
        cookies: a login.
        script: runs in every document before its own scripts.
        encodings: what the browser says that it understands; the budgets are stated for gzip.
    """
    context: BrowserContext = await browser.new_context(viewport=VIEWPORT)
    try:
        await context.add_cookies(cookies)
        await context.add_init_script(script)
        page = await context.new_page()
        page.set_default_timeout(1000 * SECONDS)
        tools = await context.new_cdp_session(page)
        traffic = Traffic()
        traffic.follow(tools)
        await tools.send("Network.enable")
        await tools.send("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": encodings}})
        yield page, traffic
    finally:
        await context.close()
