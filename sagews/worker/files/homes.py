"""The files of workspaces on this machine, reached only through one-shot jails (wire/jobs.py)."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.files import IWorkspaceFiles
from sagews.interfaces.launcher import ILauncher
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.net.memory_file import MemoryFile
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import (
    MAX_READ,
    MAX_SNAPSHOT,
    ReadAnswer,
    ReadRequest,
    RestoreAnswer,
    SnapshotAnswer,
    SnapshotRequest,
)
from sagews.wire.launcher import CHANGE, FILL, READ
from sagews.wire.parcels import MAX_OBJECTS
from sagews.worker.epochs import Epochs

JOB_SECONDS = 120
MAX_RESTORE_ANSWER = 32 * MEBIBYTE
# What an answer has beside a part of a file.
HEADER = 4096


@implementer(IWorkspaceFiles)
class HomeFiles:
    """Lays files into homes and takes snapshots of them.

    The tree and the objects of the last answer are kept for some workspaces: the next bundle can leave them out.

    Args:
        launcher: runs the jobs.
        limits: of one job; at most the launcher's own.
        epochs: shared with the sessions of this worker.
        in_use: whether a session uses a home, which then can't be removed.
        seconds: of one job.
    """

    def __init__(
        self,
        launcher: ILauncher,
        limits: Limits,
        epochs: Epochs,
        in_use: Callable[[WorkspaceId], bool],
        seconds: int = JOB_SECONDS,
    ) -> None:
        self._launcher = launcher
        self._limits = limits
        self._epochs = epochs
        self._in_use = in_use
        self._seconds = seconds
        self._known: OrderedDict[WorkspaceId, tuple[str, tuple[str, ...]]] = OrderedDict()
        self._objects = 0

    async def restore(
        self, workspace: WorkspaceId, epoch: int, parcel: MemoryFile, *, replace: bool = False, account: str = ""
    ) -> None:
        """See IWorkspaceFiles. Only the job in its jail unpacks the parcel, so its form is checked there.

        Raises:
            SagewsError: also `bad-value` for an answer that is out of form.
        """
        self._epochs.see(workspace, epoch)
        access = CHANGE if replace else FILL
        try:
            output = await self._run(
                "restore", workspace, parcel, access=access, limit=MAX_RESTORE_ANSWER, account=account
            )
        except SagewsError as error:
            if error.code == "home-whole":
                return
            raise
        answer = RestoreAnswer.from_bytes(output)
        if answer.tree is not None:
            self._remember(workspace, answer.tree, answer.objects)

    async def snapshot(
        self, workspace: WorkspaceId, epoch: int, request: SnapshotRequest, *, account: str = ""
    ) -> Snapshot:
        """See IWorkspaceFiles; an answer that is out of form is `bad-value`."""
        self._epochs.see(workspace, epoch)
        tree, objects = self._known.get(workspace, ("", ()))
        # What the caller calls known is not believed: only we know which objects the tree that it has holds.
        known = objects if request.have is not None and request.have == tree else ()
        asked = dataclasses.replace(request, have=request.have if known else None, known=known)
        output = await self._run(
            "snapshot", workspace, asked.to_bytes(), access=READ, limit=MAX_SNAPSHOT, account=account
        )
        answer = SnapshotAnswer.from_bytes(output)
        self._remember(workspace, answer.tree, answer.objects)
        return Snapshot(answer.tree, answer.bundle, answer.left_out)

    async def read(self, workspace: WorkspaceId, epoch: int, request: ReadRequest, *, account: str = "") -> ReadAnswer:
        """See IWorkspaceFiles; an answer that is out of form is `bad-value`."""
        self._epochs.see(workspace, epoch)
        output = await self._run(
            "read", workspace, request.to_bytes(), access=READ, limit=MAX_READ + HEADER, account=account
        )
        return ReadAnswer.from_bytes(output)

    async def usage(self, workspace: WorkspaceId, epoch: int) -> HomeUsage | None:
        """See IWorkspaceFiles."""
        self._epochs.see(workspace, epoch)
        usage: HomeUsage | None = self._launcher.home_usage(workspace)
        return usage

    async def forget(self, workspace: WorkspaceId, epoch: int) -> None:
        """See IWorkspaceFiles."""
        self._epochs.see(workspace, epoch)
        if self._in_use(workspace):
            raise SagewsError("busy")
        await self._launcher.forget(workspace)
        self._drop(workspace)

    async def _run(
        self, job: str, workspace: WorkspaceId, input: bytes | MemoryFile, *, access: str, limit: int, account: str
    ) -> bytes:
        output: bytes = await self._launcher.run_job(
            job,
            workspace,
            access=access,
            arguments={},
            input=input,
            seconds=self._seconds,
            output_limit=limit,
            limits=self._limits,
            account=account,
        )
        return output

    def _remember(self, workspace: WorkspaceId, tree: str, objects: tuple[str, ...]) -> None:
        self._drop(workspace)
        self._known[workspace] = (tree, objects)
        self._objects += len(objects)
        # Bounded by names, not by workspaces: one with a hundred thousand files takes as much memory as a thousand
        # small ones.
        while self._objects > MAX_OBJECTS and len(self._known) > 1:
            self._drop(next(iter(self._known)))

    def _drop(self, workspace: WorkspaceId) -> None:
        _, objects = self._known.pop(workspace, ("", ()))
        self._objects -= len(objects)
