"""What all connections share, and all connections there are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sagews.backend.connections.connection import Connection
from sagews.backend.connections.resume_tokens import ResumeSecrets
from sagews.backend.settings import BackendSettings
from sagews.backend.workspaces.manager import Workspaces
from sagews.backend.workspaces.stores import Stores
from sagews.interfaces.accounts import IAccountStore
from sagews.model.identifiers import WorkspaceId

Handler = Callable[[Connection, Any], Coroutine[Any, Any, None] | None]


class Lobby:
    """Everything that a connection needs.

    Args:
        handlers: for each type of message, what to do with it.
    """

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        accounts: IAccountStore,
        stores: Stores,
        workspaces: Workspaces,
        handlers: Mapping[type, Handler],
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.accounts = accounts
        self.stores = stores
        self.workspaces = workspaces
        self.handlers = handlers
        self.resume = ResumeSecrets(clock, settings.resume_seconds)
        self.accepting = True
        self._connections: dict[str, Connection] = {}
        self._waiting: set[str] = set()

    @property
    def connections(self) -> list[Connection]:
        """Every connection, greeted or not."""
        return list(self._connections.values())

    def has_room(self) -> bool:
        """Whether one more connection is welcome."""
        if not self.accepting or len(self._connections) >= self.settings.max_connections:
            return False
        return len(self._waiting) < self.settings.max_waiting

    def add(self, connection: Connection) -> None:
        """Take a new connection."""
        self._connections[connection.id] = connection
        self._waiting.add(connection.id)

    def greeted(self, connection: Connection) -> None:
        """Note that a connection's greeting was good."""
        self._waiting.discard(connection.id)

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
            if connection.identity is not None and connection.identity.workspace == workspace
        ]
