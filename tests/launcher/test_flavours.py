"""A flavour without a kernel: what becomes of work when zygotes fail, lie or take their time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable
from typing import Any

from twisted.trial import unittest

from sagews.kernel.packets import Channel, close_all
from sagews.launcher.loop import EventLoop
from sagews.launcher.resources.slots import Slot, Work
from sagews.launcher.zygotes.flavours import Flavour
from sagews.launcher.zygotes.processes import SpawnedZygote
from sagews.launcher.zygotes.supervisor import FIRST_PAUSE, LONGEST_PAUSE
from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.net.backoff import Backoff
from sagews.wire.launcher import StartSession


class Owner:
    """Notes what a flavour tells, and gives it slots without cgroups."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.numbers = iter(range(1, 1000))

    def new_slot(self, flavour: str, init: Channel, child: Channel) -> Slot | None:
        """Return a slot."""
        return Slot(next(self.numbers), flavour, 1000, -1, None, init, child)

    def mounts(self, slot: Slot, work: Work) -> list[int]:
        """Return no mounts."""
        return []

    def started(self, slot: Slot) -> None:
        """Note it."""
        self.told.append(("started", slot.work.id if slot.work else ""))

    def failed(self, work: Work, reason: str) -> None:
        """Note it."""
        self.told.append(("failed", reason))

    def ended(self, slot: Slot) -> None:
        """Note it."""
        self.told.append(("ended", str(slot.number)))
        slot.close()

    def state(self, flavour: str, state: str, reason: str) -> None:
        """Note it."""
        self.told.append((state, reason))


class Flavours(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Make a flavour whose zygotes are sleeping processes and a socket that the test holds."""
        self.loop = EventLoop()
        self.owner = Owner()
        self.zygotes: list[Channel] = []
        self.spawn: Callable[[], SpawnedZygote] = self._spawn
        self.flavour = Flavour("python", 0, lambda: self.spawn(), self.loop, self.owner)

    def _spawn(self) -> SpawnedZygote:
        ours, theirs = Channel.pair()
        process = subprocess.Popen(["sleep", "60"])
        process.returncode = 0
        self.zygotes.append(Channel(theirs))
        read, write = os.pipe2(os.O_NONBLOCK)
        os.close(write)
        return SpawnedZygote(process.pid, os.pidfd_open(process.pid), ours, read)

    def _turn(self) -> None:
        """Run the event loop for a moment."""
        self.loop.later(0.1, self.loop.stop)
        self.loop.run()

    def _hear(self) -> dict[str, Any]:
        received = self.zygotes[-1].receive()
        assert received is not None
        close_all(received[1])
        message: dict[str, Any] = json.loads(received[0])
        return message

    def _work(self) -> StartSession:
        return StartSession(new_id(), None, "python", Limits())

    def _reasons(self, kind: str) -> list[str]:
        return [text for what, text in self.owner.told if what == kind]

    def test_work_makes_a_child(self) -> None:
        """Work that finds nobody waiting has a child made, with a uid that the owner chose."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        self.flavour.begin(self._work(), [])
        self._turn()
        order = self._hear()
        self.assertEqual((order["type"], order["uid"], order["own_users"]), ("prepare", 1000, True))

    def test_child_is_faster_than_its_zygote(self) -> None:
        """A child that waits before the zygote has reported it gets the work all the same."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        self.flavour.begin(self._work(), [])
        self._turn()
        received = self.zygotes[-1].receive()
        assert received is not None
        init, child = (Channel(socket.socket(fileno=descriptor)) for descriptor in received[1])
        child.say({"type": "waiting"})
        self._turn()
        with subprocess.Popen(["sleep", "60"]) as stand_in:
            process = os.pidfd_open(stand_in.pid)
            self.zygotes[-1].say({"type": "made", "slot": json.loads(received[0])["slot"]}, [process, process])
            self._turn()
            stand_in.kill()
        os.close(process)
        attached = init.hear()
        assert attached is not None
        self.assertEqual(attached[0]["type"], "attach")
        init.close()
        child.close()

    def test_no_zygote(self) -> None:
        """Work is told when the zygote can't be started, and the reason with it."""
        self.flavour.begin(self._work(), [])

        def fails() -> SpawnedZygote:
            raise OSError("no mounts here")

        self.spawn = fails
        self.flavour.start()
        self.assertEqual(self._reasons("failed"), ["no mounts here", "no mounts here"])

    def test_lies(self) -> None:
        """A zygote that reports on a child that it does not have is ended, and another one is started."""
        for lie in ({"type": "made", "slot": 99}, {"type": "over", "slot": []}, {"type": "dance"}, {}):
            told = len(self._reasons("loading"))
            self.spawn = self._spawn
            self.flavour.start()
            self.zygotes[-1].say({"type": "ready", "data": 1})
            self.zygotes[-1].say(lie)
            self._turn()
            self.assertEqual(len(self._reasons("loading")), told + 1)
            self.assertIn(self.owner.told[-1][0], ("failed", "loading"))

    def test_not_json(self) -> None:
        """Bytes that are no packet end the zygote, not the launcher."""
        self.flavour.start()
        self.zygotes[-1].send(b"\xff{")
        self._turn()
        self.assertEqual(self.owner.told[-1][0], "failed")

    def test_dropped(self) -> None:
        """Work that waits can be taken back, once."""
        work = self._work()
        self.flavour.begin(work, [])
        self.assertTrue(self.flavour.drop(work.id))
        self.assertFalse(self.flavour.drop(work.id))
        self.assertEqual(len(self._reasons("failed")), 1)

    def tearDown(self) -> None:
        """Close what zygotes are left, and wait for their end."""
        for zygote in self.zygotes:
            zygote.close()
        self._turn()


class Pauses(unittest.SynchronousTestCase):
    def test_growing(self) -> None:
        """Pauses double up to the longest, and begin anew after a success."""
        pause = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        taken = [pause.take() for _ in range(12)]
        self.assertEqual(taken[:3], [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4])
        self.assertEqual(taken[-1], LONGEST_PAUSE)
        pause.forget()
        self.assertEqual(pause.take(), FIRST_PAUSE)
