"""Every route against everything that a stranger may send."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.logger import formatEvent, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.frontend.http.call import Answer
from sagews.frontend.http.gate import Gate
from sagews.frontend.http.routes import Routes
from sagews.frontend.sign_in.logins import Credentials, Logins
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.site import make_socket_site, site_routes
from sagews.model.accounts import Login
from sagews.model.identifiers import new_id
from sagews.policy.http.requests import Policy
from tests.frontend.memory import Page, Socket, World

OPEN_API = {"/api/signin", "/api/first", "/api/link", "/api/site"}
WRITING = ("POST", "PUT", "PATCH", "DELETE")
# What nobody is let in to without a login.
CLOSED = (Policy.LOGIN, Policy.OPERATOR)
# A body of the right form for each route that takes one.
BODIES = {
    "/api/signin": {"email": "a@b", "password": "x"},
    "/api/first": {"token": "x"},
    "/api/link": {"token": "x"},
    "/api/signout": {},
    "/api/me": {"name": "Ada"},
    "/api/settings": {"theme": "dark"},
    "/api/password": {"old": None, "new": "long enough"},
    "/api/workspaces": {"name": "Curves"},
    "/api/workspaces/{workspace}": {"name": "Curves"},
    "/api/workspaces/{workspace}/people": {"email": "a@b.example", "role": "viewer"},
    "/api/ticket": {"workspace": None},
    "/api/users": {"email": "a@b.example", "name": "A"},
    "/api/users/{user}": {"disabled": True},
    "/api/users/{user}/link": {},
}


class WalkTests(SynchronousTestCase):
    """Walks the whole table."""

    def setUp(self) -> None:
        self.world = World()
        parts = self.world.parts
        self.routes = list(site_routes(parts))

    def walk(self, *policies: Policy):
        for route in self.routes:
            if route.policy in policies:
                path = route.pattern
                for brace in ("{workspace}", "{document}", "{user}"):
                    path = path.replace(brace, new_id())
                yield route, path.replace("{name...}", "app-1234.js"), BODIES.get(route.pattern)

    def closed(self):
        return self.walk(*CLOSED)

    def check_refused(self, response, status: int, code: str, about: object) -> None:
        self.assertEqual((response.status, response.code), (status, code), about)
        self.assertIn("x-correlation-id", response.headers)
        self.assertEqual(response.headers["x-content-type-options"], "nosniff")
        self.assertEqual(response.cookies, [])

    def test_table(self) -> None:
        """What is open is known by name; all other calls need a login."""
        opened = {route.pattern for route in self.routes if route.policy is Policy.OPEN}
        self.assertEqual({path for path in opened if path.startswith("/api/")}, OPEN_API)
        self.assertEqual({route.pattern for route in self.routes if route.policy is Policy.WEBSOCKET}, {"/ws"})
        self.assertGreater(len(list(self.closed())), 15)

    def test_every_policy_is_walked(self) -> None:
        """The tests here hold every policy to something; a new one fails until it is said which."""
        self.assertEqual({Policy.OPEN, Policy.WEBSOCKET, *CLOSED}, set(Policy))
        self.assertEqual({route.policy for route in self.routes}, set(Policy))

    def test_no_login(self) -> None:
        """Without a cookie every closed call is refused, whatever its body."""
        for route, path, body in self.closed():
            self.check_refused(self.world.call(route.method, path, body), 401, "not-signed-in", route)

    def test_cookie_alone(self) -> None:
        """The cookie without the origin's secret, or with a wrong one, or another login's, opens nothing."""
        person, other = self.world.administrator(), self.world.person()
        for secret in ("", "wrong", "A" * 43, other.secret):
            page = Page(self.world, person.cookie, secret)
            for route, path, body in self.closed():
                self.check_refused(page.call(route.method, path, body), 401, "not-signed-in", route)

    def test_wrong_token(self) -> None:
        """A wrong personal token is refused even beside a good cookie."""
        person = self.world.administrator()
        for value in ("Bearer " + "A" * 43, "Bearer", "Basic YTpi", "Bearer " + "x" * 5000, person.secret):
            for route, path, body in self.closed():
                response = person.call(route.method, path, body, headers={"Authorization": value})
                self.check_refused(response, 401, "not-signed-in", route)

    def test_management(self) -> None:
        """Whoever is no administrator is refused by every call of management."""
        person = self.world.person()
        for route, path, body in self.walk(Policy.OPERATOR):
            self.check_refused(person.call(route.method, path, body), 403, "forbidden", route)

    def test_others_workspace(self) -> None:
        """Another's workspace is as if it did not exist, for every call that names one."""
        owner, stranger = self.world.person(), self.world.person()
        workspace = owner.call("POST", "/api/workspaces", {"name": "Mine"}).json["workspace"]["id"]
        count = 0
        for route, _, body in self.closed():
            if "{workspace}" in route.pattern:
                path = route.pattern.replace("{workspace}", workspace)
                if route.method == "DELETE" and path.endswith("/people"):
                    body = {"user": owner.me()["id"]}
                self.check_refused(stranger.call(route.method, path, body), 404, "not-found", route)
                count += 1
        self.assertEqual(count, 6)
        self.check_refused(stranger.call("POST", "/api/ticket", {"workspace": workspace}), 404, "not-found", "ticket")
        self.assertEqual(owner.call("GET", f"/api/workspaces/{workspace}").status, 200)

    def test_foreign_host(self) -> None:
        """A name that is not configured, a missing one, and the other origin's port are refused everywhere."""
        hosts = (
            "evil.example:8080",
            "127.0.0.1:8081",
            "127.0.0.1",
            "127.0.0.1:80800",
            "127.0.0.1:8080.evil.example",
            "sage.example.evil.example:8080",
            "localhost:8080@evil.example:8080",
            "",
        )
        for host in hosts:
            for route, path, body in self.walk(*Policy):
                response = self.world.call(route.method, path, body, headers={"Host": host})
                if host == "":
                    self.assertIn(response.status, (400, 421))
                else:
                    self.check_refused(response, 421, "wrong-host", (host, route))

    def test_own_hosts(self) -> None:
        """Loopback's names and the configured ones answer, in either case."""
        for host in ("127.0.0.1:8080", "localhost:8080", "[::1]:8080", "sage.example:8080", "Sage.Example:8080"):
            self.assertEqual(self.world.call("GET", "/api/site", headers={"Host": host}).status, 200, host)

    def test_foreign_origin(self) -> None:
        """What another site's page sends is refused, whatever it carries."""
        person = self.world.administrator()
        origins = (
            "http://evil.example",
            "null",
            "https://127.0.0.1:8080",
            "http://127.0.0.1:8081",
            "http://127.0.0.1:8080.evil.example",
            "http://localhost:8080",
        )
        for origin in origins:
            for route, path, body in self.walk(*Policy):
                if route.method in WRITING or route.policy is not Policy.OPEN:
                    response = person.call(route.method, path, body, headers={"Origin": origin})
                    self.check_refused(response, 403, "wrong-origin", (origin, route))

    def test_fetch_site(self) -> None:
        """A request that the browser itself calls cross-site is refused, with or without an Origin."""
        person = self.world.administrator()
        for value in ("cross-site", "same-site", "strange"):
            for route, path, body in self.walk(*Policy):
                if route.method in WRITING or route.policy is not Policy.OPEN:
                    response = person.call(route.method, path, body, headers={"Sec-Fetch-Site": value})
                    self.check_refused(response, 403, "wrong-origin", (value, route))

    def test_method(self) -> None:
        """A method that a route does not take is refused with those that it does."""
        person = self.world.administrator()
        paths = {path for _, path, _ in self.walk(*Policy)}
        for path in paths:
            for method in ("TRACE", "OPTIONS", "PROPFIND", "CONNECT", "get"):
                response = person.call(method, path)
                self.check_refused(response, 405, "method-not-allowed", (method, path))
                self.assertTrue(response.headers["allow"])

    def test_large_body(self) -> None:
        """A body above 64 KiB is refused by every route that takes one."""
        person = self.world.administrator()
        body = b'{"name": "' + b"x" * (64 * 1024) + b'"}'
        for route, path, _ in self.walk(*Policy):
            if route.body is not None:
                self.check_refused(person.call(route.method, path, body), 413, "too-large", route)

    def test_bad_body(self) -> None:
        """What is not JSON of the right form is refused, and never a failure."""
        person = self.world.administrator()
        bodies = (
            b"",
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe",
            b'{"unknown": 1}',
            b"[" * 30000,
            b'{"a":' * 10000,
            b'{"name": 5, "email": [], "token": {}, "new": 1, "values": 1, "workspace": 7, "disabled": "x"}',
            b"9" * 60000,
        )
        for body in bodies:
            for route, path, _ in self.walk(*Policy):
                if route.body is not None:
                    response = person.call(route.method, path, body or None)
                    self.check_refused(response, 400, "bad-message", (body[:20], route))

    def test_content_type(self) -> None:
        """A body that an HTML form could send is refused."""
        person = self.world.administrator()
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            for route, path, body in self.walk(Policy.LOGIN, Policy.OPERATOR, Policy.OPEN):
                if route.body is not None:
                    response = person.call(route.method, path, body, headers={"Content-Type": kind})
                    self.check_refused(response, 400, "bad-message", (kind, route))

    def test_unknown(self) -> None:
        """An address that is none is refused without a hint, and nothing leads out of the built files."""
        paths = (
            "/nothing",
            "/api",
            "/api/",
            "/api/me/",
            "//api/me",
            "*",
            "http://127.0.0.1:8080/api/me",
            "/static/",
            "/static/../app-1234.js",
            "/static/..%2fapp-1234.js",
            "/static/%2e%2e",
            "/static/app-1234.js.br",
            "/static/.hidden",
            "/static/manifest.json",
            "/static/app-1234.js/x",
            "/w/notanid",
            "/api/workspaces/..",
            "/api/workspaces/" + "A" * 36,
            "/" + "x" * 5000,
            "/%00",
            "/.git/config",
            "/frame",
        )
        for path in paths:
            self.check_refused(self.world.administrator().call("GET", path), 404, "not-found", path)


