"""A site over stores in memory, and a client that speaks HTTP over a transport in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from twisted.internet.address import IPv4Address
from twisted.internet.defer import maybeDeferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.resource import Resource

from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.request_turns import RequestTurns
from sagews.frontend.http.static_files import BuiltFiles, built_file
from sagews.frontend.parts import BackendAddress, Parts
from sagews.frontend.sign_in.logins import Logins, NewLogin
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.site import content_root, site_root
from sagews.model.identifiers import new_id
from sagews.policy.accounts.passwords import Passwords
from sagews.policy.http.base_address import BaseAddress
from sagews.policy.http.requests import addresses
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.documents import MemoryRuns, MemoryUsage
from tests.fakes.logs import MemoryLogs
from tests.fakes.workspaces import MemoryWorkspaces

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Socket(Resource):
    """Stands for the websocket of a backend."""

    isLeaf = True

    def render_GET(self, request):
        return b"socket"


def _site(root: Resource, clock: Clock) -> BoundedSite:
    """Return a site whose work costs no time: on a clock that stands still nobody would get another turn."""
    site = BoundedSite(root, clock)
    site.turns = RequestTurns(clock, lambda: 0.0)
    return site


@dataclass
class Response:
    """An HTTP response as it came over the wire."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["error"]["code"]


class World:
    """A site with stores in memory, and its clock."""

    def __init__(self, *, secure: bool = False, strict: bool = False) -> None:
        self.clock = Clock()
        self.accounts = MemoryAccounts(self.now)
        self.workspaces = MemoryWorkspaces(self.accounts)
        self.runs = MemoryRuns(self.workspaces)
        self.logs = MemoryLogs()
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.addresses = addresses("127.0.0.1", ["sage.example"], 8080, 8081, secure=secure)
        files = {"app-1234.js": built_file("app-1234.js", b"let a", {"br": b"BR", "gzip": b"GZ"})}
        self.built = BuiltFiles(built_file("index.html", b"<shell>", {}), built_file("f.html", b"<frame>", {}), files)
        self.parts = Parts(
            accounts=self.accounts,
            workspaces=self.workspaces,
            usage=MemoryUsage(self.workspaces, self.runs),
            logs=self.logs,
            hasher=Hasher(self.passwords, maybeDeferred),
            status=self.status,
            placement=self.placement,
            addresses=self.addresses,
            built=self.built,
            version="0.0",
            now=self.now,
            websockets={"/ws": Socket()},
            strict_transport=strict,
        )
        self.site = _site(site_root(self.parts, self.clock.seconds), self.clock)
        self.content = _site(content_root(self.built, self.addresses, self.clock.seconds), self.clock)

    def rebuild(self, **changes: Any) -> None:
        """Make the site again with other parts."""
        self.parts = replace(self.parts, **changes)
        self.site = _site(site_root(self.parts, self.clock.seconds), self.clock)

    @property
    def base(self) -> BaseAddress:
        """The way by which the client comes."""
        return self.addresses.find("127.0.0.1:8080")

    def logins(self) -> Logins:
        return Logins(self.accounts, self.now)

    def page_of(self, opened: NewLogin) -> Page:
        return Page(self, opened.cookie_header.partition(";")[0], opened.secret)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock.seconds())

    async def status(self) -> Mapping[str, Any]:
        return {"isolation": "full"}

    async def placement(self, _workspace: Any) -> BackendAddress:
        return BackendAddress("backend-1")

    def connect(self, site: BoundedSite | None = None) -> tuple[Any, StringTransport]:
        channel = (site or self.site).buildProtocol(IPv4Address("TCP", "127.0.0.1", 50000))
        transport = StringTransport(peerAddress=IPv4Address("TCP", "127.0.0.1", 50000))
        channel.makeConnection(transport)
        return channel, transport

    def raw(self, data: bytes, site: BoundedSite | None = None) -> Response:
        channel, transport = self.connect(site)
        channel.dataReceived(data)
        return parse(transport.value())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        site: BoundedSite | None = None,
    ) -> Response:
        """Make a call; a header that is empty is left out."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {"Host": "127.0.0.1:8080", "Content-Type": "application/json", **(headers or {})}
        if data:
            lines["Content-Length"] = str(len(data))
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items() if value), "", ""]
        return self.raw("\r\n".join(head).encode("latin-1") + data, site)

    def page(self, response: Response) -> Page:
        return Page(self, response.cookies[0].partition(";")[0], response.json["secret"])

    def administrator(self) -> Page:
        """Sign in as a fresh administrator."""
        return self.person("administrator")

    def account(self, email: str, privilege: str = "user") -> None:
        """Make an account with the password "correct horse"."""
        hashed = self.passwords.hash("correct horse")
        self.run(self.accounts.create_user(email, "Somebody", privilege, hashed))

    def person(self, privilege: str = "user", email: str | None = None) -> Page:
        """Make an account and sign in."""
        email = email or f"{new_id()}@example.org"
        self.account(email, privilege)
        return self.page(self.call("POST", "/api/signin", {"email": email, "password": "correct horse"}))

    @staticmethod
    def run(coroutine: Any) -> Any:
        """Run a coroutine that never waits."""
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        raise AssertionError("it waited")


class Page:
    """A signed-in browser."""

    def __init__(self, world: World, cookie: str, secret: str) -> None:
        self.world = world
        self.cookie = cookie
        self.secret = secret

    def call(self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Response:
        own = {"Cookie": self.cookie, "X-Sagews-Secret": self.secret, "Origin": "http://127.0.0.1:8080"}
        return self.world.call(method, path, body, headers={**own, **(headers or {})})

    def me(self) -> dict[str, Any]:
        return self.call("GET", "/api/me").json["user"]


def parse(data: bytes) -> Response:
    """Return the first response in what was written."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    cookies = [value for name, value in pairs if name.lower() == "set-cookie"]
    return Response(int(first.split()[1]), headers, cookies, body)
