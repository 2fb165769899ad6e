"""A notebook that comes in and goes out again, with the real daemon."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.client.test_scenes import picture, wait_for_other
from tests.e2e.browsing import DESK, BrowserTestCase, Sheet, expect_state, printed
from tests.model.notebooks import check

pytestmark = pytest.mark.slow

NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5,
    "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}},
    "cells": [
        {"cell_type": "markdown", "source": "# Powers"},
        {"cell_type": "code", "source": "print(2**10)", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "as it was in Jupyter\n"},
        ]},
    ],
}  # fmt: skip


SHOWN = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "sagemath", "language": "sage"}},
    "cells": [
        {"cell_type": "markdown", "source": "# Everything\n\nLet $E_1: y^2 = x^3$,\n\n$$\\sum_{n=1}^N \\frac1n$$"},
        *({"cell_type": "code", "source": source} for source in (
            "sphere(size=2)", "animate([plot(sin(x + k), (x, 0, 6)) for k in range(3)])", "show(1/(x^2 + 1))",
            "@interact\ndef f(n=(1..9)):\n    print('found', n + 41)", "table([[1, x^2], [3, 4]])",
            "print('<script>')",
        )),
    ],
}  # fmt: skip


class FormatTests(BrowserTestCase):
    """Files of other programs."""

    def test_from_the_list_of_workspaces(self) -> None:
        """A file that is chosen in the list becomes a workspace of its name, with its worksheet and no other in it."""
        page = self.new_sheet().page
        page.locator("a.home").click()
        field = page.get_by_test_id("import-workspace-file")
        field.set_input_files([{"name": "no.pdf", "mimeType": "application/pdf", "buffer": b"x"}])
        expect(page.get_by_role("alert")).to_contain_text("no.pdf is no worksheet")
        file = {"name": "Powers of 2.ipynb", "mimeType": "application/json", "buffer": json.dumps(NOTEBOOK).encode()}
        field.set_input_files([file])  # type: ignore[list-item]
        sheet = Sheet(page).wait()
        expect(sheet.cell(1)).to_contain_text("as it was in Jupyter")
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.get_by_test_id("file")).to_have_count(1)
        expect(page.get_by_test_id("crumb-workspace")).to_have_text("Powers of 2")

    def test_in_and_out(self) -> None:
        """An imported notebook shows what its cells had shown, runs, and is downloaded with what they show now."""
        page = self.new_sheet().page
        page.get_by_test_id("import").click()
        file = {"name": "powers.ipynb", "mimeType": "application/json", "buffer": json.dumps(NOTEBOOK).encode()}
        page.get_by_test_id("import-file").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("dialog")).to_have_count(0)
        sheet = Sheet(page).wait()
        expect(sheet.cell(1)).to_contain_text("as it was in Jupyter")
        expect(page.get_by_test_id("outline-row")).to_have_text("1Powers")
        sheet.cell(1).locator(".cm-content, .still").first.click()
        page.keyboard.press("Control+Enter")
        expect(sheet.cell(1)).to_contain_text("1024")
        expect_state(sheet.cell(1), "done")
        self.assertEqual(printed(sheet.cell(1)).strip(), "1024")
        sheet.save()
        page.get_by_test_id("sheet-menu").click()
        page.get_by_text("Download as…").click()
        with page.expect_download() as download:
            page.get_by_test_id("export-notebook").click()
        self.assertEqual(download.value.suggested_filename, "powers.ipynb")
        found = check(Path(download.value.path()).read_text())
        self.assertEqual([cell["cell_type"] for cell in found["cells"]], ["markdown", "code"])
        self.assertEqual(found["metadata"], NOTEBOOK["metadata"])
        self.assertEqual(
            found["cells"][1]["outputs"], [{"output_type": "stream", "name": "stdout", "text": ["1024\n"]}]
        )

    def test_a_page_without_a_network(self) -> None:
        """A downloaded page needs nobody: formulas are set, a plot turns, an animation plays."""
        page = self.new_sheet().page
        page.get_by_test_id("import").click()
        file = {"name": "all.ipynb", "mimeType": "application/json", "buffer": json.dumps(SHOWN).encode()}
        page.get_by_test_id("import-file").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("dialog")).to_have_count(0)
        sheet = Sheet(page).wait()
        for number in range(1, 7):
            sheet.edit(number)
            page.keyboard.press("Control+Enter")
            expect_state(sheet.cell(number), "done")
        expect(sheet.cell(4)).to_contain_text("found 42")
        page.get_by_test_id("sheet-menu").click()
        page.get_by_text("Download as…").click()
        with page.expect_download() as download:
            page.get_by_test_id("export-page").click()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "all.html"
            shutil.copy(download.value.path(), path)
            context = self.browser.new_context(offline=True, viewport=DESK)
            self.addCleanup(context.close)
            alone = context.new_page()
            problems: list[str] = []
            alone.on("pageerror", lambda error: problems.append(str(error)))
            alone.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            asked: list[str] = []
            alone.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
            alone.goto(path.as_uri())
            self._look(alone)
            self.assertEqual((asked, problems), ([], []))
            self._print(alone)

    def _look(self, alone: Page) -> None:
        expect(alone.locator(".katex")).not_to_have_count(0)
        expect(alone.locator("code.tex")).to_have_count(0)
        self.assertGreater(alone.locator(".katex-display").count(), 1)
        scene = alone.get_by_test_id("scene")
        scene.scroll_into_view_if_needed()
        expect(scene).to_have_attribute("data-state", "drawn")
        canvas = scene.get_by_test_id("scene-canvas")
        before = picture(canvas)
        canvas.focus()
        alone.keyboard.press("ArrowRight")
        wait_for_other(canvas, before)
        film = alone.get_by_test_id("film")
        expect(film.get_by_role("slider")).to_be_visible()
        expect(film.locator("img.picture")).to_have_attribute("src", re.compile("^blob:"))
        expect(alone.locator("main")).to_contain_text("This cell has controls in the worksheet")
        expect(alone.locator("main")).to_contain_text("found 42")
        expect(alone.locator("table td .katex")).not_to_have_count(0)
        expect(alone.locator("main")).to_contain_text("<script>")
        self.assertTrue(alone.evaluate("document.fonts.check('16px KaTeX_Main')"))

    def _print(self, alone: Page) -> None:
        """On paper there are no buttons, and a plot is the picture that it shows."""
        alone.emulate_media(media="print")
        expect(alone.locator(".scene-tools")).not_to_be_visible()
        expect(alone.locator(".player")).not_to_be_visible()
        self.assertTrue(alone.pdf(print_background=True).startswith(b"%PDF-"))
