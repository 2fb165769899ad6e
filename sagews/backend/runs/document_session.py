"""The session of one document: what runs in it, in which order, what it prints, and why it ended.

Requests come from pages; pieces come from a worker, numbered, and go three ways in the same turn: to everybody who
watches, into what is kept at hand, and to the recorder, which acknowledges them once they are committed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.output_cache import Outputs
from sagews.backend.runs.run_registry import RunBook, RunRequest, state_after
from sagews.backend.runs.run_writer import Acknowledge, RunRecorder
from sagews.backend.runs.status_publisher import SessionTeller
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError, sentence
from sagews.interfaces.sessions import ISessionHost, ISessionListener
from sagews.model.identifiers import RunId, SessionId, UserId, new_id
from sagews.model.sessions import (
    Ending,
    Evaluation,
    Piece,
    PieceKind,
    Run,
    RunState,
    SessionRequest,
    SessionState,
)
from sagews.model.workspaces import Workspace
from sagews.net.background import run_in_background
from sagews.policy.sessions.endings import WISHED, ending_sentence
from sagews.policy.sessions.machine import Life, session_machine
from sagews.policy.sessions.run_queue import RunQueue

SHUT_DOWN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a document's session needs from its workspace.

    Attributes:
        place: returns the worker for a session of a flavour, with the workspace's files on it, or raises SagewsError.
        count: is told (host, +1 or -1) when sessions begin and end.
        used: is told who ran something to its end.
        workspace, epoch: whose session it is, and the lease under which it is asked for.
        flavour: returns what a new worksheet asks for.
    """

    clock: IReactorTime
    settings: BackendSettings
    workspace: Workspace
    epoch: int
    flavour: Callable[[], str]
    place: Callable[[str], Awaitable[ISessionHost]]
    count: Callable[[ISessionHost, int], None]
    used: Callable[[UserId], None]


