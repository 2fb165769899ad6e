"""A workspace that is open, on a worker whose jobs run as plain children: what the history sees of the world."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from zope.interface import implementer

from sagews.backend.history.interfaces import ILiveWorkspaces, IWorkspaceHistory
from sagews.errors import SagewsError
from sagews.interfaces import ILauncher
from sagews.model.history import Commit, Snapshot
from sagews.model.identifiers import SessionId, UserId, WorkspaceId
from sagews.model.sessions import Limits, Usage
from sagews.worker.files.homes import Homes
from tests.history.running import JobFailed, run_program


@implementer(ILauncher)
class ProgramLauncher:
    """Runs jobs at once, on folders below `root`; counts them."""

    level = "none"
    report: Mapping[str, object] = {}
    flavours = ("python",)

    def __init__(self, root: Path) -> None:
        self.root = root
        self.jobs: list[str] = []
        self.input = 0

    async def run_job(
        self,
        job: str,
        workspace: WorkspaceId | None,
        *,
        write: bool,
        arguments: Mapping[str, str],
        input: bytes,
        seconds: int,
        output_limit: int,
        limits: Limits,
    ) -> bytes:
        """Run a program; a failure is `internal`, as from the real one."""
        self.jobs.append(job)
        self.input = len(input)
        home = None if workspace is None else self.root / workspace
        if home is not None:
            home.mkdir(exist_ok=True)
        try:
            return run_program(job, input, home)
        except JobFailed as error:
            raise SagewsError("internal", correlation=str(error)) from error

    async def open_session(self, *_: object) -> None:
        """Not here."""
        raise NotImplementedError

    def signal(self, session: SessionId, signal: str) -> None:
        """Not here."""
        raise NotImplementedError

    async def usage(self, sessions: Sequence[SessionId]) -> Mapping[str, Usage]:
        """Not here."""
        raise NotImplementedError

    async def forget(self, workspace: WorkspaceId) -> None:
        """Remove a home."""
        shutil.rmtree(self.root / workspace, ignore_errors=True)


class Worker:
    """The part of ISessionHost that has files."""

    def __init__(self, launcher: ProgramLauncher) -> None:
        self.launcher = launcher
        self.homes = Homes(launcher, Limits())
        self.snapshots: list[tuple[str | None, int]] = []

    async def restore(
        self,
        workspace: WorkspaceId,
        epoch: int,
        bundles: Sequence[bytes],
        commit: str | None,
        replace: bool = False,
        leave: Sequence[str] = (),
    ) -> None:
        """Lay out files."""
        await self.homes.restore(workspace, bundles, commit, replace, leave)

    async def snapshot(
        self, workspace: WorkspaceId, epoch: int, files: Mapping[str, bytes], have: str | None
    ) -> Snapshot:
        """Take files."""
        taken = await self.homes.snapshot(workspace, files, have)
        self.snapshots.append((have, len(taken.bundle)))
        return taken

    async def forget(self, workspace: WorkspaceId) -> None:
        """Remove a home."""
        await self.homes.forget(workspace)


@implementer(ILiveWorkspaces)
class Live:
    """One open workspace: its documents are a dictionary."""

    def __init__(self, history: IWorkspaceHistory, worker: Worker | None) -> None:
        self.history = history
        self.worker = worker
        self.documents: dict[str, str] = {}
        self.told: list[Commit] = []
        self.prepared = False
        self.held: Deferred[None] | None = None

    async def place(self, workspace: WorkspaceId) -> tuple[Any, int]:
        """Choose the worker, and have it prepared first."""
        if self.worker is None:
            raise SagewsError("no-worker")
        if not self.prepared:
            await self.history.prepare(workspace, cast(Any, self.worker), 1)
            self.prepared = True
        return self.worker, 1

    async def texts(self, workspace: WorkspaceId) -> Mapping[str, str]:
        """Return the documents, when the test lets it."""
        if self.held is not None:
            await self.held
        return dict(self.documents)

    async def put_texts(
        self, workspace: WorkspaceId, user: UserId, texts: Mapping[str, str], removed: Sequence[str]
    ) -> None:
        """Change the documents."""
        self.documents.update(texts)
        for path in removed:
            del self.documents[path]

    def saved(self, workspace: WorkspaceId, commit: Commit) -> None:
        """Remember."""
        self.told.append(commit)


def datetime_of(seconds: int) -> datetime:
    """Return a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
