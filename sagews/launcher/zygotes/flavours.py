"""One flavour: its zygote, its waiting children, and the work that waits for one."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sagews.errors import SagewsError
from sagews.kernel.packets import Channel, PacketError, close_all
from sagews.launcher.loop import EventLoop, Timer
from sagews.launcher.resources.slots import Over, Phase, Slot, Work
from sagews.launcher.zygotes.processes import SpawnedZygote
from sagews.launcher.zygotes.supervisor import FIRST_PAUSE, LONGEST_PAUSE, Supervisor
from sagews.net.backoff import Backoff
from sagews.wire.fields import Fields
from sagews.wire.launcher import MAX_PACKET, MAX_REASON, MAX_SIZE

REFILL_SECONDS = 0.15
"""How long after a hand-over the pool is filled up: the first result comes first."""
PROCESSES = 2
"""Descriptors of a child that was made: its init's and its own."""
# A child takes 30 ms; on a machine that swaps it may take seconds, and one that hangs must not keep its uid for ever.
MAKING_SECONDS = 60.0
ATTACHING_SECONDS = 20.0
RETRY_SECONDS = 0.02


class Owner(Protocol):
    """What a flavour asks of the launcher."""

    def new_slot(self, flavour: str, init: Channel, child: Channel) -> Slot | None:
        """Return a slot with a free uid and a cgroup, or None when there is none."""

    def mounts(self, slot: Slot, work: Work) -> list[int]:
        """Return the detached mounts that a work needs."""

    def started(self, slot: Slot) -> None:
        """A slot has begun its work."""

    def failed(self, work: Work, reason: str) -> None:
        """A work could not begin."""

    def ended(self, slot: Slot) -> None:
        """Nothing is left of a slot but its descriptors and its cgroup."""

    def state(self, flavour: str, state: str, reason: str) -> None:
        """A flavour is loading, ready or failed."""


@dataclass(slots=True)
class Waiting:
    """Work for which no child is ready yet."""

    work: Work
    descriptors: list[int]