class GateTests(SynchronousTestCase):
    """What the gate adds."""

    def setUp(self) -> None:
        self.world = World()

    def test_no_policy(self) -> None:
        """A route that names no policy, or nothing that answers, is refused when the table is made."""

        async def handler(_call: object) -> Answer:
            return Answer(b"")

        for policy in (None, "", "open", "public"):
            self.assertRaises(TypeError, Routes().add, "GET", "/x", policy, handler)
        self.assertRaises(TypeError, Routes().add, "GET", "/x", Policy.OPEN)
        routes = Routes()
        routes.add("GET", "/x", Policy.OPEN, handler)
        self.assertRaises(ValueError, routes.add, "GET", "/x", Policy.OPEN, handler)

    def test_failure(self) -> None:
        """A failure shows a number to the person and everything to the log, with the same number."""
        person = self.world.administrator()

        async def broken() -> dict[str, str]:
            raise RuntimeError("inner secret")

        self.world.rebuild(status=broken)
        response = person.call("GET", "/api/status")
        self.assertEqual((response.status, response.code), (500, "internal"))
        self.assertNotIn(b"inner secret", response.body)
        self.assertIn(response.headers["x-correlation-id"], response.json["error"]["message"])
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_a_fault_before_the_route_is_found(self) -> None:
        """Whatever goes wrong about a request is answered, also where it had to stand in line and nobody else would."""
        with mock.patch.object(Gate, "_find", side_effect=RuntimeError("inner secret")):
            response = self.world.call("GET", "/")
        self.assertEqual((response.status, b"inner secret" in response.body), (500, False))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    def test_head(self) -> None:
        """HEAD gives the headers of GET and no body."""
        for path in ("/", "/static/app-1234.js", "/api/site"):
            get, head = self.world.call("GET", path), self.world.call("HEAD", path)
            self.assertEqual(head.body, b"")
            self.assertEqual(head.status, 200)
            self.assertEqual(head.headers["content-length"], get.headers["content-length"])

    def test_websocket(self) -> None:
        """The websocket's resource is reached from our own page, and by programs that send no Origin."""
        for origin in ("http://127.0.0.1:8080", ""):
            headers = {"Origin": origin, "Upgrade": "websocket"}
            response = self.world.call("GET", "/ws", headers=headers)
            self.assertEqual((response.status, response.body), (200, b"socket"))

    def test_no_websocket_at_its_address(self) -> None:
        """Who asks for it as for a page is refused by us, with our headers, and learns of no library beneath."""
        response = self.world.call("GET", "/ws")
        self.assertEqual((response.status, response.code), (400, "bad-message"))
        self.assertIn("x-frame-options", response.headers)

    def test_socket_apart(self) -> None:
        """A backend apart from the pages takes websockets from their origins only, and has no other route."""
        pages = frozenset({"https://sage.example"})
        names = replace(self.world.addresses, page_origins=pages)
        site = make_socket_site({"/ws": Socket()}, names, self.world.clock)
        for origin, status in (("https://sage.example", 200), ("", 200), ("https://evil.example", 403), ("null", 403)):
            headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site" if status == 200 and origin else ""}
            headers["Upgrade"] = "websocket"
            self.assertEqual(self.world.call("GET", "/ws", headers=headers, site=site).status, status, origin)
        self.assertEqual(self.world.call("GET", "/api/site", site=site).status, 404)
        self.world.rebuild(addresses=replace(self.world.addresses, socket_port=8084))
        self.assertIn("ws://127.0.0.1:8084;", self.world.call("GET", "/").headers["content-security-policy"])
        person = self.world.person()
        self.world.rebuild(addresses=names)
        refused = person.call("GET", "/api/me", headers={"Origin": "https://sage.example"})
        self.assertEqual(refused.code, "wrong-origin")

    def test_refusal_in_words(self) -> None:
        """A browser that was sent to an unknown address, or by a foreign name, shows a sentence, not JSON."""
        for path, host in (("/nothing", "127.0.0.1:8080"), ("/", "evil.example:8080")):
            headers = {"Accept": "text/html,*/*;q=0.8", "Host": host}
            response = self.world.call("GET", path, headers=headers)
            self.assertEqual(response.headers["content-type"], "text/html; charset=utf-8")
            self.assertIn(b"<p>T", response.body)
            self.assertIn("default-src 'none'", response.headers["content-security-policy"])
            self.assertIn(self.world.call("GET", path, headers={"Host": host}).code, ("not-found", "wrong-host"))

    def test_access_line(self) -> None:
        """Each call leaves one line, with its correlation id, and neither query nor secret."""
        events: list[dict] = []
        globalLogPublisher.addObserver(events.append)
        self.addCleanup(globalLogPublisher.removeObserver, events.append)
        person = self.world.administrator()
        events.clear()
        response = person.call("GET", "/api/logs?text=hidden&level=info")
        lines = [event for event in events if "milliseconds" in event]
        self.assertEqual([line["correlation"] for line in lines], [response.headers["x-correlation-id"]])
        cookie = person.cookie.partition("=")[2]
        for secret in ("hidden", person.secret, cookie):
            self.assertNotIn(secret, repr([{k: v for k, v in e.items() if k != "log_source"} for e in events]))

    def test_refusal_line(self) -> None:
        """A refusal's line says which one it was."""
        events: list[dict] = []
        globalLogPublisher.addObserver(events.append)
        self.addCleanup(globalLogPublisher.removeObserver, events.append)
        self.world.call("POST", "/api/signin", {"email": "nobody@example.org", "password": "planted secret"})
        self.assertIn("POST /api/signin 403 bad-password", formatEvent(events[-1]))
        self.assertNotIn("planted", repr(events[-1]["log_format"]) + formatEvent(events[-1]))

    def test_busy_hasher(self) -> None:
        """Sign-ins beyond a bound are turned away instead of queued without end."""
        never: list[Deferred] = []
        hasher = Hasher(self.world.passwords, lambda work: never.append(Deferred()) or never[-1])
        waiting = [Deferred.fromCoroutine(hasher.hash("x")) for _ in range(52)]
        self.failureResultOf(Deferred.fromCoroutine(hasher.hash("x")), SagewsError)
        self.assertEqual((len(never), len(waiting)), (2, 52))


class GoneTests(SynchronousTestCase):
    """A client that closes its connection before it is answered."""

    def test_while_the_login_is_looked_for(self) -> None:
        """What it asked for is not looked at any more: its body is gone, and that is nobody's fault."""
        world = World()
        waiting: Deferred[None] = Deferred()

        async def find(logins: Logins, credentials: Credentials) -> Login:
            await waiting
            return await found(logins, credentials)

        found = Logins.find
        page = world.administrator()
        self.patch(Logins, "find", find)
        channel, transport = world.connect()
        body = b'{"name": "W"}'
        head = (
            "POST /api/workspaces HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"
            f"Origin: http://127.0.0.1:8080\r\nCookie: {page.cookie}\r\nX-Sagews-Secret: {page.secret}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        channel.dataReceived(head.encode() + body)
        channel.connectionLost(Failure(ConnectionDone()))
        before = len(world.workspaces.spaces)
        waiting.callback(None)
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual((transport.value(), len(world.workspaces.spaces)), (b"", before))
