"""Starts a zygote: a mount namespace with the sealed root, a pid namespace, few rights, then the session interpreter.

The zygote begins as the grandchild of the launcher, because whoever makes a pid namespace can't be its first process;
the process in between ends at once and the launcher, process 1 of its own namespace, inherits the zygote.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import ExitStack
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NoReturn

from sagews.kernel import calls
from sagews.kernel.packets import Channel
from sagews.kernel.pipes import pipe
from sagews.launcher.zygotes import interpreters, sealed_root
from sagews.launcher.zygotes.interpreters import INTERPRETER, Interpreter
from sagews.wire.zygote import CONTROL_DESCRIPTOR, PACKAGE

RIGHTS = frozenset(
    {calls.CAP_SYS_ADMIN, calls.CAP_SYS_PTRACE, calls.CAP_SETUID, calls.CAP_SETGID, calls.CAP_SETPCAP}
    | {calls.CAP_NET_ADMIN, calls.CAP_SYS_CHROOT}
)
"""What a zygote keeps of root: namespaces and mounts, joining an init's namespaces, the uid change, dropping rights,
raising loopback."""

MAX_OPEN_FILES = 4096


@dataclass(slots=True)
class SpawnedZygote:
    """A zygote that was just started.

    Attributes:
        pid: its process, a child of the launcher.
        process: its pidfd.
        channel: the control socket.
        complaints: descriptor of the pipe that takes its standard error.
    """

    pid: int
    process: int
    channel: Channel
    complaints: int


@dataclass(frozen=True, slots=True)
class Users:
    """The users of a zygote's own user namespace: it has rights in there, and is nobody outside.

    Attributes:
        zygote: its uid outside.
        inside: its uid inside.
        first: the first uid of sessions, the same inside and outside.
        count: how many of them there are.
    """

    zygote: int
    inside: int
    first: int
    count: int

    @property
    def map(self) -> str:
        """The text of uid_map and gid_map."""
        return f"{self.inside} {self.zygote} 1\n{self.first} {self.first} {self.count}\n"


def start(flavour: str, interpreter: Interpreter, package: Path, users: Users | None) -> SpawnedZygote:
    """Start the zygote of a flavour; it reports on its channel when it is ready.

    Args:
        flavour: what it loads.
        interpreter: what runs it.
        package: the sagews package.
        users: of its own user namespace; None: it stays in the launcher's.

    Raises:
        OSError: when a step of the sealed root was refused; its text says which.
    """
    with ExitStack() as kept, ExitStack() as opened:
        channel, theirs = Channel.pair()
        kept.callback(channel.close)
        opened.enter_context(theirs)
        # Not blocking for us, blocking for the zygote: it may wait for us with its complaints, never we for it.
        complaints, complain = os.pipe2(os.O_CLOEXEC)
        kept.callback(os.close, complaints)
        opened.callback(os.close, complain)
        os.set_blocking(complaints, False)
        # Its end is the answer to "did it work": the process between writes a pid or a reason, and dies either way.
        told, tell = pipe(opened)
        between = os.fork()
        if between == 0:
            _prepare(flavour, interpreter, package, users, theirs.fileno(), complain, tell.fileno())
        tell.close()
        answer = _all_of(told)
        # Reaped here, so that its number is free; the zygote is then inherited by the launcher, process 1 of the
        # namespace.
        os.waitpid(between, 0)
        if not answer.isdigit():
            raise OSError(answer or "the process ended")
        zygote = SpawnedZygote(int(answer), os.pidfd_open(int(answer)), channel, complaints)
        kept.pop_all()
        return zygote


def _all_of(told: FileIO) -> str:
    """Return what comes until the pipe ends, 4096 bytes at most."""
    answer = b""
    while len(answer) < 4096 and (data := told.read(4096 - len(answer))):
        answer += data
    return answer.decode(errors="replace")


def _prepare(
    flavour: str, interpreter: Interpreter, package: Path, users: Users | None, control: int, complain: int, tell: int
) -> NoReturn:
    """Build the sealed root, fork the zygote into a new pid namespace, report its pid."""
    try:
        # A fork of the launcher has its handlers, which write into its event loop.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.umask(0o022)
        calls.close_all_but((control, complain, tell))
        # The pivot below takes the old tree away from everybody in the same mount namespace; the launcher opens homes
        # in it.
        calls.unshare(calls.CLONE_NEWNS)
        calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
        # With the launcher's rights, and so before they are given up: cloning the host's folders takes them.
        sealed_root.seal(interpreter, package)
        if users is None:
            calls.unshare(calls.CLONE_NEWPID)
        else:
            _enter_own_users(users)
        pid = os.fork()
        if pid == 0:
            os.close(tell)
            _become(flavour, interpreter, control, complain)
        os.write(tell, str(pid).encode())
    except BaseException:
        os.write(tell, traceback.format_exc(limit=-3).encode()[-3000:])
    os._exit(0)


def _enter_own_users(users: Users) -> None:
    """Give host root up for root of a user namespace, with mount and pid namespaces that belong to it.

    The map of users can only be written by somebody who stays outside and is root there: a helper.
    """
    told, tell = os.pipe2(os.O_CLOEXEC)
    helper = os.fork()
    if helper == 0:
        status = 1
        try:
            os.read(told, 1)
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/{os.getppid()}/{name}").write_text(users.map, encoding="ascii")
            status = 0
        finally:
            os._exit(status)
    # The last two once more: only namespaces that the new user namespace owns give it rights over mounts and processes.
    calls.unshare(calls.CLONE_NEWUSER | calls.CLONE_NEWNS | calls.CLONE_NEWPID)
    os.write(tell, b".")
    if os.waitpid(helper, 0)[1] != 0:
        raise OSError("the users of a user namespace can't be mapped")
    # Root's groups would still open files of the host that are readable by group.
    os.setgroups([])
    calls.keep_capabilities_over_uid_change()
    os.setresgid(users.inside, users.inside, users.inside)
    os.setresuid(users.inside, users.inside, users.inside)


def _become(flavour: str, interpreter: Interpreter, control: int, complain: int) -> NoReturn:
    """Be process 1 of the zygote's namespace: mount its /proc, give rights up, start the interpreter."""
    try:
        # By process 1 of the namespace, because a /proc shows the namespace of whoever mounts it.
        calls.mount_own_proc()
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for target, descriptor in ((0, null), (1, complain), (2, complain), (CONTROL_DESCRIPTOR, control)):
            os.dup2(descriptor, target)
        calls.close_all_but((CONTROL_DESCRIPTOR,))
        calls.limit_bounding_set(RIGHTS)
        # Without uid 0 exec drops all capabilities but ambient ones: the zygote would start and fail at its first
        # child.
        if os.getuid() != 0:
            calls.set_capabilities(RIGHTS)
            calls.raise_ambient(RIGHTS)
        arguments = ["python", "-I", f"{PACKAGE}/session/zygote/main.py", flavour]
        os.execve(INTERPRETER, arguments, interpreters.environment(interpreter))  # noqa: S606
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
    os._exit(1)
