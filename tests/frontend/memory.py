"""Stores in memory and a client that speaks HTTP over a transport in memory: what the tests of the site share."""

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
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.frontend.hashing import Hasher
from sagews.frontend.logins import Logins, Opened
from sagews.frontend.site import Parts, content_root, site_root
from sagews.frontend.static import BuiltFiles, built_file
from sagews.frontend.tickets import BackendPlace
from sagews.frontend.web import BoundedSite
from sagews.interfaces import IAccountStore, ILogStore, IWorkspaceStore
from sagews.model.accounts import Grant, Login, Privilege, Role, User
from sagews.model.identifiers import LoginId, UserId, new_id
from sagews.model.workspaces import Document, Workspace
from sagews.policy.passwords import Passwords
from sagews.policy.requests import addresses

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@implementer(IAccountStore)
class MemoryAccounts:
    """Accounts in dictionaries."""

    def __init__(self, now: Any) -> None:
        self.now = now
        self.people: dict[UserId, User] = {}
        self.hashes: dict[UserId, str | None] = {}
        self.logins: dict[LoginId, tuple[Login, bytes, bytes]] = {}
        self.tokens: dict[bytes, Login] = {}
        self.one_time: dict[tuple[str, bytes], tuple[str, datetime]] = {}
        self.attempts: dict[bytes, list[datetime]] = {}
        self.kept_settings: dict[UserId, dict[str, str]] = {}

    async def create_user(self, email, name, privilege, password_hash):
        if any(each.email.lower() == email.lower() for each in self.people.values()):
            raise SagewsError("name-taken", name=email)
        user = User(UserId(new_id()), email, name, Privilege(privilege), password_hash is not None, self.now())
        self.people[user.id] = user
        self.hashes[user.id] = password_hash
        return user

    async def create_first_administrator(self, email, name):
        if await self.has_administrator():
            raise SagewsError("expired")
        return await self.create_user(email, name, "administrator", None)

    async def has_administrator(self):
        return any(each.privilege is Privilege.ADMINISTRATOR for each in self.people.values())

    async def user(self, user):
        found = self.people.get(user)
        return found if found and not found.disabled else None

    async def user_by_email(self, email):
        return next((u for u in self.people.values() if u.email.lower() == email.lower() and not u.disabled), None)

    async def users(self, limit, after):
        return [self.people[key] for key in sorted(self.people) if after is None or key > after][:limit]

    async def password_hash(self, email):
        user = await self.user_by_email(email)
        return (user, self.hashes[user.id]) if user else None

    async def set_password(self, user, password_hash, keep):
        self.hashes[user] = password_hash
        self.people[user] = replace(self.people[user], has_password=True)
        self._end(user, keep)

    def _end(self, user, keep):
        self.logins = {key: row for key, row in self.logins.items() if row[0].user.id != user or key == keep}
        self.tokens = {key: row for key, row in self.tokens.items() if row.user.id != user or row.id == keep}

    async def rehash_password(self, user, password_hash):
        self.hashes[user] = password_hash

    async def update_user(self, user, name, email):
        if email and any(u.email.lower() == email.lower() and u.id != user for u in self.people.values()):
            raise SagewsError("name-taken", name=email)
        old = self.people[user]
        self.people[user] = replace(old, name=name or old.name, email=email or old.email)
        return self.people[user]

    async def set_privilege(self, user, privilege):
        self.people[user] = replace(self.people[user], privilege=Privilege(privilege))

    async def disable_user(self, user, disabled):
        self.people[user] = replace(self.people[user], disabled=disabled)
        if disabled:
            self._end(user, None)

    async def create_login(self, login, user, cookie_hash, secret_hash, expires):
        made = Login(login, self.people[user], expires)
        self.logins[login] = (made, cookie_hash, secret_hash)
        return made

    async def login_by_cookie(self, cookie_hash):
        for login, cookie, secret in self.logins.values():
            if cookie == cookie_hash and login.expires > self.now():
                return replace(login, user=self.people[login.user.id]), secret
        return None

    async def login_is_alive(self, login):
        return login in self.logins and self.logins[login][0].expires > self.now()

    async def end_login(self, login):
        self.logins.pop(login, None)

    async def create_token(self, login, user, token_hash, expires):
        self.tokens[token_hash] = Login(login, self.people[user], expires)
        return self.tokens[token_hash]

    async def login_by_token(self, token_hash):
        found = self.tokens.get(token_hash)
        return found if found and found.expires > self.now() else None

    async def put_one_time(self, kind, token_hash, subject, expires):
        self.one_time[kind, token_hash] = (subject, expires)

    async def spend_one_time(self, kind, token_hash):
        subject, expires = self.one_time.pop((kind, token_hash), (None, self.now()))
        return subject if expires > self.now() else None

    async def settings(self, user):
        return dict(self.kept_settings.get(user, {}))

    async def set_settings(self, user, values):
        self.kept_settings.setdefault(user, {}).update(values)

    async def count_attempt(self, key, window_seconds):
        since = self.now() - timedelta(seconds=window_seconds)
        kept = [time for time in self.attempts.get(key, []) if time > since] + [self.now()]
        self.attempts[key] = kept
        return len(kept)

    async def clear_attempts(self, key):
        self.attempts.pop(key, None)


