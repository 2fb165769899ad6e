"""One evaluation from the terminal: a ticket, a websocket, one `evaluate`, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO
from urllib.parse import urlsplit

import msgspec
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, DNSLookupError

from sagews.cli.daemon_client import RunningDaemon
from sagews.errors import CATALOGUE, SagewsError
from sagews.wire.browser.base import MAX_MESSAGE, PROTOCOL
from sagews.wire.browser.connection import Hello
from sagews.wire.browser.evaluate import Evaluate

OPEN_SECONDS = 30
PATIENCE_SECONDS = 2.0
# Results hold pictures; the backend has its own, smaller bound.
MAX_FROM_BACKEND = 64 * 1024 * 1024
INTERRUPTED = 130
_OVER = {"done": 0, "error": 1, "interrupted": INTERRUPTED, "cancelled": INTERRUPTED, "lost": 1}

_encoder = msgspec.json.Encoder()
SAGE = "sage"


class EvaluationConversation:
    """One evaluation: what it prints, and the exit status that it ends with.

    Args:
        source: the code.
        flavour: which interpreter; None for Sage where the server has it, else for what it has.
        ticket: for the handshake.
        out: where results and standard output go.
        err: where errors go.
    """

    def __init__(self, source: str, flavour: str | None, ticket: str, out: TextIO, err: TextIO) -> None:
        self._source = source
        self._flavour = flavour
        self._ticket = ticket
        self._streams = {"stdout": out, "stderr": err}
        self._running = False
        self._run: str | None = None
        self.over: Deferred[int] = Deferred()

    def hello(self) -> bytes:
        """Return the handshake."""
        return _encoder.encode(Hello(protocol=PROTOCOL, client="sagews eval", ticket=self._ticket))

    def handle(self, data: bytes) -> bytes | None:
        """Take a message of the backend and return what to say, if anything."""
        message = msgspec.json.decode(data)
        kind = message.get("type")
        if kind == "welcome":
            flavour = self._flavour or preferred(message.get("flavours") or [])
            return _encoder.encode(Evaluate(request=1, source=self._source, flavour=flavour))
        if kind == "output":
            self._piece(message["piece"])
        elif kind == "run_state":
            self._state(message)
        elif kind == "session" and message.get("state") == "ended":
            self._say("stderr", str(message.get("sentence") or "The session has ended.") + "\n")
            self.end(1)
        elif kind == "error":
            self._refused(message)
        elif kind == "going_away":
            self.fail(SagewsError("shutting-down"))
        return None

    def _refused(self, message: Mapping[str, Any]) -> None:
        code = message.get("code")
        if code in CATALOGUE:
            self.fail(SagewsError(str(code), **message.get("parameters", {})))
        else:
            self.fail(SagewsError("configuration", reason=str(message.get("message"))))

    def _piece(self, piece: Mapping[str, Any]) -> None:
        kind, body = piece.get("kind"), piece.get("body", {})
        if kind == "stream":
            self._say(str(body.get("name")), str(body.get("text")))
        elif kind in ("display", "result"):
            self._say("stdout", plain(body.get("data", {})) + "\n")
        elif kind == "error":
            self._say("stderr", str(body.get("plain") or f"{body.get('name')}: {body.get('message')}").rstrip() + "\n")
        elif kind == "spilled":
            self._say("stderr", f"[{body.get('bytes')} bytes of output left out]\n")
        elif kind == "notice":
            self._say("stderr", f"{body.get('text')}\n")

    def _say(self, stream: str, text: str) -> None:
        target = self._streams.get(stream, self._streams["stdout"])
        target.write(text)
        target.flush()

    def still_waiting(self) -> None:
        """Tell a person at a terminal why nothing happens yet; a script that reads the output is told nothing."""
        if not self._running and self._streams["stderr"].isatty():
            self._say("stderr", "Waiting for a session; after a start the libraries (Sage) have to be loaded first.\n")

    def _state(self, message: Mapping[str, Any]) -> None:
        self._running = self._running or message.get("state") == "running"
        status = _OVER.get(str(message.get("state")))
        if status is not None:
            if status and message.get("reason"):
                self._say("stderr", f"{message['reason']}\n")
            self.end(status)

    def end(self, status: int) -> None:
        """It is over, with this exit status."""
        if not self.over.called:
            self.over.callback(status)

    def fail(self, error: Exception) -> None:
        """It can't go on."""
        if not self.over.called:
            self.over.errback(error)

    def interrupt(self) -> None:
        """Give up: the session ends with its connection."""
        self.end(INTERRUPTED)


