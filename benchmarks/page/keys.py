"""Key presses in the middle of a long sheet, from the event to the frame that shows it."""

from __future__ import annotations

import random

from playwright.async_api import Browser, Page

from benchmarks.measure import Spread
from benchmarks.page.chromium import visit
from benchmarks.page.starts import IN_PAGE, Address

TEXT = "total = sum(value * weight for value, weight in zip(values, weights) if value > 17)  # so many of them "
_PRINTING = "import time\nfor number in range(100000):\n    print(number, '*' * 60)\n    time.sleep(0.01)"
_FLOOR = "data:text/html,<!doctype html><textarea autofocus rows=20 cols=80></textarea>"


async def floor(browser: Browser, presses: int) -> Spread:
    """Return what the browser itself needs: an empty page with a text area."""
    async with visit(browser, [], IN_PAGE) as (page, _):
        await page.goto(_FLOOR)
        await page.click("textarea")
        return await _type(page, presses)


async def key_presses(browser: Browser, address: Address, presses: int, *, printing: bool) -> Spread:
    """Return the times of key presses in a cell of code in the middle of a sheet.

    Args:
        browser: Chromium.
        address: the sheet.
        presses: how many keys.
        printing: while the cell above prints a hundred lines a second.
    """
    async with visit(browser, address.cookies, f"{address.script}\n{IN_PAGE}") as (page, _):
        await page.goto(address.url)
        codes = page.locator("[data-testid=cell][data-type=code]")
        await codes.first.wait_for()
        middle = await codes.count() // 2
        await _click(page, middle)
        if printing:
            await page.keyboard.press("Control+a")
            await page.keyboard.insert_text(_PRINTING)
            await page.keyboard.press("Control+Enter")
            await codes.nth(middle).get_by_test_id("stream").first.wait_for()
            await _click(page, middle + 1)
        await page.keyboard.press("Control+End")
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(1000)
        times = await _type(page, presses)
        if printing:
            await page.get_by_test_id("stop").click()
            await page.wait_for_function("() => !document.querySelector('[data-testid=cell][data-state=running]')")
        return times


async def _click(page: Page, number: int) -> None:
    """Bring a cell of code to the middle of the window and the keyboard into it."""
    cell = page.locator("[data-testid=cell][data-type=code]").nth(number)
    await cell.evaluate("element => element.scrollIntoView({block: 'center'})")
    await page.wait_for_timeout(500)
    await cell.locator(".src").click()
    await page.wait_for_function(
        "id => document.activeElement?.closest('[data-cell-id]')?.dataset.cellId === id"
        " && document.activeElement.matches('.cm-content')",
        arg=await cell.get_attribute("data-cell-id"),
    )


async def _type(page: Page, presses: int) -> Spread:
    """Type at the pace of a fast typist, out of step with the display's beat."""
    await page.evaluate("() => void benchmarkKeys()")
    pace = random.Random(7)  # noqa: S311
    for number in range(presses):
        await page.keyboard.press(TEXT[number % len(TEXT)].replace(" ", "Space"))
        await page.wait_for_timeout(pace.uniform(40, 110))
    times = await page.evaluate("() => benchmarkTimes")
    if len(times) < 0.95 * presses:
        raise RuntimeError(f"only {len(times)} of {presses} key presses were seen")
    return Spread.of([time / 1000 for time in times])
