"""Idle connections, in whatever numbers, keep nobody out."""

from __future__ import annotations

import resource
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.connection_bounds import ConnectionBounds
from sagews.net.descriptors import share_of_descriptors
from tests.frontend.memory import World


class BoundsTests(SynchronousTestCase):
    """A site that keeps four connections of a network and ten in all."""

    def setUp(self) -> None:
        """Make it."""
        self.world = World()
        self.world.site.bounds = ConnectionBounds(10, 4)

    def connect(self, host: str) -> tuple[Any, StringTransport]:
        """Open a connection from an address."""
        peer = IPv4Address("TCP", host, 50000)
        channel: Any = self.world.site.buildProtocol(peer)
        transport = StringTransport(peerAddress=peer)
        channel.makeConnection(transport)
        return channel, transport

    def test_one_network(self) -> None:
        """Beyond its bound the connection that was heard longest ago is closed; who speaks, stays."""
        flood = [self.connect("192.0.2.1") for _ in range(4)]
        other = self.connect("198.51.100.7")
        flood[0][0].dataReceived(b"GET /api/site HT")
        flood += [self.connect("192.0.2.1") for _ in range(2)]
        closed = [bool(transport.disconnecting) for _, transport in flood]
        self.assertEqual(closed, [False, True, True, False, False, False])
        self.assertFalse(other[1].disconnecting)

    def test_many_networks(self) -> None:
        """However many idle connections there are, a new one is served."""
        for number in range(50):
            self.connect(f"192.0.2.{number}")
        channel, transport = self.connect("198.51.100.7")
        channel.dataReceived(b"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
        self.assertIn(b"200 OK", transport.value())
        self.assertLessEqual(len(self.world.site.bounds), 10)

    def test_few_descriptors(self) -> None:
        """Where a process may open few files, its bounds leave most of them to websockets and everything else."""
        limits = {"soft": 1000}
        self.patch(resource, "getrlimit", lambda _kind: (limits["soft"], 4096))
        self.world.rebuild()
        self.world.site.bounds._most_of_one = 1000
        for number in range(300):
            self.connect(f"192.0.2.{number}")
        self.assertEqual(len(self.world.site.bounds), 200)
        limits["soft"] = 65_536
        self.assertEqual((share_of_descriptors(3, 10_000), share_of_descriptors(5, 10_000)), (10_000, 10_000))
        limits["soft"] = resource.RLIM_INFINITY
        self.assertEqual(share_of_descriptors(5, 10_000), 10_000)

    def test_closed_ones_are_forgotten(self) -> None:
        """What is gone, or has become a websocket, counts no more."""
        channel, _ = self.connect("192.0.2.1")
        channel.connectionLost(None)
        upgraded, _ = self.connect("192.0.2.1")
        upgraded.dataReceived(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\n\r\n")
        self.assertEqual(len(self.world.site.bounds), 0)
