"""A real launcher whose homes are folders and lie on a small disk that fills up."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.kernel import calls
from sagews.model.identifiers import new_id
from sagews.wire import launcher as wire
from sagews.wire.jobs import DISK_FULL, RestoreRequest, SnapshotAnswer, SnapshotRequest
from tests.history.running import commit, contents, snapshot
from tests.launcher.harness import LIMITS
from tests.launcher.support import land, launch

pytestmark = pytest.mark.slow

UNFINISHED = "home-unfinished"


class FullDisk(unittest.SynchronousTestCase):
    """Homes as folders on a file system of two megabytes."""

    def test_a_home_is_whole_or_it_is_none(self) -> None:
        """With a full disk nothing is laid out, no session begins and nothing is saved; with space it is whole."""
        if os.geteuid() != 0:
            return
        folder = Path(tempfile.mkdtemp(prefix="small-"))
        homes, source = folder / "homes", folder / "source"
        homes.mkdir()
        source.mkdir()
        calls.mount("tmpfs", str(homes), "tmpfs", 0, "size=2m")
        launcher = launch(overrides={"homes": str(homes), "disk": {"images": False, "reserve": 0, "homes": 0}})
        try:
            for number in range(20):
                (source / f"f{number}").write_bytes(os.urandom(50_000))
            version = commit(snapshot(source))
            restore = RestoreRequest(version.commit, (version.bundle,)).to_bytes()
            workspace = new_id()
            (homes / "ballast").write_bytes(bytes(1_200_000))
            ended, _, errors = launcher.job("restore", restore, workspace, access=wire.FILL)
            self.assertEqual((ended.reason, ended.status), ("exit", DISK_FULL), errors)
            session = wire.StartSession(new_id(), workspace, "python", LIMITS)
            self.assertEqual(launcher.refusal(session), UNFINISHED)
            job = wire.StartJob(new_id(), "snapshot", workspace, wire.READ, {}, 30, LIMITS)
            self.assertEqual(launcher.refusal(job), UNFINISHED)
            (homes / "ballast").unlink()
            ended, _, errors = launcher.job("restore", restore, workspace, access=wire.FILL)
            self.assertEqual((ended.reason, ended.status), ("exit", 0), errors)
            self.assertEqual(contents(homes / workspace), contents(source))
            _, output, _ = launcher.job("snapshot", SnapshotRequest({}).to_bytes(), workspace)
            self.assertEqual(SnapshotAnswer.from_bytes(output).tree, snapshot(source).tree)
        finally:
            land(launcher)
            calls.unmount(str(homes))
            shutil.rmtree(folder)
