"""Packets of JSON with descriptors over a SOCK_SEQPACKET socket, without ever blocking.

The launcher speaks with the daemon, its zygotes and their children this way.
"""

from __future__ import annotations

import array
import json
import os
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

MAX_PACKET = 64 * 1024
MAX_DESCRIPTORS = 16
MAX_QUEUED = 4096


class PacketError(Exception):
    """The other side sent what is no packet, or does not read."""


class Channel:
    """One end of a packet socket.

    Args:
        sock: a SOCK_SEQPACKET unix socket, which the channel owns from now on.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._queue: deque[tuple[bytes, list[int]]] = deque()

    @classmethod
    def pair(cls) -> tuple[Channel, socket.socket]:
        """Return a channel and the socket of its other side."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours), theirs

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._socket.fileno()

    @property
    def waiting(self) -> bool:
        """Whether packets wait until the socket can be written."""
        return bool(self._queue)

    def send(self, packet: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a packet, or queue it (with copies of its descriptors) when the other side is slow.

        Raises:
            PacketError: when too much is queued.
            OSError: when the other side is gone.
        """
        if self._queue or not self._try(packet, descriptors):
            if len(self._queue) >= MAX_QUEUED:
                raise PacketError("the other side does not read")
            self._queue.append((packet, [os.dup(d) for d in descriptors]))

    def say(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send an object as JSON."""
        self.send(json.dumps(message, separators=(",", ":")).encode(), descriptors)

    def flush(self) -> None:
        """Send what is queued, as far as it goes."""
        while self._queue and self._try(*self._queue[0]):
            for descriptor in self._queue.popleft()[1]:
                os.close(descriptor)

    def receive(self) -> tuple[bytes, list[int]] | None:
        """Return the next packet and its descriptors (now ours), or None when there is none yet.

        Raises:
            EOFError: when the other side has closed.
            PacketError: for a packet that was cut short.
        """
        try:
            packet, ancillary, flags, _ = self._socket.recvmsg(
                MAX_PACKET + 1, socket.CMSG_SPACE(MAX_DESCRIPTORS * 4), socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return None
        except ConnectionError as error:
            raise EOFError from error
        descriptors = _descriptors(ancillary)
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            close_all(descriptors)
            raise PacketError("a packet was cut short")
        if not packet and not descriptors:
            raise EOFError
        return packet, descriptors

    def hear(self) -> tuple[dict[str, Any], list[int]] | None:
        """Return the next packet's object and descriptors: for peers whose form we trust (our own processes)."""
        received = self.receive()
        if received is None:
            return None
        try:
            message = json.loads(received[0])
        except ValueError as error:
            close_all(received[1])
            raise PacketError("it is not JSON") from error
        if not isinstance(message, dict):
            close_all(received[1])
            raise PacketError("it is not an object")
        return message, received[1]

    def close(self) -> None:
        """Close the socket and what is queued."""
        self._socket.close()
        for _, descriptors in self._queue:
            close_all(descriptors)
        self._queue.clear()

    def _try(self, packet: bytes, descriptors: Sequence[int]) -> bool:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            self._socket.sendmsg([packet], rights)
        except BlockingIOError:
            return False
        return True


def close_all(descriptors: Sequence[int]) -> None:
    """Close descriptors."""
    for descriptor in descriptors:
        os.close(descriptor)


def _descriptors(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    found = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)
