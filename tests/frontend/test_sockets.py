"""The site on real sockets, plain and with TLS."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet import reactor, ssl
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol, wrapClientTLS
from twisted.internet.protocol import Protocol
from twisted.trial.unittest import TestCase

from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.site import make_sites
from sagews.policy.http.requests import addresses
from tests.cli.certificate import self_signed
from tests.frontend.memory import World, parse

pytestmark = pytest.mark.slow


class Reader(Protocol):
    """Collects what comes until the end."""

    def __init__(self) -> None:
        self.data = b""
        self.over: Deferred[bytes] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        self.data += data

    def connectionLost(self, reason: Any) -> None:
        self.over.callback(self.data)


class PlainTests(TestCase):
    """Over TCP."""

    timeout = 20
    secure = False

    def setUp(self) -> None:
        self.world = World(secure=self.secure)
        self.channels: list[Any] = []
        self.listening = self.listen(_Late(self))
        self.addCleanup(self.listening.stopListening)
        self.port = self.listening.getHost().port
        self.world.rebuild(addresses=addresses("127.0.0.1", [], self.port, 1, secure=self.secure))
        self.site: BoundedSite = make_sites(self.world.parts, reactor)[0]

    def listen(self, factory: Any) -> Any:
        return reactor.listenTCP(0, factory, interface="127.0.0.1")

    def endpoint(self) -> Any:
        return TCP4ClientEndpoint(reactor, "127.0.0.1", self.port)

    async def ask(self, data: bytes) -> bytes:
        reader = await connectProtocol(self.endpoint(), Reader())
        reader.transport.write(data)
        return await reader.over

    async def test_answer(self) -> None:
        """A request is answered, and no byte waits for a full packet."""
        head = f"GET /api/site HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n"
        response = parse(await self.ask(head.encode()))
        self.assertEqual(response.status, 200)
        self.assertTrue(self.no_delay[0])

    async def test_cut_body(self) -> None:
        """A body of many mebibytes is refused before it has arrived."""
        head = f"POST /api/signin HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: 500000000\r\n\r\n"
        data = await self.ask(head.encode())
        self.assertTrue(data.startswith(b"HTTP/1.1 413 "))

    no_delay: list[bool]


class SecureTests(PlainTests):
    """Over TLS."""

    secure = True

    def listen(self, factory: Any) -> Any:
        """Listen with a self-signed certificate."""
        certificate = ssl.PrivateCertificate.loadPEM(self_signed("localhost"))
        return reactor.listenSSL(0, factory, certificate.options(), interface="127.0.0.1")

    def endpoint(self) -> Any:
        """Connect without looking at the certificate."""
        return wrapClientTLS(ssl.CertificateOptions(verify=False), super().endpoint())


class _Late:
    noisy = False

    def __init__(self, test: PlainTests) -> None:
        self.test = test
        test.no_delay = []

    def doStart(self) -> None:
        """Do nothing."""

    doStop = doStart

    def buildProtocol(self, address: Any) -> Any:
        channel = self.test.site.buildProtocol(address)
        connected = channel.connectionMade

        def made() -> None:
            connected()
            self.test.no_delay.append(bool(channel.transport.getTcpNoDelay()))

        channel.connectionMade = made
        return channel
