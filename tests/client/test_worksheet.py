"""The worksheet in Chromium, against a scripted backend."""

from __future__ import annotations

import pytest

from tests.client.browsing import ClientTestCase, cell, next_frame, wait_for_state
from tests.client.live import WORKSPACE
from tests.client.versions import VERSION

pytestmark = pytest.mark.slow


class EmptyTests(ClientTestCase):
    """A new, empty worksheet."""

    arguments = ("empty",)

    def test_first_words(self) -> None:
        """It opens with the keyboard in a cell and one faint line, in few requests; Shift-Enter runs and goes on."""
        page = self.sheet()
        page.wait_for_selector(".cm-focused")
        self.assertIn("Type Sage or Python", page.locator(".cm-placeholder").inner_text())
        self.assertLessEqual(len(self.requests), 15)
        page.keyboard.type("integrate(sin(x)^2, x)")
        page.keyboard.press("Shift+Enter")
        wait_for_state(page, 1, "done")
        page.wait_for_selector(".formula .katex")
        page.keyboard.type("2+2")
        self.assertIn("2+2", cell(page, 2).inner_text())
        self.assertEqual(self.problems, [])

    def test_only_our_hosts(self) -> None:
        """No request goes to any other host, and nothing breaks the page's policy."""
        page = self.sheet()
        page.wait_for_selector(".cm-focused")
        self.assertEqual([url for url in self.requests if f"//127.0.0.1:{self.port}/" not in url], [])
        self.assertEqual(self.problems, [])


