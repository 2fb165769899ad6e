"""Puts the two origins together: the site, and the one for untrusted content."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from twisted.web.resource import IResource

from sagews.frontend.features import FOLDERS, add_features
from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.call import Headers
from sagews.frontend.http.gate import Gate
from sagews.frontend.http.pages import ContentPages, Pages
from sagews.frontend.http.routes import Routes
from sagews.frontend.http.static_files import BuiltFiles
from sagews.frontend.parts import Parts
from sagews.policy.http.forwarded import Proxies
from sagews.policy.http.headers import CONTENT, HSTS, SITE
from sagews.policy.http.requests import Addresses, Policy


def site_routes(parts: Parts, folders: Sequence[ModuleType] = FOLDERS) -> Routes:
    """Return the table of the site: its pages, the calls of every folder, and the websockets of this process."""
    routes = Routes()
    Pages(parts.accounts, parts.built, parts.version).add_to(routes)
    add_features(routes, parts, folders)
    for path, resource in parts.websockets.items():
        routes.add("GET", path, Policy.WEBSOCKET, resource=resource)
    return routes


def site_root(parts: Parts, seconds: Callable[[], float]) -> Gate:
    """Return the root resource of the site."""
    # Only behind a certificate that browsers trust: with our own a person could not get past a warning any more.
    headers: Headers = (*SITE, ("Strict-Transport-Security", HSTS)) if parts.strict_transport else SITE
    routes, logins = site_routes(parts), parts.logins()
    return Gate(routes, parts.addresses, logins, headers, seconds, proxies=parts.proxies, observe=parts.observe)


def content_root(built: BuiltFiles, addresses: Addresses, seconds: Callable[[], float], proxies: Proxies = ()) -> Gate:
    """Return the root resource of the origin for untrusted content."""
    routes = Routes()
    ContentPages(built, addresses).add_to(routes)
    # Without logins: nothing on this origin may be answered differently for somebody who is signed in.
    return Gate(routes, addresses, None, CONTENT, seconds, content=True, proxies=proxies)


def make_socket_site(
    websockets: Mapping[str, IResource], addresses: Addresses, reactor: Any, proxies: Proxies = ()
) -> BoundedSite:
    """Return the factory of a backend apart from the pages: nothing but its websockets, behind the same gate.

    Pages of the origins in `addresses.page_origins` may connect.
    """
    routes = Routes()
    for path, resource in websockets.items():
        routes.add("GET", path, Policy.WEBSOCKET, resource=resource)
    return BoundedSite(Gate(routes, addresses, None, SITE, reactor.seconds, proxies=proxies), reactor)


def make_sites(parts: Parts, reactor: Any) -> tuple[BoundedSite, BoundedSite]:
    """Return the two factories to listen with: of the site, and of untrusted content."""
    site = BoundedSite(site_root(parts, reactor.seconds), reactor)
    content = BoundedSite(content_root(parts.built, parts.addresses, reactor.seconds, parts.proxies), reactor)
    return site, content
