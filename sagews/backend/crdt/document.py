"""The live text of a worksheet: a Yjs document, kept by pycrdt, and the only module that knows its keys.

    meta   Map   {format: 1, title: str, flavour: str, front: str?}
    cells  Map   id → Map {type: "code" | "text" | "section", pos: a position (model/positions.py), depth: 0…5,
                           source: Text, flags: Map {name: bool | number | str}, raw: str?}

`front` and `raw` keep what the file's writer needs to give back the same bytes (model/worksheet/); a page leaves
them alone. Everything here is plain synchronous code and stays in the reactor's thread. Text indices of pycrdt are
offsets in UTF-8 bytes, so the server changes text through `crdt_text.edit_text` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.update_reader import ManyStructs, Structure, read_update
from sagews.backend.crdt.validator import Mirror, refusal
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId, new_cell_id
from sagews.model.positions import between
from sagews.model.worksheet.cells import MAX_SOURCE

FORMAT = 1
# What is tried at once: a struct costs about ten microseconds to read, apply and check.
LIGHT_STRUCTS = 300
# To find its place a struct may have to pass all others there are, at ten nanoseconds each in a text and sixty at one
# key (of which there are few, below); it is applied to the mirror and to the document.
LIGHT_STEPS = 300_000
# Keys that were set by somebody who did not know of another who had set them: as many as these are merged at one key
# in a millisecond, twice as many in four. They are counted in a process of its own, once so many have come.
MAX_AT_ONE_KEY = 500
# As many there may be where nobody has counted yet: in a small document, and since the last count.
MOST_AT_ONE_KEY = 3_000
# Of a document that is loaded and mirrored in one turn; a larger one is cut into pieces first.
SMALL_STATE = 48 * 1024
# To split a text costs its length, in bytes: as much is split at once, at a third of a nanosecond each, in the mirror
# and in the document.
LIGHT_SPLIT = 8_000_000
# Clients whose clocks are compared in one turn, at a microsecond each.
MAX_COMPARED = 2_000
EMPTY_VECTOR = b"\0"
# A guess at how many structs so many bytes hold, on the high side, until somebody has counted them.
BYTES_OF_A_STRUCT = 12


class HeavyUpdate(Exception):
    """To try this update may take long: it is to be tried in a process of its own (crdt/heavy.py)."""


class NoMirror(HeavyUpdate):
    """It might be tried at once if the document, which is large, had a (measured) mirror: see `take_mirror`."""


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell as the document has it now."""

    id: CellId
    type: str
    pos: str
    depth: int
    source: str
    flags: Mapping[str, bool | float | str] = field(default_factory=dict)
    raw: str | None = None


