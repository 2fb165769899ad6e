"""Wires the frontend: the two origins and everything behind the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.web.resource import IResource

import sagews
from sagews.config.settings import Settings
from sagews.frontend.http.behind_proxy import ProxyFactory
from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.static_files import BuiltFiles, find_built, load_built
from sagews.frontend.parts import BackendAddress, Parts
from sagews.frontend.sign_in.first_link import ensure_first_link, ensure_personal_token
from sagews.frontend.sign_in.password_hashing import AT_ONCE, Hasher
from sagews.frontend.site import make_sites, make_socket_site
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import WorkspaceId
from sagews.net.behind import ThreadsBehind
from sagews.policy.accounts.passwords import Passwords
from sagews.policy.http.forwarded import Proxies, parse_proxies
from sagews.roles.addresses import local_origin, origin, site_addresses, socket_addresses
from sagews.roles.backend import BackendComponent
from sagews.roles.certificates import Certificates
from sagews.roles.component import Component, DaemonContext
from sagews.roles.database import Databases
from sagews.roles.running.metrics import Metrics
from sagews.roles.running.siblings import Siblings
from sagews.roles.terminal import write_address
from sagews.store.accounts.accounts import AccountStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers: the site and the origin of untrusted content, or the websocket alone, and whom to believe."""

    sites: tuple[BoundedSite, ...]
    proxies: Proxies


class SiteComponent(Component):
    """The site of this process, or the websocket alone where the frontend is elsewhere."""

    name = "the site"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend", "backend"})
    reloads: ClassVar[frozenset[str]] = frozenset(
        {
            "user_quota",
            "administrator_quota",
            "sign_in",
            "site.names",
            "site.public",
            "site.public_untrusted",
            "site.proxies",
        }
    )
    _log = Logger()

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._settings = daemon.settings
        self._siblings: Siblings | None = None
        self._frontend: Frontend | None = None
        self._answering: Answering | None = None
        self._hashing: ThreadsBehind | None = None

    def show(self, siblings: Siblings) -> None:
        """Take where the state of the installation and its sessions are found."""
        self._siblings = siblings

    async def start(self) -> None:
        """Answer on the ports."""
        if self.daemon.plays("frontend"):
            hashing = self._hashing = ThreadsBehind(self.daemon.reactor, AT_ONCE)
            hashing.start()
            kept = await deferToThread(lambda: SiteKeeps(load_built(find_built()), Hasher(Passwords(), hashing.run)))
            self._frontend = Frontend(self.daemon, kept)
            # Before the port is opened: a page that comes at once finds an administrator's link that works.
            await self._frontend.prepare()
        self._serve(self._build(self._settings))

    def _build(self, settings: Settings) -> Answering:
        backend = self.daemon.find(BackendComponent)
        websockets = {"/ws": backend.backend.resource()} if backend is not None else {}
        proxies = parse_proxies(settings.site.proxies)
        if self._frontend is None or self._siblings is None:
            sockets = make_socket_site(websockets, socket_addresses(settings), self.daemon.reactor, proxies)
            return Answering((sockets,), proxies)
        return Answering(self._frontend.sites(settings, websockets, self._siblings), proxies)

    def _serve(self, answering: Answering) -> None:
        former = () if self._answering is None else self._answering.sites
        for site, before in zip(answering.sites, former, strict=False):
            # Who is connected stays connected, and counts; what a network owes, it owes still.
            site.bounds, site.turns = before.bounds, before.turns
        self._answering = answering
        first, *rest = (self._wrapped(site, answering.proxies) for site in answering.sites)
        self.daemon.ports.serve_site(first, rest[0] if rest else None)

    def _wrapped(self, site: IProtocolFactory, proxies: Proxies) -> IProtocolFactory:
        """Put TLS before a site, and what a proxy says before TLS."""
        secured = self.daemon.require(Certificates).keys.secure_site(site)
        return ProxyFactory(secured, proxies) if proxies else secured

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Answer with other names, proxies, quotas, and the certificate of the moment."""
        # Built before any component uses anything: what can't be built changes nothing.
        answering = self._build(settings)

        def use() -> Sequence[str]:
            self._settings = settings
            self._serve(answering)
            if self._frontend is not None:
                # The command line knows the daemon by the certificate that it serves.
                leaving = deferToThread(self._leave_address)
                leaving.addErrback(lambda failure: self._log.failure("the address was not left", failure))
            return ()

        return use

    async def stop(self, seconds: float) -> None:
        """Accept nobody any more."""
        await self.daemon.ports.close()
        if self._hashing is not None:
            self._hashing.stop()

    def ready(self) -> None:
        """Show where the site is, and leave the address for the command line."""
        if not self.daemon.plays("frontend"):
            return
        shown = origin(self._settings)
        self.daemon.terminal.ready(f"Sage Workspaces {sagews.__version__} is ready at {shown}")
        self._leave_address()

    def _leave_address(self) -> None:
        write_address(self.daemon.layout, local_origin(self._settings), self.daemon.require(Certificates).keys.site)


@dataclass(frozen=True, slots=True)
class SiteKeeps:
    """What takes tenths of a second to make: the client's files, and what hashes passwords.

    A page that comes back to a backend that is up must not wait for it, so it is made in a thread.
    """

    built: BuiltFiles
    hasher: Hasher


class Frontend:
    """Everything behind the site of a frontend.

    Args:
        daemon: names, ports, the data folder, the database.
        kept: what was read.
    """

    def __init__(self, daemon: DaemonContext, kept: SiteKeeps) -> None:
        self._reactor = daemon.reactor
        self._settings = daemon.settings
        self._backend_apart = not daemon.plays("backend")
        self._databases = daemon.require(Databases)
        self._layout = daemon.layout
        self._terminal = daemon.terminal
        self._kept = kept
        self._requests = daemon.require(Metrics).instruments.requests
        pool = self._databases.pool(DatabaseRole.FRONTEND)
        self._accounts = AccountStore(pool)
        self._workspaces = WorkspaceStore(pool)
        self._usage = UsageStore(pool)

    def sites(
        self, settings: Settings, websockets: Mapping[str, IResource], siblings: Siblings
    ) -> tuple[BoundedSite, BoundedSite]:
        """Return the factories of the site and of the origin for untrusted content."""
        backend = BackendAddress(settings.link.name)

        async def placement(_workspace: WorkspaceId | None) -> BackendAddress:
            return backend

        parts = Parts(
            accounts=self._accounts,
            workspaces=self._workspaces,
            usage=self._usage,
            logs=self._databases.log_store(),
            hasher=self._kept.hasher,
            status=siblings.status,
            placement=placement,
            addresses=site_addresses(settings, backend_apart=self._backend_apart),
            built=self._kept.built,
            version=sagews.__version__,
            now=now,
            websockets=websockets,
            quotas=settings.quotas,
            sign_in=settings.sign_in,
            live=siblings,
            strict_transport=settings.site.certificate is not None,
            proxies=parse_proxies(settings.site.proxies),
            observe=self._observe,
        )
        return make_sites(parts, self._reactor)

    def _observe(self, status: int, seconds: float) -> None:
        self._requests.labels(f"{status // 100}xx").observe(seconds)

    async def prepare(self) -> None:
        """Leave the command line's token and, while there is no administrator, the first link."""
        await ensure_personal_token(self._accounts, self._layout.token, now)
        # The one from the last start is spent or expired, and would only mislead.
        self._terminal.forget_first_link()
        link = await ensure_first_link(self._accounts, origin(self._settings), now)
        if link is not None:
            self._terminal.first_link(link)
