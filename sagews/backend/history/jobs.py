"""The one-shot jobs of a backend's own launcher: git objects are checked and compared there and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from twisted.internet.interfaces import IReactorTime

from sagews.backend.history.bundles import HeldBlobs, StoredBundles, parcel
from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher
from sagews.model.history import Snapshot
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.net.memory_file import MemoryFile
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
LIMITS = Limits(
    memory=1024 * MEBIBYTE,
    processes=32,
    file=256 * MEBIBYTE,
    home=768 * MEBIBYTE,
    cpu_seconds=SECONDS,
    # They have no home on disk, so the least that any operator may allow does.
    disk=16 * MEBIBYTE,
)


class HistoryJobs:
    """Runs jobs without any home.

    Args:
        clock: gives others their turns while what goes into a job is copied.
        launcher: of this backend.
        limits: of one job; its scratch folder has the size `home`.
        seconds: after which a job is ended.
        account: in whose line the jobs wait.
    """

    def __init__(
        self,
        clock: IReactorTime,
        launcher: ILauncher,
        limits: Limits = LIMITS,
        seconds: int = SECONDS,
        account: str = "",
    ) -> None:
        self._clock = clock
        self._launcher = launcher
        self._limits = limits
        self._seconds = seconds
        self._account = account

    def of(self, account: str) -> HistoryJobs:
        """Return the same, for jobs that wait in an account's line."""
        return HistoryJobs(self._clock, self._launcher, self._limits, self._seconds, account)

    async def commit(self, request: CommitRequest, bundles: StoredBundles) -> CommitAnswer:
        """Check a tree and return the bundle of our commit of it.

        Args:
            request: without the bundles.
            bundles: what it needs.

        Raises:
            SagewsError: `internal` when the tree or a bundle is refused, or the jail names another commit than we do;
                `limit` for more than the jail has room for.
        """
        output = await self._run_with(bundles, "commit", request.opening(bundles.sizes), MAX_SNAPSHOT, request.ours)
        answer = CommitAnswer.from_bytes(output)
        if answer.commit != commit_id(request.text):
            raise SagewsError("internal", correlation=answer.commit)
        return answer

    async def difference(self, version: str, against: str | None, bundles: StoredBundles) -> DiffAnswer:
        """Compare two commits, or one with nothing; raises SagewsError `limit` for more than the jail has room for."""
        opening = DiffRequest(version, against, ()).opening(bundles.sizes)
        return DiffAnswer.from_bytes(await self._run_with(bundles, "diff", opening, MAX_DIFFERENCE + 4 * MEBIBYTE))

    async def worksheets(self, version: str, bundles: StoredBundles, also: Iterable[str] = ()) -> Mapping[str, str]:
        """Return path → text of the worksheets in a commit, and of `also`: notebooks that are worksheets.

        Raises:
            SagewsError: `limit` beyond a job's room.
        """
        opening = CheckRequest(version, (), tuple(also)).opening(bundles.sizes)
        return _texts(await self._run_with(bundles, "check", opening, MAX_SNAPSHOT))

    async def snapshot(self, files: Mapping[str, bytes]) -> Snapshot:
        """Return the tree of documents alone, for a workspace that has no other files."""
        answer = SnapshotAnswer.from_bytes(await self._run("snapshot", SnapshotRequest(files).to_bytes(), MAX_SNAPSHOT))
        return Snapshot(answer.tree, answer.bundle, answer.left_out)

    async def _run_with(
        self, bundles: StoredBundles, job: str, opening: bytes, limit: int, ours: Sequence[bytes | memoryview] = ()
    ) -> bytes:
        """Run a job on blobs and bundles, which go into a file that it gets; raises SagewsError `limit`."""
        if sum(bundles.sizes) > self._limits.home:
            advice = "Save a version with fewer or smaller files."
            raise SagewsError("limit", limit=f"{self._limits.home // MEBIBYTE} MiB of history at once", advice=advice)
        async with parcel(job, opening, HeldBlobs(self._clock, ours), bundles) as file:
            return await self._run(job, file, limit)

    async def _run(self, job: str, data: bytes | MemoryFile, limit: int) -> bytes:
        output: bytes = await self._launcher.run_job(
            job,
            None,
            access=READ,
            arguments={},
            input=data,
            seconds=self._seconds,
            output_limit=limit,
            limits=self._limits,
            account=self._account,
        )
        return output


def _texts(output: bytes) -> Mapping[str, str]:
    answer = CheckAnswer.from_bytes(output)
    return {path: text.decode("utf-8", "replace") for path, text in answer.files.items()}
