"""The runs of one document: what was asked, where each is, what it printed; pages and store are told alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.output_cache import CellRun, Outputs
from sagews.backend.runs.run_writer import RunRecorder
from sagews.model.identifiers import CellId, RunId, SessionId, UserId
from sagews.model.sessions import Evaluation, Piece, PieceKind, Run, RunState, StoredPiece
from sagews.wire.browser.runs import Output

MAX_KNOWN_RUNS = 20_000
STATES: Mapping[str, RunState] = {
    "ok": RunState.DONE,
    "error": RunState.ERROR,
    "interrupted": RunState.INTERRUPTED,
}


def how_to_evaluate(flavour: str) -> tuple[str, str]:
    """Return the mode of the cells of a flavour, and which of their values show."""
    return ("python", "last") if flavour == "python" else ("sage", "all")


def state_after(piece: Piece) -> tuple[RunState, float | None]:
    """Return how a run ended, and after how many seconds, from its last piece."""
    seconds = piece.body.get("seconds")
    state = STATES.get(str(piece.body.get("status")), RunState.ERROR)
    return state, float(seconds) if isinstance(seconds, int | float) else None


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One cell that somebody wants to run, with the text that the server has of it."""

    run: RunId
    cell: CellId
    source: str
    hash: str


class RunBook:
    """Keeps the runs of one document."""

    def __init__(self, clock: IReactorTime, stream: EventStream, outputs: Outputs, recorder: RunRecorder) -> None:
        self._clock = clock
        self._stream = stream
        self._outputs = outputs
        self._recorder = recorder
        self._known: OrderedDict[RunId, None] = OrderedDict()
        self._waiting: dict[RunId, Evaluation] = {}
        self._cancelled_early: dict[RunId, str | None] = {}
        self._number = 0

    def is_known(self, run: RunId) -> bool:
        """Whether this id was asked for already."""
        return run in self._known or self._outputs.find(run) is not None

    def create(self, user: UserId, request: RunRequest, session: SessionId, flavour: str) -> Run:
        """Return a new run; it is not told to anybody yet."""
        self._known[request.run] = None
        if len(self._known) > MAX_KNOWN_RUNS:
            self._known.popitem(last=False)
        self._number += 1
        mode, shows = how_to_evaluate(flavour)
        self._waiting[request.run] = Evaluation(request.run, request.cell, self._number, request.source, mode, shows)
        return Run(
            id=request.run,
            document=self._stream.document,
            cell=request.cell,
            lane="shared",
            session=session,
            user=user,
            number=self._number,
            state=RunState.QUEUED,
            hash=request.hash,
            queued=self._now(),
            started=None,
            finished=None,
            seconds=None,
        )

    def restart_numbers(self) -> None:
        """Count from one again, as a fresh session does."""
        self._number = 0

    def admit(self, run: Run) -> None:
        """Make a run the last one of its cell."""
        self._outputs.add(run)

    def is_waiting(self, run: RunId) -> bool:
        """Whether a run was neither started nor cancelled nor forgotten."""
        return run in self._waiting

    def forget(self, run: RunId) -> None:
        """Drop a run that an earlier life knows already."""
        self._waiting.pop(run, None)
        self._cancelled_early.pop(run, None)

    def take_evaluation(self, run: RunId) -> Evaluation:
        """Return what is to be evaluated, once."""
        return self._waiting.pop(run)

    def say_queued(self, runs: Sequence[Run]) -> None:
        """Tell that these wait, if they still do."""
        for run in runs:
            entry = self._outputs.find(run.id)
            if entry is not None and entry.run.state is RunState.QUEUED:
                self._say(entry)

    def started(self, run: RunId) -> None:
        """Note that a run began."""
        entry = self._outputs.find(run)
        if entry is not None:
            self._outputs.change(entry, state=RunState.RUNNING, started=self._now())

    def say_started(self, run: RunId) -> None:
        """Tell that a run began, if it is not over already."""
        entry = self._outputs.find(run)
        if entry is not None and entry.run.state is RunState.RUNNING:
            self._say(entry)

    def take(self, piece: Piece) -> None:
        """Take output; that of a run which nobody knows is dropped."""
        entry = self._outputs.find(piece.run)
        if entry is None:
            return
        body = self._outputs.add_piece(entry, piece.kind, piece.body, piece.size)
        run, stream = entry.run, self._stream
        stream.emit(lambda number: Output(run.document, stream.epoch, number, run.id, run.cell, body))
        self._recorder.piece(StoredPiece(run.id, body.sequence, PieceKind(piece.kind), piece.body), piece.size)

    def finished(self, run: RunId, state: RunState, seconds: float | None, reason: str | None) -> UserId | None:
        """Note and tell how a run ended; returns who had asked for it."""
        entry = self._outputs.find(run)
        if entry is None:
            return None
        entry.reason = reason
        self._outputs.change(entry, state=state, finished=self._now(), seconds=seconds)
        self._say(entry)
        return entry.run.user

    def cancel(self, runs: Sequence[RunId], reason: str | None) -> None:
        """Note and tell that these will not run."""
        for run in runs:
            if self._waiting.pop(run, None) is not None and self._outputs.find(run) is None:
                self._cancelled_early[run] = reason
            self.finished(run, RunState.CANCELLED, None, reason)

    def refuse(self, run: Run, reason: str | None) -> None:
        """Tell of a run and that it will not be."""
        self._outputs.add(run)
        self.cancel([run.id], reason)

    def tell_cancelled(self, run: Run) -> None:
        """Tell that a run was cancelled while the store was still being asked about it."""
        self.refuse(run, self._cancelled_early.pop(run.id, None))

    def _say(self, entry: CellRun) -> None:
        self._recorder.state(entry.run)
        self._stream.emit(lambda number: entry.status(self._stream.epoch, number))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.seconds(), UTC)
