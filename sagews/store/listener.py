"""LISTEN on a connection of its own; whoever reconnects is told to read again: what came in the gap is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sagews.store.connection import StoreConnection
from sagews.store.pool import connection_dsn

LOGINS_ENDED = "logins_ended"
GRANTS_CHANGED = "grants_changed"
WORKSPACE_RENAMED = "workspace_renamed"

log = Logger()


class Listener:
    """Hears notifications on some channels.

    Args:
        reactor: the reactor.
        dsn: where; any role may listen.
        channels: names of channels, constants of this module.
        notified: called with channel and payload; must not block.
        read_again: called whenever listening begins, also for the first time: what changed before is unknown.
    """

    def __init__(
        self,
        reactor: Any,
        dsn: str,
        channels: Sequence[str],
        notified: Callable[[str, Mapping[str, Any]], None],
        read_again: Callable[[], None],
    ) -> None:
        self._channels = channels
        self._notified = notified
        self._read_again = read_again
        self._connection = StoreConnection(reactor, connection_dsn(dsn, "sagews-listener"))
        self._connection.addNotifyObserver(self._observe)
        # After each reconnect too: a new connection listens to nothing.
        self._connection.detector.addRecoveryHandler(self._listen)

    def start(self) -> Deferred[None]:
        """Connect and listen, again after each loss; fires when listening for the first time."""
        return self._connection.start()

    def stop(self) -> None:
        """Close the connection."""
        self._connection.stop()

    def _listen(self) -> Deferred[None]:
        statement = "; ".join(f'listen "{channel}"' for channel in self._channels)
        # Behind the answer to LISTEN, so that what changes while the reader reads again is heard.
        return self._connection.statement(statement, ()).addCallback(lambda _: self._read_again())

    def _observe(self, notification: Any) -> None:
        try:
            payload = json.loads(notification.payload)
        # Any role of the database may notify; a word that is no JSON must not end the listening.
        except ValueError:
            payload = None
        if isinstance(payload, dict):
            self._notified(notification.channel, payload)
        else:
            log.warn("a notification on {channel} could not be understood", channel=notification.channel)
