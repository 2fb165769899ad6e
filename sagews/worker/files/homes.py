"""The files of workspaces on this machine, reached only through one-shot jails (wire/jobs.py)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sagews.interfaces.launcher import ILauncher
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.wire.jobs import MAX_SNAPSHOT, RestoreAnswer, RestoreRequest, SnapshotAnswer, SnapshotRequest
from sagews.wire.parcels import MAX_OBJECTS

JOB_SECONDS = 120
MAX_RESTORE_ANSWER = 32 * MEBIBYTE


class Homes:
    """Lays files into homes and takes snapshots of them.

    The tree and the objects of the last answer are kept for some workspaces: the next bundle can leave them out.

    Args:
        launcher: runs the jobs.
        limits: of one job; at most the launcher's own.
        seconds: of one job.
    """

    def __init__(self, launcher: ILauncher, limits: Limits, seconds: int = JOB_SECONDS) -> None:
        self._launcher = launcher
        self._limits = limits
        self._seconds = seconds
        self._known: OrderedDict[WorkspaceId, tuple[str, tuple[str, ...]]] = OrderedDict()
        self._objects = 0

    async def restore(
        self, workspace: WorkspaceId, bundles: Sequence[bytes], commit: str | None, replace: bool, leave: Sequence[str]
    ) -> None:
        """Lay a commit's files into a home.

        Raises:
            SagewsError: what the launcher raises; `bad-value` for an answer that is out of form.
        """
        request = RestoreRequest(commit, tuple(bundles), replace, tuple(leave))
        output = await self._run("restore", workspace, request.to_bytes(), write=True, limit=MAX_RESTORE_ANSWER)
        answer = RestoreAnswer.from_bytes(output)
        if answer.tree is not None:
            self._remember(workspace, answer.tree, answer.objects)

    async def snapshot(self, workspace: WorkspaceId, files: Mapping[str, bytes], have: str | None) -> Snapshot:
        """Return a home's tree, with documents' texts in it, as a bundle.

        Raises:
            SagewsError: what the launcher raises; `bad-value` for an answer that is out of form.
        """
        tree, objects = self._known.get(workspace, ("", ()))
        known = objects if have is not None and have == tree else ()
        request = SnapshotRequest(files, have if known else None, known)
        output = await self._run("snapshot", workspace, request.to_bytes(), write=False, limit=MAX_SNAPSHOT)
        answer = SnapshotAnswer.from_bytes(output)
        self._remember(workspace, answer.tree, answer.objects)
        return Snapshot(answer.tree, answer.bundle, answer.left_out)

    async def forget(self, workspace: WorkspaceId) -> None:
        """Remove a home."""
        await self._launcher.forget(workspace)
        self._drop(workspace)

    async def _run(self, job: str, workspace: WorkspaceId, input: bytes, *, write: bool, limit: int) -> bytes:
        output: bytes = await self._launcher.run_job(
            job,
            workspace,
            write=write,
            arguments={},
            input=input,
            seconds=self._seconds,
            output_limit=limit,
            limits=self._limits,
        )
        return output

    def _remember(self, workspace: WorkspaceId, tree: str, objects: tuple[str, ...]) -> None:
        self._drop(workspace)
        self._known[workspace] = (tree, objects)
        self._objects += len(objects)
        while self._objects > MAX_OBJECTS and len(self._known) > 1:
            self._drop(next(iter(self._known)))

    def _drop(self, workspace: WorkspaceId) -> None:
        _, objects = self._known.pop(workspace, ("", ()))
        self._objects -= len(objects)
