"""Who is held while the disk under the homes is nearly full, and who is not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from sagews.launcher.disk import mounted_image
from sagews.launcher.disk.growth import LOOKED_BACK, Growth
from sagews.launcher.disk.mounted_image import MountedImage, keep_blocks
from sagews.launcher.disk.pressure import (
    GREW,
    MEBIBYTE,
    MUCH,
    SPARED,
    DiskBounds,
    Filling,
    Shortage,
    is_over,
    reserve_of,
    shortage,
    to_hold,
)
from sagews.launcher.disk.watch import DiskWatch, Room
from sagews.wire.homes import DiskReport, HomeUsage
from tests.scratch import scratch_folder

GIB = 2**30
QUARTER = GIB // 8
"""Of the reserve on a disk of 10 GiB: with less the shortage is dire."""


class Pressure(unittest.SynchronousTestCase):
    def test_reserve(self) -> None:
        """By default a twentieth of a small disk stays free, 2 GiB of a large one; the operator decides."""
        self.assertEqual(reserve_of(DiskBounds(), 10 * GIB), GIB // 2)
        self.assertEqual(reserve_of(DiskBounds(), 1000 * GIB), 2 * GIB)
        self.assertEqual(reserve_of(DiskBounds(reserve=5), 1000 * GIB), 5)

    def test_who_fills_is_held_first(self) -> None:
        """At first those who grew a lot, then those who have a lot, and everybody only at the last."""
        homes = {"grows": Filling(GREW, GREW), "has": Filling(MUCH, 0), "little": Filling(MUCH - 1, GREW - 1)}
        self.assertEqual(to_hold(homes, Shortage.NONE), set())
        self.assertEqual(to_hold(homes, Shortage.SOME), {"grows"})
        self.assertEqual(to_hold(homes, Shortage.HALF), {"grows", "has"})
        self.assertEqual(to_hold(homes, Shortage.DIRE), set(homes))

    @given(st.integers(-(2**40), 2**40), st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 2**40))
    def test_nobody_is_let_go_in_a_shortage(self, free: int, reserve: int, used: int, homes: int) -> None:
        """What ends a shortage is never one itself, so that nobody is held and let go by turns."""
        bounds = DiskBounds(homes=homes)
        if is_over(free, reserve, used, bounds):
            self.assertEqual(shortage(free, reserve, used, bounds), Shortage.NONE)

    def test_growth_is_forgotten(self) -> None:
        """Growth counts for half a minute, and only what is new."""
        growth = Growth()
        self.assertEqual(growth.note(0.0, {"a": 100}), {"a": 0})
        self.assertEqual(growth.note(1.0, {"a": 150, "b": 70}), {"a": 50, "b": 0})
        self.assertEqual(growth.note(5.0, {"a": 150}), {"a": 50})
        self.assertEqual(growth.note(5.1 + LOOKED_BACK, {"a": 150}), {"a": 0})


class FakeHome:
    """A home of numbers."""

    def __init__(self, used: int) -> None:
        self.used = used
        self.taken = used
        self.most: int | None = None
        self.broken = False

    def hold(self, size: int | None) -> None:
        """Take the bound, if it can."""
        if self.broken:
            raise OSError(5, "broken")
        self.most = size

    def usage(self) -> HomeUsage:
        """Return the numbers."""
        return HomeUsage(self.used, GIB, 10, 100, self.most is not None)


class Watching(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Have two homes on a disk of 10 GiB, with half a GiB of reserve."""
        self.homes = {"one": FakeHome(MEBIBYTE), "two": FakeHome(MEBIBYTE)}
        self.free = GIB
        self.said: list[DiskReport] = []
        homes = cast(Any, self.homes)
        self.watch = DiskWatch(Path("/"), DiskBounds(), lambda: homes, self.said.append, lambda path: self.room)

    @property
    def room(self) -> Room:
        """What is free now."""
        return Room(10 * GIB, self.free)

    def test_held_and_let_go(self) -> None:
        """Who fills the disk is held at what it has, may not regrow, and is let go when there is room again."""
        self.watch.look(0.0)
        self.homes["one"].used = 300 * MEBIBYTE
        self.homes["one"].taken = 300 * MEBIBYTE
        self.free = GIB // 2 - 1
        self.watch.look(1.0)
        self.assertEqual([home.most for home in self.homes.values()], [300 * MEBIBYTE, None])
        self.assertTrue(self.said[-1].homes["one"].held)
        self.homes["one"].used = 100 * MEBIBYTE
        self.watch.look(2.0)
        self.assertEqual(self.homes["one"].most, 300 * MEBIBYTE)
        self.free = GIB
        self.watch.look(3.0)
        self.assertEqual([home.most for home in self.homes.values()], [None, None])
        self.assertFalse(self.said[-1].homes["one"].held)

    def test_one_broken_home_holds_up_nobody(self) -> None:
        """A home that can't be held is passed over and tried again; others are held."""
        self.homes["one"].broken = True
        self.free = 0
        self.watch.look(0.0)
        self.assertEqual([home.most for home in self.homes.values()], [None, MEBIBYTE])
        self.homes["one"].broken = False
        self.watch.look(1.0)
        self.assertEqual(self.homes["one"].most, MEBIBYTE)

    def test_promises_count(self) -> None:
        """What was promised to a home and not yet written is not free."""
        self.watch.look(0.0)
        self.homes["one"].used = 700 * MEBIBYTE
        self.watch.look(1.0)
        self.assertEqual(self.homes["one"].most, 700 * MEBIBYTE)

    def test_a_little_is_left_while_there_is_room(self) -> None:
        """On a nearly full disk a home may have the little that a session writes when it begins; on a full one none."""
        self.free = QUARTER - 1
        self.watch.look(0.0)
        for home in self.homes.values():
            self.assertTrue(3 * MEBIBYTE < (home.most or 0) <= SPARED, home.most)
        self.assertIs(self.watch.short, Shortage.DIRE)
        self.homes["three"] = FakeHome(MEBIBYTE)
        self.free = 0
        self.watch.look(1.0)
        self.assertEqual(self.homes["three"].most, MEBIBYTE)

    def test_many_homes_do_not_fill_the_disk(self) -> None:
        """However many homes come one after another, together they leave room when each takes all that it may."""
        self.free = QUARTER - 1
        for number in range(1000):
            home = self.homes[f"home{number}"] = FakeHome(0)
            self.watch.look(float(number))
            taken = (home.most or 0) * (number % 2)
            home.used = home.taken = taken
            self.free -= taken
        promised = sum((home.most or 0) - home.used for home in self.homes.values())
        self.assertGreaterEqual(self.free - promised, GIB // 16)

    def test_mounted_anew(self) -> None:
        """A home that was unmounted and mounted between two looks is held as it was, until all are let go."""
        self.homes["one"].used = self.homes["one"].taken = 100 * MEBIBYTE
        self.free = QUARTER - 1
        self.watch.look(0.0)
        self.free = GIB // 2 + 1
        self.homes["one"] = FakeHome(50 * MEBIBYTE)
        self.watch.look(1.0)
        self.assertEqual(self.homes["one"].most, 100 * MEBIBYTE)
        self.assertIs(self.watch.short, Shortage.NONE)
        self.free = GIB
        self.watch.look(2.0)
        self.assertEqual([home.most for home in self.homes.values()], [None, None])

    def test_only_news_are_told(self) -> None:
        """A home of which nothing changed is not told again, and one that is gone is told anew when it comes back."""
        self.watch.look(0.0)
        self.watch.look(1.0)
        self.assertEqual(len(self.said), 1)
        self.homes["one"].used += GIB // 100
        self.watch.look(2.0)
        self.assertEqual(list(self.said[-1].homes), ["one"])
        home = self.homes.pop("one")
        self.watch.look(3.0)
        self.homes["one"] = home
        self.watch.look(4.0)
        self.assertEqual(len(self.said), 3)

    def test_the_real_home_has_what_is_asked_of_it(self) -> None:
        """The fake home has nothing that the real one lacks."""
        self.assertTrue({"hold", "usage", "taken"} <= set(dir(MountedImage)))


class Keeping(unittest.SynchronousTestCase):
    def test_the_device_is_found_by_its_number(self) -> None:
        """What the kernel keeps is said of the device that a home is on, whatever its minor number is."""
        folder = scratch_folder(self)
        device = folder.stat().st_dev
        (folder / "devices").mkdir()
        (folder / "devices" / f"{os.major(device)}:{os.minor(device)}").symlink_to("../../block/loop3")
        (folder / "ext4" / "loop3").mkdir(parents=True)
        self.patch(mounted_image, "_DEVICES", folder / "devices")
        self.patch(mounted_image, "_FILE_SYSTEMS", folder / "ext4")
        root = os.open(folder, os.O_PATH)
        self.addCleanup(os.close, root)
        keep_blocks(root, 17)
        self.assertEqual((folder / "ext4" / "loop3" / "reserved_clusters").read_text(), "17")
