"""The session of one document: what runs in it, in which order, what it prints, and why it ended.

Requests come from pages; pieces come from a worker, numbered, and go three ways in the same turn: to everybody who
watches, into what is kept at hand, and to the writer, which acknowledges them once they are committed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.batch import Acknowledge
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.names.session_names import SessionNames
from sagews.backend.runs.confirmation import confirm_runs
from sagews.backend.runs.handover import Handover, Session
from sagews.backend.runs.output_cache import OutputCache
from sagews.backend.runs.patience import Patience
from sagews.backend.runs.requests import RunRequest, state_after
from sagews.backend.runs.run_registry import RunRegistry
from sagews.backend.runs.session_context import SessionContext
from sagews.backend.runs.session_in_line import SessionInLine
from sagews.backend.runs.status_publisher import StatusPublisher
from sagews.backend.runs.unwanted import end_unwanted
from sagews.backend.workers.line import Leave
from sagews.errors import SagewsError, sentence
from sagews.interfaces.runs import IRunStore
from sagews.interfaces.sessions import ISessionHost, ISessionListener
from sagews.model.identifiers import RunId, SessionId, UserId, new_id
from sagews.model.runs import Run
from sagews.model.sessions import Ending, Piece, PieceKind, RunState, SessionState
from sagews.net.background import run_in_background
from sagews.policy.quotas.ledger import Seat
from sagews.policy.quotas.resources import Resource
from sagews.policy.sessions.endings import WISHED, ending_sentence
from sagews.policy.sessions.machine import SessionCondition, session_machine
from sagews.wire.session.messages import Message

SHUT_DOWN_SECONDS = 2.0
MEASURE_SECONDS = 10.0


@implementer(ISessionListener)
class DocumentSession:
    """Runs the cells of one document."""

    __slots__ = (
        "_asker", "_clock", "_condition", "_context", "_correlation", "_flavour", "_gone", "_handover", "_host",
        "_interacts", "_last_piece", "_last_used", "_line", "_machine", "_next_session", "_patience", "_restart",
        "_runs", "_seat", "_session", "_status", "_stream", "_tell", "_writer", "names", "registry",
    )  # fmt: skip

    _log = Logger()

    def __init__(
        self,
        context: SessionContext,
        stream: EventStream,
        outputs: OutputCache,
        runs: IRunStore,
        writer: DocumentWriter,
        flavour: Callable[[], str],
    ) -> None:
        self._context = context
        self._clock = context.clock
        self._stream = stream
        self._runs = runs
        self._writer = writer
        self._flavour = flavour
        self.registry = RunRegistry(context.clock, stream, outputs, writer, context.ledger, context.owners)
        self._interacts = self.registry.channels.interacts
        self._interacts.when_said = self._pump
        self._handover = Handover(self.registry, self._place, self._handing_over, self._not_taken, self._evaluated)
        self.names = SessionNames(stream)
        self._condition = SessionCondition()
        self._machine = session_machine(self._condition)
        self._status = StatusPublisher(context.clock, context.settings, stream, self._condition, self.registry)
        self._host: ISessionHost | None = None
        self._session: SessionId | None = None
        self._next_session = SessionId(new_id())
        self._last_piece = 0
        self._tell: Acknowledge = lambda _: None
        self._patience = Patience(context.clock, context.settings.grace_seconds, self._lose_patience)
        self._restart = False
        self._gone: Deferred[None] | None = None
        self._line = SessionInLine(self._status)
        self._last_used = context.clock.seconds()
        self._correlation = ""
        # Whose run asked for a session, and whose quota the one that is alive counts against.
        self._asker: UserId | None = None
        self._seat = Seat(context.ledger, Resource.SESSIONS)
        self._status.flavour = flavour()
        if self.registry.used:
            self._status.variables_are_gone()

    @property
    def condition(self) -> SessionCondition:
        """Where the session is."""
        return self._condition

    @property
    def host(self) -> ISessionHost | None:
        """The worker that has it."""
        return self._host

    @property
    def status(self) -> StatusPublisher:
        """Says where the session is."""
        return self._status

    @property
    def owner(self) -> UserId | None:
        """Who asked for the session that is alive."""
        return self._seat.owner

    @property
    def id(self) -> SessionId | None:
        """The session that is alive."""
        return self._session

    @property
    def queued(self) -> int:
        """How many runs wait."""
        return self.registry.queued

    @property
    def busy(self) -> bool:
        """Whether something runs or waits."""
        return self._handover.under_way or self.registry.queued > 0

    def run(
        self,
        user: UserId,
        requests: Sequence[RunRequest],
        *,
        check: bool,
        correlation: str,
        goes_on: bool = False,
    ) -> None:
        """Queue cells; a run id that is known already is left out, it runs once.

        Args:
            user: who asks.
            requests: the cells, in order; they are one batch.
            check: whether to ask the store first if these ids are known to an earlier life of this backend.
            correlation: travels to the session and into the log.
            goes_on: whether a cell that ends in an error leaves those behind it waiting for their turn.

        Raises:
            SagewsError: `limit` when too many wait.
        """
        self._correlation = correlation
        self._asker = user
        session, flavour = self._session_of_next_run(), self._flavour()
        runs = self.registry.ask(user, requests, session, flavour, confirmed=not check, goes_on=goes_on)
        if check:
            run_in_background(self._confirm(runs), self._log, "confirm", correlation)
            self._pump()
            return
        for run in runs:
            self.registry.admit(run)
        self._pump()
        self.registry.say_queued(runs)

    def _session_of_next_run(self) -> SessionId:
        if self._session is None or not self._condition.alive or self._condition.ending:
            return self._next_session
        return self._session

    async def _confirm(self, runs: Sequence[Run]) -> None:
        if await confirm_runs(self._runs, self._context.epoch, self.registry, self._writer, runs):
            self._pump()
            self.registry.say_queued(runs)

    def interrupt(self) -> None:
        """Forget what waits and interrupt what runs."""
        self.registry.cancel_waiting(None)
        self._interacts.drop_waiting()
        self._interrupt()

    def disown(self, runs: Sequence[RunId]) -> None:
        """Learn that another document has runs of these ids: none of them goes on."""
        if self.registry.disown(runs):
            self._interrupt()

    def _interrupt(self) -> None:
        if self._handover.under_way and self._host is not None and self._session is not None:
            if not self._condition.ending:
                run_in_background(self._host.interrupt(self._session), self._log, "interrupt", self._correlation)
            self._machine.interrupt()
            self._patience.begin()
        self._status.say()

    def _lose_patience(self) -> None:
        self._machine.patience_over()
        self._status.say(text=sentence("stubborn", {}))

    def stop(self, reason: str = "stopped") -> None:
        """End the session; nothing happens if there is none."""
        self._restart = reason == "restarted"
        self.registry.cancel_waiting(None)
        if self._restart and not self._condition.alive:
            self._begin()
            return
        opened = self._condition.free or self._handover.under_way
        already = self._condition.ending
        self._machine.stop()
        if self._line.leave():
            return
        if opened and not already and self._host is not None and self._session is not None:
            run_in_background(self._host.end_session(self._session, reason), self._log, "end", self._correlation)
            if self._restart:
                # The kernel takes longer to take the old one down than the next one takes to begin, and nobody needs
                # to wait for that: it gets nothing any more, and what it still says is not listened to.
                self.ended(self._session, Ending(reason))
                return
        self._status.say()

    async def shut_down(self) -> None:
        """End the session and wait until it is over, but not for long."""
        self.stop("shutdown")
        if self._condition.alive:
            self._gone = Deferred()
            self._gone.addTimeout(SHUT_DOWN_SECONDS, self._clock, lambda _, __: None)
            await self._gone

    async def ask(self, question: Message) -> Mapping[str, Any]:
        """Ask the session for completions or about a name (wire/session/messages.py).

        Raises:
            SagewsError: `no-session`, and what the worker raises.
        """
        if self._host is None or self._session is None or self._condition.ending:
            raise SagewsError("no-session")
        return await self._host.ask(self._session, question)

    def tick(self) -> None:
        """Look after the session every few seconds: what it uses, and whether anybody still uses it."""
        if self._host is None or self._session is None or self._condition.state is SessionState.STARTING:
            return
        idle = self._clock.seconds() - self._last_used
        if self._stream.watchers and (idle < MEASURE_SECONDS or self._handover.under_way):
            # What it uses changes with what it computes, and for a moment after that; an idle one costs nothing.
            measuring = self._status.measure(self._host, self._session)
            run_in_background(measuring, self._log, "usage", self._correlation)
        # A cell that asks computes nothing, and nobody may ever answer.
        since = self._last_used if self._condition.free else self.registry.channels.waits_since(self.registry.running)
        if since is not None and self._clock.seconds() - since > self._context.settings.idle_seconds:
            self.stop("idle")

    # ------------------------------------------------------------------------------------- the worker

    def _pump(self) -> None:
        if self._condition.free:
            self._handover.next(self._correlation)
        elif not self._condition.alive and self.registry.queued:
            self._begin()

    def _place(self) -> Session | None:
        return None if self._host is None or self._session is None else (self._host, self._session)

    def _handing_over(self) -> None:
        self._machine.handed_over()
        self._status.forget()
        self._status.say_soon()

    def _evaluated(self) -> None:
        """What was said to an interact is evaluated, or will never be."""
        self._interacts.finish()
        self._idle_again(go_on=True)

    def _begin(self) -> None:
        self._machine.start()
        session = self._session = self._next_session
        self._next_session = SessionId(new_id())
        self._last_piece = 0
        self._restart = False
        flavour = self._flavour()
        self._status.begin(session, flavour)
        run_in_background(self._open(session, flavour), self._log, "session", self._correlation)

    async def _open(self, session: SessionId, flavour: str) -> None:
        context = self._context
        try:
            self._seat.take(self._asker)
            host = await context.acquire_host(flavour, partial(self._in_line, session))
            if session != self._session:
                # It was closed while it waited.
                context.count(host, -1)
                return
            self._host = host
            self._tell = partial(host.acknowledge, session)
            request = context.request(session, flavour, self._correlation, self._asker)
            await host.open_session(request, self)
        except Exception as error:
            self._not_opened(session, error)
            return
        if session != self._session:
            # Closed meanwhile. The end that was asked for then found no session yet, and this one nobody would miss.
            await end_unwanted(host, session)
            return
        self._machine.opened()
        self._line.arrived()
        self._last_used = self._clock.seconds()
        if self._condition.ending:
            await host.end_session(session, "stopped")
            return
        self._pump()
        self._status.say_soon()

    def _in_line(self, session: SessionId, position: int, leave: Leave) -> None:
        """Learn that it waits, because all machines are full, and where."""
        if session == self._session:
            self._line.moved(position, leave)

    def _not_opened(self, session: SessionId, error: Exception) -> None:
        if session != self._session:
            return
        if not isinstance(error, SagewsError):
            self._log.failure("a session did not start", correlation=self._correlation)
            error = SagewsError("internal", correlation=self._correlation)
        left = error.code == "left-line"
        self._over("stopped" if left else error.code, str(error), wished=left)

    def _not_taken(self, session: SessionId, run: RunId, reason: str) -> None:
        if session == self._session and self.registry.running == run:
            self._finish(RunState.ERROR, None, reason)

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Take what the session printed (ISessionListener)."""
        if session != self._session or piece.sequence <= self._last_piece:
            return
        try:
            self._take(piece)
        except Exception:
            self._log.failure("a piece could not be taken", correlation=self._correlation)
        self._last_piece = piece.sequence
        self._writer.acknowledge(piece.sequence, self._tell)

    def _take(self, piece: Piece) -> None:
        if piece.kind is PieceKind.DONE:
            if piece.run == self.registry.running:
                self.names.ran(self._handover.cell, piece.body)
                state, seconds = state_after(piece)
                self._finish(state, seconds, None)
        elif piece.kind is not PieceKind.STARTED:
            self.registry.take(piece)
            if self._handover.is_over_by(piece):
                self._evaluated()

    def _finish(self, state: RunState, seconds: float | None, reason: str | None, *, go_on: bool = True) -> None:
        user = self.registry.finish(state, seconds, reason)
        if user is not None:
            self._context.used(user)
        self._idle_again(go_on=go_on)

    def _idle_again(self, *, go_on: bool) -> None:
        self._patience.end()
        was_asked_to_stop = self._condition.state in (SessionState.INTERRUPTING, SessionState.STUBBORN)
        self._machine.done()
        if was_asked_to_stop and not self._condition.ending:
            self._status.say()
        self._last_used = self._clock.seconds()
        if go_on:
            self._pump()
        self._status.say_soon()

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Learn that the session is over (ISessionListener)."""
        if session == self._session:
            text = ending_sentence(ending, self._context.settings.limits)
            self._over(ending.reason, text, wished=ending.reason in WISHED)

    def _over(self, reason: str, text: str, *, wished: bool) -> None:
        self._log.info("session ended: {reason}", reason=reason, correlation=self._correlation)
        self._patience.end()
        host, self._host, self._session = self._host, None, None
        if host is not None:
            self._context.count(host, -1)
        self._seat.give_back()
        self._machine.gone()
        # What was queued before a wished end was cancelled with it; what came behind it is for the next session.
        goes_on = wished and reason != "shutdown"
        if not goes_on:
            self.registry.cancel_waiting(text)
        if self.registry.running is not None:
            self._finish(RunState.INTERRUPTED if wished else RunState.ERROR, None, text, go_on=False)
        self._interacts.session_over()
        self.registry.restart_numbers()
        self.names.over()
        self._status.say(reason=reason, text=text)
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
        self._patience.end()
        self._status.close()
        self._interacts.close()
        self.registry.forget()
        self._seat.give_back()
        host, session = self._host, self._session
        self._host = self._session = None
        self._line.leave()
        if host is not None and session is not None:
            self._context.count(host, -1)
            run_in_background(end_unwanted(host, session), self._log, "end", self._correlation)
