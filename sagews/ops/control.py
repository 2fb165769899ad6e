"""The control socket of a daemon in the run folder: served by each daemon, asked by the others and the command line.

Who may enter the folder may ask everything; the socket is no way in for anybody else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IDelayedCall, IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger
from twisted.protocols.basic import LineOnlyReceiver
from twisted.protocols.policies import TimeoutMixin
from twisted.python.failure import Failure

from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from sagews.wire.control import (
    MOST_ANSWERED,
    MOST_ASKED,
    ControlQuestion,
    answer_line,
    parse_answer,
    parse_question,
    question_line,
    refusal_line,
)

QUESTION_SECONDS = 10.0
# Of an asker; settings that are read again take the longest, for they are checked whole.
ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 5
# Longer paths than this (bytes) the kernel takes for no socket.
LONGEST = 107

Answering = Callable[[ControlQuestion], Coroutine[Any, Any, dict[str, Any]]]


def socket_path(layout: Layout, name: str) -> Path:
    """Return where the daemon with these roles listens."""
    return layout.run / f"{name}.socket"


class ControlProtocol(LineOnlyReceiver, TimeoutMixin):
    """One question, one answer."""

    delimiter = b"\n"
    MAX_LENGTH = MOST_ASKED
    factory: ControlFactory
    _log = Logger()

    def connectionMade(self) -> None:
        """Wait for the question, for some time."""
        self.setTimeout(QUESTION_SECONDS)

    def lineReceived(self, line: bytes) -> None:
        """Answer the first line; what else comes is not read."""
        if self.timeOut is None:
            return
        self.setTimeout(None)
        Deferred.fromCoroutine(self._answer(line)).addCallbacks(self._end, self._failed)

    def callLater(self, delay: float, function: Callable[[], None]) -> IDelayedCall:
        """Count time as the reactor does that was given."""
        delayed: IDelayedCall = self.factory.reactor.callLater(delay, function)
        return delayed

    def connectionLost(self, reason: Any = None) -> None:
        """Whoever asked is gone."""
        self.setTimeout(None)

    async def _answer(self, line: bytes) -> bytes:
        try:
            return answer_line(await self.factory.answering(parse_question(line)))
        except SagewsError as error:
            return refusal_line(error)

    def _failed(self, failure: Failure) -> None:
        self._log.failure("a question on the control socket failed", failure)
        self._end(refusal_line(SagewsError("internal", correlation="the daemon's log")))

    def _end(self, line: bytes) -> None:
        if self.transport is not None:
            self.sendLine(line)
            self.transport.loseConnection()


class ControlFactory(Factory):
    """Answers whoever connects.

    Args:
        reactor: for the time that a question may take.
        answering: returns the answer to a question, or raises SagewsError.
    """

    protocol = ControlProtocol  # type: ignore[assignment]
    noisy = False

    def __init__(self, reactor: Any, answering: Answering) -> None:
        self.reactor = reactor
        self.answering = answering


def listen(reactor: Any, path: Path, answering: Answering) -> IListeningPort | None:
    """Serve a control socket; None where its path is too long for one."""
    if len(os.fsencode(path)) > LONGEST:
        return None
    # Left by a daemon that was killed; one that lives keeps a second one of its roles from starting by its pid file.
    path.unlink(missing_ok=True)
    port: IListeningPort = reactor.listenUNIX(str(path), ControlFactory(reactor, answering), mode=0o600)
    return port


class _Asking(Protocol):
    """Asks one question and takes the answer, up to its bound."""

    def __init__(self, line: bytes) -> None:
        self.answered: Deferred[bytes] = Deferred(lambda _: self.drop())
        self._line = line
        self._parts = bytearray()

    def connectionMade(self) -> None:
        if self.transport is not None:
            self.transport.write(self._line + b"\n")

    def dataReceived(self, data: bytes) -> None:
        self._parts += data
        if len(self._parts) > MOST_ANSWERED + 1:
            self.drop()

    def connectionLost(self, reason: Any = None) -> None:
        if not self.answered.called:
            self.answered.callback(bytes(self._parts))

    def drop(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.abortConnection()


async def ask(
    reactor: Any, path: Path, question: ControlQuestion, seconds: float = ANSWER_SECONDS
) -> dict[str, Any] | None:
    """Ask a daemon; None where nobody listens.

    Raises:
        SagewsError: what it refuses with, or `no-answer` when it does not answer in time.
    """
    asking = _Asking(question_line(question))
    endpoint = UNIXClientEndpoint(reactor, str(path), timeout=CONNECT_SECONDS)
    connected: Deferred[Any] = endpoint.connect(Factory.forProtocol(lambda: asking))
    try:
        await connected
    except ConnectError:
        return None
    try:
        line = await asking.answered.addTimeout(seconds, reactor)
    except DeferredTimeout:
        line = b""
    if not line:
        raise SagewsError("no-answer", daemon=path.stem)
    return parse_answer(line)


async def ask_siblings(
    reactor: Any, layout: Layout, question: ControlQuestion, *, but: str = "", seconds: float = ANSWER_SECONDS
) -> dict[str, dict[str, Any] | None]:
    """Ask every daemon of a data folder at once, by name; None for those that do not answer or refuse."""
    paths = [path for path in sorted(layout.run.glob("*.socket")) if path.stem != but]
    asked = [Deferred.fromCoroutine(ask(reactor, path, question, seconds)) for path in paths]
    found: dict[str, dict[str, Any] | None] = {}
    for path, (succeeded, answer) in zip(paths, await DeferredList(asked, consumeErrors=True), strict=True):
        # Nobody behind a socket: left by a daemon that was killed.
        if not succeeded or answer is not None:
            found[path.stem] = answer if succeeded else None
    return found
