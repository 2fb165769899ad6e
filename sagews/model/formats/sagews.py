r"""CoCalc's Sage worksheets (`.sagews`): one text, in which two rare characters mark where cells and outputs begin.

    U+FE20, the cell's uuid, one letter for each flag (`i`: hide the input, `o`: hide the output), U+FE20
    the lines of the code, which may begin with a mode: `%md` makes it a text
    U+FE21, the output's uuid, U+FE21, then one JSON object after the other, each behind U+FE21

An object says what was shown by its keys: `{"stdout": "2\n"}`. Pictures lie on CoCalc's servers, only their names here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.model.formats.sheet import (
    MAX_FILE,
    MAX_PIECES,
    Piece,
    Sheet,
    SheetBuilder,
    bad_file,
    clean,
    decoded,
    parsed_json,
    stream,
)
from sagews.model.notebook.marks import HIDDEN

JSON = Any
CELL = "\ufe20"
OUTPUT = "\ufe21"
UUID_LENGTH = 36
_TEXT_MODE = re.compile(r"\s*(?:%(?:auto|hide|hideall)\b\s*)*%md\b(?:\([^)\n]*\))?[ \t]*\n?")
# What only CoCalc's page can show, or holds no output.
_PROGRAMS = ("interact", "javascript", "coffeescript", "d3", "raw_input", "jsx")


def read_sagews(data: bytes) -> Sheet:
    """Return the worksheet in a `.sagews` file.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    # Most of it may be outputs.
    text = decoded(data, MAX_FILE)
    if CELL not in text and text.strip():
        raise bad_file("it has none of the marks of a Sage worksheet of CoCalc")
    builder = SheetBuilder()
    for flags, lines, outputs in _cells(text.split("\n")):
        source = "\n".join(lines).strip("\n")
        mode = _TEXT_MODE.match(source)
        if mode is not None:
            builder.add_prose(source[mode.end() :])
        elif source.strip() or outputs:
            pieces = [piece for each in outputs for piece in _pieces(builder, each)]
            builder.add_code(source, pieces, None, [HIDDEN] if "i" in flags else [])
    return builder.sheet()


def _cells(lines: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Flags, lines of code and outputs of each cell."""
    flags, code, outputs = "", list[str](), list[str]()
    for line in lines:
        if line.startswith(CELL):
            yield flags, code, outputs
            flags, code, outputs = line[1 + UUID_LENGTH :].rstrip(CELL), [], []
        elif line.startswith(OUTPUT):
            outputs += line.split(OUTPUT, MAX_PIECES)[2:]
        else:
            code.append(line)
    yield flags, code, outputs


def _pieces(builder: SheetBuilder, text: str) -> Iterator[Piece]:
    """What one object of an output says."""
    if not text.strip():
        return
    try:
        message = parsed_json(text)
    except SagewsError:
        message = None
    if not isinstance(message, dict):
        # One spoilt line is no reason to refuse all others.
        builder.leave_out("outputs")
        return
    yield from _printed(message)
    yield from _shown(message)
    if "file" in message:
        builder.leave_out("pictures")
    for name in _PROGRAMS:
        if name in message:
            builder.leave_out("programs")


def _printed(message: Mapping[str, JSON]) -> Iterator[Piece]:
    """Text: what was printed, and code that was shown."""
    for name in ("stdout", "stderr", "error"):
        if isinstance(message.get(name), str):
            yield from stream("stdout" if name == "stdout" else "stderr", clean(message[name]))
    code = message.get("code")
    if isinstance(code, dict) and isinstance(code.get("source"), str):
        yield from stream("stdout", clean(code["source"]))


def _shown(message: Mapping[str, JSON]) -> Iterator[Piece]:
    """Values in a form of their own."""
    for name, form in (("html", "text/html"), ("md", "text/markdown")):
        if isinstance(message.get(name), str):
            yield "display", {"data": {form: clean(message[name])}, "metadata": {}}
    tex = message.get("tex")
    if isinstance(tex, dict) and isinstance(tex.get("tex"), str):
        formula = clean(tex["tex"])
        shown = f"$\\displaystyle {formula}$" if tex.get("display") else f"${formula}$"
        yield "display", {"data": {"text/latex": shown, "text/plain": formula}, "metadata": {}}
