"""Wires PostgreSQL: the operator's server or our own cluster, the schema, and one pool for each role of ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy.exc import DBAPIError
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sagews.errors import SagewsError
from sagews.model.database import DatabaseRole
from sagews.ops.metrics.figures import Figure
from sagews.ops.postgres.dsn import read_dsn
from sagews.ops.postgres.folders import ClusterFolders, prepare_folders
from sagews.ops.postgres.roles import ensure_passwords, role_dsn
from sagews.ops.postgres.server import PostgresService
from sagews.roles.component import Component, DaemonContext
from sagews.roles.running.metrics import Metrics
from sagews.store.listener import GRANTS_CHANGED, LOGINS_ENDED, WORKSPACE_RENAMED, Listener
from sagews.store.logs.logs import LogStore
from sagews.store.migrate import migrate
from sagews.store.pool import ConnectionPool

# How a daemon's connections are shared out, in twelfths; the listener's own one comes on top.
# The backend's are the most: a page waits for its commits.
SHARES = {DatabaseRole.FRONTEND: 4, DatabaseRole.BACKEND: 6, DatabaseRole.LOG: 2}
MIGRATE_ATTEMPTS = 60
# One segment of PostgreSQL's log, in bytes: with less it can't go on.
LEAST_ROOM = 16 * 1024 * 1024

log = Logger()

NEEDS = {"frontend": DatabaseRole.FRONTEND, "backend": DatabaseRole.BACKEND, "log": DatabaseRole.LOG}


class Guest:
    """Our cluster for a daemon that does not run it: the one with the backend does, from the same data folder."""

    def __init__(self, root: Path) -> None:
        self._folders = ClusterFolders(root)
        self._passwords: dict[str, str] = {}

    async def start(self) -> None:
        """Read the passwords; whoever comes first makes them."""
        await deferToThread(prepare_folders, self._folders, None)
        self._passwords = await deferToThread(ensure_passwords, self._folders.passwords)

    async def stop(self, seconds: float) -> None:
        """Leave the cluster running: it is not ours."""

    def dsn(self, role: DatabaseRole) -> str:
        """Return the DSN of a role. It holds the password: never log it."""
        return role_dsn(self._folders.sockets, role, self._passwords[role])


class Databases(Component):
    """The database as the chosen roles need it."""

    name = "the database"
    roles: ClassVar[frozenset[str]] = frozenset(NEEDS)

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._reactor = daemon.reactor
        self._dsn: str | None = None
        self._cluster: PostgresService | Guest | None = None
        connections = daemon.settings.database.connections
        self._sizes = {
            NEEDS[role]: max(1, connections * SHARES[NEEDS[role]] // 12) for role in daemon.roles if role in NEEDS
        }
        self._pools: dict[DatabaseRole, ConnectionPool] = {}
        self._listener: Listener | None = None

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Read the operator's DSN, else choose our own cluster: the backend's daemon runs it, others are its guests."""
        self._dsn = read_dsn(self.daemon.settings.database, (account[0], 0))
        if self._dsn is None:
            folder = self.daemon.layout.postgres
            # One of the daemons has to, and a cluster without a backend serves nobody.
            runs_it = self.daemon.plays("backend")
            self._cluster = PostgresService(self._reactor, folder) if runs_it else Guest(folder)

    def pool(self, role: DatabaseRole) -> ConnectionPool:
        """Return the pool of a role, once started."""
        return self._pools[role]

    def log_store(self) -> LogStore:
        """Return the log records, to read: the frontend's role may, whoever collects them."""
        return LogStore(self._pools[DatabaseRole.FRONTEND])

    async def start(self) -> None:
        """Start the cluster, bring the schema up to date, connect."""
        if self._cluster is not None:
            await self._cluster.start()
        await self._migrate(self._dsn_of(DatabaseRole.SCHEMA))
        for role, size in self._sizes.items():
            pool = self._pools[role] = ConnectionPool(
                self._reactor,
                self._dsn_of(role),
                size=size,
                application=role,
                is_full=self._is_full,
                observe=self.daemon.require(Metrics).instruments.statements.labels(role).observe,
            )
            await pool.start()

    async def _migrate(self, dsn: str) -> None:
        """Bring the schema up to date, as soon as the server is there: another daemon may still be starting it."""
        for _ in range(MIGRATE_ATTEMPTS):
            try:
                await deferToThread(migrate, dsn)
            except SagewsError as error:
                if error.code != "database":
                    raise
            except DBAPIError as error:
                # Two daemons set the same rights at once: PostgreSQL refuses one of them, who then finds them set.
                log.info("the schema waits: {reason}", reason=type(error.orig).__name__)
            else:
                return
            await deferLater(self._reactor, 1.0)
        raise SagewsError("database")

    async def listen(
        self,
        logins_ended: Callable[[Mapping[str, Any] | None], None],
        grants_changed: Callable[[Mapping[str, Any] | None], None],
        workspace_renamed: Callable[[Mapping[str, Any] | None], None],
    ) -> None:
        """Hear what other daemons changed; None means that something may have been missed."""
        receivers = {LOGINS_ENDED: logins_ended, GRANTS_CHANGED: grants_changed, WORKSPACE_RENAMED: workspace_renamed}

        def read_again() -> None:
            for receiver in receivers.values():
                receiver(None)

        self._listener = Listener(
            self._reactor,
            self._dsn_of(DatabaseRole.BACKEND),
            tuple(receivers),
            lambda channel, payload: receivers[channel](payload),
            read_again,
        )
        await self._listener.start()

    async def stop(self, seconds: float) -> None:
        """Disconnect, and stop the cluster."""
        if self._listener is not None:
            self._listener.stop()
        for pool in self._pools.values():
            pool.stop()
        if self._cluster is not None:
            await self._cluster.stop(seconds)

    def figures(self) -> Iterable[Figure]:
        """Yield how many connections are up and how many statements wait for one."""
        for role, pool in self._pools.items():
            labels = {"role": str(role)}
            yield Figure("database_connections_up", "Connections to PostgreSQL that work.", pool.up, labels=labels)
            yield Figure("database_connections", "Connections that there should be.", pool.size, labels=labels)
            yield Figure("database_waiting", "Statements that wait for a connection.", pool.waiting, labels=labels)

    def unready(self) -> str:
        """Return that the database is gone, where no connection of a pool works."""
        gone = any(not pool.up for pool in list(self._pools.values()))
        return "the database does not answer" if gone else ""

    def _is_full(self) -> bool:
        """Whether the disk of our own cluster has no room left for its log."""
        if self._cluster is None:
            return False
        room = os.statvfs(self.daemon.layout.postgres)
        return room.f_bavail * room.f_frsize < LEAST_ROOM

    def _dsn_of(self, role: DatabaseRole) -> str:
        return self._dsn if self._dsn else self._cluster.dsn(role)  # type: ignore[union-attr]  # one of the two
