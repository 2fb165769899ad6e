"""Makes every certificate that the chosen roles need, while the authority's key can still be read."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IProtocolFactory, IStreamClientEndpoint
from twisted.internet.threads import deferToThread

from sagews.config.changes import Change
from sagews.config.settings import ROLES, Settings
from sagews.errors import SagewsError
from sagews.net.private_files import Owner
from sagews.ops.folders import Layout
from sagews.ops.tls.authority import Authority, Files, site_files
from sagews.ops.tls.contexts import DaemonClient, DaemonServer, PromptTLSFactory, SiteServer, TLSClientEndpoint
from sagews.ops.tls.given import check_given, good_until, out_of_reach
from sagews.roles.component import Component

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Keys:
    """The certificates of a daemon: one for each role, and the site's where it speaks TLS.

    The site's key is read here, while the daemon may read what belongs to root: operators keep it from everybody else.
    """

    daemons: dict[str, Files]
    site: SiteServer | None

    def accept(self, role: str, peers: tuple[str, ...], factory: IProtocolFactory) -> IProtocolFactory:
        """Wrap a factory so that only daemons with one of these roles get in."""
        return PromptTLSFactory(DaemonServer(self.daemons[role], peers), False, factory)

    def dial(self, reactor: Any, role: str, peer: str, address: tuple[str, int]) -> IStreamClientEndpoint:
        """Return an endpoint that connects as one of our roles to a daemon of another."""
        host, port = address
        return TLSClientEndpoint(HostnameEndpoint(reactor, host, port), DaemonClient(self.daemons[role], peer, host))

    def secure_site(self, factory: IProtocolFactory) -> IProtocolFactory:
        """Wrap a factory of the site in TLS, where the site speaks it."""
        return factory if self.site is None else PromptTLSFactory(self.site, False, factory)


def machine_name() -> str:
    """Return this machine's name in the form that certificates and log records have."""
    name = re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().split(".")[0].lower()).strip("-")
    return name[:40] or "machine"


def worker_name(settings: Settings) -> str:
    """Return the name of a worker that runs apart."""
    return settings.link.worker or machine_name()


def make_keys(settings: Settings, layout: Layout, roles: tuple[str, ...], account: tuple[int, int]) -> Keys:
    """Make or renew what is needed.

    Raises:
        SagewsError: `configuration` when the authority's key is open to others or the operator's files are incomplete.
    """
    now = datetime.now(UTC)
    owner = account if os.geteuid() == 0 else None
    daemons = _given(layout, roles, owner, now) or _issue(settings, layout, roles, owner, now)
    site = SiteServer(_site(settings, layout, owner, now)) if settings.site.encrypted and _plays_site(roles) else None
    return Keys(daemons, site)


def _plays_site(roles: tuple[str, ...]) -> bool:
    return bool({"frontend", "backend"} & set(roles))


def _given(layout: Layout, roles: tuple[str, ...], owner: Owner | None, now: datetime) -> dict[str, Files]:
    """Return certificates that were copied here, all or none of them; nothing is made where they are."""
    found = {role: files for role in roles if (files := check_given(layout, role, now)) is not None}
    for files in found.values():
        for path in (files.key, files.certificate, files.authority):
            if owner is not None and path is not None:
                # Root copied them; the daemon dials with them, and with every new link reads them again.
                os.chown(path, *owner)
    return found


def _issue(
    settings: Settings, layout: Layout, roles: tuple[str, ...], owner: Owner | None, now: datetime
) -> dict[str, Files]:
    """Return certificates of the authority in this data folder, which is made at the first start."""
    authority = Authority(layout.authority, now)
    authority.ensure()
    hosts = sorted({*LOOPBACK, settings.link.host, socket.gethostname()})
    names = {role: worker_name(settings) if role == "worker" else machine_name() for role in roles}
    return {role: authority.daemon(layout.keys, role, names[role], hosts, owner) for role in roles}


def _site(settings: Settings, layout: Layout, owner: Owner | None, now: datetime) -> Files:
    """Return the site's files: the operator's, else our own."""
    site = settings.site
    if site.certificate is not None and site.key is not None:
        return Files(Path(site.key), Path(site.certificate))
    return site_files(layout.keys, sorted({*LOOPBACK, site.host, *site.names, socket.gethostname()}), owner, now)


class Certificates(Component):
    """The certificates of this daemon, made while the authority's key can be read."""

    name = "the certificates"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    reloads: ClassVar[frozenset[str]] = frozenset({"site.certificate", "site.key"})
    keys: Keys

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Make or renew what the roles need."""
        self._site = self.daemon.settings.site
        self.keys = make_keys(self.daemon.settings, self.daemon.layout, self.daemon.roles, account)

    def takes(self, change: Change) -> bool:
        """Whether a change needs no restart: not one between plain HTTP and TLS, which addresses and cookies tell."""
        return super().takes(change) and self.keys.site is not None

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Read the site's certificate again, whatever its path: it is renewed in place."""
        served, key = self.keys.site, settings.site.key
        if served is None:
            return tuple
        if await deferToThread(out_of_reach, key):
            return self._keep(settings)
        fresh = await deferToThread(self._read_site, settings)

        def use() -> Sequence[str]:
            self.keys, self._site = replace(self.keys, site=fresh), settings.site
            same = fresh.certificate == served.certificate
            return () if same else (f"the site's certificate is a new one, good until {good_until(fresh.certificate)}",)

        return use

    def _keep(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Go on with a certificate whose key was read with rights that are given up, unless it is to be another one."""
        key = settings.site.key
        if (key, settings.site.certificate) != (self._site.key, self._site.certificate):
            reason = (
                f"site.key: {key} can't be read without root's rights. Open it to this account's group, or restart."
            )
            raise SagewsError("configuration", reason=reason)
        return lambda: (f"the site's certificate stays, because {key} is read by a restart only",)

    def _read_site(self, settings: Settings) -> SiteServer:
        return SiteServer(_site(settings, self.daemon.layout, None, datetime.now(UTC)))
