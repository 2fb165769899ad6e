"""Runs the jobs' programs as plain children, and makes hostile homes, for the tests beside it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import sagews.session.jobs as jobs
from sagews.session.jobs.repository.objects import name_of
from sagews.wire.jobs import (
    CheckAnswer,
    CheckRequest,
    CommitAnswer,
    CommitRequest,
    DiffAnswer,
    DiffRequest,
    RestoreAnswer,
    RestoreRequest,
    SnapshotAnswer,
    SnapshotRequest,
)

FOLDER = Path(jobs.__file__).parent


class JobFailed(Exception):
    """The program ended with a status that is not zero; the message is what it said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def run_program(job: str, data: bytes, home: Path | None = None) -> bytes:
    """Run a job's program as the jail does, with a home and a scratch folder of its own."""
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-I", str(FOLDER / f"{job}.py"), "{}", str(home or empty), scratch]
        done = subprocess.run(command, input=data, capture_output=True, env={}, cwd=scratch, timeout=60)
    if done.returncode != 0:
        raise JobFailed(done.returncode, done.stderr.decode())
    return done.stdout


def snapshot(
    home: Path | None, files: Mapping[str, bytes] | None = None, have: str | None = None, known: Sequence[str] = ()
) -> SnapshotAnswer:
    """Run "snapshot"."""
    request = SnapshotRequest(files or {}, have, tuple(known))
    return SnapshotAnswer.from_bytes(run_program("snapshot", request.to_bytes(), home))


def commit_text(tree: str, parent: str | None = None, time: int = 0) -> bytes:
    """A commit object."""
    parents = f"parent {parent}\n" if parent else ""
    return f"tree {tree}\n{parents}author a <a@b> {time} +0000\ncommitter a <a@b> {time} +0000\n\nx\n".encode()


def commit(
    taken: SnapshotAnswer, parent: str | None = None, bundles: Sequence[bytes] = (), *, full: bool = False
) -> CommitAnswer:
    """Run "commit"."""
    text = commit_text(taken.tree, parent)
    request = CommitRequest(taken.tree, parent, text, taken.bundle, tuple(bundles), full=full)
    answer = CommitAnswer.from_bytes(run_program("commit", request.to_bytes()))
    assert answer.commit == name_of("commit", text)
    return answer


def restore(
    home: Path, commit: str | None, bundles: Sequence[bytes], *, replace: bool = False, leave: Sequence[str] = ()
) -> RestoreAnswer:
    """Run "restore"."""
    request = RestoreRequest(commit, tuple(bundles), replace, tuple(leave))
    return RestoreAnswer.from_bytes(run_program("restore", request.to_bytes(), home))


def diff(version: str, against: str | None, bundles: Sequence[bytes]) -> DiffAnswer:
    """Run "diff"."""
    return DiffAnswer.from_bytes(run_program("diff", DiffRequest(version, against, tuple(bundles)).to_bytes()))


def check(version: str, bundles: Sequence[bytes]) -> Mapping[str, bytes]:
    """Run "check"."""
    return CheckAnswer.from_bytes(run_program("check", CheckRequest(version, tuple(bundles)).to_bytes())).files


def contents(home: Path) -> dict[str, bytes | str]:
    """Everything in a home but our own folder: bytes of files, targets of links."""
    return {
        str(path.relative_to(home)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(home.rglob("*"))
        if (path.is_symlink() or path.is_file()) and ".sagews" not in path.parts
    }
