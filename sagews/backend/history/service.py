"""The history of workspaces: saved in one-shot jails, committed by our code, kept in PostgreSQL.

A save takes the documents' texts from the live side, has the worker's jail deliver the tree of the home with them, has
a jail of this backend check it and bundle our commit, and moves the ref by compare-and-swap (history_save.py). This
module is the rest: one save at a time for each workspace, when it saves itself, and what is done with versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.history.interfaces import ILiveWorkspaces, IWorkspaceHistory
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.save import Saver
from sagews.errors import SagewsError
from sagews.interfaces import IAccountStore, IHistoryStore, ISessionHost
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.background import cancelled, run_in_background
from sagews.policy.documents.paths import check_document_path
from sagews.policy.history.autosave import MOST_SECONDS, QUIET_SECONDS, Autosave
from sagews.policy.history.steps import AUTOSAVE
from sagews.wire.browser.events import FileDifference


@dataclass(slots=True)
class Watch:
    """One open workspace: when to save it, who changed it last, and where its files are."""

    times: Autosave
    lock: DeferredLock = field(default_factory=DeferredLock)
    user: UserId | None = None
    timer: Any = None
    host: ISessionHost | None = None
    closed: bool = False


@implementer(IWorkspaceHistory)
class WorkspaceHistory:
    """History as the live side uses it.

    Args:
        reactor: tells the time of autosaves and of commits.
        store: keeps commits and bundles.
        accounts: knows people's names.
        jobs: this backend's one-shot jobs.
        quiet: seconds without a change after which a workspace saves itself.
        most: seconds that a change waits at most.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        store: IHistoryStore,
        accounts: IAccountStore,
        jobs: HistoryJobs,
        quiet: float = QUIET_SECONDS,
        most: float = MOST_SECONDS,
    ) -> None:
        self._clock = reactor
        self._store = store
        self._jobs = jobs
        self._saver = Saver(reactor, store, accounts, jobs)
        self._quiet, self._most = quiet, most
        self._watches: dict[WorkspaceId, Watch] = {}
        self._attached: ILiveWorkspaces | None = None

    def attach(self, live: ILiveWorkspaces) -> None:
        """Take the live side."""
        self._attached = live

    @property
    def _live(self) -> ILiveWorkspaces:
        if self._attached is None:
            raise SagewsError("internal", correlation="history")
        return self._attached

    async def prepare(self, workspace: WorkspaceId, host: ISessionHost, epoch: int) -> None:
        """Lay the files of the newest commit into the workspace's home on this worker.

        Takes no lock: a save that needs a place waits for it. Without any commit the home is as it should be already,
        and the first session of a new workspace need not wait for a job.
        """
        newest = await self._store.newest(workspace)
        if newest is not None:
            documents = list(await self._live.texts(workspace))
            bundles = await self._store.bundles(workspace, newest.id)
            await host.restore(workspace, epoch, bundles, newest.id, leave=documents)
        self._watch(workspace).host = host

    def changed(self, workspace: WorkspaceId, user: UserId) -> None:
        """Plan an autosave."""
        watch = self._watch(workspace)
        watch.user = user
        watch.times.changed(self._clock.seconds())
        self._plan(workspace, watch)

    async def save(self, workspace: WorkspaceId, user: UserId | None, name: str, kind: str) -> Commit | None:
        """Commit the workspace as it is now; None when there is nothing new."""
        watch = self._watch(workspace)
        await watch.lock.acquire()
        try:
            return await self._save(workspace, watch, user, name, kind)
        finally:
            watch.lock.release()
            self._plan(workspace, watch)

    async def versions(self, workspace: WorkspaceId, before: str | None, limit: int) -> Sequence[Commit]:
        """List commits, newest first, older than `before`."""
        found: Sequence[Commit] = await self._store.commits(workspace, before, limit)
        return found

    async def difference(
        self, workspace: WorkspaceId, version: str, against: str | None
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        """Compare a version with another one, by default its parent.

        Raises:
            SagewsError: `not-found` for a version of another workspace.
        """
        commit = await self._commit(workspace, version)
        other = commit.parent if against is None else (await self._commit(workspace, against)).id
        bundles = await self._saver.bundles(workspace, other, commit.id)
        answer = await self._jobs.difference(commit.id, other, bundles)
        files = [FileDifference(file.path, file.status, file.diff, file.binary, file.cut) for file in answer.files]
        return other, files, answer.cut

    async def revert(self, workspace: WorkspaceId, user: UserId, version: str) -> Commit:
        """Bring a version's files and documents back and commit that; what was there is autosaved first.

        Raises:
            SagewsError: `not-found` for a version of another workspace; what saving raises.
        """
        target = await self._commit(workspace, version)
        watch = self._watch(workspace)
        await watch.lock.acquire()
        try:
            await self._save(workspace, watch, user, "", "autosave")
            await self._bring_back(workspace, user, target)
            made = await self._save(workspace, watch, user, target.name, "revert")
        finally:
            watch.lock.release()
            self._plan(workspace, watch)
        if made is None:
            raise SagewsError("internal", correlation=version)
        return made

    async def close(self, workspace: WorkspaceId) -> None:
        """Commit the end of a workspace that nobody uses, and clean its home off the worker.

        Raises:
            SagewsError: what saving raises; the home stays then.
        """
        watch = self._watch(workspace)
        try:
            made = await self._save_the_end(workspace, watch)
        finally:
            watch.closed = True
            watch.timer = cancelled(watch.timer)
            self._watches.pop(workspace, None)
        if made is not None:
            self._live.saved(workspace, made)
        if watch.host is not None:
            await watch.host.forget(workspace)

    # ------------------------------------------------------------------------------------- autosaves

    def _watch(self, workspace: WorkspaceId) -> Watch:
        return self._watches.setdefault(workspace, Watch(Autosave(self._quiet, self._most)))

    def _plan(self, workspace: WorkspaceId, watch: Watch) -> None:
        """Set a timer to when the workspace is due.

        One that is running stays, so that a keystroke costs nothing; it looks again when it fires. A save that is under
        way plans at its end.
        """
        due = watch.times.due
        if due is None:
            watch.timer = cancelled(watch.timer)
        elif watch.timer is None and not watch.lock.locked and not watch.closed:
            delay = max(0.0, due - self._clock.seconds())
            watch.timer = self._clock.callLater(delay, self._look, workspace, watch)

    def _look(self, workspace: WorkspaceId, watch: Watch) -> None:
        """Save if it is time, else wait for the rest."""
        watch.timer = None
        due = watch.times.due
        if due is None or due > self._clock.seconds():
            self._plan(workspace, watch)
            return
        run_in_background(self._save_by_itself(workspace, watch), self.log, "autosave", workspace)

    async def _save_by_itself(self, workspace: WorkspaceId, watch: Watch) -> None:
        commit = await self.save(workspace, watch.user, "", "autosave")
        if commit is not None:
            self._live.saved(workspace, commit)

    async def _save_the_end(self, workspace: WorkspaceId, watch: Watch) -> Commit | None:
        """Commit the end, unless nothing can have happened since the last commit of `main`."""
        newest = await self._store.newest(workspace)
        pending = newest is not None and newest.ref == AUTOSAVE
        if watch.times.first is None and watch.host is None and not pending:
            return None
        return await self.save(workspace, watch.user, "", "session")

    # ------------------------------------------------------------------------------------- saving and reading

    async def _save(
        self, workspace: WorkspaceId, watch: Watch, user: UserId | None, name: str, kind: str
    ) -> Commit | None:
        """Save within the lock, and keep the times."""
        watch.times.started()
        try:
            made = await self._saver.save(self._live, workspace, user, name, kind)
        except BaseException:
            watch.times.failed(self._clock.seconds())
            raise
        watch.times.saved()
        return made

    async def _bring_back(self, workspace: WorkspaceId, user: UserId, target: Commit) -> None:
        """Make files and documents those of a version; a worksheet whose name no document may have stays a file."""
        newest = await self._store.newest(workspace)
        bundles = await self._saver.bundles(workspace, target.id, None if newest is None else newest.id)
        found = await self._jobs.worksheets(target.id, bundles)
        wanted = {path: text for path, text in found.items() if _is_document(path)}
        present = await self._live.texts(workspace)
        host, epoch = await self._live.place(workspace)
        leave = sorted(set(wanted) | set(present))
        await host.restore(workspace, epoch, bundles, target.id, replace=True, leave=leave)
        await self._live.put_texts(workspace, user, wanted, sorted(set(present) - set(wanted)))

    async def _commit(self, workspace: WorkspaceId, commit: str) -> Commit:
        found: Commit | None = await self._store.commit(workspace, commit)
        if found is None:
            raise SagewsError("not-found")
        return found


def _is_document(path: str) -> bool:
    """Whether a document may have this path."""
    try:
        return check_document_path(path) == path
    except SagewsError:
        return False
