"""One-shot jobs through a real launcher: their descriptors, their folders, their deadline."""

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
from tests.launcher.harness import LIMITS, command, descendants
from tests.launcher.support import SharedLauncher, land, launch, ordinary_uid

pytestmark = pytest.mark.slow


class Jobs(SharedLauncher):
    def test_descriptors(self) -> None:
        """A job reads its standard input, and what it complains of comes out of its standard error."""
        for job in wire.JOBS:
            access = wire.FILL if job == "restore" else wire.READ
            workspace = new_id() if job in ("restore", "snapshot") else None
            if job == "snapshot":
                self.launcher.open("python", workspace).close()
            ended, output, errors = self.launcher.job(job, b"no parcel", workspace, access=access)
            self.assertEqual((ended.reason, ended.status), ("exit", 1), errors)
            self.assertEqual(output, b"")
            self.assertIn(b"SagewsError", errors)

    def test_deadline(self) -> None:
        """A job that does not end in time is ended and says so."""
        id = new_id()
        never, keep_open = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        request = wire.StartJob(id, "check", None, "read", {}, 1, LIMITS)
        self.launcher.ask(request, [never, null, null])
        self.launcher.expect(wire.Started, id=id)
        self.assertEqual(self.launcher.expect(wire.Exited, 5, id=id).reason, "deadline")
        for descriptor in (never, keep_open, null):
            os.close(descriptor)

    def test_kill(self) -> None:
        """A job can be killed like a session."""
        id = new_id()
        never, keep_open = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        self.launcher.ask(wire.StartJob(id, "check", None, "read", {}, 60, LIMITS), [never, null, null])
        self.launcher.expect(wire.Started, id=id)
        self.launcher.ask(wire.Signal(id, "KILL"))
        self.assertEqual(self.launcher.expect(wire.Exited, 5, id=id).reason, "killed")
        for descriptor in (never, keep_open, null):
            os.close(descriptor)

    def test_level_is_proven(self) -> None:
        """Before hello the launcher has probed a jail from inside, and every probe was safe."""
        result = self.launcher.hello.report["self_test"]
        self.assertGreaterEqual(result["safe"], 25)
        self.assertEqual(result["unsafe"], [])

    def test_zygotes_are_not_root(self) -> None:
        """No zygote is root of the machine: each has a user namespace of its own."""
        own = os.readlink("/proc/self/ns/user")
        zygotes = [pid for pid in descendants(self.launcher.process.pid) if "session/zygote/main.py" in command(pid)]
        self.assertGreaterEqual(len(zygotes), 4)
        for pid in zygotes:
            self.assertNotEqual(_uid(pid), 0)
            self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/user"), own)


def _uid(pid: int) -> int:
    """Return the real uid of a process, as the host sees it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Uid:")))


class WithoutMaps(unittest.SynchronousTestCase):
    def test_homes_that_cannot_be_mapped(self) -> None:
        """On a file system that can't map owners sessions share the storage uid, each in namespaces of its own."""
        if os.geteuid() != 0:
            return
        folder = Path(tempfile.mkdtemp(prefix="overlay-"))
        for name in ("lower", "upper", "work", "homes"):
            (folder / name).mkdir()
        options = f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work"
        calls.mount("overlay", str(folder / "homes"), "overlay", 0, options)
        try:
            launcher = launch(overrides={"homes": str(folder / "homes")})
            self.assertIn("idmapped", str(launcher.hello.report["missing"]))
            self.assertEqual(launcher.hello.report["self_test"]["unsafe"], [])
            workspace = new_id()
            one, two = launcher.open("python", workspace), launcher.open("python", workspace)
            one.evaluate("open('a', 'w').write('shared')")
            self.assertEqual(two.evaluate("open('a').read()"), ("ok", "'shared'"))
            self.assertEqual((launcher.home(workspace) / "a").stat().st_uid, launcher.hello.uids[0])
            self.assertEqual(one.close().reason, "exit")
            self.assertEqual(two.close().reason, "exit")
            launcher.ask(wire.RemoveHome(1, workspace))
            launcher.expect(wire.HomeRemoved, request=1)
            land(launcher)
        finally:
            calls.unmount(str(folder / "homes"))
            shutil.rmtree(folder)


class JobsOfAUser(Jobs):
    """The same at the level of an ordinary user."""

    @classmethod
    def uid(cls) -> int | None:
        """Return an ordinary uid."""
        return ordinary_uid()
