"""What cells print and show, in Chromium."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import CDPSession, Locator, Page

from tests.client.browsing import ClientTestCase, cell, next_frame, wait_for_state
from tests.client.script import MOVES

pytestmark = pytest.mark.slow


class LongOutputTests(ClientTestCase):
    """Output of many lines."""

    def test_a_running_loop_is_seen(self) -> None:
        """Of a loop that prints on and on the newest line is in the page, with the first ones above it."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("loop")
        page.keyboard.press("Control+Enter")
        for number in (500, 501, 502):
            page.wait_for_function(
                "line => document.querySelector('[data-testid=stream-end]')?.textContent.endsWith(line)",
                arg=f"line {number}\n",
            )
        self.assertTrue(page.locator("[data-testid=stream]").inner_text().startswith("line 0\n"))
        wait_for_state(page, 1, "running")
        self.screenshot(page, "loop")
        page.click("[data-testid=show-all]")
        page.wait_for_function("() => document.querySelector('[data-testid=stream]').textContent.includes('line 250')")


class ReplacedTests(ClientTestCase):
    """Output that takes the place of what was there."""

    def test_a_picture_is_replaced_without_a_flicker(self) -> None:
        """From the first to the last the same image is in the page, as high as ever, and the output never empty."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("moving")
        page.keyboard.press("Control+Enter")
        page.wait_for_function("() => document.querySelector('.out img')?.naturalHeight > 0")
        page.evaluate("""() => {
            const first = document.querySelector('.out img'), out = first.closest('.out'), height = out.offsetHeight;
            window.flickers = 0;
            window.pictures = new Set();
            const look = () => {
                const alone = first.isConnected && out.querySelectorAll('img').length === 1;
                if (!alone || out.offsetHeight < height) window.flickers += 1;
                window.pictures.add(first.src);
                requestAnimationFrame(look);
            };
            look();
        }""")
        wait_for_state(page, 1, "done")
        page.wait_for_function(f"() => document.querySelector('.out img').alt.includes('Move {MOVES - 1}')")
        self.assertEqual(page.evaluate("() => window.flickers"), 0)
        self.assertGreater(page.evaluate("() => window.pictures.size"), 3)
        self.screenshot(page, "replaced")


class UnreadableTests(ClientTestCase):
    """A cell that could not be read."""

    def test_the_line_stands_once_with_a_caret_below_its_column(self) -> None:
        """Below the very letter that is meant, and there is no traceback to ask for."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("unreadable")
        page.keyboard.press("Control+Enter")
        caret = cell(page, 1).get_by_test_id("caret")
        caret.wait_for()
        error = cell(page, 1).get_by_test_id("error")
        self.assertEqual(error.inner_text().count("g = 2^3 +* t"), 1)
        self.assertEqual(error.get_by_test_id("traceback").count(), 0)
        left, meant = caret.evaluate(
            """caret => {
                const row = caret.parentElement;
                const letters = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
                const range = document.createRange();
                while (letters.nextNode()) {
                    const at = letters.currentNode.data.indexOf("*");
                    if (at < 0) continue;
                    range.setStart(letters.currentNode, at);
                    range.setEnd(letters.currentNode, at + 1);
                    break;
                }
                return [caret.lastElementChild.getBoundingClientRect().left, range.getBoundingClientRect().left];
            }"""
        )
        self.assertLess(abs(left - meant), 1)
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "unreadable")


