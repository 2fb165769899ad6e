"""A child of the zygote: jailed first, then warm and waiting, then one session or one job until its end."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from sagews.kernel import calls
from sagews.kernel.packets import Channel
from sagews.session.kinds import table
from sagews.session.zygote import jail
from sagews.session.zygote.blocking_channel import hear, take_channel
from sagews.wire.zygote import HOME, JOB_FLAVOUR, PACKAGE, SCRATCH


def run(
    flavour: str, order: Mapping[str, Any], launcher: int, init: int, groups: Sequence[int], program: bytes, data: int
) -> NoReturn:
    """Be a session of a flavour.

    Args:
        flavour: what the zygote has loaded.
        order: the `prepare` packet.
        launcher: descriptor of the socket on which the hand-over comes.
        init: pidfd of the session's init.
        groups: open cgroup.procs files to join.
        program: the compiled filter.
        data: VmData of the warm zygote, bytes.
    """
    status = 1
    try:
        _reset_signals()
        _give_way()
        # The fork brought the zygote's sockets along, over which children of others are ordered.
        calls.close_all_but((launcher, init, *groups))
        jail.enter(init, groups, order, program)
        # From here on there is no right left: what is loaded and run below could be a stranger's.
        channel = take_channel(launcher)
        calls.close_all_but((launcher,))
        _warm(flavour)
        # Last of all: whoever is handed over now must be able to take a cell at once.
        channel.say({"type": "waiting"})
        status = _wait(flavour, channel, data)
    except SystemExit as exit_request:
        status = exit_request.code if isinstance(exit_request.code, int) else 1
    except BaseException:
        traceback.print_exc()
    # Not sys.exit: the zygote's own exit handlers and buffers came along with the fork and are not ours to run.
    finally:
        os._exit(status)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Libraries block signals while they load, and a mask is inherited: an interrupt would never arrive.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _give_way() -> None:
    """Never take the processor from a daemon by waking up (sched(7), SCHED_BATCH); what a session starts inherits it.

    A worker wakes one session with each cell that it hands over. On the processor of the one who wakes it, it would run
    at once, and whatever the reactor still had to do in that turn, for everybody, would wait for it.
    """
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _warm(flavour: str) -> None:
    if flavour == JOB_FLAVOUR:
        return
    # Jobs never come here: what this brings along would cost each of them time and memory for nothing.
    from sagews.session.preload import flavours

    flavours.prepare()


def _wait(flavour: str, channel: Channel, data: int) -> int:
    """Wait for the hand-over, then be what it says; return the exit status."""
    try:
        order, descriptors = hear(channel)
    except EOFError:
        return 0
    # A session must not hold a socket of the launcher's: what is said there is believed.
    channel.close()
    # At hand-over, when they are known; lowering one's own limits takes no right.
    jail.lower_limits(order["limits"], data)
    if order["type"] == "job":
        _become_job(order, descriptors)
    # Only now: before the hand-over there was an empty folder beneath the mount.
    os.chdir(HOME)
    return become_session(order["kind"], descriptors[0], flavour)


def become_session(name: str, descriptor: int, flavour: str) -> int:
    """Be a session of a kind until its end; return the exit status, 1 where there is no such kind."""
    kind = table.find(name)
    if kind is None:
        print(f"there is no kind of session called {name}", file=sys.stderr)  # noqa: T201  (goes to the launcher)
        return 1
    _redirect([os.open(os.devnull, os.O_RDWR)] * 3)
    return kind.serve(descriptor, flavour)


def _become_job(order: Mapping[str, Any], descriptors: list[int]) -> NoReturn:
    """Replace this process by a job's program, with the caller's descriptors as standard streams."""
    _redirect(descriptors)
    os.chdir(SCRATCH)
    script = f"{PACKAGE}/session/jobs/{order['job']}.py"
    arguments = json.dumps(order["arguments"])
    os.execv(sys.executable, [sys.executable, "-I", script, arguments])  # noqa: S606  (no shell, our own program)


def _redirect(descriptors: Sequence[int]) -> None:
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
    for descriptor in set(descriptors):
        os.close(descriptor)
