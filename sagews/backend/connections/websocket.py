"""The websocket: autobahn inside twisted.web. Bytes come and go here; what they mean is the connection's business."""

from __future__ import annotations

from typing import Any, Protocol

from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.backend.connections.connection import MAX_GREETING, Connection, ConnectionServices
from sagews.backend.connections.registry import ConnectionRegistry
from sagews.backend.settings import BackendSettings
from sagews.wire.browser.base import MAX_MESSAGE

SUBPROTOCOL = "sagews.1"


class _Request(Protocol):
    headers: dict[str, str]
    protocols: list[str]


def check_request(headers: dict[str, str], settings: BackendSettings) -> None:
    """Refuse a handshake for another host, or from another site's page.

    Every browser sends Origin with a websocket handshake, so one without it comes from a program that holds its own
    ticket; it is let in.

    Raises:
        ConnectionDeny: 403 with a sentence.
    """
    hosts = {origin.partition("//")[2] for origin in settings.origins}
    host = headers.get("host", "").lower()
    if host not in hosts:
        raise ConnectionDeny(403, "This server does not answer under that name.")
    origin = headers.get("origin")
    if origin is None:
        return
    # Host and origin need not be the same: a backend apart from its frontend has a port of its own.
    if origin.lower() not in settings.origins:
        raise ConnectionDeny(403, "This request came from another site and was refused.")


def text_frame(data: bytes) -> bytes:
    """Return a message as one unmasked text frame (RFC 6455, section 5.2).

    Every event of every session passes here, several times for each evaluation; autobahn's way through `sendMessage`
    costs as much as all the rest of it.
    """
    size = len(data)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + data
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + data
    return b"\x81\x7f" + size.to_bytes(8, "big") + data


class PageProtocol(WebSocketServerProtocol):
    """One websocket; its methods hand values to a Connection."""

    factory: PageFactory
    transport: Any
    connection: Connection | None = None
    _log = Logger()

    def onConnect(self, request: _Request) -> str | None:
        """Look at the handshake."""
        check_request(request.headers, self.factory.services.settings)
        if not self.factory.registry.has_room():
            raise ConnectionDeny(503, "The server has no room for another connection right now.")
        return SUBPROTOCOL if SUBPROTOCOL in request.protocols else None

    def onOpen(self) -> None:
        """Turn Nagle off (autobahn leaves it on) and listen to how full the transport is.

        The HTTP channel has registered itself as the transport's producer and can't be asked to go, hence the order.
        """
        self.transport.setTcpNoDelay(True)
        self._accept(MAX_GREETING)
        self.connection = Connection(self.factory.services, self._say, self._end)
        self.factory.registry.add(self.connection)
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.connection.queue, True)

    def _accept(self, size: int) -> None:
        """Set what a message may hold; autobahn collects as much before anybody looks at it."""
        self.maxMessagePayloadSize = self.maxFramePayloadSize = size

    def dataReceived(self, data: bytes) -> None:
        """Pass bytes on without the coloured log line that autobahn composes for each, logged or not."""
        self._dataReceived(data)

    def onMessageEnd(self) -> None:
        """Hand a whole message on without autobahn's round through its own event listeners."""
        if not self.failedByMe:
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        self.message_data = []

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Hand a message on."""
        if self.connection is not None:
            self.connection.received(payload)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """Say that it is over."""
        if self.connection is not None:
            connection, self.connection = self.connection, None
            connection.lost()
            self.factory.registry.remove(connection)

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        """Say that it is over, also where autobahn would not."""
        super().connectionLost(reason)
        self.onClose(False, None, None)

    def _say(self, data: bytes) -> None:
        if self.state == WebSocketServerProtocol.STATE_OPEN:
            self.transport.write(text_frame(data))
            if self.maxMessagePayloadSize != MAX_MESSAGE and self.connection and self.connection.principal:
                self._accept(MAX_MESSAGE)

    def _end(self, code: int, reason: str) -> None:
        self.sendClose(code, reason)


class PageFactory(WebSocketServerFactory):
    """Makes websockets for one backend."""

    protocol: Any = PageProtocol

    def __init__(self, reactor: Any, registry: ConnectionRegistry, services: ConnectionServices) -> None:
        super().__init__(protocols=[SUBPROTOCOL], reactor=reactor)
        self.registry = registry
        self.services = services
        settings = services.settings
        self.setProtocolOptions(
            maxMessagePayloadSize=MAX_MESSAGE,
            maxFramePayloadSize=MAX_MESSAGE,
            failByDrop=False,
            autoPingInterval=settings.ping_seconds,
            autoPingTimeout=settings.ping_timeout,
            openHandshakeTimeout=settings.greeting_seconds,
            closeHandshakeTimeout=2,
            tcpNoDelay=True,
        )


def websocket_resource(reactor: Any, registry: ConnectionRegistry, services: ConnectionServices) -> WebSocketResource:
    """Return the resource to be put at /ws."""
    return WebSocketResource(PageFactory(reactor, registry, services))
