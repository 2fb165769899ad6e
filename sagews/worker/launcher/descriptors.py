"""Sockets and pipes that Twisted has no transport for, driven by the reactor.

Session sockets are read with plain `recv`, so that the kernel drops any descriptor that a session passes along; packets
of the launcher's control socket carry descriptors one way only. Writing tries the descriptor at once and waits for the
reactor only when the kernel is full, which saves a turn of the reactor in every round trip.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import termios
from abc import ABCMeta, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor, IWriteDescriptor
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from sagews.errors import SagewsError

log = Logger()

# Half of the size from which malloc asks the kernel for fresh pages at every read, which cost more than the reading.
READ_SIZE = 64 * 1024
_COUNT = struct.Struct("i")


@implementer(IReadDescriptor, IWriteDescriptor)
class Descriptor(metaclass=ABCMeta):
    """What the reactor asks of anything that it watches; subclasses read and write."""

    def __init__(self, reactor: IReactorFDSet, number: int) -> None:
        self.reactor = reactor
        self._number = number
        self.closed = False
        self.paused = True

    def fileno(self) -> int:
        """Return the descriptor's number, or -1 once closed."""
        return -1 if self.closed else self._number

    def logPrefix(self) -> str:
        """Return the name under which the reactor logs."""
        return type(self).__name__

    @property
    def sending(self) -> bool:
        """Whether something waits to be written."""
        return False

    def connectionLost(self, reason: Failure) -> None:
        """Close, because the reactor found the descriptor broken or is stopping; go on if it only took it for that.

        The reactor hears of many descriptors at once, and finds whose each is by the number when its turn comes. One
        that was closed meanwhile, in the turn of another, has left its number to the next that was opened: what the
        kernel said of the former must not end the latter. Without this, a job that began in the turn in which another
        was refused lost the pipe for its answer.
        """
        if not self.closed and _of_the_kernel(reason, sending=self.sending) and not _hung_up(self._number):
            if not self.paused:
                self.reactor.addReader(self)
            if self.sending:
                self.reactor.addWriter(self)
        else:
            self.lost()

    @abstractmethod
    def doRead(self) -> None:
        """Read once."""

    @abstractmethod
    def doWrite(self) -> None:
        """Write what waits."""

    def resume(self) -> None:
        """Read whenever there is something."""
        if self.paused and not self.closed:
            self.paused = False
            self.reactor.addReader(self)

    def pause(self) -> None:
        """Leave what comes in the kernel."""
        if not self.paused and not self.closed:
            self.paused = True
            self.reactor.removeReader(self)

    def lost(self) -> None:
        """Stop watching, release the descriptor, tell the owner; once."""
        if self.closed:
            return
        self.reactor.removeReader(self)
        self.reactor.removeWriter(self)
        self.closed = True
        self.release()

    @abstractmethod
    def release(self) -> None:
        """Close the descriptor and tell the owner."""


