"""One PostgreSQL connection that comes back by itself: txpostgres with its traps covered.

txpostgres is sound but leaves sharp edges: an idle connection that dies logs a traceback, a first connect that fails is
never tried again, any OperationalError (a full disk too) counts as a dead connection, and a connect that hangs hangs
for ever. Everything above this module sees a connection that is either up or says at once that it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import psycopg2
from twisted.internet import main
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Cooperator
from twisted.logger import Logger
from twisted.python.failure import Failure
from txpostgres import txpostgres
from txpostgres.reconnection import ConnectionDead, DeadConnectionDetector

from sagews.net.background import Pause
from sagews.net.backoff import Backoff
from sagews.store.fetching import fetch_joined

__all__ = ["ConnectionDead", "Row", "StoreConnection", "is_death"]

Row = tuple[Any, ...]

# A host that drops packets would hold the attempt for minutes, and the next one may find another address.
CONNECT_SECONDS = 10.0
FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
GROWTH = 1.7

log = Logger()


def is_death(failure: Failure) -> bool:
    """Whether a failure means that the connection is gone, rather than that the server refused one statement."""
    if failure.check(txpostgres.RollbackFailed, ConnectionLost, ConnectionDone):
        return True
    error = failure.value
    # A connection that breaks in the middle of a result raises the plain DatabaseError, and none of its subclasses.
    if not isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError)) and (
        type(error) is not psycopg2.DatabaseError
    ):
        return False
    code = error.pgcode
    # An error with a code came from a server that lives; only 08 (connection) and 57P (being shut down) mean its end. A
    # full disk is an OperationalError as well, and reconnecting would not empty it.
    return code is None or code.startswith(("08", "57P"))


class Reconnector(DeadConnectionDetector):
    """Connects, notices death, and connects again until `stop`.

    Args:
        reactor: the reactor.
        died: is called as soon as death is noticed.
    """

    def __init__(self, reactor: Any, died: Callable[[], None]) -> None:
        super().__init__(deathChecker=is_death, reactor=reactor)
        self.connectionIsDead = True
        self._died = died
        self._stopped = False
        self._pause = Pause(reactor)
        self._running: Deferred[None] | None = None

    def start(self) -> Deferred[None]:
        """Begin to connect; fires when the connection is up for the first time, or when stopped."""
        self._running = Deferred.fromCoroutine(self._connect_until_up())
        self._running.addErrback(lambda failure: log.failure("database reconnection failed", failure))
        return self._running

    def startReconnecting(self, failure: Failure) -> None:
        """Begin again after the connection died (called by txpostgres)."""
        # Before anything else: whoever asks for a connection in this turn must not be given this one.
        self._died()
        if self._stopped:
            return
        log.warn("database connection lost: {reason}", reason=first_line(failure.value))
        self.start()

    def stop(self) -> None:
        """Stop trying; the caller closes the connection."""
        self._stopped = True
        self._pause.end()

    async def _connect_until_up(self) -> None:
        backoff = Backoff(FIRST_DELAY, LONGEST_DELAY, GROWTH)
        while not self._stopped:
            try:
                await self.reconnect()
            except Exception as error:
                self._died()
                # Once for each outage: a server that is down for an hour would fill the log of every daemon.
                if not backoff.failing:
                    log.warn("database can't be reached yet: {reason}", reason=first_line(error))
                await self._pause.wait(backoff.take())
            else:
                await self.connectionRecovered()
                return


class StoreConnection(txpostgres.Connection):
    """A connection that reconnects and whose statements return rows, or an empty list where there are none."""

    lock: DeferredLock

    def __init__(self, reactor: Any, dsn: str) -> None:
        # The global one runs in the global reactor, which a test does not have.
        cooperator = Cooperator(scheduler=lambda step: reactor.callLater(0, step))
        super().__init__(reactor=reactor, cooperator=cooperator, detector=Reconnector(reactor, self._leave_reactor))
        self._closing = False
        self._prepared: dict[str, str] = {}
        self._number = -1
        self._names = count(1)
        self.detector.setReconnectable(self, dsn)

    def fileno(self) -> int:
        """The socket's number, or -1 once it is closed; the last one is remembered."""
        number: int = super().fileno()
        if number >= 0:
            self._number = number
        return number

    def _leave_reactor(self) -> None:
        """Have a dead socket's number forgotten.

        libpq closes the socket when it finds it dead, and epoll then knows it no more: Twisted's removal fails halfway
        and keeps the number (epollreactor._remove), so that the next socket which gets it, ours or another
        connection's, would never be listened to.
        """
        watched = getattr(self.reactor, "_selectables", {})
        if self._number >= 0 and watched.get(self._number, self) is self and not self._lives():
            watched.pop(self._number, None)
            for kind in ("_reads", "_writes"):
                getattr(self.reactor, kind, set()).discard(self._number)
            self._number = -1

    def _lives(self) -> bool:
        return self._connection is not None and not self._connection.closed

    @property
    def is_up(self) -> bool:
        """Whether statements can be sent now."""
        return not self.detector.connectionIsDead

    def start(self) -> Deferred[None]:
        """Connect, trying until it works; fires when up."""
        started: Deferred[None] = self.detector.start()
        return started

    def stop(self) -> None:
        """Close, and do not come back."""
        self.detector.stop()
        self.close()

    def close(self) -> None:
        """Close the socket; safe before the first connect too."""
        if self._connection is not None:
            self._closing = True
            super().close()
            self._closing = False

    def connect(self, *arguments: Any, **keywords: Any) -> Deferred[Any]:
        """Connect once, giving up after ten seconds (libpq's own timeout does not work without blocking)."""
        # Prepared statements live and die with the server's end of the connection.
        self._prepared.clear()
        connecting: Deferred[Any] = super().connect(*arguments, **keywords)
        # It failed at once, and there is nothing that could hang.
        if connecting.called:
            return connecting
        limit = self.reactor.callLater(CONNECT_SECONDS, self.close)

        def arrived(result: Any) -> Any:
            if limit.active():
                limit.cancel()
            return result

        return connecting.addBoth(arrived)

    def doRead(self) -> Any:
        """Read; a dead idle connection is told to the reactor instead of logged with a traceback."""
        try:
            return super().doRead()
        except psycopg2.Error as error:
            return error

    def doWrite(self) -> Any:
        """Write; as doRead."""
        try:
            return super().doWrite()
        except psycopg2.Error as error:
            return error

    def connectionLost(self, reason: Failure) -> None:
        """Learn that the socket is gone; whatever the reactor calls it, it is death unless we closed it ourselves."""
        super().connectionLost(reason)
        # A close of our own comes back here as well, and would start to reconnect.
        if not self._closing:
            self.detector.checkForDeadConnection(Failure(main.CONNECTION_LOST))

    def statement(self, sql: str, parameters: Sequence[Any]) -> Deferred[list[Row]]:
        """Run one statement in its own transaction and return its rows."""
        result: Deferred[list[Row]] = self._doit(self._statement, sql, parameters)
        return result

    def prepared(self, sql: str, parameters: Sequence[Any]) -> Deferred[list[Row]]:
        """As `statement`, with a plan that this connection keeps; every parameter of `sql` has a cast.

        psycopg2 only fills parameters in. The first time the statement is prepared in the same round trip; its name is
        noted when that has worked, and another one is taken after a failure, because PREPARE is not rolled back.
        """
        marks = ", ".join(["%s"] * len(parameters))
        name = self._prepared.get(sql)
        if name is not None:
            return self.statement(f"execute {name} ({marks})", parameters)
        name = f"kept_{next(self._names)}"
        numbered = sql % tuple(f"${number}" for number in range(1, len(parameters) + 1))
        # Other percent signs have yet to get through psycopg2's own formatting.
        first = f"prepare {name} as {numbered.replace('%', '%%')}; execute {name} ({marks})"

        def note(rows: list[Row]) -> list[Row]:
            self._prepared[sql] = name
            return rows

        return self.statement(first, parameters).addCallback(note)

    def joined(self, sql: str, parameters: Sequence[Any]) -> Deferred[list[Row]]:
        """As `statement`, for rows that hold parts of byte strings; they come joined (fetching.py)."""
        result: Deferred[list[Row]] = self._doit(self._joined, sql, parameters)
        return result

    def interaction(self, work: Callable[[Any], Deferred[Any]]) -> Deferred[Any]:
        """Run work in a transaction: it gets a cursor and returns a Deferred, which is waited for."""
        result: Deferred[Any] = self.runInteraction(work)
        return result

    def _statement(self, sql: str, parameters: Sequence[Any]) -> Deferred[list[Row]]:
        done: Deferred[list[Row]] = self.cursor().execute(sql, parameters).addCallback(rows_of)
        return done

    def _joined(self, sql: str, parameters: Sequence[Any]) -> Deferred[list[Row]]:
        def fetch(cursor: Any) -> Deferred[list[Row]]:
            return Deferred.fromCoroutine(fetch_joined(self.reactor, cursor))

        done: Deferred[list[Row]] = self.cursor().execute(sql, parameters).addCallback(fetch)
        return done


def rows_of(cursor: Any) -> list[Row]:
    """Return the rows of an executed cursor; none for statements that return nothing."""
    return cursor.fetchall() if cursor.description is not None else []


def first_line(error: BaseException | None) -> str:
    """Return the first line of an error's text; libpq's messages name host and role, never the password."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]
