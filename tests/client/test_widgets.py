"""Widgets in Chromium: every kind moved by keys, boxes and pages, what is hostile, and how they look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.client.browsing import ClientTestCase
from tests.client.test_interact import PANEL, InteractTestCase
from tests.client.test_phone import PHONE
from tests.client.test_typing import type_keys

pytestmark = pytest.mark.slow

# Keys, texts behind a quotation mark, and what is printed then; from the first slider to the days.
KEYS = (
    ("ArrowRight", "1 = 31,"),
    ("Tab Tab ArrowRight", "2 = 0.51,"),
    ("Tab Tab ArrowRight", "3 = 3.16"),
    ("Tab ArrowRight", "4 = [2.5, 5.5],"),
    ("Tab Tab Tab Tab Control+a '7 Enter", "5 = 7,"),
    ("ArrowUp", "5 = 9,"),
    ("Tab Control+a '1/4 Enter", "6 = 0.25,"),
    ("Tab End 'd", "7 = abcd,"),
    ("Tab Control+a 'x Control+Enter", "8 = x,"),
    ("Tab 'pw Enter", "9 = pw,"),
    ("Tab Control+a 'plum Enter", "10 = plum,"),
    ("Tab Space", "11 = True,"),
    ("Tab Space", "12 = True,"),
    ("Tab ArrowDown", "13 = 0,"),
    ("Tab ArrowDown", "14 = 2,"),
    ("Tab End", "15 = [3],"),
    ("Tab ArrowDown", "16 = 1,"),
    ("Tab Space", "17 = 0,"),
    ("Tab ArrowRight", "18 = 3,"),
    ("Tab ArrowLeft", "19 = [0, 2],"),
    ("Tab Tab Tab Control+a 'abc Enter", "20 = #aabbcc,"),
    ("Tab ArrowUp", "21 = 2026-12-28,"),
)


class WidgetTestCase(InteractTestCase):
    """A cell with widgets."""

    def widget(self, page: Page, name: str) -> Locator:
        """Return a widget by its name."""
        return page.locator(f"{PANEL} [data-name='{name}']").first

    def press(self, page: Page, keys: str) -> None:
        """Press keys, and type what stands behind a quotation mark."""
        for key in keys.split():
            if key.startswith("'"):
                type_keys(page, key[1:])
            else:
                page.keyboard.press(key)


class KeyTests(WidgetTestCase):
    """Without a mouse."""

    def test_every_widget_by_keys(self) -> None:
        """Tab goes from one to the next, keys move each, and what each was set to is told."""
        page = self.interact("all widgets")
        self.part(page, "1", "track").focus()
        for keys, shown in KEYS:
            self.press(page, keys)
            self.prints(page, shown)
        self.part(page, "22", "button").focus()
        page.keyboard.press("Enter")
        self.prints(page, "22 = 1,")
        # It counts by itself, to its end.
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        self.prints(page, "23 = 3,")
        expect(page.get_by_test_id("widget-play")).to_have_attribute("aria-pressed", "false")
        expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "20")
        self.assertEqual(self.problems, [])

    def test_what_can_not_be_is_not_sent(self) -> None:
        """A number outside, a fraction where there is none, a fruit that is not offered: a word beside it says why."""
        page = self.interact("all widgets")
        for name, keys, problem in (
            ("5", "'11 Enter", "Type a number from 0 to 10."),
            ("5", "'1,5 Enter", "Type a whole number."),
            ("6", "'one Enter", "Type a number."),
            ("10", "'melon Enter", "Choose one of the list."),
        ):
            part = self.widget(page, name).locator("input")
            part.focus()
            page.keyboard.press("Control+a")
            self.press(page, keys)
            expect(self.widget(page, name).get_by_test_id("control-problem")).to_have_text(problem)
            page.keyboard.press("Escape")
            expect(self.widget(page, name).get_by_test_id("control-problem")).to_have_count(0)
        self.assertNotIn("channel_message", list(ClientTestCase.control(self, "heard")))

    def test_pages(self) -> None:
        """Tabs by arrow keys, the folds of an accordion by Enter; what is not to be seen is not there."""
        page = self.interact("boxes")
        tabs = page.get_by_role("tab")
        expect(tabs).to_have_text(["First", "Page 2", "Third"])
        tabs.first.focus()
        expect(self.part(page, "5", "track")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(tabs.nth(1)).to_be_focused()
        expect(self.part(page, "5", "track")).to_have_count(0)
        self.prints(page, "1 = 1,")
        expect(self.part(page, "7", "track")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Two", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        self.prints(page, "6 = 1,")
        expect(page.get_by_role("button", name="One", exact=True)).to_have_attribute("aria-expanded", "false")
        expect(page.get_by_test_id("widget-markup")).to_contain_text("a bold and red word")
        page.keyboard.press("Enter")
        self.prints(page, "6 = None,")
        tabs.nth(1).focus()
        page.keyboard.press("End")
        expect(page.get_by_role("button", name="wide")).to_be_visible()
        expect(page.locator(f"{PANEL} img")).to_be_visible()

    def test_only_when_it_is_let_go(self) -> None:
        """A slider that is told so says nothing while it is dragged, and shows where it is."""
        page = self.interact("all widgets")
        box = self.part(page, "2", "track").bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] / 2, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, y, steps=5)
        expect(self.part(page, "2", "number")).to_have_value(re.compile(r"0\.7\d0"))
        self.assertNotIn("channel_message", list(ClientTestCase.control(self, "heard")))
        page.mouse.up()
        self.prints(page, "2 = 0.7")


class HostileTests(WidgetTestCase):
    """What somebody made to do harm."""

    def test_boxes_in_themselves(self) -> None:
        """Each is shown where it is not in itself; names of an object's own are names; nothing leaves its place."""
        page = self.interact("hostile widgets")
        expect(page.locator(f"{PANEL} [data-name='3']")).to_have_count(3)
        expect(page.locator(f"{PANEL} [data-name='__proto__']")).to_have_count(1)
        there = page.locator(f"{PANEL} [data-name='4']").first
        styles = there.evaluate(
            "element => [getComputedStyle(element).position, getComputedStyle(element).backgroundImage]"
        )
        self.assertEqual(styles, ["static", "none"])
        self.part(page, "3", "track").focus()
        page.keyboard.press("ArrowRight")
        self.prints(page, "3 = 2,")
        self.assertEqual(self.problems, [])

    def test_markup(self) -> None:
        """It may be bold and red, and can neither run anything nor ask anybody, nor leave its place."""
        page = self.interact("boxes")
        page.get_by_role("tab", name="Page 2").focus()
        page.keyboard.press("Enter")
        fold = page.get_by_role("button", name="Two", exact=True)
        fold.focus()
        page.keyboard.press("Enter")
        markup = page.get_by_test_id("widget-markup")
        expect(markup.locator("b")).to_have_text("bold")
        red = markup.locator("span")
        self.assertEqual(
            red.evaluate("element => [element.style.color, element.style.position, element.style.background]"),
            ["red", "", ""],
        )
        self.assertEqual(markup.evaluate("element => element.innerHTML.match(/onerror|onclick|javascript/)"), None)
        page.get_by_role("button", name="Three", exact=True).focus()
        page.keyboard.press("Enter")
        # What is more than text has a page of its own, of no origin.
        expect(page.locator(PANEL).get_by_test_id("html-frame")).to_have_attribute("sandbox", "allow-scripts")
        self.assertEqual([url for url in self.requests if "example.org" in url], [])
        self.assertEqual(self.problems, [])


