"""Hosts, origins, names and attempts: the pure decisions about requests."""

from __future__ import annotations

import unicodedata

import hypothesis.strategies as st
from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import CATALOGUE, SagewsError
from sagews.policy import names
from sagews.policy.accounts import attempts, tokens
from sagews.policy.http.requests import STATUS, addresses, check_origin, split_host

WILDCARD = "0.0.0.0"  # noqa: S104 - a name that no browser sends
OURS = addresses("127.0.0.1", ["sage.example"], 8080, 8081, secure=False)


class HostTests(SynchronousTestCase):
    """The Host header."""

    def test_default_port(self) -> None:
        """The scheme's own port may be left out, by browsers and in origins."""
        plain = addresses(WILDCARD, ["sage.example"], 80, 81, secure=False)
        self.assertEqual(plain.name_of("sage.example", 80), "sage.example")
        self.assertEqual(plain.name_of("sage.example:80", 80), "sage.example")
        self.assertEqual(plain.site_origin("sage.example"), "http://sage.example")
        secure = addresses("::", ["sage.example"], 443, 444, secure=True)
        self.assertEqual(secure.site_origin("sage.example"), "https://sage.example")
        self.assertEqual(secure.websocket("sage.example"), "wss://sage.example/ws")
        self.assertNotIn(WILDCARD, plain.names)
        self.assertNotIn("::", secure.names)

    def test_ipv6(self) -> None:
        """IPv6 addresses stand in brackets."""
        six = addresses("fe80::1", [], 8080, 8081, secure=False)
        self.assertEqual(six.name_of("[FE80::1]:8080", 8080), "[fe80::1]")
        self.assertRaises(SagewsError, six.name_of, "fe80::1:8080", 8080)
        self.assertIn("[fe80::2]", addresses("::", ["FE80:0::2"], 1, 2, secure=False).names)

    def test_content_name(self) -> None:
        """Untrusted content may have a host name of its own, which the site itself does not answer to."""
        apart = addresses("127.0.0.1", ["sage.example"], 443, 444, secure=True, content_name="usercontent.example")
        self.assertEqual(apart.content_origin("sage.example"), "https://usercontent.example:444")
        self.assertEqual(apart.name_of("usercontent.example:444", 444), "usercontent.example")
        self.assertRaises(SagewsError, apart.name_of, "usercontent.example", 443)

    @given(st.text(max_size=60))
    def test_anything(self, host: str) -> None:
        """Any text is one of our names with our port, or a refusal; never a failure."""
        try:
            name = OURS.name_of(host, 8080)
        except SagewsError as error:
            self.assertEqual(error.code, "wrong-host")
        else:
            self.assertEqual(host.lower(), f"{name}:8080")

    @given(st.sampled_from(sorted(OURS.names)), st.text(min_size=1, max_size=8), st.booleans())
    def test_near_misses(self, name: str, extra: str, before: bool) -> None:
        """A name of ours with anything before or after it is not ours."""
        host = f"{extra}{name}:8080" if before else f"{name}{extra}:8080"
        if split_host(host)[0] not in OURS.names:
            self.assertRaises(SagewsError, OURS.name_of, host, 8080)

    @given(st.text(max_size=60))
    def test_origins(self, origin: str) -> None:
        """No origin but our own passes."""
        own = OURS.site_origin("127.0.0.1")
        if origin.lower() != own:
            self.assertRaises(SagewsError, check_origin, own, origin, None)
        check_origin(own, own, "same-origin")
        check_origin(own, None, None)


class NameTests(SynchronousTestCase):
    """What people type."""

    @given(st.text(max_size=400))
    def test_text(self, value: str) -> None:
        """A name that passes holds no control character, is short, and passes again unchanged."""
        try:
            name = names.person(value)
        except SagewsError as error:
            self.assertEqual(error.code, "bad-value")
        else:
            self.assertFalse({unicodedata.category(c) for c in name} & {"Cc", "Cs", "Zl", "Zp"})
            self.assertLessEqual(len(name), names.MAX_NAME)
            self.assertEqual(names.person(name), name)
            name.encode("utf-8")

    @given(st.text(max_size=300))
    def test_email(self, value: str) -> None:
        """An address that passes has one @ and no space, and is never the name of a built-in account."""
        try:
            address = names.email(value)
        except SagewsError as error:
            self.assertEqual(error.code, "bad-value")
        else:
            self.assertEqual(address.count("@"), 1)
            self.assertNotIn(address, (names.OPERATOR, names.FIRST_ADMINISTRATOR))


class AttemptTests(SynchronousTestCase):
    """Under which keys attempts are counted."""

    def test_keys(self) -> None:
        """Accounts are told apart without case, addresses by their network; keys show neither."""
        key = attempts.account_limit("Ada@example.org", "192.0.2.1").key
        self.assertEqual(key, attempts.account_limit("ada@EXAMPLE.org", "192.0.2.1").key)
        self.assertEqual(key, attempts.account_limit("ada@example.org", "::ffff:192.0.2.1").key)
        self.assertNotEqual(key, attempts.account_limit("ada@example.org", "192.0.2.2").key)
        self.assertEqual(attempts.network("2001:db8::1"), attempts.network("2001:db8::2"))
        self.assertNotEqual(attempts.network("2001:db8::1"), attempts.network("2001:db8:0:1::1"))
        self.assertNotIn(b"ada", key)

    @given(st.text(max_size=300), st.text(max_size=100))
    def test_anything(self, email: str, address: str) -> None:
        """Any text makes a key of 32 bytes."""
        self.assertEqual(len(attempts.account_limit(email, address).key), 32)


class SecretTests(SynchronousTestCase):
    """Secrets."""

    def test_form(self) -> None:
        """A secret has 256 bits, differs each time, and is recognised by its form."""
        made = {tokens.new_secret() for _ in range(100)}
        self.assertEqual(len(made), 100)
        for secret in made:
            self.assertTrue(tokens.is_secret(secret))
            self.assertTrue(tokens.matches(secret, tokens.hashed(secret)))
        for wrong in ("", "a" * 42, "a" * 44, "a" * 42 + "\n", "ä" * 43, None, 5):
            self.assertFalse(tokens.is_secret(wrong))

    def test_statuses(self) -> None:
        """Each code with a status of its own stands in the catalogue."""
        self.assertEqual(set(STATUS) - set(CATALOGUE), set())
