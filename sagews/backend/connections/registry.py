"""All connections that there are, and whether one more is welcome."""

from __future__ import annotations

from sagews.backend.connections.connection import Connection
from sagews.backend.settings import BackendSettings
from sagews.model.identifiers import WorkspaceId


class ConnectionRegistry:
    """Every connection of a backend, from its handshake until it is lost."""

    def __init__(self, settings: BackendSettings) -> None:
        self.accepting = True
        self._max_connections = settings.max_connections
        self._max_waiting = settings.max_waiting
        self._connections: dict[str, Connection] = {}
        self._waiting: set[str] = set()

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def connections(self) -> list[Connection]:
        """Every connection, welcomed or not."""
        return list(self._connections.values())

    def has_room(self) -> bool:
        """Whether one more connection is welcome."""
        if not self.accepting or len(self._connections) >= self._max_connections:
            return False
        return len(self._waiting) < self._max_waiting

    def add(self, connection: Connection) -> None:
        """Take a new connection."""
        self._connections[connection.id] = connection
        self._waiting.add(connection.id)

    def welcomed(self, connection: str) -> None:
        """Note that a connection's handshake was good."""
        self._waiting.discard(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self._connections.pop(connection.id, None)
        self._waiting.discard(connection.id)

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