class Flavour:
    """A zygote and its children.

    Args:
        name: of the flavour.
        spare: how many children wait for work.
        spawn: starts the zygote.
        loop: the event loop.
        owner: the launcher.
    """

    _numbers = itertools.count(1)

    def __init__(
        self, name: str, spare: int, spawn: Callable[[], SpawnedZygote], loop: EventLoop, owner: Owner
    ) -> None:
        self.name = name
        self.slots: dict[int, Slot] = {}
        self._spare = spare
        self._loop = loop
        self._owner = owner
        self._supervisor = Supervisor(spawn, loop, self)
        self._queue: deque[Waiting] = deque()
        self._refill: Timer | None = None
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)

    def start(self) -> None:
        """Start the zygote."""
        self._supervisor.start()

    # ------------------------------------------------------------------------------------- the zygote

    def zygote_loading(self) -> None:
        """See ZygoteListener."""
        self._owner.state(self.name, "loading", "")

    def zygote_ready(self) -> None:
        """See ZygoteListener."""
        self._owner.state(self.name, "ready", "")
        self.fill()

    def zygote_gone(self, reason: str) -> None:
        """See ZygoteListener: all children are gone, and nobody who waits is left waiting."""
        # They were processes of its namespace, so the kernel has ended them without a word.
        for slot in list(self.slots.values()):
            slot.over = slot.over or Over(-9, 0.0, 0)
            slot.init_gone = True
            self._finish(slot)
        while self._queue:
            self._disappoint(reason)
        self._owner.state(self.name, "failed", reason)

    def zygote_said(self, message: dict[str, Any], descriptors: list[int]) -> None:
        """See ZygoteListener.

        Raises:
            SagewsError: for what is no report on one of our children: libraries of others run in a zygote.
        """
        fields = Fields(message)
        slot = self.slots.get(fields.integer("slot", 0, MAX_SIZE))
        kind = fields.choice("type", ("made", "unmade", "over"))
        # Twice "made" would make two slots share a pidfd, "over" before "made" would free a uid that is in use.
        if slot is None or (kind == "over") == (slot.init < 0) or len(descriptors) != PROCESSES * (kind == "made"):
            raise SagewsError("bad-message", reason="it is about no child that we know in this state")
        if kind == "made":
            self._made(slot, *descriptors)
        elif kind == "unmade":
            self._unmade(slot, fields.text("reason", MAX_PACKET))
        else:
            status = fields.integer("status", -256, 255)
            self._over(slot, Over(status, fields.number("cpu"), fields.integer("peak", 0, MAX_SIZE)))

    # ------------------------------------------------------------------------------------- children

    def begin(self, work: Work, descriptors: list[int]) -> None:
        """Hand a waiting child over, or the next one that is made."""
        self._queue.append(Waiting(work, descriptors))
        self._serve_queue()
        if self._queue:
            self.fill()

    def drop(self, id: str) -> bool:
        """Take back work that has not begun; False if there is none of this id."""
        for waiting in self._queue:
            if waiting.work.id == id:
                self._queue.remove(waiting)
                close_all(waiting.descriptors)
                self._owner.failed(waiting.work, "it was ended before it began")
                return True
        return False

    def uses(self, workspace: str) -> bool:
        """Whether a session or job of this flavour, begun or waiting, has a workspace's home."""
        works = [slot.work for slot in self.slots.values()] + [waiting.work for waiting in self._queue]
        return any(work is not None and work.workspace == workspace for work in works)

    def fill(self) -> None:
        """Make children until enough wait for work."""
        self._refill = None
        while self._supervisor.is_ready:
            # Those being made count too: each turn would otherwise ask for the same ones again.
            coming = sum(slot.phase in (Phase.MAKING, Phase.WAITING) for slot in self.slots.values())
            # Those for whom work waits already are not spare: behind them the pool is full again.
            if coming >= self._spare + len(self._queue):
                return
            if not self._make():
                # No uid is free: one comes back when a session ends, and nobody tells of that here.
                self._refill_later(self._backoff.take())
                return

    def _make(self) -> bool:
        init_channel, init_socket = Channel.pair()
        child_channel, child_socket = Channel.pair()
        slot = self._owner.new_slot(self.name, init_channel, child_channel)
        if slot is None:
            for end in (init_channel, init_socket, child_channel, child_socket):
                end.close()
            return False
        self.slots[slot.number] = slot
        # Opened here, where the cgroup tree can be seen; the zygote joins by descriptor and can reach no other group.
        entrances = slot.group.open_entrances() if slot.group is not None else []
        with init_socket, child_socket:
            order = {"type": "prepare", "slot": slot.number, "uid": slot.uid, "gid": slot.uid}
            order["own_users"] = slot.owner_map < 0
            self._supervisor.order(order, [init_socket.fileno(), child_socket.fileno(), *entrances])
        close_all(entrances)
        self._loop.watch(init_channel, lambda: self._init_spoke(slot))
        self._loop.watch(child_channel, lambda: self._child_spoke(slot))
        self._loop.later(MAKING_SECONDS, lambda: self._kill_if(slot, Phase.MAKING))
        return True

    def _kill_if(self, slot: Slot, phase: Phase) -> None:
        """End a slot that is stuck in a phase."""
        if slot.number in self.slots and slot.phase == phase:
            slot.kill("crash")

    def _made(self, slot: Slot, init: int, child: int) -> None:
        slot.init, slot.child = init, child
        slot.expose_to_memory_killer()
        # The init's end and not the child's is the end of everything: no process of the namespace outlives it.
        self._loop.watch(init, lambda: self._init_ended(slot))
        # It was ended before there was anything to send a signal to.
        if slot.condemned:
            slot.kill()
        # The child may have said that it waits before the zygote said that it is made.
        self._serve_queue()

    def _unmade(self, slot: Slot, reason: str) -> None:
        """The init factory could not furnish an init."""
        slot.over, slot.init_gone = Over(-9, 0.0, 0), True
        self._finish(slot, reason)

    def _child_spoke(self, slot: Slot) -> None:
        try:
            received = slot.child_channel.hear()
        except (EOFError, PacketError):
            self._loop.unwatch(slot.child_channel)
            return
        # Only the first word counts; whatever a child says after its hand-over comes from a stranger's code.
        if received is not None and slot.phase == Phase.MAKING:
            slot.phase = Phase.WAITING
            self._backoff.forget()
            self._serve_queue()

    def _serve_queue(self) -> None:
        for slot in list(self.slots.values()):
            if not self._queue:
                return
            if slot.phase == Phase.WAITING and slot.is_alive:
                self._hand_over(slot, self._queue.popleft())

    def _hand_over(self, slot: Slot, waiting: Waiting) -> None:
        try:
            # A home that can't be mounted is the work's fault, so the child keeps waiting for the next one.
            mounts = self._owner.mounts(slot, waiting.work)
        except OSError as error:
            close_all(waiting.descriptors)
            self._owner.failed(waiting.work, str(error))
            return
        try:
            slot.take(waiting.work, waiting.descriptors, mounts)
        except OSError as error:
            self._abandon(slot, str(error))
        # Sent or not, our copies go: a mount that is held open here could not be detached.
        finally:
            close_all(mounts)
        self._loop.later(ATTACHING_SECONDS, lambda: self._kill_if(slot, Phase.ATTACHING))
        if self._refill is None:
            self._refill_later(REFILL_SECONDS)

    def _refill_later(self, seconds: float) -> None:
        self._refill = self._loop.later(seconds, self.fill)

    def _abandon(self, slot: Slot, reason: str) -> None:
        """Give up a hand-over that failed: the child is ended, the work refused."""
        work, slot.work = slot.work, None
        slot.kill("crash")
        if work is not None:
            self._owner.failed(work, reason)

    def _init_spoke(self, slot: Slot) -> None:
        try:
            received = slot.init_channel.hear()
        except (EOFError, PacketError):
            self._loop.unwatch(slot.init_channel)
            return
        if received is None:
            return
        if received[0].get("type") != "attached":
            self._abandon(slot, str(received[0].get("reason")))
            return
        try:
            slot.release()
        except OSError as error:
            self._abandon(slot, str(error))
            return
        self._owner.started(slot)

    # ------------------------------------------------------------------------------------- ends

    def _init_ended(self, slot: Slot) -> None:
        slot.init_gone = True
        self._loop.unwatch(slot.init)
        self._finish(slot)

    def _over(self, slot: Slot, over: Over) -> None:
        # The zygote's word on the status, the kernel's on the end: both are needed, and they come in either order.
        slot.over = over
        if slot.init_gone:
            self._finish(slot)
        else:
            slot.kill()

    def _finish(self, slot: Slot, reason: str = "") -> None:
        """Report the end of a slot once its child and its init are both gone."""
        if slot.over is None or not slot.init_gone or slot.number not in self.slots:
            return
        del self.slots[slot.number]
        for watched in (slot.init_channel, slot.child_channel, slot.init):
            self._forget(watched)
        if slot.phase == Phase.ATTACHING and slot.work is not None:
            work, slot.work = slot.work, None
            self._owner.failed(work, "it was ended before it began")
        self._owner.ended(slot)
        # A child that can't be made fails again for the next one in the queue: one is told now, the rest get their
        # turn.
        if slot.phase == Phase.MAKING and self._supervisor.is_ready:
            self._disappoint(reason or self._supervisor.complaint or "the child ended before it was ready")
        if slot.phase in (Phase.MAKING, Phase.WAITING) and self._refill is None:
            self._refill_later(self._backoff.take())

    def _forget(self, watched: Channel | int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._loop.unwatch(watched)

    def _disappoint(self, reason: str) -> None:
        """Tell the first one who waits that no child could be made."""
        if self._queue:
            waiting = self._queue.popleft()
            close_all(waiting.descriptors)
            self._owner.failed(waiting.work, reason[-MAX_REASON:])
