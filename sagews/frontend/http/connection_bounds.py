"""How many connections a site keeps open, from one network and in all: of too many the one goes that was idle longest.

An idle connection costs a descriptor, of which a process has so many. Closing an idle one hurts nobody, browsers open
another; refusing a new one would keep out whoever comes.
"""

from __future__ import annotations

from collections import Counter
from typing import Protocol

MOST = 10_000
MOST_OF_ONE = 1000


class BoundedConnection(Protocol):
    """A connection that can be closed while nothing is under way on it."""

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered on it."""

    def drop(self) -> None:
        """Close it."""


class ConnectionBounds:
    """All connections of a site that are no websockets.

    Args:
        most: in all.
        most_of_one: from one network.
    """

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        # Those heard longest ago come first.
        self._networks: dict[BoundedConnection, str] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._networks)

    def add(self, connection: BoundedConnection, network: str) -> None:
        """Take a new connection, and close an idle one if it is one too many."""
        if self._counts[network] >= self._most_of_one:
            self._drop_idle(network)
        elif len(self._networks) >= self._most:
            self._drop_idle(None)
        self._networks[connection] = network
        self._counts[network] += 1

    def heard(self, connection: BoundedConnection) -> None:
        """Note that something came."""
        network = self._networks.pop(connection, None)
        if network is not None:
            self._networks[connection] = network

    def gone(self, connection: BoundedConnection) -> None:
        """Forget a connection that was closed, or has become a websocket."""
        network = self._networks.pop(connection, None)
        if network is not None:
            self._counts[network] -= 1
            if not self._counts[network]:
                del self._counts[network]

    def _drop_idle(self, network: str | None) -> None:
        for connection, where in self._networks.items():
            if connection.idle and network in (None, where):
                self.gone(connection)
                connection.drop()
                return
