"""The backend's end of the worker links: who may connect, and which host each link belongs to.

A worker counts once its registration is answered. Its id comes from its certificate; what it says of itself must agree.
A worker that comes back within the set time goes on with the host that it had, so listeners never notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from sagews.backend.workers.remote_host import RemoteHost
from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.model.identifiers import SessionId
from sagews.model.logs import LogRecord
from sagews.model.sessions import Ending, WorkerInfo
from sagews.net.amp import AmpLink, GuardedLocator
from sagews.wire import worker as wire

log = Logger()

# The worker gives its sessions up first. Were it the other way, a session that counts as over here could still compute
# there, on files that its successor has open.
MARGIN_SECONDS = 30.0
# Long enough for a route that comes back; all that while a dead machine's runs look alive.
KEEP_SECONDS = 120.0
# Each may hold its place for ten seconds; a hall of workers that all come back at once still fits.
MAX_STRANGERS = 64
ROLE = "worker"

Answer = dict[str, Any]


class WorkerCommands(GuardedLocator):
    """The responders for one worker's link.

    Args:
        gate: knows the hosts.
    """

    def __init__(self, gate: WorkerGate) -> None:
        super().__init__()
        self._gate = gate
        self.link: AmpLink | None = None
        self.host: RemoteHost | None = None
        self.worker = ""

    def _registered(self) -> RemoteHost:
        if self.host is None:
            raise SagewsError("handshake-expected")
        return self.host

    @wire.Register.responder
    def register(
        self, protocol: int, least_protocol: int, info: WorkerInfo, sessions: Mapping[str, wire.Held]
    ) -> Answer:
        """Take a worker."""
        if self.host is not None or self.link is None:
            raise SagewsError("already-connected")
        if protocol < wire.LEAST_PROTOCOL or least_protocol > wire.PROTOCOL:
            raise SagewsError("version-mismatch")
        welcome = self._gate.register(self, self.link, info, sessions)
        return {"protocol": min(protocol, wire.PROTOCOL), "welcome": welcome}

    @wire.Pieces.responder
    def pieces(self, batch: wire.Batch) -> Answer:
        """Take output."""
        host = self._registered()
        for session, pieces in batch:
            host.pieces(SessionId(session), pieces)
        return {}

    @wire.SessionEnded.responder
    def ended(self, session: str, ending: Ending) -> Answer:
        """Take the end of a session."""
        self._registered().ended(SessionId(session), ending)
        return {}

    @wire.Load.responder
    def load(self, sessions: int) -> Answer:
        """Take how many sessions the worker has."""
        self._registered().load(sessions)
        return {}

    @wire.Log.responder
    async def log(self, records: list[LogRecord]) -> Answer:
        """Pass records on, as those of the machine that the certificate names."""
        self._registered()
        await self._gate.log(self.worker, records)
        return {}


class WorkerGate(Factory):
    """Accepts workers.

    Args:
        reactor: the clock.
        backend: this backend's name, told to workers.
        add_host, remove_host: take a RemoteHost when a worker registers, and when it is given up.
        host_is_back: takes it when a lost link is resumed; sessions may be waiting for the worker.
        identify: returns the role and the id in the certificate of a transport's peer; raises SagewsError without one.
        settings: sent to each worker.
        keep_seconds: how long a lost link may be resumed.
        sink: where workers' log records go; None: they are refused.
    """

    noisy = False

    def __init__(
        self,
        reactor: IReactorTime,
        backend: str,
        *,
        add_host: Callable[[RemoteHost], None],
        host_is_back: Callable[[RemoteHost], None] = lambda host: None,
        remove_host: Callable[[RemoteHost], None],
        identify: Callable[[Any], tuple[str, str]],
        settings: wire.WorkerSettings | None = None,
        keep_seconds: float = KEEP_SECONDS,
        sink: ILogSink | None = None,
    ) -> None:
        self._reactor = reactor
        self._backend = backend
        self._add_host = add_host
        self._host_is_back = host_is_back
        self._remove_host = remove_host
        self._identify = identify
        self._settings = settings or wire.WorkerSettings()
        self._keep_seconds = keep_seconds
        self._sink = sink
        self._hosts: dict[str, RemoteHost] = {}
        self._strangers: dict[AmpLink, IDelayedCall] = {}
        self._links: dict[AmpLink, WorkerCommands] = {}

    @property
    def hosts(self) -> Mapping[str, RemoteHost]:
        """The workers by id, those whose link is lost included."""
        return self._hosts

    def buildProtocol(self, addr: IAddress | None) -> AmpLink | None:
        """Take a connection, unless too many have not said who they are."""
        if len(self._strangers) >= MAX_STRANGERS:
            return None
        commands = WorkerCommands(self)
        link = AmpLink(commands, self._reactor, self._lost)
        commands.link = link
        self._links[link] = commands
        self._strangers[link] = self._reactor.callLater(wire.REGISTER_SECONDS, self._unknown, link)
        return link

    def register(
        self, commands: WorkerCommands, link: AmpLink, info: WorkerInfo, held: Mapping[str, wire.Held]
    ) -> wire.Registered:
        """Give a link its host.

        Raises:
            SagewsError: `forbidden` when the certificate does not name this worker.
        """
        role, name = self._identify(link.transport)
        # One authority signs for all roles: that of a frontend is good TLS, and no worker.
        if role != ROLE or name != info.id:
            log.warn("a peer with role {role} and id {name} came as worker {id}", role=role, name=name, id=info.id)
            raise SagewsError("forbidden")
        self._strangers.pop(link).cancel()
        host = self._hosts.get(name)
        fresh = host is None
        if host is None:
            host = self._hosts[name] = RemoteHost(
                self._reactor, info, self._keep_seconds + MARGIN_SECONDS, self._given_up
            )
        known = host.attach(link, info, held)
        commands.host, commands.worker = host, name
        if fresh:
            self._add_host(host)
        else:
            self._host_is_back(host)
        log.info("worker {worker} is linked", worker=name, isolation=info.level, sessions=len(known), fresh=fresh)
        return wire.Registered(self._backend, self._settings, known)

    async def log(self, worker: str, records: list[LogRecord]) -> None:
        """Pass a worker's records on."""
        if self._sink is None:
            raise SagewsError("forbidden")
        # A worker may say what it likes of itself; in the log it is who its certificate says, so that it can't write as
        # another.
        await self._sink.deliver([replace(record, machine=worker, component=ROLE) for record in records])

    def stop(self) -> None:
        """Close every link and end all sessions here; workers keep theirs for a while."""
        for link in list(self._links):
            link.abort()
        for host in list(self._hosts.values()):
            host.give_up()

    def _unknown(self, link: AmpLink) -> None:
        del self._strangers[link]
        link.abort()

    def _lost(self, link: AmpLink) -> None:
        commands = self._links.pop(link)
        waiting = self._strangers.pop(link, None)
        if waiting is not None:
            waiting.cancel()
        if commands.host is not None:
            log.warn("the link to worker {worker} was lost", worker=commands.worker)
            commands.host.detach(link)

    def _given_up(self, host: RemoteHost) -> None:
        self._hosts = {name: known for name, known in self._hosts.items() if known is not host}
        self._remove_host(host)
