"""Homes that nobody uses for a while: unmounted, and there again with their files when somebody comes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.kernel import calls
from sagews.launcher import errands
from sagews.launcher.disk.home_images import HomeImages
from sagews.launcher.loop import EventLoop
from tests.launcher.harness import served_below

pytestmark = pytest.mark.slow


class Resting(unittest.SynchronousTestCase):
    """Images in a mount namespace of a process of the test's own."""

    def test_rest_and_come_back(self) -> None:
        """What nobody used between two looks is unmounted; who comes finds the files; what is used stays."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root mounts file systems")
        base = Path(tempfile.mkdtemp(prefix="homes-"))
        self.addCleanup(shutil.rmtree, base)
        self.assertEqual(os.waitpid(errands.begin(lambda: rest_and_come_back(base)), 0)[1], 0)


def rest_and_come_back(base: Path) -> None:
    """Let two homes rest, one of which is used; raises AssertionError where something is wrong."""
    calls.unshare(calls.CLONE_NEWNS)
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    loop = EventLoop()
    homes = HomeImages(base, 1000, 64 * 2**20, loop)
    wait_for(loop, homes.begin)
    for workspace in ("one", "two"):
        wait_for(loop, lambda told, workspace=workspace: homes.reserve(workspace, told))
        homes.take(workspace, workspace)
        (homes.mounted[workspace].point / "file").write_text(workspace)
    for _ in range(2):
        homes.let_rest(lambda workspace: workspace == "two")
    if list(homes.mounted) != ["two"]:
        raise AssertionError(homes.mounted)
    wait_for(loop, lambda told: homes.open("one", "one", told))
    for workspace in ("one", "two"):
        text = (homes.mounted[workspace].point / "file").read_text()
        if text != workspace:
            raise AssertionError(text)
    served = [path for path in served_below(base) if path.endswith(("one", "two"))]
    if len(served) != 2:
        raise AssertionError(served)


def wait_for(loop: EventLoop, begin: Callable[[Callable[[int], None]], None]) -> None:
    """Begin something and run the loop until it tells 0."""
    told: list[int] = []

    def take(status: int) -> None:
        told.append(status)
        loop.stop()

    begin(take)
    if not told:
        loop.run()
    if told != [0]:
        raise AssertionError(told)
