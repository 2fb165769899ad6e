"""The table of kinds, as a worker sees them: what is said between a backend and a session, and how it becomes frames.

A kind is a module or folder beside this one that calls `register` when it is imported, and its counterpart of the same
name in session/kinds/. Nothing else has to know of it: the socket, the order, the flow control, the limits and the end
of a session are the same for all kinds (sessions/session.py), and a link carries any message (wire/worker.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from sagews.discovery import Registry
from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.model.sessions import NO_RUN, PieceKind
from sagews.worker.sessions.bounds import Bounds


class SessionChannel(Protocol):
    """A session, as far as its kind is concerned.

    Attributes:
        clock: tells the time.
        bounds: what the session may do.
    """

    clock: IReactorTime
    bounds: Bounds

    @property
    def unread(self) -> bool:
        """Whether the session has not yet read all that it was sent."""

    def admit(self, payload: bytes) -> None:
        """Raise SagewsError unless this may be sent now: `too-large`, `busy` before `ready`, else `no-session`."""

    def send(self, payload: bytes) -> None:
        """Send a frame that was admitted in this turn."""

    def emit(self, kind: PieceKind, run: RunId, body: Mapping[str, Any], size: int) -> None:
        """Hand a piece up, under the next number; `size` counts against the session's window until it is committed."""

    def signal_interrupt(self) -> None:
        """Send SIGINT."""

    def end(self, reason: str, **detail: Any) -> None:
        """End the session; the first reason given is the one that people read."""

    def cut_off(self, reason: str, **detail: Any) -> None:
        """End it as well, and look at nothing more that it says."""


class Conversation(Protocol):
    """What goes on in one session, from its `ready` to its end."""

    def send(self, message: Mapping[str, Any], run: RunId) -> None:
        """Say something; it starts the run if it names one.

        Raises:
            SagewsError: `bad-message` and its like for what the kind does not know; `busy`, `no-session`, `too-large`.
        """

    def ask(self, question: Mapping[str, Any]) -> Deferred[Mapping[str, Any]]:
        """Say something that is answered; fires with the answer, or fails with `limit` when it takes too long.

        Raises:
            SagewsError: as `send`.
        """

    def received(self, payload: bytes) -> Iterator[None] | None:
        """Take a frame of the session: now, or, if that takes long, in steps, each in a turn of its own.

        Returns:
            None, or the steps; nothing more is handed over until they are done, and they raise as this does.

        Raises:
            ProtocolError: for anything out of form, which ends the session.
        """

    def interrupt(self) -> None:
        """Interrupt what goes on, if anything does."""

    def check(self) -> None:
        """Look, every few seconds, whether something has taken too long."""

    def close(self) -> None:
        """The session is over: whoever waits is told."""


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """A kind. The first frame of every session is the `ready` of wire/session/frames.py; then its conversation begins.

    Attributes:
        name: what a request calls it.
        begin: returns the conversation of a new session.
    """

    name: str
    begin: Callable[[SessionChannel], Conversation]


@dataclass(frozen=True, slots=True)
class Codec:
    """The form of a kind whose frames are just messages, there and back.

    Attributes:
        encode: returns a message as the payload of a frame; raises SagewsError for one that it does not know.
        decode: returns what the payload of a frame from the session says, bounded and fit for JSON; raises
            ProtocolError for anything out of form.
    """

    encode: Callable[[Mapping[str, Any]], bytes]
    decode: Callable[[bytes], Mapping[str, Any]]


class MessageConversation:
    """Messages both ways, in order, without runs and without questions: all that a terminal or a kernel needs."""

    def __init__(self, channel: SessionChannel, codec: Codec) -> None:
        self._channel = channel
        self._codec = codec

    def send(self, message: Mapping[str, Any], run: RunId) -> None:
        """See Conversation."""
        if run:
            raise SagewsError("bad-message", reason="this kind of session knows no runs")
        payload = self._codec.encode(message)
        self._channel.admit(payload)
        self._channel.send(payload)

    def ask(self, question: Mapping[str, Any]) -> Deferred[Mapping[str, Any]]:
        """See Conversation."""
        raise SagewsError("bad-message", reason="this kind of session answers no questions")

    def received(self, payload: bytes) -> None:
        """See Conversation."""
        self._channel.emit(PieceKind.MESSAGE, NO_RUN, self._codec.decode(payload), len(payload))

    def interrupt(self) -> None:
        """See Conversation; only the session knows whether something goes on, so it is told whatever does."""
        self._channel.signal_interrupt()

    def check(self) -> None:
        """See Conversation: nothing here has a deadline."""

    def close(self) -> None:
        """See Conversation: nobody waits for an answer."""


def message_kind(name: str, codec: Codec) -> WorkerKind:
    """Return a kind whose frames are just messages."""
    return WorkerKind(name, lambda channel: MessageConversation(channel, codec))


_registry: Registry[WorkerKind] = Registry("kinds of sessions", "sagews.worker.kinds")
register = _registry.register
find = _registry.find
load = _registry.load
