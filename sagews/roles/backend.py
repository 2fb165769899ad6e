"""Wires the backend: documents, runs, history, and the link for workers that run apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sagews.backend.checks.process import DocumentChecks
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.service import Histories
from sagews.backend.history.upkeep import HistoryUpkeep
from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.listener import WorkerGate
from sagews.config.changes import Change
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.model.sessions import MEBIBYTE
from sagews.net.descriptors import share_of_descriptors
from sagews.ops.metrics.figures import Figure
from sagews.ops.tls.contexts import identify
from sagews.roles.addresses import websocket_origins
from sagews.roles.certificates import Certificates
from sagews.roles.component import Component, DaemonContext
from sagews.roles.database import Databases
from sagews.roles.launcher import Launcher, least_level
from sagews.roles.records import Records
from sagews.roles.worker import Worker
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.history.outputs import VersionOutputStore
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from sagews.wire.worker import MOST_KEEP_SECONDS, WorkerSettings


def worker_settings(settings: Settings) -> WorkerSettings:
    """Return what workers are told: the level below which they are not wanted, and how long sessions are kept.

    A worker whose own settings keep sessions longer would compute on for somebody who has given them up.
    """
    keep = min(settings.link.keep_seconds, MOST_KEEP_SECONDS)
    return WorkerSettings(minimum=least_level(settings), keep_seconds=keep)


# What a session may use; the launcher allows at most what it was told at its start.
LIMITS = frozenset(f"sessions.{each}" for each in ("memory_mib", "home_mib", "file_mib", "processes", "cpu_hours"))
HOMES = frozenset({"user_quota.home", "administrator_quota.home"})
MOST_SOCKETS = 10_000
# What the status has of the backend's figures, and how monitoring explains it.
_COUNTED = {
    "connections": "Pages that are connected.",
    "workspaces": "Workspaces that are open.",
    "documents": "Worksheets that are open.",
    "sessions": "Sessions that live.",
    "waiting_bytes": "Bytes that wait to be sent to pages.",
}


class BackendComponent(Component):
    """The backend of this process."""

    name = "the backend"
    roles: ClassVar[frozenset[str]] = frozenset({"backend"})
    status_name = "backend"
    reloads: ClassVar[frozenset[str]] = LIMITS | {
        "user_quota",
        "administrator_quota",
        "sessions.idle_minutes",
        "site.names",
        "site.public",
        "site.public_untrusted",
    }

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._reactor = daemon.reactor
        self._settings = daemon.settings
        self._backend: Backend | None = None
        self._gate: WorkerGate | None = None
        self._upkeep: HistoryUpkeep | None = None
        self._quota: HistoryQuota | None = None
        self._checks = DocumentChecks(daemon.reactor)

    @property
    def backend(self) -> Backend:
        """The backend; raises SagewsError before it was started."""
        if self._backend is None:
            raise SagewsError("shutting-down")
        return self._backend

    async def start(self) -> None:
        """Build it, start it, and hear of what other daemons change."""
        databases = self.daemon.require(Databases)
        pool = databases.pool(DatabaseRole.BACKEND)
        accounts = AccountStore(pool)
        jobs = HistoryJobs(self._reactor, self.daemon.require(Launcher).client)
        history, runs, usage = HistoryStore(pool), RunStore(pool), UsageStore(pool)
        self._quota = HistoryQuota(usage, accounts, self._settings.quotas, history)
        outputs = VersionOutputStore(pool)
        histories = Histories(self._reactor, history, accounts, jobs, self._quota, outputs, self._checks)
        self._upkeep = HistoryUpkeep(self._reactor, history, runs)
        worker = self.daemon.find(Worker)
        host = worker.host if worker is not None else None
        self._backend = Backend(
            self._reactor,
            self._reactor,
            accounts,
            WorkspaceStore(pool),
            DocumentStore(pool),
            runs,
            Journal(pool),
            usage,
            histories,
            self._checks,
            self._backend_settings(self._settings),
            [host] if host is not None else [],
        )
        await self._backend.start()
        self._upkeep.start()
        await databases.listen(self._logins_ended, self._grants_changed, self._workspace_renamed)
        keys = self.daemon.require(Certificates).keys
        self.daemon.ports.adopt_link(keys.accept("backend", ("worker",), self._make_gate()))

    async def stop(self, seconds: float) -> None:
        """Save everything and tell every page when to come back; workers are needed until then."""
        if self._upkeep is not None:
            self._upkeep.stop()
        if self._backend is not None:
            await self._backend.stop(seconds)
        self._checks.stop()
        if self._gate is not None:
            self._gate.stop()

    def _make_gate(self) -> WorkerGate:
        """Return the factory that takes workers."""
        self._gate = WorkerGate(
            self._reactor,
            self._settings.link.name,
            add_host=self.backend.add_host,
            host_is_back=self.backend.add_host,
            remove_host=self.backend.remove_host,
            identify=identify,
            settings=worker_settings(self._settings),
            keep_seconds=self._settings.link.keep_seconds,
            sink=self.daemon.require(Records).sink,
        )
        return self._gate

    def describe(self) -> Mapping[str, Any]:
        """Return connections, workspaces, sessions and workers."""
        return self.backend.status()

    def figures(self) -> Iterable[Figure]:
        """Yield what pages, worksheets and sessions there are."""
        if self._backend is None:
            return
        status = self._backend.status()
        for key, text in _COUNTED.items():
            yield Figure(key, text, status[key])
        for worker in status["workers"]:
            labels = {"worker": str(worker["id"])}
            yield Figure("worker_sessions", "Sessions of this backend on a worker.", worker["sessions"], labels=labels)
            yield Figure("worker_capacity", "Sessions that a worker takes in all.", worker["capacity"], labels=labels)

    def takes(self, change: Change) -> bool:
        """Whether a change needs no restart: of limits those that stay within what launchers were told."""
        if change.key in LIMITS:
            started: int = getattr(self._settings.sessions, change.key.partition(".")[2])
            return bool(change.new <= started)
        if change.key in HOMES:
            # What launchers were told is the larger one of all types of accounts.
            return bool(change.new * MEBIBYTE <= self._settings.limits().disk)
        return super().takes(change)

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Take other quotas, limits and names."""
        wanted = self._backend_settings(settings)

        def use() -> Sequence[str]:
            self.backend.adopt(wanted)
            if self._quota is not None:
                self._quota.change(wanted.quotas)
            return ()

        return use

    def _backend_settings(self, settings: Settings) -> BackendSettings:
        # A third of all descriptors: who has not said who it is may have a fifth of those, and one network a quarter of
        # that, so that silence keeps nobody out.
        sockets = share_of_descriptors(3, MOST_SOCKETS)
        return BackendSettings(
            max_connections=sockets,
            max_waiting=max(1, sockets // 5),
            max_waiting_of_one=max(1, sockets // 20),
            name=settings.link.name,
            quotas=settings.quotas,
            origins=websocket_origins(settings),
            limits=settings.limits(),
            minimum=least_level(settings),
            idle_seconds=60.0 * settings.sessions.idle_minutes,
        )

    def _logins_ended(self, change: Mapping[str, Any] | None) -> None:
        login = change.get("login") if change else None
        self.backend.logins_ended([LoginId(login)] if login else None)

    def _grants_changed(self, change: Mapping[str, Any] | None) -> None:
        workspace, user = (change.get("workspace"), change.get("user")) if change else (None, None)
        self.backend.grants_changed(WorkspaceId(workspace) if workspace else None, UserId(user) if user else None)

    def _workspace_renamed(self, change: Mapping[str, Any] | None) -> None:
        workspace = change.get("workspace") if change else None
        self.backend.workspace_renamed(WorkspaceId(workspace) if workspace else None)
