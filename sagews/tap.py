"""The command line `twistd sagews`: options are read and refused here, before anything daemonises.

twistd answers a bad option with a page of usage and status 0, and a port that is taken with a daemon that serves
nothing. Both end here instead, with one line and status 1, while there is still a terminal and no pid file.
"""

from __future__ import annotations

import errno
import os
import pwd
import sys
from types import TracebackType
from typing import Any, NoReturn

from twisted.application.service import IService
from twisted.internet import reactor
from twisted.python import usage

from sagews.config import problems
from sagews.config.loading import load
from sagews.config.settings import ROLES, Settings
from sagews.errors import SagewsError
from sagews.ops import folders
from sagews.ops.folders import Layout
from sagews.ops.preflight import preflight
from sagews.ops.service_manager import take_sockets
from sagews.ops.terminal_log import TerminalLog, choose
from sagews.ops.version import hold_version
from sagews.roles import SOCKET_NAMES, Daemon, bind_sockets

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class Options(usage.Options):
    """The options of `twistd sagews`."""

    synopsis = "[options]"
    longdesc = "Runs Sage Workspaces: all roles in one process, or those that --role names."
    optParameters = [["config", "c", None, "The settings file (TOML); `sagews check` reads it too."]]

    def __init__(self) -> None:
        super().__init__()
        self.roles: list[str] = []

    def opt_role(self, role: str) -> None:
        """Run this role: frontend, backend, worker or log. May be given several times; all by default."""
        if role not in ROLES:
            raise usage.UsageError(f"unknown role {role!r}; choose from {', '.join(ROLES)}")
        if role not in self.roles:
            self.roles.append(role)

    opt_r = opt_role

    def parseArgs(self, *arguments: str) -> None:
        """Refuse arguments that are not options."""
        if arguments:
            raise usage.UsageError(f"unexpected argument {arguments[0]!r}")

    def parseOptions(self, options: Any = None) -> None:
        """Parse, or end with one line and status 1."""
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            refuse(str(error))

    def postOptions(self) -> None:
        """Read the settings, take the ports, and tell twistd where to write and whom to become."""
        sys.excepthook = _one_line
        hold_version()
        try:
            self.settings = load(self["config"])
            self.chosen = tuple(self.roles or ROLES)
            problems.refuse(preflight(self.settings, self.chosen), self["config"])
            _prepare_folders(self.settings)
            inherited = take_sockets(reactor, SOCKET_NAMES)
            self.sockets = bind_sockets(self.settings, self.chosen, inherited)
            _prepare_twistd(self.parent, self.settings, self.chosen)
        except SagewsError as error:
            refuse(str(error))


def refuse(reason: str) -> NoReturn:
    """End the process with one line on standard error and status 1."""
    sys.stderr.write(f"twistd sagews: {reason}\n")
    sys.stderr.flush()
    # Not sys.exit(): a daemonising twistd must not run what it registered, and nothing has been started yet.
    os._exit(1)


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show what ends a start: a reason for people is one line, anything else a traceback."""
    if isinstance(error, SagewsError):
        sys.stderr.write(f"twistd sagews: {error}\n")
    elif isinstance(error, OSError) and error.errno in _DISK:
        # Of twistd's own files: its pid, its log.
        sys.stderr.write(f"twistd sagews: {error.filename or 'a file'} can't be written: {error.strerror}.\n")
    else:
        sys.__excepthook__(kind, error, trace)


def _prepare_folders(settings: Settings) -> None:
    """Make the data folder and refuse keys that others can read.

    Here already, not only in the daemon: a parent that waits for a daemon in the background shows the first hundred
    bytes of a reason, which cuts paths in two.
    """
    layout, account = Layout(settings.folder), service_account(settings)
    folders.prepare(layout, account)
    folders.lock_down(layout, account)


def _prepare_twistd(parent: Any, settings: Settings, roles: tuple[str, ...]) -> None:
    """Set the pid file, the log file and the account, each only where the command line does not."""
    name = "sagews" if len(roles) == len(ROLES) else "sagews-" + "-".join(roles)
    uid, gid = service_account(settings)
    if parent["pidfile"] == "twistd.pid":
        parent["pidfile"] = str(settings.folder / "run" / f"{name}.pid")
    if parent["logfile"] is None and parent["logger"] is None and not parent["nodaemon"]:
        parent["logger"] = choose(TerminalLog(settings.folder / "logs" / f"{name}.twistd.log", uid, gid))
    if os.geteuid() == 0 and parent["uid"] is None:
        parent["uid"], parent["gid"] = uid, gid


def service_account(settings: Settings) -> tuple[int, int]:
    """Return uid and gid of the account that the daemon becomes; its own when it was not started by root.

    Raises:
        SagewsError: `configuration` when root has not made the account.
    """
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam(settings.account)
    except KeyError:
        reason = f"There is no account {settings.account}. Make it: useradd --system {settings.account}"
        raise SagewsError("configuration", reason=reason) from None
    return entry.pw_uid, entry.pw_gid


def makeService(options: Options) -> IService:
    """Return the daemon; twistd calls this after the options were read."""
    account = service_account(options.settings)
    foreground = bool(options.parent and options.parent["nodaemon"])
    # Absolute: a daemon in the background stays in no folder.
    config = os.path.abspath(options["config"]) if options["config"] else None
    return Daemon(
        options.settings, options.chosen, options.sockets, account, reactor, foreground=foreground, config=config
    )
