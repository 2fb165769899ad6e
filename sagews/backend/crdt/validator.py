"""The scratch copy on which updates from outside are tried, and the schema that they must keep.

The copy has seen exactly what the document has. An update is read for its structure first (update_reader.py), then
applied here, and only the cells that it touched are looked at, so that a keystroke costs microseconds whatever the size
of the sheet. A copy that took a bad update is thrown away by its owner and made anew from the good document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pycrdt import Doc, Map, Text

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.pairs import Pairs, may_have_pairs
from sagews.backend.crdt.pieces import NOTHING
from sagews.backend.crdt.update_reader import MAX_STRUCTS, ManyStructs, Structure, read_update, read_vector
from sagews.errors import SagewsError
from sagews.model.identifiers import CELL_PATTERN
from sagews.model.positions import is_position
from sagews.model.worksheet.cells import MAX_CELLS, MAX_DEPTH, MAX_SIZE, MAX_SOURCE, TYPES

# What was deleted stays in the state as marks; a sheet that is edited for years grows by them.
MAX_STATE = 4 * MAX_SIZE
# Who set the same key at one time is compared with one another, each with each: pages are few, ids are cheap to make.
MAX_NEW_CLIENTS = 32
MAX_CLIENTS = 20_000
# From here on their past is let go, however little smaller that makes the document: beyond the bound it takes no edits.
MANY_CLIENTS = MAX_CLIENTS // 2
# No update of a page is longer (wire/browser/base.py).
LONGEST_UPDATE = 1024 * 1024
# Cells that are measured in one step: three milliseconds.
CELLS_OF_A_STEP = 200
MAX_FLAGS = 32
TANGLED = "the worksheet's past is too tangled; copy its cells into a new one"
MAX_TEXT_VALUE = 300
_REQUIRED = frozenset({"type", "pos", "source"})
_CELL_KEYS = _REQUIRED | {"depth", "flags", "raw"}
_META_KEYS: Mapping[str, int] = {"title": 300, "flavour": 40, "front": 64 * 1024}
_FLAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}")


class Mirror:
    """A copy of a document for trying updates.

    Args:
        state: the whole document, encoded as one update; or the first of several that it takes by `follow`.
        tries: whether anything will be tried on it; else it may only follow.

    Attributes:
        spoilt: whether it took an update that it should not have; an update that was refused unread does not spoil it.
    """

    def __init__(self, state: bytes = NOTHING, *, tries: bool = True) -> None:
        self._doc: Doc[Any] = Doc()
        self._meta: Map[Any] = Map()
        self._cells: Map[Any] = Map()
        self._doc["meta"], self._doc["cells"] = self._meta, self._cells
        self._doc.apply_update(state)
        self._pairs, self._tries = Pairs(), tries
        self._note_pairs(state)
        # Asked for when it is needed, as are the events below: neither is, while a large document is being followed.
        self._known_now: dict[int, int] | None = None
        self._subscriptions: tuple[Any, ...] = ()
        # No text can be longer than what all of it was encoded in, so most documents need not be measured.
        self._bytes = len(state)
        self.spoilt = False
        # To ask the library for a cell's text takes several times as long as to apply a keystroke to it.
        self._sources: dict[str, Any] = {}
        self._beside: dict[str, int] = {}
        self._sizes: dict[str, int] | None = None
        self._total = 0
        self._texts: set[str] = set()
        self._maps: set[str] = set()
        self._meta_touched = False

    def attempt(self, update: bytes, structure: Structure) -> None:
        """Apply an update and check what it touched.

        Args:
            update: as it came.
            structure: of the update, as it was read.

        Raises:
            SagewsError: `bad-update`; if `spoilt`, this copy must be thrown away.
        """
        if not self._subscriptions:
            self._subscriptions = (self._cells.observe_deep(self._saw_cells), self._meta.observe_deep(self._saw_meta))
        if structure.missing(self._known):
            raise refusal("it builds on an edit that is not here")
        self.check_clients(structure)
        if self._pairs.cut_by(structure.edges) or structure.pairs.cut_by(structure.edges):
            raise refusal("it cuts a character in two")
        self.spoilt = True
        # Only added to, as encoding the state takes milliseconds; it is measured when the sum says that it may be too
        # large.
        self._bytes += len(update)
        self._apply(update)
        # Without a transaction around them the library makes one for each value that is looked at.
        with self._doc.transaction():
            self._check_touched(structure)
            self._check_totals()
        self._pairs.join(structure.pairs)
        self._check_arrived(structure)
        self.spoilt = False

    def follow(self, update: bytes) -> None:
        """Take an update that need not be tried, because the document has it, or it was tried elsewhere."""
        self._bytes += len(update)
        self._note_pairs(update)
        self._apply(update)
        self._known_now = None
        for key in self._maps | self._texts:
            cell = self._cells.get(key)
            if cell is None or self._sizes is None:
                # Asked for anew when somebody edits it.
                self._forget(key)
            else:
                self._hold(key, cell)

    def measure(self) -> Iterator[None]:
        """Measure all cells, in steps, if the next update may make it necessary to know their sum."""
        if self._sizes is None and self._bytes > MAX_SIZE - LONGEST_UPDATE:
            self._sizes = {}
            for number, key in enumerate(list(self._cells.keys())):
                self._hold(key, self._cells[key])
                if number % CELLS_OF_A_STEP == CELLS_OF_A_STEP - 1:
                    yield

    def is_measured(self, size: int) -> bool:
        """Whether an update of so many bytes can be tried without measuring all cells first."""
        return self._sizes is not None or self._bytes + size <= MAX_SIZE

    @property
    def _known(self) -> dict[int, int]:
        """What the copy has of each client."""
        if self._known_now is None:
            self._known_now = read_vector(self._doc.get_state())
        return self._known_now

    @property
    def clients(self) -> int:
        """How many have a part in it."""
        return len(self._known)

    @property
    def only_text(self) -> bool:
        """Whether the last update changed nothing but the texts of cells."""
        return not (self._maps or self._meta_touched)

    @property
    def state(self) -> bytes:
        """The whole document, encoded as one update."""
        state: bytes = self._doc.get_update()
        return state

    def has_some(self, structure: Structure) -> bool:
        """Whether an update holds structs that are here already."""
        return any(first < self._known.get(client, 0) for client, (first, _) in structure.ranges.items())

    def check_clients(self, structure: Structure) -> None:
        """Bound who takes part, before the library compares them; raises SagewsError `bad-update`."""
        new = sum(client not in self._known for client in structure.ranges)
        if new > MAX_NEW_CLIENTS or len(self._known) + new > MAX_CLIENTS:
            raise refusal("too many pages have a part in it")

    def _note_pairs(self, update: bytes) -> None:
        """Remember where characters of two units stand in what is taken untried."""
        if self._tries and may_have_pairs(update):
            try:
                self._pairs.join(read_update(update, MAX_STRUCTS).pairs)
            except (MalformedUpdate, ManyStructs):
                raise refusal(TANGLED) from None

    def _check_arrived(self, structure: Structure) -> None:
        """Check that nothing of an update waits in the library for what never comes, and note what is known now."""
        for client, (_, end) in structure.ranges.items():
            self._known[client] = max(end, self._known.get(client, 0))
        # Those of one client stand in their order, and build on what is known: nothing can wait (update_reader.py).
        if len(structure.ranges) > 1 and read_vector(self._doc.get_state()) != self._known:
            raise refusal("it builds on itself")

    def _apply(self, update: bytes) -> None:
        """Apply it and note which cells changed."""
        self._texts.clear()
        self._maps.clear()
        self._meta_touched = False
        try:
            self._doc.apply_update(update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            # A panic in the library's Rust code is a BaseException; the copy is lost with it, the document is not.
            raise refusal("it can't be applied") from error

    def _saw_cells(self, events: list[Any]) -> None:
        """Note what changed below `cells`."""
        for event in events:
            path = event.path
            if not path:
                self._maps.update(event.keys)
            # Nearly every update: typing in one cell, which needs no look at the rest of it.
            elif len(path) == 2 and path[1] == "source":
                self._texts.add(path[0])
            else:
                self._maps.add(path[0])

    def _saw_meta(self, events: list[Any]) -> None:
        """Note that `meta` changed."""
        self._meta_touched = True

    def _check_touched(self, structure: Structure) -> None:
        """Check the cells that changed, and their sizes."""
        for key in self._maps:
            cell = self._cells.get(key)
            if cell is None:
                self._forget(key)
            else:
                _check_cell(key, cell)
                self._hold(key, cell)
        for key in self._texts - self._maps:
            source = self._source(key)
            if source is not None:
                self._measure(key, _check_source(source, structure))
        if self._meta_touched:
            _check_meta(self._meta)

    def _source(self, key: str) -> Any:
        """Return a cell's text, from at hand if it was asked for before; None if the cell is gone."""
        if key not in self._sources:
            cell = self._cells.get(key)
            if cell is None:
                return None
            self._hold(key, cell)
        return self._sources[key]

    def _hold(self, key: str, cell: Any) -> None:
        """Keep a cell's text at hand, and how many bytes the cell has beside it."""
        self._forget(key)
        source = self._sources[key] = cell["source"]
        raw = cell.get("raw")
        self._beside[key] = len(raw.encode()) if isinstance(raw, str) else 0
        self._measure(key, len(source))

    def _measure(self, key: str, length: int) -> None:
        """Keep the sum of all cells' sizes, where it has to be known."""
        if self._sizes is not None:
            size = length + self._beside[key]
            self._total += size - self._sizes.get(key, 0)
            self._sizes[key] = size

    def _forget(self, key: str) -> None:
        """A cell is gone, or another one stands in its place."""
        if self._sizes is not None:
            self._total -= self._sizes.pop(key, 0)
        self._sources.pop(key, None)
        self._beside.pop(key, None)

    def _check_totals(self) -> None:
        """Check the bounds of the whole document, its invisible past included."""
        if self._maps and len(self._cells) > MAX_CELLS:
            raise refusal(f"a worksheet has at most {MAX_CELLS} cells")
        if self._bytes > MAX_SIZE and self._sizes is None:
            for _ in self.measure():
                pass
        if self._total > MAX_SIZE:
            raise refusal(f"a worksheet has at most {MAX_SIZE} bytes")
        if self._bytes > MAX_STATE:
            self._bytes = len(self._doc.get_update())
            if self._bytes > MAX_STATE:
                raise refusal("the worksheet's past is too long; copy its cells into a new one")


