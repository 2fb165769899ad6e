"""The site over a real socket with a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import treq
from argon2 import PasswordHasher
from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread
from twisted.web.client import Agent

from sagews.frontend.http.static_files import load_built
from sagews.frontend.parts import BackendAddress, Parts
from sagews.frontend.sign_in.first_link import ensure_first_link, ensure_personal_token
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.site import make_sites
from sagews.model.database import DatabaseRole
from sagews.policy.accounts import tokens
from sagews.policy.accounts.passwords import Passwords
from sagews.policy.http.requests import addresses
from sagews.store.accounts.accounts import AccountStore
from sagews.store.logs.logs import LogStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.postgres import PostgresTestCase
from tests.scratch import scratch_folder

pytestmark = pytest.mark.slow


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


class RealTests(PostgresTestCase):
    """A person's way through the site, every statement by the database role of a frontend."""

    async def serve(self) -> str:
        pool = await self.pool(DatabaseRole.FRONTEND)
        self.accounts, self.workspaces = AccountStore(pool), WorkspaceStore(pool)
        listening = reactor.listenTCP(0, _Late(self), interface="127.0.0.1")
        self.addCleanup(listening.stopListening)
        port = listening.getHost().port
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        parts = Parts(
            accounts=self.accounts,
            workspaces=self.workspaces,
            usage=UsageStore(pool),
            logs=LogStore(pool),
            hasher=Hasher(passwords, deferToThread),
            status=self.status,
            placement=self.placement,
            addresses=addresses("127.0.0.1", [], port, port + 1 if port < 65535 else 1, secure=False),
            built=load_built(None),
            version="0",
            now=now,
        )
        self.site, _ = make_sites(parts, reactor)
        return f"http://127.0.0.1:{port}"

    async def status(self) -> dict[str, Any]:
        return {}

    async def placement(self, _workspace: object) -> BackendAddress:
        return BackendAddress("b1")

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        agent = Agent(reactor)
        kwargs = {} if body is None else {"json": body}
        response = await treq.request(method, self.origin + path, agent=agent, headers=headers, **kwargs)
        return response.code, await response.json(), response

    async def test_way(self) -> None:
        """First link, password, workspace, sharing, ticket, sign-out: all of it, and each secret stored hashed only."""
        self.origin = await self.serve()
        link = await ensure_first_link(self.accounts, self.origin, now)
        assert link is not None
        _, entered, response = await self.call("POST", "/api/first", {"token": link.partition("=")[2]})
        me = {"Cookie": _cookie(response), "X-Sagews-Secret": entered["secret"], "Origin": self.origin}
        self.assertIsNone(await ensure_first_link(self.accounts, self.origin, now))

        code, changed, response = await self.call("POST", "/api/password", {"new": "correct horse"}, **me)
        self.assertEqual(code, 200)
        self.assertEqual((await self.call("GET", "/api/me", **me))[0], 401)
        me = {"Cookie": _cookie(response), "X-Sagews-Secret": changed["secret"]}

        body = {"email": "bob@example.org", "name": "Bob", "password": "battery staple"}
        self.assertEqual((await self.call("POST", "/api/users", body, **me))[0], 201)
        self.assertEqual((await self.call("POST", "/api/users", body, **me))[1]["error"]["code"], "name-taken")
        _, made, _ = await self.call("POST", "/api/workspaces", {"name": "Curves"}, **me)
        path = f"/api/workspaces/{made['workspace']['id']}"
        _, shared, _ = await self.call("POST", path + "/people", {"email": "BOB@example.org", "role": "viewer"}, **me)
        self.assertEqual([each["role"] for each in shared["people"]], ["owner", "viewer"])

        _, entered, response = await self.call(
            "POST", "/api/signin", {"email": "bob@example.org", "password": "battery staple"}
        )
        bob = {"Cookie": _cookie(response), "X-Sagews-Secret": entered["secret"]}
        _, listed, _ = await self.call("GET", "/api/workspaces", **bob)
        self.assertEqual([each["role"] for each in listed["workspaces"]], ["viewer"])
        self.assertEqual((await self.call("DELETE", path, **bob))[0], 403)
        _, ticket, _ = await self.call("POST", "/api/ticket", {"workspace": made["workspace"]["id"]}, **bob)
        spent = await self.workspaces.spend_ticket(tokens.hashed(ticket["ticket"]), "b1")
        assert spent is not None
        person = await self.accounts.user(spent.user)
        self.assertEqual(person and person.email, "bob@example.org")
        self.assertEqual(spent.workspace and spent.workspace.id, made["workspace"]["id"])
        self.assertEqual((await self.call("PUT", "/api/settings", {"theme": "dark"}, **bob))[0], 200)
        self.assertEqual((await self.call("GET", "/api/me", **bob))[1]["settings"], {"theme": "dark"})
        self.assertEqual((await self.call("GET", "/api/logs?text=x&level=warn", **me))[1], {"records": []})
        self.assertEqual((await self.call("DELETE", path, **me))[0], 200)
        self.assertEqual((await self.call("POST", "/api/signout", {}, **bob))[0], 200)
        self.assertEqual((await self.call("GET", "/api/me", **bob))[0], 401)

    async def test_one_administrator(self) -> None:
        """Of many first links spent at once, one makes an administrator."""
        self.origin = await self.serve()
        links = [await ensure_first_link(self.accounts, self.origin, now) for _ in range(8)]
        spent = [self.call("POST", "/api/first", {"token": str(link).partition("=")[2]}) for link in links]
        codes = sorted(each[0] for each in await gatherResults([self.await_for(one) for one in spent]))
        self.assertEqual(codes, [200] + [410] * 7)

    async def test_limit(self) -> None:
        """Sign-in attempts are counted in the database, so that a restart forgets none."""
        self.origin = await self.serve()
        body = {"email": "nobody@example.org", "password": "wrong"}
        codes = [(await self.call("POST", "/api/signin", body))[0] for _ in range(11)]
        self.assertEqual(codes, [403] * 10 + [429])

    async def test_personal_token(self) -> None:
        """The command line's token is kept over a restart, made again when lost, and opens management."""
        self.origin = await self.serve()
        path = scratch_folder(self) / "token"
        first = await ensure_personal_token(self.accounts, path, now)
        self.assertEqual((await ensure_personal_token(self.accounts, path, now)).id, first.id)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        token = path.read_text().strip()
        self.assertEqual((await self.call("GET", "/api/users", Authorization=f"Bearer {token}"))[0], 200)
        path.chmod(0o644)
        again = await ensure_personal_token(self.accounts, path, now)
        self.assertNotEqual(again.id, first.id)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)


class _Late:
    """A factory that becomes the site's once its port is known."""

    noisy = False

    def __init__(self, test: RealTests) -> None:
        self.test = test

    def doStart(self) -> None:
        """Do nothing."""

    doStop = doStart

    def buildProtocol(self, address: Any) -> Any:
        return self.test.site.buildProtocol(address)


def _cookie(response: Any) -> str:
    return str(response.headers.getRawHeaders("Set-Cookie")[0].partition(";")[0])
