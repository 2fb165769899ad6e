"""The last run of each cell of a document and what is kept at hand of its output.

It changes with the events, in the same turn, so that a page that opens the document gets a state that belongs to one
event number. The store holds everything; this is what is shown first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sagews.backend.runs.output.pieces import pieces_of, place_in, shown_piece
from sagews.backend.runs.output.read_pieces import piece_body, read_pieces
from sagews.backend.runs.stored_outputs import DocumentOutputs
from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import CellId, DocumentId, RunId
from sagews.model.runs import PIECE_BYTES, PieceText, Run, StoredPiece
from sagews.model.sessions import PieceKind, RunState
from sagews.policy.sessions.kept_output import KeptOutput
from sagews.policy.sessions.placed_output import OutputChange, PlacedOutput
from sagews.wire.browser.channels import OpenChannel
from sagews.wire.browser.runs import CellOutput, PieceBody, RunStatus

MAX_BYTES_OF_A_DOCUMENT = 16 * 1024 * 1024
MAX_BYTES_OF_OPENED = 4 * 1024 * 1024


@dataclass(slots=True)
class CachedRun:
    """A run and its output.

    Attributes:
        run: as it is stored.
        reason: why it ended as it did, for people.
        kept: the pieces at hand.
        printed: bytes that the database has of everything that it printed.
        cut: whether something that it printed was not kept, because there was too much.
        closed: whether nothing is added any more, although it is its cell's last run.
        question: what it asks, while it runs.
        interacts: by the number of their channels; they outlive the run, and its session, then without life.
    """

    run: Run
    reason: str | None = None
    kept: KeptOutput[PieceBody] = field(default_factory=KeptOutput)
    _placed: PlacedOutput | None = None
    printed: int = 0
    cut: bool = False
    closed: bool = False
    question: OpenChannel | None = None
    interacts: dict[int, OpenChannel] = field(default_factory=dict)

    @property
    def placed(self) -> PlacedOutput:
        """Where each piece stands; made with the first, for many runs that wait have none."""
        if self._placed is None:
            self._placed = PlacedOutput()
        return self._placed

    @property
    def is_running(self) -> bool:
        """Whether it has begun and is not over."""
        return self.run.state is RunState.RUNNING

    def status(self, epoch: int, sequence: int) -> RunStatus:
        """Return the state of the run as pages are told it that know its channels."""
        run = self.run
        return RunStatus(
            document=run.document,
            epoch=epoch,
            sequence=sequence,
            run=run.id,
            cell=run.cell,
            number=run.number,
            state=run.state,
            hash=run.hash,
            queued=run.queued.isoformat(),
            started=None if run.started is None else run.started.isoformat(),
            finished=None if run.finished is None else run.finished.isoformat(),
            seconds=run.seconds,
            reason=self.reason,
        )

    def whole_status(self, epoch: int, sequence: int) -> RunStatus:
        """Return the state of the run with its channels, for pages that know nothing of it."""
        asked = [self.question] if self.question is not None and self.is_running else []
        return msgspec.structs.replace(self.status(epoch, sequence), channels=[*asked, *self.interacts.values()])


class OutputCache:
    """All of a document's last runs.

    Args:
        stored: counts what the store has of them.

    Attributes:
        when_replaced: is called with how many bytes the store still has of runs whose cells were run again.
        when_cleared: is called with each run whose output is about to be forgotten.
    """

    __slots__ = (
        "_cells", "_runs", "_size", "_stored", "when_cleared", "when_replaced",
    )  # fmt: skip

    def __init__(self, stored: DocumentOutputs) -> None:
        self._stored = stored
        self.when_replaced: Callable[[int], None] = lambda size: None
        self.when_cleared: Callable[[CachedRun], None] = lambda entry: None
        self._cells: dict[CellId, CachedRun] = {}
        self._runs: dict[RunId, CachedRun] = {}
        self._size = 0

    @property
    def replaced(self) -> int:
        """Bytes that the store still has of runs whose cells were run again."""
        return self._stored.replaced

    def let_go(self, size: int) -> None:
        """Count bytes of those as deleted."""
        self._stored.replaced -= size

    def close(self) -> None:
        """Count nothing any more."""
        self._stored.close()

    @property
    def used(self) -> bool:
        """Whether any cell was ever run."""
        return bool(self._cells)

    def add(self, run: Run) -> CachedRun:
        """Take a new run; it takes the place of the cell's last one."""
        entry = CachedRun(run)
        former = self._cells.pop(run.cell, None)
        if former is not None:
            self._size -= former.kept.size
            if former.run.state.over:
                del self._runs[former.run.id]
                self._replace(former)
        self._cells[run.cell] = entry
        self._runs[run.id] = entry
        return entry

    def find(self, run: RunId) -> CachedRun | None:
        """Return a run that is the last of its cell, or not over."""
        return self._runs.get(run)

    @property
    def entries(self) -> Sequence[CachedRun]:
        """The last runs of all cells."""
        return list(self._cells.values())

    def last(self, cell: CellId) -> CachedRun | None:
        """Return the last run of a cell."""
        return self._cells.get(cell)

    def change(self, entry: CachedRun, **changes: object) -> Run:
        """Set fields of a run and return it."""
        entry.run = msgspec.structs.replace(entry.run, **changes)
        if entry.run.state.over:
            entry.run = msgspec.structs.replace(entry.run, printed=entry.printed)
            if self._cells.get(entry.run.cell) is not entry:
                self._runs.pop(entry.run.id, None)
                self._replace(entry)
        return entry.run

    def _replace(self, entry: CachedRun) -> None:
        self._stored.replace(entry.printed)
        self.when_replaced(self._stored.replaced)

    def over(self, cells: Iterable[CellId] | None) -> list[RunId]:
        """Return the last runs of these cells (None: of all) that are over and have printed something."""
        wanted = self._cells if cells is None else dict.fromkeys(cells)
        entries = [self._cells[cell] for cell in wanted if cell in self._cells]
        return [entry.run.id for entry in entries if entry.run.state.over and entry.printed]

    def close_runs(self, runs: Iterable[RunId]) -> None:
        """Add nothing to these runs any more, because the store is about to delete what they printed.

        A thread may still print for them, and a piece behind the deletion would be kept without those before it.
        """
        for run in runs:
            entry = self._runs.get(run)
            if entry is not None:
                entry.closed = True

    def clear(self, runs: Iterable[RunId]) -> list[RunId]:
        """Forget the output of these runs, which the store has deleted; returns those that are still the last ones."""
        entries = [entry for run in runs if (entry := self._runs.get(run)) is not None]
        for entry in entries:
            if entry.interacts:
                self.when_cleared(entry)
            self._size -= entry.kept.size
            self._stored.add(-entry.printed)
            entry.kept, entry.printed, entry.cut, entry.interacts = KeptOutput(), 0, False, {}
            entry.placed.empty()
            entry.run = msgspec.structs.replace(entry.run, printed=0)
        return [entry.run.id for entry in entries]

    def refusal(self, size: int) -> SagewsError | None:
        """Return why so many bytes more are not kept, or None if they may be."""
        return self._stored.refusal(size)

    def take(
        self, entry: CachedRun, kind: PieceKind, body: Mapping[str, Any], size: int, change: OutputChange
    ) -> Sequence[StoredPiece]:
        """Take a piece of a run with what it changes (see PlacedOutput); returns the pieces that are new or others."""
        kept, before = entry.kept.size, entry.placed.size
        pieces = pieces_of(entry.run.id, change, kind, body)
        entry.placed.take(kind, body, size + PIECE_BYTES, change)
        growth = entry.placed.size - before
        entry.printed += growth
        self._stored.add(growth)
        if change.removed:
            entry.kept.remove(change.removed, change.count)
        keep = entry.kept.replace if kind is PieceKind.UPDATE else entry.kept.add
        for piece in pieces:
            keep(piece.sequence, shown_piece(piece), size)
        self._grown(entry, entry.kept.size - kept)
        return pieces

    def grow(self, entry: CachedRun, size: int) -> None:
        """Count bytes by which a piece of a run has grown."""
        entry.printed += size
        self._stored.add(size)

    def keep_instead(self, entry: CachedRun, piece: PieceBody, size: int) -> None:
        """Keep a piece in place of the one of its number, if that is at hand."""
        before = entry.kept.size
        entry.kept.replace(piece.sequence, piece, size)
        self._grown(entry, entry.kept.size - before)

    def _keep(self, entry: CachedRun, piece: PieceBody, size: int) -> None:
        before = entry.kept.size
        entry.kept.add(piece.sequence, piece, size)
        self._grown(entry, entry.kept.size - before)

    def _grown(self, entry: CachedRun, growth: int) -> None:
        if self._cells.get(entry.run.cell) is entry:
            self._size += growth
        if self._size > MAX_BYTES_OF_A_DOCUMENT:
            self._make_room(entry)

    def _make_room(self, but: CachedRun) -> None:
        for entry in self._cells.values():
            if entry is not but and entry.run.state.over:
                self._size -= entry.kept.size
                entry.kept.forget()
            if self._size <= MAX_BYTES_OF_A_DOCUMENT // 2:
                return

    def cells(self, epoch: int, sequence: int) -> list[CellOutput]:
        """Return every cell's last run, with its output as far as it fits into one message."""
        left = MAX_BYTES_OF_OPENED
        result = []
        for cell, entry in self._cells.items():
            kept = entry.kept
            fits = kept.size <= left
            left -= kept.size if fits else 0
            result.append(
                CellOutput(
                    cell=cell,
                    run=entry.whole_status(epoch, sequence),
                    pieces=kept.pieces if fits else [],
                    left_out=kept.left_out if fits else kept.count,
                )
            )
        return result

    def restore(self, run: Run, lost: str) -> CachedRun:
        """Take a run that the store holds; `lost` is the sentence for those of an earlier life that never ended."""
        entry = self.add(run)
        entry.printed = run.printed
        self._stored.add(run.printed)
        if run.state is RunState.LOST:
            entry.reason = lost
        return entry

    def restore_pieces(self, entry: CachedRun, pieces: Iterable[PieceText]) -> None:
        """Take the next pieces that the store holds of a run."""
        for piece in pieces:
            entry.placed.add(piece.kind, place_in(piece), len(piece.body) + PIECE_BYTES, piece.sequence)
            body = piece_body(piece)
            if piece.kind is PieceKind.CHANNEL:
                body = PieceBody(body.sequence, body.kind, restored(entry, piece.body))
            self._keep(entry, body, len(piece.body))


def restored(entry: CachedRun, stored: bytes) -> dict[str, Any]:
    """Take an interact as it is stored, and return what pages are told of its place; no session holds it any more."""
    try:
        found = msgspec.json.decode(stored, type=OpenChannel)
    except msgspec.MsgspecError:
        return {"channel": 0}
    body = {"errors": {}, **found.body, "busy": False, "serial": 0, "by": ""}
    entry.interacts[found.channel] = msgspec.structs.replace(found, body=body, live=False)
    return place_of(found)


def place_of(channel: OpenChannel) -> dict[str, Any]:
    """Return what pages are told of the place of an interact in the output."""
    return {"channel": channel.channel} | ({"area": channel.area} if channel.area else {})


async def load_outputs(store: IRunStore, document: DocumentId, lost: str, stored: DocumentOutputs) -> OutputCache:
    """Return what the store holds of the outputs of a document, one part of one run at a time."""
    outputs = OutputCache(stored)
    for run in await store.last_runs(document):
        entry = outputs.restore(run, lost)
        async for pieces in read_pieces(store, document, run.id):
            outputs.restore_pieces(entry, pieces)
    return outputs
