"""Formulas as values and in texts: what to copy of them, equations that are named, and what is too much to typeset."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from tests.client.browsing import ClientTestCase, cell, next_frame, wait_for_state

pytestmark = pytest.mark.slow

# What is copied comes a moment later.
TEXT = """async (expected) => {
    while ((await navigator.clipboard.readText()) !== expected) await new Promise(requestAnimationFrame);
}"""
IMAGE = """async () => {
    let [item] = await navigator.clipboard.read();
    while (!item?.types.includes("image/png")) {
        await new Promise(requestAnimationFrame);
        [item] = await navigator.clipboard.read();
    }
    const image = await createImageBitmap(await item.getType("image/png"));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    let ink = 0;
    for (let place = 0; place < data.length; place += 4) if (data[place] < 100) ink += 1;
    return [image.width, image.height, ink];
}"""


class FormulaTests(ClientTestCase):
    """One sheet."""

    def run_cell(self, page: Page, number: int, source: str) -> Locator:
        """Run a source in a cell and return its output."""
        cell(page, number).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type(source)
        page.keyboard.press("Control+Enter")
        page.keyboard.press("Escape")
        wait_for_state(page, number, "done")
        return cell(page, number).get_by_test_id("output")

    def test_formulas(self) -> None:
        """Copied by keys in three forms; equations are counted and named; a million bytes wait to be asked for."""
        context = self.context()
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = self.page(context=context)
        page.wait_for_selector("[data-testid=cell]")
        self._copies(page)
        self._equations(page)
        self._huge(page)
        self.assertEqual(self.problems, [])

    def _copies(self, page: Page) -> None:
        formula = self.run_cell(page, 1, "ring").get_by_test_id("formula")
        formula.locator(".katex").wait_for()
        for entry, expected in (
            ("Copy LaTeX", "\\newcommand{\\Bold}[1]{\\mathbf{#1}}\\Bold{Q}"),
            ("Copy as text", "QQ"),
        ):
            self._choose(page, formula, entry)
            page.evaluate(TEXT, expected)
        self._choose(page, formula, "Copy as picture")
        width, height, ink = page.evaluate(IMAGE)
        self.assertGreater(min(width, height), 50)
        self.assertGreater(ink, 100)

    def _choose(self, page: Page, formula: Locator, entry: str) -> None:
        formula.get_by_test_id("formula-menu").press("Enter")
        item = formula.get_by_role("menuitem", name=entry)
        item.wait_for()
        item.press("Enter")
        item.wait_for(state="detached")

    def _equations(self, page: Page) -> None:
        prose = self.run_cell(page, 2, "equations").locator(".prose")
        prose.locator(".katex").nth(3).wait_for()
        links = prose.locator("a.equation")
        page.wait_for_function(
            "() => [...document.querySelectorAll('a.equation')].map(each => each.textContent).join() === '(2),*,??,3'"
        )
        self.assertEqual(links.count(), 4)
        self.assertIn("*", prose.locator(".katex-html", has_text="*").first.inner_text())
        self.assertEqual(prose.locator(".tex-error").count(), 0)
        numbers = "each => getComputedStyle(each, '::before').content"
        counted = [each.evaluate(numbers) for each in prose.locator(".eqn-num").all()]
        self.assertEqual(counted, ['"(1)"', '"(2)"', '"(3)"'])
        for each in prose.locator(".katex-display").all():
            self.assertEqual(each.evaluate("shown => shown.scrollWidth - shown.clientWidth"), 0)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            cell(page, 2).scroll_into_view_if_needed()
            next_frame(page)
            self.screenshot(page, f"equations-{theme}")
            self.assertEqual(self.violations(page), [])
        page.emulate_media(color_scheme="light")

    def _huge(self, page: Page) -> None:
        output = self.run_cell(page, 3, "huge")
        button = output.get_by_role("button", name="Typeset it")
        button.wait_for()
        next_frame(page)
        self.assertIn("the sum of many terms", output.inner_text())
        self.assertEqual(output.locator(".katex").count(), 0)
        # What is shown of it is little, whatever it is.
        self.assertLess(len(output.inner_html()), 5_000)
        self.screenshot(page, "huge-formula")
