"""The launcher's service: obeys the daemon's packets as far as the permits go, and reports what becomes of sessions.

The daemon is hostile here: each packet is parsed by a fixed form, checked against the permits, and either done or
refused as a whole. A refusal closes the descriptors that came with it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sagews.errors import SagewsError
from sagews.kernel.packets import Channel, PacketError, close_all
from sagews.launcher import checks
from sagews.launcher.arrivals import Arrivals
from sagews.launcher.home_keeping import HomeKeeping
from sagews.launcher.isolation.level import Level
from sagews.launcher.isolation.self_test import SelfTest
from sagews.launcher.loop import EventLoop
from sagews.launcher.permits import Permits
from sagews.launcher.resources.allocation import SessionResources
from sagews.launcher.resources.slots import Slot, Work
from sagews.launcher.zygotes import interpreters
from sagews.launcher.zygotes import processes as zygotes
from sagews.launcher.zygotes.flavours import RETRY_SECONDS, Flavour
from sagews.wire import launcher as wire
from sagews.wire.zygote import JOB_FLAVOUR

# So that a daemon that never stops talking can't keep ends of sessions and deadlines from being seen to.
PACKETS_AT_ONCE = 32
# Seldom enough to cost nothing with hundreds of sessions; a session overdraws by two seconds of each core at most.
WATCH_SECONDS = 2.0
# Jobs (saves, checks) come one at a time, and a job's child costs little to make: nothing is preloaded in its zygote.
JOB_SPARES = 1
JOBS_AT_ONCE = 8
"""Jobs that run at one time, whatever a daemon asks for: each may have a processor and a gigabyte, so others wait."""


class Service:
    """Everything that the launcher does once it stands in its namespaces.

    Args:
        control: the socket with the daemon.
        permits: what is allowed at most.
        resources: uids, cgroups and homes.
        level: the isolation level that was reached.
        report: how it was found.
        loop: the event loop.
        job_interpreter: executable that runs jobs.
    """

    def __init__(
        self,
        control: Channel,
        permits: Permits,
        resources: SessionResources,
        level: Level,
        report: Mapping[str, Any],
        loop: EventLoop,
        job_interpreter: interpreters.Interpreter,
    ) -> None:
        self._control = control
        self._permits = permits
        self._resources = resources
        self._level = level
        self._report = dict(report)
        self._loop = loop
        self._job_interpreter = job_interpreter
        self._flavours: dict[str, Flavour] = {}
        self._running: dict[str, Slot] = {}
        self._known: dict[str, str] = {}
        self._configured = False
        self._serves = False
        self._self_test: SelfTest | None = None
        self._arrivals = Arrivals(resources.homes, self.failed, self._home_in_vain)
        self._homes = HomeKeeping(resources.homes, permits, loop, self._say, self._is_used, self._end_filling)

    def run(self) -> None:
        """Serve until the daemon closes the control socket or says stop."""
        self._loop.watch(self._control, self._heard)
        self._loop.before_waiting = self._flush
        self._loop.later(WATCH_SECONDS, self._watch_processors)
        self._homes.begin(self._homes_known)
        self._loop.run()

    def _homes_known(self) -> None:
        """Learn what homes can be here; nobody is told that we can serve before that."""
        self._report["homes"] = self._homes.form
        if self._homes.missing:
            self._report["missing"] = [*self._report.get("missing", []), self._homes.missing]
        self._greet()

    # ------------------------------------------------------------------------------------- the daemon

    def _heard(self) -> None:
        for _ in range(PACKETS_AT_ONCE):
            try:
                received = self._control.receive()
            except EOFError:
                self._loop.stop()
                return
            except PacketError:
                self._say(wire.Refused("bad-message", "The packet was cut short: it is too large or incomplete."))
                continue
            if received is None:
                return
            self._take(*received)

    def _take(self, packet: bytes, descriptors: list[int]) -> None:
        """Do what a packet asks, or refuse it and close its descriptors."""
        try:
            self._do(wire.parse_request(packet, len(descriptors)), descriptors)
        except SagewsError as error:
            close_all(descriptors)
            id, request = wire.identify(packet)
            self._say(wire.Refused(error.code, str(error)[: wire.MAX_REASON], id, request, error.parameters))
            # Serving on at a level that nobody wanted would be the silent fall-back that the levels are there to
            # prevent.
            if error.code == "isolation":
                self._loop.stop()

    def _do(self, request: wire.Request, descriptors: list[int]) -> None:
        # Until then nothing has been held against the daemon's own minimum.
        if not self._configured and not isinstance(request, wire.Configure):
            raise SagewsError("bad-message", reason="the launcher is not configured yet")
        match request:
            case wire.Configure():
                self._configure(request)
            case wire.StartSession() | wire.StartJob():
                self._start(request, descriptors)
            case wire.Signal():
                self._signal(request)
            case wire.AskUsage():
                usage = {id: self._running[id].usage() for id in request.ids if id in self._running}
                self._say(wire.UsageReport(request.request, usage))
            case wire.RemoveHome():
                self._homes.forget(request)
            case wire.StopLauncher():
                self._loop.stop()

    def _say(self, reply: wire.Reply) -> None:
        try:
            self._control.send(wire.format_packet(reply))
        except (OSError, PacketError):
            self._loop.stop()

    def _flush(self) -> None:
        try:
            self._control.flush()
        except OSError:
            self._loop.stop()
        self._loop.want_write(self._control, self._control.waiting)

    # ------------------------------------------------------------------------------------- requests

    def _configure(self, request: wire.Configure) -> None:
        if self._configured:
            raise SagewsError("bad-message", reason="the launcher is configured already")
        checks.check_flavours(request.pools, self._permits.flavours)
        wanted = {JOB_FLAVOUR: (JOB_SPARES, self._job_interpreter)}
        wanted |= {name: (spare, self._interpreter(name)) for name, spare in request.pools.items()}
        self._level = checks.choose_level(request, self._level, self._permits.minimum, self._report)
        self._report["level"] = self._level.name
        # At a lower level than was reached sessions must get what its name says, not more: tests and operators compare
        # levels.
        if not self._level.has_cgroups:
            self._resources.groups = None
            self._report["cgroup"] = "none"
        self._configured = True
        for name, (spare, interpreter) in wanted.items():
            self._flavours[name] = self._flavour(name, spare, interpreter)
        # Only when all are known: the first one to be ready may already be asked for.
        for flavour in self._flavours.values():
            flavour.start()

    def _interpreter(self, name: str) -> interpreters.Interpreter:
        return interpreters.examine(self._permits.flavours[name])

    def _flavour(self, name: str, spare: int, interpreter: interpreters.Interpreter) -> Flavour:
        def spawn() -> zygotes.SpawnedZygote:
            return self._spawn(name, interpreter)

        return Flavour(name, spare, spawn, self._loop, self, JOBS_AT_ONCE if name == JOB_FLAVOUR else None)

    def _spawn(self, name: str, interpreter: interpreters.Interpreter) -> zygotes.SpawnedZygote:
        """Start a zygote in a user namespace of its own, or with few of root's rights where that is impossible."""
        try:
            spawned = zygotes.start(name, interpreter, self._permits.package, self._resources.zygote_users)
        except OSError as error:
            # Without the map of owners there is nothing to fall back to: the files on disk would belong to the zygote's
            # own user.
            if self._resources.zygote_users is None or not self._resources.mapped:
                raise
            self._resources.zygote_users = None
            self._report["missing"] = [*self._report.get("missing", []), f"user namespaces for zygotes ({error})"]
            spawned = zygotes.start(name, interpreter, self._permits.package, None)
        inside = self._resources.zygote_users is not None or not self._resources.mapped
        self._report["zygotes"] = "in a user namespace" if inside else "few rights of root"
        return spawned

    def _start(self, work: Work, descriptors: list[int]) -> None:
        flavour = JOB_FLAVOUR if isinstance(work, wire.StartJob) else work.flavour
        if isinstance(work, wire.StartSession):
            checks.check_flavours([flavour], [name for name in self._flavours if name != JOB_FLAVOUR])
        checks.check_work(work, descriptors, self._permits, self._known)
        if _lays_out(work) and self._is_being_changed(work.workspace or ""):
            raise SagewsError("busy")
        self._known[work.id] = flavour
        self._arrivals.add(work, descriptors, self._flavours[flavour])

    def _is_being_changed(self, workspace: str) -> bool:
        return self._flavours[JOB_FLAVOUR].uses(workspace) or self._arrivals.uses(workspace)

    def _signal(self, request: wire.Signal) -> None:
        slot = self._running.get(request.id)
        if slot is not None and request.signal == "INT":
            slot.interrupt()
        elif slot is not None:
            slot.kill("killed")
        elif request.id not in self._known:
            raise SagewsError("no-session")
        # An interrupt for what has not begun is dropped: there is nothing yet that could be interrupted.
        elif request.signal == "KILL":
            self._cancel(request.id)

    def _cancel(self, id: str) -> None:
        """End a session that has not begun: it waits for a child, or its home is just being attached."""
        flavour = self._flavours[self._known[id]]
        if self._arrivals.drop(id) or flavour.drop(id):
            return
        for slot in flavour.slots.values():
            if slot.work is not None and slot.work.id == id:
                slot.kill("killed")

    def _is_used(self, workspace: str) -> bool:
        """Whether something that runs or waits has a workspace's home."""
        return self._arrivals.uses(workspace) or any(each.uses(workspace) for each in self._flavours.values())

    def _end_filling(self, workspace: str) -> None:
        """End the sessions of a workspace whose home holds too much."""
        for slot in list(self._running.values()):
            if isinstance(slot.work, wire.StartSession) and slot.work.workspace == workspace:
                slot.kill("disk")

    # ------------------------------------------------------------------------------------- what flavours ask

    def new_slot(self, flavour: str, init: Channel, child: Channel) -> Slot | None:
        """Return a slot with a free uid and a cgroup."""
        return self._resources.new_slot(flavour, init, child)

    def mounts(self, slot: Slot, work: Work) -> list[int]:
        """Return the detached mounts that a work needs."""
        return self._resources.mounts(slot, work)

    def started(self, slot: Slot) -> None:
        """Tell the daemon that a session has begun, and keep its deadline."""
        work = slot.work
        if work is None:
            return
        self._running[work.id] = slot
        if isinstance(work, wire.StartJob):
            # Jobs only: sessions end by their own limits, and by their worker, which knows whether anybody uses them.
            self._loop.later(work.seconds, lambda: self._expire(slot))
        if not self._is_self_test(work.id):
            self._say(wire.Started(work.id))

    def _is_self_test(self, id: str) -> bool:
        return self._self_test is not None and self._self_test.id == id

    def _expire(self, slot: Slot) -> None:
        if slot.work is not None and self._running.get(slot.work.id) is slot:
            slot.kill("deadline")

    def failed(self, work: Work, reason: str, code: str = "internal") -> None:
        """Tell the daemon that a session could not begin."""
        self._known.pop(work.id, None)
        if work.workspace is not None:
            self._home_in_vain(work.workspace)
        if self._is_self_test(work.id):
            self._give_up(f"The jail can't be built: {reason}")
        else:
            self._say(wire.Refused(code, reason[-wire.MAX_REASON :], work.id))

    def _home_in_vain(self, workspace: str) -> None:
        """Learn that who wanted a workspace's home does not need it any more; another may."""
        if not self._is_used(workspace):
            self._resources.homes.not_needed(workspace)

    def ended(self, slot: Slot) -> None:
        """Tell the daemon of a session's end, when nothing is left of it."""
        report = slot.ended()
        if slot.work is not None and _lays_out(slot.work) and (report.reason, report.status) == ("exit", 0):
            report = self._settled(slot.work, report)
        self._clear(slot, report)

    def _settled(self, work: Work, report: wire.Exited) -> wire.Exited:
        """Note that a job laid a home out whole, before anybody hears that it did."""
        try:
            self._resources.homes.names.settle(work.workspace or "")
        except OSError:
            traceback.print_exc()
            return replace(report, status=1)
        return report

    def _clear(self, slot: Slot, report: wire.Exited) -> None:
        # Processes of a killed namespace are taken down by the kernel one by one; a cgroup can't be removed before the
        # last is gone.
        if not self._resources.clear(slot):
            self._loop.later(RETRY_SECONDS, lambda: self._clear(slot, report))
            return
        if slot.work is not None:
            # Only now: whoever hears of the end may ask for the same home at once, and must not meet a process that
            # still writes to it.
            self._running.pop(slot.work.id, None)
            self._known.pop(slot.work.id, None)
            if self._self_test is not None and self._is_self_test(slot.work.id):
                self._self_test.finish(report)
            else:
                self._say(report)

    def state(self, flavour: str, state: str, reason: str) -> None:
        """Tell the daemon of a flavour; the launcher can serve once jobs can run."""
        if flavour != JOB_FLAVOUR:
            self._say(wire.FlavourState(flavour, state, reason[-wire.MAX_REASON :]))
        # Jobs come first of all: the probes are one, and a launcher whose jail leaks must not have served a session
        # before it knows.
        elif state == "ready":
            self._test_the_jail()
        elif state == "failed" and not self._serves:
            self._give_up(f"The jail can't be built: {reason}")
        elif reason:
            # Later it is no reason to end every session: it is started again, and jobs wait for it.
            print(f"the zygote of jobs ended and is started again: {reason}", file=sys.stderr, flush=True)  # noqa: T201

    def _test_the_jail(self) -> None:
        """Probe the jail from inside, once; say hello when every probe was safe."""
        if self._self_test is None:
            self._self_test = SelfTest(self._permits.limits, self._judge)
            job, descriptors = self._self_test.begin()
            self._known[job.id] = JOB_FLAVOUR
            self._flavours[JOB_FLAVOUR].begin(job, descriptors)

    def _judge(self, result: dict[str, Any], breaches: str) -> None:
        self._report["self_test"] = result
        if breaches:
            self._give_up(f"The jail failed its own test: {breaches}.")
        else:
            self._serves = True
            self._greet()

    def _give_up(self, reason: str) -> None:
        self._say(wire.Refused("isolation", reason[-wire.MAX_REASON :]))
        self._loop.stop()

    def _greet(self) -> None:
        """Say hello once the jail is known to be tight and homes to be had."""
        if not (self._serves and self._homes.form):
            return
        flavours = tuple(name for name in self._flavours if name != JOB_FLAVOUR)
        self._say(wire.LauncherInfo(self._level.name, self._report, flavours, self._resources.lent))

    def _watch_processors(self) -> None:
        """End sessions that used up their processor time in many short processes, which no rlimit adds up."""
        for slot in list(self._running.values()):
            if slot.used_up_its_time:
                slot.kill("cpu")
        self._loop.later(WATCH_SECONDS, self._watch_processors)


def _lays_out(work: Work) -> bool:
    """Whether a work changes which files a workspace has."""
    return isinstance(work, wire.StartJob) and work.workspace is not None and work.access != wire.READ
