"""Trees, tables, sound, documents and coloured text, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from tests.client.browsing import ClientTestCase, cell, next_frame

pytestmark = pytest.mark.slow


def run(page: Page, number: int, source: str) -> Locator:
    """Type a source into a cell and run it; return its output."""
    cell(page, number).locator(".src").click()
    page.wait_for_selector(".cm-focused")
    page.keyboard.press("Control+a")
    page.keyboard.type(source)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    return cell(page, number).get_by_test_id("output")


class RichOutputTests(ClientTestCase):
    """One sheet with an output of each kind."""

    def test_each_kind(self) -> None:
        """Each is seen, worked by keys alone, and told to those who can't see it."""
        page = self.sheet()
        coloured = run(page, 1, "colours")
        coloured.get_by_text("70%").wait_for()
        self.assertNotIn("69%", coloured.inner_text())
        link = coloured.get_by_role("link", name="the site")
        self.assertEqual(
            (link.get_attribute("href"), link.get_attribute("rel")), ("https://www.sagemath.org", "noopener noreferrer")
        )
        self.assertEqual(coloured.get_by_role("link").nth(1).inner_text(), "https://example.org/a?b=1")
        self._tree(page)
        self._table(page)
        sound = run(page, 4, "audio").get_by_test_id("audio")
        sound.wait_for()
        page.wait_for_function("() => document.querySelector('[data-testid=audio]').duration > 0.9")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for number in (1, 4):
                cell(page, number).scroll_into_view_if_needed()
                next_frame(page)
                self.screenshot(page, f"rich-{number}-{theme}")
            self.assertEqual(self.violations(page), [])
        page.set_viewport_size({"width": 390, "height": 844})
        cell(page, 3).scroll_into_view_if_needed()
        next_frame(page)
        self.screenshot(page, "rich-mobile")
        document = run(page, 4, "pdf").get_by_test_id("pdf")
        document.wait_for()
        self.assertIn("Paper PDF document, 69 B", document.inner_text())
        self.assertEqual(document.get_by_text("Download").get_attribute("download"), "output.pdf")

    def _tree(self, page: Page) -> None:
        tree = run(page, 2, "json").get_by_test_id("json")
        tree.get_by_text("37a1").wait_for()
        self.assertEqual(tree.get_by_text("249").count(), 0)
        branch = tree.locator("summary", has_text="primes: [")
        branch.focus()
        page.keyboard.press("ArrowRight")
        tree.get_by_role("button", name="Show 100 more").wait_for()
        self.assertEqual(branch.locator("xpath=..").locator("li").count(), 101)
        page.keyboard.press("ArrowLeft")
        tree.get_by_role("button", name="Show 100 more").wait_for(state="detached")

    def _table(self, page: Page) -> None:
        table = run(page, 3, "table").get_by_test_id("table")
        table.locator(".katex").first.wait_for()
        self.assertEqual(table.locator("tbody tr").count(), 100)
        self.assertIn("The first 350 of 1,000,000 rows", table.get_by_test_id("table-cut").inner_text())
        table.get_by_role("button", name="bound").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        self.assertEqual(table.locator("tbody th").first.inner_text(), "349")
        self.assertEqual(table.get_by_role("columnheader", name="bound").get_attribute("aria-sort"), "descending")
        table.get_by_test_id("table-filter").focus()
        page.keyboard.type("bbb")
        place = table.get_by_test_id("table-place")
        page.wait_for_function(
            "() => document.querySelector('[data-testid=table-place]').textContent === 'Rows 1–100 of 175'"
        )
        table.get_by_test_id("table-next").press("Enter")
        self.assertEqual(place.inner_text(), "Rows 101–175 of 175")
        self.assertEqual(table.locator("tbody tr").count(), 75)

    def test_documentation(self) -> None:
        """What `?` and `??` show scrolls by itself, is safe, and gives its examples away, by keys alone."""
        page = self.sheet()
        help = run(page, 1, "factor?").get_by_test_id("help")
        help.locator(".example").first.wait_for()
        help.locator(".katex-display").wait_for()
        self.assertEqual(help.locator(".katex").count(), 3)
        self.assertIn("sage/arith/misc.py", help.locator(".facts").inner_text())
        self.assertNotIn("/opt/", help.inner_text())
        scrolled = "element => [element.clientHeight, element.scrollHeight, window.innerHeight]"
        shown, whole, window = help.locator(".scroll").evaluate(scrolled)
        self.assertLess(shown, window)
        self.assertGreater(whole, 2 * shown)
        self.assertEqual(help.locator("script, img[src], [onerror], form, input, [style*=fixed], .bar").count(), 0)
        self.assertEqual(help.get_by_text("a link").get_attribute("href"), None)
        self.assertIsNone(page.evaluate("() => window.harmed ?? null"))
        cells = page.get_by_test_id("cell").count()
        example = help.locator(".example").first
        self.assertEqual(example.locator(".told").first.inner_text(), "2 2")
        example.locator("pre").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("() => document.activeElement.textContent"), "Insert as cell")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "count => document.querySelectorAll('[data-testid=cell]').length === count + 1", arg=cells
        )
        self.assertEqual(
            cell(page, 2).locator(".src").inner_text().split("\n"),
            ["f = factor(-20)", "for p, e in f:", "    print(p, e)  # each prime", "f.unit()"],
        )
        source = run(page, 3, "factor??").get_by_test_id("help")
        source.locator(".listing .k").first.wait_for()
        self.assertTrue(source.locator(".numbers").inner_text().startswith("2450\n2451"))
        self.assertIn("sage/arith/misc.py, line 2450", source.locator(".facts").inner_text())
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for number in (1, 3):
                cell(page, number).scroll_into_view_if_needed()
                next_frame(page)
                self.screenshot(page, f"documentation-{number}-{theme}")
            self.assertEqual(self.violations(page), [])
        page.set_viewport_size({"width": 390, "height": 844})
        cell(page, 1).scroll_into_view_if_needed()
        next_frame(page)
        self.screenshot(page, "documentation-mobile")

    def test_files(self) -> None:
        """What a cell wrote is downloaded and looked at; of a long output one part is in the page."""
        page = self.sheet()
        files = run(page, 1, "files").get_by_test_id("files")
        files.wait_for()
        with page.expect_download() as download:
            files.get_by_role("button", name="data/primes.csv").press("Enter")
        self.assertEqual(download.value.suggested_filename, "primes.csv")
        self.assertEqual(download.value.path().stat().st_size, 720_000)
        files.get_by_role("button", name="Show", exact=True).press("Enter")
        page.wait_for_function("() => document.querySelector('[data-testid=files] img')?.naturalWidth === 1")
        files.get_by_role("button", name="gone").press("Enter")
        files.get_by_role("alert").wait_for()
        spilled = run(page, 2, "spill")
        spilled.get_by_test_id("show-spilled").press("Enter")
        text = spilled.get_by_test_id("long-text").locator("pre")
        text.get_by_text("line 0 of the middle").wait_for()
        first = text.inner_text()
        self.assertLess(len(first), 70_000)
        spilled.get_by_test_id("next-part").press("Enter")
        after = f"line {first.count('middle')} of the middle"
        page.wait_for_function(
            "line => document.querySelector('.longtext pre').textContent.startsWith(line)", arg=after
        )
        page.keyboard.press("Escape")
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "files")
