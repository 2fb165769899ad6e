"""A real launcher whose homes are file systems of a fixed size: what fills one costs nobody else."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.kernel import calls
from sagews.launcher.disk import images
from sagews.model.identifiers import new_id
from sagews.wire import launcher as wire
from sagews.wire.jobs import DISK_FULL, RestoreRequest, SnapshotAnswer, SnapshotRequest
from tests.history.running import commit, contents, snapshot
from tests.launcher.harness import LIMITS, PERMITTED, Launcher, Session, descendants, eventually, served_below
from tests.launcher.support import land, launch

pytestmark = pytest.mark.slow

MEBIBYTE = 2**20
SMALL = 32 * MEBIBYTE
LITTLE = replace(LIMITS, disk=SMALL)
WRITE = """
import os
def fill():
    written = 0
    try:
        for number in range(1000):
            with open(f'big{number}', 'wb') as file:
                for _ in range(8):
                    written += file.write(bytes(2**20))
                    file.flush()
    except OSError as error:
        return error.strerror, written // 2**20
"""

WRITE_THROUGH = """
import os
def fill():
    try:
        for number in range(1000):
            with open(f'big{number}', 'wb') as file:
                for _ in range(4):
                    file.write(bytes(2**22))
                    file.flush()
                    os.fsync(file.fileno())
    except OSError as error:
        return error.strerror, number