class PoisonTests(ClientTestCase):
    """What other people wrote must not hold the page up."""

    def test_texts_and_drawings(self) -> None:
        """Texts, formulas and drawings that would take minutes are told of, and keys are answered all the while."""
        page = self.sheet()
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        # By the processor and not by the clock: the machine may be busy.
        metrics = page.context.new_cdp_session(page)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = self._computed(metrics)
        self.control("poison")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=text]').length === 7")
        page.locator("text=takes too long to be set").first.wait_for(timeout=30_000)
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("7")
        # Seconds for all of them, where it was half a minute for each.
        self.assertLess(self._computed(metrics) - before, 15)

    def _computed(self, metrics: CDPSession) -> float:
        """Return the seconds of processor time that the page's own thread has used."""
        found = {each["name"]: each["value"] for each in metrics.send("Performance.getMetrics")["metrics"]}
        return float(found["TaskDuration"])

    def test_a_drawing_that_draws_too_much(self) -> None:
        """A drawing of a few hundred bytes that asks for a billion shapes is named, not shown."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("bomb")
        page.keyboard.press("Control+Enter")
        page.locator("text=asks for too much to be drawn").wait_for()
        self.assertEqual(page.locator("img.picture").count(), 0)


class MathematicsTests(ClientTestCase):
    """Formulas in outputs and texts."""

    arguments = ("prose",)

    def test_texts(self) -> None:
        """Environments without dollars, a dollar on the next line, macros of other cells, marks at what is not set."""
        page = self.sheet()
        page.wait_for_function("() => document.querySelectorAll('.prose .katex').length === 4")
        page.locator(".tex-error").wait_for()
        self.assertEqual(page.locator(".tex-error").count(), 1)
        self.assertIn("\\nosuch", page.locator(".tex-error").inner_text())
        self.assertIn("Undefined", page.locator(".tex-error").get_attribute("title") or "")
        self.assertEqual(page.locator(".prose li.task").count(), 2)
        alignment = page.locator(".prose td").nth(1).evaluate("cell => getComputedStyle(cell).textAlign")
        self.assertEqual(alignment, "right")
        self.assertEqual(page.locator(".prose sup").inner_text(), "1")
        self.assertIn("See the second chapter.", page.locator(".prose ol").inner_text())
        self.screenshot(page, "prose")
        self.assertEqual(self.violations(page), [])
        self.assertEqual(self.problems, [])

    def test_values(self) -> None:
        """A ring that Sage shows with a definition is typeset, and a long sum goes on in the next line."""
        page = self.sheet()
        for source, number in (("ring", 1), ("sum", 2)):
            page.locator("[data-testid=insert-code]").last.click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.type(source)
            page.keyboard.press("Control+Enter")
            wait_for_state(page, number, "done")
            cell(page, number).locator(".formula .katex").wait_for()
        self.assertIn("Q", cell(page, 1).locator(".formula .mathbb").inner_text())
        formula = cell(page, 2).locator(".formula")
        box = formula.bounding_box()
        assert box is not None
        self.assertGreater(box["height"], 60)
        self.assertLessEqual(formula.evaluate("element => element.scrollWidth - element.clientWidth"), 1)
        self.screenshot(page, "sum")


class LargeFormulaTests(ClientTestCase):
    """Formulas that take a moment, or more room than there is."""

    def show(self, page: Page, source: str) -> None:
        """Run a source in the first cell."""
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type(source)
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")

    def test_a_large_matrix(self) -> None:
        """A matrix of thousands of entries is typeset when somebody asks for it."""
        page = self.sheet()
        self.show(page, "matrix")
        page.get_by_role("button", name="Typeset it").click()
        cell(page, 1).locator(".formula .katex").wait_for(timeout=30_000)

    def test_a_wide_formula(self) -> None:
        """What is wider than the page can be scrolled to, and a shade at the edge says that it goes on."""
        page = self.sheet(viewport={"width": 390, "height": 844})
        self.show(page, "wide")
        formula = cell(page, 1).locator(".formula")
        formula.locator(".katex").wait_for()
        self.assertGreater(formula.evaluate("element => element.scrollWidth - element.clientWidth"), 100)
        attachments = formula.evaluate("element => getComputedStyle(element).backgroundAttachment")
        self.assertEqual(attachments, "local, local, scroll, scroll")
        self.screenshot(page, "wide")


class PictureTests(ClientTestCase):
    """Plots and pictures."""

    def test_a_plot_is_saved_and_moves_nothing(self) -> None:
        """Its place is kept before it is decoded; it is downloaded as it is and as PNG, from its own menu, by keys."""
        page = self.sheet()
        cell(page, 4).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+Enter")
        picture = page.locator("img.picture")
        picture.wait_for()
        self.assertEqual((picture.get_attribute("width"), picture.get_attribute("height")), ("400", "120"))
        page.locator(".out:not(.old) img.picture").wait_for()
        for label, ending, begins in (("Download as SVG", ".svg", b"<svg"), ("Download as PNG", ".png", b"\x89PNG")):
            page.get_by_test_id("picture-menu").press("Enter")
            with page.expect_download() as download:
                page.get_by_role("menuitem", name=label).press("Enter")
            self.assertTrue(download.value.suggested_filename.endswith(ending))
            with open(download.value.path(), "rb") as file:
                self.assertTrue(file.read(8).startswith(begins))
        self.screenshot(page, "plot-menu")
        self.assertEqual(self.violations(page), [])


class DarkTests(ClientTestCase):
    """Pictures in the dark."""

    def test_colours_are_data(self) -> None:
        """What is white is the paper that the picture lies on, the page's or a card's, and every other colour stays."""
        for scheme, paper in (("light", (251, 250, 247)), ("dark", (208, 205, 197))):
            page = self.sheet(color_scheme=scheme)
            cell(page, 4).locator(".src").click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.press("Control+a")
            page.keyboard.type("squares")
            page.keyboard.press("Control+Enter")
            picture = page.locator("img.picture")
            picture.wait_for()
            picture.evaluate("image => image.decode()")
            # Until its run is over what it shows is faint.
            page.locator(".out:not(.old) img.picture").wait_for()
            next_frame(page)
            self.screenshot(page, f"{scheme}-plot")
            white, red, black, beside = pixels(page, page.locator(".plate"), [(16, 12), (44, 40), (104, 40), (4, 20)])
            self.assertEqual((white, beside), (paper, paper))
            self.assertEqual(black, (0, 0, 0))
            # Red stays red: as much of it as the paper lets through, and nothing else.
            self.assertEqual(red, (paper[0], 0, 0))
            self.assertEqual(self.violations(page), [])


def pixels(page: Page, of: Locator, places: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Return the colours of an element at places from its corner, as they are on the screen."""
    data = base64.b64encode(of.screenshot()).decode()
    found = page.evaluate(
        """async ([data, places]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
            const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
            canvas.drawImage(image, 0, 0);
            return places.map(([x, y]) => [...canvas.getImageData(x, y, 1, 1).data.slice(0, 3)]);
        }""",
        [data, places],
    )
    return [tuple(colour) for colour in found]


