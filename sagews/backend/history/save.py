"""From a tree to a version: decide where it goes, have our commit of it bundled, move the ref."""

from __future__ import annotations

from collections.abc import Container
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from twisted.internet.interfaces import IReactorTime

from sagews.backend.history.bundles import stored_bundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.history import IHistoryStore
from sagews.model.accounts import User
from sagews.model.history import Commit, Snapshot
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.policy.history.steps import (
    AUTOSAVE,
    CHAIN,
    MAIN,
    CommitStep,
    Heads,
    Origin,
    commit_object,
    next_step,
    removes_most,
)
from sagews.wire.jobs import DOCUMENT_SUFFIX, CommitRequest

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class SaveResult:
    """A version that was made (None: there was nothing new), and what it takes out of the workspace if that is most."""

    commit: Commit | None
    removed: int = 0
    present: int = 0


class CommitWriter:
    """Commits trees; its caller sees to it that only one save of each workspace is under way.

    Args:
        clock: tells the time of commits.
        store: keeps commits and bundles.
        accounts: knows people's names.
        jobs: this backend's one-shot jobs.
        quota: bounds what the store takes.
    """

    def __init__(
        self,
        clock: IReactorTime,
        store: IHistoryStore,
        accounts: IAccountStore,
        jobs: HistoryJobs,
        quota: HistoryQuota,
    ) -> None:
        self._clock = clock
        self._quota = quota
        self._store = store
        self._accounts = accounts
        self._jobs = jobs

    def keeping(self, commit: str) -> AbstractContextManager[None]:
        """Let no room be made of this version meanwhile."""
        return self._quota.keeping(commit)

    async def check_room(self, workspace: WorkspaceId) -> None:
        """Have `history-full` raised before any job begins, when there can be no room for another version at all."""
        await self._quota.check(workspace)

    async def check_names(self, workspace: WorkspaceId, user: UserId) -> None:
        """Have `limit` raised when this person may name no other version of a workspace of somebody else."""
        await self._quota.check_names(workspace, user)

    async def origin(self, user: UserId | None, name: str, kind: str) -> Origin:
        """Return what a version will say of itself; the person's name is that of this moment."""
        found: User | None = None if user is None else await self._accounts.user(user)
        return Origin(kind, name, user, "" if found is None else found.name)

    async def only_documents(self, workspace: WorkspaceId, paths: Container[str]) -> bool:
        """Whether the newest version holds nothing but worksheets, so that documents alone are all of it.

        Args:
            workspace: whose version.
            paths: of the documents that it has now.
        """
        newest = await self._store.newest(workspace)
        if newest is None:
            return True
        bundles = await stored_bundles(self._store, workspace, newest.id, None)
        answer = await self._jobs.difference(newest.id, None, bundles)
        return not answer.cut and all(
            file.path.endswith(DOCUMENT_SUFFIX) or file.path in paths for file in answer.files
        )

    async def commit(self, workspace: WorkspaceId, snapshot: Snapshot, origin: Origin, *, asked: bool) -> SaveResult:
        """Commit a tree. Decided again when somebody else moved the ref meanwhile.

        Args:
            workspace: whose tree it is.
            snapshot: the tree.
            origin: what the version says of itself.
            asked: whether a person wants this version, and not the clock alone.

        Raises:
            SagewsError: `history-full` without room for it;
                `removes-files` when most files are gone and nobody asked; `conflict` when the ref was moved
                too often; `internal` when a jail refuses the tree; `database`.
        """
        for _ in range(ATTEMPTS):
            heads = await self._heads(workspace)
            step = next_step(origin, snapshot.tree, heads)
            if step is None:
                return SaveResult(None)
            made = await self._add(workspace, snapshot, heads, step, origin, asked=asked)
            if made is not None:
                return made
        raise SagewsError("conflict")

    async def _add(
        self, workspace: WorkspaceId, snapshot: Snapshot, heads: Heads, step: CommitStep, origin: Origin, *, asked: bool
    ) -> SaveResult | None:
        """Make a commit and store it; None when the ref has moved."""
        # Git's commits have whole seconds, and ours say the same as theirs.
        time = datetime.fromtimestamp(int(self._clock.seconds()), UTC)
        text = commit_object(snapshot.tree, step.parent, origin, time)
        before = None if heads.newest is None else heads.newest.id
        bundles = await stored_bundles(self._store, workspace, step.parent, before)
        # Each bundle needs those before it; a version that holds everything keeps what has to be read of them bounded.
        full = step.ref == MAIN and len(bundles.sizes) >= CHAIN
        request = CommitRequest(snapshot.tree, step.parent, text, snapshot.bundle, (), before, full)
        answer = await self._jobs.commit(request, bundles)
        # Files that vanish all at once are more often a fault (a home that lost them) than somebody's wish.
        gone = (answer.removed, answer.present) if removes_most(answer.removed, answer.present) else (0, 0)
        if gone[0] and not asked:
            raise SagewsError("removes-files", removed=gone[0], present=gone[1])
        commit = Commit(
            id=answer.commit,
            parent=step.parent,
            tree=snapshot.tree,
            ref=step.ref,
            kind=origin.kind,
            name=origin.name,
            author=origin.author,
            author_name=origin.author_name,
            time=time,
            files_changed=answer.files_changed,
        )
        # Only now is it known how much it takes.
        await self._quota.make_room(workspace, len(answer.bundle))
        stored = await self._store.add(workspace, step.ref, step.expected, commit, answer.bundle)
        return SaveResult(commit, *gone) if stored else None

    async def _heads(self, workspace: WorkspaceId) -> Heads:
        main = await self._store.head(workspace, MAIN)
        autosave = await self._store.head(workspace, AUTOSAVE)
        return Heads(main, autosave, await self._store.newest(workspace))
