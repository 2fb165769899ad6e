"""Dragging cells and sections, tags, protection and cells that run when a worksheet is opened, in Chromium."""

from __future__ import annotations

import json

from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, next_frame, wait_for_state
from tests.client.test_typing import type_keys

ORDER = "() => [...document.querySelectorAll('[data-testid=cell]')].map(each => each.dataset.cellId.slice(4))"


class ArrangingTestCase(ClientTestCase):
    """What both need."""

    def choose(self, page: Page, cell_id: str) -> None:
        """Make a cell the active one."""
        page.locator(f"[data-cell-id={cell_id}]").click(position={"x": 3, "y": 3})
        page.locator(f".cell.focus[data-cell-id={cell_id}]:focus").wait_for()

    def by_palette(self, page: Page, command: str) -> None:
        """Give a command by its name."""
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]:focus").wait_for()
        type_keys(page, command)
        page.keyboard.press("Enter")
        page.locator("dialog.palette").wait_for(state="detached")


class DraggingTests(ArrangingTestCase):
    """Handles in the margin, and among the tools on small screens."""

    def take(self, page: Page, cell_id: str) -> None:
        """Press on the handle of a cell and begin to move."""
        handle = page.locator(f"[data-cell-id={cell_id}] > .grip")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 7, box["y"] + 12)
        page.mouse.down()
        page.mouse.move(box["x"] + 30, box["y"] + 20, steps=3)
        page.locator(".drop-line").wait_for()

    def above(self, page: Page, cell_id: str) -> None:
        """Move to right above a cell."""
        box = page.locator(f"[data-cell-id={cell_id}]").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] - 4, steps=5)
        next_frame(page)

    def test_cells_and_sections(self) -> None:
        """A cell goes where the line is; a section with all below it; undo takes it back; Escape gives it up."""
        page = self.sheet()
        page.locator("[data-cell-id=cell09]").wait_for()
        before = page.evaluate(ORDER)
        self.take(page, "cell09")
        self.above(page, "cell02")
        self.screenshot(page, "dragging")
        page.mouse.up()
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell]')[2].dataset.cellId === 'cell09'")
        self.assertEqual(page.locator(".drop-line, .drag-chip, [data-dragged]").count(), 0)
        page.keyboard.press("z")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell]')[9].dataset.cellId === 'cell09'")
        self.take(page, "cell06")
        self.above(page, "cell03")
        page.mouse.up()
        expected = ["00", "01", "02", "06", "07", "03", "04", "05", "08", "09"]
        page.wait_for_function(
            f"() => JSON.stringify(({ORDER})()) === '{str(expected).replace(chr(39), chr(34)).replace(' ', '')}'"
        )
        page.keyboard.press("z")
        self.take(page, "cell06")
        self.above(page, "cell03")
        page.keyboard.press("Escape")
        page.locator(".drop-line").wait_for(state="detached")
        page.mouse.up()
        self.assertEqual(page.evaluate(ORDER), before)
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.assertEqual(self.problems, [])

    def test_scrolls_at_the_edge(self) -> None:
        """Held at the lower edge the sheet goes on below, up to its end."""
        page = self.sheet(viewport={"width": 1200, "height": 420})
        page.locator("[data-cell-id=cell09]").wait_for(state="attached")
        self.take(page, "cell02")
        page.mouse.move(500, 385, steps=4)
        page.wait_for_function("() => document.getElementById('content').scrollTop > 300")
        page.keyboard.press("Escape")
        page.mouse.up()

    def test_by_finger(self) -> None:
        """On a small screen the handle is among the tools of the active cell, and follows a finger."""
        page = self.sheet(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        page.locator("[data-cell-id=cell07]").wait_for()
        page.locator("[data-cell-id=cell05] .src").tap(position={"x": 2, "y": 2})
        handle = page.locator("[data-cell-id=cell05] .tools .grip")
        handle.wait_for()
        start, goal = handle.bounding_box(), page.locator("[data-cell-id=cell02]").bounding_box()
        assert start is not None and goal is not None
        touch = page.context.new_cdp_session(page)
        points = [(start["x"] + 20, start["y"] + 15), (start["x"] + 20, start["y"] - 40), (100, goal["y"] - 2)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), points, strict=True):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            next_frame(page)
        page.locator(".drop-line").wait_for()
        self.screenshot(page, "dragging-phone")
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell]')[2].dataset.cellId === 'cell05'")

    def test_a_reader(self) -> None:
        """Who may only read has no handles."""
        self.control("viewer")
        page = self.sheet()
        page.locator("[data-testid=read-only]").wait_for()
        self.assertEqual(page.locator(".grip").count(), 0)


