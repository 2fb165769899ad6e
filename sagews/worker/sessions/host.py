"""All sessions of one worker: the local ISessionHost, used by a backend in the same process or by the worker's link."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher
from sagews.interfaces.sessions import ISessionHost, ISessionListener
from sagews.model.identifiers import RunId, SessionId, WorkerId, WorkspaceId
from sagews.model.sessions import MEBIBYTE, NO_RUN, Isolation, Limits, SessionRequest, Usage, WorkerInfo
from sagews.net.account_lines import AccountLines
from sagews.policy.browser.shares import Shares
from sagews.wire.worker import WorkerSettings
from sagews.worker.epochs import Epochs
from sagews.worker.files.homes import HomeFiles
from sagews.worker.kinds import table as kinds
from sagews.worker.kinds.table import Conversation, WorkerKind
from sagews.worker.launcher.descriptors import kernel_refusals
from sagews.worker.sessions.bounds import Bounds
from sagews.worker.sessions.flow_control import SharedWindow
from sagews.worker.sessions.session import WorkerSession
from sagews.worker.settings import LocalSettings

log = Logger()

POOL_BYTES = 64 * MEBIBYTE
METER_SECONDS = 5.0
STOP_SECONDS = 2.0


@implementer(ISessionHost)
class LocalHost:
    """Sessions on this machine.

    Args:
        reactor: watches sockets and tells the time (IReactorFDSet and IReactorTime).
        launcher: starts, signals and measures sessions.
        worker: this worker's id.
        settings: what this worker may do.
        bounds: what one session may do.
        pool_bytes: unacknowledged output of all sessions together.
        job_limits: of one job on files; at most the launcher's own.
        observe_start: told of each session that came up: its flavour, and how long that took in seconds.
    """

    def __init__(
        self,
        reactor: Any,
        launcher: ILauncher,
        worker: WorkerId,
        *,
        settings: LocalSettings | None = None,
        bounds: Bounds | None = None,
        pool_bytes: int = POOL_BYTES,
        job_limits: Limits | None = None,
        observe_start: Callable[[str, float], None] = lambda flavour, seconds: None,
    ) -> None:
        kinds.load()
        self._reactor = reactor
        self._launcher = launcher
        self._worker = worker
        self._observe_start = observe_start
        self._own = settings or LocalSettings()
        self._wishes: dict[Hashable, WorkerSettings] = {}
        self.settings = self._own
        self._bounds = bounds or Bounds()
        self._pool = SharedWindow(pool_bytes)
        self._lines = AccountLines(reactor, Shares().charge)
        self._sessions: dict[SessionId, WorkerSession] = {}
        self._epochs = Epochs()
        self.files = HomeFiles(launcher, job_limits or Limits(cpu_seconds=600), self._epochs, self._uses)
        self._meter = LoopingCall(self._measure)
        self._meter.clock = reactor
        self._empty: Deferred[None] | None = None
        self._load_watchers: list[Callable[[], None]] = []

    @property
    def info(self) -> WorkerInfo:
        """What this worker can do and how many sessions it has now."""
        launcher = self._launcher
        return WorkerInfo(
            self._worker,
            Isolation(launcher.level),
            tuple(self.settings.allows(launcher.flavours)),
            launcher.report,
            len(self._sessions),
            self.settings.capacity,
        )

    @property
    def unacknowledged(self) -> int:
        """Bytes of output that all sessions hold, for metrics."""
        return self._pool.held

    def tighten(self, link: Hashable, wanted: WorkerSettings) -> None:
        """Take what a backend wishes in place of its last wish, as far as it is tighter than this worker's own.

        Args:
            link: over which it was said. The backend's name would not do: it is what the other side says of itself,
                and one that took another's name would lift what that one wished.
            wanted: the wish.

        Raises:
            SagewsError: `isolation` when it wants a level that this machine does not reach; nothing is changed then.
        """
        self._settle({**self._wishes, link: wanted})

    def loosen(self, link: Hashable) -> None:
        """Forget what was wished over a link, because its backend is gone and nothing of it runs here any more."""
        self._settle({known: wish for known, wish in self._wishes.items() if known is not link})

    def _settle(self, wishes: dict[Hashable, WorkerSettings]) -> None:
        # Always from this worker's own: a backend that asks for less today than yesterday is believed, and the
        # tightest of several holds for all, because one session of a forbidden kind is one too many for either.
        settings = self._own
        for wanted in wishes.values():
            settings = settings.tightened(wanted)
        settings.require(self.info.level)
        self._wishes, self.settings = wishes, settings

    def watch_load(self, changed: Callable[[], None]) -> None:
        """Have a link told whenever the number of sessions changes."""
        self._load_watchers.append(changed)

    def start(self) -> None:
        """Begin to measure sessions every few seconds."""
        self._meter.start(METER_SECONDS, now=False).addErrback(self._meter_failed)

    async def stop(self, seconds: float = math.inf) -> None:
        """End every session; fires when all are gone, or after a moment: the launcher's own end takes the rest.

        Args:
            seconds: after which whoever stops it goes on; half of them are left for the links.
        """
        if self._meter.running:
            self._meter.stop()
        for session in list(self._sessions.values()):
            session.end("stopped")
        if self._sessions:
            self._empty = Deferred()
            limit = min(STOP_SECONDS, seconds / 2)
            self._empty.addTimeout(limit, self._reactor, onTimeoutCancel=lambda result, seconds: None)
            await self._empty

    # ------------------------------------------------------------------------------------------ sessions

    async def open_session(self, request: SessionRequest, listener: ISessionListener) -> None:
        """See ISessionHost."""
        begun = self._reactor.seconds()
        kind = self._admit(request)
        bounds = self._session_bounds()
        # Before anything counts it: with no descriptor left this is refused, and the slot is still free.
        with kernel_refusals(request.correlation or request.session):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        session = WorkerSession(
            request,
            kind,
            self._reactor,
            self._launcher,
            listener,
            self._pool,
            self._lines,
            bounds,
            self._finished,
        )
        self._sessions[request.session] = session
        self._load_changed()
        session.connect(ours)
        try:
            await self._launcher.open_session(
                request.session,
                request.workspace,
                request.flavour,
                request.limits,
                theirs,
                session,
                request.kind,
                request.owner,
            )
        except BaseException:
            # Whatever it was, also what nobody thought of: nothing else ever takes this session out of the table.
            session.abandon()
            raise
        await session.until_ready()
        self._observe_start(request.flavour, self._reactor.seconds() - begun)

    def _admit(self, request: SessionRequest) -> WorkerKind:
        if request.session in self._sessions:
            raise SagewsError("busy")
        # One that is being taken down is followed by the next beside it, also where there is room for no more.
        if sum(not session.ending for session in self._sessions.values()) >= self.settings.capacity:
            raise SagewsError("no-worker")
        flavours = self.settings.allows(self._launcher.flavours)
        if request.flavour not in flavours:
            known = ", ".join(flavours)
            raise SagewsError("unknown-flavour", flavour=request.flavour, known=known)
        kind = kinds.find(request.kind)
        if kind is None:
            raise SagewsError("bad-value", field="kind", reason="this worker does not know it")
        self._epochs.see(request.workspace, request.epoch)
        return kind

    def _session_bounds(self) -> Bounds:
        return replace(self._bounds, run_seconds=min(self._bounds.run_seconds, self.settings.run_seconds))

    def _finished(self, session: WorkerSession) -> None:
        self._sessions.pop(session.id, None)
        self._load_changed()
        if not self._sessions and self._empty is not None and not self._empty.called:
            self._empty.callback(None)

    def _load_changed(self) -> None:
        for changed in self._load_watchers:
            changed()

    async def send(self, session: SessionId, message: Mapping[str, Any], run: RunId = NO_RUN) -> None:
        """See ISessionHost."""
        self._current(session).send(message, run)

    async def ask(self, session: SessionId, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ISessionHost."""
        return await self._session(session).conversation.ask(question)

    def _current(self, session: SessionId) -> Conversation:
        """Return what goes on in a session whose workspace is still its backend's."""
        found = self._session(session)
        self._epochs.see(found.request.workspace, found.request.epoch)
        return found.conversation

    async def interrupt(self, session: SessionId) -> None:
        """See ISessionHost."""
        self._session(session).conversation.interrupt()

    async def end_session(self, session: SessionId, reason: str) -> None:
        """See ISessionHost."""
        self._session(session).end(reason)

    def acknowledge(self, session: SessionId, sequence: int) -> None:
        """See ISessionHost."""
        found = self._sessions.get(session)
        if found is not None:
            found.acknowledge(sequence)

    async def usage(self, session: SessionId) -> Usage:
        """See ISessionHost."""
        self._session(session)
        found = (await self._launcher.usage([session])).get(session)
        if found is None:
            raise SagewsError("no-session")
        return found

    async def usages(self) -> Mapping[str, Usage]:
        """Return what every session here uses, by its id."""
        return await self._launcher.usage(list(self._sessions)) if self._sessions else {}

    def _session(self, session: SessionId) -> WorkerSession:
        found = self._sessions.get(session)
        if found is None:
            raise SagewsError("no-session")
        return found

    def _uses(self, workspace: WorkspaceId) -> bool:
        return any(session.request.workspace == workspace for session in self._sessions.values())

    # ------------------------------------------------------------------------------------------ metering

    async def _measure(self) -> None:
        usages: Mapping[str, Usage] = {}
        try:
            if self._sessions:
                usages = await self._launcher.usage(list(self._sessions))
        except Exception:
            # One failure must not stop the timer; clocks are checked all the same.
            log.failure("sessions could not be measured")
        for session in list(self._sessions.values()):
            try:
                session.check(usages.get(session.id))
            except Exception:
                # Nor may what is wrong with one session let all others compute without bounds.
                log.failure("a session could not be checked", session=session.id)

    def _meter_failed(self, failure: Any) -> None:
        log.failure("measuring sessions stopped", failure=failure)
