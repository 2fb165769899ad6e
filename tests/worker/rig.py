"""A backend's gate and a worker on loopback, with mutual TLS, for tests of the link."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from sagews.backend.workers.listener import WorkerGate
from sagews.backend.workers.remote_host import RemoteHost
from sagews.logs.intake import Intake
from sagews.model.identifiers import WorkerId
from sagews.ops.tls.authority import Authority, Files
from sagews.ops.tls.contexts import DaemonClient, DaemonServer, PromptTLSFactory, TLSClientEndpoint, identify
from sagews.wire.worker import WorkerSettings
from sagews.worker.links.link import WorkerLink
from sagews.worker.sessions.bounds import Bounds
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings
from tests.fakes.logs import MemoryLogs
from tests.waiting import until
from tests.worker.fakes import FakeLauncher

NAME = "worker-1"
HOST = "127.0.0.1"


class Rig:
    """Everything between a backend and scripted sessions, on the real reactor.

    Args:
        case: what it belongs to; cleans up.
        reactor: the real one.
        keep_seconds: of both sides.
        settings: what the backend sends.
        local: what the worker's own file says.
        bounds: of sessions.
        role: in the worker's certificate.
        name: in the worker's certificate.
        backend: the backend's name.
        shared: another backend's, whose worker this one uses too.
    """

    def __init__(
        self,
        case: TestCase,
        reactor: Any,
        *,
        keep_seconds: float = 120.0,
        settings: WorkerSettings | None = None,
        local: LocalSettings | None = None,
        bounds: Bounds | None = None,
        role: str = "worker",
        name: str = NAME,
        backend: str = "backend-1",
        shared: Rig | None = None,
    ) -> None:
        self.case, self.reactor, self._role, self._name = case, reactor, role, name
        self.folder = Path(case.mktemp())
        self.authority = Authority(self.folder / "authority", datetime.now(UTC))
        self.authority.ensure()
        self.hosts: list[RemoteHost] = []
        self.removed: list[RemoteHost] = []
        self.logs = MemoryLogs()
        self.launcher: FakeLauncher = shared.launcher if shared else FakeLauncher(reactor)
        local = local or LocalSettings(keep_seconds=keep_seconds)
        made = LocalHost(reactor, self.launcher, WorkerId(NAME), settings=local, bounds=bounds)
        self.local: LocalHost = shared.local if shared else made
        self.gate = WorkerGate(
            reactor,
            backend,
            add_host=self.hosts.append,
            remove_host=self.removed.append,
            identify=identify,
            settings=settings,
            keep_seconds=keep_seconds,
            sink=Intake(self.logs, time.time),
        )
        self.link: WorkerLink | None = None
        self.jitter = 0.0
        self.port = 0

    def files(self, role: str, name: str, authority: Authority | None = None) -> Files:
        """Return a certificate with a role."""
        folder = self.folder / f"{role}-{name}-{os.urandom(4).hex()}"
        return (authority or self.authority).daemon(folder, role, name, [HOST, "localhost"], None)

    async def listen(self) -> None:
        """Have the backend listen."""
        endpoint = TCP4ServerEndpoint(self.reactor, 0, interface=HOST)
        server = DaemonServer(self.files("backend", "backend-1"), ["worker"])
        listening = await endpoint.listen(PromptTLSFactory(server, False, self.gate))
        self.port = listening.getHost().port
        self.case.addCleanup(listening.stopListening)
        self.case.addCleanup(self.gate.stop)

    def dial(self, files: Files | None = None) -> WorkerLink:
        """Have the worker dial."""
        context = DaemonClient(files or self.files(self._role, self._name), "backend", HOST)
        endpoint = TLSClientEndpoint(TCP4ClientEndpoint(self.reactor, HOST, self.port), context)
        self.link = WorkerLink(self.reactor, self.local, endpoint, lambda: self.jitter)
        self.link.start()
        self.case.addCleanup(self._end)
        return self.link

    async def _end(self) -> None:
        assert self.link is not None
        await self.link.stop()
        for session in list(self.launcher.listeners):
            self.launcher.end(session, "killed", -9)

    async def host(self) -> RemoteHost:
        """Return the worker as the backend sees it."""
        await self.listen()
        self.dial()
        await self.until(lambda: bool(self.hosts))
        return self.hosts[0]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        await until(condition)

    def later(self, seconds: float) -> Deferred[None]:
        """Wait."""
        return deferLater(self.reactor, seconds)

    def cut(self) -> None:
        """Kill the connection, in the middle of whatever goes on."""
        for link in list(self.gate._links):
            link.abort()