@implementer(ISessionListener)
class DocumentSession:
    """Runs the cells of one document."""

    _log = Logger()

    def __init__(
        self,
        around: Surroundings,
        stream: EventStream,
        outputs: Outputs,
        recorder: RunRecorder,
        flavour: Callable[[], str],
    ) -> None:
        self._around = around
        self._clock = around.clock
        self._stream = stream
        self._recorder = recorder
        self._flavour = flavour
        self._book = RunBook(around.clock, stream, outputs, recorder)
        self._queue = RunQueue()
        self._life = Life()
        self._machine = session_machine(self._life)
        self._teller = SessionTeller(around.clock, around.settings, stream, self._life, self._queue)
        self._host: ISessionHost | None = None
        self._session: SessionId | None = None
        self._next_session = SessionId(new_id())
        self._last_piece = 0
        self._tell: Acknowledge = lambda _: None
        self._patience: IDelayedCall | None = None
        self._restart = False
        self._gone: Deferred[None] | None = None
        self._last_used = around.clock.seconds()
        self._correlation = ""
        self._teller.flavour = flavour()
        if outputs.used:
            self._teller.variables_are_gone()

    # ------------------------------------------------------------------------------------- what pages see

    @property
    def life(self) -> Life:
        """Where the session is."""
        return self._life

    @property
    def host(self) -> ISessionHost | None:
        """The worker that has it."""
        return self._host

    @property
    def teller(self) -> SessionTeller:
        """Says where the session is."""
        return self._teller

    @property
    def busy(self) -> bool:
        """Whether something runs or waits."""
        return self._queue.running is not None or len(self._queue) > 0

    # ------------------------------------------------------------------------------------- requests

    def run(self, user: UserId, requests: Sequence[RunRequest], *, check: bool, correlation: str) -> None:
        """Queue cells; a run id that is known already is left out, it runs once.

        Args:
            user: who asks.
            requests: the cells, in order; they are one batch.
            check: whether to ask the store first if these ids are known to an earlier life of this backend.
            correlation: travels to the session and into the log.

        Raises:
            SagewsError: `limit` when too many wait.
        """
        fresh = [request for request in requests if not self._book.is_known(request.run)]
        self._queue.add([request.run for request in fresh], confirmed=not check)
        self._correlation = correlation
        session, flavour = self._session_of_next_run(), self._flavour()
        runs = [self._book.create(user, request, session, flavour) for request in fresh]
        if check:
            run_in_background(self._confirm(runs), self._log, "confirm", correlation)
            self._pump()
            return
        for run in runs:
            self._book.admit(run)
        self._pump()
        self._book.say_queued(runs)

    def _session_of_next_run(self) -> SessionId:
        if self._session is None or not self._life.alive or self._life.ending:
            return self._next_session
        return self._session

    async def _confirm(self, runs: Sequence[Run]) -> None:
        for run in runs:
            try:
                fresh = await self._recorder.put_at_once(run)
            except SagewsError as error:
                self._queue.drop(run.id)
                self._book.refuse(run, str(error))
                continue
            if not fresh:
                self._queue.drop(run.id)
                self._book.forget(run.id)
            elif not self._book.is_waiting(run.id):
                self._book.tell_cancelled(run)
            else:
                self._book.admit(run)
                self._queue.confirm(run.id)
        self._pump()
        self._book.say_queued(runs)

    def interrupt(self) -> None:
        """Forget what waits and interrupt what runs."""
        self._book.cancel(self._queue.cancel(), None)
        if self._queue.running is not None and self._host is not None and self._session is not None:
            if not self._life.ending:
                run_in_background(self._host.interrupt(self._session), self._log, "interrupt", self._correlation)
            self._machine.interrupt()
            if self._patience is None:
                self._patience = self._clock.callLater(self._around.settings.grace_seconds, self._lose_patience)
        self._teller.say()

    def _lose_patience(self) -> None:
        self._patience = None
        self._machine.patience_over()
        self._teller.say(text=sentence("stubborn", {}))

    def stop(self, reason: str = "stopped") -> None:
        """End the session; nothing happens if there is none."""
        self._restart = reason == "restarted"
        self._book.cancel(self._queue.cancel(), None)
        if self._restart and not self._life.alive:
            self._begin()
            return
        opened = self._life.free or self._queue.running is not None
        already = self._life.ending
        self._machine.stop()
        if opened and not already and self._host is not None and self._session is not None:
            run_in_background(self._host.end_session(self._session, reason), self._log, "end", self._correlation)
        self._teller.say()

    async def shut_down(self) -> None:
        """End the session and wait until it is over, but not for long."""
        self.stop("shutdown")
        if self._life.alive:
            self._gone = Deferred()
            self._gone.addTimeout(SHUT_DOWN_SECONDS, self._clock, lambda _, __: None)
            await self._gone

    async def ask(self, question: str, *arguments: Any) -> Mapping[str, Any]:
        """Ask the session for completions ("complete") or about a name ("inspect").

        Raises:
            SagewsError: `no-session`, and what the worker raises.
        """
        if self._host is None or self._session is None or self._life.ending:
            raise SagewsError("no-session")
        method = self._host.complete if question == "complete" else self._host.inspect
        answer: Mapping[str, Any] = await method(self._session, *arguments)
        return answer

    def tick(self) -> None:
        """Look after the session every few seconds: what it uses, and whether anybody still uses it."""
        if self._host is None or self._session is None or self._life.state is SessionState.STARTING:
            return
        if self._stream.watchers:
            run_in_background(self._measure(self._host, self._session), self._log, "usage", self._correlation)
        idle = self._clock.seconds() - self._last_used
        if self._life.free and idle > self._around.settings.idle_seconds:
            self.stop("idle")

    async def _measure(self, host: ISessionHost, session: SessionId) -> None:
        usage = await host.usage(session)
        if session == self._session:
            self._teller.measured(usage)

    # ------------------------------------------------------------------------------------- the worker

    def _pump(self) -> None:
        if self._life.free:
            run = self._queue.next()
            if run is not None:
                self._hand_over(run)
        elif not self._life.alive and len(self._queue):
            self._begin()

    def _begin(self) -> None:
        self._machine.start()
        session = self._session = self._next_session
        self._next_session = SessionId(new_id())
        self._last_piece = 0
        self._restart = False
        flavour = self._flavour()
        self._teller.begin(flavour)
        run_in_background(self._open(session, flavour), self._log, "session", self._correlation)

    async def _open(self, session: SessionId, flavour: str) -> None:
        around = self._around
        try:
            host = await around.place(flavour)
            self._host = host
            self._tell = partial(host.acknowledge, session)
            around.count(host, 1)
            request = SessionRequest(
                session, around.workspace.id, flavour, around.settings.limits, around.epoch, self._correlation
            )
            await host.open_session(request, self)
        except Exception as error:
            self._not_opened(session, error)
            return
        if session != self._session:
            return
        self._machine.opened()
        self._last_used = self._clock.seconds()
        if self._life.ending:
            await host.end_session(session, "stopped")
            return
        self._pump()
        self._teller.say_soon()

    def _not_opened(self, session: SessionId, error: Exception) -> None:
        if session != self._session:
            return
        if not isinstance(error, SagewsError):
            self._log.failure("a session did not start", correlation=self._correlation)
            error = SagewsError("internal", correlation=self._correlation)
        self._over(error.code, str(error), wished=False)

    def _hand_over(self, run: RunId) -> None:
        evaluation = self._book.take_evaluation(run)
        host, session = self._host, self._session
        if host is None or session is None:
            return
        self._machine.handed_over()
        self._book.started(run)
        run_in_background(self._evaluate(host, session, evaluation), self._log, "evaluate", self._correlation)
        self._book.say_started(run)
        self._teller.say_soon()

    async def _evaluate(self, host: ISessionHost, session: SessionId, evaluation: Evaluation) -> None:
        try:
            await host.evaluate(session, evaluation)
        except SagewsError as error:
            if session == self._session and self._queue.running == evaluation.run:
                self._finish(RunState.ERROR, None, str(error))

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Take what the session printed (ISessionListener)."""
        if session != self._session or piece.sequence <= self._last_piece:
            return
        try:
            self._take(piece)
        except Exception:
            self._log.failure("a piece could not be taken", correlation=self._correlation)
        self._last_piece = piece.sequence
        self._recorder.acknowledge(piece.sequence, self._tell)

    def _take(self, piece: Piece) -> None:
        if piece.kind is PieceKind.DONE:
            if piece.run == self._queue.running:
                state, seconds = state_after(piece)
                self._finish(state, seconds, None)
        elif piece.kind is not PieceKind.STARTED:
            self._book.take(piece)

    def _finish(self, state: RunState, seconds: float | None, reason: str | None, *, go_on: bool = True) -> None:
        run = self._queue.running
        rest = self._queue.finished(good=state is RunState.DONE)
        user = self._book.finished(run, state, seconds, reason) if run is not None else None
        if user is not None:
            self._around.used(user)
        self._book.cancel(rest, sentence("cell-before-failed", {}))
        self._calm()
        was_asked_to_stop = self._life.state in (SessionState.INTERRUPTING, SessionState.STUBBORN)
        self._machine.done()
        if was_asked_to_stop and not self._life.ending:
            self._teller.say()
        self._last_used = self._clock.seconds()
        if go_on:
            self._pump()
        self._teller.say_soon()

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Learn that the session is over (ISessionListener)."""
        if session == self._session:
            text = ending_sentence(ending, self._around.settings.limits)
            self._over(ending.reason, text, wished=ending.reason in WISHED)

    def _over(self, reason: str, text: str, *, wished: bool) -> None:
        self._log.info("session ended: {reason}", reason=reason, correlation=self._correlation)
        self._calm()
        host, self._host, self._session = self._host, None, None
        if host is not None:
            self._around.count(host, -1)
        self._machine.gone()
        # What was queued before a wished end was cancelled with it; what came behind it is for the next session.
        goes_on = wished and reason != "shutdown"
        if not goes_on:
            self._book.cancel(self._queue.cancel(), text)
        if self._queue.running is not None:
            self._finish(RunState.INTERRUPTED if wished else RunState.ERROR, None, text, go_on=False)
        self._book.restart_numbers()
        self._teller.say(reason=reason, text=text)
        if self._gone is not None and not self._gone.called:
            self._gone.callback(None)
        if self._restart:
            self._begin()
        elif goes_on:
            self._pump()

    def host_lost(self, host: ISessionHost) -> None:
        """Learn that a worker is gone for good."""
        if self._host is host and self._session is not None:
            self.ended(self._session, Ending("worker-lost"))

    def close(self) -> None:
        """Say and plan nothing any more, and end the session: nobody could take its output."""
        self._calm()
        self._teller.close()
        host, session = self._host, self._session
        self._host = self._session = None
        if host is not None and session is not None:
            self._around.count(host, -1)
            run_in_background(host.end_session(session, "shutdown"), self._log, "end", self._correlation)

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
