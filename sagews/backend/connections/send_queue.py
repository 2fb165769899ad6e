"""What waits to be sent to one browser: bounded, so that one who reads too slowly costs memory to nobody.

Events of documents can be dropped, because the page can be given the document anew; answers can't, so a page that asks
and does not read is closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from sagews.backend.connections.backlogs import Backlog


@implementer(IPushProducer)
class SendQueue:
    """The sending side of one connection; registered with its transport as a push producer.

    Args:
        write: sends one message.
        catch_up: is told the id of a document whose events were dropped, once there is room again.
        overflow: is called when even the answers are too many.
        queue_bytes: what may wait of events.
        reply_bytes: what may wait of answers.
    """

    __slots__ = (
        "_backlog",
        "_behind",
        "_catch_up",
        "_event_size",
        "_held",
        "_overflow",
        "_paused",
        "_queue",
        "_queue_bytes",
        "_reply_bytes",
        "_reply_size",
        "_stopped",
        "_write",
    )

    def __init__(
        self,
        write: Callable[[bytes], None],
        catch_up: Callable[[str], None],
        overflow: Callable[[], None],
        queue_bytes: int,
        reply_bytes: int,
    ) -> None:
        self._write = write
        self._catch_up = catch_up
        self._overflow = overflow
        self._queue_bytes = queue_bytes
        self._reply_bytes = reply_bytes
        # Made when something must wait, which is rare: an empty deque is 600 bytes of each idle connection.
        self._queue: deque[tuple[str | None, bytes]] | None = None
        self._event_size = 0
        self._reply_size = 0
        self._paused = False
        self._stopped = False
        self._behind: dict[str, None] = {}
        # What was handed over when the transport said that it is full: it has as much at most.
        self._held = 0
        self._backlog: Backlog | None = None

    def count_with(self, backlog: Backlog) -> None:
        """Have what waits counted together with what waits for other pages of the account."""
        self._backlog = backlog

    def _note(self) -> None:
        if self._backlog is not None:
            self._backlog.note(self, self.waiting + self._held)

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self._event_size + self._reply_size

    def reply(self, data: bytes) -> None:
        """Send an answer; it waits if it has to."""
        if self._stopped:
            return
        if not self._paused:
            self._hand_over(data)
            return
        self._put(None, data)
        self._reply_size += len(data)
        if self._reply_size > self._reply_bytes:
            self._give_up()
        else:
            self._note()

    def event(self, document: str, data: bytes) -> None:
        """Send an event of a document, or drop all that wait if they are too many."""
        if document in self._behind or self._stopped:
            return
        if not self._paused:
            self._hand_over(data)
            return
        self._put(document, data)
        self._event_size += len(data)
        if self._event_size > self._queue_bytes:
            self._drop_events()
        self._note()

    def _hand_over(self, data: bytes) -> None:
        self._write(data)
        if self._paused and not self._stopped:
            self._held += len(data)
            self._note()

    def _put(self, document: str | None, data: bytes) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append((document, data))

    def forget(self, document: str) -> None:
        """Note that the page closed a document: nothing is owed for it."""
        self._behind.pop(document, None)

    def _drop_events(self) -> None:
        waiting = self._queue or ()
        self._behind.update((document, None) for document, _ in waiting if document is not None)
        self._queue = deque(item for item in waiting if item[0] is None)
        self._event_size = 0

    def let_go(self) -> None:
        """Let go of events, or of everything if there are none (backlogs.Reader)."""
        if self._event_size:
            self._drop_events()
            self._note()
        else:
            self._give_up()

    def _give_up(self) -> None:
        overflow = self._overflow
        self.stopProducing()
        overflow()

    def pauseProducing(self) -> None:
        """The transport's own buffer is full."""
        self._paused = True

    def resumeProducing(self) -> None:
        """The transport's own buffer is empty."""
        self._paused = False
        counted = self.waiting + self._held
        self._held = 0
        while self._queue and not self._paused:
            document, data = self._queue.popleft()
            if document is None:
                self._reply_size -= len(data)
            else:
                self._event_size -= len(data)
            self._hand_over(data)
        if not self._queue:
            self._queue = None
        if counted:
            self._note()
        while self._behind and not self._paused:
            self._catch_up(self._behind.popitem()[0])

    def stopProducing(self) -> None:
        """The connection is gone."""
        self._stopped = True
        # They hold the connection, which holds this.
        self._write = self._catch_up = self._overflow = _nothing
        self._queue = None
        self._behind.clear()
        self._event_size = self._reply_size = self._held = 0
        self._note()
        self._backlog = None


def _nothing(*_: object) -> None:
    """Be called in the place of what is gone."""
