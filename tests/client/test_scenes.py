"""Three-dimensional plots and animations, in Chromium with a graphics processor of software."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page

from tests.client.browsing import ClientTestCase, next_frame
from tests.client.test_rich_output import run

pytestmark = pytest.mark.slow

# What a canvas shows, as one number: two pictures that differ have two.
PICTURE = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, each, at) => (sum * 31 + each * (at % 97)) >>> 0, 0);
}"""


def picture(canvas: Locator) -> int:
    """Return what is drawn now."""
    next_frame(canvas.page)
    return int(canvas.evaluate(PICTURE))


def wait_for_other(canvas: Locator, before: int) -> None:
    """Wait until something else is drawn."""
    canvas.page.wait_for_function(
        "([canvas, before]) => (" + PICTURE + ")(canvas) !== before", arg=[canvas.element_handle(), before]
    )


class SceneTests(ClientTestCase):
    """A scene with something of each kind."""

    def test_seen_turned_and_taken_away(self) -> None:
        """It is drawn, worked by keys, pointer and buttons, and readable in light, dark, and on a phone."""
        page = self.sheet()
        scene = run(page, 2, "scene").get_by_test_id("scene")
        canvas = scene.get_by_test_id("scene-canvas")
        page.wait_for_selector("[data-testid=scene][data-state=drawn]")
        label = canvas.get_attribute("aria-label") or ""
        self.assertIn("1 surface, 1 line, 2 points. x from -3.00 to 3.00", label)
        self.assertEqual(scene.locator("img").count(), 0)
        first = picture(canvas)
        self._keys(page, canvas, first)
        self._pointer(page, canvas)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            canvas.focus()
            next_frame(page)
            self.screenshot(page, f"scene-{theme}")
            self.assertEqual(self.violations(page), [])
        with page.expect_download() as download:
            scene.get_by_role("button", name="Download as PNG").click()
        self.assertEqual(download.value.suggested_filename, "plot.png")
        page.set_viewport_size({"width": 390, "height": 844})
        canvas.scroll_into_view_if_needed()
        next_frame(page)
        self.screenshot(page, "scene-mobile")
        self.assertEqual(self.problems, [])

    def _keys(self, page: Page, canvas: Locator, first: int) -> None:
        canvas.focus()
        seen = {first}
        for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "+", "-"):
            page.keyboard.press(key)
            seen.add(picture(canvas))
        # Larger and smaller again are the same picture.
        self.assertEqual(len(seen), 5)
        page.keyboard.press("0")
        self.assertEqual(picture(canvas), first)
        page.keyboard.press("r")
        wait_for_other(canvas, first)
        page.keyboard.press("r")
        page.keyboard.press("0")
        self.assertEqual(picture(canvas), first)
        # None of these keys was a command of the sheet.
        self.assertEqual(self.control("heard").count("restart"), 0)
        page.keyboard.press("f")
        page.wait_for_function("() => document.fullscreenElement !== null")
        page.keyboard.press("f")
        page.wait_for_function("() => document.fullscreenElement === null")

    def _pointer(self, page: Page, canvas: Locator) -> None:
        before = picture(canvas)
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 100, box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 130, steps=4)
        page.mouse.up()
        turned = picture(canvas)
        self.assertNotEqual(before, turned)
        self.assertTrue(canvas.evaluate("canvas => document.activeElement === canvas"))
        page.mouse.wheel(0, -200)
        wait_for_other(canvas, turned)

    def test_what_moves_and_what_is_odd(self) -> None:
        """Frames are played and stepped; a scene that can't be read is its picture and a sentence."""
        page = self.sheet()
        page.emulate_media(reduced_motion="reduce")
        output = run(page, 1, "waves")
        canvas, slider = output.get_by_test_id("scene-canvas"), output.get_by_role("slider", name="Frame")
        slider.wait_for()
        first = picture(canvas)
        slider.focus()
        page.keyboard.press("ArrowRight")
        self.assertEqual(slider.get_attribute("aria-valuetext"), "2 of 3")
        self.assertNotEqual(picture(canvas), first)
        hostile = run(page, 2, "hostile").get_by_test_id("scene")
        hostile.get_by_text("This plot can't be read, and is shown as a picture.").wait_for()
        self.assertEqual(hostile.locator("img").count(), 1)
        film = run(page, 3, "film").get_by_test_id("film")
        image, at = film.locator("img"), film.get_by_role("slider", name="Frame")
        at.wait_for()
        first_address = image.get_attribute("src")
        # With less motion it waits to be asked.
        self.assertEqual(at.get_attribute("aria-valuetext"), "1 of 3")
        film.get_by_role("button", name="Play (Space)").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("([image, first]) => image.src !== first", arg=[image.element_handle(), first_address])
        film.get_by_role("button", name="Pause (Space)").click()
        film.scroll_into_view_if_needed()
        self.screenshot(page, "film")
        self.assertEqual(self.violations(page), [])
        self.assertEqual(self.problems, [])

    def test_many_scenes(self) -> None:
        """They have one context of WebGL between them, and each keeps its picture when it is off the screen."""
        context = self.context()
        context.add_init_script(
            "window.made = 0; const get = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
            " if (kind.startsWith('webgl')) window.made += 1; return get.call(this, kind, ...more); }"
        )
        page = self.page(context=context)
        page.wait_for_selector("[data-testid=cell]")
        first = None
        for number in (1, 2, 3, 4):
            output = run(page, number, "scene")
            output.scroll_into_view_if_needed()
            output.locator("[data-testid=scene][data-state=drawn]").wait_for()
            first = first or picture(output.get_by_test_id("scene-canvas"))
            self.assertEqual(picture(output.get_by_test_id("scene-canvas")), first)
        self.assertEqual(picture(page.get_by_test_id("scene-canvas").first), first)
        self.assertEqual(page.evaluate("window.made"), 1)
        self.assertEqual(self.problems, [])
