"""A worksheet without its past: a new Yjs document that says the same.

Yjs keeps a mark of everything that was ever deleted, and which page wrote what. Nothing but a new document is rid of
them; its parts are others than those of the old one, so that edits of the old one fit no more.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Map, Text

from sagews.backend.crdt.document import WorksheetDocument
from sagews.errors import SagewsError


def without_past(document: WorksheetDocument) -> WorksheetDocument:
    """Return a new document with the same settings and cells, all their keys included.

    Raises:
        SagewsError: `internal` when it does not come out the same; then the old one is to be kept.
    """
    fresh = WorksheetDocument()
    with document.transaction(), fresh.transaction():
        for key, value in document.meta.items():
            fresh.meta[key] = value
        for key, cell in document.cells.items():
            fresh.cells[key] = Map({name: _copied(value) for name, value in cell.items()})
        same = fresh.meta.to_py() == document.meta.to_py() and fresh.cells.to_py() == document.cells.to_py()
    if not same:
        raise SagewsError("internal", correlation="-")
    return fresh


def _copied(value: Any) -> Any:
    """Return one value of a cell for another document."""
    if isinstance(value, Text):
        return Text(str(value))
    return Map(value.to_py()) if isinstance(value, Map) else value
