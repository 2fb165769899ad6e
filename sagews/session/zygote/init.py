"""Process 1 of a session's namespaces: furnishes them, attaches the home at hand-over, drops every right, then waits.

It never runs user code. While it waits the kernel reaps orphans for it; when its socket closes it ends, and with it, by
the rule of pid namespaces, everything of the session. To wait it becomes another program (kernel/init_program.py),
because a Python that only waits would cost every session more than a megabyte.
"""

from __future__ import annotations

import os
import signal
import traceback
from typing import Any, NoReturn

from sagews.kernel import calls, seccomp
from sagews.kernel.packets import Channel, close_all
from sagews.session.zygote import namespaces
from sagews.session.zygote.blocking_channel import hear, take_channel
from sagews.wire.zygote import INIT

FURNISHED = b"furnished"


def run(order: dict[str, Any], descriptors: list[int], tell: int, program: bytes) -> NoReturn:
    """Be the init of one session (order: the `prepare` packet, program: its filter); `tell` takes what came of it."""
    try:
        # What the session leaves behind is inherited by this process; the kernel reaps it so.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        launcher = take_channel(_isolate_descriptors(descriptors, tell))
        # Before the uid changes: mounting takes rights that are given up next.
        namespaces.furnish(order["uid"], order["gid"])
        _become(order["uid"], order["gid"])
        os.write(tell, FURNISHED)
    except BaseException:
        os.write(tell, traceback.format_exc(limit=-3).encode()[-4000:])
        os._exit(1)
    os.close(tell)
    try:
        _wait_for_home(launcher, program)
    finally:
        os._exit(0)


def _isolate_descriptors(descriptors: list[int], tell: int) -> int:
    """Join the cgroups, keep the launcher's socket and the report pipe, close everything else that was inherited."""
    join(descriptors[1:])
    calls.close_all_but((descriptors[0], tell))
    return descriptors[0]


def join(groups: list[int]) -> None:
    """Put this process into cgroups by their open cgroup.procs (or v1's tasks) files."""
    for group in groups:
        os.write(group, b"0")


def _become(uid: int, gid: int) -> None:
    """Take the session's uid, keeping only the right to attach mounts until the hand-over."""
    # Attaching the home is the one thing left to do, and the kernel asks for this right over the mount namespace.
    keep = frozenset({calls.CAP_SYS_ADMIN})
    calls.limit_bounding_set(keep)
    calls.clear_ambient()
    if os.getuid() != uid:
        calls.keep_capabilities_over_uid_change()
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    calls.set_capabilities(keep)
    # It has the session's uid and one right that the session has not: nobody may trace it or look into its memory.
    calls.set_dumpable(False)
    calls.set_no_new_privileges()


def _wait_for_home(launcher: Channel, program: bytes) -> None:
    """Attach what the launcher sends, drop every right, and wait for the end."""
    try:
        order, mounts = hear(launcher)
    except EOFError:
        return
    try:
        for mount, target in zip(mounts, order["targets"], strict=True):
            # 0.07 ms; the launcher has done all that takes longer before it was sent.
            calls.move_mount(mount, target)
    except OSError as error:
        launcher.say({"type": "failed", "reason": str(error)})
        return
    close_all(mounts)
    # Before a single instruction of a stranger runs, and behind it the filter forbids to get any back.
    calls.set_capabilities(frozenset())
    seccomp.install(program)
    # Said first: the session begins while this process changes its program.
    launcher.say({"type": "attached"})
    os.set_blocking(launcher.fileno(), True)
    for descriptor in range(3):
        os.dup2(launcher.fileno(), descriptor)
    # A program of a few pages in place of a forked Python saves 1.3 MB for each session.
    os.execv(INIT, [INIT])  # noqa: S606  (no shell, our own program)
