"""Sends frames to the worker without ever blocking inside a guarded section.

What the socket does not take at once waits here. Whoever produces output asks `full` outside its locks and then waits
in `wait`, where an interrupt may strike without tearing a frame; so a worker that stops reading slows the cell down but
cannot make it deaf.
"""

from __future__ import annotations

import os
import select
import socket

# Beyond it whoever prints waits; so a flood is stopped by the worker that does not read, all the way back to the loop.
ROOM = 1024 * 1024
_WITHOUT_WAITING = int(socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)


class FrameWriter:
    """The sending half of the session's socket. Callers hold one lock around everything but `wait`.

    Args:
        connection: the stream socket to the worker; it may be shared with a reader.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._unsent = bytearray()

    @property
    def pending(self) -> bool:
        """Whether something waits for the socket."""
        return bool(self._unsent)

    @property
    def full(self) -> bool:
        """Whether so much waits that its producer has to wait too."""
        return len(self._unsent) > ROOM

    def put(self, data: bytes) -> None:
        """Queue one frame; `push` sends it."""
        self._unsent += data

    def push(self) -> None:
        """Send what the socket takes without waiting. The process ends when the worker is gone."""
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent, _WITHOUT_WAITING)
            except BlockingIOError:
                return
            except OSError:
                # Without a worker nobody can ever see or use this session again.
                os._exit(0)
            del self._unsent[:sent]

    def wait(self, milliseconds: int | None = None) -> None:
        """Wait until the socket takes more."""
        waiter = select.poll()
        waiter.register(self._socket, select.POLLOUT)
        waiter.poll(milliseconds)
