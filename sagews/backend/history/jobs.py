"""The one-shot jobs of a backend's own launcher: git objects are checked and compared there and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher
from sagews.model.history import Snapshot
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.policy.history.steps import commit_id
from sagews.wire.jobs import (
    MAX_DIFFERENCE,
    MAX_SNAPSHOT,
    CheckAnswer,
    CheckRequest,
    CommitAnswer,
    CommitRequest,
    DiffAnswer,
    DiffRequest,
    SnapshotAnswer,
    SnapshotRequest,
)
from sagews.wire.launcher import READ

SECONDS = 60
LIMITS = Limits(memory=1024 * MEBIBYTE, processes=32, file=256 * MEBIBYTE, home=768 * MEBIBYTE, cpu_seconds=SECONDS)


class HistoryJobs:
    """Runs jobs without any home.

    Args:
        launcher: of this backend.
        limits: of one job; its scratch folder has the size `home`.
        seconds: after which a job is ended.
    """

    def __init__(self, launcher: ILauncher, limits: Limits = LIMITS, seconds: int = SECONDS) -> None:
        self._launcher = launcher
        self._limits = limits
        self._seconds = seconds

    async def commit(self, request: CommitRequest) -> CommitAnswer:
        """Check a tree and return the bundle of our commit of it.

        Raises:
            SagewsError: `internal` when the tree or a bundle is refused, or the jail names another commit than we do.
        """
        answer = CommitAnswer.from_bytes(await self._run("commit", request.to_bytes(), MAX_SNAPSHOT))
        if answer.commit != commit_id(request.text):
            raise SagewsError("internal", correlation=answer.commit)
        return answer

    async def difference(self, version: str, against: str | None, bundles: Sequence[bytes]) -> DiffAnswer:
        """Compare two commits, or one with nothing."""
        request = DiffRequest(version, against, tuple(bundles))
        return DiffAnswer.from_bytes(await self._run("diff", request.to_bytes(), MAX_DIFFERENCE + 4 * MEBIBYTE))

    async def worksheets(self, version: str, bundles: Sequence[bytes]) -> Mapping[str, str]:
        """Return path → text of the worksheets in a commit."""
        request = CheckRequest(version, tuple(bundles))
        answer = CheckAnswer.from_bytes(await self._run("check", request.to_bytes(), MAX_SNAPSHOT))
        return {path: text.decode("utf-8", "replace") for path, text in answer.files.items()}

    async def snapshot(self, files: Mapping[str, bytes]) -> Snapshot:
        """Return the tree of documents alone, for a workspace that has no other files."""
        answer = SnapshotAnswer.from_bytes(await self._run("snapshot", SnapshotRequest(files).to_bytes(), MAX_SNAPSHOT))
        return Snapshot(answer.tree, answer.bundle, answer.left_out)

    async def _run(self, job: str, data: bytes, limit: int) -> bytes:
        output: bytes = await self._launcher.run_job(
            job,
            None,
            access=READ,
            arguments={},
            input=data,
            seconds=self._seconds,
            output_limit=limit,
            limits=self._limits,
        )
        return output
