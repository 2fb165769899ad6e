"""Which objects the chosen roles need, in the order in which they start.

Each step is a name, a coroutine that starts it and one that undoes it; the daemon runs them in this order and undoes
them in the reverse, so that a workspace is saved while its worker and the database still answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import sagews
from sagews.config import ROLES, Settings
from sagews.frontend.site import make_socket_site
from sagews.model.database import DatabaseRole
from sagews.ops.folders import Layout
from sagews.roles import web
from sagews.roles.compute import Compute
from sagews.roles.database import Databases, read_dsn
from sagews.roles.keys import Keys, make_keys
from sagews.roles.listening import Ports
from sagews.roles.live import Live
from sagews.roles.records import Records
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal, write_address

Step = tuple[str, Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]


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

    keys: Keys
    records: Records

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
        self.name = "all" if set(roles) == set(ROLES) else "-".join(sorted(roles))
        self._reactor = reactor
        self._settings = settings
        self._roles = roles
        self._terminal = terminal
        self._fail = fail
        self._ports = Ports(reactor, sockets)
        self._compute: Compute | None = None
        self._databases: Databases | None = None
        self._live: Live | None = None

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Make what only the rights of the start can make: keys, the launcher."""
        self.keys = make_keys(self._settings, self.layout, self._roles, account)
        if self._has("frontend", "backend", "log"):
            dsn = read_dsn(self._settings.database, (account[0], 0))
            self._databases = Databases(self._reactor, self._settings.database, self.layout, self._roles, dsn)
        if self._has("backend", "worker"):
            self._compute = Compute(
                self._reactor, self._settings, self.layout, self.name, self._fail, sessions=self._has("worker")
            )
            self._compute.launcher.start_privileged()

    def prepare(self) -> None:
        """Make what belongs to the service account: the spool of log records."""
        self.records = Records(self._reactor, self._settings, self.layout, self.name, self._roles)
        self.records.observe()

    def _has(self, *roles: str) -> bool:
        return any(role in self._roles for role in roles)

    # ------------------------------------------------------------------------------------- the sequence

    def steps(self) -> Iterator[Step]:
        """Yield the steps of the chosen roles."""
        if self._compute is not None:
            yield "the launcher", self._start_launcher, self._compute.launcher.stop
        if self._databases is not None:
            yield "the database", self._databases.start, self._databases.stop
        yield "the records", self._start_records, self.records.stop
        if self._compute is not None and self._has("worker"):
            yield "the worker", self._start_worker, self._compute.stop
        if self._databases is not None and self._compute is not None and self._has("backend"):
            live = self._live = Live(self._reactor, self._settings, self._databases, self._compute, self.records)
            yield "the backend", self._start_backend, live.stop
        if self._has("frontend", "backend"):
            yield "the site", self._start_site, self._ports.close

    async def _start_launcher(self) -> None:
        if self._compute is not None:
            self._terminal.say(await self._compute.start_launcher())

    async def _start_records(self) -> None:
        if self._databases is not None and self._has("log"):
            await self.records.collect(self._databases.pool(DatabaseRole.LOG), self._ports, self.keys)
        elif self._has("frontend", "backend"):
            role = "backend" if self._has("backend") else "frontend"
            self.records.send_to_collector(self.keys, role)
        if self._has("frontend", "backend", "log"):
            self.records.ship()

    async def _start_worker(self) -> None:
        if self._compute is None:
            return
        if self._has("backend"):
            self._compute.start_sessions()
        else:
            self.records.ship(self._compute.start_apart(self.keys))

    async def _start_backend(self) -> None:
        if self._live is not None:
            await self._live.start()
            self._ports.adopt_link(self.keys.accept("backend", ("worker",), self._live.make_gate()))

    async def _start_site(self) -> None:
        if self._databases is None:
            return
        websockets = {"/ws": self._live.backend.resource()} if self._live is not None else {}
        if not self._has("frontend"):
            addresses = web.socket_addresses(self._settings)
            socket_site = make_socket_site(websockets, addresses, self._reactor)
            self._ports.serve_site(self.keys.secure_site(socket_site), None)
            return
        frontend = web.Frontend(
            self._reactor,
            self._settings,
            self._databases,
            self.layout,
            self._terminal,
            backend_apart=not self._has("backend"),
        )
        site, content = frontend.sites(self.status, websockets)
        await frontend.prepare()
        self._ports.serve_site(self.keys.secure_site(site), self.keys.secure_site(content))

    def ready(self) -> None:
        """Say that everything serves."""
        if self._has("frontend"):
            self._terminal.say(f"Sage Workspaces {sagews.__version__} is ready at {web.origin(self._settings)}")
            write_address(self.layout, web.origin(self._settings), self.keys.pinned)
        else:
            self._terminal.say(f"Sage Workspaces {sagews.__version__} is ready as {', '.join(self._roles)}")

    async def status(self) -> dict[str, Any]:
        """Return what the status page shows."""
        return {
            "version": sagews.__version__,
            "roles": list(self._roles),
            "isolation": self._compute.describe() if self._compute is not None else None,
            "backend": self._live.backend.status() if self._live is not None else None,
        }
