"""The history of all workspaces of a backend: what their histories share, and the first step of each on a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from sagews.backend.history.autosaver import Autosaver
from sagews.backend.history.bundles import parcel, stored_bundles
from sagews.backend.history.interfaces import IDocumentTexts, IHistories, IWorkspaceHistory
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.save import CommitWriter
from sagews.backend.history.version_cells import VersionCells
from sagews.backend.history.version_outputs import KeptOutputs
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.backend.history.workspace_history import WorkspaceHistory
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.sessions import ISessionHost
from sagews.interfaces.version_outputs import IVersionOutputStore
from sagews.model.history import Commit, SaveReport
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.turns import Turns
from sagews.policy.history.autosave import MOST_SECONDS, QUIET_SECONDS, Autosave
from sagews.wire.jobs import RestoreRequest

# Fewer than the launcher takes jobs at once: what somebody waits for finds a place beside them.
SAVES_AT_ONCE = 4
SAVES_WAITING = 10_000
# Of one owner: a save may take as long as its job, and another's must not wait for that.
SAVES_OF_ONE = 3


@implementer(IHistories)
class Histories:
    """Makes the history of each workspace that is opened.

    Args:
        reactor: tells the time of autosaves and of commits.
        store: keeps commits and bundles.
        accounts: knows people's names.
        jobs: this backend's one-shot jobs.
        quota: bounds how much history accounts have.
        outputs: keeps outputs with named versions.
        checks: read worksheets of versions.
        quiet: seconds without a change after which a workspace saves itself.
        most: seconds that a change waits at most.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        store: IHistoryStore,
        accounts: IAccountStore,
        jobs: HistoryJobs,
        quota: HistoryQuota,
        outputs: IVersionOutputStore,
        checks: IDocumentChecks,
        quiet: float = QUIET_SECONDS,
        most: float = MOST_SECONDS,
    ) -> None:
        self._clock = reactor
        self._store = store
        self._jobs = jobs
        self._quota = quota
        self._outputs = outputs
        self._checks = checks
        self._accounts = accounts
        self._quiet, self._most = quiet, most
        self._turns = Turns(SAVES_AT_ONCE, SAVES_WAITING, SAVES_OF_ONE)

    async def lay_out(
        self, workspace: WorkspaceId, owner: UserId, host: ISessionHost, epoch: int, leave: Sequence[str]
    ) -> None:
        """Lay the files of the newest commit into the workspace's home on this worker.

        Without any commit the home is as it should be already: the first session of a new workspace waits for no job.
        """
        newest = await self._store.newest(workspace)
        if newest is not None:
            bundles = await stored_bundles(self._store, workspace, newest.id, None)
            opening = RestoreRequest(newest.id, (), leave=tuple(leave)).opening(bundles.sizes)
            async with parcel("restore", opening, bundles) as file:
                await host.files.restore(workspace, epoch, file, account=owner)

    def open(
        self,
        workspace: WorkspaceId,
        owner: UserId,
        files: WorkspaceFiles,
        documents: IDocumentTexts,
        saved: Callable[[Commit], None],
        reported: Callable[[SaveReport], None],
    ) -> IWorkspaceHistory:
        """Return the history of a workspace that was opened."""
        autosaver = Autosaver(self._clock, workspace, owner, Autosave(self._quiet, self._most), self._turns)
        jobs = self._jobs.of(owner)
        cells = VersionCells(workspace, owner, self._store, jobs, self._checks)
        writer = CommitWriter(self._clock, self._store, self._accounts, jobs, self._quota)
        outputs = KeptOutputs(workspace, self._outputs, self._quota, documents, cells)
        return WorkspaceHistory(
            workspace, self._store, jobs, writer, autosaver, files, documents, outputs, saved, reported
        )
