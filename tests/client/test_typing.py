"""Typing in Chromium, key by key: what each key does, and what it must never do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.live import DOCUMENT

pytestmark = pytest.mark.slow

LINES = "() => [...document.querySelectorAll('.cm-focused .cm-line')].map(line => line.textContent)"


def type_keys(page: Any, text: str) -> None:
    """Press the key of each letter, Enter at the end of each line."""
    for letter in text:
        page.keyboard.press("Enter" if letter == "\n" else "Space" if letter == " " else letter)


def write_in(page: Any, number: int) -> None:
    """Put the keyboard at the end of a code cell, and wait for the editor's second half."""
    cell(page, number).locator(".src").click()
    page.wait_for_selector(".cm-focused")
    page.wait_for_function("() => performance.getEntriesByType('resource').some(e => e.name.includes('later-'))")
    # The file is there; that it has joined the editor shows by what it adds to it.
    page.wait_for_selector(".cm-focused[data-testid=editor][aria-autocomplete], .cm-focused [aria-autocomplete]")
    page.keyboard.press("Control+End")


def chosen_cell(page: Any, number: int) -> None:
    """Choose a code cell, so that keys are commands."""
    cell(page, number).locator(".src").click()
    page.wait_for_selector(".cm-focused")
    page.keyboard.press("Escape")


def paste(page: Any, text: str, target: str = "document.activeElement") -> None:
    """Do what Ctrl-V does with a text from another program."""
    page.evaluate(
        f"""text => {{
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const event = new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}});
            {target}.dispatchEvent(event);
        }}""",
        text,
    )


class IndentationTests(ClientTestCase):
    """New lines of Python."""

    arguments = ("empty",)

    def test_each_line_as_it_is_typed(self) -> None:
        """Every line begins where the lines before it say, as soon as it begins."""
        page = self.sheet()
        write_in(page, 1)
        type_keys(page, "def f(n):\nm = n\nif m:\nreturn 1\nz")
        columns = [len(line) - len(line.lstrip()) for line in page.evaluate(LINES)]
        self.assertEqual(columns, [0, 4, 4, 8, 4])

    def test_clauses_go_to_their_statement(self) -> None:
        """`else:` and its like move, with their colon, to the column of the statement that they belong to."""
        page = self.sheet()
        write_in(page, 1)
        type_keys(page, "for n in l:\ntry:\na = 1\nexcept k:\nb = 2\nelse:\nc = 3\nfinally:\nd = 4")
        type_keys(page, "\nif x:\ne = 5\nelif y:\nf = 6\nelse:\ng")
        lines = page.evaluate(LINES)
        columns = [len(line) - len(line.lstrip()) for line in lines]
        self.assertEqual(columns, [0, 4, 8, 4, 8, 4, 8, 4, 8, 8, 12, 8, 12, 8, 12], lines)


class DeletedTests(ClientTestCase):
    """Somebody else deletes the cell that one writes in."""

    def test_letters_are_no_commands(self) -> None:
        """What is typed on inserts, deletes and runs nothing; the text comes back by one button, to be written on."""
        page = self.sheet()
        write_in(page, 2)
        type_keys(page, "\nbas")
        self.wait_until_heard(page, "edit")
        self.control("delete-cell05")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 3")
        type_keys(page, "abddmyx00")
        page.keyboard.press("Shift+Enter")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 3)
        self.assertEqual(set(self.control("heard")) & {"run", "restart"}, set())
        self.screenshot(page, "rescued")
        page.click("[data-testid=rescued] button:has-text('Bring it back')")
        page.wait_for_selector(".cm-focused")
        type_keys(page, "is")
        self.assertIn("basis", cell(page, 2).inner_text())

    def test_somebody_brings_it_back(self) -> None:
        """A cell that comes back without one's doing takes the notice away and the keyboard back."""
        page = self.sheet()
        write_in(page, 2)
        type_keys(page, "\nbas")
        self.wait_until_heard(page, "edit")
        # Whoever brings it back has what was saved of it.
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
        self.control("delete-cell05")
        page.wait_for_selector("[data-testid=rescued]")
        self.control("restore-cell05")
        page.locator("[data-testid=rescued]").wait_for(state="detached")
        page.wait_for_selector("[data-cell-id=cell05] .cm-focused")
        page.keyboard.press("Control+End")
        type_keys(page, "is")
        self.assertIn("basis", cell(page, 2).inner_text())

    def test_a_heading(self) -> None:
        """The same goes for a heading that is being written."""
        page = self.sheet()
        page.locator("h3 .line").first.dblclick()
        page.locator("h3 input").wait_for()
        self.control("delete-cell03")
        page.wait_for_selector("[data-testid=rescued]")
        type_keys(page, "bbb")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 4)
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        page.wait_for_selector(".cm-focused")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 5)


