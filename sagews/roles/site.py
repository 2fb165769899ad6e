"""Wires the frontend: the two origins and everything behind the site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.threads import deferToThread
from twisted.web.resource import IResource
from twisted.web.server import Site

import sagews
from sagews.frontend.http.behind_proxy import ProxyFactory
from sagews.frontend.http.static_files import find_built, load_built
from sagews.frontend.parts import BackendAddress, LiveSide, Parts
from sagews.frontend.sign_in.first_link import ensure_first_link, ensure_personal_token
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.site import make_sites, make_socket_site
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import WorkspaceId
from sagews.policy.accounts.passwords import Passwords
from sagews.policy.http.forwarded import Proxies, parse_proxies
from sagews.roles.addresses import local_origin, origin, site_addresses, socket_addresses
from sagews.roles.backend import BackendComponent
from sagews.roles.certificates import Certificates
from sagews.roles.component import Component, DaemonContext
from sagews.roles.database import Databases
from sagews.roles.terminal import write_address
from sagews.store.accounts.accounts import AccountStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore

Status = Callable[[], Awaitable[Mapping[str, Any]]]


async def _no_status() -> Mapping[str, Any]:
    return {}


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


class SiteComponent(Component):
    """The site of this process, or the websocket alone where the frontend is elsewhere."""

    name = "the site"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend", "backend"})

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._settings = daemon.settings
        self._status: Status = _no_status

    def show_status(self, status: Status) -> None:
        """Take what the status page shows."""
        self._status = status

    async def start(self) -> None:
        """Answer on the ports."""
        backend = self.daemon.find(BackendComponent)
        websockets = {"/ws": backend.backend.resource()} if backend is not None else {}
        if not self.daemon.plays("frontend"):
            names = socket_addresses(self._settings)
            sockets = make_socket_site(websockets, names, self.daemon.reactor, self._proxies)
            self.daemon.ports.serve_site(self._wrapped(sockets), None)
            return
        frontend = Frontend(self.daemon, backend_apart=backend is None)
        live = backend.backend if backend is not None else None
        site, content = await frontend.sites(self._status, websockets, live)
        # Before the port is opened: a page that comes at once finds an administrator's link that works.
        await frontend.prepare()
        self.daemon.ports.serve_site(self._wrapped(site), self._wrapped(content))

    @property
    def _proxies(self) -> Proxies:
        return parse_proxies(self._settings.site.proxies)

    def _wrapped(self, site: IProtocolFactory) -> IProtocolFactory:
        """Put TLS before a site, and what a proxy says before TLS."""
        secured = self.daemon.require(Certificates).keys.secure_site(site)
        return ProxyFactory(secured, self._proxies) if self._proxies else secured

    async def stop(self, seconds: float) -> None:
        """Accept nobody any more."""
        await self.daemon.ports.close()

    def ready(self) -> None:
        """Show where the site is, and leave the address for the command line."""
        if not self.daemon.plays("frontend"):
            return
        shown = origin(self._settings)
        self.daemon.terminal.say(f"Sage Workspaces {sagews.__version__} is ready at {shown}")
        write_address(self.daemon.layout, local_origin(self._settings), self.daemon.require(Certificates).keys.site)


class Frontend:
    """Everything behind the site of a frontend.

    Args:
        daemon: names, ports, the data folder, the database.
        backend_apart: whether the websocket is in another process.
    """

    def __init__(self, daemon: DaemonContext, *, backend_apart: bool) -> None:
        self._reactor = daemon.reactor
        self._settings = daemon.settings
        self._databases = daemon.require(Databases)
        self._layout = daemon.layout
        self._terminal = daemon.terminal
        self._addresses = site_addresses(daemon.settings, backend_apart=backend_apart)
        self._backend = BackendAddress(daemon.settings.link.name)
        pool = self._databases.pool(DatabaseRole.FRONTEND)
        self._accounts = AccountStore(pool)
        self._workspaces = WorkspaceStore(pool)
        self._usage = UsageStore(pool)

    async def sites(
        self, status: Status, websockets: Mapping[str, IResource], live: LiveSide | None
    ) -> tuple[Site, Site]:
        """Return the factories of the site and of the origin for untrusted content."""

        async def placement(_workspace: WorkspaceId | None) -> BackendAddress:
            return self._backend

        # Reading the client's files and the first hash of a password take tenths of a second: a page that comes back
        # to a backend that is up already must not wait for them.
        built = await deferToThread(lambda: load_built(find_built()))
        passwords = await deferToThread(Passwords)
        parts = Parts(
            accounts=self._accounts,
            workspaces=self._workspaces,
            usage=self._usage,
            logs=self._databases.log_store(),
            hasher=Hasher(passwords, deferToThread),
            status=status,
            placement=placement,
            addresses=self._addresses,
            built=built,
            version=sagews.__version__,
            now=now,
            websockets=websockets,
            quotas=self._settings.quotas,
            live=live,
            strict_transport=self._settings.site.certificate is not None,
            proxies=parse_proxies(self._settings.site.proxies),
        )
        return make_sites(parts, self._reactor)

    async def prepare(self) -> None:
        """Leave the command line's token and, while there is no administrator, the first link."""
        await ensure_personal_token(self._accounts, self._layout.token, now)
        # The one from the last start is spent or expired, and would only mislead.
        self._terminal.forget_first_link()
        link = await ensure_first_link(self._accounts, origin(self._settings), now)
        if link is not None:
            self._terminal.first_link(link)
