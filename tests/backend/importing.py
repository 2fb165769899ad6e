"""Sends files to a backend as a page does, to be imported."""

from __future__ import annotations

import base64
from typing import Any

from sagews.model.identifiers import new_id
from sagews.wire.browser.formats import MAX_PART
from tests.backend.harness import BackendTestCase, Page

NOTEBOOK: dict[str, Any] = {
    "nbformat": 4, "nbformat_minor": 5, "metadata": {"title": "Powers"},
    "cells": [
        {"cell_type": "markdown", "source": "# Powers"},
        {"cell_type": "code", "id": "abcd", "source": "2^10", "outputs": [
            {"output_type": "execute_result", "data": {"text/plain": "1024", "application/x-widget": 1}},
            {"output_type": "display_data", "data": {"application/x-widget": 1}},
        ]},
        {"cell_type": "code", "source": "1/0", "outputs": [
            {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "no", "traceback": ["no"]},
        ]},
    ],
}  # fmt: skip


class ImportCase(BackendTestCase):
    """A page that imports."""

    def upload(self, page: Page, data: bytes, name: str = "powers.ipynb", **changes: Any) -> str:
        """Send a file in parts and return its id."""
        file = new_id()
        for offset in range(0, max(len(data), 1), MAX_PART):
            part = base64.b64encode(data[offset : offset + MAX_PART]).decode()
            message = {"file": file, "name": name, "size": len(data), "offset": offset, "data": part, **changes}
            page.say(type="upload", request=1, **message)
        return file

    def imported(self, page: Page, data: bytes, name: str = "powers.ipynb") -> dict[str, Any]:
        """Import a file and return the answer."""
        page.say(type="import", request=2, file=self.upload(page, data, name))
        for _ in range(10):
            self.later()
        return page.told[-1]