class WorksheetDocument(Doc[Any]):
    """A Yjs document with the two root maps, and the mirror on which strangers' updates are tried first.

    Args:
        client_id: names this copy's own edits; random if None.

    Attributes:
        past: how often the past of what is stored was let go before this was made of it.
    """

    def __init__(self, client_id: int | None = None) -> None:
        super().__init__(client_id=client_id)
        self["meta"] = Map()
        self["cells"] = Map()
        self.past = 0
        # How many structs it may hold; what hostile updates can cost grows with it.
        self.structs = 0
        # How many bytes it takes at most: what was applied to it, until somebody has encoded it.
        self.size = 0
        # How many keys were set for the first time since somebody counted who set the same one.
        self.first = 0
        self._mirror: Mirror | None = None
        self._tried: bytes | None = None
        self._applying = False
        # The text of each cell that was run, at hand until anything but texts changes.
        self._codes: dict[CellId, Any] = {}
        self._flavour: str | None = None
        # The whole, as it was encoded last, until something changes: whoever opens a large one asks for it again.
        self._whole: bytes | None = None
        self._subscription = self.observe(self._changed)

    @property
    def meta(self) -> Any:
        """The root map of what belongs to the whole worksheet."""
        return self["meta"]

    @property
    def cells(self) -> Any:
        """The root map of cells."""
        return self["cells"]

    def try_update(self, update: bytes) -> None:
        """Apply an update to the mirror and keep it there if it fits; see `check_update`."""
        try:
            structure = read_update(update, LIGHT_STRUCTS)
        except MalformedUpdate as error:
            raise refusal(str(error)) from None
        except ManyStructs:
            raise HeavyUpdate from None
        if not self._is_light(structure, len(update)):
            raise HeavyUpdate
        # The last one that was tried was not applied: the mirror is ahead of the document.
        if self._tried is not None:
            self._mirror = None
        if not self._is_mirrored(len(update)):
            raise NoMirror
        mirror = self._mirror = self._mirror or Mirror(self.get_update())
        if not self._fits_in_a_turn(mirror, structure):
            raise HeavyUpdate
        try:
            mirror.attempt(update, structure)
        finally:
            if mirror.spoilt:
                self._mirror = None
        self._tried = update
        self.structs += structure.structs
        self.first += structure.first

    def _is_light(self, structure: Structure, size: int) -> bool:
        """Whether an update of so many bytes can be tried at once as far as its structure tells."""
        return (
            structure.edges.count <= most_places(structure, self.size + size)
            and self._steps(structure, structure.inner) <= LIGHT_STEPS
            and self.first + structure.first <= MAX_AT_ONE_KEY
        )

    def _fits_in_a_turn(self, mirror: Mirror, structure: Structure) -> bool:
        """Whether an update that is light can be tried at once on what is here."""
        # What is sent again is passed over, and what hangs below it stands among all that others have put there.
        if mirror.has_some(structure) and self._steps(structure, 0) > LIGHT_STEPS:
            return False
        # Where several took part, all that the copy knows is compared with what it should know.
        return len(structure.ranges) <= 1 or mirror.clients <= MAX_COMPARED

    def _is_mirrored(self, size: int) -> bool:
        """Whether an update of so many bytes can be tried on the mirror, or on one that is made at once."""
        if self._mirror is None:
            return self.size <= SMALL_STATE
        return self._mirror.is_measured(size)

    def _steps(self, structure: Structure, inner: int) -> int:
        """Return how many structs an update passes at most; so many of its own pass nobody else's."""
        present = self.structs + structure.structs
        steps = (structure.items - inner - structure.first) * present
        # At one key there are few. Ranges that are deleted in order pass each struct once, all together.
        return steps + structure.first * min(present, MOST_AT_ONE_KEY) + structure.again * present

    def encoded(self) -> bytes:
        """Return the whole document as one update; its size is known then."""
        state: bytes = self.get_update()
        self.size = len(state)
        return state

    def take_mirror(self, mirror: Mirror) -> None:
        """Take a mirror that was made of this document as it is now."""
        self._mirror = mirror

    def apply_tried(self, piece: bytes) -> None:
        """Apply a part of an update that was tried elsewhere; the mirror stays in step."""
        mirror, self._mirror = self._mirror, None
        if mirror is not None:
            mirror.follow(piece)
            self._mirror, self._tried = mirror, piece
        self.apply_update(piece)

    def get_update(self, state: bytes | None = None) -> bytes:
        """Return what somebody lacks who has a state (a vector); all of it without one, or if that is empty."""
        if state not in (None, EMPTY_VECTOR):
            return bytes(super().get_update(state))
        if self._whole is not None:
            return self._whole
        whole = bytes(super().get_update())
        if len(whole) > SMALL_STATE:
            self._whole = whole
        return whole

    def apply_update(self, update: bytes) -> None:
        """Apply an update; one that was just tried keeps the mirror in step."""
        self._applying = update == self._tried
        try:
            super().apply_update(update)
        finally:
            self._applying = False
        self._tried = None
        self.size += len(update)

    def _changed(self, event: object) -> None:
        """Forget the mirror when the document changed in a way that it did not see, and what is at hand with it."""
        self._whole = None
        # Somebody changed the document without trying it first (a merge, a title): the mirror is behind.
        if not self._applying:
            self._mirror = None
        if self._mirror is None or not self._mirror.only_text:
            self._codes.clear()
            self._flavour = None

    @property
    def flavour(self) -> str:
        """Which kind of session the worksheet asks for; every run asks."""
        if self._flavour is None:
            flavour = self.meta.get("flavour")
            self._flavour = flavour if isinstance(flavour, str) and flavour else "sage"
        return self._flavour

    def code(self, cell: CellId) -> str | None:
        """The text of a cell that can be run, or None if there is no such cell or it is prose."""
        if cell not in self._codes:
            entry = self.cells.get(cell)
            if entry is None or entry["type"] != "code":
                return None
            self._codes[cell] = entry["source"]
        return str(self._codes[cell])


