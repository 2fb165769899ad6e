"""Launchers that test cases share, at the level of whoever runs the tests and as an ordinary user."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twisted.trial import unittest

from sagews.wire import launcher as wire
from tests.launcher.harness import NOBODY, PACKAGE, Launcher
from tests.session.support import interpreter


def launch(
    uid: int | None = None,
    spare: int = 2,
    overrides: Mapping[str, Any] | None = None,
    level: str = "auto",
    flavour: str = "python",
) -> Launcher:
    """Start a launcher with one flavour in a new folder and wait until both can serve."""
    folder = Path(tempfile.mkdtemp(prefix="launcher-"))
    folder.chmod(0o755)
    flavours = {flavour: interpreter(flavour)}
    launcher = Launcher(folder, flavours, {flavour: spare}, wanted=level, uid=uid, overrides=overrides)
    launcher.hello = launcher.expect(wire.LauncherInfo)
    launcher.expect(wire.FlavourState, flavour=flavour, state="loading")
    state = launcher.expect(wire.FlavourState, flavour=flavour)
    if state.state != "ready":
        raise AssertionError(state.reason)
    return launcher


def land(launcher: Launcher) -> int:
    """Stop a launcher, remove its folder, return its exit status."""
    status = launcher.stop()
    for base, folders, _ in os.walk(launcher.folder):
        for path in (Path(base, name) for name in folders):
            # A session may have closed a folder to everybody, which ordinary users can't remove then.
            if not path.is_symlink() and path.stat().st_uid == os.geteuid():
                path.chmod(0o700)
    shutil.rmtree(launcher.folder)
    return status


def ordinary_uid() -> int | None:
    """Return the uid to start a launcher with, so that it is an ordinary user's; None if we are one.

    Raises:
        SkipTest: when the project or its interpreters lie below a folder that only we may enter.
    """
    if os.geteuid() != 0:
        return None
    for path in (PACKAGE, Path(os.path.realpath(sys.executable)), Path(interpreter("python"))):
        if not all(parent.stat().st_mode & 0o001 for parent in path.absolute().parents):
            raise unittest.SkipTest(f"an ordinary user can't reach {path}")
    return NOBODY


class SharedLauncher(unittest.SynchronousTestCase):
    """Test cases that share one launcher at the best level of whoever runs them."""

    launcher: Launcher

    @classmethod
    def uid(cls) -> int | None:
        """Return the uid of the launcher's user; None for ours."""
        return None

    @classmethod
    def setUpClass(cls) -> None:
        """Start the launcher."""
        cls.launcher = launch(cls.uid())

    @classmethod
    def tearDownClass(cls) -> None:
        """Stop it."""
        land(cls.launcher)

    @property
    def level(self) -> str:
        """The level that was reached."""
        return self.launcher.hello.level
