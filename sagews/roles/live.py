"""Wires the backend: documents, runs, history, and the link for workers that run apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.service import WorkspaceHistory
from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.listener import WorkerGate
from sagews.config import Settings
from sagews.errors import SagewsError
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.ops.tls.contexts import identify
from sagews.roles import web
from sagews.roles.compute import Compute, least_level
from sagews.roles.database import Databases
from sagews.roles.records import Records
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.workspaces import WorkspaceStore


class Live:
    """The backend of this process.

    Args:
        reactor: the reactor.
        settings: names and limits.
        databases: started before this.
        compute: the launcher for one-shot jobs, and the sessions of this process if it has any.
        records: where workers' log records go.
    """

    def __init__(
        self, reactor: Any, settings: Settings, databases: Databases, compute: Compute, records: Records
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._databases = databases
        self._compute = compute
        self._records = records
        self._backend: Backend | None = None
        self._gate: WorkerGate | None = None

    @property
    def backend(self) -> Backend:
        """The backend; raises SagewsError before it was started."""
        if self._backend is None:
            raise SagewsError("shutting-down")
        return self._backend

    async def start(self) -> None:
        """Build it, start it, and hear of what other daemons change."""
        pool = self._databases.pool(DatabaseRole.BACKEND)
        accounts = AccountStore(pool)
        history = WorkspaceHistory(self._reactor, HistoryStore(pool), accounts, HistoryJobs(self._compute.launcher))
        host = self._compute.host
        self._backend = Backend(
            self._reactor,
            self._reactor,
            accounts,
            WorkspaceStore(pool),
            DocumentStore(pool),
            RunStore(pool),
            history,
            self._backend_settings(),
            [host] if host is not None else [],
        )
        await self._backend.start()
        await self._databases.listen(self._logins_ended, self._grants_changed)

    async def stop(self) -> None:
        """Save everything and tell every page when to come back; workers are needed until then."""
        if self._backend is not None:
            await self._backend.stop()
        if self._gate is not None:
            self._gate.stop()

    def make_gate(self) -> WorkerGate:
        """Return the factory that takes workers."""
        self._gate = WorkerGate(
            self._reactor,
            web.BACKEND_NAME,
            add_host=self.backend.add_host,
            remove_host=self.backend.remove_host,
            identify=identify,
            keep_seconds=self._settings.link.keep_seconds,
            sink=self._records.sink,
        )
        return self._gate

    def _backend_settings(self) -> BackendSettings:
        pages, sockets = web.site_addresses(self._settings, backend_apart=False), web.socket_addresses(self._settings)
        return BackendSettings(
            name=web.BACKEND_NAME,
            origins=frozenset(known.site_origin(name) for known in (pages, sockets) for name in known.names),
            limits=self._settings.sessions.limits(),
            minimum=least_level(self._settings),
            idle_seconds=60.0 * self._settings.sessions.idle_minutes,
        )

    def _logins_ended(self, change: Mapping[str, Any] | None) -> None:
        login = change.get("login") if change else None
        self.backend.logins_ended([LoginId(login)] if login else None)

    def _grants_changed(self, change: Mapping[str, Any] | None) -> None:
        workspace, user = (change.get("workspace"), change.get("user")) if change else (None, None)
        self.backend.grants_changed(WorkspaceId(workspace) if workspace else None, UserId(user) if user else None)
