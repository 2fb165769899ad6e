"""A notebook as a worksheet that stays a notebook: read, and written again with all that was not changed.

What belongs to the whole file stands in the front of the worksheet, as JSON: the notebook without its cells, how its
JSON was laid out, and, of a version without ids of cells, the digest of all of it: such a file gets ids with the first
change, as Jupyter does it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagews.errors import SagewsError
from sagews.model.formats.sheet import MAX_OUTPUT, MAX_OUTPUTS, MAX_PIECES, bad_file
from sagews.model.notebook.bounds import IDENTITY, json_of, kept_json, not_kept
from sagews.model.notebook.cells import code_cell, in_groups, our_id, prose_cells, written_cell
from sagews.model.notebook.kernels import flavour_in, kernel, title_in, with_settings
from sagews.model.notebook.marks import mapping
from sagews.model.notebook.outputs import Fits, Shown, is_output, is_text, mended_output
from sagews.model.notebook.style import BYTE_ORDER_MARK, style_from, style_of
from sagews.model.worksheet.cells import MAX_CELLS, MAX_SIZE, MAX_SOURCE, Cell, Worksheet

JSON = Any

VERSION, MINOR = 4, 5
# Of what the live document takes: with the cells' own texts it stays below its bound.
MAX_ENVELOPE = 64 * 1024
MAX_KEPT = 450_000
MAX_ALL_KEPT = 6 * 1024 * 1024
_OPENING = '{"notebook":'


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook that was read.

    Attributes:
        worksheet: its cells, and its envelope as front.
        shown: by its code cells, by their places.
    """

    worksheet: Worksheet
    shown: Mapping[int, Shown]


def is_envelope(front: str) -> bool:
    """Whether the front of a worksheet is that of a notebook."""
    return front.startswith(_OPENING)


def read_in_place(text: str, fits: Fits) -> Notebook:
    """Return a notebook; what `write_in_place` gives of it is the same file as far as JSON can be.

    Args:
        text: the file.
        fits: whether a piece can be stored and shown.

    Raises:
        SagewsError: `bad-file` for what is no notebook, or one that could not be saved whole; `limit`, `too-large`.
    """
    notebook = json_of(text.removeprefix(BYTE_ORDER_MARK))
    if not isinstance(notebook, dict) or type(notebook.get("nbformat")) is not int:
        raise bad_file("it is JSON, but no notebook")
    minor = notebook.setdefault("nbformat_minor", 0)
    if notebook["nbformat"] != VERSION or type(minor) is not int or minor < 0:
        raise not_kept("it is a notebook of another version than 4")
    entries = notebook.get("cells")
    if not isinstance(entries, list) or not isinstance(notebook.setdefault("metadata", {}), dict):
        raise bad_file("it is JSON, but no notebook: its cells are missing, or its settings are none")
    entries = [mended(entry) for entry in entries]
    style = style_of(text, notebook)
    cells, shown = _cells(entries, minor >= MINOR, style.sort, fits)
    _check(cells, shown)
    top: dict[str, JSON] = {**notebook, "cells": None}
    envelope: dict[str, JSON] = {"notebook": top, "style": style.fields()}
    if minor < MINOR:
        envelope["digest"] = hashlib.sha256(_all(top, cells, shown, envelope, False).encode()).hexdigest()
    front = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    if len(front) > MAX_ENVELOPE:
        raise not_kept(f"its settings are larger than {MAX_ENVELOPE} bytes, often by the state of widgets")
    return Notebook(Worksheet(front, tuple(cells)), shown)


def _cells(entries: Sequence[JSON], has_ids: bool, plain: bool, fits: Fits) -> tuple[list[Cell], dict[int, Shown]]:
    cells: list[Cell] = []
    shown: dict[int, Shown] = {}
    taken: set[str] = set()
    for number, entry in enumerate(entries, 1):
        if not _is_cell(entry):
            raise bad_file(f"its cell {number} is none that notebooks have")
        identity = our_id(entry.get("id")) if has_ids else None
        named = identity is not None and identity not in taken
        if entry["cell_type"] == "code":
            identity = identity if named and identity is not None else _free(len(cells), taken)
            taken.add(identity)
            cell, results = code_cell(entry, identity, named, plain, fits)
            if results.pieces:
                shown[len(cells)] = results
            cells.append(cell)
        else:
            taken.update([identity] if named and identity is not None else [])
            cells += prose_cells(entry, number, identity if named else None, named, plain)
    return cells, shown


def _free(place: int, taken: set[str]) -> str:
    while (identity := f"c{place:05d}") in taken:
        place += 10_000
    return identity


def mended(entry: JSON) -> JSON:
    """Return a cell with those fields of the format that some programs leave out."""
    if not isinstance(entry, dict):
        return entry
    whole = {**entry, "metadata": entry.get("metadata", {})}
    if entry.get("cell_type") == "code":
        outputs = entry.get("outputs", [])
        whole |= {"execution_count": entry.get("execution_count")}
        whole |= {"outputs": [mended_output(each) for each in outputs] if isinstance(outputs, list) else outputs}
    return whole


