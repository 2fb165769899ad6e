"""What a file of another program holds as a worksheet, and the one place where its bounds are kept while it is read.

Every reader gives its cells, texts and outputs to a SheetBuilder, so that none of them can pass a bound or take over a
character that a database does not store.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import CELL_PATTERN
from sagews.model.worksheet.cells import MAX_CELLS, MAX_DEPTH, MAX_SIZE, MAX_SOURCE, Cell, Worksheet
from sagews.model.worksheet.front_matter import front_value, with_values
from sagews.model.worksheet.lines import OPTION
from sagews.model.worksheet.segments import segments
from sagews.model.worksheet.write import canonical, write

JSON = Any
# Kind and body, as wire/session/frames.py has them.
Piece = tuple[str, Mapping[str, JSON]]

MAX_FILE = 16 * 1024 * 1024
# Of all cells together, and of one: a cell's output is stored in one turn of the process that serves everybody.
MAX_OUTPUTS = 8 * 1024 * 1024
MAX_OUTPUT = 2 * 1024 * 1024
MAX_PIECES = 10_000
# Four bytes at most for each character: a piece of printed text has at most 64 KiB.
STREAM_CHARACTERS = 16_000
MAX_TITLE = 300
MAX_MESSAGE = 4_000
MAX_PLAIN = 16_000
TEXT_FORMS = ("text/plain", "text/html", "text/latex", "text/markdown", "image/svg+xml")
PICTURES = ("image/png", "image/jpeg", "image/gif")
# Beyond these an output is a program of the notebook's own front end.
FORMS = frozenset({*TEXT_FORMS, *PICTURES})
_UNFIT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet with what its cells showed.

    Attributes:
        front: the front matter of its file, word for word.
        outputs: the pieces of a code cell's last run, by the cell's place.
        left_out: how often something could not be taken over, by what it is: a key of the client's words.
    """

    front: str = ""
    cells: tuple[Cell, ...] = ()
    outputs: Mapping[int, Sequence[Piece]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called, or nothing."""
        return front_value(self.front, "title") or ""

    @property
    def flavour(self) -> str:
        """Which kind of session it asks for: "sage" or "python"."""
        return front_value(self.front, "flavour") or "sage"

    def text(self) -> str:
        """Return it as a worksheet file, without outputs."""
        return write(Worksheet(self.front, self.cells))


def bad_file(reason: str, advice: str = "Save it again in the program that it comes from.") -> SagewsError:
    """Return the refusal of a file."""
    return SagewsError("bad-file", reason=reason, advice=advice)


def decoded(data: bytes, most: int = MAX_SIZE) -> str:
    """Return a file's text, with our line endings.

    Raises:
        SagewsError: `bad-file` for what is no UTF-8; `too-large` for more bytes than a worksheet has.
    """
    if len(data) > most:
        raise SagewsError("too-large", limit=most)
    try:
        return clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise bad_file("it is not text in UTF-8") from None


def clean(text: str) -> str:
    """Return a text with our line endings, and with marks in place of characters that can't be stored."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() and "\0" not in text else _UNFIT.sub("\ufffd", text)


def parsed_json(text: str | bytes) -> JSON:
    """Return what JSON says; raises SagewsError `bad-file` for what is none, or is nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise bad_file("it is not JSON") from None


def prose_of(cell: Cell) -> str:
    """Return a text or a section as Markdown, without id and options; a heading reads as the section's title."""
    if cell.type == "text":
        return cell.source
    return canonical(Cell("section", cell.source, None, cell.depth), False, True).removesuffix("\n")


def stream(name: str, text: str) -> list[Piece]:
    """Return printed text in pieces."""
    parts = (text[start : start + STREAM_CHARACTERS] for start in range(0, len(text), STREAM_CHARACTERS))
    return [("stream", {"name": name, "text": part}) for part in parts]


def failure(name: str, message: str, plain: str) -> Piece:
    """Return an exception that ended a cell."""
    body = {"name": name[:200] or "Error", "message": message[:MAX_MESSAGE], "frames": [], "plain": plain[:MAX_PLAIN]}
    return "error", body


class SheetBuilder:
    """Takes what a reader finds, in order."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._outputs: dict[int, list[Piece]] = {}
        self._ids: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._size = 0
        self._printed = 0
        self._pieces = 0

    def leave_out(self, what: str, count: int = 1) -> None:
        """Note that something is not taken over."""
        self._left_out[what] += count

    def add_code(
        self, source: str, outputs: Iterable[Piece] = (), identity: object = None, options: Iterable[object] = ()
    ) -> None:
        """Add a code cell with what it showed; an id that is none of ours, or is there already, is passed over.

        Raises:
            SagewsError: `bad-file` or `limit` beyond the bounds of a worksheet.
        """
        taken = identity if isinstance(identity, str) and self._is_new(identity) else None
        place = len(self._cells)
        self._add(Cell("code", clean(source), taken, 0, _words(options)))
        found = self._fitting(outputs)
        if found:
            self._outputs[place] = found

    def add_prose(self, text: str, options: Iterable[object] = ()) -> None:
        """Add what stands between code cells: its headings become sections."""
        _, found = segments(clean(text), whole=False)
        words = _words(options)
        for segment in found:
            cell = segment.cell
            if cell.type == "code":
                self.add_code(cell.source, (), cell.id, cell.options)
            else:
                # Only what is one cell here was one there.
                self._add(Cell(cell.type, cell.source, None, cell.depth, words if len(found) == 1 else cell.options))

    def add_heading(self, title: str, depth: int) -> None:
        """Add a section."""
        self._add(Cell("section", " ".join(clean(title).split()), None, min(max(depth, 0), MAX_DEPTH)))

    def sheet(self, title: str = "", flavour: str = "sage") -> Sheet:
        """Return what was added; every code cell has an id, and what a text cell says is what its file will say."""
        cells = [self._named(cell) for cell in self._cells]
        values = {"title": " ".join(clean(title).split())[:MAX_TITLE], "flavour": flavour}
        wanted = {key: value for key, value in values.items() if value and (key, value) != ("flavour", "sage")}
        front = with_values("", wanted)
        return Sheet(front, tuple(cells), self._outputs, dict(self._left_out))

    def _add(self, cell: Cell) -> None:
        size = len(cell.source.encode())
        self._size += size
        if len(self._cells) >= MAX_CELLS:
            raise SagewsError("limit", limit=f"{MAX_CELLS} cells in a worksheet", advice="Split it into several.")
        if size > MAX_SOURCE:
            raise bad_file(f"one of its cells is longer than {MAX_SOURCE} bytes", "Split that cell.")
        if self._size > MAX_SIZE:
            raise SagewsError("too-large", limit=MAX_SIZE)
        self._cells.append(cell)

    def _is_new(self, identity: str) -> bool:
        if not CELL_PATTERN.fullmatch(identity) or identity in self._ids:
            return False
        self._ids.add(identity)
        return True

    def _named(self, cell: Cell) -> Cell:
        if cell.type != "code" or cell.id is not None:
            return cell
        number = len(self._ids)
        while not self._is_new(f"c{number:05d}"):
            number += 1
        return Cell(cell.type, cell.source, f"c{number:05d}", cell.depth, cell.options)

    def _fitting(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Those pieces of a cell for which there is room; the others are counted."""
        kept, printed = list[Piece](), 0
        for piece in pieces:
            size = _size(piece)
            self._pieces += 1
            if printed + size > MAX_OUTPUT or self._printed + size > MAX_OUTPUTS or self._pieces > MAX_PIECES:
                self.leave_out("large-outputs")
                continue
            printed += size
            self._printed += size
            kept.append(piece)
        return kept


def _size(piece: Piece) -> int:
    """How many bytes a piece shows."""
    kind, body = piece
    values = body["data"] if kind in ("display", "result") else body
    return sum(len(value.encode()) for value in values.values() if isinstance(value, str))


def bundle(data: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return those forms of a value that we show, each as text; a picture that is no base64 is none."""
    found: dict[str, JSON] = {}
    for form, value in data.items():
        text = joined(value)
        if form not in FORMS or text is None:
            continue
        if form in PICTURES:
            text = "".join(text.split())
            if not _is_base64(text):
                continue
        found[form] = clean(text)
    return found


def joined(value: object) -> str | None:
    """Return a text, which notebooks may write as a list of lines; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


def _words(options: Iterable[object]) -> tuple[str, ...]:
    """Those options that a fence can hold; at most as many as a cell has."""
    words = {word for word in options if isinstance(word, str) and OPTION.fullmatch(word)}
    return tuple(sorted(words))[:32]
