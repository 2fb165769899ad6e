"""One save: take the tree, decide where it goes, have our commit of it bundled, move the ref."""

from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.history.interfaces import ILiveWorkspaces
from sagews.backend.history.jobs import HistoryJobs
from sagews.errors import SagewsError
from sagews.interfaces import IAccountStore, IHistoryStore
from sagews.model.accounts import User
from sagews.model.history import Commit, Snapshot
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.policy.history.steps import AUTOSAVE, CHAIN, MAIN, Heads, Origin, Step, commit_object, next_step
from sagews.wire.jobs import DOCUMENT_SUFFIX, CommitRequest

ATTEMPTS = 4


class Saver:
    """Saves workspaces; its caller sees to it that only one save of each is under way.

    Args:
        clock: tells the time of commits.
        store: keeps commits and bundles.
        accounts: knows people's names.
        jobs: this backend's one-shot jobs.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, store: IHistoryStore, accounts: IAccountStore, jobs: HistoryJobs) -> None:
        self._clock = clock
        self._store = store
        self._accounts = accounts
        self._jobs = jobs

    async def save(
        self, live: ILiveWorkspaces, workspace: WorkspaceId, user: UserId | None, name: str, kind: str
    ) -> Commit | None:
        """Commit a workspace as it is now; None when there is nothing new.

        A thin snapshot that turns out not to fit what the store holds is taken again as a whole.

        Raises:
            SagewsError: `no-worker`, `limit`, `conflict`, `internal`, `database`.
        """
        origin = Origin(kind, name, user, "" if user is None else await self._name(user))
        newest = await self._store.newest(workspace)
        have = None if newest is None else newest.tree
        try:
            return await self._keep(workspace, await self._taken(live, workspace, have), origin)
        except SagewsError as error:
            if error.code != "internal" or have is None:
                raise
        return await self._keep(workspace, await self._taken(live, workspace, None), origin)

    async def bundles(self, workspace: WorkspaceId, first: str | None, last: str | None) -> list[bytes]:
        """Return the bundles that hold one or two commits, oldest first; that of `last`, if newer, is the last one."""
        found: dict[bytes, None] = {}
        for commit in (first, last):
            for bundle in [] if commit is None else await self._store.bundles(workspace, commit):
                found.setdefault(bundle, None)
        return list(found)

    async def _taken(self, live: ILiveWorkspaces, workspace: WorkspaceId, have: str | None) -> Snapshot:
        """Return the tree of a workspace as it is now; documents alone where there never were other files."""
        files = {path: text.encode() for path, text in (await live.texts(workspace)).items()}
        try:
            host, epoch = await live.place(workspace)
        except SagewsError as error:
            if error.code != "no-worker" or not await self._only_documents(workspace):
                raise
            return await self._jobs.snapshot(files)
        snapshot: Snapshot = await host.snapshot(workspace, epoch, files, have)
        if snapshot.left_out:
            paths = [list(pair) for pair in snapshot.left_out[:20]]
            self.log.info(
                "{count} paths were not saved", count=len(snapshot.left_out), paths=paths, correlation=workspace
            )
        return snapshot

    async def _keep(self, workspace: WorkspaceId, snapshot: Snapshot, origin: Origin) -> Commit | None:
        """Commit a tree; decided again when somebody else moved the ref meanwhile."""
        for _ in range(ATTEMPTS):
            heads = await self._heads(workspace)
            step = next_step(origin, snapshot.tree, heads)
            if step is None:
                return None
            made = await self._add(workspace, snapshot, heads, step, origin)
            if made is not None:
                return made
        raise SagewsError("conflict")

    async def _add(
        self, workspace: WorkspaceId, snapshot: Snapshot, heads: Heads, step: Step, origin: Origin
    ) -> Commit | None:
        """Make a commit and store it; None when the ref has moved."""
        time = datetime.fromtimestamp(int(self._clock.seconds()), UTC)
        text = commit_object(snapshot.tree, step.parent, origin, time)
        bundles = await self.bundles(workspace, step.parent, None if heads.newest is None else heads.newest.id)
        full = step.ref == MAIN and len(bundles) >= CHAIN
        answer = await self._jobs.commit(
            CommitRequest(snapshot.tree, step.parent, text, snapshot.bundle, tuple(bundles), full)
        )
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
        stored = await self._store.add(workspace, step.ref, step.expected, commit, answer.bundle)
        return commit if stored else None

    async def _heads(self, workspace: WorkspaceId) -> Heads:
        main = await self._store.head(workspace, MAIN)
        autosave = await self._store.head(workspace, AUTOSAVE)
        return Heads(main, autosave, await self._store.newest(workspace))

    async def _only_documents(self, workspace: WorkspaceId) -> bool:
        """Whether the newest version holds nothing but worksheets, so that documents alone are all of it."""
        newest = await self._store.newest(workspace)
        if newest is None:
            return True
        answer = await self._jobs.difference(newest.id, None, await self._store.bundles(workspace, newest.id))
        return not answer.cut and all(file.path.endswith(DOCUMENT_SUFFIX) for file in answer.files)

    async def _name(self, user: UserId) -> str:
        """What a person is called in commits."""
        found: User | None = await self._accounts.user(user)
        return "" if found is None else found.name
