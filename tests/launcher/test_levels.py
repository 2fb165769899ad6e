"""What is said where the jail can't be built."""

from __future__ import annotations

from pathlib import Path

from twisted.trial import unittest

from sagews.launcher.isolation import levels
from sagews.model.sessions import Isolation


class Advice(unittest.SynchronousTestCase):
    def test_settings(self) -> None:
        """The setting that forbids user namespaces is named with its remedy."""
        folder = Path(self.mktemp())
        (folder / "kernel").mkdir(parents=True)
        (folder / "kernel" / "apparmor_restrict_unprivileged_userns").write_text("1\n")
        self.assertIn("sysctl kernel.apparmor_restrict_unprivileged_userns=0", levels.advice(folder))

    def test_otherwise(self) -> None:
        """Without such a setting a container is the likely reason."""
        self.assertIn("container", levels.advice(Path(self.mktemp())))

    def test_level(self) -> None:
        """What is left is weaker than a user namespace."""
        for is_root in (True, False):
            self.assertFalse(levels.without_namespaces(is_root=is_root).suffices(Isolation.USERNS))