class RunningTests(ClientTestCase):
    """Cells that run."""

    def test_optimistic_and_stop(self) -> None:
        """A run shows as queued before the server has answered; Stop ends it and forgets the rest."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+a")
        page.keyboard.type("slow")
        states = page.evaluate(
            """() => new Promise(resolve => {
                const cell = document.querySelector('[data-testid=cell][data-type=code]'), seen = [];
                new MutationObserver(() => {
                    if (seen.at(-1) !== cell.dataset.state) seen.push(cell.dataset.state);
                    if (cell.dataset.state === 'running') resolve(seen);
                }).observe(cell, {attributes: true});
                cell.querySelector('[data-testid=run]').click();
            })"""
        )
        self.assertEqual(states, ["queued", "running"])
        page.wait_for_selector("[data-testid=stream]")
        cell(page, 4).click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 4, "queued")
        page.click("[data-testid=stop]")
        wait_for_state(page, 1, "interrupted")
        wait_for_state(page, 4, "cancelled")

    def test_stop_gives_the_keyboard_back(self) -> None:
        """After Stop the keyboard is in the cell's editor, pressed by mouse, twice, or with the keyboard on it."""
        page = self.sheet()
        stop = page.locator("[data-testid=stop]")
        for presses, on_button in ((1, False), (2, False), (1, True)):
            cell(page, 1).locator(".src").click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.press("Control+a")
            page.keyboard.type("slow")
            page.click("[data-testid=run]")
            wait_for_state(page, 1, "running")
            if on_button:
                stop.focus()
            for _ in range(presses):
                stop.click(force=True)
                wait_for_state(page, 1, "interrupted")
            page.wait_for_selector(".cm-focused")
            page.keyboard.type("er")
            self.assertIn("slower", cell(page, 1).inner_text())

    def test_error(self) -> None:
        """An exception shows its message first and its line; the traceback unfolds; its headings show the state."""
        page = self.sheet()
        cell(page, 3).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 3, "error")
        cell(page, 3).get_by_text("No point with x-coordinate 5").first.wait_for()
        self.assertIn("ValueError: No point with x-coordinate 5", cell(page, 3).inner_text())
        page.click("[data-testid=traceback]")
        cell(page, 3).get_by_text("Cell 3, line 1").first.wait_for()
        headings = page.locator("[data-testid=cell][data-type=section][data-state=error]")
        headings.nth(1).wait_for()
        self.assertEqual(headings.count(), 2)

    def test_kinds_of_output(self) -> None:
        """Plots are images from blobs, unknown LaTeX shows as text, long text folds, a spilled middle is named."""
        page = self.sheet()
        for source in ("odd", "long", "spill"):
            page.locator("[data-testid=insert-code]").last.click()
            page.keyboard.type(source)
            page.keyboard.press("Control+Enter")
        cell(page, 4).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 4, "done")
        self.assertTrue(page.locator("img.picture").get_attribute("src").startswith("blob:"))  # type: ignore[union-attr]
        wait_for_state(page, 7, "done")
        page.wait_for_selector("text=the plain form")
        self.assertIn("Show 14\u202f160 more lines", cell(page, 6).inner_text())
        page.click("[data-testid=show-all]")
        self.assertIn("line 14199", cell(page, 6).inner_text())
        self.assertIn(
            'print(open(".sagews/output/1.txt").read())', page.locator("[data-testid=spilled]").text_content() or ""
        )
        self.assertEqual(self.problems, [])

    def test_section_runs(self) -> None:
        """Running a section runs everything below its heading, and nothing else."""
        page = self.sheet()
        page.locator("[data-testid=outline-row]").nth(1).click()
        page.keyboard.press("Control+Shift+Enter")
        wait_for_state(page, 2, "done")
        states = [cell(page, number).get_attribute("data-state") for number in (1, 2, 3, 4)]
        self.assertEqual(states, ["idle", "done", "idle", "idle"])

    def test_session_ends(self) -> None:
        """When a session ends the server's sentence shows with one button to go on."""
        page = self.sheet()
        self.control("gone")
        notice = page.locator("[data-testid=session-notice]")
        notice.wait_for()
        self.assertIn("2 GB of memory", notice.inner_text())
        page.click("[data-testid=session-go-on]")
        wait_for_state(page, 1, "done")

    def test_where_cells_stopped(self) -> None:
        """When cells that run together stop at one that fails, a notice names it and goes there."""
        page = self.sheet(viewport={"width": 1200, "height": 500})
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]").fill("run all cells")
        page.keyboard.press("Enter")
        notice = page.locator("[data-testid=stopped-at]")
        notice.wait_for()
        self.assertIn("Stopped at cell 3: ValueError", notice.inner_text())
        page.click("[data-testid=go-to-failure]")
        page.wait_for_function(
            """() => {
                const cell = document.querySelectorAll('[data-testid=cell][data-type=code]')[2].getBoundingClientRect();
                const view = document.getElementById('content').getBoundingClientRect();
                return cell.top >= view.top && cell.bottom <= view.bottom;
            }"""
        )
        self.assertIn("focus", cell(page, 3).get_attribute("class") or "")
        self.screenshot(page, "stopped-at")
        notice.get_by_role("button", name="Dismiss").click()
        notice.wait_for(state="detached")

    def test_a_notice_that_was_read(self) -> None:
        """That variables are gone is told until it is dismissed, for good, or something runs; readers get no advice."""
        page = self.sheet()
        notice = page.locator("[data-testid=session-notice]")
        self.control("lost")
        notice.wait_for()
        notice.get_by_role("button", name="Dismiss").click()
        notice.wait_for(state="detached")
        page.reload()
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        page.locator("[data-testid=notice], .notices").first.wait_for(state="attached")
        self.assertEqual(notice.count(), 0)
        self.control("viewer")
        reader = self.sheet()
        told = reader.locator("[data-testid=session-notice]")
        told.wait_for()
        self.assertIn("over", told.inner_text())
        self.assertNotIn("run all", told.inner_text().lower())

    def test_a_notice_leaves_the_caret_in_sight(self) -> None:
        """A notice that comes while somebody writes at the lower end pushes the line up."""
        page = self.sheet(viewport={"width": 1200, "height": 500})
        cell(page, 4).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.wait_for_selector(".notices", state="attached")
        hidden = """() => document.querySelector('.cm-focused .cm-line').getBoundingClientRect().bottom
            - document.getElementById('content').getBoundingClientRect().bottom"""
        page.evaluate("by => document.getElementById('content').scrollBy(0, by + 4)", page.evaluate(hidden))
        self.assertGreater(page.evaluate(hidden), -10)
        self.control("lost")
        page.wait_for_selector("[data-testid=session-notice]")
        page.wait_for_function(f"() => ({hidden})() < 0")
        self.screenshot(page, "notice-caret")


