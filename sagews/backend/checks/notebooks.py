"""Notebooks that stay notebooks, read and written in the checking process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sagews.backend.crdt.heavy import notebook_of
from sagews.backend.crdt.worksheet_text import is_whole
from sagews.errors import SagewsError
from sagews.model.formats.areas import in_order
from sagews.model.formats.imported import ImportedFile, ImportedOutput
from sagews.model.formats.sheet import MAX_FILE, bad_file
from sagews.model.identifiers import CellId
from sagews.model.notebook.file import read_in_place
from sagews.model.notebook.outputs import Shown
from sagews.model.worksheet.cells import Cell


def opened(data: bytes) -> ImportedFile:
    """Return a notebook that stays one: its text as it is, with what its cells had shown.

    Raises:
        SagewsError: `bad-file` for what is no notebook, or one that could not be saved whole; `limit`, `too-large`.
    """
    if len(data) > MAX_FILE:
        raise SagewsError("too-large", limit=MAX_FILE)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise bad_file("it is not text in UTF-8") from None
    notebook = read_in_place(text, is_whole)
    cells = notebook.worksheet.cells
    return ImportedFile(text, [_output(cells[place], shown) for place, shown in notebook.shown.items()], {})


def _output(cell: Cell, shown: Shown) -> ImportedOutput:
    digest = hashlib.sha256(cell.source.encode()).hexdigest()
    failed = any(kind == "error" for kind, _ in shown.pieces)
    encoded = json.dumps(shown.pieces, ensure_ascii=False).encode()
    return ImportedOutput(CellId(cell.id or ""), digest, failed, encoded, shown.number)


def as_notebook(state: bytes, outputs: bytes) -> str:
    """Return a document as a notebook.

    Args:
        state: the document, encoded as one update.
        outputs: JSON: of each cell, by its id, the number of its last run and a list of pairs of kind and body.
    """
    known: Mapping[str, Any] = json.loads(outputs)
    return notebook_of(state, {cell: Shown(number, in_order(pieces)) for cell, (number, pieces) in known.items()})
