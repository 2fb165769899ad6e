"""A fixed number of PostgreSQL connections, with one-statement calls and awaited transactions.

Rules, each of which covers a trap of the library beneath (docs/database.md):

- `query` is for statements that may be run twice without harm; it is tried again when the connection dies under it.
- `execute` is tried again only when the statement was certainly not sent, or the server rolled it back.
- `transaction` awaits its coroutine before it commits.
- Cancelling a call lets go of its result; the statement itself ends by itself, at the latest after `statement_timeout`.
- Whatever means "the database does not answer" is SagewsError `database`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import psycopg2
from psycopg2.extensions import TransactionRollbackError, make_dsn
from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore, gatherResults
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure
from txpostgres import txpostgres

from sagews.errors import DISK_IS_FULL, SagewsError
from sagews.net.backoff import Backoff
from sagews.store.connection import GROWTH, ConnectionDead, Row, StoreConnection, first_line, is_death, rows_of

__all__ = ["ConnectionPool", "Row", "Transaction", "connection_dsn"]

Result = TypeVar("Result")

# Waits of 0.02 to 1 s, five seconds in all: longer than our own server needs to come back.
ATTEMPTS = 12
FIRST_RETRY = 0.02
LONGEST_RETRY = 1.0
# Above the slowest of ours (a search in the logs), below what a person waits for.
STATEMENT_SECONDS = 15
# What PostgreSQL says when there is no room on its disk (SQLSTATE disk_full).
DISK_FULL = "53100"
# A cluster of ours that replays its log after a crash takes a while before it answers.
START_SECONDS = 60.0
# Never sent, or rolled back by the server: safe to send again whatever it does.
_UNDONE = (ConnectionDead, TransactionRollbackError)
_DIED = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    txpostgres.RollbackFailed,
    ConnectionDone,
    ConnectionLost,
    CancelledError,
)

log = Logger()


def connection_dsn(dsn: str, application: str) -> str:
    """Return a DSN with what every connection of ours sets: UTC, UTF-8, time limits, keepalives.

    Args:
        dsn: libpq's key=value form, or a URL.
        application: shown in pg_stat_activity.
    """
    options = (
        # Of statements that are prepared one plan is kept: ours are so for the sake of not planning them again.
        "-c plan_cache_mode=force_generic_plan "
        # Byte strings are put into statements as they are, with a backslash (arrays.py).
        "-c standard_conforming_strings=on "
        # Set with the connection, so that no statement is ever sent without them.
        f"-c timezone=UTC -c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=5s "
        "-c idle_in_transaction_session_timeout=30s"
    )
    return str(
        make_dsn(
            dsn,
            application_name=application,
            options=options,
            client_encoding="UTF8",
            # A peer that vanished without a word (a pulled cable, a firewall that forgot us) is noticed within 35
            # seconds.
            keepalives_idle=20,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=30_000,
        )
    )


class Transaction:
    """What a coroutine gets to work with inside a transaction."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        return rows_of(await self._cursor.execute(sql, parameters))


