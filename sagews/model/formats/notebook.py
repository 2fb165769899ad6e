"""Jupyter notebooks: version 4 of nbformat is read and written, version 3 is read as far as it is like it.

A notebook is one JSON object with `cells`, each with a `cell_type`, its `source` (a text or a list of lines) and, if it
is code, its `outputs`. Outputs carry MIME types as our pieces do; tracebacks are lines with terminal colours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sagews.model.formats.sheet import (
    PICTURES,
    Piece,
    Sheet,
    SheetBuilder,
    bad_file,
    bundle,
    clean,
    failure,
    joined,
    parsed_json,
    prose_of,
    stream,
)
from sagews.model.worksheet.cells import Cell

JSON = Any

VERSION = (4, 5)
HIDDEN = "hideInput"
PROTECTED = "protected"
# Options that are tags, and as many as pages give a cell: static/src/views/worksheet/attributes/tags.ts.
TAG = "tag-"
MOST_TAGS = 16
# What version 3 calls the forms of a value.
_OLD_FORMS = {
    "text": "text/plain", "html": "text/html", "latex": "text/latex", "svg": "image/svg+xml", "png": "image/png",
    "jpeg": "image/jpeg",
}  # fmt: skip
_OLD_TYPES = {"pyout": "execute_result", "pyerr": "error"}
_PYTHON = re.compile(r"i?python[0-9.]*", re.IGNORECASE)
_KNOWN_CELLS = ("code", "markdown", "raw", "heading", "html")
_TICKS = re.compile(r"`{3,}")


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
    metadata = _mapping(notebook.get("metadata"))
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
        found = _mapping(holder).get("cells")
        yield from found if isinstance(found, list) else []


def _flavour(builder: SheetBuilder, metadata: Mapping[str, JSON]) -> str:
    """Which kind of session a notebook asks for; one of another language is counted."""
    kernel = _mapping(metadata.get("kernelspec"))
    names = [kernel.get("name"), kernel.get("language"), _mapping(metadata.get("language_info")).get("name")]
    known = [name for name in names if isinstance(name, str)]
    if not known or any("sage" in name.lower() for name in known):
        return "sage"
    if any(_PYTHON.fullmatch(name) for name in known):
        return "python"
    builder.leave_out("language")
    return "sage"


def _read_cell(builder: SheetBuilder, cell: Mapping[str, JSON]) -> None:
    kind, metadata = cell["cell_type"], _mapping(cell.get("metadata"))
    source = joined(cell.get("source", cell.get("input"))) or ""
    options = _options(metadata)
    if kind == "code":
        outputs = cell.get("outputs")
        pieces = [piece for each in (outputs if isinstance(outputs, list) else []) for piece in _pieces(builder, each)]
        builder.add_code(source, pieces, cell.get("id"), options)
    elif kind == "heading":
        level = cell.get("level")
        builder.add_heading(source, level - 1 if isinstance(level, int) else 0)
    elif kind == "raw":
        builder.leave_out("raw-cells")
        builder.add_prose(_fenced(clean(source)))
    else:
        if cell.get("attachments"):
            builder.leave_out("attachments")
        builder.add_prose(source, options)


def _options(metadata: Mapping[str, JSON]) -> list[JSON]:
    """Our own options of a cell, and what the front ends of notebooks have that is like one."""
    ours = _mapping(metadata.get("sagews")).get("options")
    hidden = _mapping(metadata.get("jupyter")).get("source_hidden") is True
    tags = metadata.get("tags")
    marks: list[JSON] = [TAG + tag for tag in (tags if isinstance(tags, list) else []) if isinstance(tag, str)]
    held = [PROTECTED] if metadata.get("editable") is False else []
    return [*(ours if isinstance(ours, list) else []), *([HIDDEN] if hidden else []), *held, *marks[:MOST_TAGS]]


def _fenced(source: str) -> str:
    """A text that is shown as it is."""
    longest = max((len(run) for run in _TICKS.findall(source)), default=2)
    return f"{'`' * (longest + 1)}\n{source}\n{'`' * (longest + 1)}"


def _pieces(builder: SheetBuilder, output: JSON) -> list[Piece]:
    """One output of a cell as pieces."""
    output = _mapping(output)
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


def _mapping(value: JSON) -> Mapping[str, JSON]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


# ----------------------------------------------------------------------------------------------- writing


def write_notebook(sheet: Sheet) -> bytes:
    """Return a worksheet as a notebook of version 4, with its outputs."""
    name, shown = ("sagemath", "SageMath") if sheet.flavour == "sage" else ("python3", "Python 3")
    metadata: dict[str, JSON] = {
        "kernelspec": {"display_name": shown, "language": "sage" if name == "sagemath" else "python", "name": name},
        "language_info": {"name": "sage" if name == "sagemath" else "python"},
    }
    if sheet.title:
        metadata["title"] = sheet.title
    taken = {cell.id for cell in sheet.cells if cell.id is not None}
    cells = [
        _written(cell, sheet.outputs.get(place, ()), cell.id or _identity(place, taken))
        for place, cell in enumerate(sheet.cells)
    ]
    notebook = {"cells": cells, "metadata": metadata, "nbformat": VERSION[0], "nbformat_minor": VERSION[1]}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _identity(place: int, taken: set[str]) -> str:
    """An id for a cell that has none: this version of the format wants one."""
    while (identity := f"t{place:05d}") in taken:
        place += 10_000
    taken.add(identity)
    return identity


def _written(cell: Cell, outputs: Sequence[Piece], identity: str) -> dict[str, JSON]:
    metadata: dict[str, JSON] = {}
    if cell.options:
        metadata["sagews"] = {"options": list(cell.options)}
    if HIDDEN in cell.options:
        metadata["jupyter"] = {"source_hidden": True}
    if PROTECTED in cell.options:
        metadata["editable"] = False
    tags: list[JSON] = [option.removeprefix(TAG) for option in cell.options if option.startswith(TAG)]
    if tags:
        metadata["tags"] = tags
    source = cell.source if cell.type == "code" else prose_of(cell)
    written: dict[str, JSON] = {"id": identity, "metadata": metadata, "source": _lines(source)}
    if cell.type != "code":
        return {"cell_type": "markdown", **written}
    shown = [output for output in map(_output, _merged(outputs)) if output is not None]
    return {"cell_type": "code", "execution_count": None, **written, "outputs": shown}


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces, with what was printed in one go as one."""
    waiting: tuple[str, list[str]] | None = None
    for kind, body in pieces:
        if kind == "stream":
            if waiting is not None and waiting[0] == body["name"]:
                waiting[1].append(body["text"])
                continue
            if waiting is not None:
                yield "stream", {"name": waiting[0], "text": "".join(waiting[1])}
            waiting = (body["name"], [body["text"]])
            continue
        if waiting is not None:
            yield "stream", {"name": waiting[0], "text": "".join(waiting[1])}
            waiting = None
        yield kind, body
    if waiting is not None:
        yield "stream", {"name": waiting[0], "text": "".join(waiting[1])}


def _output(piece: Piece) -> dict[str, JSON] | None:
    """A piece as an output of a notebook; None for what is a notice of the server."""
    kind, body = piece
    if kind == "stream":
        return {"output_type": "stream", "name": body["name"], "text": _lines(body["text"])}
    if kind == "error":
        lines = str(body["plain"]).split("\n")
        return {"output_type": "error", "ename": body["name"], "evalue": body["message"], "traceback": lines}
    if kind in ("display", "result"):
        data = {form: _form(form, value) for form, value in body["data"].items()}
        shown: dict[str, JSON] = {"data": data, "metadata": {}}
        if kind == "result":
            return {"output_type": "execute_result", "execution_count": None, **shown}
        return {"output_type": "display_data", **shown}
    return None


def _form(form: str, value: JSON) -> JSON:
    """One form of a value: texts as lines, pictures whole."""
    return _lines(value) if isinstance(value, str) and form not in PICTURES else value


def _lines(text: str) -> list[str]:
    """A text as notebooks write it: lines with their endings."""
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]
