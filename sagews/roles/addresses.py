"""Under which names and ports the site and a backend apart answer."""

from __future__ import annotations

from dataclasses import replace

from sagews.config.settings import Settings
from sagews.policy.http.requests import Addresses, addresses


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
