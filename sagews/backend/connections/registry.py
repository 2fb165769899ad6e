"""All connections that there are, and whether one more is welcome."""

from __future__ import annotations

from sagews.backend.connections.connection import Connection
from sagews.backend.settings import BackendSettings
from sagews.model.identifiers import WorkspaceId
from sagews.wire.browser.connection import CloseCode


class ConnectionRegistry:
    """Every connection of a backend, from its handshake until it is lost."""

    def __init__(self, settings: BackendSettings) -> None:
        self.accepting = True
        self._max_connections = settings.max_connections
        self._max_waiting = settings.max_waiting
        self._max_waiting_of_one = settings.max_waiting_of_one
        self._connections: dict[str, Connection] = {}
        # Those that have not greeted yet, oldest first, with their network.
        self._waiting: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def connections(self) -> list[Connection]:
        """Every connection, welcomed or not."""
        return list(self._connections.values())

    def has_room(self) -> bool:
        """Whether one more connection is welcome."""
        return self.accepting and len(self._connections) < self._max_connections

    def add(self, connection: Connection, where: str = "") -> None:
        """Take a new connection from a network.

        Where too many wait to be greeted, of one network or in all, the oldest of them goes: whoever has a ticket
        greets within moments, so that silence, in whatever numbers, keeps nobody out.
        """
        same = [waiting for waiting, network in self._waiting.items() if network == where]
        if len(same) >= self._max_waiting_of_one:
            self._drop(same[0])
        elif len(self._waiting) >= self._max_waiting:
            self._drop(next(iter(self._waiting)))
        self._connections[connection.id] = connection
        self._waiting[connection.id] = where

    def _drop(self, waiting: str) -> None:
        self._waiting.pop(waiting)
        self._connections[waiting].close(CloseCode.SILENT, "too-many-waiting")

    def welcomed(self, connection: str) -> None:
        """Note that a connection's handshake was good."""
        self._waiting.pop(connection, None)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self._connections.pop(connection.id, None)
        self._waiting.pop(connection.id, None)

    def find(self, connection: str) -> Connection | None:
        """Return a connection by its id."""
        return self._connections.get(connection)

    def of_workspace(self, workspace: WorkspaceId) -> list[Connection]:
        """Return the connections that belong to a workspace."""
        return [
            connection
            for connection in self._connections.values()
            if connection.principal is not None and connection.principal.identity.workspace == workspace
        ]
