"""A notebook that comes in and goes out again, with the real daemon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state, printed

pytestmark = pytest.mark.slow

NOTEBOOK = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
    "cells": [
        {"cell_type": "markdown", "source": "# Powers"},
        {"cell_type": "code", "source": "print(2**10)", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "as it was in Jupyter\n"},
        ]},
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
        page.get_by_test_id("sheet-menu").click()
        page.get_by_text("Download as…").click()
        with page.expect_download() as download:
            page.get_by_test_id("export-notebook").click()
        self.assertEqual(download.value.suggested_filename, "powers.ipynb")
        found = json.loads(Path(download.value.path()).read_text())
        self.assertEqual([cell["cell_type"] for cell in found["cells"]], ["markdown", "code"])
        self.assertEqual(
            found["cells"][1]["outputs"], [{"output_type": "stream", "name": "stdout", "text": ["1024\n"]}]
        )
