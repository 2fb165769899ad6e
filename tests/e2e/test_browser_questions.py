"""A cell asks, and people answer: the whole way from the field in the page to the session and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state, printed

pytestmark = pytest.mark.slow

SECRET = "xyzzy-plugh-47110815"


class QuestionTests(BrowserTestCase):
    """A worksheet whose cells ask, in two pages of one person."""

    def test_asked_and_answered(self) -> None:
        """Answers are typed key by key, from any page, questions outlive a reload, and a password leaves no trace."""
        sheet = self.new_sheet()
        page = sheet.page
        asking = sheet.ask("n = int(input('How many? '))\nprint(sum(range(n)))")
        expect(asking.get_by_label("How many?")).to_be_visible()
        other = Sheet(self.new_page(page.url.removeprefix(self.daemon.url))).wait()
        there = other.page.get_by_label("How many?")
        there.focus()
        self.type_answer(there, "101")
        expect_state(asking, "done")
        self.assertEqual(printed(asking), "How many? 101\n5050\n")
        expect(page.get_by_test_id("question")).to_have_count(0)
        self.reloaded_while_it_waits(sheet)
        self.stopped_while_it_waits(sheet)
        self.password(sheet)

    def type_answer(self, field: Locator, text: str) -> None:
        """Type into a field that has the keyboard."""
        expect(field).to_be_focused()
        field.page.keyboard.type(text)
        field.page.keyboard.press("Enter")

    def reloaded_while_it_waits(self, sheet: Sheet) -> None:
        """The question is still there in a page that is loaded anew, and what was printed before stands above it."""
        sheet.ask("print('before')\nfor _ in range(2):\n    print('Hello ' + input('Name? '))")
        expect(sheet.page.get_by_label("Name?")).to_be_visible()
        sheet.page.reload()
        sheet.wait()
        asking = sheet.cell(2)
        field = sheet.page.get_by_label("Name?")
        field.click()
        self.type_answer(field, "Ada")
        expect(asking.get_by_test_id("stream")).to_contain_text("Hello Ada")
        self.type_answer(sheet.page.get_by_label("Name?"), "Emmy")
        expect_state(asking, "done")
        self.assertEqual(printed(asking), "before\nName? Ada\nHello Ada\nName? Emmy\nHello Emmy\n")

    def stopped_while_it_waits(self, sheet: Sheet) -> None:
        """Stop takes the question away, and the session goes on."""
        sheet.edit(3)
        asking = sheet.ask("input('Never answered: ')")
        expect(sheet.page.get_by_label("Never answered:")).to_be_visible()
        sheet.page.get_by_test_id("stop").click()
        expect_state(asking, "interrupted")
        expect(sheet.page.get_by_test_id("question")).to_have_count(0)
        sheet.edit(4)
        self.assertEqual(printed(sheet.run("print(n)")), "101\n")

    def password(self, sheet: Sheet) -> None:
        """What is typed is hidden in the page, and is nowhere in what the daemon keeps."""
        asking = sheet.ask("import getpass\ns = getpass.getpass('Password: ')\nprint(len(s), s == s[::-1])")
        field = sheet.page.get_by_label("Password:")
        expect(field).to_have_attribute("type", "password")
        field.click()
        self.type_answer(field, SECRET)
        expect_state(asking, "done")
        self.assertEqual(printed(asking), f"Password: ········\n{len(SECRET)} False\n")
        sheet.save()
        sheet.page.reload()
        sheet.wait()
        expect(sheet.cell(5).get_by_test_id("stream")).to_contain_text("········")
        self.assertNotIn(SECRET, sheet.page.content())
        files = [path for path in self.daemon.folder.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 100)
        self.assertEqual([path for path in files if SECRET.encode() in path.read_bytes()], [])
