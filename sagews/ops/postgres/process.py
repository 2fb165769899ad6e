"""One life of the PostgreSQL server: spawned in its own session, ready when it says so, its words logged."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure

from sagews.errors import SagewsError
from sagews.ops.postgres.folders import ENVIRONMENT, Account

READY = "database system is ready to accept connections"
LONGEST_LINE = 8192
# The server's ERROR is a refused statement, which whoever sent it is told; FATAL ends one connection only.
LEVELS = {"PANIC": LogLevel.critical, "FATAL": LogLevel.warn, "WARNING": LogLevel.warn}

log = Logger(namespace="postgres")


class PostgresProcess(ProcessProtocol):
    """The server process.

    Attributes:
        ready: fires when connections are accepted; fails when the process ends first.
        was_ready: whether it was, also after it ended.
        ended: fires with a sentence when the process is over and reaped.
    """

    def __init__(self) -> None:
        self.ready: Deferred[None] = Deferred()
        self.ended: Deferred[str] = Deferred()
        self.pid: int | None = None
        self._rest = b""
        self._last_words = ""
        self.was_ready = False
        self._told_to_end = False

    def connectionMade(self) -> None:
        """Note the process id."""
        self.pid = self.transport.pid if self.transport is not None else None

    def signal(self, name: str) -> None:
        """Send "INT" (fast shutdown), "QUIT" (immediate) or "KILL"; nothing happens when it is over."""
        self._told_to_end = True
        try:
            if self.transport is not None:
                # As a number: Twisted knows some names only, and QUIT is none of them.
                self.transport.signalProcess(signal.Signals[f"SIG{name}"])
        except ProcessExitedAlready:
            log.debug("the server was over already")

    def outReceived(self, data: bytes) -> None:
        """Take standard output like standard error."""
        self.errReceived(data)

    def errReceived(self, data: bytes) -> None:
        """Take what the server says, line by line."""
        *lines, rest = (self._rest + data).split(b"\n")
        # Bounded: a statement that the server quotes may be as long as a bundle.
        self._rest = rest[:LONGEST_LINE]
        for line in lines:
            self._take(line[:LONGEST_LINE].decode("utf-8", "replace").strip())

    def _take(self, line: str) -> None:
        if not line:
            return
        kind = line.partition(":")[0]
        # Each connection that is closed by a stop is FATAL to the server, and nothing that anybody has to look at.
        level = LogLevel.info if self._told_to_end and kind == "FATAL" else LEVELS.get(kind, LogLevel.info)
        log.emit(level, "{log_line}", log_line=line.removeprefix("LOG:").lstrip())
        if kind in ("FATAL", "PANIC") or (not self.was_ready and kind not in ("LOG", "HINT", "DETAIL")):
            self._last_words = line
        if READY in line and not self.was_ready:
            self.was_ready = True
            self.ready.callback(None)

    def processEnded(self, reason: Failure) -> None:
        """Tell that it is over, and why."""
        why = self._last_words or str(reason.value)
        if not self.was_ready:
            self.ready.errback(SagewsError("configuration", reason=f"PostgreSQL did not start: {why}"))
        # After `ready`, so that whoever waits for the start hears first that it failed.
        self.ended.callback(why)


def spawn(reactor: Any, command: Sequence[str], account: Account | None) -> PostgresProcess:
    """Start the server in a session of its own, so that Ctrl-C in a terminal does not reach it.

    Args:
        reactor: spawns.
        command: the server's absolute path and its arguments.
        account: whom it runs as, if not this process's own.
    """
    setsid = shutil.which("setsid", path="/usr/bin:/bin")
    if setsid is None:
        raise SagewsError(
            "configuration", reason="The program setsid is missing. Install it with `apt install util-linux`."
        )
    protocol = PostgresProcess()
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        reactor.spawnProcess(
            protocol,
            setsid,
            [setsid, *command],
            env=ENVIRONMENT,
            path="/",
            uid=account and account.uid,
            gid=account and account.gid,
            childFDs={0: nothing, 1: "r", 2: "r"},
        )
    finally:
        os.close(nothing)
    return protocol