def most_places(structure: Structure, size: int) -> int:
    """Return at how many places a document may be split in one turn.

    Args:
        structure: of the update that does it.
        size: of the document and the update, in bytes; no text is longer.
    """
    # One that comes with the update may be longer than it may stay.
    return LIGHT_SPLIT // max(1, min(size, structure.longest + MAX_SOURCE))


def new_document(title: str, flavour: str = "sage") -> WorksheetDocument:
    """Return a worksheet with one empty code cell."""
    document = WorksheetDocument()
    with document.transaction():
        document.meta.update({"format": FORMAT, "title": title, "flavour": flavour})
        put_cell(document, CellView(new_cell_id(), "code", between(None, None), 0, ""))
    return document


def load(snapshot: bytes | None, updates: Sequence[bytes]) -> WorksheetDocument:
    """Return the document that the store holds: a snapshot's state, then updates in order.

    Raises:
        SagewsError: `internal` when what is stored can't be read.
    """
    document = WorksheetDocument()
    for update in ([] if snapshot is None else [snapshot]) + list(updates):
        try:
            document.apply_update(update)
        except ValueError as error:
            raise SagewsError("internal", correlation="-") from error
        document.structs += 1 + len(update) // BYTES_OF_A_STRUCT
    return document


def check_update(document: WorksheetDocument, update: bytes) -> None:
    """Try an update from outside on a scratch copy and check the schema and the bounds; `document` is not changed.

    Follow it with `document.apply_update(update)`: then the next check takes microseconds, because the copy is in step.

    Raises:
        SagewsError: `bad-update` with the reason.
        HeavyUpdate: it was not tried, because that may take long.
    """
    document.try_update(update)


def title_of(document: WorksheetDocument) -> str:
    """The worksheet's title, else its first heading, else nothing."""
    title = own_title(document)
    if title:
        return title
    headings = (cell.source for cell in cells_in_order(document) if cell.type == "section" and cell.source)
    return next(headings, "")


def own_title(document: WorksheetDocument) -> str:
    """The title that the worksheet was given, or nothing."""
    title = document.meta.get("title")
    return title if isinstance(title, str) else ""


def flavour_of(document: WorksheetDocument) -> str:
    """Which kind of session the worksheet asks for."""
    return document.flavour


def cells_in_order(document: WorksheetDocument) -> list[CellView]:
    """All cells, by position and then by id."""
    with document.transaction():
        cells = [view_of(CellId(key), cell) for key, cell in document.cells.items()]
    # Two people who insert at the same place make the same position; the id decides, and for everybody alike.
    return sorted(cells, key=lambda cell: (cell.pos, cell.id))


def code_of(document: WorksheetDocument, cell: CellId) -> str | None:
    """The text of a cell that can be run, or None if there is no such cell or it is prose."""
    return document.code(cell)


def view_of(key: CellId, cell: Any) -> CellView:
    """One cell's map as a value."""
    flags = cell.get("flags")
    return CellView(
        id=key,
        type=cell["type"],
        pos=cell["pos"],
        depth=int(cell.get("depth") or 0),
        source=str(cell["source"]),
        flags={} if flags is None else flags.to_py(),
        raw=cell.get("raw"),
    )


def put_cell(document: WorksheetDocument, cell: CellView) -> None:
    """Add a cell (within the caller's transaction)."""
    entry: dict[str, Any] = {
        "type": cell.type,
        "pos": cell.pos,
        "depth": cell.depth,
        "source": Text(cell.source),
        "flags": Map(dict(cell.flags)),
    }
    if cell.raw is not None:
        entry["raw"] = cell.raw
    document.cells[cell.id] = Map(entry)
