"""Which objects the chosen roles need, in the order in which they start.

Each step is a name, a coroutine that starts it and one that undoes it; the daemon runs them in this order and undoes
them in the reverse, so that a workspace is saved while its worker and the database still answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import sagews
from sagews.backend.history import WorkspaceHistory
from sagews.backend.history_jobs import HistoryJobs
from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.config import Settings
from sagews.errors import SagewsError
from sagews.frontend.bootstrap import ensure_first_link, ensure_personal_token
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import LoginId, UserId, WorkerId, WorkspaceId
from sagews.ops.folders import Layout
from sagews.roles import web
from sagews.roles.compute import least_level, make_launcher
from sagews.roles.database import Databases, read_dsn
from sagews.roles.listening import Ports
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal, isolation_line, write_address
from sagews.store.accounts import AccountStore
from sagews.store.documents import DocumentStore
from sagews.store.history import HistoryStore
from sagews.store.logs import LogStore
from sagews.store.runs import RunStore
from sagews.store.workspaces import WorkspaceStore
from sagews.worker.launcher_client import LauncherClient
from sagews.worker.sessions import LocalHost
from sagews.worker.settings import LocalSettings

Step = tuple[str, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]

BACKEND_NAME = "backend"


class Parts:
    """The objects of one daemon.

    Args:
        reactor: the reactor.
        settings: as read.
        roles: a part of config.ROLES.
        sockets: listening already.
        terminal: who started the daemon.
        fail: ends the daemon with a reason.
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        roles: tuple[str, ...],
        sockets: Sockets,
        terminal: Terminal,
        fail: Callable[[str], None],
    ) -> None:
        self.layout = Layout(settings.folder)
        self._reactor = reactor
        self._settings = settings
        self._roles = roles
        self._terminal = terminal
        self._fail = fail
        self._ports = Ports(reactor, sockets)
        self._launcher: LauncherClient | None = None
        self._databases: Databases | None = None
        self._backend: Backend | None = None
        self._host: LocalHost | None = None

    # ------------------------------------------------------------------------------------- before the drop

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Make what only the rights of the start can make: keys, the launcher."""
        dsn = read_dsn(self._settings.database, (account[0], 0))
        if self._has("frontend", "backend", "log"):
            self._databases = Databases(self._reactor, self._settings.database, self.layout, self._roles, dsn)
        if self._has("backend", "worker"):
            name = "-".join(sorted(self._roles)) if len(self._roles) < 4 else "all"
            sessions = self._has("worker")
            self._launcher = make_launcher(
                self._reactor, self._settings, self.layout, name, self._fail, sessions=sessions
            )
            self._launcher.start_privileged()

    def _has(self, *roles: str) -> bool:
        return any(role in self._roles for role in roles)

    # ------------------------------------------------------------------------------------- the sequence

    def steps(self) -> Iterator[Step]:
        """Yield the steps of the chosen roles."""
        if self._launcher is not None:
            yield "the launcher", self._start_launcher, self._launcher.stop
        if self._databases is not None:
            yield "the database", self._databases.start, self._databases.stop
        if self._has("worker"):
            yield "the worker", self._start_worker, self._stop_worker
        if self._has("backend"):
            yield "the backend", self._start_backend, self._stop_backend
        if self._has("frontend", "backend"):
            yield "the site", self._start_site, self._ports.close

    async def _start_launcher(self) -> None:
        launcher = self._launcher
        if launcher is None:
            raise SagewsError("internal", correlation="roles")
        await launcher.started()
        self._terminal.say(isolation_line(launcher.level, launcher.report))

    async def _start_worker(self) -> None:
        sessions, launcher = self._settings.sessions, self._launcher
        if launcher is None:
            raise SagewsError("internal", correlation="roles")
        bounds = LocalSettings(capacity=sessions.capacity, minimum=least_level(self._settings))
        self._host = LocalHost(
            self._reactor, launcher, WorkerId("local"), settings=bounds, job_limits=sessions.limits()
        )
        self._host.start()

    async def _stop_worker(self) -> None:
        if self._host is not None:
            await self._host.stop()

    async def _start_backend(self) -> None:
        databases, launcher = self._databases, self._launcher
        if databases is None or launcher is None:
            raise SagewsError("internal", correlation="roles")
        pool = databases.pool(DatabaseRole.BACKEND)
        accounts = AccountStore(pool)
        history = WorkspaceHistory(self._reactor, HistoryStore(pool), accounts, HistoryJobs(launcher))
        self._backend = Backend(
            self._reactor,
            self._reactor,
            accounts,
            WorkspaceStore(pool),
            DocumentStore(pool),
            RunStore(pool),
            history,
            self._backend_settings(),
            [self._host] if self._host is not None else [],
        )
        await self._backend.start()
        await databases.listen(self._logins_ended, self._grants_changed)

    def _backend_settings(self) -> BackendSettings:
        known = web.addresses(self._settings)
        return BackendSettings(
            name=BACKEND_NAME,
            origins=frozenset(known.site_origin(name) for name in known.names),
            limits=self._settings.sessions.limits(),
            minimum=least_level(self._settings),
            idle_seconds=60.0 * self._settings.sessions.idle_minutes,
        )

    def _logins_ended(self, change: Mapping[str, Any] | None) -> None:
        login = change.get("login") if change else None
        if self._backend is not None:
            self._backend.logins_ended([LoginId(login)] if login else None)

    def _grants_changed(self, change: Mapping[str, Any] | None) -> None:
        workspace, user = (change.get("workspace"), change.get("user")) if change else (None, None)
        if self._backend is not None:
            self._backend.grants_changed(WorkspaceId(workspace) if workspace else None, UserId(user) if user else None)

    async def _stop_backend(self) -> None:
        if self._backend is not None:
            await self._backend.stop()

    async def _start_site(self) -> None:
        databases = self._databases
        if databases is None:
            raise SagewsError("internal", correlation="roles")
        websockets = {"/ws": self._backend.resource()} if self._backend is not None else {}
        pool = databases.pool(DatabaseRole.FRONTEND)
        accounts = AccountStore(pool)
        logs = LogStore(databases.pool(DatabaseRole.LOG)) if self._has("log") else None
        stores = accounts, WorkspaceStore(pool), logs
        site, content = web.make_frontend(self._reactor, self._settings, stores, self.status, BACKEND_NAME, websockets)
        await ensure_personal_token(accounts, self.layout.token, web.now)
        await self._ports.serve_site(site, content)
        self._terminal.forget_first_link()
        link = await ensure_first_link(accounts, web.origin(self._settings), web.now)
        if link is not None:
            self._terminal.first_link(link)

    def ready(self) -> None:
        """Say that everything serves."""
        if self._has("frontend"):
            self._terminal.say(f"Sage Workspaces {sagews.__version__} is ready at {web.origin(self._settings)}")
            write_address(self.layout, web.origin(self._settings), None)
        else:
            self._terminal.say(f"Sage Workspaces {sagews.__version__} is ready as {', '.join(self._roles)}")

    async def status(self) -> dict[str, Any]:
        """Return what the status page shows."""
        launcher = self._launcher
        return {
            "version": sagews.__version__,
            "roles": list(self._roles),
            "isolation": {"level": launcher.level, "report": dict(launcher.report)} if launcher is not None else None,
            "backend": self._backend.status() if self._backend is not None else None,
        }


def jitter() -> float:
    """Return a random number below 1, so that those who lost the same peer do not come back together."""
    return secrets.randbelow(1_000_000) / 1_000_000