def refusal(reason: str) -> SagewsError:
    """The error that the sender gets."""
    return SagewsError("bad-update", reason=reason)


def _check_cell(key: str, cell: Any) -> None:
    """Check one cell's key and map."""
    if not CELL_PATTERN.fullmatch(key) or not isinstance(cell, Map):
        raise refusal("it makes something that is not a cell")
    # Asked for at once: each question to the library costs more than the answer.
    values = dict(cell.items())
    if not values.keys() >= _REQUIRED or not values.keys() <= _CELL_KEYS:
        raise refusal("a cell has keys that it should not have, or lacks some")
    if not isinstance(values["type"], str) or values["type"] not in TYPES:
        raise refusal("a cell has an unknown type")
    if not is_position(values["pos"]):
        raise refusal("a cell has a position that is not one")
    _check_depth(values.get("depth"))
    _check_source(values["source"], None)
    _check_flags(values.get("flags"))
    raw = values.get("raw")
    if raw is not None and not (isinstance(raw, str) and len(raw) <= 2 * MAX_SOURCE):
        raise refusal("a cell's raw form is not text, or too long")


def _check_depth(depth: object) -> None:
    """Check the depth of a heading (numbers travel as floats)."""
    if depth is None:
        return
    if isinstance(depth, bool) or not isinstance(depth, int | float) or depth not in range(MAX_DEPTH + 1):
        raise refusal("a cell has a depth that is not one of 0 to 5")


