"""The init factory: a small process, forked before Sage is loaded, that forks the init of each session.

An init forked from here costs 1.6 MB instead of 8, and its page tables copy in a fraction of the time.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from sagews.kernel import calls, seccomp
from sagews.kernel.packets import Channel, close_all
from sagews.session.zygote import init
from sagews.session.zygote.blocking_channel import hear


def start() -> Channel:
    """Fork the init factory and return the zygote's end of its socket."""
    ours, theirs = Channel.pair()
    # Before the zygote imports anything: a fork of the warm one copies page tables for 15 ms and keeps 8 MB.
    if os.fork() == 0:
        ours.close()
        try:
            _run(Channel(theirs))
        finally:
            os._exit(0)
    theirs.close()
    return ours


def _run(zygote: Channel) -> None:
    """Serve until the zygote is gone. Children are reaped by the kernel; their parent needs no status of an init."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    calls.die_with_parent(signal.SIGKILL)
    # To come back to: after unshare only children are in the new namespace, and a second unshare would nest.
    own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY)
    # Once: compiling takes 10 ms, installing the bytes a fifth of one.
    program = seccomp.compile_filter(os.uname().machine)
    while True:
        try:
            order, descriptors = hear(zygote)
        except EOFError:
            return
        _spawn(zygote, own_pids, order, descriptors, program)
        close_all(descriptors)


def _spawn(zygote: Channel, own_pids: int, order: dict[str, Any], descriptors: list[int], program: bytes) -> None:
    """Fork an init into a new pid namespace and report when its namespaces are furnished."""
    told, tell = os.pipe()
    if order["own_users"]:
        pid = _fork_with_own_users(order, descriptors, tell, program)
    else:
        calls.unshare(calls.CLONE_NEWPID)
        pid = _fork_init(order, descriptors, tell, program)
        # Without it the next unshare fails, because a process may have only one namespace waiting for its children.
        calls.setns(own_pids, calls.CLONE_NEWPID)
    os.close(tell)
    # Until the init closes it: its namespaces must be whole before a session joins them.
    report = _read_all(told)
    if pid and report == init.FURNISHED:
        process = os.pidfd_open(pid)
        zygote.say({"type": "forked"}, [process])
        os.close(process)
    else:
        zygote.say({"type": "failed", "reason": report.decode(errors="replace")[:1000] or "it died"})


def _fork_init(order: dict[str, Any], descriptors: list[int], tell: int, program: bytes) -> int:
    pid = os.fork()
    if pid == 0:
        init.run(order, descriptors, tell, program)
    return pid


def _fork_with_own_users(order: dict[str, Any], descriptors: list[int], tell: int, program: bytes) -> int:
    """Fork an init into a user namespace of its own, and return its pid, or 0 if it could not be made.

    All sessions have one uid outside; the kernel counts processes by uid and user namespace, so each has its own count.
    Nobody comes back from a new user namespace: a process in between makes it and ends; the zygote inherits the init.
    """
    told, tell_pid = os.pipe()
    if os.fork() == 0:
        try:
            calls.enter_user_namespace(order["uid"], order["gid"])
            calls.unshare(calls.CLONE_NEWPID)
            os.write(tell_pid, str(_fork_init(order, descriptors, tell, program)).encode())
        except OSError as error:
            os.write(tell, str(error).encode())
        os._exit(0)
    os.close(tell_pid)
    return int(_read_all(told) or b"0")


def _read_all(descriptor: int) -> bytes:
    with open(descriptor, "rb") as stream:
        return stream.read(4096)