class PrintTests(ClientTestCase):
    """Printing."""

    arguments = ("large",)

    def test_all_of_a_sheet(self) -> None:
        """Printing gives the whole sheet, on as many pages as it takes, and none of the bars."""
        page = self.sheet()
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell]').length === 500")
        data = page.pdf(format="A4")
        self.assertGreater(data.count(b"/Type /Page\n"), 30)
        page.emulate_media(media="print")
        self.assertFalse(page.locator(".top").is_visible())
        self.assertFalse(page.locator(".side").is_visible())


class AdviceTests(ClientTestCase):
    """What helps with an error."""

    def typed(self, page: Page, text: str) -> None:
        """Write a text into the first cell and run it."""
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")

    def test_a_sign_is_inserted_and_the_cell_runs(self) -> None:
        """By its button, which keys reach; the advice is gone with the error, and `z` takes the change back."""
        page = self.sheet()
        self.typed(page, "sin(2t)")
        wait_for_state(page, 1, "error")
        button = cell(page, 1).get_by_role("button", name="Insert *")
        button.wait_for()
        self.assertIn("To multiply, write *.", cell(page, 1).inner_text())
        self.assertEqual(self.violations(page), [])
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            self.screenshot(page, f"advice-{scheme}")
            self.assertEqual(self.violations(page), [])
        button.focus()
        page.keyboard.press("Enter")
        wait_for_state(page, 1, "done")
        self.assertIn("sin(2*t)", cell(page, 1).locator(".src").inner_text())
        self.assertEqual(page.get_by_test_id("hints").count(), 0)
        page.keyboard.press("z")
        cell(page, 1).get_by_text("sin(2t)").wait_for()

    def test_a_symbol_is_declared(self) -> None:
        """A line is put above; advice about a text that is no longer there has no button."""
        page = self.sheet()
        self.typed(page, "y + 1")
        cell(page, 1).get_by_role("button", name="Add var('y')").click()
        wait_for_state(page, 1, "done")
        self.assertEqual(cell(page, 1).locator(".src").inner_text().split("\n")[:2], ["var('y')", "y + 1"])

    def test_the_cell_that_makes_a_name(self) -> None:
        """A name that another cell gives a value is said to be that cell's, and both run by one button."""
        page = self.sheet()
        page.locator("[data-testid=insert-code]").last.click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("y = 7")
        self.typed(page, "y + 1")
        wait_for_state(page, 1, "error")
        button = cell(page, 1).get_by_test_id("run-both")
        button.wait_for()
        self.assertEqual(button.inner_text(), "Run cell 5, then this one")
        button.click()
        wait_for_state(page, 5, "done")
