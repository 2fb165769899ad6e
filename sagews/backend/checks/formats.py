"""Files of other programs, read and written in the checking process: both may take seconds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.backend.crdt.document import load
from sagews.backend.crdt.worksheet_text import to_text
from sagews.errors import SagewsError
from sagews.model.formats.areas import in_order
from sagews.model.formats.imported import ImportedFile, ImportedOutput
from sagews.model.formats.sheet import MAX_FILE, Piece, Sheet
from sagews.model.formats.table import WRITERS, read
from sagews.model.identifiers import CellId
from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.read import parse
from sagews.wire.session.grammar import is_piece


def imported(name: str, data: bytes) -> ImportedFile:
    """Return a file as a worksheet; its name says of which kind it is.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    sheet = read(name, data)
    left_out = Counter(sheet.left_out)
    outputs = []
    for place, pieces in sheet.outputs.items():
        cell, kept = sheet.cells[place], [piece for piece in pieces if is_piece(*piece)]
        left_out["outputs"] += len(pieces) - len(kept)
        if kept and cell.id is not None:
            outputs.append(_output(cell, cell.id, kept))
    return ImportedFile(sheet.text(), outputs, {what: count for what, count in left_out.items() if count})


def _output(cell: Cell, identity: str, pieces: Sequence[Piece]) -> ImportedOutput:
    digest = hashlib.sha256(cell.source.encode()).hexdigest()
    failed = any(kind == "error" for kind, _ in pieces)
    return ImportedOutput(CellId(identity), digest, failed, json.dumps(pieces, ensure_ascii=False).encode())


def exported(form: str, state: bytes, outputs: bytes) -> bytes:
    """Return a document as a file.

    Args:
        form: one of WRITERS.
        state: the document, encoded as one update.
        outputs: JSON: of each cell, by its id, a list of pairs of kind and body.

    Raises:
        SagewsError: `bad-value` for a form that is none; `limit` for a file that would be too large.
    """
    writer = WRITERS.get(form)
    if writer is None:
        raise SagewsError("bad-value", field="format", reason=f"it is none of {', '.join(WRITERS)}")
    worksheet = parse(to_text(load(state, [])))
    known: Mapping[str, Any] = json.loads(outputs)
    shown = {
        place: in_order([(kind, body) for kind, body in known[cell.id]])
        for place, cell in enumerate(worksheet.cells)
        if cell.id is not None and cell.type == "code" and cell.id in known
    }
    written = writer.write(Sheet(worksheet.front, worksheet.cells, shown))
    if len(written) > MAX_FILE:
        advice = "Clear the output of the worksheet, or split it."
        raise SagewsError("limit", limit=f"the file would be larger than {MAX_FILE} bytes", advice=advice)
    return written


def imported_parts(file: ImportedFile) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Return a file as header and blobs of an answer."""
    cells = [[output.cell, output.hash, output.failed, output.number] for output in file.outputs]
    header = {"left_out": dict(file.left_out), "cells": cells}
    return header, [file.text.encode(), *(output.pieces for output in file.outputs)]


def imported_from(header: Mapping[str, Any], blobs: Sequence[bytes]) -> ImportedFile:
    """Return the file in an answer; raises SagewsError `internal` for what is none."""
    try:
        text, *pieces = blobs
        outputs = [
            ImportedOutput(CellId(str(cell)), str(digest), bool(failed), each, int(number))
            for (cell, digest, failed, number), each in zip(header["cells"], pieces, strict=True)
        ]
        left_out = {str(what): int(count) for what, count in dict(header["left_out"]).items()}
        return ImportedFile(text.decode(), outputs, left_out)
    except (ValueError, TypeError, KeyError):
        raise SagewsError("internal", correlation="-") from None
