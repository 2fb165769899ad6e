"""Our own PostgreSQL cluster in the data folder: made, started, watched, restarted and stopped.

The server listens on a unix socket in a 0700 folder alone, takes SCRAM passwords only, and runs in its own session, so
that Ctrl-C in the daemon's terminal does not stop it before documents are saved. What it writes to standard error
becomes log records. One daemon at a time runs a cluster; a server that a killed daemon left behind is ended first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.errors import SagewsError
from sagews.model.database import DATABASE, DatabaseRole
from sagews.net.background import Pause
from sagews.net.backoff import Backoff
from sagews.ops.postgres.binaries import choose_binaries
from sagews.ops.postgres.folders import (
    Account,
    ClusterFolders,
    clear_leftovers,
    initialise,
    prepare_folders,
    take_lock,
)
from sagews.ops.postgres.process import PostgresProcess, spawn
from sagews.ops.postgres.roles import SUPERUSER, create_roles, ensure_passwords, role_dsn

# Of a stop that nobody hurries.
STOP_SECONDS = 15.0
# Of the seconds of a stop: for open transactions to be rolled back and a checkpoint; then immediate, which costs a
# recovery at the next start and no data. A kill comes while there is still time to see that it worked: a server that is
# left behind holds the folder against the next start.
IMMEDIATE_AFTER = 0.6
KILL_AFTER = 0.8
START_SECONDS = 60.0
FIRST_RESTART = 0.5
LONGEST_RESTART = 30.0

SETTINGS: Mapping[str, str] = {
    # No TCP at all: whoever can't enter the folder of the socket can't even try a password.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    # What our daemons open at most together (docs/database.md), with room for an operator's psql.
    "max_connections": "40",
    "shared_buffers": "64MB",
    # After a crash every file of the cluster is written to the disk before the log is replayed; one call for the whole
    # file system takes a fraction of a call for each file, and people wait for it.
    "recovery_init_sync_method": "syncfs",
    # Output is deleted as soon as its cell is run again: its room is to be used again before much more is taken.
    "autovacuum_naptime": "15s",
    "logging_collector": "off",
    "log_destination": "stderr",
    # Time and process come from our own log; the level at the head of the line is what we read.
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # A refused statement would be quoted with its parameters, which are people's texts.
    "log_min_error_statement": "panic",
    # Whether it is ready is read from its own words.
    "lc_messages": "C",
}

log = Logger()


class PostgresService:
    """One cluster as a part of the daemon: `await start()`, then `dsn(role)`; `await stop()` at the end.

    Args:
        reactor: spawns, waits and runs threads.
        root: a folder for everything, for instance /var/lib/sagews/postgres; the path of the socket in it may have
            107 bytes.
        account: whom the server runs as; None for this process's own account, which may not be root then.
        binaries: the folder of the programs; chosen by `choose_binaries` if None.
        settings: further settings of the server.
    """

    def __init__(
        self,
        reactor: Any,
        root: Path,
        *,
        account: Account | None = None,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folders = ClusterFolders(root)
        self._reactor = reactor
        self._account = account
        self._binaries = binaries
        self._settings = {**SETTINGS, **(settings or {})}
        self._passwords: dict[str, str] = {}
        self._lock: int | None = None
        self._process: PostgresProcess | None = None
        self._stopping = False
        self._restarting: Deferred[None] | None = None
        self._pause = Pause(reactor)

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return None if self._process is None else self._process.pid

    def dsn(self, role: DatabaseRole) -> str:
        """Return the DSN of a role, once started. It holds the password: never log it."""
        return role_dsn(self.folders.sockets, role, self._passwords[role])

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Return the operator's DSN, for `sagews psql`. It holds the password: never log it."""
        return role_dsn(self.folders.sockets, SUPERUSER, self._passwords[SUPERUSER], database)

    async def start(self) -> None:
        """Make the cluster if there is none, start it, make roles and the empty database; ready when it returns.

        Raises:
            SagewsError: `configuration` with what to do about it.
        """
        self._stopping = False
        try:
            await self._in_thread(self._prepare)
            if self._stopping:
                raise SagewsError("shutting-down")
            await self._start_server()
            await self._in_thread(lambda: create_roles(self.superuser_dsn(), self._passwords))
        except BaseException:
            # With what was begun: a server without a daemon would hold the folder against the next start.
            await self.stop()
            raise
        log.info("the database {database} is ready", database=DATABASE, pid=self.pid)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop the server, and return when it is over.

        Args:
            seconds: it ends transactions and writes a checkpoint for a little more than half of them, stops at once
                after that, and is killed before they are over.
        """
        self._stopping = True
        self._pause.end()
        # Before the restart is waited for, which may wait for a server that takes a minute to be ready.
        if self._process is not None:
            await self._end(self._process, seconds)
        if self._restarting is not None:
            await self._restarting
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _prepare(self) -> None:
        prepare_folders(self.folders, self._account)
        if self._lock is None:
            self._lock = take_lock(self.folders)
        self._passwords = ensure_passwords(self.folders.passwords)
        if self._binaries is None:
            self._binaries = choose_binaries(self.folders.data, uid=self._account.uid if self._account else None)
        initialise(self._binaries, self.folders, self._passwords[SUPERUSER], self._account)
        clear_leftovers(self.folders)

    def _command(self) -> list[str]:
        command = [f"{self._binaries}/postgres", "-D", str(self.folders.data), "-k", str(self.folders.sockets)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    async def _start_server(self) -> None:
        process = spawn(self._reactor, self._command(), self._account)
        process.ended.addCallback(self._ended, process)
        self._process = process
        # A signal and no failure here: the server's end then says in its own words why it was not ready.
        limit = self._reactor.callLater(START_SECONDS, process.signal, "QUIT")
        try:
            await process.ready
        finally:
            if limit.active():
                limit.cancel()

    async def _end(self, process: PostgresProcess, seconds: float) -> None:
        over: Deferred[str] = Deferred()
        process.ended.addCallback(_pass_on, over)
        # Fast: a smart shutdown would wait for our own connections, which wait for it.
        process.signal("INT")
        harder = [
            self._reactor.callLater(seconds * IMMEDIATE_AFTER, process.signal, "QUIT"),
            self._reactor.callLater(seconds * KILL_AFTER, process.signal, "KILL"),
        ]
        await over
        for call in harder:
            if call.active():
                call.cancel()

    def _ended(self, why: str, process: PostgresProcess) -> str:
        """Restart the server unless it was us who stopped it, or it never began."""
        if process is self._process:
            self._process = None
        # One that never was ready is the start's failure, which is told to whoever waits for it.
        if not self._stopping and self._restarting is None and process.was_ready:
            log.error("the database ended unexpectedly: {why}", why=why)
            self._restarting = Deferred.fromCoroutine(self._restart())
            self._restarting.addBoth(self._restarted)
        return why

    def _restarted(self, outcome: Failure | None) -> None:
        self._restarting = None
        if isinstance(outcome, Failure):
            log.failure("the database can't be restarted", outcome)

    async def _restart(self) -> None:
        backoff = Backoff(FIRST_RESTART, LONGEST_RESTART)
        while not self._stopping:
            try:
                await self._pause.wait(backoff.take())
                if not self._stopping:
                    # A server killed from outside leaves its lock file, and the next one would refuse to start.
                    await self._in_thread(lambda: clear_leftovers(self.folders))
                if not self._stopping:
                    await self._start_server()
                return
            except SagewsError as error:
                log.error("the database could not be restarted: {error}", error=str(error))
            except CancelledError:
                return

    def _in_thread(self, work: Callable[[], None]) -> Deferred[None]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work)


def _pass_on(result: str, to: Deferred[str]) -> str:
    to.callback(result)
    return result
