"""Whether those who are connected may still be: asked again of the store, at least every thirty seconds.

A notification only makes the question come earlier; nothing depends on it. While the store can't be asked, connections
may read and nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.connections.connection import Connection
from sagews.backend.connections.principal import Identity
from sagews.backend.connections.registry import ConnectionRegistry
from sagews.backend.settings import BackendSettings
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Grant, Role
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.net.background import both, run_in_background
from sagews.wire.browser.connection import CloseCode

# Of one piece of work, so that ten thousand pages that came in one moment do not hold the reactor in one moment each
# time: with a tick every two seconds they are through in the twenty after which each is asked about again.
MOST_AT_ONCE = 1000


class PermissionWatch:
    """Checks logins and grants of open connections."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        accounts: IAccountStore,
        workspaces: IWorkspaceStore,
        registry: ConnectionRegistry,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._accounts = accounts
        self._workspaces = workspaces
        self._registry = registry
        self._asking: set[Identity] = set()
        # Of whom something changed while they were being asked about: the answer may be of the time before.
        self._again: dict[Identity, dict[Connection, None]] = {}

    def tick(self) -> None:
        """Ask about those who were not asked about for a while; called every few seconds."""
        now, settings = self._clock.seconds(), self._settings
        before = now - settings.recheck_seconds
        due = [connection for connection in self._registry.connections if connection.checked_at <= before]
        # Those who have waited the longest come first, and nobody waits until they may only read.
        due.sort(key=lambda connection: connection.checked_at)
        greeted = [connection for connection in due if connection.principal is not None]
        self._ask(greeted[:MOST_AT_ONCE], news=False)
        for connection in due:
            if now - connection.checked_at >= settings.suspend_seconds and connection.guard.state == "working":
                connection.suspend()

    def logins_ended(self, logins: Iterable[LoginId] | None) -> None:
        """These logins ended; None when it is not known which."""
        if logins is None:
            self._ask(self._registry.connections)
            return
        ended = set(logins)
        for connection in self._registry.connections:
            if connection.principal is not None and connection.principal.identity.login in ended:
                connection.close(CloseCode.LOGIN_ENDED, "not-signed-in")

    def grants_changed(self, workspace: WorkspaceId | None, user: UserId | None = None) -> None:
        """Grants of a workspace (or of one person in it) changed; None when it is not known which."""
        self._ask(
            connection
            for connection in self._registry.connections
            if connection.principal is not None
            and (workspace is None or connection.principal.identity.workspace == workspace)
            and (user is None or connection.principal.user.id == user)
        )

    def _ask(self, connections: Iterable[Connection], *, news: bool = True) -> None:
        """Ask about connections; once more about those who are being asked about already, if this is news of them."""
        groups: defaultdict[Identity, list[Connection]] = defaultdict(list)
        for connection in connections:
            if connection.principal is not None:
                groups[connection.principal.identity].append(connection)
        # One question at a time about one login in one workspace, however many pages it has open.
        asked = {identity: members for identity, members in groups.items() if identity not in self._asking}
        if news:
            for identity in groups.keys() & self._asking:
                self._again.setdefault(identity, {}).update(dict.fromkeys(groups[identity]))
        if asked:
            self._asking.update(asked)
            run_in_background(self._check_all(asked), self._log, "rights", "")

    async def _check_all(self, groups: Mapping[Identity, list[Connection]]) -> None:
        for portion in _portions(groups):
            # A failure is no answer: those whom it concerns are asked about again with the next tick.
            await run_in_background(self._check(portion), self._log, "rights", "")
            self._asking.difference_update(portion)
            again = [connection for identity in portion for connection in self._again.pop(identity, ())]
            if again:
                self._ask(again)

    async def _check(self, groups: Mapping[Identity, list[Connection]]) -> None:
        """Ask about all of them in two statements, one to each store: a thousand pages cost little more than one."""
        asked = self._clock.seconds()
        logins = {identity.login for identity in groups}
        workspaces = {identity.workspace for identity in groups if identity.workspace is not None}
        alive, granted = await both(
            self._accounts.alive_logins(list(logins)), self._workspaces.grants(list(workspaces))
        )
        grants = {(grant.workspace, grant.user): grant for grant in granted}
        for identity, members in groups.items():
            grant = None if identity.workspace is None else grants.get((identity.workspace, identity.user.id))
            for connection in members:
                self._tell(connection, identity, identity.login in alive, grant, asked)

    def _tell(self, connection: Connection, identity: Identity, alive: bool, grant: Grant | None, asked: float) -> None:
        if not alive:
            connection.close(CloseCode.LOGIN_ENDED, "not-signed-in")
        elif identity.workspace is None:
            connection.confirm(Role.VIEWER, False, asked)
        elif grant is None:
            connection.close(CloseCode.FORBIDDEN, "forbidden")
        else:
            connection.confirm(grant.role, grant.may_run, asked)


def _portions(groups: Mapping[Identity, list[Connection]]) -> Iterator[dict[Identity, list[Connection]]]:
    """Yield parts of it with about MOST_AT_ONCE connections each."""
    portion: dict[Identity, list[Connection]] = {}
    size = 0
    for identity, members in groups.items():
        portion[identity] = members
        size += len(members)
        if size >= MOST_AT_ONCE:
            yield portion
            portion, size = {}, 0
    if portion:
        yield portion
