"""The pool covers the traps of the library beneath, with a real server that is killed."""

from __future__ import annotations

import os
import signal
from typing import Any

import psycopg2
import pytest
from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.store.listener import Listener
from sagews.store.pool import ConnectionPool, Transaction
from tests.contracts.accounts import check_refused
from tests.postgres import Cluster, PostgresTestCase
from tests.waiting import until

pytestmark = pytest.mark.slow


class PoolTests(PostgresTestCase):
    """A pool with a server that stays."""

    async def test_rows_and_no_rows(self) -> None:
        """A statement returns its rows, or none where there are none to return."""
        pool = await self.pool()
        assert await pool.query("select 1, 'a'") == [(1, "a")]
        assert await pool.execute("create table t (n int)") == []
        assert await pool.execute("insert into t values (%s)", (5,)) == []
        assert await pool.query("select n from t") == [(5,)]

    async def test_errors_of_the_statement_are_told(self) -> None:
        """What the server says about a statement reaches the caller, and the connection stays up."""
        pool = await self.pool(size=1)
        for statement in ("selekt 1", "select 1/0"):
            try:
                await pool.query(statement)
            except psycopg2.Error as error:
                assert error.pgcode is not None
            else:
                self.fail("no error")
        assert pool.up == 1
        assert await pool.query("select 1") == [(1,)]

    async def test_a_full_disk_is_said(self) -> None:
        """A server without room on its disk is told from one that does not answer."""
        pool = await self.pool(size=1)
        full = "do $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$"
        error = await self.assertFailure(ensureDeferred(pool.execute(full)), SagewsError)
        self.assertEqual(error.code, "database")
        self.assertIn("disk is full", str(error))
        self.assertNotIn("disk", str(SagewsError("database")))

    async def test_a_prepared_statement_is_kept(self) -> None:
        """It gives what the same statement gives, percent signs and all, and is planned once by a connection."""
        pool = await self.pool(size=1)
        sql = "select n, 7 %% 4, '%%' from unnest(%s::int[]) as t (n) where n > %s::int"
        for _ in range(3):
            assert await pool.execute_prepared(sql, ("{1,2,3}", 1)) == [(2, 3, "%"), (3, 3, "%")]
        assert await pool.query("select count(*) from pg_prepared_statements") == [(1,)]
        assert await pool.query_prepared(sql, ("{3}", 1)) == [(3, 3, "%")]
        assert await pool.query("select count(*) from pg_prepared_statements") == [(1,)]

    async def test_a_prepared_statement_that_failed_works_again(self) -> None:
        """What the server refuses the first time is told, and the next call works."""
        pool = await self.pool(size=1)
        sql = "select 6 / %s::int"
        for divisor in ("0", "no number"):
            try:
                await pool.execute_prepared(sql, (divisor,))
            except psycopg2.Error:
                pass
            else:
                self.fail("no error")
        for _ in range(2):
            assert await pool.execute_prepared(sql, (2,)) == [(3,)]

    async def test_transaction_waits_for_its_coroutine(self) -> None:
        """A coroutine's statements are committed together, after its last one."""
        pool = await self.pool()
        await pool.execute("create table t (n int)")

        async def work(transaction: Transaction) -> int:
            await transaction.execute("insert into t values (1)")
            assert await pool.query("select count(*) from t") == [(0,)]
            return int((await transaction.execute("insert into t values (2) returning n"))[0][0])

        assert await pool.transaction(work) == 2
        assert await pool.query("select count(*) from t") == [(2,)]

    async def test_transaction_rolls_back(self) -> None:
        """What raises commits nothing."""
        pool = await self.pool()
        await pool.execute("create table t (n int)")

        async def work(transaction: Transaction) -> None:
            await transaction.execute("insert into t values (1)")
            raise SagewsError("forbidden")

        await check_refused(pool.transaction(work), "forbidden")
        assert await pool.query("select count(*) from t") == [(0,)]

    async def test_cancelling_lets_go(self) -> None:
        """A cancelled call ends at once without an error inside, and the connection can be used afterwards."""
        pool = await self.pool(size=1)
        waiting = Deferred.fromCoroutine(pool.query("select pg_sleep(0.3)"))
        waiting.cancel()
        await self.assertFailure(waiting, CancelledError)
        assert await pool.query("select 1") == [(1,)]

    async def test_slow_statement_is_ended(self) -> None:
        """A statement beyond the time limit fails as no answer, and is not sent again."""
        pool = await self.pool(size=1)
        await pool.query("set statement_timeout = 100")
        await check_refused(pool.query("select pg_sleep(5)"), "database")
        assert await pool.query("select 1") == [(1,)]

    async def test_a_lock_that_is_not_given(self) -> None:
        """A lock that is not given in time is no answer, told at once; the connection is not thought dead."""
        pool = await self.pool()
        await pool.execute("create table t (n int)")

        async def hold(transaction: Transaction) -> None:
            await transaction.execute("lock table t")
            await check_refused(pool.query("set lock_timeout = 50; select n from t"), "database")

        await pool.transaction(hold)
        assert pool.up == 2

    async def test_deadlock_is_tried_again(self) -> None:
        """Of two transactions that lock each other out, the one that was rolled back is begun again."""
        pool = await self.pool()
        await pool.execute("create table t (id int primary key, n int)")
        await pool.execute("insert into t values (1, 0), (2, 0)")

        holding: set[int] = set()

        async def add(first: int, second: int) -> None:
            async def work(transaction: Transaction) -> None:
                await transaction.execute("update t set n = n + 1 where id = %s", (first,))
                # Both hold their first row before either asks for its second; the one that is begun again goes on.
                holding.add(first)
                await until(lambda: len(holding) == 2)
                await transaction.execute("update t set n = n + 1 where id = %s", (second,))

            await pool.transaction(work)

        await gatherResults([Deferred.fromCoroutine(add(1, 2)), Deferred.fromCoroutine(add(2, 1))])
        assert await pool.query("select n from t order by id") == [(2,), (2,)]

    async def test_more_callers_than_connections(self) -> None:
        """Callers wait for their turn."""
        pool = await self.pool(size=2)
        found = await gatherResults([Deferred.fromCoroutine(pool.query("select %s", (n,))) for n in range(50)])
        assert found == [[(n,)] for n in range(50)]

    async def test_times_are_utc(self) -> None:
        """Times come back with their zone, UTC."""
        pool = await self.pool()
        time = (await pool.query("select now()"))[0][0]
        assert time.utcoffset().total_seconds() == 0

    async def test_wrong_password(self) -> None:
        """A pool that can't connect gives up with a clear error that has no password in it."""
        dsn = psycopg2.extensions.make_dsn(self.database.dsn(), password="wrong")
        pool = ConnectionPool(reactor, dsn, size=2)
        await check_refused(pool.start(seconds=0.3), "database")

    async def test_listener_hears(self) -> None:
        """A notification arrives with its payload; one that is no JSON object is dropped."""
        heard: list[tuple[str, Any]] = []
        begun: list[int] = []
        listener = Listener(
            reactor, self.database.dsn(), ["a", "b"], lambda *what: heard.append(what), lambda: begun.append(1)
        )
        self.addCleanup(listener.stop)
        await listener.start()
        assert begun == [1]
        pool = await self.pool()
        await pool.query("""select pg_notify('a', '{"user": "u"}'), pg_notify('b', 'no'), pg_notify('b', '[1]')""")
        # Notifications arrive in order, so this one is behind those that were dropped.
        await pool.query("""select pg_notify('a', '{"last": 1}')""")
        await until(lambda: len(heard) > 1)
        assert heard == [("a", {"user": "u"}), ("a", {"last": 1})]


