"""Random requests: whatever comes, the site answers or cuts the connection; it never fails."""

from __future__ import annotations

import json

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.site import site_routes
from sagews.model.identifiers import new_id
from tests.frontend.memory import World, parse

SLOW_IS_FINE = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
known_fields = st.dictionaries(
    st.sampled_from(["name", "email", "password", "token", "old", "new", "role", "user", "workspace", "may_run"]),
    json_values,
    max_size=4,
)


class FuzzTests(SynchronousTestCase):
    """Through the same code as a real connection."""

    def setUp(self) -> None:
        self.world = World()
        self.person = self.world.administrator()
        self.routes = list(site_routes(self.world.parts))

    def check(self, data: bytes) -> None:
        self.assertTrue(data.startswith(b"HTTP/1.1 ") or data == b"", data[:80])
        if data:
            self.assertLess(parse(data).status, 500, data[:300])
        self.assertEqual(self.flushLoggedErrors(), [])

    @SLOW_IS_FINE
    @given(st.binary(max_size=300), st.booleans())
    def test_bytes(self, data: bytes, begun: bool) -> None:
        """Bytes of any kind, at the beginning or within a request."""
        channel, transport = self.world.connect()
        channel.dataReceived((b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" if begun else b"") + data)
        channel.dataReceived(b"\r\n\r\n")
        self.check(transport.value())

    @SLOW_IS_FINE
    @given(st.data())
    def test_bodies(self, data: st.DataObject) -> None:
        """Any JSON for any route, by an administrator."""
        route = data.draw(st.sampled_from(self.routes))
        path = route.pattern.replace("{name...}", "x")
        for brace in ("{workspace}", "{document}", "{user}"):
            path = path.replace(brace, new_id())
        body = data.draw(json_values | known_fields)
        query = data.draw(
            st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40)
        )
        if path in ("/api/signout", "/api/password"):
            return
        response = self.person.call(route.method, f"{path}?{query}", json.dumps(body).encode())
        self.assertLess(response.status, 500, (route, body, response.body))
        self.assertEqual(self.flushLoggedErrors(), [])

    @SLOW_IS_FINE
    @given(
        st.dictionaries(
            st.sampled_from(
                [
                    "Cookie",
                    "Authorization",
                    "Origin",
                    "Accept-Encoding",
                    "If-None-Match",
                    "X-Sagews-Secret",
                    "Sec-Fetch-Site",
                    "Content-Type",
                    "Host",
                ]
            ),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
        )
    )
    def test_headers(self, headers: dict[str, str]) -> None:
        """Any value of the headers that are looked at."""
        for path in ("/", "/api/me", "/static/app-1234.js", "/ws"):
            self.assertLess(self.world.call("GET", path, headers=headers).status, 500)
        self.assertEqual(self.flushLoggedErrors(), [])
