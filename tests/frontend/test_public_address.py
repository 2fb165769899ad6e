"""A site behind a reverse proxy or a forwarded port, and two sites on one host."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.behind_proxy import ProxyFactory
from sagews.frontend.sign_in.first_link import ensure_personal_token
from sagews.policy.http.base_address import public_address
from sagews.policy.http.forwarded import parse_proxies
from sagews.policy.http.requests import addresses
from tests.frontend.memory import Page, World, parse
from tests.scratch import scratch_folder

PUBLIC = public_address("https://math.example.org", "https://content.example.org")
BROWSER = {"Host": "math.example.org", "Origin": "https://math.example.org", "Sec-Fetch-Site": "same-origin"}
PASSWORD = {"email": "ada@example.org", "password": "correct horse"}


class PublicAddressTests(SynchronousTestCase):
    """TLS ends in a proxy on port 443; we listen on 8080."""

    def setUp(self) -> None:
        self.world = World()
        self.world.person(email="ada@example.org")
        known = replace(self.world.addresses, public=PUBLIC, shown=PUBLIC.site)
        self.world.rebuild(addresses=known, proxies=parse_proxies(["127.0.0.1"]))

    def test_sign_in(self) -> None:
        """A browser signs in by the public address, and its cookie is a secure one of that port."""
        response = self.world.call("POST", "/api/signin", PASSWORD, headers=BROWSER)
        self.assertEqual(response.status, 200)
        self.assertTrue(response.cookies[0].startswith("__Host-sagews_login_443="))
        self.assertIn("; Secure", response.cookies[0])
        page = Page(self.world, response.cookies[0].partition(";")[0], response.json["secret"])
        ticket = page.call("POST", "/api/ticket", {"workspace": None}, headers=BROWSER).json
        self.assertEqual(ticket["url"], "wss://math.example.org/ws")

    def test_policy(self) -> None:
        """The page's policy and its origin of untrusted content are those of the way by which it came."""
        policy = self.world.call("GET", "/", headers=BROWSER).headers["content-security-policy"]
        self.assertIn("frame-src https://content.example.org;", policy)
        site = self.world.call("GET", "/api/site", headers=BROWSER).json
        self.assertEqual(site["untrusted_origin"], "https://content.example.org")
        direct = self.world.call("GET", "/api/site").json
        self.assertEqual(direct["untrusted_origin"], "http://127.0.0.1:8081")

    def test_other_site(self) -> None:
        """A page of another site is refused as before, by the public name too."""
        for origin in ("https://evil.example", "http://math.example.org", "http://127.0.0.1:8080"):
            headers = {**BROWSER, "Origin": origin}
            self.assertEqual(self.world.call("POST", "/api/signin", PASSWORD, headers=headers).code, "wrong-origin")

    def test_link(self) -> None:
        """A sign-in link has the public address, though the command line dials a local one."""
        user = self.world.run(self.world.accounts.user_by_email("ada@example.org"))
        page = self.world.administrator()
        self.assertTrue(
            page.call("POST", f"/api/users/{user.id}/link", {}).json["url"].startswith("http://127.0.0.1:8080/")
        )
        path = scratch_folder(self) / "token"
        self.world.run(ensure_personal_token(self.world.accounts, path, self.world.now))
        token = path.read_text().strip()
        made = self.world.call("POST", f"/api/users/{user.id}/link", {}, headers={"Authorization": f"Bearer {token}"})
        self.assertTrue(made.json["url"].startswith("https://math.example.org/signin#link="))

    def test_attempts(self) -> None:
        """Attempts behind the proxy are counted for each client, and one client's do not lock the others out."""
        wrong = {**PASSWORD, "password": "wrong wrong"}
        for _ in range(11):
            last = self.world.call("POST", "/api/signin", wrong, headers={**BROWSER, "X-Forwarded-For": "192.0.2.1"})
        self.assertEqual(last.code, "too-often")
        other = {**BROWSER, "X-Forwarded-For": "192.0.2.2"}
        self.assertEqual(self.world.call("POST", "/api/signin", PASSWORD, headers=other).status, 200)

    def test_unlisted_proxy(self) -> None:
        """From whoever is no listed proxy, a new X-Forwarded-For gives no new attempts."""
        self.world.rebuild(proxies=())
        wrong = {**PASSWORD, "password": "wrong wrong"}
        for number in range(11):
            headers = {**BROWSER, "X-Forwarded-For": f"192.0.2.{number}"}
            last = self.world.call("POST", "/api/signin", wrong, headers=headers)
        self.assertEqual(last.code, "too-often")


class TwoDaemonsTests(SynchronousTestCase):
    """Two daemons on one host, in one browser, which sends the cookies of both to both."""

    def test_both_signed_in(self) -> None:
        """Signing in to one does not sign out of the other."""
        first, second = World(), World()
        second.rebuild(addresses=addresses("127.0.0.1", [], 9000, 9001, secure=False))
        jar: dict[str, str] = {}
        secrets: list[str] = []
        for world, port in ((first, 8080), (second, 9000)):
            world.account("ada@example.org")
            answer = world.call("POST", "/api/signin", PASSWORD, headers={"Host": f"127.0.0.1:{port}"})
            name, _, value = answer.cookies[0].partition(";")[0].partition("=")
            jar[name] = value
            secrets.append(answer.json["secret"])
        cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
        for world, port, secret in ((first, 8080, secrets[0]), (second, 9000, secrets[1])):
            headers = {"Host": f"127.0.0.1:{port}", "Cookie": cookies, "X-Sagews-Secret": secret}
            self.assertEqual(world.call("GET", "/api/me", headers=headers).status, 200)


class ProxyFactoryTests(SynchronousTestCase):
    """Connections that begin with a PROXY header."""

    def ask(self, peer: str, *pieces: bytes) -> bytes:
        """Return what a connection from this address answers to these pieces."""
        world = World()
        factory = ProxyFactory(world.site, parse_proxies(["10.0.0.1"]))
        transport = StringTransport(peerAddress=IPv4Address("TCP", peer, 5))
        protocol = factory.buildProtocol(transport.getPeer())
        protocol.makeConnection(transport)
        for piece in pieces:
            protocol.dataReceived(piece)
        self.peer = protocol.getPeer().host if hasattr(protocol, "getPeer") else peer
        return transport.value()

    def test_header(self) -> None:
        """The header of a listed proxy is taken off, however it is cut, and names the client."""
        request = b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
        whole = b"PROXY TCP4 192.0.2.9 10.0.0.1 5 80\r\n" + request
        for cut in (1, 20, len(whole) - 1, len(whole)):
            answer = self.ask("10.0.0.1", whole[:cut], whole[cut:] or b"")
            self.assertEqual(parse(answer).status, 200)
            self.assertEqual(self.peer, "192.0.2.9")

    def test_without(self) -> None:
        """A listed proxy may leave the header out."""
        answer = self.ask("10.0.0.1", b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
        self.assertEqual(parse(answer).status, 200)

    def test_stranger(self) -> None:
        """Whoever is no listed proxy is not believed: the header is a bad request."""
        answer = self.ask("192.0.2.1", b"PROXY TCP4 192.0.2.9 10.0.0.1 5 80\r\nGET / HTTP/1.1\r\n\r\n")
        self.assertFalse(answer.startswith(b"HTTP/1.1 200"))
        self.assertEqual(self.peer, "192.0.2.1")
