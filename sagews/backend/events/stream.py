"""The numbered events of one document, and everybody who watches it.

Run states and output are numbered (epoch, sequence) and kept for a while in a ring, so that a page that comes back gets
what it missed. Everything else is said to whoever is there.
"""

from __future__ import annotations

from collections import deque

from sagews.backend.events.subscriber import Subscriber
from sagews.model.identifiers import DocumentId
from sagews.wire.browser.base import ToPage
from sagews.wire.browser.document import StreamPosition


class EventStream:
    """Numbers, sends and remembers events.

    Args:
        document: whose they are.
        epoch: of this life of the document's owner.
        max_events: how many are remembered.
        max_bytes: how many bytes of them.
    """

    __slots__ = (
        "_max_bytes", "_max_events", "_ring", "_ring_size", "document", "epoch", "sequence", "watchers",
    )  # fmt: skip

    def __init__(self, document: DocumentId, epoch: int, max_events: int, max_bytes: int) -> None:
        self.document = document
        self.epoch = epoch
        self.sequence = 0
        self.watchers: dict[str, Subscriber] = {}
        self._max_events = max_events
        self._max_bytes = max_bytes
        # None before the first event: many documents that are open are only read.
        self._ring: deque[bytes] | None = None
        self._ring_size = 0

    @property
    def next_number(self) -> int:
        """The number that the next event has."""
        return self.sequence + 1

    def emit(self, message: ToPage) -> None:
        """Send an event that was made with `next_number`, and remember it."""
        self.sequence += 1
        data = message.encoded()
        ring = self._ring
        if ring is None:
            ring = self._ring = deque()
        ring.append(data)
        self._ring_size += len(data)
        while self._ring_size > self._max_bytes or len(ring) > self._max_events:
            self._ring_size -= len(ring.popleft())
        for subscriber in list(self.watchers.values()):
            subscriber.event(self.document, data)

    def say(self, message: ToPage, but: str | None = None) -> None:
        """Send something that has no number to everybody but one connection."""
        if len(self.watchers) > (but in self.watchers):
            data = message.encoded()
            for subscriber in list(self.watchers.values()):
                if subscriber.id != but:
                    subscriber.event(self.document, data)

    def since(self, position: StreamPosition | None) -> list[bytes] | None:
        """Return the events after a position, or None if they are gone."""
        if position is None or position.epoch != self.epoch:
            return None
        missed = self.sequence - position.sequence
        ring = list(self._ring or ())
        if missed < 0 or missed > len(ring):
            return None
        return ring[len(ring) - missed :]