"""


class SmallHomes(unittest.SynchronousTestCase):
    """Homes of 32 MB."""

    launcher: Launcher

    @classmethod
    def setUpClass(cls) -> None:
        """Start the launcher."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root mounts file systems")
        cls.launcher = launch(overrides={"limits": {**PERMITTED, "disk": SMALL}}, level=cls.level())

    @classmethod
    def tearDownClass(cls) -> None:
        """Stop it."""
        land(cls.launcher)

    @classmethod
    def level(cls) -> str:
        """Return the level of isolation."""
        return "auto"

    def test_the_report_says_so(self) -> None:
        """The launcher reports that homes have a fixed size."""
        self.assertEqual(self.launcher.hello.report["homes"], "images")
        self.assertNotIn("fixed size", str(self.launcher.hello.report["missing"]))

    def test_full_by_writing(self) -> None:
        """A home that is full takes no more, a neighbour writes on, and with something deleted it goes on."""
        full, other = self._open(), self._open()
        full.evaluate(WRITE)
        status, text = full.evaluate("fill()")
        self.assertEqual(status, "ok", text)
        self.assertIn("No space left", text)
        megabytes = int(text.rstrip(")").split(",")[1])
        self.assertTrue(SMALL // 2**20 - 1 <= megabytes <= SMALL // 2**20, text)
        self.assertEqual(other.evaluate("open('mine', 'wb').write(bytes(2**24))"), ("ok", str(2**24)))
        self.assertEqual(
            full.evaluate("os.unlink('big0'); open('again', 'wb').write(bytes(2**20))"), ("ok", str(2**20))
        )
        again = self._open(full.workspace)
        self.assertEqual(again.evaluate("import os; os.unlink('big1'); 6*7"), ("ok", "42"))

    def test_full_by_promises(self) -> None:
        """Room that is only promised counts, however it is asked for."""
        session = self._open()
        code = "import os\nfor n in range(5): os.posix_fallocate(os.open(f'p{n}', 66), 0, 2**23)"
        status, text = session.evaluate(code)
        self.assertEqual(status, "error")
        self.assertIn("No space left", text)
        self.assertEqual(session.evaluate("os.unlink('p0'); 1"), ("ok", "1"))

    def test_full_by_names(self) -> None:
        """Empty files are counted too."""
        session, other = self._open(), self._open()
        status, text = session.evaluate("for n in range(10**6): open(f'{n}', 'w').close()")
        self.assertEqual(status, "error")
        self.assertIn("No space left", text)
        self.assertEqual(other.evaluate("open('a', 'w').write('b')"), ("ok", "1"))
        self.assertEqual(session.evaluate("import os; os.unlink('1'); open('new', 'w').write('b')"), ("ok", "1"))

    def test_removed_files_give_their_room_back(self) -> None:
        """What a home does not need any more the host's disk has again."""
        session = self._open()
        session.evaluate("open('big', 'wb').write(__import__('os').urandom(2**24)); __import__('os').sync()")
        image = self.launcher.folder / "homes" / session.workspace
        self.assertGreaterEqual(image.stat().st_blocks * 512, 2**24)
        session.evaluate("__import__('os').unlink('big'); __import__('os').sync()")
        eventually(
            lambda: image.stat().st_blocks * 512 < 2**23, lambda: f"the image has {image.stat().st_blocks} blocks"
        )

    def test_a_home_is_whole_or_it_is_none(self) -> None:
        """What does not fit into a home is not laid out in half: no session begins and nothing is saved."""
        source = Path(tempfile.mkdtemp(prefix="source-"))
        self.addCleanup(shutil.rmtree, source)
        for number in range(5):
            (source / f"f{number}").write_bytes(os.urandom(12 * 2**20))
        version = commit(snapshot(source))
        workspace = new_id()
        restore = RestoreRequest(version.commit, (version.bundle,)).to_bytes()
        ended, _, errors = self.launcher.job("restore", restore, workspace, access=wire.FILL, limits=LITTLE)
        self.assertEqual((ended.reason, ended.status), ("exit", DISK_FULL), errors)
        session = wire.StartSession(new_id(), workspace, "python", LITTLE)
        self.assertEqual(self.launcher.refusal(session), "home-unfinished")
        for path in list(source.iterdir())[:3]:
            path.unlink()
        version = commit(snapshot(source))
        restore = RestoreRequest(version.commit, (version.bundle,)).to_bytes()
        ended, _, errors = self.launcher.job("restore", restore, workspace, access=wire.FILL, limits=LITTLE)
        self.assertEqual((ended.reason, ended.status), ("exit", 0), errors)
        self.assertEqual(contents(self.launcher.home(workspace)), contents(source))
        _, output, _ = self.launcher.job("snapshot", SnapshotRequest({}).to_bytes(), workspace, limits=LITTLE)
        self.assertEqual(SnapshotAnswer.from_bytes(output).tree, snapshot(source).tree)

    def test_forgotten(self) -> None:
        """A home that is forgotten leaves no file, no mount and no device; the next one of the workspace is empty."""
        session = self._open()
        session.evaluate("open('a', 'w').write('b')")
        session.close()
        self.launcher.ask(wire.RemoveHome(1, session.workspace))
        self.launcher.expect(wire.HomeRemoved, request=1)
        homes = self.launcher.folder / "homes"
        self.assertEqual([path.name for path in homes.glob(f"*{session.workspace}*")], [])
        eventually(lambda: session.workspace not in str(served_below(homes)), lambda: "a device is left")
        self.assertEqual(self._open(session.workspace).evaluate("import os; 'a' in os.listdir('.')"), ("ok", "False"))

    def test_more_than_are_ready(self) -> None:
        """Many workspaces that begin at one moment get a home each."""
        sessions = [self._open() for _ in range(9)]
        for number, session in enumerate(sessions):
            self.assertEqual(session.evaluate(f"open('n', 'w').write('{number}')"), ("ok", "1"))
        texts = [session.evaluate("open('n').read()")[1] for session in sessions]
        self.assertEqual(texts, [repr(str(number)) for number in range(9)])

    def _open(self, workspace: str | None = None) -> Session:
        session = self.launcher.open("python", workspace or new_id(), LITTLE)
        self.addCleanup(session.sock.close)
        return session


class SmallHomesWithoutGroups(SmallHomes):
    """The same at the level `namespaces`."""

    @classmethod
    def level(cls) -> str:
        """Return the level of isolation."""
        return "namespaces"


class Lives(unittest.SynchronousTestCase):
    """What is left of homes when the launcher is gone, and what is found again."""

    def setUp(self) -> None:
        """Only root mounts."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root mounts file systems")

    def test_killed(self) -> None:
        """A launcher that is killed leaves no device in use; the one after it finds the homes as they were."""
        launcher = launch()
        homes, workspace = launcher.folder / "homes", new_id()
        session = launcher.open("python", workspace)
        session.evaluate("open('a', 'w').write('kept')")
        self.assertEqual(len([each for each in served_below(homes) if workspace in each]), 1)
        os.kill(descendants(launcher.process.pid)[1], signal.SIGKILL)
        session.sock.close()
        launcher.expect(wire.LauncherDied)
        launcher.ask(wire.Configure({"python": 2}, "userns"))
        launcher.expect(wire.LauncherInfo)
        self.assertEqual(launcher.open("python", workspace).evaluate("open('a').read()"), ("ok", "'kept'"))
        launcher.process.kill()
        launcher.process.wait()
        eventually(lambda: not served_below(homes), lambda: f"devices are left: {served_below(homes)}")
        land(launcher)

    def test_a_folder_of_before(self) -> None:
        """A home that an earlier version made as a folder is used as it is, until it is removed."""
        folder = Path(tempfile.mkdtemp(prefix="homes-"))
        self.addCleanup(shutil.rmtree, folder)
        workspace = new_id()
        before = launch(overrides={"homes": str(folder), "disk": {"images": False, "reserve": 0, "homes": 0}})
        before.open("python", workspace).evaluate("open('a', 'w').write('kept')")
        self.assertTrue((folder / workspace).is_dir())
        land(before)
        launcher = launch(overrides={"homes": str(folder)})
        session = launcher.open("python", workspace)
        self.assertEqual(session.evaluate("open('a').read()"), ("ok", "'kept'"))
        session.close()
        launcher.ask(wire.RemoveHome(1, workspace))
        launcher.expect(wire.HomeRemoved, request=1)
        launcher.open("python", workspace).close()
        self.assertTrue((folder / workspace).is_file())
        land(launcher)

    def test_not_wanted(self) -> None:
        """Where the operator does not want them, homes are folders, and nobody is told that something is missing."""
        launcher = launch(overrides={"disk": {"images": False, "reserve": 0, "homes": 0}})
        self.assertEqual(launcher.hello.report["homes"], "folders")
        self.assertNotIn("fixed size", str(launcher.hello.report["missing"]))
        land(launcher)


class NearlyFull(unittest.SynchronousTestCase):
    """Homes on a small disk of which a part has to stay free."""

    def test_who_fills_is_held(self) -> None:
        """Who fills the disk gets no more of it; room stays for the database; others write, the culprit deletes."""
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root mounts file systems")
        folder = Path(tempfile.mkdtemp(prefix="disk-"))
        self.addCleanup(shutil.rmtree, folder)
        images.make_template(folder, 700 * MEBIBYTE, 0)
        disk = folder / "disk"
        disk.mkdir()
        images.mount_new(folder, "image", disk)
        self.addCleanup(calls.unmount, str(disk))
        reserve = 400 * MEBIBYTE
        launcher = launch(
            overrides={
                "homes": str(disk / "homes"),
                "limits": {**PERMITTED, "disk": 512 * MEBIBYTE},
                "disk": {"images": True, "reserve": reserve, "homes": 0},
            }
        )
        limits = replace(LIMITS, disk=512 * MEBIBYTE)
        culprit, other = (launcher.open("python", new_id(), limits) for _ in range(2))
        culprit.evaluate(WRITE_THROUGH)
        status, text = culprit.evaluate("fill()")
        self.assertEqual(status, "ok", text)
        self.assertIn("No space left", text)
        report = launcher.expect(wire.DiskReport, fits=is_held(culprit.workspace))
        self.assertNotIn(other.workspace, [name for name, usage in report.homes.items() if usage.held])
        # What was written before anybody looked again is gone from the reserve, and no more.
        self.assertGreater(os.statvfs(disk).f_bavail * 4096, reserve // 4)
        self.assertEqual(other.evaluate("open('mine', 'wb').write(bytes(2**21))"), ("ok", str(2**21)))
        self.assertEqual(culprit.evaluate("for n in range(20): os.unlink(f'big{n}')\nos.sync(); 1"), ("ok", "1"))
        launcher.expect(wire.DiskReport, fits=is_free(culprit.workspace))
        self.assertEqual(culprit.evaluate("open('more', 'wb').write(bytes(2**23))"), ("ok", str(2**23)))
        land(launcher)


def is_held(workspace: str) -> Callable[[wire.DiskReport], bool]:
    """Return whether a report says that a home may not grow."""
    return lambda report: workspace in report.homes and report.homes[workspace].held


def is_free(workspace: str) -> Callable[[wire.DiskReport], bool]:
    """Return whether a report says that a home may grow."""
    return lambda report: workspace in report.homes and not report.homes[workspace].held
