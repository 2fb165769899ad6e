"""The worksheet in a real browser: editing, alone and together."""

from __future__ import annotations

from typing import Any

from tests.client.browsing import ClientTestCase, cell, next_frame

# Where in a cell's first line the caret of somebody else is drawn.
CARET_AT = """([cell, place]) => {
    const caret = document.querySelector(`[data-cell-id=${cell}] .cm-line > .peer-caret`);
    if (caret === null) return false;
    const before = document.createRange();
    before.setStart(caret.parentElement, 0);
    before.setEndBefore(caret);
    return before.toString().replaceAll("\\u200b", "").replaceAll("\\u2060", "").length === place;
}"""


class EditingTests(ClientTestCase):
    """Cells that are written, moved and folded."""

    def test_command_mode(self) -> None:
        """Letters are commands in the sheet: insert, delete with undo, move; Escape and Enter change the mode."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("inserted")
        page.keyboard.press("Escape")
        self.assertIn("inserted", cell(page, 2).inner_text())
        page.keyboard.press("Alt+ArrowUp")
        # What moves cells comes with the first key that asks for it.
        cell(page, 1).get_by_text("inserted").wait_for()
        page.keyboard.press("d")
        page.keyboard.press("d")
        page.locator("text=inserted").wait_for(state="detached")
        page.click("[data-testid=undo] button")
        self.assertIn("inserted", cell(page, 1).inner_text())

    def test_title(self) -> None:
        """Tab comes to the title, Enter opens it, Enter and Escape close it; so does a click anywhere in its line."""
        page = self.sheet()
        button = page.get_by_role("heading", level=1).get_by_role("button")
        field = page.get_by_role("textbox", name="Title of the worksheet")
        page.locator("#content").focus()
        page.keyboard.press("Tab")
        for end, word in (("Enter", " over Q"), ("Escape", " again")):
            self.assertTrue(button.evaluate("button => button === document.activeElement"))
            page.keyboard.press("Enter")
            field.wait_for()
            page.keyboard.press("End")
            page.keyboard.type(word)
            page.keyboard.press(end)
            button.wait_for()
        self.assertEqual(button.inner_text(), "A curve of rank one over Q again")
        self.assertEqual(self.violations(page), [])
        box = button.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] - 5, box["y"] + 10)
        field.wait_for()
        self.assertEqual(self.violations(page), [])
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        self.assertEqual(field.count(), 0)

    def test_dialogs_give_the_keyboard_back(self) -> None:
        """After the palette the caret is where it was; Escape on a cell's tools goes back to the sheet."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+Home")
        page.keyboard.press("Control+k")
        page.wait_for_selector("[data-testid=palette-input]")
        page.keyboard.press("Escape")
        page.wait_for_selector(".cm-focused")
        page.keyboard.type("first ")
        self.assertIn("first E", cell(page, 1).inner_text())
        page.locator("[data-testid=cell-menu]").focus()
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("dialog.keys")

    def test_fold(self) -> None:
        """A folded section hides its cells and says how many; the outline unfolds what it jumps to."""
        page = self.sheet()
        page.locator("[data-testid=fold]").first.click()
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 1)
        self.assertIn("6 cells folded", page.locator(".foldbar").first.inner_text())
        page.locator("[data-testid=outline-row]").nth(2).click()
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 4")

    def test_text_is_safe(self) -> None:
        """Markdown keeps its words and loses handlers, addresses that run code, and unknown images."""
        page = self.sheet()
        page.wait_for_selector(".prose b")
        html = page.locator("[data-testid=cell][data-type=text]").nth(1).inner_html()
        for word in ("onerror", "onclick", "src="):
            self.assertNotIn(word, html)
        self.assertEqual(self.problems, [])

    def test_two_people(self) -> None:
        """What one person types is in the other's page; carets have names."""
        first, second = self.sheet(), self.sheet()
        first.wait_for_selector("text=Ines")
        cell(first, 1).locator(".src").click()
        first.wait_for_selector(".cm-focused")
        first.keyboard.press("Control+End")
        first.keyboard.type(" + 1")
        second.wait_for_function("() => document.body.innerText.includes('E.rank() + 1')")
        second.locator("[data-testid=status-saving][data-state=saved]").wait_for()

    def test_carets_follow(self) -> None:
        """Another's caret is where they are, also in a cell that was open before they came, and goes when they do."""
        page = self.sheet()
        ours, theirs = cell(page, 1), cell(page, 2)
        theirs.locator(".peer-caret").wait_for()
        for each in (theirs, ours):
            each.locator(".src").click()
            each.locator(".cm-focused").wait_for()
        for place in (0, 3):
            self.control(f"caret-{place}")
            page.wait_for_function(CARET_AT, arg=["cell02", place])
            self.assertEqual(page.locator(".peer-caret").count(), 1)
        self.control("leaves")
        ours.locator(".peer-caret").wait_for(state="detached")

    def test_carets_are_told(self) -> None:
        """Others see where a click and keys put the caret, again after a reconnect; nobody sees themselves."""
        first = self.sheet()
        self.control("guest")
        second = self.sheet()
        cell(second, 1).locator(".src").click()
        cell(second, 1).locator(".cm-focused").wait_for()
        second.keyboard.press("Control+Home")
        first.wait_for_function(CARET_AT, arg=["cell02", 0])
        for key, place in (("ArrowRight", 1), ("ArrowRight", 2), ("End", 35)):
            second.keyboard.press(key)
            first.wait_for_function(CARET_AT, arg=["cell02", place])
        self.control("drop")
        first.wait_for_function(CARET_AT, arg=["cell02", 35])
        third = self.sheet()
        second.keyboard.press("Home")
        first.wait_for_function(CARET_AT, arg=["cell02", 0])
        self.assertEqual(cell(third, 1).locator(".peer-caret").count(), 0)

    def test_editor_between_press_and_release(self) -> None:
        """A click that begins on still text and ends on the editor that took its place leaves the keyboard there."""
        page = self.sheet()
        cell(page, 1).locator(".still").dispatch_event("mousedown", {"button": 0})
        page.wait_for_selector(".cm-focused")
        cell(page, 1).locator(".src").dispatch_event("click")
        page.keyboard.type("zeta")
        self.assertIn("zeta", cell(page, 1).locator(".cm-content").inner_text())

    def test_several_carets(self) -> None:
        """Ctrl and a click set a second caret, which is drawn; what is typed goes to both."""
        page = self.sheet()
        lines = cell(page, 2).locator(".cm-line")
        cell(page, 2).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        self.assertEqual(cell(page, 2).locator(".cm-cursor").count(), 0)
        lines.nth(0).click(position={"x": 2, "y": 8})
        lines.nth(1).click(position={"x": 2, "y": 8}, modifiers=["Control"])
        cell(page, 2).locator(".cm-cursor").nth(1).wait_for()
        page.keyboard.type("q")
        self.assertEqual([text[0] for text in lines.all_inner_texts()], ["q", "q"])

    def test_let_go_beside_the_cell(self) -> None:
        """A selection that is drawn out into the margin is one that keys write over; a click there ends writing."""
        page = self.sheet()
        source = cell(page, 2).locator(".src")
        source.click()
        page.wait_for_selector(".cm-focused")
        box = source.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 100, box["y"] + 14)
        page.mouse.down()
        page.mouse.move(box["x"] - 80, box["y"] + 14, steps=4)
        page.mouse.up()
        next_frame(page)
        page.keyboard.type("qq")
        source.get_by_text("qq").wait_for()
        page.mouse.click(box["x"] - 80, box["y"] + 14)
        page.locator(".cell.editing").wait_for(state="detached")

    def test_keys_before_their_help_has_come(self) -> None:
        """Letters and Tab that are pressed while the second part of the editor is still on its way are not lost."""
        held: list[Any] = []
        context = self.context()
        context.route("**/static/later-*.js", lambda route: held.append(route))
        page = self.page(context=context)
        page.wait_for_selector("[data-testid=cell]")
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Control+a")
        page.keyboard.type("7")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.wait_for_function("() => document.activeElement.matches('.cm-content')")
        held[0].continue_()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.cm-focused .cm-line')].at(-1).textContent === '    '"
        )

    def test_enter_indents(self) -> None:
        """Enter behind a colon begins the next line a step further in, and behind a return a step back."""
        page = self.sheet()
        page.locator("[data-testid=insert-code]").last.click()
        # Tab completes once the second part of the editor has come, which is the one that indents.
        page.keyboard.type("Ell")
        page.keyboard.press("Tab")
        page.wait_for_selector(".cm-tooltip-autocomplete")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        for line in ("def double(n):", "return 2*n", "double(21)"):
            page.keyboard.type(line)
            page.keyboard.press("Enter")
        self.assertEqual(
            page.locator(".cm-focused .cm-line").all_inner_texts()[:3],
            ["def double(n):", "    return 2*n", "double(21)"],
        )

    def test_completion_and_inspection(self) -> None:
        """Tab completes behind a name, Shift-Tab explains, and Escape closes what is open before it leaves."""
        page = self.sheet()
        page.locator("[data-testid=insert-code]").last.click()
        page.keyboard.type("Ell")
        page.keyboard.press("Tab")
        page.wait_for_selector(".cm-tooltip-autocomplete")
        # The editor takes no choice in the first 75 ms, lest somebody chooses what they have not seen.
        page.wait_for_function("opened => performance.now() > opened + 90", arg=page.evaluate("performance.now()"))
        page.keyboard.press("Enter")
        self.assertIn("EllipticCurve", cell(page, 5).inner_text())
        page.keyboard.press("Shift+Tab")
        page.wait_for_selector("[data-testid=inspection]")
        page.keyboard.press("Escape")
        self.assertEqual(page.locator("[data-testid=inspection]").count(), 0)
        self.assertEqual(page.locator(".cm-focused").count(), 1)

    def test_viewer(self) -> None:
        """A viewer sees everything and is offered nothing that writes or runs."""
        self.control("viewer")
        page = self.sheet()
        page.wait_for_selector("[data-testid=read-only]")
        cell(page, 1).click()
        page.keyboard.press("b")
        page.keyboard.press("d")
        page.keyboard.press("d")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 4)
        self.assertEqual(page.locator("h1 button").count(), 0)
        self.assertEqual(page.locator("[data-testid=run], [data-testid=stop], [data-testid=insert-code]").count(), 0)