class ConnectionPool:
    """Connections to one database under one role.

    Args:
        reactor: the reactor.
        dsn: where; the password may be in it and is never logged.
        size: how many connections, a part of the daemon's stated budget (docs/database.md).
        application: a name for pg_stat_activity.
        is_full: whether the disk of the server, if it is ours, has no room left: a server that can't write its log
            ends, and can't say why any more.
        observe: told how long each statement or transaction took, in seconds, with the wait for a connection.
    """

    def __init__(
        self,
        reactor: Any,
        dsn: str,
        *,
        size: int,
        application: str = "sagews",
        is_full: Callable[[], bool] = lambda: False,
        observe: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._observe = observe
        self._is_full = is_full
        self._reactor = reactor
        full = connection_dsn(dsn, application)
        self._connections = [StoreConnection(reactor, full) for _ in range(size)]
        self._free = list(self._connections)
        self._turns = DeferredSemaphore(size)
        self._stopped = False

    @property
    def up(self) -> int:
        """How many connections are up."""
        return sum(connection.is_up for connection in self._connections)

    @property
    def size(self) -> int:
        """How many connections there are, up or not."""
        return len(self._connections)

    @property
    def waiting(self) -> int:
        """How many statements wait for a connection."""
        return len(self._turns.waiting)

    async def start(self, seconds: float = START_SECONDS) -> None:
        """Connect; waits while the server is not there yet.

        Raises:
            SagewsError: `database` if it was not there within these seconds; the pool is stopped then.
        """
        starting = gatherResults([connection.start() for connection in self._connections])
        # Stopped, the connections fire as if they had come up, so nothing stays pending; how many did is asked behind
        # it.
        limit = self._reactor.callLater(seconds, self._stop_connections)
        await starting
        if limit.active():
            limit.cancel()
        if self.up < len(self._connections):
            self._stop_connections()
            raise SagewsError("database")

    def stop(self) -> None:
        """Close every connection. Call when nothing is under way: statements in flight fail."""
        self._stop_connections()

    def _stop_connections(self) -> None:
        self._stopped = True
        for connection in self._connections:
            connection.stop()

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement that may run twice, and return its rows.

        Raises:
            SagewsError: `database` when there is no answer.
            psycopg2.Error: what the server says about the statement.
        """
        return await self._run(lambda connection: connection.statement(sql, parameters), again=True)

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run a statement that may not run twice, and return its rows; raises as `query`."""
        return await self._run(lambda connection: connection.statement(sql, parameters), again=False)

    async def execute_prepared(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """As `execute`, for a large statement that comes again and again: its plan is kept by each connection.

        Each parameter has a cast in `sql`, which is the same text every time.
        """
        return await self._run(lambda connection: connection.prepared(sql, parameters), again=False)

    async def query_prepared(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """As `query`, for a statement that somebody waits for and that comes again and again; see `execute_prepared`.

        To plan a statement that joins takes PostgreSQL several times as long as to run it for one row.
        """
        return await self._run(lambda connection: connection.prepared(sql, parameters), again=True)

    async def query_joined(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """As `query`, for byte strings of any size: rows are of a key, a part of at most PART bytes, and more.

        Parts of one key follow one another. They come joined, in one row for each key; the reactor has turns meanwhile.
        """
        return await self._run(lambda connection: connection.joined(sql, parameters), again=True)

    async def transaction(self, work: Callable[[Transaction], Coroutine[Any, Any, Result]]) -> Result:
        """Run a coroutine in a transaction: committed when it returns, rolled back when it raises.

        It may be started again from its beginning, in a new transaction, after a rollback by the server; it must not
        have effects outside of the database.
        """

        def begin(cursor: Any) -> Deferred[Result]:
            return Deferred.fromCoroutine(work(Transaction(cursor)))

        return await self._run(lambda connection: connection.interaction(begin), again=False)

    def _run(self, work: Callable[[StoreConnection], Deferred[Result]], *, again: bool) -> Awaitable[Result]:
        return _let_go(Deferred.fromCoroutine(self._attempts(work, again)))

    async def _attempts(self, work: Callable[[StoreConnection], Deferred[Result]], again: bool) -> Result:
        backoff = Backoff(FIRST_RETRY, LONGEST_RETRY, GROWTH)
        for _ in range(ATTEMPTS):
            try:
                return await self._attempt(work)
            except _UNDONE as error:
                reason: BaseException = error
            # The statement may have been committed before its answer was lost: only the caller knows whether twice does
            # harm.
            except _DIED as error:
                if not again or not is_death(Failure(error)):
                    raise _no_answer(error, full=self._is_full()) from error
                reason = error
            if self._stopped:
                break
            await deferLater(self._reactor, backoff.take())
        raise _no_answer(reason, full=self._is_full()) from reason

    async def _attempt(self, work: Callable[[StoreConnection], Deferred[Result]]) -> Result:
        begun = self._reactor.seconds()
        # In the order of asking: no statement waits behind those that came after it.
        await self._turns.acquire()
        connection = self._take()
        try:
            return await work(connection)
        finally:
            self._free.append(connection)
            self._turns.release()
            self._observe(self._reactor.seconds() - begun)

    def _take(self) -> StoreConnection:
        """Take a free connection, one that is up if there is any."""
        # One that is down answers "dead" at once, and the statement would spend its attempts on it. The one that was
        # used last first: its server process still has at hand what it needs, which the others would have to find anew.
        for index in range(len(self._free) - 1, -1, -1):
            if self._free[index].is_up:
                return self._free.pop(index)
        return self._free.pop(0)


def _no_answer(error: BaseException, *, full: bool) -> SagewsError:
    """Return what is said of a statement without an answer: that the disk is full, where that is the reason."""
    log.warn("the database did not answer: {reason}", reason=first_line(error))
    if full or getattr(error, "pgcode", None) == DISK_FULL:
        return SagewsError("database", cause=DISK_IS_FULL)
    return SagewsError("database")


def _let_go(running: Deferred[Result]) -> Deferred[Result]:
    """Return a Deferred that can be cancelled without touching the statement beneath it.

    Cancelling the statement itself would open a second, blocking connection, and raises inside of txpostgres.
    """
    outer: Deferred[Result] = Deferred()
    running.addCallbacks(outer.callback, outer.errback)
    return outer