def preferred(flavours: Sequence[str]) -> str:
    """Return the flavour to use when nobody asked for one."""
    return SAGE if SAGE in flavours or not flavours else str(flavours[0])


def plain(data: Mapping[str, Any]) -> str:
    """Return the text of a MIME bundle, or which types it has."""
    text = data.get("text/plain")
    return str(text) if text is not None else f"[{', '.join(sorted(data)) or 'nothing'}]"


class _Protocol(WebSocketClientProtocol):
    factory: _Factory

    def onOpen(self) -> None:
        self.sendMessage(self.factory.evaluation.hello())

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        evaluation: EvaluationConversation = self.factory.evaluation
        try:
            answer = evaluation.handle(payload)
        except (msgspec.DecodeError, LookupError, TypeError, AttributeError, OSError) as error:
            evaluation.fail(error)
            return
        if answer is not None:
            self.sendMessage(answer)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        why = f"The connection ended: {reason or 'no reason given'} ({code})."
        self.factory.evaluation.fail(SagewsError("configuration", reason=why))


class _Factory(WebSocketClientFactory):
    protocol = _Protocol  # type: ignore[assignment]

    def __init__(self, url: str, origin: str, evaluation: EvaluationConversation, reactor: Any) -> None:
        super().__init__(url, origin=origin, reactor=reactor)
        self.evaluation = evaluation
        self.setProtocolOptions(
            maxMessagePayloadSize=MAX_FROM_BACKEND,
            openHandshakeTimeout=OPEN_SECONDS,
            autoPingInterval=30,
            autoPingTimeout=30,
            tcpNoDelay=True,
        )


async def evaluate(
    reactor: Any,
    daemon: RunningDaemon,
    evaluation_of: Callable[[str], EvaluationConversation],
    interrupts: list[Callable[[], None]],
) -> int:
    """Evaluate and return the exit status: 0, 1 after an error, 130 when it was interrupted.

    Args:
        reactor: for the connection.
        daemon: gives the ticket.
        evaluation_of: makes the Evaluation from a ticket.
        interrupts: gets the function that interrupts it, last.

    Raises:
        SagewsError: when the daemon refuses or does not answer.
    """
    given = await daemon.call("POST", "/api/ticket", {"workspace": None})
    evaluation = evaluation_of(given["ticket"])
    interrupts.append(evaluation.interrupt)
    factory = _Factory(given["url"], daemon.origin, evaluation, reactor)
    try:
        connection = await _endpoint(reactor, daemon, given["url"]).connect(factory)
    except (ConnectError, DNSLookupError):
        raise daemon.unreachable() from None
    note = reactor.callLater(PATIENCE_SECONDS, evaluation.still_waiting)
    try:
        return await evaluation.over
    finally:
        if note.active():
            note.cancel()
        connection.sendClose(1000)
        connection.transport.loseConnection()


def _endpoint(reactor: Any, daemon: RunningDaemon, url: str) -> Any:
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    host = parts.hostname or ""
    endpoint = HostnameEndpoint(reactor, host.encode("ascii"), parts.port or (443 if secure else 80))
    return wrapClientTLS(daemon.trust.creatorForNetloc(host.encode("ascii"), 0), endpoint) if secure else endpoint


def check_source(source: str) -> str:
    """Return code that fits into a message; raises SagewsError `too-large`."""
    if len(source.encode("utf-8", "surrogatepass")) > MAX_MESSAGE - 1024:
        raise SagewsError("too-large", limit=MAX_MESSAGE - 1024)
    return source
