"""A worker on the other end of a link, as an ISessionHost: outlives lost links, and believes only what it gave away."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.workers.remote_files import RemoteFiles
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost, ISessionListener
from sagews.model.identifiers import RunId, SessionId
from sagews.model.sessions import EVALUATION, NO_RUN, Ending, Piece, SessionRequest, Usage, WorkerInfo
from sagews.net.amp import AmpLink
from sagews.wire import worker as wire

log = Logger()

# A first session of a flavour may have to wait until its zygote has loaded Sage, on a machine that has just started.
OPEN_SECONDS = 180.0
# Output that a run left in the pipe comes after the next run was sent; anything older is made up.
RUNS_REMEMBERED = 4
# It goes on into the store and to pages, and a worker is not trusted with how long that is.
MAX_REASON = 64


@dataclass(slots=True)
class Given:
    """A session that this worker was given, and how far its output has come."""

    request: SessionRequest
    listener: ISessionListener
    received: int = 0
    acknowledged: int = 0
    runs: deque[RunId] = field(default_factory=lambda: deque(maxlen=RUNS_REMEMBERED))


@implementer(ISessionHost)
class RemoteHost:
    """One worker.

    While its link is lost its sessions live on over there: evaluations and ends wait for the link, everything else is
    refused with `worker-lost`, and no new session is placed here. After `keep_seconds` without a link all are over.

    Args:
        clock: measures the time without a link.
        info: what the worker said of itself.
        keep_seconds: a little longer than the worker keeps sessions.
        gone: called once with this host when it is given up.
    """

    def __init__(
        self, clock: IReactorTime, info: WorkerInfo, keep_seconds: float, gone: Callable[[RemoteHost], None]
    ) -> None:
        self._clock = clock
        self._info = info
        self._keep_seconds = keep_seconds
        self._gone = gone
        self._over = False
        self._link: AmpLink | None = None
        self._sessions: dict[SessionId, Given] = {}
        self._waiting: list[Deferred[None]] = []
        self._expiry: IDelayedCall | None = None
        self._marks: dict[str, int] = {}
        self._marking: IDelayedCall | None = None
        self._others = 0
        self.files = RemoteFiles(self._ask, self._tell)

    @property
    def info(self) -> WorkerInfo:
        """What the worker said; without a link it has room for nobody."""
        capacity = self._info.capacity if self._link is not None else 0
        return replace(self._info, sessions=len(self._sessions) + self._others, capacity=capacity)

    # ------------------------------------------------------------------------------------------ the link

    def attach(self, link: AmpLink, info: WorkerInfo, held: Mapping[str, wire.Held]) -> dict[str, wire.Known]:
        """Take a link that was registered; return the sessions that we know, which the worker goes on with.

        A session that the worker does not hold any more, or holds under another workspace or epoch than it was given,
        is over.

        Raises:
            SagewsError: `worker-lost` once the host is given up; the next registration finds another.
        """
        if self._over:
            raise SagewsError("worker-lost")
        old, self._link, self._info = self._link, link, info
        self._others = max(0, info.sessions - len(held))
        if old is not None:
            old.abort()
        if self._expiry is not None and self._expiry.active():
            self._expiry.cancel()
        for name, given in list(self._sessions.items()):
            if not _matches(given, held.get(name)):
                self._end(name, Ending("worker-lost"))
        # Only now: whoever waits for the link goes on behind the answer to the registration.
        self._clock.callLater(0, self._wake)
        return {name: wire.Known(given.received, given.acknowledged) for name, given in self._sessions.items()}

    def detach(self, link: AmpLink) -> None:
        """Learn that a link is gone; one that was replaced does not count."""
        if link is self._link and not self._over:
            self._link = None
            self._expiry = self._clock.callLater(self._keep_seconds, self.give_up)

    def give_up(self) -> None:
        """End all sessions here: the worker does so too, if it lives."""
        if self._over:
            return
        self._over = True
        for call in (self._expiry, self._marking):
            if call is not None and call.active():
                call.cancel()
        for name in list(self._sessions):
            self._end(name, Ending("worker-lost"))
        self._wake()
        self._gone(self)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)

    async def _ask(self, command: Any, seconds: float = 60.0, **arguments: Any) -> dict[str, Any]:
        """Call the worker now; `worker-lost` without a link."""
        if self._link is None:
            raise SagewsError("worker-lost")
        return await self._link.ask(command, seconds, **arguments)

    def _tell(self, command: Any, **arguments: Any) -> None:
        """Tell the worker what needs no answer; nothing happens without a link."""
        if self._link is not None:
            self._link.tell(command, **arguments)

    async def _insist(self, session: SessionId, command: Any, **arguments: Any) -> None:
        """Call the worker about a session, again after each lost link; the command must bear being taken twice."""
        while True:
            self._given(session)
            link = self._link
            if link is None or not link.connected:
                await self._linked()
                continue
            try:
                await link.ask(command, session=session, **arguments)
                return
            except SagewsError as error:
                if error.code != "worker-lost" or link.connected:
                    raise

    def _linked(self) -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    # ------------------------------------------------------------------------------------------ from the worker

    def load(self, sessions: int) -> None:
        """Learn how many sessions the worker has in all; those that are not ours are other backends'."""
        self._others = max(0, sessions - len(self._sessions))

    def pieces(self, session: SessionId, pieces: Sequence[Piece]) -> None:
        """Take output that the worker sent, if it is the next of a session and a run that it was given."""
        given = self._sessions.get(session)
        if given is None:
            log.warn("worker {worker} sent output of a session that it was not given", worker=self._info.id)
            return
        for piece in pieces:
            # After a lost link the worker sends again what was not acknowledged, of which some had come.
            if piece.sequence <= given.received:
                continue
            if piece.sequence != given.received + 1 or piece.run not in given.runs:
                self._fault(session, given)
                return
            given.received = piece.sequence
            self._hand_on(session, given, piece)

    def _hand_on(self, session: SessionId, given: Given, piece: Piece) -> None:
        try:
            given.listener.piece(session, piece)
        except Exception:
            log.failure("a listener raised", session=session, correlation=given.request.correlation)

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Take the end of a session; one that we do not know is no news."""
        self._end(session, Ending(ending.reason[:MAX_REASON], ending.detail))

    def _fault(self, session: SessionId, given: Given) -> None:
        log.error(
            "worker {worker} sent output that does not belong to session {session}",
            worker=self._info.id,
            session=session,
            correlation=given.request.correlation,
        )
        self._end(session, Ending("protocol"))
        if self._link is not None:
            self._link.abort()

    def _end(self, session: SessionId, ending: Ending) -> None:
        given = self._sessions.pop(session, None)
        self._marks.pop(session, None)
        if given is None:
            return
        try:
            given.listener.ended(session, ending)
        except Exception:
            # This may be one of many that end together: the others, and who waits for this worker, have to hear too.
            log.failure("a listener raised", session=session, correlation=given.request.correlation)

    # ------------------------------------------------------------------------------------------ ISessionHost

    async def open_session(self, request: SessionRequest, listener: ISessionListener) -> None:
        """See ISessionHost."""
        if request.session in self._sessions:
            raise SagewsError("busy")
        given = self._sessions[request.session] = Given(request, listener)
        if request.kind != EVALUATION:
            given.runs.append(NO_RUN)
        try:
            await self._ask(wire.OpenSession, OPEN_SECONDS, request=request)
        except SagewsError:
            # Without a word to the listener. If it comes to be after all, nobody wants it.
            self._sessions.pop(request.session, None)
            self._unwanted(request.session)
            raise

    def _unwanted(self, session: SessionId) -> None:
        if self._link is not None:
            ended = Deferred.fromCoroutine(self._link.ask(wire.EndSession, session=session, reason="stopped"))
            # A refusal means that it is not there, a lost link that the next registration ends it as unknown to us.
            ended.addErrback(lambda failure: failure.trap(SagewsError))
            ended.addErrback(
                lambda failure: log.failure("a session that nobody wants goes on", failure, session=session)
            )

    async def send(self, session: SessionId, message: Mapping[str, Any], run: RunId = NO_RUN) -> None:
        """See ISessionHost; without a run and a link it is refused: nobody could tell whether it was taken before."""
        given = self._given(session)
        if not run:
            await self._ask(wire.SendMessage, session=session, message=message, run=run)
            return
        given.runs.append(run)
        try:
            await self._insist(session, wire.SendMessage, message=message, run=run)
        except SagewsError:
            if run in given.runs:
                given.runs.remove(run)
            raise

    async def ask(self, session: SessionId, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ISessionHost."""
        self._given(session)
        answer = await self._ask(wire.AskSession, session=session, question=question)
        return answer["answer"]  # type: ignore[no-any-return]

    async def interrupt(self, session: SessionId) -> None:
        """See ISessionHost."""
        self._given(session)
        await self._ask(wire.InterruptSession, session=session)

    async def end_session(self, session: SessionId, reason: str) -> None:
        """See ISessionHost; waits for a lost link."""
        await self._insist(session, wire.EndSession, reason=reason)

    def acknowledge(self, session: SessionId, sequence: int) -> None:
        """See ISessionHost; several at once travel as one."""
        given = self._sessions.get(session)
        if given is None:
            return
        given.acknowledged = max(given.acknowledged, min(sequence, given.received))
        self._marks[session] = given.acknowledged
        if self._marking is None or not self._marking.active():
            self._marking = self._clock.callLater(0, self._mark)

    def _mark(self) -> None:
        marks, self._marks = self._marks, {}
        if marks:
            self._tell(wire.Acknowledge, marks=marks)

    async def usage(self, session: SessionId) -> Usage:
        """See ISessionHost."""
        self._given(session)
        answer = await self._ask(wire.SessionUsage, session=session)
        return Usage(answer["memory"], answer["cpu_seconds"])

    def _given(self, session: SessionId) -> Given:
        given = self._sessions.get(session)
        if given is None:
            raise SagewsError("no-session")
        return given


def _matches(given: Given, held: wire.Held | None) -> bool:
    request = given.request
    if held is None or held.last < given.received:
        return False
    return (held.workspace, held.epoch) == (request.workspace, request.epoch)
