"""The bounds of the HTTP server: time, size, and headers of both origins."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.bounded_server import ARRIVAL_SECONDS, IDLE_SECONDS
from sagews.policy.http.headers import file_policy
from sagews.policy.http.requests import MAX_BODY
from tests.frontend.memory import World, parse

HEAD = b"POST /api/signin HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"


class BoundTests(SynchronousTestCase):
    """What a slow or greedy peer meets."""

    def setUp(self) -> None:
        self.world = World()
        self.channel, self.transport = self.world.connect()

    def test_trickle(self) -> None:
        """A request that trickles in byte by byte is cut after thirty seconds, headers or body."""
        for start in (b"GET / HTTP/1.1\r\nX: ", HEAD + b"Content-Length: 1000\r\n\r\n"):
            channel, transport = self.world.connect()
            channel.dataReceived(start)
            for _ in range(ARRIVAL_SECONDS - 1):
                self.world.clock.advance(1)
                channel.dataReceived(b"x")
            self.assertFalse(transport.disconnecting or transport.disconnected)
            self.world.clock.advance(1)
            self.assertTrue(transport.disconnected)

    def test_silence(self) -> None:
        """A connection that says nothing is closed."""
        self.world.clock.advance(IDLE_SECONDS)
        self.assertTrue(self.transport.disconnecting)

    def test_keeps(self) -> None:
        """A connection serves several requests, each with a deadline of its own."""
        for _ in range(5):
            self.transport.clear()
            self.channel.dataReceived(b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
            self.assertEqual(parse(self.transport.value()).status, 200)
            self.world.clock.advance(ARRIVAL_SECONDS - 5)
        self.assertFalse(self.transport.disconnecting)

    def test_chunked(self) -> None:
        """A chunked body above the limit is thrown away as it comes, and answered."""
        self.channel.dataReceived(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(10):
            self.channel.dataReceived(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        request = self.channel.requests[0]
        self.assertEqual(len(request.content.getvalue()), MAX_BODY + 1)
        self.channel.dataReceived(b"0\r\n\r\n")
        self.assertEqual(parse(self.transport.value()).status, 413)

    def test_endless(self) -> None:
        """A body of more than a mebibyte cuts the connection, declared or not."""
        self.channel.dataReceived(HEAD + b"Content-Length: 99999999\r\n\r\n")
        self.assertEqual(parse(self.transport.value()).status, 413)
        self.assertTrue(self.transport.disconnecting)
        channel, transport = self.world.connect()
        channel.dataReceived(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(80):
            channel.dataReceived(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        self.assertEqual(parse(transport.value()).status, 413)
        self.assertTrue(transport.disconnecting)

    def test_garbage(self) -> None:
        """What is not HTTP is refused."""
        for data in (b"\x16\x03\x01\x00\xa5\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"):
            self.assertEqual(self.world.raw(data).status, 400)

    def test_huge_headers(self) -> None:
        """A header line of more than 16 KiB, or very many headers, end the connection."""
        self.channel.dataReceived(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n")
        self.assertTrue(self.transport.disconnecting)
        many = b"".join(b"X-%d: y\r\n" % number for number in range(600))
        self.assertEqual(self.world.raw(b"GET / HTTP/1.1\r\n" + many + b"\r\n").status, 400)

    def test_smuggling(self) -> None:
        """Two lengths, or a length and chunks, are refused."""
        both = HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        twice = HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   "
        for data in (both, twice):
            self.assertEqual(self.world.raw(data).status, 400)

    def test_no_http2(self) -> None:
        """TLS negotiates HTTP/1.1 only."""
        self.assertEqual(self.world.site.acceptableProtocols(), [b"http/1.1"])

    def test_gone(self) -> None:
        """A peer that leaves before its answer disturbs nobody."""
        self.channel.dataReceived(HEAD + b"Content-Length: 10\r\n\r\n{")
        self.channel.connectionLost(None)
        self.assertEqual(self.transport.value(), b"")
        self.assertEqual(self.flushLoggedErrors(), [])


class HeaderTests(SynchronousTestCase):
    """What both origins say to browsers."""

    def setUp(self) -> None:
        self.world = World()

    def test_shell(self) -> None:
        """The shell's policy allows our own scripts and websocket, the frame of the other origin, and nothing else."""
        response = self.world.call("GET", "/", headers={"Host": "localhost:8080"})
        policy = response.headers["content-security-policy"].split("; ")
        for part in (
            "script-src 'self'",
            "connect-src 'self' http://localhost:8080 ws://localhost:8080",
            "frame-src http://localhost:8081",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ):
            self.assertIn(part, policy)
        # Browsers complain on their console of directives that they do not know.
        self.assertNotIn("webrtc", " ".join(policy))
        self.assertEqual(response.headers["content-type"], "text/html; charset=utf-8")

    def test_what_files_may_do(self) -> None:
        """A built file may load and reach nothing; the worker's asks for no sandbox, in which browsers start none."""
        self.assertIn("sandbox", self.world.call("GET", "/static/app-1234.js").headers["content-security-policy"])
        for name in ("app-1234.js", "worker-1234.js"):
            self.assertTrue(file_policy(name).startswith("default-src 'none'"))
        self.assertNotIn("sandbox", file_policy("worker-1234.js"))

    def test_everywhere(self) -> None:
        """Every answer of the site carries the security headers, refusals too."""
        for path in ("/", "/api/site", "/api/me", "/static/app-1234.js", "/nothing"):
            headers = self.world.call("GET", path).headers
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["referrer-policy"], "no-referrer")
            self.assertEqual(headers["cross-origin-opener-policy"], "same-origin")
            self.assertEqual(headers["cross-origin-resource-policy"], "same-origin")
            self.assertEqual(headers["x-dns-prefetch-control"], "off")
            self.assertIn("camera=()", headers["permissions-policy"])
            self.assertIn("default-src", headers["content-security-policy"])
            self.assertNotIn("strict-transport-security", headers)
            self.assertNotIn("access-control-allow-origin", headers)

    def test_strict_transport(self) -> None:
        """With a certificate that browsers trust they are told to stay with TLS."""
        world = World(secure=True, strict=True)
        response = world.call("GET", "/")
        self.assertTrue(response.headers["strict-transport-security"].startswith("max-age="))
        self.assertIn("wss://127.0.0.1:8080", response.headers["content-security-policy"])

    def test_frame(self) -> None:
        """The frame is sandboxed, embeddable by our pages only, and lives on the other origin without cookies."""
        host = {"Host": "127.0.0.1:8081", "Cookie": "sagews_login=x"}
        response = self.world.call("GET", "/frame", headers=host, site=self.world.content)
        self.assertEqual((response.status, response.body, response.cookies), (200, b"<frame>", []))
        policy = response.headers["content-security-policy"]
        self.assertTrue(policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'none'"))
        self.assertIn("frame-ancestors http://127.0.0.1:8080 http://localhost:8080", policy)
        self.assertEqual(response.headers["connection-allowlist"], "()")
        self.assertNotIn("x-frame-options", response.headers)

    def test_content_origin(self) -> None:
        """The other origin has no page, no API and no static files, and answers on its own port only."""
        for path in ("/", "/api/site", "/api/me", "/static/app-1234.js", "/ws"):
            response = self.world.call("GET", path, headers={"Host": "127.0.0.1:8081"}, site=self.world.content)
            self.assertEqual(response.status, 404)
        self.assertEqual(self.world.call("GET", "/frame", site=self.world.content).status, 421)
