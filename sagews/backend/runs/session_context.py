"""What the session of a document needs from its workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorTime

from sagews.backend.runs.run_owners import RunOwners
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.line import Moved
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import SessionId, UserId
from sagews.model.sessions import Limits, SessionRequest
from sagews.model.workspaces import Workspace
from sagews.policy.quotas.ledger import Ledger


@dataclass(frozen=True, slots=True)
class SessionContext:
    """One for all documents of a workspace.

    Attributes:
        workspace, epoch: whose sessions they are, and the lease under which they are asked for.
        flavour: returns what a new worksheet asks for.
        acquire_host: returns the worker for a session of a flavour, with the workspace's files on it and counted there,
            or raises SagewsError; while all are full the other argument is told the place in line.
        count: is told (host, -1) when sessions end.
        ledger: counts what accounts have.
        used: is told who ran something to its end.
        owners: know the run ids of all documents that are open.
        disk: returns how many bytes the workspace's files may take, when a session begins.
    """

    clock: IReactorTime
    settings: BackendSettings
    workspace: Workspace
    epoch: int
    flavour: Callable[[], str]
    acquire_host: Callable[[str, Moved], Awaitable[ISessionHost]]
    count: Callable[[ISessionHost, int], None]
    used: Callable[[UserId], None]
    ledger: Ledger
    owners: RunOwners
    disk: Callable[[], int]

    @property
    def limits(self) -> Limits:
        """What a session that begins may use; files belong to the owner of the workspace, whoever writes them."""
        return replace(self.settings.limits, disk=self.disk())

    def request(self, session: SessionId, flavour: str, correlation: str, asker: UserId | None) -> SessionRequest:
        """Return what a worker is asked for when somebody's run needs a session."""
        workspace, limits = self.workspace, self.limits
        return SessionRequest(
            session, workspace.id, flavour, limits, self.epoch, correlation, asker, owner=workspace.owner
        )
