"""Puts the two origins together: the site, and the one for untrusted content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twisted.web.resource import IResource

from sagews.frontend.api.management import ManagementCalls, Status
from sagews.frontend.api.profile import ProfileCalls
from sagews.frontend.api.tickets import Placement, TicketCalls
from sagews.frontend.api.workspaces import WorkspaceCalls
from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.call import Headers
from sagews.frontend.http.gate import Gate
from sagews.frontend.http.pages import ContentPages, Pages
from sagews.frontend.http.routes import Routes
from sagews.frontend.http.static_files import BuiltFiles
from sagews.frontend.sign_in.logins import Logins
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.sign_in.sign_in import Entering
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.logs import ILogStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.policy.http.headers import CONTENT, HSTS, SITE
from sagews.policy.http.requests import Addresses, Policy


@dataclass(frozen=True)
class Parts:
    """Everything that the site is made of.

    Attributes:
        accounts, workspaces, logs: the stores; logs may be None.
        hasher: hashes passwords in threads.
        status: returns what `GET /api/status` shows.
        place: chooses the backend that a ticket opens.
        addresses: the names under which the origins answer.
        built: the files of the client.
        now: returns the time, UTC.
        websockets: resources that take the websocket of a backend in this process, by path, for instance "/ws".
        strict_transport: tells browsers to use TLS only; for certificates that browsers trust.
    """

    accounts: IAccountStore
    workspaces: IWorkspaceStore
    logs: ILogStore | None
    hasher: Hasher
    status: Status
    place: Placement
    addresses: Addresses
    built: BuiltFiles
    version: str
    now: Callable[[], datetime]
    websockets: Mapping[str, IResource] = field(default_factory=dict)
    strict_transport: bool = False


def site_routes(parts: Parts, logins: Logins) -> Routes:
    """Return the table of the site."""
    routes = Routes()
    entering = Entering(parts.accounts, logins, parts.hasher)
    Pages(parts.accounts, parts.built, parts.addresses, parts.version).add_to(routes)
    entering.add_to(routes)
    ProfileCalls(parts.accounts, logins, parts.hasher, entering).add_to(routes)
    WorkspaceCalls(parts.accounts, parts.workspaces).add_to(routes)
    TicketCalls(parts.workspaces, parts.place, parts.addresses, parts.now).add_to(routes)
    ManagementCalls(parts.accounts, parts.logs, parts.status, parts.hasher, parts.addresses, parts.now).add_to(routes)
    for path, resource in parts.websockets.items():
        routes.add("GET", path, Policy.WEBSOCKET, resource=resource)
    return routes


def site_root(parts: Parts, seconds: Callable[[], float]) -> Gate:
    """Return the root resource of the site."""
    logins = Logins(parts.accounts, parts.now, secure=parts.addresses.secure)
    headers: Headers = (*SITE, ("Strict-Transport-Security", HSTS)) if parts.strict_transport else SITE
    return Gate(site_routes(parts, logins), parts.addresses, parts.addresses.port, logins, headers, seconds)


def content_root(built: BuiltFiles, addresses: Addresses, seconds: Callable[[], float]) -> Gate:
    """Return the root resource of the origin for untrusted content."""
    routes = Routes()
    ContentPages(built, addresses).add_to(routes)
    return Gate(routes, addresses, addresses.content_port, None, CONTENT, seconds)


def make_socket_site(websockets: Mapping[str, IResource], addresses: Addresses, reactor: Any) -> BoundedSite:
    """Return the factory of a backend apart from the pages: nothing but its websockets, behind the same gate.

    Pages of the origins in `addresses.page_origins` may connect.
    """
    routes = Routes()
    for path, resource in websockets.items():
        routes.add("GET", path, Policy.WEBSOCKET, resource=resource)
    return BoundedSite(Gate(routes, addresses, addresses.port, None, SITE, reactor.seconds), reactor)


def make_sites(parts: Parts, reactor: Any) -> tuple[BoundedSite, BoundedSite]:
    """Return the two factories to listen with: of the site, and of untrusted content."""
    site = BoundedSite(site_root(parts, reactor.seconds), reactor)
    content = BoundedSite(content_root(parts.built, parts.addresses, reactor.seconds), reactor)
    return site, content