@implementer(IWorkspaceStore)
class MemoryWorkspaces:
    """Workspaces in dictionaries; what only backends use is left out."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self.accounts = accounts
        self.made: dict[str, Workspace] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.sheets: dict[str, Document] = {}
        self.tickets: dict[bytes, tuple[Any, ...]] = {}

    async def create_workspace(self, workspace, name, owner, document, path):
        now = self.accounts.now()
        self.made[workspace] = Workspace(workspace, name, owner, now, now, 0, "stopped")
        self.grants[workspace, owner] = Grant(owner, workspace, Role.OWNER, True)
        self.sheets[document] = Document(document, workspace, path, "", now, now)
        return self.made[workspace]

    async def workspaces(self, user):
        granted = [grant for grant in self.grants.values() if grant.user == user and grant.workspace in self.made]
        return [(self.made[grant.workspace], grant.role) for grant in granted]

    async def workspace(self, workspace):
        return self.made.get(workspace)

    async def rename_workspace(self, workspace, name):
        self.made[workspace] = replace(self.made[workspace], name=name)

    async def delete_workspace(self, workspace):
        self.made.pop(workspace, None)

    async def grant(self, workspace, user):
        return self.grants.get((workspace, user))

    async def set_grant(self, workspace, user, role, may_run):
        self.grants[workspace, user] = Grant(user, workspace, role, may_run)

    async def remove_grant(self, workspace, user):
        self.grants.pop((workspace, user), None)

    async def people(self, workspace):
        return [(self.accounts.people[g.user], g) for g in self.grants.values() if g.workspace == workspace]

    async def documents(self, workspace):
        return [each for each in self.sheets.values() if each.workspace == workspace]

    async def create_ticket(self, ticket_hash, login, user, workspace, role, backend, expires):
        self.tickets[ticket_hash] = (login, user, workspace, role, backend, expires)


@implementer(ILogStore)
class MemoryLogs:
    """Remembers what was asked."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.asked: list[Any] = []

    async def insert(self, records):
        self.records.extend(records)

    async def query(self, query):
        self.asked.append(query)
        return list(self.records)

    async def drop_before(self, day):
        return 0


class Socket(Resource):
    """Stands for the websocket of a backend."""

    isLeaf = True

    def render_GET(self, request):
        return b"socket"


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
        self.logs = MemoryLogs()
        self.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.addresses = addresses("127.0.0.1", ["sage.example"], 8080, 8081, secure=secure)
        files = {"app-1234.js": built_file("app-1234.js", b"let a", {"br": b"BR", "gzip": b"GZ"})}
        self.built = BuiltFiles(built_file("index.html", b"<shell>", {}), built_file("f.html", b"<frame>", {}), files)
        self.parts = Parts(
            accounts=self.accounts,
            workspaces=self.workspaces,
            logs=self.logs,
            hasher=Hasher(self.passwords, maybeDeferred),
            status=self.status,
            place=self.place,
            addresses=self.addresses,
            built=self.built,
            version="0.0",
            now=self.now,
            websockets={"/ws": Socket()},
            strict_transport=strict,
        )
        self.site = BoundedSite(site_root(self.parts, self.clock.seconds), self.clock)
        self.content = BoundedSite(content_root(self.built, self.addresses, self.clock.seconds), self.clock)

    def rebuild(self, **changes: Any) -> None:
        """Make the site again with other parts."""
        self.parts = replace(self.parts, **changes)
        self.site = BoundedSite(site_root(self.parts, self.clock.seconds), self.clock)

    def logins(self) -> Logins:
        return Logins(self.accounts, self.now, secure=self.addresses.secure)

    def page_of(self, opened: Opened) -> Page:
        return Page(self, opened.cookie_header.partition(";")[0], opened.secret)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock.seconds())

    async def status(self) -> Mapping[str, Any]:
        return {"isolation": "full"}

    async def place(self, _workspace: Any) -> BackendPlace:
        return BackendPlace("backend-1")

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

    def person(self, privilege: str = "user", email: str | None = None) -> Page:
        """Make an account with the password "correct horse" and sign in."""
        email = email or f"{new_id()}@example.org"
        hashed = self.passwords.hash("correct horse")
        self.run(self.accounts.create_user(email, "Somebody", privilege, hashed))
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
