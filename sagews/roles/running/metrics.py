"""Wires figures and health: a port of its own, first to be there and last to go, in every role."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from twisted.internet.threads import deferToThread

from sagews.config.settings import ROLES
from sagews.ops.listening import bind
from sagews.ops.metrics.figures import Figure, Instruments
from sagews.ops.metrics.pulse import ReactorPulse
from sagews.ops.metrics.server import MetricsServer
from sagews.roles.component import Component, DaemonContext


class Metrics(Component):
    """What this daemon tells monitoring."""

    name = "the metrics"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    status_name = "metrics"

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self.instruments = Instruments()
        self._pulse = ReactorPulse(daemon.reactor, self.instruments.lag, self._read, self._read_disk)
        self.instruments.registry.register(self._pulse.collector)
        self._listening: socket.socket | None = None
        self._server: MetricsServer | None = None
        self._serving = False

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Take the port, so that a taken one is an error on the terminal."""
        section = self.daemon.settings.metrics
        if not section.enabled:
            return
        # Daemons that share a settings file and a machine play different roles.
        behind = min(ROLES.index(role) for role in self.daemon.roles)
        port = 0 if section.port is None else section.port + behind
        self._listening = bind(section.host, port, "the port of metrics")

    async def start(self) -> None:
        """Answer, and watch the reactor."""
        self._pulse.start()
        if self._listening is None:
            return
        self._server = MetricsServer(self._listening, self.instruments.registry, self._pulse, self._unready)
        self._listening = None
        self._server.begin()

    def ready(self) -> None:
        """Tell that everything serves."""
        self._serving = True

    async def stop(self, seconds: float) -> None:
        """Answer no more."""
        self._serving = False
        self._pulse.stop()
        if self._server is not None:
            await deferToThread(self._server.end)

    def describe(self) -> Mapping[str, Any]:
        """Return where it answers."""
        return {"address": self._server.address if self._server is not None else None}

    def _read(self) -> Iterable[Figure]:
        for component in list(self.daemon.built.values()):
            yield from component.figures()

    def _read_disk(self) -> Iterable[Figure]:
        for component in list(self.daemon.built.values()):
            yield from component.disk_figures()

    def _unready(self) -> str:
        if not self._serving:
            return "the daemon starts or stops"
        if not self._pulse.alive:
            return "the reactor does not turn"
        return next(filter(None, (each.unready() for each in list(self.daemon.built.values()))), "")
