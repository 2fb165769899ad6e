"""What websockets leave behind that are closed: nothing, or thousands of them would hold the reactor together."""

from __future__ import annotations

import gc
import json
import socket
import struct
from collections import Counter
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.gate import Gate
from sagews.frontend.http.routes import Routes
from sagews.net.account_lines import MOST_SECONDS
from sagews.policy.accounts.attempts import network
from sagews.policy.http.forwarded import parse_proxies
from sagews.policy.http.requests import Policy, addresses
from sagews.wire.browser.base import PROTOCOL
from tests.backend.harness import BackendTestCase, Page
from tests.backend.sockets import SocketTestCase, reactor
from tests.turning import turn

COUNT = 20
# Tests that were run before leave other garbage, and a few of these.
OURS = ("Page", "Connection", "SendQueue", "Guard", "Server", "BoundedChannel", "BoundedRequest", "_Exchange")
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"


class LeftTests(SocketTestCase):
    """Sockets that came through the gate of a site, of a client that leaves no objects of its own in this process."""

    def setUp(self) -> None:
        """Put a site with its gate before the backend."""
        super().setUp()
        self.put_gate()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)

    def put_gate(self, *proxies: str) -> None:
        """Have requests come through a gate that believes these proxies."""
        host, _, port = self.address.partition(":")
        routes = Routes()
        routes.add("GET", "/ws", Policy.WEBSOCKET, resource=self.backend.resource())
        names = addresses(host, [], int(port), 1, secure=False)
        gate = Gate(routes, names, None, (), reactor.seconds, proxies=parse_proxies(proxies))
        self.port.factory.buildProtocol = BoundedSite(gate, reactor).buildProtocol

    async def connected(self, forwarded: str = "") -> list[socket.socket]:
        """Return websockets that are open and have said nothing."""
        more = f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
        sockets = []
        for _ in range(COUNT):
            one = socket.create_connection(("127.0.0.1", self.port.getHost().port))
            one.setblocking(False)
            one.send(
                f"GET /ws HTTP/1.1\r\nHost: {self.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"{more}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            sockets.append(one)
        await self.until(lambda: len(self.backend._registry) == COUNT)
        return sockets

    async def welcomed_ones(self) -> list[socket.socket]:
        """Return websockets of pages that have the worksheet open."""
        sockets = await self.connected()
        for one in sockets:
            ticket = self.parts.ticket()
            one.send(_frame(type="hello", protocol=PROTOCOL, client="test", ticket=ticket))
            one.send(_frame(type="open", document=self.parts.document))
        await self.until(lambda: self.watching() == COUNT)
        return sockets

    def watching(self) -> int:
        """Return how many pages have the worksheet open."""
        return sum(len(live.stream.watchers) for each in self.backend.workspaces.all for live in each.documents)

    async def until(self, holds: Any) -> None:
        """Wait for a condition."""
        waiting = LoopingCall(lambda: waiting.stop() if holds() else None)
        await waiting.start(0.005)

    async def assert_nothing_is_left(self) -> None:
        """Wait until the backend knows none of them, and have the collector look for circles."""
        await self.until(lambda: not len(self.backend._registry) and not self.watching())
        turns: Deferred[None] = Deferred()
        reactor.callLater(0, reactor.callLater, 0, turns.callback, None)
        await turns
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        left = Counter(type(each).__name__ for each in gc.garbage)
        gc.garbage.clear()
        self.assertEqual([name for name in OURS if left[name] >= COUNT], [])

    async def test_that_were_lost(self) -> None:
        """Of websockets whose connection was lost nothing waits for the collector of garbage."""
        for one in await self.welcomed_ones():
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        await self.assert_nothing_is_left()

    async def test_that_said_goodbye(self) -> None:
        """Nor of those that were closed as the protocol has it."""
        sockets = await self.welcomed_ones()
        for one in sockets:
            one.send(CLOSE)
        await self.until(lambda: not len(self.backend._registry))
        for one in sockets:
            one.close()
        await self.assert_nothing_is_left()

    async def test_of_a_network_that_a_proxy_names(self) -> None:
        """Behind a proxy of the settings they are counted for who is behind it; else nobody's word counts."""
        for proxies, where in ((("127.0.0.1",), "203.0.113.7"), ((), "127.0.0.1")):
            self.put_gate(*proxies)
            sockets = await self.connected("203.0.113.7")
            self.assertEqual(set(self.backend._registry._waiting.values()), {network(where)})
            for one in sockets:
                one.close()
            await self.until(lambda: len(self.backend._registry) == 0)

    async def test_that_never_greeted(self) -> None:
        """Nor of those that never said who they are."""
        for one in await self.connected():
            one.close()
        await self.assert_nothing_is_left()


class StepsTests(BackendTestCase):
    """Many pages that are gone in one moment; the processor's time is moved by hand."""

    def test_are_cleared_away_in_steps(self) -> None:
        """All are out of use at once, and what they leave is cleared away a few milliseconds in each turn."""
        others = self.opened()
        pages = [self.opened() for _ in range(20)]
        spent = 0.0

        def tell(_message: bytes) -> None:
            nonlocal spent
            spent += MOST_SECONDS / 3.5

        others.connection.queue._write = tell
        self.backend._connections.steps.spent = lambda: spent
        live = self.backend.workspaces.all[0].documents[0]
        counts = []
        for page in pages:
            page.lose()
        for page in pages:
            self.assertEqual(page.connection.guard.state, "over")
        while len(live.stream.watchers) > 1:
            counts.append(len(live.stream.watchers))
            turn(self.clock)
        self.assertEqual(counts, [17, 13, 9, 5])

    def test_silence_ends_in_steps(self) -> None:
        """Those who came in one moment and said nothing are not all sent away in one turn."""
        silent = [Page(self.backend) for _ in range(20)]
        spent = 0.0

        def close(*_: Any) -> None:
            nonlocal spent
            spent += MOST_SECONDS / 3.5

        for page in silent:
            page.connection._close = close
        self.backend._connections.steps.spent = lambda: spent
        turn(self.clock, self.settings.handshake_seconds)
        over = sum(page.connection.guard.state == "over" for page in silent)
        self.assertTrue(4 <= over <= 8, over)
        for _ in range(10):
            turn(self.clock)
        self.assertEqual({page.connection.guard.state for page in silent}, {"over"})


def _frame(**message: Any) -> bytes:
    data = json.dumps(message).encode()
    size = bytes([0x80 + len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + data
