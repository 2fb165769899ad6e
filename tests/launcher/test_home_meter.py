"""Homes that are folders: measured while somebody uses them, and what happens when they hold too much."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.trial import unittest

from sagews.launcher import errands
from sagews.launcher.disk.home_meter import AT_ONCE, LEAST_PAUSE, HomeMeter
from sagews.launcher.disk.meter import MOST_DEPTH, Measured, measure
from sagews.launcher.disk.metered_home import DEEP_LOOKS, FILES_SLACK, SLACK, MeteredHome
from sagews.model.identifiers import new_id
from sagews.wire import launcher as wire
from tests.launcher.harness import LIMITS, PERMITTED, Launcher, Session
from tests.launcher.late_errands import ManualLoop
from tests.launcher.support import land, launch, ordinary_uid
from tests.scratch import scratch_folder

MEBIBYTE = 2**20
SMALL = 32 * MEBIBYTE
LITTLE = replace(LIMITS, disk=SMALL)
POUR = """
import os, time
with open('big', 'ab') as file:
    for _ in range(2000):
        file.write(bytes(2**20)); file.flush(); os.fsync(file.fileno()); time.sleep(0.01)
"""


class Measuring(unittest.SynchronousTestCase):
    """Adding up a folder."""

    def measured(self, folder: Path) -> Measured:
        """Return what is in a folder."""
        return measure(os.open(folder, os.O_RDONLY), 60.0)

    def test_everything_counts_once(self) -> None:
        """Files at any depth count, a second name of one does not, and links lead nowhere."""
        folder = scratch_folder(self)
        (folder / "a" / "b").mkdir(parents=True)
        before, files, _ = self.measured(folder)
        (folder / "a" / "b" / "big").write_bytes(os.urandom(MEBIBYTE))
        os.link(folder / "a" / "b" / "big", folder / "again")
        (folder / "link").symlink_to("/usr")
        after, more, _ = self.measured(folder)
        self.assertEqual(more - files, 3)
        self.assertTrue(MEBIBYTE <= after - before < MEBIBYTE + 64 * 1024, after - before)

    def test_holes_take_no_room(self) -> None:
        """A file counts by the blocks that it has, not by its length."""
        folder = scratch_folder(self)
        with open(folder / "sparse", "wb") as file:
            file.truncate(2**40)
        self.assertLess(self.measured(folder)[0], MEBIBYTE)

    def test_too_deep_is_said(self) -> None:
        """Whoever hides files deeper than anybody looks is known, and what is less deep counts as ever."""
        folder = scratch_folder(self)
        folder.joinpath(*["d"] * (MOST_DEPTH - 1)).mkdir(parents=True)
        self.assertFalse(self.measured(folder).too_deep)
        folder.joinpath(*["d"] * (MOST_DEPTH + 1)).mkdir(parents=True)
        (folder / "big").write_bytes(os.urandom(MEBIBYTE))
        used, files, too_deep = self.measured(folder)
        self.assertTrue(too_deep)
        self.assertEqual(files, MOST_DEPTH + 1)
        self.assertTrue(MEBIBYTE <= used < 4 * MEBIBYTE, used)


class Judging(unittest.SynchronousTestCase):
    """When sessions have to end."""

    def test_ended_once_and_again_for_more(self) -> None:
        """Too much ends sessions; who comes back may delete and write a little, but not grow on."""
        home = MeteredHome(SMALL)
        self.assertFalse(home.measured(SMALL, 5))
        self.assertTrue(home.measured(2 * SMALL, 5))
        self.assertFalse(home.measured(2 * SMALL + SLACK, 5))
        self.assertTrue(home.measured(2 * SMALL + SLACK + 1, 5))
        self.assertFalse(home.measured(SMALL - 1, 5))
        self.assertTrue(home.measured(SMALL + 1, 5))

    def test_deleting_is_no_room_to_grow_again(self) -> None:
        """What was deleted while there was too much may not be filled up again beyond the share."""
        home = MeteredHome(SMALL)
        home.measured(4 * SMALL, 5)
        self.assertFalse(home.measured(2 * SMALL, 5))
        self.assertTrue(home.measured(3 * SMALL, 5))

    def test_files_count(self) -> None:
        """Too many files end sessions as too many bytes do: who comes back may delete and make a few, but not go on."""
        home = MeteredHome(SMALL)
        most = home.usage().most_files
        self.assertTrue(home.measured(0, 4 * most))
        self.assertFalse(home.measured(0, 4 * most + FILES_SLACK))
        self.assertFalse(home.measured(0, 2 * most))
        self.assertTrue(home.measured(0, 3 * most))
        self.assertFalse(home.measured(0, most))
        self.assertTrue(home.measured(0, most + 1))

    def test_one_excess_is_no_cover_for_the_other(self) -> None:
        """Who may come back to delete files gets no more bytes for that, and the other way round."""
        home = MeteredHome(SMALL)
        most = home.usage().most_files
        self.assertTrue(home.measured(MEBIBYTE, 4 * most))
        self.assertFalse(home.measured(SMALL, 4 * most))
        self.assertTrue(home.measured(SMALL + SLACK + 1, 4 * most))
        self.assertFalse(home.measured(SMALL + SLACK + 1, most))
        self.assertTrue(home.measured(SMALL + SLACK + 1, 6 * most))

    def test_depth_is_no_cover(self) -> None:
        """A home that is too deep ends sessions, lets somebody remove the folders, and may grow no more than others."""
        home = MeteredHome(SMALL)
        self.assertTrue(home.measured(MEBIBYTE, 5, too_deep=True))
        self.assertEqual(home.usage().used, MEBIBYTE)
        self.assertFalse(home.measured(MEBIBYTE, 5, too_deep=True))
        self.assertTrue(home.measured(2 * SMALL, 5, too_deep=True))
        self.assertTrue(home.measured(2 * SMALL + SLACK + 1, 5))
        ends = [home.measured(MEBIBYTE, 5, too_deep=True) for _ in range(DEEP_LOOKS + 1)]
        self.assertEqual([place for place, each in enumerate(ends) if each], [0, DEEP_LOOKS])

    def test_depth_while_the_disk_is_short(self) -> None:
        """While a home is held, nobody may write where nobody counts."""
        home = MeteredHome(SMALL)
        home.measured(MEBIBYTE, 5, too_deep=True)
        home.hold(MEBIBYTE)
        self.assertTrue(home.measured(MEBIBYTE, 5, too_deep=True))

    def test_held(self) -> None:
        """A home that is held while the disk is nearly full may not grow beyond what it held then."""
        home = MeteredHome(SMALL)
        home.measured(MEBIBYTE, 5)
        home.hold(MEBIBYTE)
        self.assertTrue(home.usage().held)
        self.assertTrue(home.measured(2 * MEBIBYTE, 5))


class Turns(unittest.SynchronousTestCase):
    """Which homes are measured when."""

    def test_a_few_at_one_time(self) -> None:
        """However many homes are due, a few processes measure them, and each has its turn."""
        loop, begun = ManualLoop(), list[errands.Told]()
        self.patch(errands, "send", lambda loop, work, told: begun.append(told))
        opened: list[str] = []

        def open_home(workspace: str) -> int:
            opened.append(workspace)
            return os.open("/", os.O_RDONLY)

        meter = HomeMeter(None, open_home)
        names = [f"home{number}" for number in range(3 * AT_ONCE)]
        for name in names:
            meter.enter(name, SMALL)
        for _ in range(2):
            meter.look(cast(Any, loop), lambda workspace: True, lambda workspace: None)
            self.assertEqual(len(begun), AT_ONCE)
        for _ in names:
            begun.pop(0)(errno.EAGAIN)
        self.assertEqual((begun, sorted(opened)), ([], sorted(names)))
        loop.advance(LEAST_PAUSE)
        meter.look(cast(Any, loop), lambda workspace: workspace == "home9", lambda workspace: None)
        self.assertEqual(opened[len(names) :], ["home9"])
        begun.pop()(errno.EAGAIN)


@pytest.mark.slow
class MeteredSessions(unittest.SynchronousTestCase):
    """Real sessions whose homes are folders with a share of 32 MB, at the level of an ordinary user."""

    launcher: Launcher

    @classmethod
    def setUpClass(cls) -> None:
        """Start the launcher."""
        disk = {"images": False, "reserve": 0, "homes": 0}
        cls.launcher = launch(cls.uid(), overrides={"limits": {**PERMITTED, "disk": SMALL}, "disk": disk})

    @classmethod
    def tearDownClass(cls) -> None:
        """Stop it."""
        land(cls.launcher)

    @classmethod
    def uid(cls) -> int | None:
        """Return the uid of the launcher's user."""
        return ordinary_uid()

    def test_who_fills_a_folder(self) -> None:
        """Its session ends with the reason "disk"; a new one can delete and goes on; a neighbour notices nothing."""
        workspace = new_id()
        culprit, other = self._open(workspace), self._open(new_id())
        culprit.begin(POUR)
        self.assertEqual(culprit.ended().reason, "disk")
        self.assertEqual(other.evaluate("open('mine', 'wb').write(bytes(2**22))"), ("ok", str(2**22)))
        again = self._open(workspace)
        self.assertEqual(again.evaluate("import os; os.unlink('big'); 6*7"), ("ok", "42"))
        self.launcher.expect(wire.DiskReport, fits=lambda report: _used(report, workspace) < SMALL // 2)
        self.assertEqual(again.evaluate("open('more', 'wb').write(bytes(2**22))"), ("ok", str(2**22)))

    def test_who_makes_too_many_files(self) -> None:
        """Its session ends with the reason "disk"; a new one can delete them and goes on; a neighbour notices none."""
        workspace = new_id()
        culprit, other = self._open(workspace), self._open(new_id())
        culprit.begin("import os\nfor n in range(100_000): open(f'f{n}', 'w').close()")
        self.assertEqual(culprit.ended().reason, "disk")
        self.assertEqual(other.evaluate("open('mine', 'w').close(); 6*7"), ("ok", "42"))
        again = self._open(workspace)
        deleted = again.evaluate("import os\nfor n in os.listdir(): os.unlink(n) if n[0] == 'f' else 0\n6*7")
        self.assertEqual(deleted, ("ok", "42"))
        self.launcher.expect(wire.DiskReport, fits=lambda report: _files(report, workspace) < 100)
        self.assertEqual(again.evaluate("open('more', 'w').close(); 6*7"), ("ok", "42"))

    def test_closed_folders_are_measured(self) -> None:
        """A folder that its owner closed to himself hides nothing."""
        workspace = new_id()
        session = self._open(workspace)
        session.evaluate("import os\nos.mkdir('d'); f = open('d/big', 'wb'); os.chmod('d', 0)")
        session.begin(POUR.replace("open('big', 'ab')", "f"))
        self.assertEqual(session.ended().reason, "disk")

    def _open(self, workspace: str) -> Session:
        session = self.launcher.open("python", workspace, LITTLE)
        self.addCleanup(session.sock.close)
        return session


@pytest.mark.slow
class MeteredSessionsOfRoot(MeteredSessions):
    """The same as whoever runs the tests."""

    @classmethod
    def uid(cls) -> int | None:
        """Return nobody else's uid."""
        return None


def _used(report: wire.DiskReport, workspace: str) -> int:
    usage = report.homes.get(workspace)
    return SMALL if usage is None else usage.used


def _files(report: wire.DiskReport, workspace: str) -> int:
    usage = report.homes.get(workspace)
    return 10**6 if usage is None else usage.files
