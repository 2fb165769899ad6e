"""Between the live document and its file: write it, read one, and bring a document to what a file says.

The file is `name.sage.md` or, for a worksheet that is a notebook, `name.ipynb` (model/notebook/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from pycrdt import Map

from sagews.backend.crdt.document import FORMAT, CellView, WorksheetDocument, cells_in_order, put_cell
from sagews.backend.crdt.merge import edit_text, matched_ids, positions_for
from sagews.errors import SagewsError
from sagews.model.formats.sheet import Piece
from sagews.model.identifiers import CellId
from sagews.model.notebook.file import is_envelope, read_in_place, settings_of, write_in_place
from sagews.model.notebook.outputs import Shown
from sagews.model.worksheet.cells import MAX_SOURCE, Cell, Worksheet
from sagews.model.worksheet.front_matter import front_value, with_values
from sagews.model.worksheet.lines import BLANK, OPTION
from sagews.model.worksheet.read import parse
from sagews.model.worksheet.write import write
from sagews.wire.session.grammar import is_piece

MAX_FRONT = 64 * 1024
MAX_RAW = 2 * MAX_SOURCE
MAX_TITLE = 300


def to_text(document: WorksheetDocument) -> str:
    """Return the worksheet file for what the document says now."""
    cells = tuple(_cell(view) for view in cells_in_order(document))
    front, title, flavour = _settings(document)
    values = {}
    if is_envelope(front):
        # What a notebook keeps says nothing here.
        front, cells = "", tuple(replace(cell, raw=None) for cell in cells)
    # Only what the page has changed goes back into the front matter, whose other lines are the author's.
    if title != (front_value(front, "title") or "")[:MAX_TITLE]:
        values["title"] = title
    if flavour != (front_value(front, "flavour") or "sage"):
        values["flavour"] = flavour or "sage"
    return write(Worksheet(with_values(front, values), cells))


def to_notebook(document: WorksheetDocument, shown: Mapping[str, Shown]) -> str:
    """Return the notebook for what the document says now, and what its cells showed, by their ids."""
    cells = tuple(_cell(view) for view in cells_in_order(document))
    front, title, flavour = _settings(document)
    places = {place: shown[cell.id] for place, cell in enumerate(cells) if cell.id is not None and cell.id in shown}
    return write_in_place(Worksheet(front, cells), title, flavour or "sage", places)


def merge_text(document: WorksheetDocument, text: str, *, notebook: bool = False) -> bytes:
    """Make the document say what a file says, with as few edits as can be, and return the update for everybody else.

    Args:
        document: it is changed.
        text: the file.
        notebook: whether it is a notebook.

    Cells are matched by id, else by likeness; their text is changed in place, so that cursors and ids of cells that
    stay are kept. Returns no bytes when the document says so already.

    Raises:
        SagewsError: `too-large` or `limit` beyond the bounds of a worksheet, `bad-file` for a notebook that can't be
            kept whole; the document is then as before.
    """
    worksheet = read_in_place(text, is_whole).worksheet if notebook else _parsed(text)
    updates: list[bytes] = []
    present = {view.id: view for view in cells_in_order(document)}
    ids = matched_ids(list(present.values()), worksheet.cells)
    positions = positions_for([present[key].pos if key in present else None for key in ids])
    # One transaction gives one update, which is stored and sent like a page's own.
    subscription = document.observe(lambda event: updates.append(event.update))
    with document.transaction():
        _put_front(document, worksheet.front)
        for key in present.keys() - set(ids):
            del document.cells[key]
        for cell, key, pos in zip(worksheet.cells, ids, positions, strict=True):
            _bring(document, present.get(key), _view(cell, key, pos))
    document.unobserve(subscription)
    return updates[0] if updates else b""


def is_whole(piece: Piece) -> bool:
    """Whether a piece of a notebook's output can be stored and shown as it is."""
    return is_piece(*piece)


def _bring(document: WorksheetDocument, present: CellView | None, wanted: CellView) -> None:
    """Make one cell what it should be, touching only what differs."""
    if present is None:
        put_cell(document, wanted)
        return
    entry = document.cells[wanted.id]
    for key in ("type", "pos", "depth", "raw"):
        value = getattr(wanted, key)
        if getattr(present, key) != value:
            if value is None:
                del entry[key]
            else:
                entry[key] = value
    edit_text(entry["source"], wanted.source)
    if _words(present.flags) != _words(wanted.flags):
        entry["flags"] = Map(dict(wanted.flags))


def _parsed(text: str) -> Worksheet:
    """A file's worksheet, within the bounds that single cells have in a live document."""
    worksheet = parse(text)
    if any(len(cell.source.encode()) > MAX_SOURCE for cell in worksheet.cells):
        raise SagewsError("too-large", limit=MAX_SOURCE)
    return worksheet


def _cell(view: CellView) -> Cell:
    """A live cell as the file's writer takes it."""
    return Cell(view.type, view.source, view.id, view.depth, _words(view.flags), _raw_from(view.raw))


def _words(flags: Mapping[str, bool | float | str]) -> tuple[str, ...]:
    """Flags as the options of a fence; one whose value a fence can't hold stays out of the file."""
    words = (name if value is True else f"{name}={value}" for name, value in flags.items() if value is not False)
    return tuple(sorted(word for word in words if OPTION.fullmatch(word)))


def _settings(document: WorksheetDocument) -> tuple[str, str, str]:
    """Front, title and flavour."""
    front, title, flavour = (_text_of(document.meta.get(key)) for key in ("front", "title", "flavour"))
    return front, title, flavour


def _text_of(value: object) -> str:
    """A setting's text, or nothing."""
    return value if isinstance(value, str) else ""


def _view(cell: Cell, identity: CellId, pos: str) -> CellView:
    """A cell of a file as a live cell."""
    pairs = (option.partition("=") for option in cell.options)
    flags: Mapping[str, bool | str] = {name: value if equals else True for name, equals, value in pairs}
    raw = None if cell.raw is None else json.dumps(cell.raw, ensure_ascii=False)
    return CellView(
        identity, cell.type, pos, cell.depth, cell.source, flags, raw if raw and len(raw) <= MAX_RAW else None
    )


def _raw_from(raw: str | None) -> tuple[str, ...] | None:
    """The style that a live cell carries, if it is one."""
    if raw is None:
        return None
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
        return None
    fits = len(found) == 1 or (len(found) == 3 and found[2] in ("\n", "\r\n", "\r"))
    return tuple(found) if fits else None


def _put_front(document: WorksheetDocument, front: str) -> None:
    """Set what belongs to the whole worksheet, where it differs."""
    if len(front) > MAX_FRONT:
        front = front.rstrip(BLANK) + "\n"
    title, flavour = (front_value(front, key) for key in ("title", "flavour"))
    if is_envelope(front):
        title, flavour = settings_of(front)
    wanted = {
        "format": FORMAT,
        "title": (title or "")[:MAX_TITLE],
        "flavour": (flavour or "sage")[:40],
        "front": front,
    }
    for key, value in wanted.items():
        if document.meta.get(key) != value:
            document.meta[key] = value
