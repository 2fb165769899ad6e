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
from sagews.launcher.resources.slots import Phase, Slot, Work
from sagews.launcher.zygotes.flavours import FAILURES, MAKING_AT_ONCE, Flavour
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
        self.codes: list[str] = []
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

    def failed(self, work: Work, reason: str, code: str = "internal") -> None:
        """Note it."""
        self.told.append(("failed", reason))
        self.codes.append(code)

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
        self.assertEqual(self.owner.codes, ["flavour-failed"])

    def _children(self) -> list[tuple[int, Channel, Channel]]:
        """Take the orders for children: their slots, and the far ends of their inits' and their own sockets."""
        found = []
        while (received := self.zygotes[-1].receive()) is not None:
            init, child = (Channel(socket.socket(fileno=descriptor)) for descriptor in received[1])
            self.addCleanup(init.close)
            self.addCleanup(child.close)
            found.append((json.loads(received[0])["slot"], init, child))
        return found

    def _wait(self, slot: int, child: Channel) -> None:
        """Be a child that was made and waits for work."""
        stand_in = subprocess.Popen(["sleep", "60"])
        self.addCleanup(stand_in.wait)
        self.addCleanup(stand_in.kill)
        process = os.pidfd_open(stand_in.pid)
        self.zygotes[-1].say({"type": "made", "slot": slot}, [process, process])
        os.close(process)
        child.say({"type": "waiting"})

    def test_a_crowd_waits_its_turn(self) -> None:
        """A hundred at once are not made at once: a few at a time, the next ones as soon as one is ready."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        for _ in range(100):
            self.flavour.begin(self._work(), [])
        self._turn()
        first = self._children()
        self.assertEqual(len(first), MAKING_AT_ONCE)
        self._wait(first[0][0], first[0][2])
        self._turn()
        self.assertEqual(len(self._children()), 1)
        self.assertEqual(self._reasons("failed"), [])

    def test_a_child_that_fails_is_made_again(self) -> None:
        """One that could not be made disappoints nobody; several in a row do."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        self.flavour.begin(self._work(), [])
        for number in range(FAILURES):
            self.assertEqual(self._reasons("failed"), [], f"after {number}")
            self._turn()
            for slot, _, _ in self._children():
                self.zygotes[-1].say({"type": "unmade", "slot": slot, "reason": "no memory"})
            self._turn()
            self.flavour.fill()
        self.assertEqual(self._reasons("failed"), ["no memory"])

    def test_work_outlives_a_zygote(self) -> None:
        """Who waits when a zygote that served ends, and who was just being handed over, gets the next one's child."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        works = [self._work(), self._work()]
        for work in works:
            self.flavour.begin(work, [])
        self._turn()
        slot, init, child = self._children()[0]
        self._wait(slot, child)
        self._turn()
        attached = init.hear()
        assert attached is not None
        self.zygotes[-1].send(b"\xff{")
        self._turn()
        self.assertEqual(self._reasons("failed"), [])
        self.assertEqual(self.owner.told[-1][0], "loading")
        self.loop.later(FIRST_PAUSE + 0.2, self.loop.stop)
        self.loop.run()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        self._turn()
        self.assertEqual(len(self._children()), 2)

    def test_jobs_take_turns(self) -> None:
        """Of a flavour with so many works at a time the others wait, and begin when one is over."""
        flavour = Flavour("jobs", 1, lambda: self.spawn(), self.loop, self.owner, at_once=1)
        flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})
        for _ in range(3):
            flavour.begin(self._work(), [])
        self._turn()
        for slot, _, child in self._children():
            self._wait(slot, child)
        self._turn()
        phases = sorted(slot.phase for slot in flavour.slots.values())
        self.assertEqual(phases.count(Phase.ATTACHING), 1)
        [working] = [slot for slot in flavour.slots.values() if slot.phase == Phase.ATTACHING]
        working.phase = Phase.SERVING
        working.init_gone = True
        flavour.zygote_said({"type": "over", "slot": working.number, "status": 0, "cpu": 0.0, "peak": 0}, [])
        self._turn()
        self.assertEqual([slot.phase for slot in flavour.slots.values()].count(Phase.ATTACHING), 1)

    def test_lies(self) -> None:
        """A zygote that reports on a child that it does not have is ended, and another one is started."""
        for lie in ({"type": "made", "slot": 99}, {"type": "over", "slot": []}, {"type": "dance"}, {}):
            told = len(self._reasons("loading"))
            self.spawn = self._spawn
            self.flavour.start()
            self.zygotes[-1].say({"type": "ready", "data": 1})
            self.zygotes[-1].say(lie)
            self._turn()
            # Loading at its start, and again when it was ended.
            self.assertEqual(len(self._reasons("loading")), told + 2)
            self.assertEqual(self.owner.told[-1][0], "loading")

    def test_not_json(self) -> None:
        """Bytes that are no packet end the zygote, not the launcher."""
        self.flavour.start()
        self.zygotes[-1].send(b"\xff{")
        self._turn()
        self.assertEqual(self.owner.told[-1][0], "failed")

    def test_tries(self) -> None:
        """Work that no child can take is given up after some; what is told anew under its id has as many again."""
        self.flavour.start()
        self.zygotes[-1].say({"type": "ready", "data": 1})

        def fails(slot: Slot, work: Work, *arguments: Any) -> None:
            slot.work, slot.descriptors, slot.phase = work, [], Phase.ATTACHING
            raise OSError("nobody is there")

        self.patch(Slot, "take", fails)
        work = self._work()
        self.flavour.begin(work, [])
        for _ in range(FAILURES):
            self._offer_child()
        self.assertEqual(self._reasons("failed"), [])
        self.assertTrue(self.flavour.drop(work.id))
        self.flavour.begin(work, [])
        for number in range(FAILURES + 1):
            self.assertEqual(len(self._reasons("failed")), 1, f"after {number}")
            self._offer_child()
        self.assertEqual(self._reasons("failed")[1:], ["nobody is there"])

    def _offer_child(self) -> None:
        self._turn()
        for slot, _, child in self._children():
            self._wait(slot, child)
        self._turn()

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
