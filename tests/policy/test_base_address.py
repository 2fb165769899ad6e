"""How browsers reach us, and from where: public addresses, cookies' names, and whom a proxy speaks for."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.policy.http.base_address import parse_origin, public_address
from sagews.policy.http.forwarded import client_address, is_proxy, parse_proxies
from sagews.policy.http.requests import addresses
from sagews.wire.proxy_header import FIRST, SIGNATURE, MalformedHeader, parse_proxy_header

PUBLIC = public_address("https://math.example.org", "https://content.example.org:8443")
OURS = replace(addresses("127.0.0.1", [], 8080, 8081, secure=False), public=PUBLIC)
PROXIES = parse_proxies(["127.0.0.1", "10.0.0.0/8", "::1"])


class BaseAddressTests(SynchronousTestCase):
    """The ways in."""

    def test_public(self) -> None:
        """A Host header with the public name is the public way in, with and without the scheme's own port."""
        for host in ("math.example.org", "MATH.example.org:443"):
            self.assertEqual(OURS.find(host), PUBLIC)
        self.assertEqual(OURS.find("content.example.org:8443", content=True), PUBLIC)
        self.assertEqual(OURS.find("localhost:8080").site, "http://localhost:8080")
        for host in ("math.example.org:8080", "content.example.org:8443", "math.example.org.", "localhost:443", None):
            self.assertRaises(SagewsError, OURS.find, host)
        self.assertRaises(SagewsError, OURS.find, "math.example.org", content=True)

    def test_cookies(self) -> None:
        """Each port of a host name has a cookie of its own; under TLS it is bound to its host."""
        self.assertEqual(OURS.find("localhost:8080").cookie_name, "sagews_login_8080")
        self.assertEqual(PUBLIC.cookie_name, "__Host-sagews_login_443")
        other = addresses("127.0.0.1", [], 9000, 9001, secure=False).find("localhost:9000")
        self.assertNotEqual(other.cookie_name, OURS.find("localhost:8080").cookie_name)

    def test_parse(self) -> None:
        """An address of the settings becomes the origin that browsers send."""
        for text, parsed in (
            ("https://Math.Example.org/", "https://math.example.org"),
            ("https://math.example.org:443", "https://math.example.org"),
            ("http://localhost:9000", "http://localhost:9000"),
            ("http://[::1]:80", "http://[::1]"),
        ):
            self.assertEqual(parse_origin(text), parsed)

    @given(st.text(max_size=40) | st.text(max_size=30).map("https://".__add__))
    def test_any_text(self, text: str) -> None:
        """Any text is an origin, which parses as itself again, or a ValueError."""
        try:
            parsed = parse_origin(text)
        except ValueError:
            return
        self.assertEqual(parse_origin(parsed), parsed)


class ForwardedTests(SynchronousTestCase):
    """X-Forwarded-For."""

    def test_chain(self) -> None:
        """The nearest address that is no proxy's is the client's; what a client wrote before it does not count."""
        self.assertEqual(client_address("127.0.0.1", "192.0.2.1", PROXIES), "192.0.2.1")
        self.assertEqual(client_address("127.0.0.1", "6.6.6.6, 192.0.2.1, 10.1.1.1", PROXIES), "192.0.2.1")
        self.assertEqual(client_address("::ffff:127.0.0.1", "2001:db8::1", PROXIES), "2001:db8::1")

    def test_nobody_else(self) -> None:
        """The header of whoever is not a proxy of ours is not looked at."""
        self.assertEqual(client_address("192.0.2.1", "6.6.6.6", PROXIES), "192.0.2.1")
        self.assertEqual(client_address("127.0.0.1", "6.6.6.6", ()), "127.0.0.1")

    @given(st.text(max_size=80))
    def test_any_header(self, header: str) -> None:
        """Any header gives an address or leaves the peer's."""
        found = client_address("10.0.0.1", header, PROXIES)
        self.assertTrue(found == "10.0.0.1" or not is_proxy(found, PROXIES) or found in header)


class ProxyHeaderTests(SynchronousTestCase):
    """The PROXY protocol's header."""

    def test_first_version(self) -> None:
        """A line of version 1 gives the client; UNKNOWN gives none."""
        line = b"PROXY TCP4 192.0.2.1 10.0.0.1 5 443\r\n"
        found = parse_proxy_header(line + b"GET /")
        assert found is not None
        self.assertEqual((found.client, found.length), ("192.0.2.1", len(line)))
        unknown = parse_proxy_header(b"PROXY UNKNOWN\r\n")
        assert unknown is not None
        self.assertIsNone(unknown.client)

    def test_second_version(self) -> None:
        """A block of version 2 gives the client; one of the proxy's own connection gives none."""
        block = SIGNATURE + b"\x21\x11\x00\x0c" + bytes([192, 0, 2, 1, 10, 0, 0, 1, 0, 5, 1, 187])
        found = parse_proxy_header(block)
        assert found is not None
        self.assertEqual((found.client, found.length), ("192.0.2.1", 28))
        six = SIGNATURE + b"\x21\x21\x00\x24" + bytes(15) + b"\x01" + bytes(20)
        self.assertEqual(getattr(parse_proxy_header(six), "client", ""), "::1")
        self.assertIsNone(getattr(parse_proxy_header(SIGNATURE + b"\x20\x00\x00\x00"), "client", ""))

    def test_pieces(self) -> None:
        """However a header is cut, nothing is decided before it is whole."""
        for header in (b"PROXY TCP6 ::1 ::1 5 443\r\n", SIGNATURE + b"\x20\x00\x00\x02ab"):
            for length in range(len(header)):
                self.assertIsNone(parse_proxy_header(header[:length]))
            self.assertIsNotNone(parse_proxy_header(header))

    def test_malformed(self) -> None:
        """What begins like a header and is none is malformed, and an endless one is not waited for."""
        for data in (
            b"PROXY TCP4 1.2.3.4\r\n",
            b"PROXY TCP4 a b c d\r\n",
            FIRST + b"x" * 200,
            SIGNATURE + b"\x31\x11\x00\x00",
            SIGNATURE + b"\x21\x11\xff\xff",
            SIGNATURE + b"\x21\x11\x00\x02ab",
        ):
            self.assertRaises(MalformedHeader, parse_proxy_header, data)

    @given(
        st.binary(max_size=60)
        | st.binary(max_size=60).map(SIGNATURE.__add__)
        | st.binary(max_size=60).map(FIRST.__add__)
    )
    def test_any_bytes(self, data: bytes) -> None:
        """Any bytes are a header, the beginning of one, none, or malformed."""
        try:
            found = parse_proxy_header(data)
        except MalformedHeader:
            return
        self.assertTrue(found is None or found.length <= len(data))
