"""Cgroups of both versions, over a folder that looks like the kernel's."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial import unittest

from sagews.launcher.resources.cgroups import SHARE_OF_MEMORY, SOCKET_BUFFERS, Group, Groups
from sagews.model.sessions import Limits


class Files(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Make an empty folder."""
        self.base = Path(self.mktemp()).absolute()
        self.base.mkdir()

    def test_version_2(self) -> None:
        """Bounds go to, and counts come from, the unified hierarchy's files."""
        group = Group(dict.fromkeys(("memory", "pids"), self.base / "s1"), unified=True)
        group.create()
        group.limit(Limits(memory=1000, processes=5))
        folder = self.base / "s1"
        self.assertEqual((folder / "memory.max").read_text(), "1000")
        self.assertEqual((folder / "pids.max").read_text(), "6")
        (folder / "memory.current").write_text("10\n")
        (folder / "memory.peak").write_text("20\n")
        (folder / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
        (folder / "memory.events").write_text("low 0\noom 2\noom_kill 1\n")
        readings = group.read()
        self.assertEqual((readings.memory, readings.peak, readings.cpu_seconds), (10, 20, 1.5))
        self.assertEqual(readings.killed_for_memory, 1)

    def test_version_1(self) -> None:
        """Bounds go to each controller's own hierarchy."""
        folders = {name: self.base / name for name in ("memory", "pids", "cpuacct")}
        group = Group(folders, unified=False)
        group.create()
        group.limit(Limits(memory=1000, processes=5))
        self.assertEqual((folders["memory"] / "memory.limit_in_bytes").read_text(), "1000")
        self.assertEqual((folders["pids"] / "pids.max").read_text(), "6")
        (folders["memory"] / "memory.usage_in_bytes").write_text("10\n")
        (folders["memory"] / "memory.max_usage_in_bytes").write_text("20\n")
        (folders["memory"] / "memory.oom_control").write_text("under_oom 0\noom_kill 3\n")
        (folders["cpuacct"] / "cpuacct.usage").write_text("2500000000\n")
        readings = group.read()
        self.assertEqual((readings.peak, readings.cpu_seconds, readings.killed_for_memory), (20, 2.5, 3))

    def test_sum_of_memory(self) -> None:
        """All sessions together leave a part of the machine's memory to the daemon and to everything else."""
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        for unified, name in ((False, "memory.limit_in_bytes"), (True, "memory.max")):
            folder = self.base / name
            Groups(dict.fromkeys(("memory", "pids"), folder), unified=unified)
            self.assertEqual(int((folder / name).read_text()), int(whole * SHARE_OF_MEMORY))

    def test_socket_buffers(self) -> None:
        """Where TCP buffers are not part of a group's memory, they have a bound of their own."""
        folders = {name: self.base / name for name in ("memory", "pids")}
        Group(folders, unified=False).create()
        self.assertEqual((folders["memory"] / "memory.kmem.tcp.limit_in_bytes").read_text(), str(SOCKET_BUFFERS))