def _check_source(source: object, structure: Structure | None) -> int:
    """Check a cell's text; unless only pieces of text came, also that nothing but text is in it. Returns its bytes."""
    if not isinstance(source, Text):
        raise refusal("a cell's source is not text")
    length = len(source)
    if length > MAX_SOURCE:
        raise refusal(f"a cell has at most {MAX_SOURCE} bytes")
    # A Text may hold embedded objects, which count in its length and are not in its string.
    if (structure is None or not structure.plain_text) and len(str(source).encode()) != length:
        raise refusal("a cell's source holds something that is not text")
    return length


def _check_flags(flags: object) -> None:
    """Check a cell's flags."""
    if flags is None:
        return
    if not isinstance(flags, Map) or len(flags) > MAX_FLAGS:
        raise refusal("a cell's flags are not a small map")
    for name, value in flags.items():
        if not _FLAG.fullmatch(name) or not _is_plain(value):
            raise refusal("a cell has a flag that is not one")


def _is_plain(value: object) -> bool:
    """Whether a flag has a value that it may have."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT_VALUE
    return isinstance(value, bool | int | float)


def _check_meta(meta: Any) -> None:
    """Check what belongs to the whole worksheet."""
    for key, value in meta.items():
        longest = _META_KEYS.get(key)
        if longest is None:
            if key != "format" or isinstance(value, bool) or value not in (1,):
                raise refusal("the worksheet's settings have a key or a format that is not known")
        elif not isinstance(value, str) or len(value) > longest:
            raise refusal(f"the worksheet's {key} is not text, or too long")