class AttributesTests(ArrangingTestCase):
    """What is said of cells beside their text, by keys alone."""

    def test_tags(self) -> None:
        """Tags are typed for what is chosen, shown as chips, and choose, run and hide all cells that have them."""
        page = self.sheet()
        self.choose(page, "cell02")
        page.keyboard.press("Shift+s")
        page.locator(".cell.together").nth(6).wait_for()
        page.keyboard.press("t")
        page.locator("[data-testid=tags-input]:focus").wait_for()
        type_keys(page, "all, bad=")
        page.keyboard.press("Enter")
        page.locator("dialog.tags [role=alert]").wait_for()
        for _ in range(6):
            page.keyboard.press("Backspace")
        page.keyboard.press("Enter")
        page.locator("dialog.tags").wait_for(state="detached")
        self.assertEqual(page.locator("[data-testid=tag]").count(), 7)
        self.choose(page, "cell09")
        page.keyboard.press("t")
        page.locator("[data-testid=tags-input]:focus").wait_for()
        type_keys(page, "all last")
        self.screenshot(page, "tags")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Enter")
        page.locator("[data-cell-id=cell09] [data-testid=tag]").nth(1).wait_for()
        page.keyboard.press("t")
        page.locator("[data-testid=all-tags] li").nth(1).wait_for()
        page.get_by_role("button", name="Choose: all").press("Enter")
        page.locator(".cell.together").nth(7).wait_for()
        self.assertEqual(page.locator(".cell.together[data-cell-id=cell08]").count(), 0)
        self.screenshot(page, "tagged")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("t")
        page.get_by_role("button", name="Hide code: all").press("Enter")
        page.get_by_role("button", name="Show code: all").wait_for()
        page.keyboard.press("Escape")
        self.assertEqual(page.locator("[data-testid=cell] .src").count(), 0)
        self.assertEqual(self.problems, [])

    def test_protection(self) -> None:
        """An owner protects a section by name; an editor then reads it, and is told what is refused."""
        owner = self.sheet()
        self.choose(owner, "cell03")
        self.by_palette(owner, "protect the text")
        owner.locator("[data-cell-id=cell05] .marks >> text=Protected").wait_for()
        self.choose(owner, "cell05")
        owner.keyboard.press("Enter")
        owner.wait_for_selector(".cm-focused")
        owner.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.control("editor")
        page = self.sheet()
        page.locator("[data-cell-id=cell05] .marks >> text=Protected").wait_for()
        self.choose(page, "cell05")
        for keys in (["Enter"], ["d", "d"], ["x"], ["m"]):
            for key in keys:
                page.keyboard.press(key)
            page.locator("[data-testid=notice] >> text=This cell is protected").wait_for()
            page.locator("[data-testid=notice] button").click()
            page.locator("[data-testid=notice]").wait_for(state="detached")
            self.choose(page, "cell05")
        self.screenshot(page, "protected")
        cell(page, 2).locator(".src").click()
        type_keys(page, "no")
        self.assertNotIn("no", cell(page, 2).inner_text())
        page.keyboard.press("Control+h")
        page.locator("[data-testid=find-input]:focus").wait_for()
        type_keys(page, "P = E")
        page.locator("[data-testid=find-count] >> text=1 place").wait_for()
        page.keyboard.press("Control+h")
        type_keys(page, "no")
        page.keyboard.press("Control+Alt+Enter")
        page.locator("[data-testid=replaced] >> text=1 cell is protected").wait_for()
        self.assertIn("E(0, 0)", cell(page, 2).inner_text())

    def test_runs_when_opened(self) -> None:
        """Nothing runs of its own accord: one is asked, and again when the text has changed since one trusted it."""
        for place in ("cell02", "cell05"):
            self.control(f"flag-{place}.auto")
        context = self.context()
        page = self.page(context=context)
        page.locator("[data-testid=auto-run] >> text=2 cells that run").wait_for()
        self.screenshot(page, "auto-run")
        self.assertEqual(self.violations(page), [])
        page.locator("[data-testid=auto-run-not]").press("Enter")
        page.locator("[data-testid=auto-run]").wait_for(state="detached")
        self.assertNotIn("run", self.control("heard"))
        page.reload()
        page.locator("[data-testid=auto-run-always]").press("Enter")
        wait_for_state(page, 2, "done")
        self.assertEqual(page.locator("[data-testid=auto-run]").count(), 0)
        self.control("renewed")
        page.reload()
        page.locator("[data-testid=auto-run] >> text=2 cells ran").wait_for()
        self.wait_until_heard(page, "run", 2)
        cell(page, 2).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        type_keys(page, "1+")
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.control("renewed")
        page.reload()
        page.locator("[data-testid=auto-run-now]").wait_for()
        self.assertEqual(self.control("heard").count("run"), 2)

    def test_a_reader(self) -> None:
        """Who may not run is not asked either."""
        self.control("flag-cell02.auto")
        self.control("viewer")
        page = self.sheet()
        page.locator("[data-testid=read-only]").wait_for()
        page.locator("[data-cell-id=cell02] .marks >> text=Runs when opened").wait_for()
        self.assertEqual(page.locator("[data-testid=auto-run]").count(), 0)


class PastingTests(ArrangingTestCase):
    """What was copied in other programs."""

    def test_from_jupyter_and_examples(self) -> None:
        """Cells of Jupyter are cells of their kinds behind the chosen one; an example has a cell for each answer."""
        page = self.sheet()
        context = page.context
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        copied = json.dumps(
            [
                {"cell_type": "markdown", "metadata": {}, "source": "# Pasted\n\nwords"},
                {"cell_type": "code", "metadata": {"tags": ["hard"]}, "source": ["a = 1\n", "a"], "outputs": []},
            ]
        )
        self.choose(page, "cell09")
        for text in (copied, "sage: b = 2\nsage: b^2\n4\nsage: b\n2"):
            page.evaluate("text => navigator.clipboard.writeText(text)", text)
            page.keyboard.press("Control+v")
        page.locator("[data-testid=cell]").nth(14).wait_for()
        added = page.locator("[data-testid=cell]").evaluate_all("all => all.slice(10).map(each => each.dataset.type)")
        self.assertEqual(added, ["section", "text", "code", "code", "code"])
        self.assertEqual(page.locator("[data-testid=tag]").all_inner_texts(), ["hard"])
        sources = [text.strip() for text in page.locator("[data-testid=cell] .src").all_inner_texts()[4:]]
        self.assertEqual(sources, ["a = 1\na", "b = 2\nb^2", "b"])
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.assertEqual(self.problems, [])