def _is_cell(entry: JSON) -> bool:
    if not isinstance(entry, dict) or entry.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    if not is_text(entry.get("source")) or not isinstance(entry.get("metadata"), dict):
        return False
    if entry["cell_type"] != "code":
        return True
    count, outputs = entry.get("execution_count"), entry.get("outputs")
    counts = count is None or (type(count) is int and 0 <= count < 2**31)
    return counts and isinstance(outputs, list) and all(map(is_output, outputs))


def _check(cells: Sequence[Cell], shown: Mapping[int, Shown]) -> None:
    """Refuse what a worksheet, or the store of its outputs, can't hold whole."""
    if len(cells) > MAX_CELLS:
        raise SagewsError("limit", limit=f"{MAX_CELLS} cells in a worksheet", advice="Split it into several.")
    if any(len(cell.source.encode()) > MAX_SOURCE for cell in cells):
        raise bad_file(f"one of its cells is longer than {MAX_SOURCE} bytes", "Split that cell.")
    if sum(len(cell.source.encode()) for cell in cells) > MAX_SIZE // 2:
        raise SagewsError("too-large", limit=MAX_SIZE // 2)
    kept = [len(cell.raw[0]) for cell in cells if cell.raw]
    if max(kept, default=0) > MAX_KEPT or sum(kept) > MAX_ALL_KEPT:
        raise not_kept("pictures attached to its texts, or outputs of a kind that is not known here, are too large")
    sizes = [sum(_size(body) for _, body in each.pieces) for each in shown.values()]
    if max(sizes, default=0) > MAX_OUTPUT or sum(sizes) > MAX_OUTPUTS:
        raise not_kept(f"its outputs are larger than {MAX_OUTPUTS} bytes, or those of one cell than {MAX_OUTPUT}")
    if sum(len(each.pieces) for each in shown.values()) > MAX_PIECES:
        raise not_kept(f"it has more than {MAX_PIECES} outputs")


def _size(body: Mapping[str, JSON]) -> int:
    return len(json.dumps(body, ensure_ascii=False))


def write_in_place(worksheet: Worksheet, title: str, flavour: str, shown: Mapping[int, Shown]) -> str:
    """Return a worksheet as a notebook.

    Args:
        worksheet: its cells, and as front the envelope of the notebook; with another front it is a new notebook.
        title: what it is called now.
        flavour: "sage" or "python": which kind of session it asks for.
        shown: what the last runs of code cells showed, by their places.
    """
    envelope = mapping(kept_json(worksheet.front)) if is_envelope(worksheet.front) else {}
    top = dict(mapping(envelope.get("notebook")))
    metadata = with_settings(mapping(top.get("metadata")) if top else kernel(flavour), title, flavour)
    minor = top.get("nbformat_minor")
    minor = minor if type(minor) is int and 0 <= minor < 100 else MINOR
    top |= {"cells": None, "metadata": metadata, "nbformat": VERSION, "nbformat_minor": minor}
    if minor < MINOR:
        text = _all(top, worksheet.cells, shown, envelope, False)
        if envelope.get("digest") == hashlib.sha256(text.encode()).hexdigest():
            return text
        top["nbformat_minor"] = MINOR
    return _all(top, worksheet.cells, shown, envelope, True)


def _all(
    top: Mapping[str, JSON],
    cells: Sequence[Cell],
    shown: Mapping[int, Shown],
    envelope: Mapping[str, JSON],
    with_ids: bool,
) -> str:
    written, used, place = list[dict[str, JSON]](), set[str](), 0
    own = {cell.id for cell in cells if cell.id}
    for group in in_groups(cells):
        entry = written_cell(group, shown.get(place))
        entry.pop("id", None) if not with_ids else _name(entry, group[0][0].id, used, own)
        written.append(entry)
        place += len(group)
    return style_from(envelope.get("style")).dump({**top, "cells": written})


def _name(entry: dict[str, JSON], identity: str | None, used: set[str], own: set[str]) -> None:
    """Give a cell its id: that which it had in the notebook, else ours, else a new one; each only once."""
    had = entry.get("id")
    if isinstance(had, str) and IDENTITY.fullmatch(had) and had not in used and (had == identity or had not in own):
        identity = had
    name, number = identity or f"t{len(used):05d}", 0
    while name in used or (name != identity and name in own):
        number += 1
        name = f"{identity or 't'}-{number}"[-64:]
    entry["id"] = name
    used.add(name)


def settings_of(front: str) -> tuple[str, str]:
    """Return the title and the flavour that an envelope asks for."""
    envelope = mapping(kept_json(front))
    metadata = mapping(mapping(envelope.get("notebook")).get("metadata"))
    return title_in(metadata), flavour_in(metadata)
