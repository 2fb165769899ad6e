"""Wires the frontend: the two origins and everything behind the site."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.web.resource import IResource
from twisted.web.server import Site

import sagews
from sagews.config import Settings
from sagews.frontend.bootstrap import ensure_first_link, ensure_personal_token
from sagews.frontend.hashing import Hasher
from sagews.frontend.site import Parts, make_sites
from sagews.frontend.static import find_built, load_built
from sagews.frontend.tickets import BackendPlace
from sagews.model.identifiers import WorkspaceId
from sagews.ops.folders import Layout
from sagews.policy.passwords import Passwords
from sagews.policy.requests import Addresses
from sagews.roles.database import Databases
from sagews.roles.terminal import Terminal
from sagews.store.accounts import AccountStore
from sagews.store.workspaces import WorkspaceStore

# There is one backend now; tickets and leases name it.
BACKEND_NAME = "backend"

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def addresses(settings: Settings) -> Addresses:
    """Return the names under which the site answers: loopback's, its own address, and the configured ones."""
    names = {*LOOPBACK_NAMES, *settings.site.names}
    if not _is_wildcard(settings.site.host):
        names.add(settings.site.host)
    return Addresses(
        names=frozenset(_written(name) for name in names),
        port=settings.site.port,
        content_port=settings.site.content_port,
        secure=settings.site.encrypted,
    )


def _is_wildcard(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")  # noqa: S104 - recognised here, not bound


def _written(name: str) -> str:
    """Return a name as it stands in a Host header."""
    try:
        return f"[{ipaddress.IPv6Address(name)}]"
    except ValueError:
        return name.lower()


def origin(settings: Settings) -> str:
    """Return the site's address as we print it."""
    known = addresses(settings)
    shown = "127.0.0.1" if _is_wildcard(settings.site.host) or settings.site.loopback else settings.site.host
    return known.site_origin(settings.site.names[0] if settings.site.names else shown)


class Frontend:
    """The site of this process.

    Args:
        reactor: the reactor.
        settings: names and ports.
        databases: started before this.
        layout: the data folder.
        terminal: who started the daemon.
    """

    def __init__(
        self, reactor: Any, settings: Settings, databases: Databases, layout: Layout, terminal: Terminal
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._databases = databases
        self._layout = layout
        self._terminal = terminal
        pool = databases.pool(databases.site_role)
        self._accounts = AccountStore(pool)
        self._workspaces = WorkspaceStore(pool)

    def sites(
        self, status: Callable[[], Awaitable[Mapping[str, Any]]], websockets: Mapping[str, IResource]
    ) -> tuple[Site, Site]:
        """Return the factories of the site and of the origin for untrusted content."""

        async def place(_workspace: WorkspaceId | None) -> BackendPlace:
            return BackendPlace(BACKEND_NAME)

        parts = Parts(
            accounts=self._accounts,
            workspaces=self._workspaces,
            logs=self._databases.log_store(),
            hasher=Hasher(Passwords(), deferToThread),
            status=status,
            place=place,
            addresses=addresses(self._settings),
            built=load_built(find_built()),
            version=sagews.__version__,
            now=now,
            websockets=websockets,
            strict_transport=self._settings.site.certificate is not None,
        )
        return make_sites(parts, self._reactor)

    async def prepare(self) -> None:
        """Leave the command line's token and, while there is no administrator, the first link."""
        await ensure_personal_token(self._accounts, self._layout.token, now)
        self._terminal.forget_first_link()
        link = await ensure_first_link(self._accounts, origin(self._settings), now)
        if link is not None:
            self._terminal.first_link(link)
