"""Where things stand on the pages, and that nothing of them is cut off or covered, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.client.browsing import ClientTestCase, cell, next_frame, wait_for_state
from tests.client.test_phone import PHONE

pytestmark = pytest.mark.slow

RING = 3
"""Pixels that the ring of a chosen cell takes outside of it."""


def box(of: Locator) -> dict[str, float]:
    """Return where an element is, with its right and bottom edges."""
    found = of.bounding_box()
    if found is None:
        raise AssertionError(f"{of} is not shown")
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


class SheetTests(ClientTestCase):
    """The sheet."""

    def test_cells_of_a_reader_stand_apart(self) -> None:
        """Who may only read sees cells as far from each other as who may edit."""
        self.assertEqual(self.gaps(self.sheet()), self.gaps(self.reader()))
        self.assertGreaterEqual(min(self.gaps(self.reader(**PHONE))), 14)

    def reader(self, **options: Any) -> Page:
        """Open the worksheet as somebody who may only read."""
        self.control("viewer")
        page = self.sheet(**options)
        page.wait_for_selector("[data-testid=read-only]")
        self.screenshot(page, "reader")
        return page

    def gaps(self, page: Page) -> list[int]:
        """Return the pixels between each two cells."""
        found: list[int] = page.evaluate(
            """() => {
              const cells = [...document.querySelectorAll('[data-testid=cell]')];
              const edges = cells.map((each) => each.getBoundingClientRect());
              return edges.slice(1).map((each, index) => Math.round(each.top - edges[index].bottom));
            }"""
        )
        return found

    def test_buttons_between_cells_touch_nothing(self) -> None:
        """The buttons between two cells leave the ring of a chosen one free, and the ground of a heading."""
        page = self.sheet()
        for kind, room in (("code", RING), ("section", 6)):
            page.locator(f"[data-testid=cell][data-type={kind}]").first.click(position={"x": 4, "y": 4})
            page.keyboard.press("Escape")
            bar = page.locator(".ins.on")
            buttons = bar.get_by_role("group")
            buttons.wait_for()
            self.assertGreaterEqual(box(buttons)["y"] - box(bar)["y"], room)
            self.assertGreaterEqual(box(bar)["bottom"] - box(buttons)["bottom"], 1)
            self.assertEqual(
                buttons.evaluate("buttons => getComputedStyle(buttons).backgroundColor"), "rgba(0, 0, 0, 0)"
            )
            self.screenshot(page, f"between-{kind}")


class MenuTests(ClientTestCase):
    """Menus of cells."""

    def test_a_menu_is_seen_whole(self) -> None:
        """The menu of the last cell opens where there is room for it, on a screen and on a phone."""
        for name, options in (("screen", {"viewport": {"width": 1280, "height": 700}}), ("phone", PHONE)):
            page = self.sheet(**options)
            self.open(page)
            self.screenshot(page, f"menu-{name}")
            sheet = box(page.locator("#content"))
            for entry in page.get_by_role("menuitem").all():
                self.assertGreaterEqual(box(entry)["y"], sheet["y"])
                self.assertLessEqual(box(entry)["bottom"], sheet["bottom"])
            if name == "phone":
                self.assertGreaterEqual(box(page.get_by_role("menuitem").first)["height"], 44)
                self.assertEqual(page.locator(".entries kbd:visible").count(), 0)

    def test_a_menu_without_room_scrolls(self) -> None:
        """Where there is room for it on neither side, a menu scrolls, and the keyboard reaches its last entry."""
        page = self.sheet(viewport={"width": 1280, "height": 320})
        self.open(page)
        page.keyboard.press("ArrowUp")
        last = page.get_by_role("menuitem").last
        self.assertTrue(last.evaluate("entry => entry === document.activeElement"))
        sheet = box(page.locator("#content"))
        self.assertGreaterEqual(box(last)["y"], sheet["y"])
        self.assertLessEqual(box(last)["bottom"], sheet["bottom"])
        self.screenshot(page, "menu-scrolls")

    def open(self, page: Page) -> None:
        """Choose the last cell that holds code, as low in the window as it gets, and open its menu."""
        last = page.locator("[data-testid=cell][data-type=code]").last
        last.locator(".src").click()
        last.evaluate("cell => cell.scrollIntoView({ block: 'end' })")
        page.locator("[data-testid=cell-menu]").click()
        page.get_by_role("menu").wait_for()


class DialogTests(ClientTestCase):
    """Dialogs."""

    def test_titles_are_alike(self) -> None:
        """The title of a dialog looks the same, wherever in the page it is asked from."""
        page = self.sheet()
        page.click("[data-testid=new-worksheet]")
        title = page.locator("dialog h2")
        title.wait_for()
        self.screenshot(page, "new-worksheet")
        self.assertEqual(title.evaluate("title => getComputedStyle(title).fontSize"), "18px")
        self.assertEqual(box(title)["x"], box(page.locator("dialog input"))["x"])

    def test_a_new_user(self) -> None:
        """The length of a first password is told before; what is wrong stands above the buttons, in its own line."""
        page = self.page("/management/users")
        refusal = {"error": {"code": "weak-password", "message": "Choose a password of 10 to 1024 characters."}}
        page.route(
            "**/api/users",
            lambda route: (
                route.fulfill(status=400, json=refusal) if route.request.method == "POST" else route.continue_()
            ),
        )
        page.click("[data-testid=new-user]")
        form = page.locator("[data-testid=create-user]")
        self.assertIn("At least 10 characters.", form.inner_text())
        for name, value in (("Name", "Ines"), ("Email", "ines@example.org"), ("First password", "abc")):
            form.get_by_label(name).fill(value)
            label, field = box(form.get_by_text(name, exact=True)), box(form.get_by_label(name))
            self.assertAlmostEqual(label["y"] + label["height"] / 2, field["y"] + field["height"] / 2, delta=1)
        form.get_by_role("button", name="Create").click()
        told = form.get_by_role("status")
        page.wait_for_function("() => document.querySelector('form [role=status]').textContent !== ''")
        self.screenshot(page, "new-user")
        self.assertLessEqual(box(told)["bottom"], box(form.get_by_role("button", name="Create"))["y"])
        self.assertLessEqual(box(told)["height"], 24)
        self.assertEqual(
            box(form.get_by_role("button", name="Create"))["right"], box(form.get_by_label("Name"))["right"]
        )
        self.assertEqual(self.violations(page), [])

    def test_a_name_is_replaced(self) -> None:
        """Who renames a workspace types the new name over the old one."""
        page = self.page("/workspaces")
        page.locator("tr button[aria-haspopup=menu]").first.click()
        page.get_by_role("menuitem", name="Rename").click()
        page.wait_for_selector("[data-testid=ask-input]:focus")
        page.keyboard.type("Curves")
        self.assertEqual(page.input_value("[data-testid=ask-input]"), "Curves")


class PhoneLooksTests(ClientTestCase):
    """Small screens."""

    def test_run_without_a_cell(self) -> None:
        """Until a cell is chosen, the large button says what it waits for."""
        page = self.sheet(**PHONE)
        run = page.locator("[data-testid=mobile-run]")
        run.wait_for()
        self.assertTrue(run.is_disabled())
        self.assertEqual(run.inner_text(), "Tap a cell to run it")
        cell(page, 2).locator(".src").tap()
        page.wait_for_function("() => !document.querySelector('[data-testid=mobile-run]').disabled")
        self.assertEqual(run.inner_text(), "Run cell")

    def test_times_are_not_covered(self) -> None:
        """The tools of a cell do not cover how long the one above has taken."""
        page = self.sheet(**PHONE)
        cell(page, 1).locator(".src").tap()
        page.wait_for_selector(".cm-focused")
        page.tap("[data-testid=mobile-run]")
        wait_for_state(page, 1, "done")
        next_frame(page)
        self.screenshot(page, "phone-times")
        tools = box(page.get_by_role("toolbar"))
        time: dict[str, float] = (
            cell(page, 1)
            .locator(".meta")
            .evaluate(
                """time => {
                  const text = new Range();
                  text.selectNodeContents(time);
                  return text.getBoundingClientRect();
                }"""
            )
        )
        self.assertLess(time["right"], tools["x"])

    def test_addresses_of_users(self) -> None:
        """Management shows who has which address on a phone as well."""
        page = self.page("/management/users", **PHONE)
        page.locator("[data-testid=user]").first.wait_for()
        self.screenshot(page, "phone-users")
        self.assertEqual(page.get_by_text("ines@example.org").locator("visible=true").count(), 1)
