"""Whether those who are connected may still be: asked again of the store, at least every thirty seconds.

A notification only makes the question come earlier; nothing depends on it. While the store can't be asked, connections
may read and nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from twisted.logger import Logger

from sagews.backend.connections.connection import Connection
from sagews.backend.connections.registry import Lobby
from sagews.backend.connections.resume_tokens import Identity
from sagews.model.accounts import Role
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.net.background import run_in_background
from sagews.wire.browser.events import Rights
from sagews.wire.browser.messages import CloseCode


class RightsWatch:
    """Checks logins and grants of open connections."""

    _log = Logger()

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._asking: set[Identity] = set()

    def tick(self) -> None:
        """Ask about those who were not asked about for a while; called every few seconds."""
        now, settings = self._lobby.clock.seconds(), self._lobby.settings
        greeted = [connection for connection in self._lobby.connections if connection.identity is not None]
        self._ask(connection for connection in greeted if now - connection.checked_at >= settings.recheck_seconds)
        for connection in greeted:
            if now - connection.checked_at >= settings.suspend_seconds and connection.guard.state == "working":
                connection.life.right_unknown()
                connection.tell(Rights(Role.VIEWER.value, False))

    def logins_ended(self, logins: Iterable[LoginId] | None) -> None:
        """These logins ended; None when it is not known which."""
        ended = None if logins is None else set(logins)
        for connection in self._lobby.connections:
            if ended is not None and connection.identity is not None and connection.identity.login in ended:
                connection.close(CloseCode.LOGIN_ENDED, "not-signed-in")
        if ended is None:
            self._ask(self._lobby.connections)

    def grants_changed(self, workspace: WorkspaceId | None, user: UserId | None = None) -> None:
        """Grants of a workspace (or of one person in it) changed; None when it is not known which."""
        self._ask(
            connection
            for connection in self._lobby.connections
            if connection.identity is not None
            and (workspace is None or connection.identity.workspace == workspace)
            and (user is None or connection.identity.user.id == user)
        )

    def _ask(self, connections: Iterable[Connection]) -> None:
        groups: defaultdict[Identity, list[Connection]] = defaultdict(list)
        for connection in connections:
            if connection.identity is not None:
                groups[connection.identity].append(connection)
        for identity, members in groups.items():
            if identity not in self._asking:
                self._asking.add(identity)
                run_in_background(self._check(identity, members), self._log, "rights", members[0].id)

    async def _check(self, identity: Identity, members: list[Connection]) -> None:
        asked = self._lobby.clock.seconds()
        try:
            if not await self._lobby.accounts.login_is_alive(identity.login):
                for connection in members:
                    connection.close(CloseCode.LOGIN_ENDED, "not-signed-in")
                return
            role, may_run = Role.VIEWER, False
            if identity.workspace is not None:
                grant = await self._lobby.stores.workspaces.grant(identity.workspace, identity.user.id)
                if grant is None:
                    for connection in members:
                        connection.close(CloseCode.FORBIDDEN, "forbidden")
                    return
                role, may_run = grant.role, grant.may_run
        finally:
            self._asking.discard(identity)
        for connection in members:
            self._confirm(connection, role, may_run, asked)

    def _confirm(self, connection: Connection, role: Role, may_run: bool, asked: float) -> None:
        news = (connection.role, connection.may_run) != (role, may_run) or connection.guard.state == "reading"
        connection.role, connection.may_run, connection.checked_at = role, may_run, asked
        connection.life.right_confirmed()
        if news:
            connection.tell(Rights(role.value, may_run))
