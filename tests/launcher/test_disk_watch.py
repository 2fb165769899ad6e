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
    ahead,
    is_over,
    over_their_share,
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
        """Of who is over their share first those are held that grew a lot, then those that hold a lot, then all."""
        homes = {
            "grows": Filling(GREW, GREW, "a"),
            "has": Filling(MUCH, 0, "b"),
            "little": Filling(MUCH - 1, GREW - 1, "c"),
        }
        self.assertEqual(to_hold(homes, Shortage.NONE, "abc"), set())
        self.assertEqual(to_hold(homes, Shortage.SOME, "abc"), {"grows"})
        self.assertEqual(to_hold(homes, Shortage.HALF, "abc"), {"grows", "has"})
        self.assertEqual(to_hold(homes, Shortage.DIRE, "abc"), set(homes))

    def test_who_has_no_more_than_a_share_is_not_held(self) -> None:
        """Those who are not over their share go on growing until it is dire, and writing little until the last."""
        homes = {"grows": Filling(GREW, GREW, "a"), "has": Filling(MUCH, 0, "a")}
        for short in (Shortage.SOME, Shortage.HALF):
            self.assertEqual(to_hold(homes, short, ()), set())
        self.assertEqual(to_hold(homes, Shortage.DIRE, ()), {"grows"})
        self.assertEqual(to_hold(homes, Shortage.LAST, ()), set(homes))

    def test_growth_counts_by_account(self) -> None:
        """Whoever spreads what they write over many homes is held as if it were one."""
        homes = {f"home{number}": Filling(2 * MEBIBYTE, 2 * MEBIBYTE, "a") for number in range(20)}
        self.assertEqual(to_hold(homes, Shortage.SOME, "a"), set(homes))

    def test_shares(self) -> None:
        """Who has most is over their share, also by what rests; who has little is not, however many have less."""
        homes = {f"small{number}": Filling(MEBIBYTE, 0, f"small{number}") for number in range(100)}
        homes |= {"usual": Filling(2 * GIB, 0, "usual"), "big": Filling(100 * GIB, 0, "culprit")}
        self.assertEqual(over_their_share(homes, {}), {"culprit"})
        homes["big"] = Filling(0, 0, "culprit")
        self.assertEqual(over_their_share(homes, {"culprit": 100 * GIB}), {"culprit"})
        self.assertEqual(over_their_share({"a": Filling(5, 0, "a"), "b": Filling(5, 0, "b")}, {}), {"a", "b"})
        self.assertEqual(over_their_share({}, {}), set())

    @given(st.dictionaries(st.text(max_size=3), st.integers(0, 2**50), min_size=1, max_size=20))
    def test_somebody_is_always_over(self, used: dict[str, int]) -> None:
        """Where anything is kept, whoever keeps most is over their share, and nobody with less than one who is not."""
        homes = {name: Filling(size, 0, name) for name, size in used.items()}
        greedy = over_their_share(homes, {})
        if any(used.values()):
            self.assertIn(max(used, key=lambda name: used[name]), greedy)
        rest = [size for name, size in used.items() if name not in greedy]
        self.assertTrue(all(used[name] > max(rest, default=-1) for name in greedy))

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
        self.is_told = False

    def hold(self, size: int | None) -> None:
        """Take the bound, if it can."""
        if self.broken:
            raise OSError(5, "broken")
        self.most = size
        self.is_told = size is not None

    def limit(self, size: int) -> None:
        """Take the limit, if it can."""
        self.hold(size)
        self.is_told = False

    def usage(self) -> HomeUsage:
        """Return the numbers."""
        return HomeUsage(self.used, GIB, 10, 100, self.is_told)


