"""Sends to each page in one packet what is said to it within one turn of the reactor, and tries the socket at once.

Twisted's own way for the same is to have epoll watch the socket for writing, wait for its answer, write, and have it
watched no more: three system calls and a turn of the reactor, for a socket that nearly always takes all of it.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.tcp import Connection

from sagews.backend.connections.frames import text_frame

# What waits for the end of a turn is not seen by the transport, which tells producers to pause: no more than it allows.
MOST_BYTES = 64 * 1024
# Of one piece of work: what a thousand pages are told in one turn leaves in several.
MOST_PAGES = 200


class HasTransport(Protocol):
    """A websocket.

    Attributes:
        transport: where its frames go; None once it is gone.
    """

    transport: Any


class TurnWriter:
    """What all websockets have to send before the reactor waits again.

    Args:
        reactor: calls back at the end of its turn.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._waiting: dict[HasTransport, bytearray] = {}
        self._called = False
        self._large: tuple[bytes, bytes] | None = None

    def write(self, page: HasTransport, frame: bytes) -> None:
        """Send a frame before the reactor waits again, behind those that were sent before."""
        waiting = self._waiting.get(page)
        if waiting is None:
            self._waiting[page] = bytearray(frame)
            if not self._called:
                self._called = True
                self._reactor.callLater(0, self._turn)
            return
        waiting += frame
        if len(waiting) > MOST_BYTES:
            self.flush(page)

    def write_large(self, page: HasTransport, data: bytes) -> None:
        """Send a large message in one frame behind those that were sent before.

        A transport that has nothing else to send keeps the very bytes that it is given, as one piece, and has the
        kernel take a part of them in each of its turns: however many pages are told of megabytes at once, they are
        copied once.
        """
        self.flush(page)
        if page.transport is not None:
            page.transport.write(self._large_frame(data))

    def _large_frame(self, data: bytes) -> bytes:
        """Return the frame of a message, the same one for all pages that are told of it in one turn."""
        if self._large is None:
            self._reactor.callLater(0, self._forget_large)
        if self._large is None or self._large[0] is not data:
            self._large = data, text_frame(data)
        return self._large[1]

    def _forget_large(self) -> None:
        self._large = None

    def flush(self, page: HasTransport) -> None:
        """Send what waits for a page now; whoever writes to its transport by another way does this before."""
        waiting = self._waiting.pop(page, None)
        if waiting is not None and page.transport is not None:
            _send(page.transport, bytes(waiting))

    def forget(self, page: HasTransport) -> None:
        """Drop what waits for a page that is gone."""
        self._waiting.pop(page, None)

    def _turn(self) -> None:
        self._called = False
        for page in list(self._waiting)[:MOST_PAGES]:
            self.flush(page)
        if self._waiting and not self._called:
            self._called = True
            self._reactor.callLater(0, self._turn)


def _send(transport: Any, data: bytes) -> None:
    """Have the kernel take what it will, and the transport the rest."""
    if _takes_bytes_now(transport):
        sent = transport.writeSomeData(data)
        # Otherwise it is what the connection died of, which the transport finds out by itself at its next write.
        if isinstance(sent, int):
            data = data[sent:]
    if data:
        transport.write(data)


def _takes_bytes_now(transport: Any) -> bool:
    """Whether bytes may go to the socket itself: there is no TLS above it, and nothing waits before them."""
    return (
        isinstance(transport, Connection)
        and not transport.TLS
        and bool(transport.connected)
        and not (transport.disconnecting or transport.dataBuffer or transport._tempDataBuffer)
    )