class LossTests(TestCase):
    """A server of its own that is killed with SIGKILL."""

    timeout = 60

    def setUp(self) -> None:
        """Start a server."""
        self.cluster = Cluster()
        self.addCleanup(self.cluster.remove)
        self.dsn = self.cluster.superuser_dsn()

    async def until_under_way(self, count: int) -> None:
        """Wait until so many statements sleep in the server."""
        pool = ConnectionPool(reactor, self.dsn, size=1)
        await pool.start()
        asleep = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
        while (await pool.query(asleep))[0][0] < count:
            await deferLater(reactor, 0.01)
        pool.stop()

    async def test_recovers_from_a_killed_server(self) -> None:
        """After kill -9 every connection comes back, reads wait for it, the listener listens again."""
        pool = ConnectionPool(reactor, self.dsn, size=3)
        self.addCleanup(pool.stop)
        heard: list[Any] = []
        begun: list[int] = []
        listener = Listener(reactor, self.dsn, ["a"], lambda _, payload: heard.append(payload), lambda: begun.append(1))
        self.addCleanup(listener.stop)
        await pool.start()
        await listener.start()
        await pool.execute("create table t (n int)")
        await pool.execute("checkpoint")
        prepared = "select 1 + %s::int"
        for _ in range(3):
            assert await pool.execute_prepared(prepared, (1,)) == [(2,)]
        writing = Deferred.fromCoroutine(pool.execute("insert into t select 1 from pg_sleep(5)"))
        reading = Deferred.fromCoroutine(pool.query("select count(*), pg_sleep(0.5) from t"))
        await self.until_under_way(2)
        self.cluster.kill(signal.SIGKILL)
        await check_refused(writing, "database")
        assert pool.up < 3
        self.cluster.start()
        assert (await reading)[0][0] == 0
        await until(lambda: pool.up == 3 and len(begun) == 2)
        assert (pool.up, begun) == (3, [1, 1])
        for _ in range(4):
            assert await pool.execute_prepared(prepared, (1,)) == [(2,)]
        await pool.query("""select pg_notify('a', '{"again": 1}')""")
        await until(lambda: bool(heard))
        assert heard == [{"again": 1}]

    async def test_no_answer_while_the_server_is_away(self) -> None:
        """While the server is away a call fails within seconds, and a pool can be stopped."""
        pool = ConnectionPool(reactor, self.dsn, size=2)
        await pool.start()
        self.cluster.kill(signal.SIGKILL)
        await check_refused(pool.query("select 1"), "database")
        pool.stop()
        await check_refused(pool.query("select 1"), "database")

    async def test_waits_for_a_server_that_starts_late(self) -> None:
        """A pool that is started first connects as soon as there is a server."""
        self.cluster.kill(signal.SIGINT)
        pool = ConnectionPool(reactor, self.dsn, size=2)
        self.addCleanup(pool.stop)
        started = Deferred.fromCoroutine(pool.start())
        # The first attempt fails in this very turn: the socket is not there.
        assert pool.up == 0 and not started.called
        self.cluster.start()
        await started
        assert await pool.query("select 1") == [(1,)]

    async def test_one_lost_connection(self) -> None:
        """A single backend process that is killed takes no other call with it."""
        pool = ConnectionPool(reactor, self.dsn, size=2)
        self.addCleanup(pool.stop)
        await pool.start()
        victim = (await pool.query("select pg_backend_pid()"))[0][0]
        os.kill(victim, signal.SIGTERM)
        found = [await pool.query("select %s", (n,)) for n in range(20)]
        assert found == [[(n,)] for n in range(20)]

    async def test_a_prepared_query_is_asked_again(self) -> None:
        """When its connection died, and its plan with it, another one makes its own."""
        pool = ConnectionPool(reactor, self.dsn, size=1)
        self.addCleanup(pool.stop)
        await pool.start()
        sql = "select %s::int + 1"
        assert await pool.query_prepared(sql, (1,)) == [(2,)]
        [(pid,)] = await pool.query("select pg_backend_pid()")
        os.kill(pid, signal.SIGTERM)
        assert await pool.query_prepared(sql, (2,)) == [(3,)]
