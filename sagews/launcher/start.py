"""Takes the launcher from its first instruction to its service: permits, namespaces, level, cgroups."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagews.errors import SagewsError
from sagews.kernel import calls
from sagews.kernel.packets import Channel
from sagews.launcher import permits
from sagews.launcher.isolation.advice import advice
from sagews.launcher.isolation.level import Level, Machine
from sagews.launcher.isolation.table import LEVELS
from sagews.launcher.keeper import CRASHED, keep
from sagews.launcher.loop import EventLoop
from sagews.launcher.permits import Permits
from sagews.launcher.resources import cgroups
from sagews.launcher.resources.allocation import SessionResources
from sagews.launcher.resources.cgroups import Groups
from sagews.launcher.resources.homes import Homes, refuses_maps
from sagews.launcher.resources.uids import UID_WITHOUT_ROOT, UidPool
from sagews.launcher.service import Service
from sagews.launcher.zygotes import interpreters
from sagews.launcher.zygotes.interpreters import Interpreter
from sagews.launcher.zygotes.processes import Users
from sagews.wire.launcher import Refused, format_packet

MAX_OPEN_FILES = 65_536
CLEARING_TRIES, CLEARING_SECONDS = 100, 0.02


def run(arguments: Sequence[str]) -> int:
    """Run the program: a launcher, and another one when it dies; return the exit status."""
    control, _ = _arguments(arguments)
    _leave_the_terminal(control.fileno())
    return keep(control, arguments, start)


def start(control: socket.socket, arguments: Sequence[str]) -> int:
    """Run one launcher; return the exit status."""
    keeper, path = os.getppid(), Path(arguments[1])
    try:
        allowed = permits.load(path, os.geteuid())
        permits.require_closed_code(allowed, os.geteuid())
        jobs = interpreters.examine(Path(sys.executable))
    except SagewsError as error:
        _refuse(control, error)
        return 1
    is_root = os.geteuid() == 0
    # Before the namespaces: from inside of them the host's cgroup tree can't be found any more.
    groups, missing = _groups(is_root)
    resources = _resources(allowed, groups, is_root)
    if is_root and not resources.mapped:
        missing.append("idmapped mounts on the homes' file system: sessions share one uid outside of their namespaces")
    machine = Machine(is_root, groups is not None, calls.landlock_version())
    level, enter = LEVELS.best(machine)
    try:
        enter()
    except OSError as error:
        _refuse(control, _no_namespaces(error, allowed, machine))
        return 1
    # Only now: the kernel forgets it when rights change, as they do on the way into a user namespace.
    calls.die_with_parent(signal.SIGKILL)
    if os.getppid() != keeper:
        return 1
    return _guard(control, LaunchPlan(allowed, jobs, resources, level, _report(level, groups, missing)))


def _arguments(arguments: Sequence[str]) -> tuple[socket.socket, Path]:
    try:
        descriptor, path = arguments
        control = socket.socket(fileno=int(descriptor))
        if control.type != socket.SOCK_SEQPACKET or control.family != socket.AF_UNIX:
            raise ValueError("the descriptor is no packet socket")
    except (ValueError, OSError) as error:
        print(f"usage: main.py <control socket> <permits file>: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    return control, Path(path)


def _refuse(control: socket.socket, error: SagewsError) -> None:
    with contextlib.suppress(OSError):
        control.send(format_packet(Refused(error.code, str(error)[:2000])))


def _leave_the_terminal(control: int) -> None:
    """Have a session of our own (Ctrl-C is not for us), no inherited descriptor, and room for many."""
    with contextlib.suppress(OSError):
        os.setsid()
    # The daemon's terminal and pipes are no business of what comes from here; standard error stays, for the daemon's
    # log.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    calls.close_all_but((control,))
    # Whatever is created from here on and forgets to say its mode is nobody else's.
    os.umask(0o077)
    os.chdir("/")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MAX_OPEN_FILES), hard))


def _no_namespaces(error: OSError, allowed: Permits, machine: Machine) -> SagewsError:
    words = f"Namespaces can't be made ({error.strerror}). {advice()}"
    return SagewsError("isolation", level=LEVELS.left(machine).name, minimum=allowed.minimum, advice=words)


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """What the launcher proper works with."""

    permits: Permits
    jobs: Interpreter
    resources: SessionResources
    level: Level
    report: dict[str, Any]


def _guard(control: socket.socket, plan: LaunchPlan) -> int:
    """Fork the launcher proper, wait for it, clear up behind it."""
    # Closes when the guard dies, so that the launcher proper can tell a parent that died before it asked to die with
    # it.
    alive, guard = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(guard)
        status = CRASHED
        try:
            status = _launch(Channel(control), plan, alive)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    control.close()
    os.close(alive)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    # The number of a signal could be taken for one of the statuses that end the program for good.
    status = CRASHED if status < 0 else status
    # The kernel takes a while to take down what was in the namespace, and a cgroup with a process in it can't be
    # removed.
    for _ in range(CLEARING_TRIES):
        if plan.resources.close():
            break
        time.sleep(CLEARING_SECONDS)
    return status


def _launch(control: Channel, plan: LaunchPlan, alive: int) -> int:
    """Be process 1 of the launcher's pid namespace."""
    calls.die_with_parent(signal.SIGKILL)
    # Asked after the request above, and so sure either way: the parent was there then, or is seen to be gone here.
    if select.select([alive], [], [], 0)[0]:
        return 1
    # Or every mount that is made for a session would show on the host, and stay there.
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    # The host's /proc shows other process numbers than those of this namespace, and pidfds are looked up by number.
    calls.mount("proc", "/proc", "proc", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC)
    Service(control, plan.permits, plan.resources, plan.level, plan.report, EventLoop(), plan.jobs).run()
    return 0


def _groups(is_root: bool) -> tuple[Groups | None, list[str]]:
    if not is_root:
        return None, ["cgroups (not without root)"]
    try:
        groups = cgroups.find()
        # A killed launcher leaves its folders; nobody else knows that they are ours.
        groups.sweep()
        return groups, []
    except OSError as error:
        return None, [f"cgroups ({error})"]


def _resources(allowed: Permits, groups: Groups | None, is_root: bool) -> SessionResources:
    """Return where sessions live: with root each has a uid of its own, if the homes' file system can map owners.

    If it can't, sessions have the uid that owns the files, each in a user namespace of its own, as without root.
    """
    first, last = allowed.uids
    if is_root and not refuses_maps(allowed.homes, first, first + 1):
        homes = Homes(allowed.homes, first, is_root=True, mapped=True)
        lent = (first + 1, last - 1)
        users = Users(zygote=last, inside=0, first=lent[0], count=lent[1] - lent[0] + 1)
        return SessionResources(homes, groups, UidPool(*lent), first, lent, users, mapped=True)
    if is_root:
        homes = Homes(allowed.homes, first, is_root=True, mapped=False)
        alone = Users(zygote=first, inside=first, first=last, count=1)
        return SessionResources(
            homes, groups, UidPool(first, first, shared=True), first, (first, first), alone, mapped=False
        )
    uid = UID_WITHOUT_ROOT
    homes = Homes(allowed.homes, uid, is_root=False, mapped=False)
    return SessionResources(homes, None, UidPool(uid, uid, shared=True), uid, (uid, uid), None, mapped=False)


def _report(level: Level, groups: Groups | None, missing: list[str]) -> dict[str, Any]:
    return {
        "level": level.name,
        "namespaces": level.namespaces,
        "cgroup": groups.describe() if groups is not None else "none",
        "network": "loopback",
        "missing": missing,
    }