class StreamSocket(Descriptor):
    """One end of a unix stream socket to a session.

    Args:
        reactor: watches the socket.
        stream: connected; set to non-blocking and owned from here on.
        received: called with each chunk of at most READ_SIZE bytes.
        ended: called once when the other side has closed or the socket broke.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        stream: socket.socket,
        received: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(reactor, stream.fileno())
        stream.setblocking(False)
        self._stream = stream
        self._received = received
        self._ended = ended
        self._waiting = bytearray()
        self._broken = False

    @property
    def sending(self) -> bool:
        """See Descriptor."""
        return bool(self._waiting)

    @property
    def unsent(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return len(self._waiting)

    @property
    def unread(self) -> int:
        """Bytes that the other side has not read yet (0 once closed)."""
        if self.closed:
            return 0
        waiting: int = _COUNT.unpack(fcntl.ioctl(self._stream, termios.TIOCOUTQ, bytes(_COUNT.size)))[0]
        return waiting + len(self._waiting)

    def doRead(self) -> None:
        """Read one chunk."""
        try:
            data = self._stream.recv(READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            # Broken is over, as at its end: whoever owns it hears the same once.
            data = b""
        if data:
            self._received(data)
        else:
            self.lost()

    def send(self, data: bytes) -> None:
        """Send in order; what the kernel does not take waits. Does nothing once closed."""
        if self.closed:
            return
        # Behind what waits, never before it: a frame in the middle of another would end the session.
        if self._waiting:
            self._waiting += data
            return
        # Nearly always the kernel takes all of it: then nothing is copied, and the reactor need not know.
        sent = self._try(data)
        if sent < len(data) and not self._broken:
            self._waiting += memoryview(data)[sent:]
            self.reactor.addWriter(self)

    def doWrite(self) -> None:
        """Hand the kernel what waits."""
        del self._waiting[: self._try(self._waiting)]
        if self._broken:
            self._waiting.clear()
        if not self._waiting:
            self.reactor.removeWriter(self)

    def _try(self, data: bytes | bytearray) -> int:
        """Return how many bytes the kernel took; a broken socket takes none, now and later."""
        try:
            return self._stream.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            # The reader learns of the end after it has read what the other side left.
            self._broken = True
            return 0

    def release(self) -> None:
        """Close the socket and tell the owner."""
        self._waiting.clear()
        self._stream.close()
        self._ended()


class PacketSocket(Descriptor):
    """One end of a unix SOCK_SEQPACKET pair: whole packets, with descriptors from here to there.

    Args:
        reactor: watches the socket.
        connection: owned from here on.
        limit: bytes of the largest packet; a larger one ends the connection.
        received: called with each packet.
        ended: called once when the other side has closed or the socket broke.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        connection: socket.socket,
        limit: int,
        received: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(reactor, connection.fileno())
        connection.setblocking(False)
        self._connection = connection
        self._limit = limit
        self._received = received
        self._ended = ended
        self._waiting: deque[tuple[bytes, tuple[int, ...]]] = deque()

    @property
    def sending(self) -> bool:
        """See Descriptor."""
        return bool(self._waiting)

    def doRead(self) -> None:
        """Read one packet; descriptors that came along are closed, because none are part of the grammar."""
        try:
            packet, descriptors, flags, _ = socket.recv_fds(self._connection, self._limit, 8)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            packet, descriptors, flags = b"", [], 0
        # Nobody has reason to send any; kept open, some hundred would use up this process's.
        for number in descriptors:
            os.close(number)
        if packet and not flags & socket.MSG_TRUNC:
            self._received(packet)
        else:
            self.lost()

    def send(self, packet: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a packet in order; its descriptors are duplicated, so the caller may close its own at once.

        Raises:
            OSError: when the process has no descriptor left for a duplicate; nothing is sent then.
        """
        if self.closed:
            return
        # The kernel may be full: by the time it takes the packet, the caller has closed its own.
        self._waiting.append((packet, _duplicated(descriptors)))
        if len(self._waiting) == 1:
            self.doWrite()

    def doWrite(self) -> None:
        """Hand the kernel what waits, packet by packet."""
        while self._waiting:
            packet, descriptors = self._waiting[0]
            try:
                socket.send_fds(self._connection, [packet], list(descriptors))
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                self._drop()
                break
            self._waiting.popleft()
            _close(descriptors)
        (self.reactor.addWriter if self._waiting else self.reactor.removeWriter)(self)

    def _drop(self) -> None:
        while self._waiting:
            _close(self._waiting.popleft()[1])

    def release(self) -> None:
        """Close the socket and tell the owner."""
        self._drop()
        self._connection.close()
        self._ended()


class PipeReader(Descriptor):
    """Collects what comes out of a pipe, up to a limit.

    Args:
        reactor: watches the pipe.
        number: the reading end, owned from here on.
        limit: bytes that are kept; the first one beyond it calls `overflowed` and stops reading.
        overflowed: called once when there is more than the limit.
        ended: called once at the end of the stream.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        number: int,
        limit: int,
        overflowed: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(reactor, number)
        os.set_blocking(number, False)
        self._limit = limit
        self._overflowed = overflowed
        self._ended = ended
        # Grown in place, and handed out without a copy.
        self._collected = BytesIO()

    @property
    def collected(self) -> bytes:
        """What has come."""
        return self._collected.getvalue()

    def doRead(self) -> None:
        """Read one chunk."""
        try:
            data = os.read(self._number, READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.lost()
            return
        room = self._limit - self._collected.tell()
        self._collected.write(data[:room])
        if len(data) > room:
            # Paused and not closed: whoever writes into it blocks or is killed, instead of dying of a broken pipe
            # before it is.
            self.pause()
            self._overflowed()

    def doWrite(self) -> None:
        """Do nothing: a pipe that is read is never written to."""

    def release(self) -> None:
        """Close the pipe and tell the owner."""
        with suppress(OSError):
            os.close(self._number)
        self._ended()


@contextmanager
def kernel_refusals(correlation: str) -> Iterator[None]:
    """Make `internal` of what the kernel refuses for want of descriptors or memory; its own words go to the log.

    Callers take SagewsError alone for a refusal that people may try again, and this is one.
    """
    try:
        yield
    except OSError as error:
        log.error("the kernel refused: {reason}", reason=str(error), correlation=correlation)
        raise SagewsError("internal", correlation=correlation) from error


def _of_the_kernel(reason: Failure, *, sending: bool) -> bool:
    """Whether the reactor says this because of what the kernel told it, not of an exception or because it stops.

    It says that a reader is done; of one that only writes it says that it is lost, and of everything when it stops.
    """
    return reason.check(ConnectionDone) is not None or (sending and reason.check(ConnectionLost) is not None)


def _hung_up(number: int) -> bool:
    """Whether the other side of a descriptor is gone, or it is broken, now."""
    asked = select.poll()
    # Without any wish: the kernel tells these by itself, whatever there is to read.
    asked.register(number, 0)
    return bool(asked.poll(0))


def _duplicated(descriptors: Sequence[int]) -> tuple[int, ...]:
    made: list[int] = []
    try:
        for number in descriptors:
            made.append(os.dup(number))
    except OSError:
        # The first of three may still have got one; kept, it would be lost with every try.
        _close(made)
        raise
    return tuple(made)


def _close(descriptors: Sequence[int]) -> None:
    for number in descriptors:
        os.close(number)