class Watching(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Have two homes on a disk of 10 GiB, with half a GiB of reserve."""
        self.homes = {"one": FakeHome(MEBIBYTE), "two": FakeHome(MEBIBYTE)}
        self.free = GIB
        self.said: list[DiskReport] = []
        self.owners: dict[str, str] = {}
        homes = cast(Any, self.homes)
        self.watch = DiskWatch(
            Path("/"),
            DiskBounds(),
            lambda: homes,
            lambda name: self.owners.get(name, name),
            self.said.append,
            lambda path: self.room,
        )

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

    def grow(self, name: str, size: int) -> None:
        """Let a home grow by so much, as far as it may, out of what is free."""
        home = self.homes[name]
        grown = size if home.most is None else max(0, min(size, home.most - home.used))
        home.used += grown
        home.taken = home.used
        self.free -= grown

    def test_others_go_on_growing(self) -> None:
        """One account fills the disk from many homes and is held; another goes on growing; the first can delete."""
        for number in range(20):
            self.homes[f"c{number}"] = FakeHome(MEBIBYTE)
            self.owners[f"c{number}"] = "culprit"
        self.free = 5 * GIB
        for look in range(200):
            self.watch.look(look / 2)
            for number in range(20):
                self.grow(f"c{number}", 8 * MEBIBYTE)
        culprits = [home for name, home in self.homes.items() if name in self.owners]
        self.assertTrue(all(home.is_told for home in culprits))
        self.assertGreater(self.free, 3 * QUARTER)
        for look in range(200, 210):
            self.grow("one", 8 * MEBIBYTE)
            self.watch.look(look / 2)
        self.assertEqual(self.homes["one"].used, 81 * MEBIBYTE)
        self.assertFalse(self.homes["one"].is_told)
        for home in culprits:
            self.free += home.used - MEBIBYTE
            home.used = home.taken = MEBIBYTE
        self.watch.look(110.0)
        self.assertFalse(any(home.most for home in culprits))

    def test_what_rests_counts(self) -> None:
        """What an account keeps in homes that nobody uses makes it the one that is held, until it is removed."""
        self.homes["old"] = FakeHome(2 * GIB)
        self.owners |= {"old": "culprit", "one": "culprit"}
        self.homes["two"].used = self.homes["two"].taken = 100 * MEBIBYTE
        self.watch.look(0.0)
        del self.homes["old"]
        for name in ("one", "two"):
            self.grow(name, 20 * MEBIBYTE)
        self.free = GIB // 2 - 1
        self.watch.look(1.0)
        self.assertEqual([home.is_told for home in self.homes.values()], [True, False])
        self.watch.forget("old")
        self.free = GIB
        self.watch.look(2.0)
        for name in ("one", "two"):
            self.grow(name, 20 * MEBIBYTE)
        self.free = GIB // 2 - 1
        self.watch.look(3.0)
        self.assertEqual([home.is_told for home in self.homes.values()], [False, True])

    def test_what_rests_is_added_up_in_a_shortage_alone(self) -> None:
        """While there is room no look goes through the homes that nobody uses, however many there are."""
        asked: list[str] = []

        def owner(name: str) -> str:
            asked.append(name)
            return name

        self.homes["old"] = FakeHome(MEBIBYTE)
        self.watch.look(0.0)
        del self.homes["old"]
        self.patch(self.watch, "_owner", owner)
        self.watch.look(1.0)
        self.assertNotIn("old", asked)
        self.free = GIB // 2 - 1
        self.watch.look(2.0)
        self.assertIn("old", asked)

    def test_nobody_gets_to_the_end_between_two_looks(self) -> None:
        """However fast many accounts grow that are not over their share, what is left for the database stays."""
        self.homes |= {f"h{number}": FakeHome(MEBIBYTE) for number in range(50)}
        self.homes["most"] = FakeHome(5 * GIB)
        self.free = GIB // 2 - 1
        for look in range(400):
            self.watch.look(look / 2)
            # The first growth is seen at the next look only.
            for number in range(50):
                self.grow(f"h{number}", GIB if self.homes[f"h{number}"].most is not None else MEBIBYTE)
        self.assertGreater(self.free, GIB // 32)
        self.assertEqual(ahead(GIB // 16, GIB // 2, 1), 0)

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
        self.owners = dict.fromkeys(["one", "two", *(f"home{number}" for number in range(300))], "somebody")
        for number in range(300):
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
        self.assertTrue({"hold", "limit", "usage", "taken"} <= set(dir(MountedImage)))


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
