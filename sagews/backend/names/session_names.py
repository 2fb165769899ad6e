"""What each cell read in the session that is alive, and which cell wrote each of its names last.

It lives as long as the session does, since what it says is of its variables; of a cell that is not in it, the output is
of an earlier session. Everything here was said by a session, in form and within bounds (wire/session/checks.py), and
is bounded again in sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sagews.backend.events.stream import EventStream
from sagews.model.identifiers import CellId
from sagews.model.worksheet.cells import MAX_CELLS
from sagews.wire.browser.names import CellNames, Names, Ran, Written

MAX_BYTES = 1024 * 1024
"""Of what all cells read; of a cell for which there is no room it is not known, so it is not stale for a name."""
MAX_WRITTEN = 20_000
"""Names of which is known who wrote them; the ones that were not written for longest are forgotten."""
NOBODY = ""


class SessionNames:
    """Those of one document.

    Args:
        stream: who watches.
    """

    __slots__ = ("_bytes", "_cells", "_order", "_stream", "_written")

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._order = 0
        # In the order in which they ran, or were written.
        self._cells: dict[str, CellNames] = {}
        self._written: dict[str, Written] = {}
        self._bytes = 0

    def ran(self, cell: CellId, said: Mapping[str, Any]) -> None:
        """Take what the last piece of a run says of it, and tell everybody, unless it has no names and said so."""
        former = self._cells.pop(cell, None)
        self._bytes -= 0 if former is None else len(former.reads)
        shape, reads, writes = (str(said.get(name, "")) for name in ("shape", "reads", "writes"))
        if former is not None and not (reads or writes or former.reads) and former.shape == shape:
            self._cells[cell] = former
            return
        self._order += 1
        if self._bytes + len(reads) > MAX_BYTES:
            reads = ""
        self._bytes += len(reads)
        self._cells[cell] = CellNames(cell, self._order, shape, reads)
        if len(self._cells) > MAX_CELLS:
            # As many as a worksheet may have: cells that ran and were deleted go on standing here.
            oldest = self._cells.pop(next(iter(self._cells)))
            self._bytes -= len(oldest.reads)
        self._write(cell, writes.split())
        self._tell(Ran(self._stream.document, cell, self._order, shape, reads, writes))

    def removed(self, names: Sequence[str]) -> None:
        """Learn that somebody had names removed from the session, and tell everybody."""
        self._order += 1
        self._write(NOBODY, names)
        self._tell(Ran(self._stream.document, NOBODY, self._order, writes=" ".join(names)))

    def over(self) -> None:
        """Forget everything with the session, and tell everybody."""
        if self._cells or self._written:
            self._cells, self._written, self._bytes = {}, {}, 0
            self._tell(self.now(0))

    def now(self, request: int) -> Names:
        """Return everything, as an answer."""
        return Names(self._stream.document, list(self._cells.values()), list(self._written.values()), request)

    def _write(self, cell: str, names: Sequence[str]) -> None:
        for name in names:
            self._written.pop(name, None)
            self._written[name] = Written(name, cell, self._order)
        while len(self._written) > MAX_WRITTEN:
            del self._written[next(iter(self._written))]

    def _tell(self, message: Names | Ran) -> None:
        self._stream.say(message)
