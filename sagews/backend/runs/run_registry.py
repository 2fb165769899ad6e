"""All runs of one document: which waits, which runs, which was each cell's last and what it printed.

The one place that knows a run from the moment it was asked for until its cell is run again. Whatever it learns it says
to everybody who watches and hands to the writer in the same turn; the session (document_session.py) only asks it what
comes next and tells it what came.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.channels.places import Places
from sagews.backend.runs.channels.run_channels import CHANGES, RunChannels
from sagews.backend.runs.output.taking import OutputTaker
from sagews.backend.runs.output_cache import CachedRun, OutputCache
from sagews.backend.runs.requests import RunRequest, how_to_evaluate
from sagews.backend.runs.run_owners import TAKEN, Known, RunOwner, RunOwners
from sagews.errors import SagewsError, sentence
from sagews.model.history import VersionOutput
from sagews.model.identifiers import RunId, SessionId, UserId, new_id
from sagews.model.runs import Run
from sagews.model.sessions import Evaluation, Piece, PieceKind, RunState
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.policy.sessions.run_queue import RunQueue
from sagews.wire.browser.runs import Cleared, Kept

MAX_KNOWN_RUNS = 20_000


class RunRegistry:
    """Keeps the runs of one document.

    Args:
        clock: tells the time.
        stream: who watches.
        outputs: the last run of each cell, as the store had them.
        writer: commits runs and pieces.
        ledger: counts what accounts have waiting.
        owners: know the run ids of all documents that are open, and the texts that wait in them.

    Attributes:
        channels: what runs have open.
    """

    __slots__ = (
        "_clock", "_known", "_ledger", "_number", "_outputs", "_owner", "_owners", "_queue", "_refused_early",
        "_stream", "_taker", "_unsaid", "_waiting", "_writer", "channels",
    )  # fmt: skip

    def __init__(
        self,
        clock: IReactorTime,
        stream: EventStream,
        outputs: OutputCache,
        writer: DocumentWriter,
        ledger: Ledger,
        owners: RunOwners,
    ) -> None:
        self._clock = clock
        self._stream = stream
        self._outputs = outputs
        self._writer = writer
        self._taker = OutputTaker(outputs, stream, writer)
        self._queue = RunQueue()
        self._known: Known = OrderedDict()
        self._owner = RunOwner(stream.document)
        self._ledger = ledger
        self._owners = owners
        self._waiting: dict[RunId, tuple[Evaluation, UserId, str]] = {}
        # Cancelled before the store has answered; they count until then, else it could be asked without end.
        self._refused_early: dict[RunId, tuple[UserId, str | None]] = {}
        self._number = 0
        # The run that began and of which nobody was told yet: see `say_running`.
        self._unsaid: RunId | None = None
        self.channels = RunChannels(clock, outputs, stream, Places(clock, stream, outputs, writer))

    @property
    def running(self) -> RunId | None:
        """The run that was handed over and is not over."""
        return self._queue.running

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._queue)

    @property
    def used(self) -> bool:
        """Whether any cell was ever run."""
        return self._outputs.used

    # ------------------------------------------------------------------------------------- asked for

    def ask(
        self,
        user: UserId,
        requests: Sequence[RunRequest],
        session: SessionId,
        flavour: str,
        *,
        confirmed: bool,
        goes_on: bool = False,
    ) -> list[Run]:
        """Queue cells as one batch and return their runs; a run id that is known already is left out, it runs once.

        Nobody is told of them yet. Those that are not confirmed wait until `confirm` or `refuse`.

        Raises:
            SagewsError: `limit` when too many wait; `bad-value` for a run id of another document that is open.
        """
        # One that came twice in one request would wait twice, and at its second turn nothing would be left to run.
        wanted: dict[RunId, RunRequest] = {}
        for request in requests:
            if not self._is_known(request.run):
                wanted.setdefault(request.run, request)
        fresh = list(wanted.values())
        self._owners.check(self._stream.document, wanted)
        self._owners.texts.check(user, ((request.hash, request.source) for request in fresh))
        self._ledger.take(user, Resource.RUNS, len(fresh))
        try:
            self._queue.add(wanted, confirmed=confirmed, goes_on=goes_on)
        except SagewsError:
            self._ledger.give_back(user, Resource.RUNS, len(fresh))
            raise
        return [self._create(user, request, session, flavour) for request in fresh]

    def _is_known(self, run: RunId) -> bool:
        return run in self._known or self._outputs.find(run) is not None

    def _create(self, user: UserId, request: RunRequest, session: SessionId, flavour: str) -> Run:
        known, number = self._known, self._number + 1
        known[request.run] = None
        self._owners.claim(self._owner, request.run)
        if len(known) > MAX_KNOWN_RUNS:
            oldest, _ = known.popitem(last=False)
            self._owners.release(self._owner, oldest)
        self._number = number
        mode, shows = how_to_evaluate(flavour)
        source = self._owners.texts.take(user, request.hash, request.source)
        evaluation = Evaluation(request.run, request.cell, number, source, mode, shows)
        self._waiting[request.run] = (evaluation, user, request.hash)
        return Run(
            request.run,
            self._stream.document,
            request.cell,
            "shared",
            session,
            user,
            number,
            RunState.QUEUED,
            request.hash,
            self._now(),
        )

    def admit(self, run: Run) -> None:
        """Make a run the last one of its cell."""
        former = self._outputs.last(run.cell)
        if former is not None:
            self.channels.interacts.forget(former)
        self._outputs.add(run)

    def confirm(self, run: Run, stored: Run) -> None:
        """Take what the store has of a run that was not confirmed: it starts if that is itself, else it never does."""
        if stored is not run:
            self._queue.drop(run.id)
            self._no_more_waiting(run.id)
            self._answered(run.id)
            self._tell_stored(stored)
        elif run.id in self._waiting:
            self.admit(run)
            self._queue.confirm(run.id)
        else:
            # It was cancelled while the store was being asked.
            self._refuse(run, self._answered(run.id))

    def _tell_stored(self, stored: Run) -> None:
        """Tell of a run of an earlier life, unless its cell was run again: then pages show that one."""
        last = self._outputs.last(stored.cell)
        if last is not None and last.run.queued >= stored.queued:
            return
        entry = self._outputs.add(stored)
        if not stored.state.over:
            # What runs or waits in this life is known here, so nothing will ever come of this one.
            entry.reason = sentence("run-lost", {})
            self._outputs.change(entry, state=RunState.LOST, finished=self._now())
        self._say(entry)

    def refuse(self, run: Run, reason: str) -> None:
        """Tell of a run and that it will not be."""
        self._queue.drop(run.id)
        self._answered(run.id)
        self._refuse(run, reason)

    def _refuse(self, run: Run, reason: str | None) -> None:
        self._outputs.add(run)
        self._cancel([run.id], reason)

    def say_queued(self, runs: Sequence[Run]) -> None:
        """Tell that these wait, if they still do: most have started by now."""
        for run in runs:
            entry = self._outputs.find(run.id)
            if entry is not None and entry.run.state is RunState.QUEUED:
                self._say(entry)

    # ------------------------------------------------------------------------------------- running

    def start_next(self) -> Evaluation | None:
        """Start the next run, and return what is to be evaluated; None while one runs, or none can."""
        run = self._queue.next()
        if run is None:
            return None
        entry = self._outputs.find(run)
        if entry is not None:
            self._writer.run(self._outputs.change(entry, state=RunState.RUNNING, started=self._now()))
        self._unsaid = run
        return self._no_more_waiting(run)

    def say_running(self) -> None:
        """Tell that the run which was started last began, unless that was told.

        Its first output and its end tell it by themselves, just before: most evaluations take a millisecond, and what
        is said in one turn of the reactor leaves in one packet. Whoever calls this does so a moment after the start.
        """
        unsaid, self._unsaid = self._unsaid, None
        entry = None if unsaid is None else self._outputs.find(unsaid)
        if entry is not None:
            self._say(entry)

    def take(self, piece: Piece) -> None:
        """Take output; that of a run which nobody knows is dropped, and so is what is beyond the quota, with a word.

        A run that is over may get more, from a thread or task that its cell left, until its cell is run again.
        """
        entry = self._outputs.find(piece.run)
        if entry is not None and piece.run == self._unsaid:
            self.say_running()
        if entry is not None and piece.kind in CHANGES:
            self.channels.take(entry, piece)
        elif entry is not None:
            self._taker.take(entry, piece)
            if entry.run.state.over:
                # How much it printed is a column of the run, from which quotas are counted.
                self._writer.run(self._outputs.change(entry))

    def refusal(self, size: int) -> SagewsError | None:
        """Return why so many bytes more of output are not kept, or None if they may be."""
        return self._outputs.refusal(size)

    def bring_back(self, user: UserId, output: VersionOutput) -> None:
        """Give a cell an output that a version kept, as that of a run which is over, unless it runs or waits."""
        last = self._outputs.last(output.cell)
        if last is not None and not last.run.state.over:
            return
        run = Run(
            RunId(new_id()),
            self._stream.document,
            output.cell,
            "shared",
            SessionId(new_id()),
            user,
            output.number,
            RunState.RUNNING,
            output.hash,
            self._now(),
            output.started,
        )
        entry = self._outputs.add(run)
        self._say(entry)
        for kind, body in output.pieces:
            if kind == PieceKind.CHANNEL:
                self.channels.bring_back(entry, body)
            self.take(Piece(0, run.id, PieceKind(kind), body, len(msgspec.json.encode(body))))
        self._outputs.change(entry, state=RunState(output.state), finished=output.finished, seconds=output.seconds)
        self._say(entry)
        self._writer.acknowledge(self._stream.sequence, self._kept)

    def finish(self, state: RunState, seconds: float | None, reason: str | None) -> UserId | None:
        """End what runs; what was asked for together with it is cancelled unless it went well, or is to go on.

        Returns:
            Who had asked for it.
        """
        run = self._queue.running
        rest = self._queue.finished(state)
        user = None if run is None else self._end(run, state, seconds, reason)
        if rest:
            self._cancel(rest, sentence("cell-before-failed", {}))
        return user

    def cancel_waiting(self, reason: str | None) -> None:
        """Forget what waits, and tell."""
        self._cancel(self._queue.cancel(), reason)

    def disown(self, runs: Sequence[RunId]) -> bool:
        """Let go of runs, since another document has runs of their ids and none of these is stored.

        What waits is cancelled. What runs shows nothing any more, and is told as lost when it is over, as what is over.

        Returns:
            Whether one of them runs, and has to be interrupted.
        """
        reason = str(SagewsError("bad-value", field="run", reason=TAKEN))
        for run in runs:
            if run in self._waiting:
                self._queue.drop(run)
                self._cancel([run], reason)
        for run in runs:
            entry = self._outputs.find(run)
            # Of what never ran nothing is lost.
            if entry is None or entry.run.state in (RunState.LOST, RunState.CANCELLED):
                continue
            entry.reason = reason
            self._clear(run)
            entry.cut = True
            if entry.run.state.over:
                self._outputs.change(entry, state=RunState.LOST)
                self._show(entry)
        return self._queue.running is not None and self._queue.running in runs

    def _clear(self, run: RunId) -> None:
        stream = self._stream
        self._outputs.clear([run])
        stream.emit(Cleared(stream.document, stream.epoch, stream.next_number, [run]))

    def forget(self) -> None:
        """Let go of what waits and of all ids, and say nothing: the document is closed, or another backend's now."""
        for run in list(self._waiting):
            self._no_more_waiting(run)
        for run in list(self._refused_early):
            self._answered(run)
        known, self._known = self._known, OrderedDict()
        self._owners.close(self._owner, known)

    def restart_numbers(self) -> None:
        """Count from one again, as a fresh session does."""
        self._number = 0

    # ------------------------------------------------------------------------------------- inside

    def _no_more_waiting(self, run: RunId) -> Evaluation | None:
        """Take a run out of those that wait, and return what was to be evaluated, if it waited at all."""
        waited = self._take_out(run)
        if waited is None:
            return None
        evaluation, user = waited
        self._ledger.give_back(user, Resource.RUNS)
        return evaluation

    def _take_out(self, run: RunId) -> tuple[Evaluation, UserId] | None:
        waited = self._waiting.pop(run, None)
        if waited is None:
            return None
        evaluation, user, digest = waited
        self._owners.texts.give_back(user, digest)
        return evaluation, user

    def _answered(self, run: RunId) -> str | None:
        """Learn that the store has answered about a run; return why it was cancelled before that, if it was."""
        user, reason = self._refused_early.pop(run, (None, None))
        if user is not None:
            self._ledger.give_back(user, Resource.RUNS)
        return reason

    def _cancel(self, runs: Sequence[RunId], reason: str | None) -> None:
        for run in runs:
            if self._outputs.find(run) is None and (waited := self._take_out(run)) is not None:
                self._refused_early[run] = waited[1], reason
            else:
                self._no_more_waiting(run)
            self._end(run, RunState.CANCELLED, None, reason)

    def _end(self, run: RunId, state: RunState, seconds: float | None, reason: str | None) -> UserId | None:
        entry = self._outputs.find(run)
        if entry is None:
            return None
        if run == self._unsaid:
            self.say_running()
        entry.reason = reason
        self._outputs.change(entry, state=state, finished=self._now(), seconds=seconds)
        self._say(entry)
        self._writer.acknowledge(self._stream.sequence, self._kept)
        return entry.run.user

    def _kept(self, sequence: int) -> None:
        """Tell everybody that what they were shown as over is committed by now."""
        self._stream.say(Kept(self._stream.document, self._stream.epoch, sequence))

    def _say(self, entry: CachedRun) -> None:
        self._writer.run(entry.run)
        self._show(entry)

    def _show(self, entry: CachedRun) -> None:
        self._stream.emit(entry.status(self._stream.epoch, self._stream.next_number))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.seconds(), UTC)
