"""Jupyter notebooks that become worksheets: version 4 of nbformat, and version 3 as far as it is like it.

A notebook that stays one, and how a worksheet is written as one, is in model/notebook/.

A notebook is one JSON object with `cells`, each with a `cell_type`, its `source` (a text or a list of lines) and, if it
is code, its `outputs`. Outputs carry MIME types as our pieces do; tracebacks are lines with terminal colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sagews.model.formats.sheet import (
    Piece,
    Sheet,
    SheetBuilder,
    bad_file,
    bundle,
    clean,
    failure,
    joined,
    parsed_json,
    stream,
)
from sagews.model.notebook.file import write_in_place
from sagews.model.notebook.kernels import known_flavour
from sagews.model.notebook.marks import mapping, options_in
from sagews.model.notebook.outputs import Shown
from sagews.model.notebook.prose import fenced
from sagews.model.worksheet.cells import Worksheet

JSON = Any

# What version 3 calls the forms of a value.
_OLD_FORMS = {
    "text": "text/plain", "html": "text/html", "latex": "text/latex", "svg": "image/svg+xml", "png": "image/png",
    "jpeg": "image/jpeg",
}  # fmt: skip
_OLD_TYPES = {"pyout": "execute_result", "pyerr": "error"}
_KNOWN_CELLS = ("code", "markdown", "raw", "heading", "html")


# ----------------------------------------------------------------------------------------------- reading


def read_notebook(data: bytes) -> Sheet:
    """Return the worksheet in a notebook.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    notebook = parsed_json(data)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise bad_file("it is JSON, but no notebook")
    version = notebook["nbformat"]
    if version not in (3, 4):
        raise bad_file(f"it is a notebook of version {version}", "Save it as version 4 of nbformat.")
    builder = SheetBuilder()
    metadata = mapping(notebook.get("metadata"))
    for cell in _cells(notebook, version):
        if isinstance(cell, dict) and cell.get("cell_type") in _KNOWN_CELLS:
            _read_cell(builder, cell)
        else:
            builder.leave_out("unknown-cells")
    title = joined(metadata.get("title")) or joined(metadata.get("name")) or ""
    return builder.sheet(title, _flavour(builder, metadata))


def _cells(notebook: Mapping[str, JSON], version: int) -> Iterator[JSON]:
    """The cells, which version 3 has in worksheets."""
    holders = [notebook] if version == 4 else notebook.get("worksheets")
    for holder in holders if isinstance(holders, list) else []:
        found = mapping(holder).get("cells")
        yield from found if isinstance(found, list) else []


def _flavour(builder: SheetBuilder, metadata: Mapping[str, JSON]) -> str:
    """Which kind of session a notebook asks for; one of another language is counted."""
    flavour = known_flavour(metadata)
    if flavour is None:
        builder.leave_out("language")
    return flavour or "sage"


def _read_cell(builder: SheetBuilder, cell: Mapping[str, JSON]) -> None:
    kind, metadata = cell["cell_type"], mapping(cell.get("metadata"))
    source = joined(cell.get("source", cell.get("input"))) or ""
    options = options_in(metadata)
    if kind == "code":
        outputs = cell.get("outputs")
        pieces = [piece for each in (outputs if isinstance(outputs, list) else []) for piece in _pieces(builder, each)]
        builder.add_code(source, pieces, cell.get("id"), options)
    elif kind == "heading":
        level = cell.get("level")
        builder.add_heading(source, level - 1 if isinstance(level, int) else 0)
    elif kind == "raw":
        builder.leave_out("raw-cells")
        builder.add_prose(fenced(clean(source)))
    else:
        if cell.get("attachments"):
            builder.leave_out("attachments")
        builder.add_prose(source, options)


def _pieces(builder: SheetBuilder, output: JSON) -> list[Piece]:
    """One output of a cell as pieces."""
    output = mapping(output)
    kind = _OLD_TYPES.get(str(output.get("output_type")), output.get("output_type"))
    if kind == "stream":
        name = "stderr" if "stderr" in (output.get("name"), output.get("stream")) else "stdout"
        return stream(name, clean(joined(output.get("text")) or ""))
    if kind == "error":
        name, message = (clean(joined(output.get(key)) or "") for key in ("ename", "evalue"))
        lines = output.get("traceback")
        plain = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        return [failure(name, message, clean(plain))]
    if kind in ("display_data", "execute_result"):
        data = output.get("data")
        if not isinstance(data, dict):
            data = {_OLD_FORMS[key]: value for key, value in output.items() if key in _OLD_FORMS}
        found = bundle(data)
        if found:
            return [("result" if kind == "execute_result" else "display", {"data": found, "metadata": {}})]
    builder.leave_out("outputs")
    return []


# ----------------------------------------------------------------------------------------------- writing


def write_notebook(sheet: Sheet) -> bytes:
    """Return a worksheet as a notebook of version 4, with its outputs."""
    cells = tuple(replace(cell, raw=None) for cell in sheet.cells)
    shown = {place: Shown(0, pieces) for place, pieces in sheet.outputs.items()}
    return write_in_place(Worksheet("", cells), sheet.title, sheet.flavour, shown).encode()
