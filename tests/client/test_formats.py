"""Importing and downloading worksheets in Chromium, key by key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from sagews.model.formats.page import write_page
from sagews.model.formats.sheet import SheetBuilder
from sagews.model.formats.table import WRITERS
from tests.client.browsing import ClientTestCase, next_frame
from tests.client.test_typing import type_keys, write_in
from tests.scratch import scratch_folder

pytestmark = pytest.mark.slow

NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {},
    "cells": [
        {"cell_type": "markdown", "source": "# Powers", "attachments": {"a.png": {}}},
        {"cell_type": "code", "source": "2^10", "outputs": [{"output_type": "x"}, {"output_type": "y"}]},
    ],
}  # fmt: skip
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const where = document.querySelector('.cm-content') ?? document.body;
  for (const kind of ['dragover', 'drop'])
    where.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def chosen(page: Page, name: str, text: str) -> None:
    """Choose a file in the dialog."""
    file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    page.locator("[data-testid=import-file]").set_input_files([file])  # type: ignore[list-item]


class ImportTests(ClientTestCase):
    """A file becomes a worksheet."""

    def asked(self, **options: Any) -> Page:
        """Return a page on which importing was asked for by keys."""
        page = self.sheet(**options)
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]:focus").wait_for()
        type_keys(page, "import")
        page.keyboard.press("Enter")
        page.locator("[data-testid=import-file]:focus").wait_for()
        return page

    def test_by_keys(self) -> None:
        """The palette opens the dialog; what was left out is told, and Enter opens the worksheet."""
        page = self.asked()
        # Chromium is told at the first of these that choosers are wanted, which a key that comes at once may overtake.
        page.on("filechooser", lambda chooser: None)
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "import")
        self.control("stall")
        page.locator("[data-testid=import-file]:focus").wait_for()
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        folder = scratch_folder(self)
        (folder / "powers.ipynb").write_text(json.dumps(NOTEBOOK))
        chooser.value.set_files(folder / "powers.ipynb")
        page.locator("[data-testid=going] >> text=Sending powers.ipynb").wait_for()
        self.screenshot(page, "import-going")
        self.control("flow")
        page.locator("[data-testid=import-open]:focus").wait_for()
        found = page.locator("[data-testid=left-out] li").all_inner_texts()
        self.assertEqual(sorted(found), ["2 outputs of a kind that is not known here", "Pictures attached to 1 text"])
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "import-left-out")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog", state="detached")
        self.assertEqual(self.problems, [])

    def test_refused(self) -> None:
        """What can't be read is refused with what to do, and another file may be chosen at once."""
        page = self.asked()
        chosen(page, "powers.ipynb", "{}")
        page.locator("[data-testid=import-problem] >> text=no notebook").wait_for()
        page.locator("[data-testid=import-file]:focus").wait_for()
        self.screenshot(page, "import-refused")
        chosen(page, "a.exe", "")
        page.locator("[data-testid=import-problem] >> text=.ipynb").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")

    def test_dropped(self) -> None:
        """A file that is dropped on the page, be it into a cell, is imported and not written there."""
        page = self.sheet()
        write_in(page, 1)
        before = self.control("source")
        page.evaluate(DROP, ["powers.py", "# %%\n2^10\n"])
        self.wait_until_heard(page, "import")
        page.wait_for_selector("dialog", state="detached")
        self.assertEqual(self.control("source"), before)

    def test_closed_meanwhile(self) -> None:
        """A dialog that is closed while a file goes makes no worksheet of it."""
        page = self.asked()
        self.control("stall")
        chosen(page, "powers.py", "1")
        self.wait_until_heard(page, "upload")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
        self.control("flow")
        next_frame(page)
        self.assertNotIn("import", self.control("heard"))

    def test_small_and_dark(self) -> None:
        """On a phone the dialog opens from the outline; dark it can be read as well."""
        page = self.sheet(viewport={"width": 390, "height": 844}, color_scheme="dark")
        page.locator("[data-testid=outline-button]").click()
        page.locator("[data-testid=import]").click()
        page.locator("[data-testid=import-file]").wait_for()
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "import-phone")

    def test_who_may_only_read(self) -> None:
        """Who may only read has no way to import."""
        self.control("viewer")
        page = self.sheet()
        self.assertEqual(page.locator("[data-testid=import]").count(), 0)
        page.evaluate(DROP, ["powers.py", "1"])
        next_frame(page)
        self.assertEqual(page.locator("dialog").count(), 0)


