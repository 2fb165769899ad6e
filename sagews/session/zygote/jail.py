"""Puts a child of the zygote into its jail: cgroups, the init's namespaces, limits, uid, no rights, the filter.

All of it before hand-over, before anything of a user is near; only limits are lowered later. The order matters:
cgroups and namespaces need rights, the uid change clears the death signal, the filter comes last.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.kernel import calls, seccomp
from sagews.session.zygote.init import join

MAX_OPEN_FILES = 1024
# Between SIGXCPU, which ends a cell with words, and the kernel's SIGKILL.
CPU_GRACE_SECONDS = 2

_NAMESPACES = calls.CLONE_NEWNS | calls.CLONE_NEWIPC | calls.CLONE_NEWUTS | calls.CLONE_NEWNET | calls.CLONE_NEWCGROUP


def enter(init: int, groups: Sequence[int], order: Mapping[str, Any], program: bytes) -> None:
    """Become a jailed process of a session.

    Args:
        init: pidfd of the session's init, whose namespaces are entered.
        groups: open cgroup.procs files to join.
        order: the `prepare` packet: uid, gid, own_users.
        program: the compiled filter.
    """
    # First, so that whatever the next steps allocate is charged to the session.
    join(list(groups))
    # The pid namespace is not among them: the zygote forked this process into it.
    calls.setns(init, _NAMESPACES | (calls.CLONE_NEWUSER if order["own_users"] else 0))
    os.chdir("/")
    os.setsid()
    os.umask(0o022)
    # A core file would lie in the home with everything that the zygote had in its memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _lower(resource.RLIMIT_MEMLOCK, 2**20)
    _lower(resource.RLIMIT_MSGQUEUE, 2**20)
    _drop_rights(order["uid"], order["gid"])
    # The uid change took it away, and with it the session's own /proc/self.
    calls.set_dumpable(True)
    # After the uid change, which clears it.
    calls.die_with_parent(signal.SIGKILL)
    # Last, because the filter forbids several of the steps above.
    seccomp.install(program)


def _drop_rights(uid: int, gid: int) -> None:
    none: frozenset[int] = frozenset()
    calls.limit_bounding_set(none)
    calls.clear_ambient()
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    calls.set_capabilities(none)
    calls.set_no_new_privileges()


def lower_limits(limits: Mapping[str, int], base_data: int) -> None:
    """Lower this process's limits at hand-over.

    Args:
        limits: the fields of `Limits`; sizes in bytes, zero CPU seconds for no limit.
        base_data: private writable memory (VmData, bytes) that every child of the zygote begins with. The allowance
            on top is a little below the session's memory, so that Python says MemoryError before the kernel kills.
    """
    # Not RLIMIT_AS: Sage reserves gigabytes of addresses that it never touches.
    _lower(resource.RLIMIT_DATA, base_data + limits["memory"] * 15 // 16)
    _lower(resource.RLIMIT_FSIZE, limits["file"])
    # One more, for the init has the same uid.
    _lower(resource.RLIMIT_NPROC, limits["processes"] + 1)
    if limits["cpu_seconds"]:
        soft = limits["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + CPU_GRACE_SECONDS))


def _lower(which: int, value: int) -> None:
    """Set both limits to a value, or to the inherited hard limit where that is lower."""
    hard = resource.getrlimit(which)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bound, bound))
