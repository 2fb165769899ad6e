"""Under which names and ports the site and a backend apart answer, and which of them people and programs are told."""

from __future__ import annotations

from dataclasses import replace

from sagews.config.settings import Settings
from sagews.config.site import SiteSection
from sagews.policy.http.base_address import BaseAddress, parse_origin, public_address
from sagews.policy.http.requests import Addresses, addresses


def site_addresses(settings: Settings, *, backend_apart: bool) -> Addresses:
    """Return the names under which the site answers, and where its pages find the websocket."""
    site = settings.site
    found = addresses(site.host, site.names, site.port, site.content_port, secure=site.encrypted)
    apart = site.socket_port if backend_apart else None
    return replace(found, socket_port=apart, public=_public(site), shown=origin(settings))


def socket_addresses(settings: Settings) -> Addresses:
    """Return the names under which a backend apart answers, and from where its pages come.

    A proxy passes websockets on beside the site, so the backend answers to the site's public name as well.
    """
    site = settings.site
    pages = site_addresses(settings, backend_apart=False)
    found = addresses(site.host, site.names, site.socket_port, site.content_port, secure=site.encrypted)
    return replace(found, page_origins=frozenset(pages.site_origins()), public=pages.public)


def websocket_origins(settings: Settings) -> frozenset[str]:
    """Return every origin that a handshake of a websocket may name, as host or as the page's."""
    return frozenset(
        [*site_addresses(settings, backend_apart=False).site_origins(), *socket_addresses(settings).site_origins()]
    )


def origin(settings: Settings) -> str:
    """Return the site's address as we print it for people."""
    site = settings.site
    if site.public is not None:
        return parse_origin(site.public)
    return _direct(site, site.names[0] if site.names else _dialled(site))


def local_origin(settings: Settings) -> str:
    """Return the site's address for programs on this machine: where it listens, whatever its names resolve to."""
    return _direct(settings.site, _dialled(settings.site))


def _public(site: SiteSection) -> BaseAddress | None:
    if site.public is None or site.public_untrusted is None:
        return None
    return public_address(parse_origin(site.public), parse_origin(site.public_untrusted))


def _dialled(site: SiteSection) -> str:
    if site.everywhere:
        return "[::1]" if site.host == "::" else "127.0.0.1"
    return f"[{site.host}]" if ":" in site.host else site.host


def _direct(site: SiteSection, name: str) -> str:
    return addresses(site.host, site.names, site.port, site.content_port, secure=site.encrypted).site_origin(name)
