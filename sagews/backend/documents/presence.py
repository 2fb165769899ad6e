"""Who looks at a document and where: identity from the connection, the place from the page, both bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.events.subscriber import Subscriber
from sagews.errors import SagewsError
from sagews.wire.browser.presence import Person, PresenceOut

# A cell and a cursor; it goes to everybody who watches.
MAX_STATE = 2048
SECONDS_BETWEEN = 0.1


@dataclass(slots=True)
class _Where:
    subscriber: Subscriber
    state: dict[str, Any] | None = None
    said: float = field(default=float("-inf"))
    timer: IDelayedCall | None = None


class PresenceTracker:
    """Everybody who watches one document; each is heard at most ten times a second, the last word counts."""

    __slots__ = (
        "_clock", "_stream", "_where",
    )  # fmt: skip

    def __init__(self, clock: IReactorTime, stream: EventStream) -> None:
        self._clock = clock
        self._stream = stream
        self._where: dict[str, _Where] = {}

    def people(self) -> list[Person]:
        """Return everybody who is here."""
        return [_person(where) for where in self._where.values()]

    def join(self, subscriber: Subscriber) -> None:
        """Somebody opened the document."""
        if subscriber.id not in self._where:
            self._where[subscriber.id] = where = _Where(subscriber)
            self._stream.say(PresenceOut(document=self._stream.document, person=_person(where)), but=subscriber.id)

    def leave(self, subscriber: Subscriber) -> None:
        """Somebody closed it or was lost."""
        where = self._where.pop(subscriber.id, None)
        if where is None:
            return
        if where.timer is not None:
            where.timer.cancel()
        where.state = None
        self._stream.say(
            PresenceOut(document=self._stream.document, person=_person(where), left=True), but=subscriber.id
        )

    def set(self, subscriber: Subscriber, state: dict[str, Any] | None) -> None:
        """Take where somebody is.

        Raises:
            SagewsError: `too-large` beyond 2,048 bytes.
        """
        if len(msgspec.json.encode(state)) > MAX_STATE:
            raise SagewsError("too-large", limit=MAX_STATE)
        where = self._where[subscriber.id]
        where.state = state
        # One is on its way otherwise, and will say what holds then.
        if where.timer is None:
            wait = max(0.0, where.said + SECONDS_BETWEEN - self._clock.seconds())
            if wait:
                where.timer = self._clock.callLater(wait, self._say, where)
            else:
                self._say(where)

    def _say(self, where: _Where) -> None:
        where.timer = None
        where.said = self._clock.seconds()
        message = PresenceOut(document=self._stream.document, person=_person(where))
        self._stream.say(message, but=where.subscriber.id)


def _person(where: _Where) -> Person:
    subscriber = where.subscriber
    return Person(connection=subscriber.id, user=subscriber.user.id, name=subscriber.user.name, state=where.state)
