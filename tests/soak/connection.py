"""A page's websocket to a backend, and the calls of the site that it needs."""

from __future__ import annotations

import json
from typing import Any

import treq
from autobahn.exception import Disconnected
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet.defer import Deferred, DeferredQueue
from twisted.internet.endpoints import HostnameEndpoint
from twisted.web.client import Agent, HTTPConnectionPool

from sagews.wire.browser.base import PROTOCOL

# Silence for so long is a lost connection: a run whose worker was killed may say nothing at all.
ANSWER_SECONDS = 5


class LostError(Exception):
    """The connection ended, an answer did not come or was a refusal: the page has to come back."""


class Site:
    """The site of an installation, for somebody who is signed in.

    Args:
        reactor: for connections and time.
        origin: the site's address.
    """

    def __init__(self, reactor: Any, origin: str) -> None:
        self.reactor = reactor
        self.origin = origin
        self.port = int(origin.rsplit(":", 1)[1])
        # A killed daemon leaves dead connections, which a pool would hand out again.
        agent = Agent(reactor, connectTimeout=ANSWER_SECONDS, pool=HTTPConnectionPool(reactor, persistent=False))
        self._client = treq.client.HTTPClient(agent)
        self._secret = ""

    async def sign_in(self, token: str) -> None:
        """Become the first administrator."""
        self._secret = (await self.post("/api/first", {"token": token}))["secret"]

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the API; raises LostError when that fails."""
        headers = {"Origin": self.origin, **({"X-Sagews-Secret": self._secret} if self._secret else {})}
        try:
            response = await self._client.post(self.origin + path, json=body, headers=headers, timeout=ANSWER_SECONDS)
            answer: dict[str, Any] = json.loads(await response.text("utf-8"))
        except Exception as error:
            raise LostError(f"POST {path}: {error!r}") from None
        if response.code >= 300:
            raise LostError(f"POST {path}: {response.code} {answer}")
        return answer

    async def connect(self, workspace: str) -> Connection:
        """Get a ticket, connect and say hello; raises LostError."""
        ticket = await self.post("/api/ticket", {"workspace": workspace})
        factory = WebSocketClientFactory(ticket["url"], origin=self.origin, reactor=self.reactor)
        factory.protocol = Connection
        factory.setProtocolOptions(maxMessagePayloadSize=2**26, openHandshakeTimeout=ANSWER_SECONDS)
        endpoint = HostnameEndpoint(self.reactor, b"127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection: Connection = await endpoint.connect(factory)
            await connection.opened.addTimeout(ANSWER_SECONDS, self.reactor)
        except Exception as error:
            raise LostError(f"the websocket: {error!r}") from None
        connection.say("hello", protocol=PROTOCOL, client="soak", ticket=ticket["ticket"])
        await connection.hear("welcome")
        return connection


class Connection(WebSocketClientProtocol):
    """One websocket; messages are heard in their order.

    Attributes:
        patience: seconds of silence after which it counts as lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patience: float = ANSWER_SECONDS
        self.opened: Deferred[None] = Deferred()
        self._heard: DeferredQueue[Any] = DeferredQueue()

    def onOpen(self) -> None:
        """The handshake is over."""
        self.opened.callback(None)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Keep a message until somebody asks."""
        self._heard.put(json.loads(payload))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """Whoever waits learns it."""
        if not self.opened.called:
            self.opened.errback(LostError(f"{code} {reason}"))
        self._heard.put(LostError(f"closed: {code} {reason}"))

    def say(self, kind: str, **fields: Any) -> None:
        """Send one message; raises LostError when the connection has ended."""
        try:
            self.sendMessage(json.dumps({"type": kind, **fields}).encode())
        except Disconnected as error:
            raise LostError(str(error)) from None

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these kinds; raises LostError after a silence."""
        while True:
            try:
                message = await self._heard.get().addTimeout(self.patience, self.factory.reactor)
            except Exception as error:
                raise LostError(f"no {' or '.join(kinds)}: {error!r}") from None
            if isinstance(message, LostError):
                raise message
            if message["type"] == "error":
                raise LostError(f"refused: {message}")
            if message["type"] in kinds:
                found: dict[str, Any] = message
                return found

    def leave(self) -> None:
        """Close without waiting for the other side."""
        self.transport.abortConnection()
