"""What the worker sends, one request after the other: to the main loop, and to a cell that waits for an answer.

Both read in the main thread, the second while the first waits for the cell's end, so what was read and not yet taken
lies here and not in either. While a cell runs and asks nothing, the socket is lent to the thread that answers questions
about names (help/bystander.py); whoever holds the lock then knows whose turn it is.
"""

from __future__ import annotations

import select
import socket
import threading
from collections import deque
from collections.abc import Callable

from sagews.wire.session.frames import MAX_FRAME_TO_SESSION, CompleteFrame, InspectFrame, ToSession
from sagews.wire.session.framing import FrameReader
from sagews.wire.session.grammar import parse_to_session

CHUNK = 64 * 1024


class Requests:
    """The reading half of the session's socket.

    Args:
        connection: the stream socket to the worker.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        # A thread that sleeps in recv is also woken whenever the worker has read what it was sent, once for each piece.
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)
        self._frames = FrameReader(MAX_FRAME_TO_SESSION)
        self._waiting: deque[bytes] = deque()
        self._postponed: deque[ToSession] = deque()
        self._turn = threading.Lock()
        self._lent = False

    @property
    def lent(self) -> bool:
        """Whether the other thread reads."""
        return self._lent

    def lend(self, wanted: Callable[[], bool]) -> None:
        """Let the calling thread read from now on, if that is still wanted."""
        with self._turn:
            self._lent = wanted()

    def take_back(self) -> bool:
        """Read in the main thread again; return whether another did."""
        with self._turn:
            lent, self._lent = self._lent, False
        return lent

    def read_lent(self) -> list[CompleteFrame | InspectFrame]:
        """Read what there is and return the questions in it, unless the main thread reads again.

        Raises:
            ProtocolError: for what is out of form.
        """
        with self._turn:
            return self.take_questions() if self._lent else []

    def take_questions(self) -> list[CompleteFrame | InspectFrame]:
        """Read what there is without waiting, and take the questions out of it; raises ProtocolError as `take`."""
        try:
            self._waiting.extend(self._frames.feed(self._connection.recv(CHUNK, socket.MSG_DONTWAIT)))
        except OSError:
            # Nothing has come, or nobody is there: who waits for more will notice.
            return []
        found, others = [], list[bytes]()
        for payload in self._waiting:
            request = parse_to_session(payload)
            if isinstance(request, (CompleteFrame, InspectFrame)):
                found.append(request)
            else:
                others.append(payload)
        self._waiting = deque(others)
        return found

    @property
    def waiting(self) -> bool:
        """Whether there is a request to be taken."""
        return bool(self._waiting)

    @property
    def descriptor(self) -> int:
        """Readable when there is something to `read`."""
        return self._connection.fileno()

    def wait(self) -> None:
        """Wait until there is something to read; here an interrupt may strike."""
        self._readable.poll()

    def read(self) -> bool:
        """Read what there is; False when the worker has closed the socket."""
        try:
            data = self._connection.recv(CHUNK)
        except OSError:
            return False
        self._waiting.extend(self._frames.feed(data))
        return bool(data)

    def postpone(self, request: ToSession) -> None:
        """Leave a request that has no place in the running cell for the time behind it."""
        self._postponed.append(request)

    def postponed(self) -> ToSession | None:
        """Take the oldest of those; None if there is none."""
        return self._postponed.popleft() if self._postponed else None

    def take(self) -> ToSession:
        """Take the next request; there must be one. Raises ProtocolError for what is out of form."""
        return parse_to_session(self._waiting.popleft())
