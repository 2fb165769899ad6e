"""What every AMP link between daemons shares: bounded boxes, values above 64 KiB, errors with a code, a heartbeat.

Twisted's AMP closes the link when a responder raises something undeclared, has no bound on the keys of a box, no word
for values above 65,535 bytes and no heartbeat. This module gives it those, once for every hop that speaks AMP:

- `LinkCommand` declares one error, `Refusal`, which carries a code of errors.CATALOGUE and its parameters;
- `GuardedLocator` turns whatever a responder raises into a Refusal, so that the link stays up;
- `LargeBytes` and `Value` split over the keys `name`, `name.1`, `name.2`, …;
- `AmpLink` bounds boxes, sends `Heartbeat` every few seconds, and closes after silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionClosed, ConnectionDone
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.protocols import amp
from twisted.python.failure import Failure

from sagews.errors import CATALOGUE, SagewsError
from sagews.model.identifiers import new_id

log = Logger()
T = TypeVar("T")

CHUNK = 65_535
# AMP itself bounds a value and not their number: a peer could fill the memory with one box.
MAX_BOX = 8 * 1024 * 1024
MAX_KEYS = 256
MAX_DESCRIPTION = 16 * 1024
# Seldom enough for thousands of links, often enough to find a dead one while people still wait.
PING_SECONDS = 10.0
SILENCE_SECONDS = 30.0
CALL_SECONDS = 60.0
_CODE = b"REFUSED"
# Not what follows a backslash that stands for itself, as in the text of six characters.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_DONE = Failure(ConnectionDone())


class Refusal(Exception):
    """A SagewsError on its way over a link; its text is JSON with the code and the parameters."""

    @classmethod
    def of(cls, error: SagewsError) -> Refusal:
        """Return the refusal of an error."""
        return cls(msgspec.json.encode([error.code, error.parameters]).decode())

    def error(self) -> SagewsError:
        """Return the error; anything out of form is `internal`."""
        try:
            code, parameters = msgspec.json.decode(
                str(self)[:MAX_DESCRIPTION], type=tuple[str, dict[str, str | int | float]]
            )
        except (msgspec.DecodeError, RecursionError):
            code, parameters = "internal", {}
        # From a newer version: without its sentence the code says nothing to anybody here.
        if code not in CATALOGUE:
            code = "internal"
        return _with_parameters(code, parameters)


def _with_parameters(code: str, parameters: Mapping[str, str | int | float]) -> SagewsError:
    return SagewsError(
        code, **{name: value for name, value in parameters.items() if name.isidentifier() and name != "code"}
    )


class LargeBytes(amp.Argument):
    """Bytes of any length up to a limit, split over as many keys as are needed.

    Args:
        limit: bytes; a longer value is refused by either side.
    """

    def __init__(self, limit: int, optional: bool = False) -> None:
        super().__init__(optional)
        self.limit = limit

    def toBox(self, name: bytes, strings: dict[bytes, bytes], objects: dict[str, Any], proto: object) -> None:
        """Put the value into a box."""
        value = self.dump(objects.pop(name.decode()))
        # On our own side too: what the other would refuse is told here, with its limit.
        if len(value) > self.limit:
            raise SagewsError("too-large", limit=self.limit)
        strings[name] = value[:CHUNK]
        for number, start in enumerate(range(CHUNK, len(value), CHUNK), 1):
            strings[b"%s.%d" % (name, number)] = value[start : start + CHUNK]

    def fromBox(self, name: bytes, strings: dict[bytes, bytes], objects: dict[str, Any], proto: object) -> None:
        """Take the value out of a box."""
        parts = [strings.pop(name)]
        while (part := strings.pop(b"%s.%d" % (name, len(parts)), None)) is not None:
            parts.append(part)
        value = parts[0] if len(parts) == 1 else b"".join(parts)
        if len(value) > self.limit:
            raise SagewsError("too-large", limit=self.limit)
        objects[name.decode()] = self.load(value)

    def dump(self, value: Any) -> bytes:
        """Return the bytes of a value."""
        return bytes(value)

    def load(self, value: bytes) -> Any:
        """Return the value of bytes."""
        return value


class Value(LargeBytes, Generic[T]):
    """A typed value as JSON; what does not fit the type, and text that PostgreSQL can't hold, is refused.

    Args:
        kind: the type that msgspec reads and writes.
        limit: bytes of JSON.
    """

    def __init__(self, kind: Any, limit: int, optional: bool = False) -> None:
        super().__init__(limit, optional)
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder()

    def dump(self, value: Any) -> bytes:
        """Return the JSON of a value."""
        return self._encoder.encode(value)

    def load(self, value: bytes) -> Any:
        """Return the value, or raise `bad-message`."""
        # As JSON writes it, before parsing: PostgreSQL refuses it, and a whole batch with it.
        if b"\\u0000" in value and _NUL.search(value):
            raise SagewsError("bad-message", reason="a text holds U+0000")
        try:
            return self._decoder.decode(value)
        except (ValueError, RecursionError) as error:
            raise SagewsError("bad-message", reason=str(error)[:200]) from None


class LinkCommand(amp.Command):
    """A command that may be refused, and nothing else."""

    errors = {Refusal: _CODE}


class Heartbeat(LinkCommand):
    """Sent by both sides when nothing else may be: says that this side lives. Not answered; silence closes the link."""

    arguments = []
    response = []
    requiresAnswer = False


class GuardedLocator(amp.CommandLocator):
    """Finds responders, and keeps the link up whatever they raise."""

    def locateResponder(self, name: bytes) -> Callable[[Any], Any]:
        """Return a responder that answers with a box or a known error."""
        found = super().locateResponder(name)

        def respond(box: dict[bytes, bytes]) -> Deferred[Any]:
            wanted = b"_ask" in box
            answer: Deferred[Any] = maybeDeferred(found or _unknown, box)
            return answer.addErrback(_refuse, name, wanted)

        return respond

    @Heartbeat.responder
    def _pinged(self) -> dict[str, Any]:
        return {}


def _unknown(box: object) -> Any:
    raise SagewsError("bad-message", reason="this command is not known")


def _refuse(failure: Failure, name: bytes, wanted: bool) -> Any:
    """Answer a command that failed: its own code, or `internal` with the id under which it was logged."""
    if failure.check(amp.RemoteAmpError):
        return failure
    error = failure.value
    if not isinstance(error, SagewsError):
        correlation = new_id()
        log.failure(
            "{command} failed", failure=failure, command=name.decode("ascii", "replace"), correlation=correlation
        )
        error = SagewsError("internal", correlation=correlation)
    if not wanted:
        log.warn("{command} was refused: {code}", command=name.decode("ascii", "replace"), code=error.code)
        return None
    raise amp.RemoteAmpError(_CODE, str(Refusal.of(error)), local=failure)


class AmpLink(amp.AMP):
    """One end of an AMP connection between two daemons.

    Args:
        locator: the responders of this side.
        clock: for the heartbeat.
        lost: called once with this link when the connection is gone.
    """

    def __init__(self, locator: GuardedLocator, clock: IReactorTime, lost: Callable[[AmpLink], None]) -> None:
        super().__init__(locator=locator)
        self._clock = clock
        self._lost = lost
        self._heard = 0.0
        self._beat: IDelayedCall | None = None
        self._box_bytes = 0
        self._box_keys = 0
        self.connected = False

    # ------------------------------------------------------------------------------------------ the connection

    def connectionMade(self) -> None:
        """Begin the heartbeat."""
        super().connectionMade()
        # Small boxes go back and forth: Nagle would hold each for the answer to the one before.
        set_no_delay(self.transport)
        # Ours: the flag that Twisted sets when a connection is made is never taken back.
        self.connected = True
        self._heard = self._clock.seconds()
        # By both sides: a link on which only one speaks is not told apart from a dead one by the other.
        self._beat = self._clock.callLater(PING_SECONDS, self._tick)

    def connectionLost(self, reason: Failure = _DONE) -> None:
        """End the heartbeat, tell the owner, fail what is under way."""
        if not self.connected:
            return
        self.connected = False
        if self._beat is not None and self._beat.active():
            self._beat.cancel()
        # The owner first: whoever asked is told in the same turn, and may ask again at once. It must not find this link
        # still in its place, where every question fails in that turn too, and so ask for ever.
        self._lost(self)
        super().connectionLost(reason)

    def _tick(self) -> None:
        if self._clock.seconds() - self._heard > SILENCE_SECONDS:
            log.warn("the other side has been silent for {seconds} s", seconds=SILENCE_SECONDS)
            self.abort()
            return
        self._beat = self._clock.callLater(PING_SECONDS, self._tick)
        self.tell(Heartbeat)

    def abort(self) -> None:
        """Close at once."""
        transport: Any = self.transport
        if transport is not None:
            # Not loseConnection, which waits until a peer that may be gone has read what is left.
            transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Take bytes; any of them show that the other side lives."""
        self._heard = self._clock.seconds()
        super().dataReceived(data)

    def proto_init(self, string: bytes) -> Any:
        """Begin a box."""
        self._box_bytes = self._box_keys = 0
        return super().proto_init(string)

    def proto_value(self, string: bytes) -> Any:
        """Take a value of a box, unless the box has too many."""
        self._box_keys += 1
        self._box_bytes += len(string)
        if self._box_keys > MAX_KEYS or self._box_bytes > MAX_BOX:
            log.warn("a box above the limits closes the link")
            self.abort()
            return "ignored"
        return super().proto_value(string)

    def proto_ignored(self, string: bytes) -> Any:
        """Take no more."""
        return "ignored"

    def unhandledError(self, failure: Failure) -> None:
        """Log what nobody handled; the link stays."""
        log.failure("an error on the link was not handled", failure=failure)

    # ------------------------------------------------------------------------------------------ calls

    async def ask(self, command: type[amp.Command], seconds: float = CALL_SECONDS, **arguments: Any) -> dict[str, Any]:
        """Call the other side and return its answer.

        Raises:
            SagewsError: what the other side refused with; `worker-lost` when the link went or the time was up.
        """
        answer: Deferred[dict[str, Any]] = maybeDeferred(self.callRemote, command, **arguments)
        # Attached before anything can arrive: AMP closes a link on a failure that nobody handles.
        answer.addTimeout(seconds, self._clock, onTimeoutCancel=_no_answer)
        try:
            return await answer
        except Refusal as refusal:
            raise refusal.error() from None
        except (ConnectionClosed, amp.ProtocolSwitched):
            raise SagewsError("worker-lost") from None
        except amp.AmpError as error:
            raise SagewsError("internal", correlation=type(error).__name__) from error

    def tell(self, command: type[amp.Command], **arguments: Any) -> None:
        """Send what needs no answer; nothing happens once the link is gone."""
        sent: Deferred[None] = maybeDeferred(self.callRemote, command, **arguments)
        sent.addErrback(_not_sent)


def _no_answer(result: object, seconds: float) -> None:
    raise SagewsError("worker-lost")


def _not_sent(failure: Failure) -> None:
    if not failure.check(ConnectionClosed):
        log.failure("a message was not sent", failure=failure)


def set_no_delay(transport: Any) -> None:
    """Send small writes at once, on TCP and on TLS over TCP; other transports have no such switch."""
    switch = getattr(transport, "setTcpNoDelay", None)
    if switch is not None:
        switch(True)