class ThemeTests(ClientTestCase):
    """Light and dark."""

    def test_no_transition(self) -> None:
        """A change of the theme is there at once: no colour passes through the other theme's."""
        page = self.sheet(color_scheme="light")
        cell(page, 1).locator(".src").wait_for()
        page.evaluate(
            """() => {
                window.ran = [];
                window.addEventListener('transitionrun', event => window.ran.push(event.propertyName));
            }"""
        )
        light = cell(page, 2).locator(".src").evaluate("cell => getComputedStyle(cell).backgroundColor")
        page.emulate_media(color_scheme="dark")
        next_frame(page)
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]").fill("light and dark")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
        # A transition begins with the frame in which the colours change.
        next_frame(page)
        self.assertLessEqual(set(page.evaluate("window.ran")), {"opacity"})
        now = cell(page, 2).locator(".src").evaluate("cell => getComputedStyle(cell).backgroundColor")
        self.assertEqual(now, light)


class VersionTests(ClientTestCase):
    """What the worksheet says of its versions."""

    def test_a_version_has_an_id(self) -> None:
        """The status line names the newest version by its short id, as the history does."""
        page = self.sheet()
        status = page.locator("[data-testid=status-version]")
        status.filter(has_text=VERSION[:7]).wait_for()
        page.keyboard.press("Control+Alt+h")
        time = page.locator("[data-testid=version] time")
        time.wait_for()
        self.assertIn(VERSION[:7], time.get_attribute("title") or "")

    def test_outputs_of_a_named_version(self) -> None:
        """A named version shows what cells had printed, part by part, by their code and in their order then."""
        page = self.sheet()
        page.keyboard.press("Control+Shift+s")
        page.locator("[data-testid=ask-input]").fill("Before the talk")
        page.locator("[data-testid=ask-ok]").click()
        page.keyboard.press("Control+Alt+h")
        page.locator("[data-testid=version]").filter(has_text="Before the talk").click()
        kept = page.locator("[data-testid=kept-output]")
        kept.first.wait_for()
        self.assertIn("kept 1", kept.first.inner_text())
        self.assertIn("kept.sage.md", kept.first.inner_text())
        self.assertIn("source 1", kept.first.inner_text())
        self.assertNotIn("run", kept.first.inner_text())
        page.get_by_role("button", name="More outputs").click()
        kept.nth(1).wait_for()
        self.assertEqual(["kept 2" in text for text in kept.all_inner_texts()], [True, False])
        self.assertEqual(page.get_by_role("button", name="More outputs").count(), 0)
        self.assertEqual(self.violations(page), [])

    def test_notices_beside_the_history(self) -> None:
        """A notice does not lie under the panel, however narrow the window is."""
        for width in (1400, 1000):
            page = self.sheet()
            page.set_viewport_size({"width": width, "height": 800})
            cell(page, 2).locator(".src").click()
            page.keyboard.press("Escape")
            page.keyboard.press("d")
            page.keyboard.press("d")
            page.keyboard.press("Control+Alt+h")
            page.locator("[data-testid=version]").wait_for()
            notice, panel = page.locator("[data-testid=undo]"), page.locator("[data-testid=history]")
            notice.wait_for()
            one, other = notice.bounding_box(), panel.bounding_box()
            self.assertTrue(one and other)
            if one and other:
                self.assertLessEqual(one["x"] + one["width"], other["x"])


class LargeTests(ClientTestCase):
    """A sheet of five hundred cells."""

    arguments = ("large",)

    def test_five_hundred_cells(self) -> None:
        """It fills up with static text and few editors, and a cell in its middle is written in at once."""
        page = self.sheet()
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell]').length === 500")
        cell(page, 200).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("1 + ")
        self.assertIn("1 + ", cell(page, 200).inner_text())
        self.assertLessEqual(page.locator(".cm-editor").count(), 8)
        self.assertEqual(page.locator("[data-testid=outline-row]").count(), 20)


