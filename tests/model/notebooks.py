"""Notebooks for tests: those that other programs wrote, as packages of Sage's environment bring them, and our own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from sagews.backend.crdt.document import WorksheetDocument, cells_in_order
from sagews.backend.crdt.worksheet_text import is_whole, merge_text, to_notebook
from sagews.model.notebook.file import read_in_place
from sagews.model.notebook.outputs import Shown

JSON = Any


def foreign() -> Sequence[Path]:
    """Return notebooks that came with packages of GAP, made by several versions of Jupyter and by other programs."""
    environment = Path(os.environ["SAGEWS_TEST_SAGE"]).parent.parent
    return sorted(environment.glob("lib/python3*/site-packages/gap/pkg/**/*.ipynb"))


def text_of(path: Path) -> str:
    """Return a file as it is, with its line ends."""
    return path.read_bytes().decode()


def made(*cells: Mapping[str, JSON], minor: int = 5, **fields: JSON) -> str:
    """Return a notebook as Jupyter writes it."""
    notebook = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor, **fields}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def code(
    source: str, identity: str = "abcd", outputs: Sequence[JSON] = (), count: int | None = None
) -> dict[str, JSON]:
    """Return a code cell as Jupyter writes it."""
    lines = source.splitlines(keepends=True)
    cell = {"cell_type": "code", "execution_count": count, "id": identity, "metadata": {}}
    return {**cell, "outputs": list(outputs), "source": lines}


def prose(source: str, identity: str = "efgh", **fields: JSON) -> dict[str, JSON]:
    """Return a Markdown cell as Jupyter writes it."""
    lines = source.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": identity, "metadata": {}, "source": lines, **fields}


def check(text: str) -> JSON:
    """Return a notebook that nbformat takes as valid."""
    found = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(found, relax_add_props=False)
    return json.loads(text)


class Opened:
    """A notebook in a live document, as a backend has it."""

    def __init__(self, text: str) -> None:
        self.document = WorksheetDocument()
        merge_text(self.document, text, notebook=True)
        found = read_in_place(text, is_whole)
        cells = found.worksheet.cells
        self.shown: dict[str, Shown] = {str(cells[place].id): shown for place, shown in found.shown.items()}

    def text(self) -> str:
        """Return it as its file."""
        return to_notebook(self.document, self.shown)

    @property
    def ids(self) -> list[str]:
        """The ids of its cells here, in order."""
        return [cell.id for cell in cells_in_order(self.document)]

    @property
    def tree(self) -> list[tuple[str, str, int]]:
        """Type, source and depth of its cells, in order."""
        return [(cell.type, cell.source, cell.depth) for cell in cells_in_order(self.document)]

    def write(self, at: int, source: str) -> None:
        """Change the text of a cell as a page does."""
        entry = self.document.cells[self.ids[at]]["source"]
        with self.document.transaction():
            del entry[0 : len(str(entry).encode())]
            entry.insert(0, source)