class DangerTests(ClientTestCase):
    """Keys that would throw something away."""

    def test_a_number_in_the_sheet(self) -> None:
        """Typing 100 and Enter over a chosen cell asks before it restarts, and Enter says no."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        type_keys(page, "100")
        page.wait_for_selector("[data-testid=confirm-yes]")
        self.screenshot(page, "restart-asks")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog", state="detached")
        self.assertNotIn("restart", self.control("heard"))

    def test_the_button_asks_too(self) -> None:
        """Restart beside Stop asks; after yes the cells show that they ran in a session that is over."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        page.click("[data-testid=restart]")
        self.assertNotIn("restart", self.control("heard"))
        page.click("[data-testid=confirm-yes]")
        self.wait_until_heard(page, "restart")
        page.wait_for_selector("[data-testid=cell].stale")
        self.screenshot(page, "former")
        self.assertIn("session that is over", cell(page, 1).locator(".mark").get_attribute("title") or "")
        # Who has just confirmed it need not be told, now or after a reload.
        self.assertEqual(page.locator("[data-testid=session-notice]").count(), 0)
        # The keyboard is where it was before the question.
        page.wait_for_selector(".cm-focused")

    def test_restart_and_run_all(self) -> None:
        """One command restarts and runs every cell, after asking."""
        page = self.sheet()
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]").fill("restart and run")
        page.keyboard.press("Enter")
        page.click("[data-testid=confirm-yes]")
        wait_for_state(page, 4, "done")
        heard = self.control("heard")
        self.assertLess(heard.index("restart"), heard.index("run"))

    def test_text_where_no_cell_is_written_in(self) -> None:
        """Text typed over a chosen cell deletes, cuts and restarts nothing; it stays code, and the page says so."""
        page = self.sheet()
        chosen_cell(page, 1)
        type_keys(page, "import odd x 00 mod 2\nxx00dd\n")
        page.locator("[data-testid=notice] >> text=no cell is written in").wait_for()
        self.screenshot(page, "typed-text")
        # What waited for the end of typing would be done before what is asked for now.
        page.wait_for_function("from => performance.now() > from + 1000", arg=page.evaluate("performance.now()"))
        page.keyboard.press("Enter")
        page.wait_for_selector(".cm-focused")
        self.assertEqual(page.locator("[data-testid=cell]").count(), 10)
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 4)
        self.assertEqual(page.locator("dialog, [data-testid=undo]").count(), 0)
        self.assertNotIn("restart", self.control("heard"))

    def test_deleting_can_be_undone(self) -> None:
        """D d deletes the chosen cell, what is pressed right behind it goes on from there, and a notice offers Undo."""
        page = self.sheet()
        chosen_cell(page, 1)
        type_keys(page, "dd")
        page.keyboard.press("ArrowDown")
        page.locator("[data-testid=undo] >> text=1 cell deleted").wait_for()
        page.locator(".cell.focus[data-cell-id=cell04]").wait_for()
        self.assertEqual(page.locator("[data-testid=cell]").count(), 9)
        page.click("[data-testid=undo] button")
        page.locator("[data-cell-id=cell02]").wait_for()

    def test_a_key_held_down(self) -> None:
        """Holding d deletes nothing."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.press("Escape")
        for _ in range(5):
            page.keyboard.down("d")
        page.keyboard.up("d")
        self.assertEqual(page.locator("[data-testid=cell][data-type=code]").count(), 4)


class PasteTests(ClientTestCase):
    """Cut, copy and paste."""

    def test_examples(self) -> None:
        """An example with prompts and typographic signs becomes code that runs, in a cell and over cells."""
        page = self.sheet()
        write_in(page, 1)
        page.keyboard.press("Control+a")
        paste(page, "sage: for n in [1..2]:\n....:     print(n\u00a0− 1)\n0\n1\n")
        self.assertEqual(page.evaluate(LINES), ["for n in [1..2]:", "    print(n - 1)"])
        page.keyboard.press("Escape")
        paste(page, ">>> 1 + 1\n2", "document.body")
        page.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 5")
        self.assertEqual(cell(page, 2).locator(".src").inner_text().strip(), "1 + 1")

    def test_cut_cells_keep_their_output(self) -> None:
        """A cell that is cut and pasted elsewhere has its output still."""
        page = self.sheet()
        cell(page, 1).locator(".src").click()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        page.keyboard.press("Escape")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("v")
        page.wait_for_selector("[data-testid=cell][data-type=code][data-state=done] [data-testid=output]")

    def test_to_another_window(self) -> None:
        """What is copied in one window is pasted in another, and is text for other programs."""
        context = self.context()
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        first, second = self.page(context=context), self.page(context=context)
        for page in (first, second):
            page.wait_for_selector("[data-testid=cell]")
            page.wait_for_selector("[data-testid=status-connection][data-state=connected]")
        first.bring_to_front()
        cell(first, 2).locator(".src").click()
        first.wait_for_selector(".cm-focused")
        first.keyboard.press("Escape")
        first.keyboard.press("c")
        self.assertEqual(first.evaluate("navigator.clipboard.readText()"), "P = E(0, 0)\n[n*P for n in [6..9]]")
        second.bring_to_front()
        cell(second, 4).locator(".src").click()
        second.wait_for_selector(".cm-focused")
        second.keyboard.press("Escape")
        second.keyboard.press("v")
        second.wait_for_function("() => document.querySelectorAll('[data-testid=cell][data-type=code]').length === 5")
        self.assertIn("P = E(0, 0)", cell(second, 5).inner_text())
        self.assertIn(DOCUMENT, second.url)


class LengthTests(ClientTestCase):
    """Texts that are longer than a cell may be."""

    def test_more_than_a_cell_holds(self) -> None:
        """What would make a cell longer than the server takes is refused at once, and said."""
        page = self.sheet()
        write_in(page, 1)
        before = cell(page, 1).locator(".cm-content").inner_text()
        paste(page, "x" * 500_001)
        page.locator("[data-testid=notice] >> text=500 KB").wait_for()
        self.assertEqual(cell(page, 1).locator(".cm-content").inner_text(), before)
        page.locator("[data-testid=status-saving][data-state=saved]").wait_for()
