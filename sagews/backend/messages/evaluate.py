"""Single evaluations: text that somebody without a workspace (the command line) wants evaluated in a fresh session.

Nothing of it is stored, so every piece is acknowledged as soon as it is on its way to the page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.runs.output.pieces import pieces_of, told
from sagews.backend.runs.requests import how_to_evaluate, state_after
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.pool import Hosts
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost, ISessionListener
from sagews.model.identifiers import CellId, RunId, SessionId, new_id
from sagews.model.sessions import Ending, Evaluation, Piece, PieceKind, RunState, SessionRequest
from sagews.net.background import cancelled, run_in_background
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.policy.sessions.endings import ending_sentence
from sagews.policy.sessions.placed_output import PlacedOutput
from sagews.wire.browser.evaluate import Evaluate
from sagews.wire.browser.runs import Output, RunStatus
from sagews.wire.session.messages import close_message, run_message

_CELL = CellId("scratch")


class ScratchSessions:
    """Evaluates for connections that may do nothing else, one text at a time each."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, settings: BackendSettings, hosts: Hosts, ledger: Ledger) -> None:
        self._clock = clock
        self._settings = settings
        self._hosts = hosts
        self._ledger = ledger
        self._busy: set[str] = set()

    async def evaluate(self, context: Context, message: Evaluate) -> None:
        """Evaluate a text and end the session.

        Raises:
            SagewsError: `busy` while another one runs, `no-worker`, `unknown-flavour`, and what the worker raises.
        """
        # One at a time: the command line has one terminal to show it on, and each takes a whole session.
        if context.id in self._busy:
            raise SagewsError("busy")
        self._ledger.take(context.user.id, Resource.SESSIONS)
        self._busy.add(context.id)
        try:
            await self._evaluate(context, message)
        finally:
            self._busy.discard(context.id)
            self._ledger.give_back(context.user.id, Resource.SESSIONS)

    async def _evaluate(self, context: Context, message: Evaluate) -> None:
        host = self._hosts.choose(message.flavour, None)
        session = SessionId(new_id())
        listener = ScratchListener(self._clock, context, host, session, self._settings)
        limits = self._settings.limits
        request = SessionRequest(session, None, message.flavour, limits, 0, context.id, context.user.id)
        self._hosts.count(host, 1)
        timer = None
        # Before the session is opened: whoever leaves while Sage is being loaded must not leave it behind.
        no_longer = context.subscriber.when_gone(listener.abandon)
        try:
            await host.open_session(request, listener)
            # Counted from here, so that a busy machine's start does not eat into the time that was promised.
            timer = self._clock.callLater(self._settings.scratch_seconds, self._end, host, session, context.id)
            mode, shows = how_to_evaluate(message.flavour)
            cell = Evaluation(listener.run, _CELL, 1, message.source, mode, shows)
            await host.send(session, run_message(cell), cell.run)
            await listener.over
        finally:
            # A connection may live for days, with an evaluation after the other.
            no_longer()
            cancelled(timer)
            self._hosts.count(host, -1)
            self._end(host, session, context.id)

    def _end(self, host: ISessionHost, session: SessionId, correlation: str) -> None:
        run_in_background(_end_quietly(host, session), self._log, "scratch", correlation)


async def _end_quietly(host: ISessionHost, session: SessionId) -> None:
    try:
        await host.end_session(session, "stopped")
    except SagewsError as error:
        if error.code not in ("no-session", "session-ended"):
            raise


@implementer(ISessionListener)
class ScratchListener:
    """Passes the pieces of one single evaluation on."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        context: Context,
        host: ISessionHost,
        session: SessionId,
        settings: BackendSettings,
    ) -> None:
        self.run = RunId(new_id())
        self.over: Deferred[None] = Deferred()
        self._now: Callable[[], datetime] = lambda: datetime.fromtimestamp(clock.seconds(), UTC)
        self._context = context
        self._host = host
        self._session = session
        self._limits = settings.limits
        self._queued = self._now().isoformat()
        self._events = 0
        self._placed = PlacedOutput()
        self._last_piece = 0

    def abandon(self) -> None:
        """Nobody waits for it any more: its session may end."""
        if not self.over.called:
            self.over.callback(None)

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Take what the session printed (ISessionListener)."""
        if piece.sequence <= self._last_piece or self.over.called:
            return
        self._last_piece = piece.sequence
        if piece.kind is PieceKind.DONE:
            state, seconds = state_after(piece)
            self._finish(state, seconds, None)
        elif piece.kind is PieceKind.OPEN:
            # Who asks for a single evaluation only waits for its end.
            closing = close_message(piece.run, int(piece.body["channel"]))
            run_in_background(self._host.send(session, closing), self._log, "close", self._context.id)
        elif piece.kind not in (PieceKind.STARTED, PieceKind.CLOSE):
            self._show(piece)
        self._host.acknowledge(self._session, piece.sequence)

    def _show(self, piece: Piece) -> None:
        try:
            change = self._placed.change(piece.kind, piece.body, piece.size)
        except SagewsError:
            change = None
        if change is None:
            return
        pieces = pieces_of(self.run, change, piece.kind, piece.body)
        self._placed.take(piece.kind, piece.body, piece.size, change)
        for shown, removed in told(change, pieces):
            self._events += 1
            self._context.tell(Output("", 0, self._events, self.run, _CELL, shown, removed))

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Learn that the session is over (ISessionListener)."""
        if not self.over.called:
            self._finish(RunState.ERROR, None, ending_sentence(ending, self._limits))

    def _finish(self, state: RunState, seconds: float | None, reason: str | None) -> None:
        self._events += 1
        self._context.tell(
            RunStatus(
                document="",
                epoch=0,
                sequence=self._events,
                run=self.run,
                cell=_CELL,
                number=1,
                state=state.value,
                hash="",
                queued=self._queued,
                finished=self._now().isoformat(),
                seconds=seconds,
                reason=reason,
            )
        )
        self.over.callback(None)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {
        Evaluate: ScratchSessions(
            services.clock, services.settings, services.stores.hosts, services.stores.ledger
        ).evaluate
    }
