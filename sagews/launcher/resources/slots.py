"""A slot: one child of a zygote with its init, uid and cgroup, from its making until nothing is left of it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from sagews.kernel import calls
from sagews.kernel.packets import Channel, close_all
from sagews.launcher.resources.cgroups import Group, Readings
from sagews.wire.launcher import Exited, StartJob, StartSession
from sagews.wire.zygote import HOME, SCRATCH

Work = StartSession | StartJob

OUT_OF_MEMORY_SCORE = "900"


class Phase(StrEnum):
    """Where a slot is in its life."""

    MAKING = "making"
    WAITING = "waiting"
    ATTACHING = "attaching"
    SERVING = "serving"


@dataclass(slots=True)
class Over:
    """What the zygote said of its child's end: exit status (minus a signal), CPU seconds, peak resident bytes."""

    status: int
    cpu: float
    peak: int


@dataclass(eq=False, slots=True)
class Slot:
    """One child and what belongs to it.

    Attributes:
        number: names it to the zygote; never used twice.
        flavour: of the zygote that it comes from.
        uid: the session's, inside and outside of its mounts.
        owner_map: user namespace for the home's mount, or -1 without root.
        group: its cgroup, if there are any.
        init_channel: the socket of its init; closing it ends the session.
        child_channel: the socket on which the child waits.
        init: pidfd of its init, -1 before it is made.
        child: pidfd of the child, likewise.
        work: what it was handed over for.
        descriptors: the work's, ours until they are handed over.
        tries: how many children could not take the work.
        condemned: why we ended it, if we did ("killed", "deadline", "cpu").
        over: what the zygote reported.
        inherited: bytes that it shares with its zygote at hand-over; only asked for where there is no cgroup.
        init_gone: whether the init has ended, and with it everything in its namespaces.
    """

    number: int
    flavour: str
    uid: int
    owner_map: int
    group: Group | None
    init_channel: Channel
    child_channel: Channel
    phase: Phase = Phase.MAKING
    init: int = -1
    child: int = -1
    work: Work | None = None
    descriptors: list[int] = field(default_factory=list)
    tries: int = 0
    condemned: str = ""
    over: Over | None = None
    inherited: int = 0
    init_gone: bool = False

    @property
    def is_alive(self) -> bool:
        """Whether its processes are there and nobody has ended them."""
        return self.init >= 0 and not self.init_gone and self.over is None and not self.condemned

    def expose_to_memory_killer(self) -> None:
        """Let the kernel take this session before the rest of the machine when memory runs out, where we may fix that.

        A process may lower its own score to the lowest that was set with CAP_SYS_RESOURCE on the host. Without that
        right all keep the score that they were born with, which none can lower, and the largest is taken: had the child
        raised its own, a hostile session would lower its score again and let its neighbours be taken.
        """
        if not calls.has_on_host(calls.CAP_SYS_RESOURCE):
            return
        for process in (self.init, self.child):
            with contextlib.suppress(OSError, KeyError, ValueError):
                Path(f"/proc/{_pid(process)}/oom_score_adj").write_text(OUT_OF_MEMORY_SCORE, encoding="ascii")

    def take(self, work: Work, descriptors: Sequence[int], mounts: Sequence[int]) -> None:
        """Begin the hand-over: bound the cgroup, have the init attach the mounts (home, and a job's scratch).

        Raises:
            OSError: when the cgroup or the init is gone.
        """
        self.work = work
        self.descriptors = list(descriptors)
        self.phase = Phase.ATTACHING
        # Before the home is there: the session must not run for a moment without its bounds.
        if self.group is not None:
            self.group.limit(work.limits)
        self.init_channel.say({"type": "attach", "targets": [HOME, SCRATCH][: len(mounts)]}, mounts)

    def release(self) -> None:
        """End the hand-over: the home is attached, so the child gets its descriptors and begins."""
        work = self.work
        if work is None:
            return
        message: dict[str, object] = {"limits": asdict(work.limits)}
        if isinstance(work, StartJob):
            message |= {"type": "job", "job": work.job, "arguments": dict(work.arguments)}
        else:
            message |= {"type": "serve", "kind": work.kind}
        # What it shares with its zygote (hundreds of megabytes of Sage) is not its own use; a cgroup does not count
        # that.
        self.inherited = _process_usage(self.child)[0] if self.group is None else 0
        self.child_channel.say(message, self.descriptors)
        close_all(self.descriptors)
        self.descriptors = []
        self.phase = Phase.SERVING

    def interrupt(self) -> None:
        """Send SIGINT to the child."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.child, signal.SIGINT)

    def kill(self, why: str = "") -> None:
        """End everything of it at once; the first reason stands."""
        # People read the first reason: a deadline stays one although a kill follows it.
        self.condemned = self.condemned or why
        # The init first: its end takes every process of the namespace along, those that left the child's session too.
        for process in (self.init, self.child):
            if process >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(process, signal.SIGKILL)

    def usage(self) -> tuple[int, float]:
        """Return memory in bytes and CPU seconds now."""
        own_memory, own_cpu = _process_usage(self.child)
        readings = self.readings()
        if readings is None:
            return max(0, own_memory - self.inherited), own_cpu
        return readings.memory, own_cpu if readings.cpu_seconds is None else readings.cpu_seconds

    @property
    def used_up_its_time(self) -> bool:
        """Whether all its processes together had more processor time than allowed; without a cgroup nobody knows."""
        if self.group is None or self.work is None:
            return False
        try:
            return (self.group.cpu_seconds() or 0.0) > self.work.limits.cpu_seconds
        except (OSError, ValueError):
            return False

    def readings(self) -> Readings | None:
        """Return what the cgroup counted, if there is one."""
        if self.group is None:
            return None
        try:
            return self.group.read()
        except (OSError, ValueError):
            return None

    def ended(self) -> Exited:
        """Return the report of its end; only after `over`."""
        over = self.over or Over(-signal.SIGKILL, 0.0, 0)
        readings = self.readings()
        cpu, peak = over.cpu, max(0, over.peak - self.inherited)
        if readings is not None:
            cpu, peak = max(cpu, readings.cpu_seconds or 0.0), readings.peak
        reason = self._reason(over, cpu, readings.killed_for_memory if readings else 0)
        return Exited(self.work.id if self.work else "", reason, over.status, round(cpu, 6), peak)

    def _reason(self, over: Over, cpu: float, killed_for_memory: int) -> str:
        if self.condemned:
            return self.condemned
        if over.status >= 0:
            return "exit"
        # The kernel's counter and not the signal alone, which a session can send itself.
        if over.status == -signal.SIGKILL and killed_for_memory:
            return "memory"
        # SIGXCPU can be ignored; the kernel's SIGKILL two seconds later looks like any other but for the time that was
        # used.
        allowed = self.work.limits.cpu_seconds if self.work else 0
        if over.status == -signal.SIGXCPU or (over.status == -signal.SIGKILL and allowed and cpu >= allowed):
            return "cpu"
        return "crash"

    def close(self) -> None:
        """Close every descriptor of it."""
        self.init_channel.close()
        self.child_channel.close()
        close_all([d for d in (self.init, self.child, self.owner_map) if d >= 0])
        close_all(self.descriptors)
        self.descriptors = []
        self.init = self.child = self.owner_map = -1


def _pid(process: int) -> int:
    """Return the number, in the launcher's namespace, of the process that a pidfd names.

    Raises:
        OSError, KeyError, ValueError: when it is gone.
    """
    lines = Path(f"/proc/self/fdinfo/{process}").read_text("ascii").splitlines()
    return int(dict(line.split(":", 1) for line in lines)["Pid"])


def _process_usage(process: int) -> tuple[int, float]:
    """Return resident memory in bytes and CPU seconds of the process that a pidfd names; zeros if it is gone."""
    try:
        # By the descriptor and not by a number that was remembered: a number may belong to another process by now.
        pid = _pid(process)
        status = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace")
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
        # From the last parenthesis on: a process chooses its name, which stands before it and may hold spaces and
        # digits.
        times = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        return memory * 1024, (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, KeyError, ValueError, StopIteration):
        return 0, 0.0
