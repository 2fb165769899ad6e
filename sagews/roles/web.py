"""Wires the frontend: the two origins and everything behind the site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.web.resource import IResource
from twisted.web.server import Site

import sagews
from sagews.config import Settings
from sagews.frontend.api.tickets import BackendPlace
from sagews.frontend.http.static_files import find_built, load_built
from sagews.frontend.sign_in.first_link import ensure_first_link, ensure_personal_token
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.site import Parts, make_sites
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import WorkspaceId
from sagews.ops.folders import Layout
from sagews.policy.accounts.passwords import Passwords
from sagews.policy.http.requests import Addresses, addresses
from sagews.roles.database import Databases
from sagews.roles.terminal import Terminal
from sagews.store.accounts.accounts import AccountStore
from sagews.store.workspaces.workspaces import WorkspaceStore

# There is one backend now; tickets and leases name it.
BACKEND_NAME = "backend"

# There is one backend now; tickets and leases name it.
BACKEND_NAME = "backend"


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def site_addresses(settings: Settings, *, backend_apart: bool) -> Addresses:
    """Return the names under which the site answers; with a backend apart, pages may connect there as well."""
    site = settings.site
    found = addresses(site.host, site.names, site.port, site.content_port, secure=site.encrypted)
    if not backend_apart:
        return found
    scheme = "wss" if found.secure else "ws"
    return replace(found, socket_origins=tuple(f"{scheme}://{name}:{site.socket_port}" for name in sorted(found.names)))


def socket_addresses(settings: Settings) -> Addresses:
    """Return the names under which a backend apart answers, and from where its pages come."""
    site = settings.site
    pages = site_addresses(settings, backend_apart=False)
    found = addresses(site.host, site.names, site.socket_port, site.content_port, secure=site.encrypted)
    return replace(found, page_origins=frozenset(pages.site_origin(name) for name in pages.names))


def origin(settings: Settings) -> str:
    """Return the site's address as we print it."""
    site = settings.site
    if site.names:
        shown = site.names[0]
    else:
        shown = "127.0.0.1" if site.loopback or site.host in ("0.0.0.0", "::") else site.host  # noqa: S104
    return site_addresses(settings, backend_apart=False).site_origin(shown)


class Frontend:
    """The site of this process.

    Args:
        reactor: the reactor.
        settings: names and ports.
        databases: started before this.
        layout: the data folder.
        terminal: who started the daemon.
        backend_apart: whether the websocket is in another process.
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        databases: Databases,
        layout: Layout,
        terminal: Terminal,
        *,
        backend_apart: bool,
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._databases = databases
        self._layout = layout
        self._terminal = terminal
        self._addresses = site_addresses(settings, backend_apart=backend_apart)
        self._backend = BackendPlace(BACKEND_NAME, self._socket_url() if backend_apart else None)
        pool = databases.pool(DatabaseRole.FRONTEND)
        self._accounts = AccountStore(pool)
        self._workspaces = WorkspaceStore(pool)

    def sites(
        self, status: Callable[[], Awaitable[Mapping[str, Any]]], websockets: Mapping[str, IResource]
    ) -> tuple[Site, Site]:
        """Return the factories of the site and of the origin for untrusted content."""

        async def place(_workspace: WorkspaceId | None) -> BackendPlace:
            return self._backend

        parts = Parts(
            accounts=self._accounts,
            workspaces=self._workspaces,
            logs=self._databases.log_store(),
            hasher=Hasher(Passwords(), deferToThread),
            status=status,
            place=place,
            addresses=self._addresses,
            built=load_built(find_built()),
            version=sagews.__version__,
            now=now,
            websockets=websockets,
            strict_transport=self._settings.site.certificate is not None,
        )
        return make_sites(parts, self._reactor)

    def _socket_url(self) -> str:
        host = origin(self._settings).split("//")[1].rsplit(":", 1)[0]
        scheme = "wss" if self._addresses.secure else "ws"
        return f"{scheme}://{host}:{self._settings.site.socket_port}/ws"

    async def prepare(self) -> None:
        """Leave the command line's token and, while there is no administrator, the first link."""
        await ensure_personal_token(self._accounts, self._layout.token, now)
        self._terminal.forget_first_link()
        link = await ensure_first_link(self._accounts, origin(self._settings), now)
        if link is not None:
            self._terminal.first_link(link)
