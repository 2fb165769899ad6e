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
        calls.close_all_but((launcher, init, *groups))
        jail.enter(init, groups, order, program)
        channel = take_channel(launcher)
        calls.close_all_but((launcher,))
        _warm(flavour)
        channel.say({"type": "waiting"})
        status = _wait(flavour, channel, data)
    except SystemExit as exit_request:
        status = exit_request.code if isinstance(exit_request.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _warm(flavour: str) -> None:
    if flavour == JOB_FLAVOUR:
        return
    from sagews.session.preload import flavours

    flavours.prepare()


def _wait(flavour: str, channel: Channel, data: int) -> int:
    """Wait for the hand-over, then be what it says; return the exit status."""
    try:
        order, descriptors = hear(channel)
    except EOFError:
        return 0
    channel.close()
    jail.lower_limits(order["limits"], data)
    if order["type"] == "job":
        _become_job(order, descriptors)
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
