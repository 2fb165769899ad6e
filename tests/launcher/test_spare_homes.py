"""Images of homes at bad moments: no process can be had, a home is let go of while it is mounted, a waiter is gone."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass
from typing import Any, cast

from sagews.launcher import errands
from sagews.launcher.arrivals import Arrivals
from sagews.launcher.disk.home_images import AT_ONCE, DISK_SECONDS, DISK_TRIES, RETRY_SECONDS, SPARES
from sagews.model.identifiers import new_id
from sagews.wire import launcher as wire
from tests.launcher.harness import LIMITS
from tests.launcher.late_errands import ImagesCase

REAL_SEND = errands.send


class Beginning(ImagesCase):
    """What is found out of the machine at the start."""

    def test_what_passes_is_tried_again(self) -> None:
        """Without a process or memory nobody is given a home, and as soon as there is some everybody is."""
        for passing in (errno.EAGAIN, errno.ENOMEM, errno.ENOSPC):
            self.setUp()
            told: list[int] = []
            self.errands.fails = passing
            self.restart()
            self.pass_time()
            self.homes.reserve("one", told.append)
            self.pass_time(RETRY_SECONDS)
            self.errands.fails = 0
            self.pass_time(RETRY_SECONDS)
            self.homes.reserve("one", told.append)
            self.assertEqual((self.began, told), ([passing], [passing, 0]))

    def test_errors_of_the_disk(self) -> None:
        """An error of the disk is waited out for a while before homes are called impossible."""
        self.errands.fails = errno.EIO
        self.restart()
        self.pass_time()
        self.assertEqual(self.began, [])
        self.errands.fails = 0
        self.pass_time(DISK_SECONDS)
        self.assertEqual(self.began, [0])
        self.errands.fails = errno.EIO
        self.restart()
        for _ in range(DISK_TRIES):
            self.pass_time(DISK_SECONDS)
        self.assertEqual(self.began, [errno.EIO])

    def test_what_was_passing_and_is_worse(self) -> None:
        """Whoever was promised images gets them, also when the disk gives an error before they can be made."""
        self.errands.fails = errno.EAGAIN
        self.restart()
        self.pass_time()
        self.errands.fails = errno.EIO
        self.pass_time(RETRY_SECONDS)
        self.errands.fails = 0
        self.pass_time(RETRY_SECONDS)
        told: list[int] = []
        self.homes.reserve("one", told.append)
        self.assertEqual(told, [0])


class NoProcesses(ImagesCase):
    def test_no_process_for_spares(self) -> None:
        """Where no process can be had, a few are tried for and the rest comes later; each time one retry is planned."""
        self.errands.tell()
        tried: list[None] = []

        def none() -> int:
            tried.append(None)
            if len(tried) > 100:
                raise AssertionError("it spins")
            raise OSError(errno.EAGAIN, "no process")

        self.patch(os, "fork", none)
        self.patch(errands, "send", REAL_SEND)
        told: list[int] = []
        for number in range(2 * SPARES):
            self.homes.reserve(str(number), told.append)
            self.pass_time()
        self.assertEqual(told, [0] * SPARES + [errno.EAGAIN] * SPARES)
        tried.clear()
        self.pass_time(RETRY_SECONDS)
        self.assertEqual(len(tried), AT_ONCE)


class LetGo(ImagesCase):
    def setUp(self) -> None:
        """Have a home that is there and not mounted."""
        super().setUp()
        self.errands.tell()
        (self.base / "home").touch()

    def test_let_go_while_it_is_mounted(self) -> None:
        """What was mounted of a home that was let go of meanwhile is unmounted, and nobody is given it."""
        told: list[int] = []
        self.homes.open("home", "home", told.append)
        os.rename(self.base / "home", self.base / "aside")
        self.assertIsNone(self.homes.leave("home"))
        self.homes.reserve("home", lambda status: None)
        self.homes.take("home", "home")
        new = self.homes.mounted["home"]
        self.errands.tell()
        self.assertEqual(told, [errno.ENODEV])
        self.assertIs(self.homes.mounted["home"], new)
        self.assertEqual(len(self.unmounted), 1)
        self.assertNotIn(str(new.point), self.unmounted)

    def test_what_was_mounted_cannot_be_entered(self) -> None:
        """A mount that can't be entered is an error for who waits, and is undone; it can be tried again."""
        told: list[int] = []
        self.homes.open("home", "home", told.append)
        os.rename(self.base / "home", self.base / "away")
        self.errands.tell()
        self.assertEqual(told, [errno.ENOENT])
        self.assertEqual((len(self.unmounted), self.homes.mounted), (1, {}))
        os.rename(self.base / "away", self.base / "home")
        self.homes.open("home", "home", told.append)
        self.errands.tell()
        self.assertEqual((told[1:], list(self.homes.mounted)), ([0], ["home"]))

    def test_a_spare_that_cannot_be_entered(self) -> None:
        """An empty home whose file is gone is passed over, and another one is made later."""
        self.homes.reserve("one", lambda status: None)
        self.loop.advance(1.0)
        for name in self.spares():
            os.unlink(self.base / name)
        self.errands.tell()
        self.assertEqual(len(self.unmounted), 1)
        self.pass_time(RETRY_SECONDS)
        self.assertEqual(len(self.spares()), 1)


