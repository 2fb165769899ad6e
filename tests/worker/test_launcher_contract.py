"""The launcher's client, with real jails behind it, and the fake of the worker's tests keep one contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from sagews.wire.jobs import SnapshotAnswer
from tests.contracts.launcher import LauncherContract
from tests.worker.fakes import FakeLauncher
from tests.worker.real_launcher import real_launcher


class FakeLauncherContractTests(LauncherContract, TestCase):
    """In this process."""

    async def make_launcher(self) -> Any:
        """Return a launcher that has one answer for jobs."""
        launcher = FakeLauncher(reactor)
        launcher.answers.append(SnapshotAnswer("0" * 40, (), (), b"").to_bytes())
        self.addCleanup(lambda: [launcher.end(session, "killed", -9) for session in list(launcher.listeners)])
        return launcher


@pytest.mark.slow
class RealLauncherContractTests(LauncherContract, TestCase):
    """A process with jails."""

    async def make_launcher(self) -> Any:
        """Return the client of a launcher that ends with the test."""
        deaths: list[str] = []
        launcher = real_launcher(reactor, Path(self.mktemp()).absolute(), deaths.append)
        launcher.start_privileged()
        self.addCleanup(launcher.stop)
        await launcher.started()
        self.addCleanup(lambda: self.assertEqual(deaths, []))
        return launcher
