"""Wires the worker: sessions of this process, for the backend beside it or over a link to one elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import ClassVar

from sagews.model.identifiers import WorkerId
from sagews.ops.metrics.figures import Figure
from sagews.roles.certificates import Certificates, worker_name
from sagews.roles.component import Component, DaemonContext
from sagews.roles.launcher import Launcher, least_level
from sagews.roles.records import Records
from sagews.roles.running.metrics import Metrics
from sagews.worker.links.link import WorkerLink
from sagews.worker.links.linked_sink import LinkedSink
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings

# A backend with a worker in its own process calls it this.
LOCAL_WORKER = "local"


class Worker(Component):
    """Sessions: they are forked by the launcher of this process."""

    name = "the worker"
    roles: ClassVar[frozenset[str]] = frozenset({"worker"})

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self.host: LocalHost | None = None
        self._links: list[WorkerLink] = []

    async def start(self) -> None:
        """Serve the backend of this process, else dial those that are named; log records travel over a link."""
        if self.daemon.plays("backend"):
            self._start_host(LOCAL_WORKER)
            return
        host = self._start_host(worker_name(self.daemon.settings))
        keys = self.daemon.require(Certificates).keys
        for address in self.daemon.settings.backend_addresses:
            endpoint = keys.dial(self.daemon.reactor, "worker", "backend", address)
            self._links.append(WorkerLink(self.daemon.reactor, host, endpoint, jitter))
        for link in self._links:
            link.start()
        self.daemon.require(Records).ship(LinkedSink(self._links))

    def _start_host(self, name: str) -> LocalHost:
        settings = self.daemon.settings
        bounds = LocalSettings(
            capacity=settings.sessions.capacity,
            minimum=least_level(settings),
            keep_seconds=settings.link.keep_seconds,
        )
        launcher = self.daemon.require(Launcher).client
        self.host = LocalHost(
            self.daemon.reactor,
            launcher,
            WorkerId(name),
            settings=bounds,
            job_limits=settings.limits(),
            observe_start=self._observe_start,
        )
        self.host.start()
        return self.host

    def _observe_start(self, flavour: str, seconds: float) -> None:
        self.daemon.require(Metrics).instruments.session_starts.labels(flavour).observe(seconds)

    def figures(self) -> Iterable[Figure]:
        """Yield what sessions hold here."""
        if self.host is None:
            return
        yield Figure("sessions_here", "Sessions on this worker, of all backends.", self.host.info.sessions)
        text = "Output in bytes that no backend has taken yet."
        yield Figure("unacknowledged_bytes", text, self.host.unacknowledged)

    async def stop(self, seconds: float) -> None:
        """End every session, then the links."""
        if self.host is not None:
            await self.host.stop(seconds)
        for link in self._links:
            await link.stop()


def jitter() -> float:
    """Return a random number below 1, so that those who lost the same peer do not come back together."""
    return secrets.randbelow(1_000_000) / 1_000_000
