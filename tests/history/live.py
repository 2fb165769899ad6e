"""A workspace that is open, on a worker whose jobs run as plain children: what the history sees of the world."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from zope.interface import implementer

from sagews.backend.history.interfaces import IDocumentTexts
from sagews.backend.history.service import Histories
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.backend.workers.pool import Hosts
from sagews.errors import SagewsError
from sagews.interfaces.files import IWorkspaceFiles
from sagews.interfaces.sessions import ISessionHost
from sagews.launcher.resources.home_names import HomeNames
from sagews.model.history import Commit, SaveReport, Snapshot, VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.model.sessions import Isolation, Limits, WorkerInfo
from sagews.net.memory_file import MemoryFile
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import DISK_FAILED, DISK_FULL, SnapshotRequest
from sagews.wire.launcher import READ
from sagews.worker.epochs import Epochs
from sagews.worker.files.homes import HomeFiles
from tests.history.running import JobFailed, run_program
from tests.worker.fakes import FakeLauncher


class ProgramLauncher(FakeLauncher):
    """Runs jobs at once, on homes below `root` that have the launcher's names; opens no sessions.

    Attributes:
        broken: by job, what happens in a home just before its program runs; raises what the launcher would say.
    """

    level = "none"

    def __init__(self, root: Path) -> None:
        super().__init__(Clock())
        self.root = root
        self.broken: dict[str, Callable[[Path], object]] = {}

    @cached_property
    def names(self) -> HomeNames:
        """The homes by name."""
        return HomeNames(os.open(self.root, os.O_RDONLY | os.O_DIRECTORY), None)

    def output_of(self, job: str, workspace: WorkspaceId | None, access: str, input: bytes) -> bytes:
        """Run a program; a failure is what the real one makes of it."""
        home = None if workspace is None else self.root / self.names.enter(workspace, access)
        if home is not None and job in self.broken:
            self.broken[job](home)
        try:
            output = run_program(job, input, home)
        except JobFailed as error:
            code = {DISK_FULL: "disk-full", DISK_FAILED: "disk-failed"}.get(error.status, "internal")
            raise SagewsError(code, correlation=str(error)) from error
        if workspace is not None and access != READ:
            self.names.settle(workspace)
        return output

    async def forget(self, workspace: WorkspaceId) -> None:
        """Remove a home."""
        aside = self.names.set_aside(workspace)
        if aside is not None:
            shutil.rmtree(self.root / aside)


@implementer(IWorkspaceFiles)
class Worker:
    """A worker that has files alone; `lost` makes it answer like one whose link is gone."""

    info = WorkerInfo("w1", Isolation.NONE, ("python",), {}, 0, 10)

    def __init__(self, launcher: ProgramLauncher) -> None:
        self.launcher = launcher
        self.homes = HomeFiles(launcher, Limits(), Epochs(), lambda workspace: False)
        self.files = self
        self.snapshots: list[tuple[str | None, int]] = []
        self.lost = False

    async def restore(
        self, workspace: WorkspaceId, epoch: int, parcel: MemoryFile, *, replace: bool = False, account: str = ""
    ) -> None:
        """Lay out files."""
        self._check_link()
        await self.homes.restore(workspace, epoch, parcel, replace=replace, account=account)

    async def snapshot(
        self, workspace: WorkspaceId, epoch: int, request: SnapshotRequest, *, account: str = ""
    ) -> Snapshot:
        """Take files."""
        self._check_link()
        taken = await self.homes.snapshot(workspace, epoch, request, account=account)
        self.snapshots.append((request.have, len(taken.bundle)))
        return taken

    async def usage(self, workspace: WorkspaceId, epoch: int) -> HomeUsage | None:
        """Measure a home."""
        self._check_link()
        return await self.homes.usage(workspace, epoch)

    async def forget(self, workspace: WorkspaceId, epoch: int) -> None:
        """Remove a home."""
        self._check_link()
        await self.homes.forget(workspace, epoch)

    def _check_link(self) -> None:
        if self.lost:
            raise SagewsError("worker-lost")


@implementer(IDocumentTexts)
class Documents:
    """The documents of one open workspace: a dictionary."""

    def __init__(self) -> None:
        self.texts_by_path: dict[str, str] = {}
        self.held: Deferred[None] | None = None
        self.settled = 0
        self.put: list[VersionOutput] = []

    async def texts(self) -> Mapping[str, str]:
        """Return the documents, when the test lets it."""
        if self.held is not None:
            await self.held
        return dict(self.texts_by_path)

    async def put_texts(self, user: UserId, texts: Mapping[str, str], removed: Sequence[str]) -> None:
        """Change the documents."""
        self.texts_by_path.update(texts)
        for path in removed:
            self.texts_by_path.pop(path, None)

    async def settle(self) -> None:
        """Have nothing to commit."""
        self.settled += 1

    async def put_outputs(self, user: UserId, outputs: Sequence[VersionOutput]) -> None:
        """Note them."""
        self.put.extend(outputs)


class Live:
    """A workspace that one backend has open: its documents, its files on a worker, its history."""

    def __init__(self, histories: Histories, workspace: WorkspaceId, worker: Worker, texts: dict[str, str]) -> None:
        self.documents = Documents()
        self.documents.texts_by_path = texts
        self.told: list[Commit] = []
        self.reports: list[SaveReport] = []
        self.hosts = Hosts(Isolation.NONE, [cast(ISessionHost, worker)])

        async def lay_out(host: ISessionHost) -> None:
            await histories.lay_out(workspace, UserId("owner"), host, 1, list(self.documents.texts_by_path))

        self.files = WorkspaceFiles(workspace, UserId("owner"), 1, self.hosts, lay_out)
        self.history = histories.open(
            workspace,
            UserId("owner"),
            self.files,
            cast(IDocumentTexts, self.documents),
            self.told.append,
            self.reports.append,
        )


def datetime_of(seconds: int) -> datetime:
    """Return a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
