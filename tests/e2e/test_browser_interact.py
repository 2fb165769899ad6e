"""Interacts with real Sage: controls moved by keys and mouse, from two pages, and what stays of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state

pytestmark = pytest.mark.slow

WAVES = """@interact
def waves(n=slider(1, 20, 1, default=3), kind=['sin', 'cos'], f=input_box(default=x^2, label='f')):
    show(plot(sin(n*x) if kind == 'sin' else cos(n*x), (x, 0, 6)))
    print('n is', n, 'and the derivative', f.derivative(x))"""


def part(page: Page, name: str, kind: str) -> Locator:
    """Return what is moved or typed in of a control."""
    return page.locator(f"[data-testid=control][data-name={name}]").get_by_test_id(f"control-{kind}").first


def prints(page: Page, text: str) -> None:
    """Wait until the area of the interact shows a text."""
    expect(page.get_by_test_id("interact").get_by_test_id("stream")).to_contain_text(text)


class InteractTests(BrowserTestCase):
    """One worksheet that people share."""

    def test_moved_by_several(self) -> None:
        """What one moves others see; what can't be read is told of beside its control; values outlive the page."""
        mine = self.new_sheet()
        page = mine.page
        mine.run(WAVES)
        prints(page, "n is 3 and the derivative 2*x")
        picture = page.get_by_test_id("interact").locator("img")
        expect(picture).to_have_count(1)
        before = picture.element_handle()
        part(page, "n", "track").focus()
        page.keyboard.press("ArrowRight")
        prints(page, "n is 4 and")
        # The same element has another picture: there is no moment without one.
        self.assertTrue(page.evaluate("([one, other]) => one === other", [before, picture.element_handle()]))
        self.dragged(page)
        other = Sheet(self.new_page(page.url.removeprefix(self.daemon.url))).wait()
        part(other.page, "kind", "choice").first.press("ArrowRight")
        expect(page.locator("[data-name=kind]").get_by_label("cos")).to_be_checked()
        self.refused(page)
        page.keyboard.press("Control+z")
        prints(page, "derivative 2*x")
        self.kept(mine, other)

    def dragged(self, page: Page) -> None:
        """Drag the slider to its end and back; the last value counts."""
        box = part(page, "n", "track").bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 4, middle)
        page.mouse.down()
        for step in range(20):
            page.mouse.move(box["x"] + box["width"] * (0.25 + 0.75 * step / 19), middle)
        page.mouse.up()
        expect(part(page, "n", "number")).to_have_value("20")
        prints(page, "n is 20 and")

    def refused(self, page: Page) -> None:
        """Type what is no Sage, then what is."""
        text = part(page, "f", "text")
        text.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("x^^")
        page.keyboard.press("Enter")
        expect(page.locator("[data-name=f]").get_by_test_id("control-problem")).to_be_visible()
        expect(text).to_have_value("x^^")
        page.keyboard.press("Control+a")
        page.keyboard.type("x^3")
        page.keyboard.press("Enter")
        prints(page, "derivative 3*x^2")

    def kept(self, mine: Sheet, other: Sheet) -> None:
        """Load a page anew, then restart the session: the last values stay, locked until the cell is run again."""
        page = mine.page
        page.reload()
        mine.wait()
        expect(part(page, "n", "number")).to_have_value("20")
        prints(page, "n is 20 and")
        part(page, "n", "track").focus()
        page.keyboard.press("ArrowLeft")
        prints(other.page, "n is 19 and")
        other.page.get_by_test_id("restart").click()
        other.page.get_by_test_id("confirm-yes").click()
        expect(page.get_by_test_id("interact-locked")).to_contain_text("Run the cell to use the controls.")
        expect(part(page, "n", "track")).to_be_disabled()
        expect(part(page, "n", "number")).to_have_value("19")
        page.get_by_test_id("interact-locked").get_by_role("button").click()
        expect(part(page, "n", "track")).to_be_enabled()
        expect_state(mine.cell(1), "done")
        prints(page, "n is 3 and")
