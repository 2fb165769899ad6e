"""The websocket: autobahn inside twisted.web. Bytes come and go here; what they mean is the connection's business."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import Any, Protocol

from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.types import ConnectionDeny
from autobahn.websocket.utf8validator import Utf8Validator
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.backend.connections.at_rest import RESTING, at_rest
from sagews.backend.connections.connection import MAX_HANDSHAKE, Connection, ConnectionServices
from sagews.backend.connections.frames import read_frames, text_frame
from sagews.backend.connections.pinger import Pinger
from sagews.backend.connections.registry import ConnectionRegistry
from sagews.backend.connections.turn_writer import MOST_BYTES as LARGE_BYTES
from sagews.backend.connections.turn_writer import TurnWriter
from sagews.backend.settings import BackendSettings
from sagews.net.account_lines import MOST_SECONDS, AccountLines
from sagews.policy.accounts.attempts import network
from sagews.policy.browser.shares import line_of_strangers
from sagews.wire.browser.base import MAX_MESSAGE
from sagews.wire.browser.connection import CloseCode

SUBPROTOCOL = "sagews.1"
PING = b"\x89\x00"
# What is taken at a stretch of what one read brought: a read of 64 KiB may hold ten thousand frames. To refuse one
# takes up to half a millisecond, to answer a ping 30 microseconds. What is left waits until others had their turn.
MOST_MESSAGES = 20
MOST_BYTES = 1024


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


class PageProtocol(WebSocketServerProtocol):
    """One websocket; its methods hand values to a Connection."""

    factory: PageFactory
    transport: Any
    connection: Connection | None = None
    heard = True
    _slot = 0
    _kept = b""
    _pausing = False
    _is_there = True
    _log = Logger()
    data: Any
    current_frame: Any
    inside_message: Any
    current_frame_masker: Any
    # Nobody reads these counts; all connections add to one.
    trafficStats = TrafficStats()

    def onConnect(self, request: _Request) -> str | None:
        """Look at the handshake."""
        check_request(request.headers, self.factory.services.settings)
        # The gate before us has put there whom it takes the request to come from, whatever it found there.
        if address := request.headers.get("x-forwarded-for"):
            self._from = network(address)
        if not self.factory.registry.has_room():
            raise ConnectionDeny(503, "The server has no room for another connection right now.")
        return SUBPROTOCOL if SUBPROTOCOL in request.protocols else None

    def onOpen(self) -> None:
        """Turn Nagle off (autobahn leaves it on) and listen to how full the transport is.

        The HTTP channel has registered itself as the transport's producer and can't be asked to go, hence the order.
        """
        self.transport.setTcpNoDelay(True)
        self._accept(MAX_HANDSHAKE)
        self.connection = Connection(self.factory.services, self._say, self._end)
        self.factory.registry.add(self.connection, self._from)
        self._slot = self.factory.pinger.add(self)
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.connection.queue, True)

    def _accept(self, size: int) -> None:
        """Set what a message may hold; autobahn collects as much before anybody looks at it."""
        self.maxMessagePayloadSize = self.maxFramePayloadSize = size

    def dataReceived(self, data: bytes) -> None:
        """Take what came, a little at a time; behind what waits already, here or of the same account elsewhere."""
        self.heard = True
        if self._pausing:
            # TLS hands on what it had decrypted, whether its transport is paused or not.
            self._kept += data
        elif self.factory.lines.is_free(self._account()):
            self._turn(data)
        else:
            self._stand(data)

    def _account(self) -> str:
        return (self.connection is not None and self.connection.account) or self._strangers

    @property
    def _strangers(self) -> str:
        """The line in which it stands before it has said who it is."""
        return line_of_strangers(self._from)

    @cached_property
    def _from(self) -> str:
        """The network that it comes from."""
        return network(str(getattr(self.transport.getPeer(), "host", "")))

    def _stand(self, data: bytes) -> None:
        """Keep what is left, and read nothing more until it is its turn: that would only move the backlog in here."""
        self._kept, self._pausing = data, True
        self.transport.pauseProducing()
        self.factory.lines.stand(self._account(), self._go_on)

    def _turn(self, data: bytes) -> None:
        """Take a little, and charge what that cost to the account, whatever came: messages, pings, empty fragments."""
        began = self.factory.spent()
        left = self._take(data, began)
        who = self._account()
        self.factory.lines.charge(who, self.factory.spent() - began)
        if (left or not self.factory.lines.is_free(who)) and self.transport is not None and self._is_there:
            self._stand(left)

    def _take(self, data: bytes, began: float) -> bytes:
        """Hand on the messages in common frames; leave to autobahn whatever is not common, or has begun there.

        Returns:
            What is left for the next turn.
        """
        if self.state == WebSocketServerProtocol.STATE_OPEN and not self._midway():
            for number in range(1, MOST_MESSAGES + 1):
                messages, taken = read_frames(data, self.maxMessagePayloadSize, 1)
                data = data[taken:]
                if not messages:
                    break
                # A message may have closed the connection; autobahn would not hand on what follows it either.
                if self.state == WebSocketServerProtocol.STATE_OPEN:
                    self.onMessage(messages[0], False)
                if number == MOST_MESSAGES or (data and self.factory.spent() - began > MOST_SECONDS):
                    return data
        if not data:
            return b""
        most = self._at_once()
        self._dataReceived(data[:most])
        return data[most:]

    def _at_once(self) -> int:
        """Return how many bytes autobahn may be given: those of a large frame cost little, many small frames much."""
        frame = self.current_frame
        return MOST_BYTES if frame is None else max(MOST_BYTES, frame.length - self.current_frame_masker.pointer())

    def _go_on(self) -> None:
        data, self._kept, self._pausing = self._kept, b"", False
        if data:
            self._turn(data)
        if not self._pausing and self._is_there:
            self.transport.resumeProducing()

    def _midway(self) -> bool:
        return bool(self.data) or self.current_frame is not None or self.inside_message

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
        self._leave()

    def _leave(self) -> None:
        if self.connection is not None:
            connection, self.connection = self.connection, None
            self.factory.pinger.remove(self, self._slot)
            connection.lost()
            self.factory.registry.remove(connection)

    def connectionLost(self, reason: Any = Failure(ConnectionDone())) -> None:  # noqa: B008
        """Say that it is over, also where autobahn would not."""
        self._kept, self._is_there = b"", False
        self.factory.writer.forget(self)
        # What lies between here and there in autobahn formats lines that nobody reads.
        self._connectionLost(reason)
        self.onClose(False, None, None)
        # Its result is this object: without the circle, all of it goes now, and the collector finds nothing to do when
        # thousands are gone.
        self.is_closed = None

    def ping(self) -> None:
        """Send an empty ping (pinger.Pinged)."""
        if self.state == WebSocketServerProtocol.STATE_OPEN:
            self.factory.writer.flush(self)
            self.transport.write(PING)
            self._rest()

    def drop(self) -> None:
        """End a connection from which nothing comes any more (pinger.Pinged)."""
        self._log.debug("a websocket does not answer")
        self.factory.services.steps.do(partial(self.dropConnection, abort=True))

    def onCloseHandshakeTimeout(self) -> None:
        """End a connection that was told that it is over and has not answered; those of a moment in steps."""
        self.factory.services.steps.do(super().onCloseHandshakeTimeout)

    def _say(self, data: bytes) -> None:
        if self.state == WebSocketServerProtocol.STATE_OPEN:
            if len(data) > LARGE_BYTES:
                self.factory.writer.write_large(self, data)
            else:
                self.factory.writer.write(self, text_frame(data))
            if self.maxMessagePayloadSize != MAX_MESSAGE and self.connection and self.connection.principal:
                self._accept(MAX_MESSAGE)
                self._rest()

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Send a frame of autobahn's own, such as a pong or a close, behind what was said before it."""
        self.factory.writer.flush(self)
        super().sendData(data, sync, chopsize)

    def dropConnection(self, abort: bool = False) -> None:
        """End the connection once what was said before has left, or at once."""
        self.factory.writer.flush(self)
        # Both sides have said that it is over, or one does not listen: others need not wait for the end of TCP.
        if self.connection is not None:
            self._leave()
            self.transport.unregisterProducer()
        # Else autobahn warns of each in the log; those that we know have their line there already.
        self.wasClean = True
        super().dropConnection(abort)

    def _rest(self) -> None:
        """Let go of what the handshake left, unless autobahn is in the midst of a message that needs it."""
        if not self._midway():
            self.__dict__ = at_rest(self.__dict__)

    def _end(self, code: int, reason: str) -> None:
        if code == CloseCode.TOO_SLOW:
            # It would read no reason before all that it does not read, which is why it is closed.
            self.dropConnection(abort=True)
        else:
            self.sendClose(code, reason)


