"""ipywidgets with real Sage: moved by keys, from two pages, what follows, and what stays of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import BrowserTestCase, Sheet

pytestmark = pytest.mark.slow

OBSERVED = """from ipywidgets import IntSlider, Label, Output, VBox
n, out = IntSlider(3, description='n'), Output()
def moved(change):
    print('now', change.new)
    with out: print('held', change.new)
n.observe(moved, 'value')
VBox([n, Label('of $x^2$'), out])"""
POWERS = """from ipywidgets import interact
interact(lambda k=(0, 9): x^k);"""
BARS = """from tqdm.notebook import tqdm
from time import sleep
for k in tqdm(range(3), desc='outer'):
    for j in tqdm(range(2), leave=False): sleep(0.03r)"""


def widgets(page: Page, which: int) -> Locator:
    """Return what one cell shows of them, by its place."""
    return page.get_by_test_id("interact").nth(which)


def track(of: Locator) -> Locator:
    """Return the slider."""
    return of.get_by_test_id("control-track").first


class WidgetTests(BrowserTestCase):
    """One worksheet that people share."""

    def test_moved_by_several(self) -> None:
        """What one moves others see; callbacks print below, functions show in their place; values outlive pages."""
        mine = self.new_sheet()
        page = mine.page
        mine.run(OBSERVED)
        first = widgets(page, 0)
        track(first).focus()
        page.keyboard.press("ArrowRight")
        expect(first.get_by_test_id("stream").last).to_have_text("now 4\n")
        expect(first.get_by_test_id("stream").first).to_have_text("held 4\n")
        mine.edit(2)
        mine.run(POWERS)
        second = widgets(page, 1)
        expect(second.locator(".katex")).to_have_count(1)
        expect(second).to_contain_text("x4")
        track(second).focus()
        page.keyboard.press("ArrowRight")
        expect(second).to_contain_text("x5")
        expect(second.locator(".katex")).to_have_count(1)
        other = Sheet(self.new_page(page.url.removeprefix(self.daemon.url))).wait()
        track(widgets(other.page, 0)).focus()
        other.page.keyboard.press("End")
        expect(first.get_by_test_id("control-number")).to_have_value("100")
        expect(first.get_by_test_id("stream").first).to_contain_text("held 100")
        self.later_cells(mine, first)
        page.reload()
        mine.wait()
        expect(widgets(page, 0).get_by_test_id("control-number")).to_have_value("42")
        expect(track(widgets(page, 0))).to_be_enabled()

    def later_cells(self, mine: Sheet, first: Locator) -> None:
        """Code of other cells moves it and prints in it; bars show how far they are, and the inner ones go."""
        mine.edit(3)
        mine.run("n.value = 42\nwith out: print('from elsewhere')")
        expect(first.get_by_test_id("control-number")).to_have_value("42")
        expect(first.get_by_test_id("stream").first).to_contain_text("from elsewhere")
        mine.run(BARS)
        bars = widgets(mine.page, 2)
        expect(bars.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "3")
        expect(bars).to_contain_text("3/3")
        expect(mine.page.get_by_role("progressbar")).to_have_count(1)