class LookTests(WidgetTestCase):
    """How they look, and for whom."""

    def test_light_dark_and_small(self) -> None:
        """Readable by everybody in each; nothing is wider than its page."""
        for name, source, options in (
            ("widgets-light", "all widgets", {}),
            ("widgets-dark", "all widgets", {"color_scheme": "dark"}),
            ("widgets-phone", "all widgets", PHONE),
            ("widget-boxes", "boxes", {}),
            ("widget-boxes-phone", "boxes", {**PHONE, "color_scheme": "dark"}),
            ("widget-bar", "a bar", {}),
        ):
            page = self.interact(source, **options)
            expect(page.locator(f"{PANEL} [data-name]").first).to_be_visible()
            self.screenshot(page, name)
            self.assertEqual(self.violations(page), [], name)
            self.assertTrue(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name)
            page.close()

    def test_a_reader(self) -> None:
        """Sees the values move, can move nothing, and is told why."""
        page = self.interact("one widget")
        ClientTestCase.control(self, "viewer")
        reader = self.sheet()
        self.part(page, "1", "track").focus()
        page.keyboard.press("ArrowRight")
        expect(self.part(reader, "1", "number")).to_have_value("31")
        expect(self.part(reader, "1", "track")).to_be_disabled()
        expect(reader.get_by_test_id("interact-locked")).to_have_text("Whoever may run cells can move these controls.")

    def test_a_reader_of_a_bar(self) -> None:
        """Where there is nothing to move nobody has to be told so."""
        self.interact("a bar")
        ClientTestCase.control(self, "viewer")
        reader = self.sheet()
        expect(reader.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "42")
        expect(reader.get_by_test_id("interact-locked")).to_have_count(0)
