"""The same backend behind a real port, and real websocket clients, all on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer
from twisted.internet import reactor as default_reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site

from sagews.backend.service import Backend
from sagews.wire.browser.base import PROTOCOL
from tests.backend.harness import BackendTestCase

reactor: Any = default_reactor


class Browser(WebSocketClientProtocol):
    """A websocket that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []
        self.taken = 0
        self.opened: Deferred[Browser] = Deferred()
        self.over: Deferred[int | None] = Deferred()
        self._waiting: list[tuple[Callable[[dict[str, Any]], bool], Deferred[dict[str, Any]]]] = []

    def onOpen(self) -> None:
        """Say that it is open."""
        self.transport.setTcpNoDelay(True)
        self.opened.callback(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Remember a message and tell who waits for it."""
        message = json.loads(payload)
        self.taken += len(payload)
        self.told.append(message)
        waiting, self._waiting = self._waiting, []
        for wanted, found in waiting:
            if wanted(message):
                found.callback(message)
            else:
                self._waiting.append((wanted, found))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """Say that it is closed, or never opened."""
        if not self.opened.called:
            self.opened.errback(ConnectionError(reason))
        if not self.over.called:
            self.over.callback(code)

    def say(self, **message: Any) -> None:
        """Send a message."""
        self.sendMessage(msgspec.json.encode(message))

    def until(self, kind: str, **fields: Any) -> Deferred[dict[str, Any]]:
        """Wait for the next message of a type with these fields."""
        found: Deferred[dict[str, Any]] = Deferred()
        self._waiting.append((lambda message: message["type"] == kind and fields.items() <= message.items(), found))
        return found


class SocketTestCase(TestCase):
    """Serves a backend on a port of its own while a test runs."""

    timeout = 30

    def setUp(self) -> None:
        """Listen."""
        self.parts = _Parts("run")
        self.site = Site(Resource())
        self.port = self.listen(self.site)
        self.address = f"127.0.0.1:{self.port.getHost().port}"
        self.backend = self.parts.build(self.address)
        self.site.resource.putChild(b"ws", self.backend.resource())
        self.browsers: list[Browser] = []
        self.addCleanup(self._clean)

    def listen(self, site: Site) -> Any:
        """Listen on a free port of loopback."""
        return reactor.listenTCP(0, site, interface="127.0.0.1")

    def endpoint(self) -> Any:
        """Return how a client reaches it."""
        return TCP4ClientEndpoint(reactor, "127.0.0.1", self.port.getHost().port)

    async def _end(self) -> None:
        await self.backend.stop()
        for browser in self.browsers:
            await browser.over
        await self.port.stopListening()
        for session in list(self.parts.host.sessions):
            self.parts.host._end_if_there(session, "shutdown")
        done: Deferred[None] = Deferred()
        reactor.callLater(0.05, done.callback, None)
        await done

    def _clean(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._end())

    async def connect(self, *, origin: str | None = "", host: str | None = None) -> Browser:
        """Return an open websocket that offers compression as browsers do; `origin` "" stands for the site's own."""
        factory = WebSocketClientFactory(
            f"ws://{host or self.address}/ws",
            origin=f"http://{self.address}" if origin == "" else origin,
            reactor=reactor,
        )
        factory.protocol = Browser
        factory.setProtocolOptions(perMessageCompressionOffers=[PerMessageDeflateOffer()])
        browser: Browser = await self.endpoint().connect(factory)
        self.browsers.append(browser)
        await browser.opened
        return browser

    async def welcomed(self) -> Browser:
        """Return a websocket that has been welcomed."""
        browser = await self.connect()
        browser.say(type="hello", protocol=PROTOCOL, client="test", ticket=self.parts.ticket())
        await browser.until("welcome")
        return browser


class _Parts(BackendTestCase):
    """The fakes of BackendTestCase on the real clock."""

    ping_seconds = 0.0

    def build(self, address: str) -> Backend:
        """Build a backend that answers under an address."""
        self.settings = replace(self.settings, origins=frozenset({f"http://{address}"}), ping_seconds=self.ping_seconds)
        self.setUp()
        self.backend._ticker.stop()
        self.clock = reactor
        self.host.clock = reactor
        return self.life()

    def runTest(self) -> None:
        """Not a test by itself."""
