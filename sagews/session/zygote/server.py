"""The zygote: loads a flavour's libraries once, inside the sealed root, then forks a jailed child whenever it is told.

It is process 1 of its own pid namespace, so that its end is the end of every session that came from it. It holds no
secret and no descriptor but the launcher's socket. It keeps the rights that a child's jail needs, and no user's code or
data ever comes near it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import traceback
from collections.abc import Sequence
from typing import Any

from sagews.kernel import calls, seccomp
from sagews.kernel.packets import Channel, PacketError, close_all
from sagews.session.zygote import child, init_factory
from sagews.session.zygote.blocking_channel import hear
from sagews.wire.zygote import CONTROL_DESCRIPTOR, ENGINES, JOB_FLAVOUR

_COLLECTOR_THREADS = ("GC-marker-",)
"""Threads that may exist before a fork: ECL's collector has one, and works without it in the child."""


def run(flavour: str) -> None:
    """Serve the launcher until it is gone."""
    launcher = Channel(socket.socket(fileno=CONTROL_DESCRIPTOR))
    os.set_inheritable(CONTROL_DESCRIPTOR, False)
    inits = init_factory.start()
    try:
        _preload(flavour)
        _refuse_threads()
        _close_engines()
    except BaseException:
        launcher.say({"type": "failed", "reason": traceback.format_exc(limit=-4)[-1800:]})
        return
    zygote = Zygote(flavour, launcher, inits, _data_bytes())
    gc.freeze()
    launcher.say({"type": "ready", "data": zygote.data})
    zygote.serve()


def _preload(flavour: str) -> None:
    if flavour == JOB_FLAVOUR:
        return
    # Not at the top: the zygote of jobs stays small without it.
    from sagews.session.preload import flavours

    flavours.preload(flavour)


def _close_engines() -> None:
    """Let nobody write any more to what was prepared for all sessions: not this process, not those made from it."""
    flags = calls.MS_REMOUNT | calls.MS_BIND | calls.MS_RDONLY | calls.MS_NOSUID | calls.MS_NODEV
    calls.mount("none", ENGINES, None, flags)


def _refuse_threads() -> None:
    """Raise RuntimeError if there is a thread that a fork would lose."""
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/comm", encoding="utf-8") as stream:
            name = stream.read().strip()
        if int(task) != os.getpid() and not name.startswith(_COLLECTOR_THREADS):
            raise RuntimeError(f"a library started the thread {name}: a fork would lose it")


def _data_bytes() -> int:
    """Return VmData: the private writable memory of this process."""
    with open("/proc/self/status", encoding="ascii") as stream:
        line = next(line for line in stream if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024


class Zygote:
    """Forks children on order and reports their ends.

    Args:
        flavour: what was loaded.
        launcher: the control socket.
        inits: the init factory's socket.
        data: VmData of this process, bytes.
    """

    def __init__(self, flavour: str, launcher: Channel, inits: Channel, data: int) -> None:
        self.flavour = flavour
        self.data = data
        self._launcher = launcher
        self._inits = inits
        self._program = seccomp.compile_filter(os.uname().machine)
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self._slots: dict[int, int] = {}
        self._woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> None:
        """Obey until the launcher or the init factory is gone."""
        while True:
            writing = [self._launcher] if self._launcher.waiting else []
            reading: list[Any] = [self._launcher, self._inits, self._woken]
            readable, writable, _ = select.select(reading, writing, [])
            if writable:
                self._launcher.flush()
            if self._woken in readable:
                os.read(self._woken, 4096)
                self._reap()
            if self._inits in readable:
                # It only speaks when it is asked, which is waited for: this is its end.
                self._give_up()
                return
            if self._launcher in readable:
                try:
                    received = self._launcher.hear()
                except (EOFError, PacketError):
                    return
                if received is not None and not self._prepare(*received):
                    self._give_up()
                    return

    def _give_up(self) -> None:
        """End for want of the init factory: only a new zygote, still without its libraries, can fork another."""
        self._launcher.say({"type": "failed", "reason": "its init factory has ended"})
        self._launcher.flush()

    def _reap(self) -> None:
        """Report every child that has ended; orphans that came to us as process 1 are only reaped."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            slot = self._slots.pop(pid, None)
            if slot is not None:
                cpu = usage.ru_utime + usage.ru_stime
                code = os.waitstatus_to_exitcode(status)
                self._launcher.say(
                    {"type": "over", "slot": slot, "status": code, "cpu": cpu, "peak": usage.ru_maxrss * 1024}
                )

    def _prepare(self, order: dict[str, Any], descriptors: list[int]) -> bool:
        """Make one child: an init from the init factory, then a fork of this process into the init's namespaces.

        Returns:
            False if the init factory has ended.
        """
        for_init, for_child, *groups = descriptors
        try:
            self._inits.say(order, [for_init, *groups])
            answer, processes = hear(self._inits)
        except (EOFError, OSError):
            return False
        try:
            if answer["type"] != "forked":
                raise OSError(answer["reason"])
            processes.append(self._fork(order, for_child, processes[0], groups))
            self._launcher.say({"type": "made", "slot": order["slot"]}, processes)
        except OSError as error:
            self._launcher.say({"type": "unmade", "slot": order["slot"], "reason": str(error)})
        close_all([*descriptors, *processes])
        return True

    def _fork(self, order: dict[str, Any], for_child: int, init: int, groups: Sequence[int]) -> int:
        """Fork a child as a process of the init's pid namespace and return its pidfd."""
        calls.setns(init, calls.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            child.run(self.flavour, order, for_child, init, groups, self._program, self.data)
        calls.setns(self._own_pids, calls.CLONE_NEWPID)
        self._slots[pid] = order["slot"]
        return os.pidfd_open(pid)