class ConnectionTests(ClientTestCase):
    """Connections that come and go."""

    def test_comes_back(self) -> None:
        """A lost connection is shown and comes back by itself; what was typed meanwhile is saved then."""
        page = self.sheet()
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        self.control("drop")
        page.locator("[data-testid=status-connection][data-state=reconnecting]").wait_for()
        page.keyboard.press("Control+End")
        page.keyboard.type(" # offline")
        page.locator("[data-testid=status-saving][data-state=unsaved]").wait_for()
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.assertIn("# offline", self.control("source"))

    def test_comes_back_after_the_past_went(self) -> None:
        """What was typed while the worksheet lost its past is there once, and one types on where the caret was."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+End")
        self.control("away")
        page.locator("[data-testid=status-connection][data-state=reconnecting]").wait_for()
        page.keyboard.type(" # offline")
        page.keyboard.press("ArrowLeft")
        page.locator("[data-testid=status-connection][data-state=connected]").wait_for()
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        page.keyboard.type("XY")
        page.wait_for_function(
            "async () => (await (await fetch('/control/source')).text()).endsWith(' # offlinXYe')", polling=50
        )
        self.assertEqual(self.control("source").count("# offlin"), 1)
        self.assertEqual(cell(page, 1).locator(".cm-content").inner_text().count("# offlinXYe"), 1)

    def test_the_past_goes_while_one_types(self) -> None:
        """Key by key, with the past let go between them: every key is there, once and in order, for everybody."""
        page = self.sheet()
        other = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+End")
        page.keyboard.type("  # ")
        for number, key in enumerate("abcdefghij"):
            page.keyboard.type(key)
            if number % 3 == 0:
                self.control("compact")
        page.wait_for_function(
            "async () => (await (await fetch('/control/source')).text()).endsWith('  # abcdefghij')", polling=50
        )
        for each in (page, other):
            each.locator("[data-testid=status-saving][data-state=saved]").wait_for()
            cell(each, 1).get_by_text("# abcdefghij").wait_for()
        self.assertEqual(page.locator("[data-testid=notice]").count(), 0)

    def test_keys_of_the_browser(self) -> None:
        """Ctrl-S saves a version instead of the page; F5 stays the browser's."""
        page = self.sheet()
        page.wait_for_selector("[data-testid=status-version][data-version]")
        page.keyboard.press("Control+s")
        page.wait_for_function(
            "() => document.querySelector('[data-testid=announcement]').textContent === 'Version saved'"
        )
        self.assertIn("save", self.control("heard"))
        taken = page.evaluate(
            "() => !window.dispatchEvent(new KeyboardEvent('keydown', {key: 'F5', cancelable: true}))"
        )
        self.assertFalse(taken)

    def test_history(self) -> None:
        """Ctrl-Alt-H lists versions, shows what changed, and asks before it reverts."""
        page = self.sheet()
        page.keyboard.press("Control+Alt+h")
        page.click("[data-testid=version]")
        page.wait_for_selector("[data-testid=diff] .add")
        heads = [head.strip() for head in page.locator("[data-testid=diff-cell] h4").all_inner_texts()]
        self.assertEqual(heads, ["Text", "Cell 1", "Text", "Code new"])
        self.assertNotIn("```", page.locator("[data-testid=diff]").inner_text())
        self.screenshot(page, "difference")
        page.click("[data-testid=revert]")
        page.click("[data-testid=confirm-yes]")
        self.wait_until_heard(page, "revert")

    def test_versions_compared(self) -> None:
        """A version is shown whole, beside now, which is saved for it, and beside any other, the older one first."""
        page = self.sheet()
        self.control("older")
        page.keyboard.press("Control+Alt+h")
        page.locator("[data-testid=version]").nth(1).click()
        files = page.locator("[data-testid=version-files]")
        files.locator(".add").first.wait_for()
        page.select_option("[data-testid=beside]", "nothing")
        files.locator("text=E = None").wait_for()
        self.assertEqual(files.locator(".add, .del").count(), 0)
        self.screenshot(page, "whole-version")
        page.select_option("[data-testid=beside]", "now")
        self.wait_until_heard(page, "difference a b")
        self.assertIn("save", self.control("heard"))
        page.select_option("[data-testid=beside]", VERSION)
        self.wait_until_heard(page, "difference a b", 2)

    def test_first_document(self) -> None:
        """The address of a workspace alone opens its first worksheet."""
        page = self.page(f"/w/{WORKSPACE}")
        page.wait_for_selector("[data-testid=cell]")
        self.assertEqual(len(page.url.split("/")), 6)