class DownloadTests(ClientTestCase):
    """A worksheet becomes a file."""

    def asked(self, **options: Any) -> Page:
        """Return a page on which downloading was asked for by keys."""
        page = self.sheet(**options)
        page.keyboard.press("Control+k")
        page.locator("[data-testid=palette-input]:focus").wait_for()
        type_keys(page, "download")
        page.keyboard.press("Enter")
        page.locator("[data-testid=export-notebook]:focus").wait_for()
        return page

    def test_by_keys(self) -> None:
        """Enter downloads the notebook, Tab goes on to the other formats; what is shortened is told."""
        page = self.asked()
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "download")
        for format_ in ("notebook", "page", "slides", "worksheet", "markdown", "sage", "python"):
            page.locator(f"[data-testid=export-{format_}]:focus").wait_for()
            with page.expect_download() as download:
                page.keyboard.press("Enter")
            name = f"rank-one{WRITERS[format_].suffix}"
            self.assertEqual(download.value.suggested_filename, name)
            self.assertIn("E.rank()", Path(download.value.path()).read_text(encoding="utf-8"))
            page.locator(f"[data-testid=export-done] >> text={name} is with").wait_for()
            page.keyboard.press("Tab")
        self.assertIn("3 pieces are not in it", page.locator("[data-testid=export-done]").inner_text())
        self.screenshot(page, "download-done")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
        self.assertEqual(self.problems, [])

    def test_while_it_comes(self) -> None:
        """While a file comes the dialog says so."""
        page = self.asked(color_scheme="dark")
        self.control("stall")
        page.keyboard.press("Enter")
        page.locator("[data-testid=going] >> text=Receiving rank-one.ipynb").wait_for()
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "download-going-dark")
        self.control("flow")
        page.locator("[data-testid=export-done] >> text=rank-one.ipynb").wait_for()

    def test_on_a_phone(self) -> None:
        """On a phone the dialog fits, and the menu of the session has it."""
        page = self.sheet(viewport={"width": 390, "height": 844})
        page.locator("[data-testid=sheet-menu]").click()
        page.locator("text=Download as…").click()
        page.locator("[data-testid=export-notebook]").wait_for()
        next_frame(page)
        self.assertEqual(self.violations(page), [])
        self.screenshot(page, "download-phone")


EVIL = "<img src='https://example.org/html' onerror='alert(1)'><script>alert(1)</script><a href='https://example.org'>x</a>"
REFRESH = "<meta http-equiv='refresh' content='0; url=https://example.org/refresh'>"
DRAWN = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><image href='https://example.org/svg'/></svg>"


class OfflineTests(ClientTestCase):
    """A page that was downloaded, opened from a disk."""

    def test_nothing_runs_and_nothing_is_asked_for(self) -> None:
        """Whatever cells printed and texts say, the page runs no script, asks for nothing, and shows its pictures."""
        builder = SheetBuilder()
        builder.add_prose(f"# Title\n\n{EVIL}\n\n![x](https://example.org/prose)\n\nA $x^2$ formula.")
        data = [{"text/html": REFRESH + EVIL}, {"image/svg+xml": DRAWN}, {"text/markdown": EVIL}, {"text/latex": EVIL}]
        builder.add_code(EVIL, [("display", {"data": each, "metadata": {}}) for each in data])
        path = scratch_folder(self) / "page.html"
        path.write_bytes(write_page(builder.sheet(EVIL)))
        page = self.context(signed_in=False).new_page()
        asked: list[str] = []
        dialogs: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        # The policy stops it in the browser, which tells of it all the same, sometimes.
        stopped: list[str] = []
        page.on("requestfailed", lambda request: stopped.append(request.url) if request.failure == "csp" else None)
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        page.frame_locator("iframe").locator("a").wait_for()
        next_frame(page)
        self.assertEqual(dialogs, [])
        foreign = [url for url in asked if not url.startswith(("file:", "data:", "about:"))]
        self.assertEqual(sorted(set(foreign) - set(stopped)), [])
        self.assertEqual(page.locator("h1").all_inner_texts(), [EVIL, "Title"])
        self.assertEqual(page.locator("img").evaluate("image => image.complete"), True)
        self.screenshot(page, "offline")
