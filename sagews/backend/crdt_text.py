"""Between the live document and its file: write `name.sage.md`, read one, and bring a document to what a file says."""

from __future__ import annotations

from sagews.backend.crdt import WorksheetDocument


def to_text(document: WorksheetDocument) -> str:
    """Return the worksheet file for what the document says now."""
    raise NotImplementedError


def from_text(text: str) -> WorksheetDocument:
    """Return a new document for a file; cells without an id, or with a doubled one, get one.

    Raises:
        SagewsError: `too-large` beyond the bounds of a worksheet.
    """
    raise NotImplementedError


def merge_text(document: WorksheetDocument, text: str) -> bytes:
    """Make the document say what a file says, with as few edits as can be, and return the update for everybody else.

    Cells are matched by id, else by likeness; their text is changed in place, so that cursors and ids of cells that
    stay are kept. Returns an update that changes nothing when the document says so already.

    Raises:
        SagewsError: `too-large` beyond the bounds of a worksheet; the document is then as before.
    """
    raise NotImplementedError