class WaitingInVain(ImagesCase):
    """Works of new workspaces that wait while no empty home is ready."""

    def setUp(self) -> None:
        """Have works go on to a destination that takes their homes."""
        super().setUp()
        self.arrivals = Arrivals(cast(Any, Prepared(self)), lambda work, reason, code: None, self.in_vain)
        self.begun: list[str] = []

    def in_vain(self, workspace: str) -> None:
        """Give back what nobody waits for."""
        if not self.arrivals.uses(workspace):
            self.homes.give_back(workspace)

    def begin(self, work: wire.StartSession, descriptors: list[int]) -> None:
        """Be the destination."""
        if str(work.workspace) not in self.homes.mounted:
            self.homes.take(str(work.workspace), str(work.workspace))
        self.begun.append(work.id)
        for each in descriptors:
            os.close(each)

    def come(self, workspace: str, id: str | None = None) -> str:
        """Let a session wait; return its id."""
        ours, theirs = socket.socketpair()
        ours.close()
        work = wire.StartSession(id or new_id(), workspace, "python", LIMITS)
        self.arrivals.add(work, [theirs.detach()], cast(Any, self))
        return work.id

    def unused(self) -> int:
        """Return how many workspaces can have an empty home at once."""
        told: list[int] = []
        for number in range(SPARES):
            self.homes.reserve(f"new{number}", told.append)
        return len(told)

    def use_up(self) -> None:
        """Let others have all that is ready."""
        self.pass_time()
        for number in range(SPARES):
            self.homes.reserve(f"other{number}", lambda status: None)
            self.homes.take(f"other{number}", f"other{number}")

    def test_ended_while_it_waits(self) -> None:
        """The home that was meant for a session that was ended is ready for somebody else."""
        self.use_up()
        self.arrivals.drop(self.come("a"))
        self.pass_time(1.0)
        self.assertEqual((self.begun, len(self.spares()), self.unused()), ([], SPARES, SPARES))

    def test_two_for_one_home(self) -> None:
        """Two sessions of one new workspace share a home, and no second one is kept for it."""
        self.use_up()
        ids = [self.come("a"), self.come("a")]
        self.pass_time(1.0)
        self.assertEqual((self.begun, len(self.spares()), self.unused()), (ids, SPARES, SPARES))

    def test_one_stays_of_two(self) -> None:
        """Who waits for the same home as one that was ended gets it."""
        self.use_up()
        self.arrivals.drop(self.come("a"))
        stays = self.come("a")
        self.pass_time(1.0)
        self.assertEqual((self.begun, self.unused()), ([stays], SPARES))

    def test_an_id_that_is_used_again(self) -> None:
        """What was prepared for a work that was ended lets no later work of its id begin before its own is there."""
        self.use_up()
        id = self.come("a")
        self.arrivals.drop(id)
        (self.base / "b").touch()
        self.come("b", id)
        (self.base / "b").rename(self.base / "kept")
        self.pass_time(1.0)
        self.assertEqual(self.begun, [])


@dataclass
class Prepared:
    """Homes of which only new ones have to be prepared."""

    case: ImagesCase

    def prepare(self, workspace: str, access: str, told: errands.Told) -> None:
        """Have an empty home, or mount the one that is there."""
        if (self.case.base / workspace).exists():
            self.case.homes.open(workspace, workspace, told)
        else:
            self.case.homes.reserve(workspace, told)
