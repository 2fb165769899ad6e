"""One flavour: its zygote, its waiting children, and the work that waits for one."""

from __future__ import annotations

import contextlib
import errno
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
from sagews.wire.homes import MAX_SIZE
from sagews.wire.launcher import MAX_PACKET, MAX_REASON

REFILL_SECONDS = 0.15
"""How long after a hand-over the pool is filled up: the first result comes first."""
PROCESSES = 2
"""Descriptors of a child that was made: its init's and its own."""
# A child takes 30 ms; on a machine that swaps it may take seconds, and one that hangs must not keep its uid for ever.
MAKING_SECONDS = 60.0
ATTACHING_SECONDS = 20.0
MAKING_AT_ONCE = 8
"""Children that are made at one time: made all at once, none of a hundred is ready before the patience with it ends."""
FAILURES = 3
"""So many children in a row that could not be made mean that the next one can't be made either."""
RETRY_SECONDS = 0.02


class Owner(Protocol):
    """What a flavour asks of the launcher."""

    def new_slot(self, flavour: str, init: Channel, child: Channel) -> Slot | None:
        """Return a slot with a free uid and a cgroup, or None when there is none."""

    def mounts(self, slot: Slot, work: Work) -> list[int]:
        """Return the detached mounts that a work needs."""

    def started(self, slot: Slot) -> None:
        """A slot has begun its work."""

    def failed(self, work: Work, reason: str, code: str = "internal") -> None:
        """A work could not begin; the code is that of a SagewsError."""

    def ended(self, slot: Slot) -> None:
        """Nothing is left of a slot but its descriptors and its cgroup."""

    def state(self, flavour: str, state: str, reason: str) -> None:
        """A flavour is loading, ready or failed."""


@dataclass(slots=True)
class Waiting:
    """Work for which no child is ready yet, and how many could not take it."""

    work: Work
    descriptors: list[int]
    tries: int = 0


class Flavour:
    """A zygote and its children.

    Args:
        name: of the flavour.
        spare: how many children wait for work.
        spawn: starts the zygote.
        loop: the event loop.
        owner: the launcher.
        at_once: how many works of it go on at one time; others wait. None: no bound.
    """

    _numbers = itertools.count(1)

    def __init__(
        self,
        name: str,
        spare: int,
        spawn: Callable[[], SpawnedZygote],
        loop: EventLoop,
        owner: Owner,
        at_once: int | None = None,
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
        self._at_once = at_once
        self._failures = 0

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

    def zygote_gone(self, reason: str, *, served: bool) -> None:
        """See ZygoteListener: all children are gone.

        After one that served, who waits goes on waiting, because the next one will serve too; where it can't even be
        loaded nobody is left waiting.
        """
        # They were processes of its namespace, so the kernel has ended them without a word.
        for slot in list(self.slots.values()):
            self._take_back(slot)
            slot.over = slot.over or Over(-9, 0.0, 0)
            slot.init_gone = True
            self._finish(slot)
        while self._queue and not served:
            self._disappoint(reason)
        self._owner.state(self.name, "loading" if served else "failed", reason)

    def _take_back(self, slot: Slot) -> None:
        """Let a work wait again whose hand-over its zygote's end has cut short: its descriptors are still ours."""
        if slot.phase == Phase.ATTACHING and slot.work is not None and not slot.condemned:
            self._queue.appendleft(Waiting(slot.work, slot.descriptors, slot.tries))
            slot.work, slot.descriptors = None, []

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
            # Those being made count too: each turn would otherwise ask for the same ones again. Those for whom work
            # waits already are not spare: behind them the pool is full again.
            making = sum(slot.phase == Phase.MAKING for slot in self.slots.values())
            waiting = sum(slot.phase == Phase.WAITING for slot in self.slots.values())
            if making >= MAKING_AT_ONCE or making + waiting >= self._spare + min(len(self._queue), self._room):
                return
            if not self._make():
                # No uid is free: one comes back when a session ends, and nobody tells of that here.
                self._refill_later(self._backoff.take())
                return

    @property
    def _room(self) -> int:
        """How many more works may begin now."""
        if self._at_once is None:
            return len(self._queue)
        working = sum(slot.phase in (Phase.ATTACHING, Phase.SERVING) for slot in self.slots.values())
        return max(0, self._at_once - working)

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
            self._failures = 0
            self._serve_queue()
            if self._queue:
                # Who waits does so for the next child, and only now there is room to make it.
                self.fill()

    def _serve_queue(self) -> None:
        for slot in list(self.slots.values()):
            if not self._queue or not self._room:
                return
            if slot.phase == Phase.WAITING and slot.is_alive and not self._hand_over(slot, self._queue.popleft()):
                # The others of the same zygote are most likely gone too: look again when that has been noticed.
                self._loop.later(RETRY_SECONDS, self._serve_queue)
                return

    def _hand_over(self, slot: Slot, waiting: Waiting) -> bool:
        """Give a child its work; False if it can't be reached, and the work waits for another one."""
        try:
            # A home that can't be mounted is the work's fault, so the child keeps waiting for the next one.
            mounts = self._owner.mounts(slot, waiting.work)
        except (OSError, SagewsError) as error:
            close_all(waiting.descriptors)
            self._owner.failed(waiting.work, str(error), _code_of(error))
            return True
        slot.tries = waiting.tries
        try:
            slot.take(waiting.work, waiting.descriptors, mounts)
        except OSError as error:
            self._try_another(slot, str(error))
            return False
        # Sent or not, our copies go: a mount that is held open here could not be detached.
        finally:
            close_all(mounts)
        self._loop.later(ATTACHING_SECONDS, lambda: self._kill_if(slot, Phase.ATTACHING))
        if self._refill is None:
            self._refill_later(REFILL_SECONDS)
        return True

    def _refill_later(self, seconds: float) -> None:
        self._refill = self._loop.later(seconds, self.fill)

    def _try_another(self, slot: Slot, reason: str) -> None:
        """End a child that could not take its work, most likely because its zygote has just died, and use the next."""
        if slot.work is None or not _may_try_again(slot):
            self._abandon(slot, reason)
            return
        self._take_back(slot)
        slot.kill("crash")
        self.fill()

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
            self._try_another(slot, str(error))
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
            if slot.condemned or not _may_try_again(slot):
                work, slot.work = slot.work, None
                self._owner.failed(work, "it was ended before it began")
            self._take_back(slot)
        self._owner.ended(slot)
        self._go_on(slot, reason)

    def _go_on(self, slot: Slot, reason: str) -> None:
        """Let others begin where a slot has ended, or learn why none of them can."""
        if slot.phase == Phase.MAKING and self._supervisor.is_ready:
            self._failures += 1
            if self._failures >= FAILURES:
                self._disappoint(reason or self._supervisor.complaint or "the child ended before it was ready")
        if self._queue and self._supervisor.is_ready:
            self._serve_queue()
            if slot.phase in (Phase.ATTACHING, Phase.SERVING):
                self.fill()
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
            self._owner.failed(waiting.work, reason[-MAX_REASON:], "flavour-failed")


def _may_try_again(slot: Slot) -> bool:
    """Count a child that could not take its work; say whether another may. Not for ever: it may be what ends them."""
    slot.tries += 1
    return slot.tries <= FAILURES


def _code_of(error: OSError | SagewsError) -> str:
    """What a work is refused as whose home could not be given to it: people can do something about a full disk."""
    if isinstance(error, SagewsError):
        return error.code
    return "disk-full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "internal"
