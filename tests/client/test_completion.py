"""Completion and explanation in Chromium, key by key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.client.browsing import ClientTestCase, cell, wait_for_state
from tests.client.test_typing import type_keys, write_in

pytestmark = pytest.mark.slow


class HelpTests(ClientTestCase):
    """Tab and Shift-Tab."""

    def test_without_a_session(self) -> None:
        """Without a session the names of the sheet complete, and both keys say why they know no more."""
        page = self.sheet()
        write_in(page, 3)
        self.control("stopped")
        page.locator("[data-testid=status-session][data-state=stopped]").wait_for()
        type_keys(page, "\nEllip")
        page.locator(".cm-tooltip-autocomplete").get_by_text("EllipticCurve", exact=True).wait_for()
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete [aria-selected] >> text=EllipticCurve").wait_for()
        page.keyboard.press("Escape")
        type_keys(page, "\ngraphs.Peter")
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete [aria-selected] >> text=PetersenGraph").wait_for()
        page.locator(".cm-tooltip-autocomplete >> text=Known without a session").wait_for()
        page.keyboard.press("Escape")
        type_keys(page, "zz")
        for key in ("Tab", "Shift+Tab"):
            page.keyboard.press(key)
            page.locator("[data-testid=inspection] >> text=There is no session yet").wait_for()
            page.keyboard.press("Escape")

    def test_while_a_cell_runs(self) -> None:
        """While a cell runs names complete and are explained, and whence is said, or that nobody knows."""
        page = self.sheet()
        write_in(page, 1)
        page.keyboard.press("Control+a")
        # In a comment no list comes by itself, which Tab would choose from, however long the last key takes.
        type_keys(page, "endless #Ell")
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "running")
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete >> text=Seen while a cell runs").wait_for()
        page.locator(".cm-tooltip-autocomplete [aria-selected] >> text=EllipticCurve").wait_for()
        self.screenshot(page, "beside")
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+Tab")
        page.locator("[data-testid=inspection] >> text=Construct an elliptic curve").wait_for()
        type_keys(page, " deaf")
        page.keyboard.press("Tab")
        page.locator("[data-testid=inspection] >> text=The running cell keeps the session").wait_for()

    def test_documentation(self) -> None:
        """Shift-Tab shows documentation, once more goes into it, and Escape comes back to the same place."""
        page = self.sheet()
        write_in(page, 1)
        type_keys(page, "\nfactor")
        page.keyboard.press("Shift+Tab")
        help = page.locator("[data-testid=inspection] [data-testid=help]")
        help.locator(".example").first.wait_for()
        help.locator(".katex").first.wait_for()
        page.keyboard.press("Shift+Tab")
        page.wait_for_function("() => document.activeElement.matches('.inspection .scroll')")
        page.keyboard.press("End")
        page.wait_for_function("() => document.querySelector('.inspection .scroll').scrollTop > 0")
        self.screenshot(page, "inspection")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Escape")
        help.wait_for(state="detached")
        type_keys(page, "(6)")
        page.wait_for_function("() => document.querySelector('.cm-focused').textContent.includes('factor(6)')")

    def test_a_run_closes_the_list(self) -> None:
        """A list that is open closes when the cell is run, and the keyboard stays in the cell."""
        page = self.sheet()
        write_in(page, 1)
        type_keys(page, "\nE.")
        entries = page.locator(".cm-tooltip-autocomplete li")
        entries.first.wait_for()
        page.keyboard.press("Control+Enter")
        wait_for_state(page, 1, "done")
        entries.first.wait_for(state="detached")
        type_keys(page, "x")
        self.assertIn("E.x", cell(page, 1).inner_text())


class SignatureTests(ClientTestCase):
    """What a call takes, while one types it."""

    def test_the_argument_that_is_next(self) -> None:
        """It comes behind the bracket, follows the commas, is read out, goes with Escape and with the call."""
        page = self.sheet()
        start(page)
        page.keyboard.type("EllipticCurve(")
        shown = page.locator("[data-testid=signature]")
        shown.locator("strong >> text=coefficients: list[Integer]").wait_for()
        # What a session says is no markup.
        self.assertIn("from its <b>coefficients</b>.", shown.inner_text())
        announced = page.locator(".cm-announced")
        announced.filter(has_text="Argument coefficients, list[Integer]").wait_for(state="attached")
        page.keyboard.type("[0, 0, 1, -1, 0], ")
        shown.locator("strong >> text=minimal_twist: bool=True").wait_for()
        announced.filter(has_text="Argument minimal_twist, bool, True if left out").wait_for(state="attached")
        self.screenshot(page, "signature")
        self.assertEqual(self.violations(page), [])
        page.keyboard.press("Escape")
        shown.wait_for(state="detached")
        self.assertEqual(page.locator(".cm-focused").count(), 1)
        # It was not wanted in this call; in the next one it is.
        page.keyboard.type("True, x=1")
        page.keyboard.press("End")
        page.keyboard.type("\nE.rank(")
        shown.wait_for()
        page.keyboard.press("ArrowUp")
        shown.wait_for(state="detached")

    def test_what_is_no_call_asks_nothing(self) -> None:
        """A text with a bracket, a remark, brackets of a sum: the session is not asked, and nothing opens."""
        page = self.sheet()
        start(page)
        page.keyboard.type("y = 'f(' + (2")
        page.keyboard.press("End")
        page.keyboard.type(" # g(x")
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete, [data-testid=inspection]").first.wait_for()
        self.assertNotIn("inspect", self.control("heard"))


class DotTests(ClientTestCase):
    """What comes by itself behind a dot."""

    def test_typing_on_is_never_taken_for_a_choice(self) -> None:
        """The list opens while one types; Enter is a new line then, Tab takes the first entry, Escape closes it."""
        page = self.sheet()
        start(page)
        page.keyboard.type("E.r")
        entries = page.locator(".cm-tooltip-autocomplete li")
        entries.first.wait_for()
        self.assertEqual(entries.all_text_contents(), ["rankmethod", "regulatormethod"])
        self.screenshot(page, "dot")
        page.keyboard.press("Enter")
        self.assertEqual(lines(page)[:2], ["E.r", ""])
        page.keyboard.type("E.re")
        page.locator(".cm-tooltip-autocomplete >> text=regulator").wait_for()
        # The editor takes no choice in the first 75 ms, lest somebody chooses what they have not seen.
        page.wait_for_function("opened => performance.now() > opened + 90", arg=page.evaluate("performance.now()"))
        page.keyboard.press("Tab")
        self.assertEqual(lines(page)[:2], ["E.r", "E.regulator"])
        page.keyboard.press("Enter")
        page.keyboard.type("E.")
        entries.first.wait_for()
        page.keyboard.press("Escape")
        self.assertEqual(entries.count(), 0)
        self.assertEqual(page.locator(".cm-focused").count(), 1)

    def test_escape_leaves_while_no_list_is_seen(self) -> None:
        """Also right behind a letter or a dot, when one may be on its way: the next key is a command then."""
        page = self.sheet()
        for text in ("name", "E."):
            start(page)
            page.keyboard.type(text)
            page.keyboard.press("Escape")
            page.locator(".cm-focused").wait_for(state="detached")

    def test_numbers_texts_and_comments_ask_nothing(self) -> None:
        """Only code asks the session: a dot behind something that may have attributes, or a word of two letters."""
        page = self.sheet()
        start(page)
        page.keyboard.type("x = 3.5 + 2. # so. it is")
        page.keyboard.press("Enter")
        page.keyboard.type('y = "E. Ell')
        page.keyboard.press("Enter")
        page.keyboard.type("z")
        page.keyboard.press("Control+Space")
        page.locator("[data-testid=inspection] >> text=Nothing is known").wait_for()
        self.assertEqual(self.control("heard").count("complete"), 1)


class WordTests(ClientTestCase):
    """What comes by itself in a word."""

    def test_a_pause_in_a_word(self) -> None:
        """The list comes in a pause, each name with its kind; Enter is a new line, unless arrows chose an entry."""
        page = self.sheet()
        start(page)
        page.keyboard.type("for")
        entries = page.locator(".cm-tooltip-autocomplete li")
        entries.first.wait_for()
        self.assertEqual(entries.all_text_contents(), ["formulasmodule", "fortyvariable"])
        self.assertEqual(page.locator(".cm-tooltip-autocomplete [aria-selected]").count(), 0)
        signs = page.locator(".cm-tooltip-autocomplete .kind").evaluate_all("all => all.map(each => each.dataset.sign)")
        self.assertEqual(signs, ["M", "x"])
        self.screenshot(page, "word")
        page.keyboard.press("Enter")
        self.assertEqual(lines(page)[:2], ["for", ""])
        page.keyboard.type("Ell")
        page.locator(".cm-tooltip-autocomplete >> text=EllipticCurve_from_j").wait_for()
        # The editor takes no choice in the first 75 ms, lest somebody chooses what they have not seen.
        page.wait_for_function("opened => performance.now() > opened + 90", arg=page.evaluate("performance.now()"))
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        self.assertEqual(lines(page)[:2], ["for", "EllipticCurve_from_j"])

    def test_without_a_session(self) -> None:
        """The names of the sheet come then, and nothing is said where there are none."""
        page = self.sheet()
        write_in(page, 3)
        self.control("stopped")
        page.locator("[data-testid=status-session][data-state=stopped]").wait_for()
        type_keys(page, "\nElli")
        page.locator(".cm-tooltip-autocomplete").get_by_text("EllipticCurve", exact=True).wait_for()
        self.assertEqual(page.locator("[data-testid=inspection]").count(), 0)
        self.assertEqual(self.control("heard").count("complete"), 0)


def start(page: Page) -> None:
    """Write in an empty cell, with all that an editor can do there."""
    page.locator("[data-testid=insert-code]").last.click()
    page.wait_for_selector(".cm-focused[data-testid=editor][aria-autocomplete], .cm-focused [aria-autocomplete]")


def lines(page: Page) -> list[str]:
    """Return the lines of the cell that has the keyboard."""
    return [line.strip("\n\u200b") for line in page.locator(".cm-focused .cm-line").all_inner_texts()]