class PageFactory(WebSocketServerFactory):
    """Makes websockets for one backend.

    Attributes:
        lines: of all accounts, which share the time of this process; another factory for the same backend, as after a
            reload, has the same.
        spent: returns the seconds that this thread has computed: waiting for a busy machine is nobody's doing.
    """

    protocol: Any = PageProtocol

    def __init__(
        self,
        reactor: Any,
        registry: ConnectionRegistry,
        services: ConnectionServices,
        pinger: Pinger,
        lines: AccountLines,
    ) -> None:
        # No name and no version of ours or of a library's in what strangers are answered.
        super().__init__(protocols=[SUBPROTOCOL], reactor=reactor, server="")
        self.registry = registry
        self.services = services
        self.pinger = pinger
        self.lines = lines
        self.spent = time.thread_time
        self.writer = TurnWriter(reactor)
        settings = services.settings
        self.setProtocolOptions(
            maxMessagePayloadSize=MAX_MESSAGE,
            maxFramePayloadSize=MAX_MESSAGE,
            failByDrop=False,
            openHandshakeTimeout=settings.handshake_seconds,
            closeHandshakeTimeout=2,
            tcpNoDelay=True,
        )
        # Autobahn copies the options that a protocol's class does not have into each protocol.
        options = {name: getattr(self, name) for name in PageProtocol.CONFIG_ATTRS}
        # A function would become a method of the class.
        options["perMessageCompressionAccept"] = staticmethod(self.perMessageCompressionAccept)
        # With none left to copy it also formats no list of them for its log, which takes longer than the handshake.
        options["CONFIG_ATTRS"] = ()
        # What it holds text against is made only for connections that send other than common frames.
        validator = cached_property(lambda page: Utf8Validator())
        self.protocol = type("Page", (PageProtocol,), {**RESTING, **options, "utf8validator": validator})


def websocket_resource(
    reactor: Any, registry: ConnectionRegistry, services: ConnectionServices, pinger: Pinger, lines: AccountLines
) -> WebSocketResource:
    """Return the resource to be put at /ws."""
    return WebSocketResource(PageFactory(reactor, registry, services, pinger, lines))
