"""Wires log records: every daemon writes its own disk first; what is there is shipped, and one role collects."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_network
from typing import Any, ClassVar

from twisted.internet.threads import deferToThread
from twisted.logger import LogLevel, globalLogPublisher

from sagews.config.settings import ROLES, Settings
from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.logs.collector import CollectorFactory
from sagews.logs.intake import Intake
from sagews.logs.observer import SpoolObserver
from sagews.logs.remote import RemoteSink
from sagews.logs.shipper import Shipper
from sagews.logs.spool import Spool
from sagews.logs.upkeep import Upkeep
from sagews.model.database import DatabaseRole
from sagews.ops.metrics.figures import Figure
from sagews.ops.tls.contexts import identify
from sagews.roles.certificates import Certificates, machine_name
from sagews.roles.component import Component, DaemonContext
from sagews.roles.database import Databases
from sagews.store.logs.logs import LogStore
from sagews.store.pool import ConnectionPool


def _least(settings: Settings) -> Any:
    return LogLevel.levelWithName(settings.logs.level)


class Records(Component):
    """Log records of one daemon: on its own disk first, shipped from there, collected where it has that role."""

    name = "the records"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    reloads: ClassVar[frozenset[str]] = frozenset({"logs"})

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._reactor = daemon.reactor
        self._shipper: Shipper | None = None
        self._collector: CollectorFactory | None = None
        self._upkeep: Upkeep | None = None
        self._remote: RemoteSink | None = None
        self.sink: ILogSink | None = None

    def prepare(self) -> None:
        """Write every event to the disk from now on; the spool belongs to the service account."""
        roles = self.daemon.roles
        self._spool = Spool(self.daemon.layout.logs, self.daemon.name)
        component = roles[0] if len(roles) == 1 else "sagews"
        # From here on everything is on the disk, whatever becomes of the database and the collector.
        self._observer = SpoolObserver(
            self._spool,
            machine_name(),
            component,
            now=time.monotonic,
            least=_least(self.daemon.settings),
            several=len(roles) > 1,
        )
        globalLogPublisher.addObserver(self._observer)

    def set_level(self, level: str) -> None:
        """Log events of this level and worse until the settings are read again.

        Raises:
            SagewsError: `bad-value` when there is no such level.
        """
        if level not in ("debug", "info", "warn", "error"):
            raise SagewsError("bad-value", field="level", reason="it is debug, info, warn or error")
        self._observer.set_least(LogLevel.levelWithName(level))

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Log more, or less."""

        def use() -> Sequence[str]:
            self._observer.set_least(_least(settings))
            return ()

        return use

    async def start(self) -> None:
        """Collect, or find the collector; a worker's records travel over its link instead."""
        if self.daemon.plays("log"):
            await self._collect(self.daemon.require(Databases).pool(DatabaseRole.LOG))
        elif self.daemon.plays("frontend", "backend"):
            self._send_to_collector("backend" if self.daemon.plays("backend") else "frontend")
        if self.sink is not None:
            self.ship()

    async def _collect(self, pool: ConnectionPool) -> None:
        """Be the collector: take batches from daemons with a certificate, and keep the partitions."""
        store = LogStore(pool)
        self.sink = Intake(store, time.time)
        self._upkeep = Upkeep(self._reactor, store)
        # Before the first record: without today's partition it would be refused.
        await self._upkeep.once()
        self._upkeep.start()
        allowed = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
        # Whoever listens for other machines says so by the address; certificates decide who of them may.
        if self.daemon.settings.link.host not in ("127.0.0.1", "::1", "localhost"):
            allowed = [ip_network("0.0.0.0/0"), ip_network("::/0")]
        self._collector = CollectorFactory(self._reactor, self.sink, identify, allowed)
        keys = self.daemon.require(Certificates).keys
        self.daemon.ports.adopt_collector(keys.accept("log", ("frontend", "backend"), self._collector))

    def _send_to_collector(self, role: str) -> None:
        """Ship to a collector elsewhere, as one of our roles."""
        keys = self.daemon.require(Certificates).keys
        endpoint = keys.dial(self._reactor, role, "log", self.daemon.settings.collector_address)
        self.sink = self._remote = RemoteSink(self._reactor, endpoint)

    def ship(self, sink: ILogSink | None = None) -> None:
        """Begin to ship what is on the disk: to the sink of this daemon, or to another."""
        self.sink = sink or self.sink
        if self.sink is not None:
            self._shipper = Shipper(self._reactor, self._spool, self.sink, deferToThread)
            self._shipper.start()

    def disk_figures(self) -> Iterable[Figure]:
        """Yield how much of the log is on the disk, and the room that its disk has."""
        yield Figure("log_spool_bytes", "Log records on this daemon's disk, in bytes.", self._spool.size())
        room = os.statvfs(self._spool.folder)
        free, whole = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
        yield Figure("disk_free_bytes", "Room on the disk of the data folder that is left for us.", free)
        yield Figure("disk_bytes", "Size of that disk.", whole)

    async def stop(self, seconds: float) -> None:
        """Ship and collect no more; what was not shipped waits on the disk."""
        if self._shipper is not None:
            # First: what it sends goes through what is closed below.
            await self._shipper.stop(seconds)
        if self._upkeep is not None:
            self._upkeep.stop()
        if self._collector is not None:
            self._collector.close()
        if self._remote is not None:
            await self._remote.close()
