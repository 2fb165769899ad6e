"""Cold starts: from the navigation to an editor that takes a key, in a profile that has never been anywhere."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from benchmarks.page.chromium import visit

IN_PAGE = (Path(__file__).parent / "in_page.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Address:
    """Where to go, and as whom."""

    url: str
    cookies: list[Any]
    script: str = ""


@dataclass(frozen=True)
class Start:
    """One cold start; times in milliseconds since the navigation, sizes in 1,000 bytes."""

    marks: dict[str, float]
    requests: float
    kilobytes: float
    fonts: float

    @classmethod
    def median(cls, starts: list[Start]) -> Start:
        """Return the medians of several."""
        names = starts[0].marks
        return cls(
            {name: statistics.median(start.marks[name] for start in starts) for name in names},
            statistics.median(start.requests for start in starts),
            statistics.median(start.kilobytes for start in starts),
            statistics.median(start.fonts for start in starts),
        )


async def start(browser: Browser, address: Address, what: str) -> Start:
    """Open a page once and press a key as soon as an editor has the keyboard.

    Args:
        browser: Chromium.
        address: where.
        what: which function of in_page.js watches: benchmarkEditor or benchmarkSheet.
    """
    script = f"{address.script}\n{IN_PAGE}\nif (window.top === window) window.{what}();"
    async with visit(browser, address.cookies, script) as (page, traffic):
        await page.goto(address.url, wait_until="commit")
        await page.wait_for_function("() => benchmark.focused !== undefined", polling=10)
        requests, kilobytes, fonts = len(traffic.requests), traffic.kilobytes, traffic.fonts
        await page.keyboard.press("7")
        await page.wait_for_function("() => benchmark.accepted !== undefined", polling=10)
        marks = dict(await page.evaluate("() => benchmark"))
        marks["content"] = await page.evaluate(
            "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        )
        return Start(marks, requests, kilobytes, fonts)


async def starts(browser: Browser, where: Callable[[], Awaitable[Address]], what: str, count: int) -> Start:
    """Open pages several times, after once that does not count, and return the medians."""
    await start(browser, await where(), what)
    return Start.median([await start(browser, await where(), what) for _ in range(count)])
