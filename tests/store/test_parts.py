"""Megabytes go to the database and come from it in parts, and stand there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg2
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from txpostgres import txpostgres

from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id
from sagews.model.runs import Committed, DocumentWrite, StoredPiece
from sagews.model.sessions import MEBIBYTE, EncodedBody, PieceKind, RunState
from sagews.model.updates import StoredText
from sagews.store.arrays import PART
from sagews.store.connection import StoreConnection
from sagews.store.fetching import fetch_joined
from sagews.store.history.history import HistoryStore
from sagews.store.parts import send
from sagews.store.pool import ConnectionPool, Transaction
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.history import make_commit
from tests.contracts.journal import AUTHOR, edits, make_run
from tests.postgres import PostgresTestCase
from tests.turning import turn

# As text a byte string is twice as long as it is.
MOST_SENT = 2 * PART + 16 * 1024
LARGE = 3 * MEBIBYTE + 5


class Rows:
    """A cursor with rows."""

    def __init__(self, *rows: Sequence[Any]) -> None:
        self._rows = list(rows)

    def fetchone(self) -> Sequence[Any] | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None


class FetchingTests(SynchronousTestCase):
    """Rows that are joined."""

    def test_rows_of_a_key_are_joined(self) -> None:
        """What follows with the same key is one row with the rest of the first; an empty part and no rows are fine."""
        cursor = Rows((0, b"a", 7, 1), (0, b"b", 8, 2), (1, b"", 9, 1), (0, memoryview(b"c"), 10, 1))
        found = self.successResultOf(Deferred.fromCoroutine(fetch_joined(Clock(), cursor)))
        self.assertEqual(found, [(0, b"ab", 7, 1), (1, b"", 9, 1), (0, b"c", 10, 1)])
        found = self.successResultOf(Deferred.fromCoroutine(fetch_joined(Clock(), Rows())))
        self.assertEqual(found, [])

    def test_others_have_turns(self) -> None:
        """Between two large parts the reactor goes on."""
        clock, part = Clock(), bytes(PART)
        fetched = Deferred.fromCoroutine(fetch_joined(clock, Rows((0, part), (0, part), (0, b"x"))))
        for _ in range(2):
            self.assertNoResult(fetched)
            turn(clock)
        self.assertEqual(self.successResultOf(fetched), [(0, part + part + b"x")])


class SizedCursor(txpostgres.Cursor):
    """Notes the longest statement that is sent, and the longest value of a row."""

    sent = 0
    received = 0

    def execute(self, query: Any, params: Any = None) -> Any:
        """Note it."""
        SizedCursor.sent = max(SizedCursor.sent, len(self.mogrify(query, params)))
        return super().execute(query, params)

    def fetchone(self) -> Any:
        """Note it."""
        row = self._cursor.fetchone()
        self._note(row or ())
        return row

    def fetchall(self) -> Any:
        """Note them."""
        rows = self._cursor.fetchall()
        for row in rows:
            self._note(row)
        return rows

    @staticmethod
    def _note(row: Sequence[Any]) -> None:
        sizes = [len(value) for value in row if isinstance(value, str | bytes | memoryview)]
        SizedCursor.received = max(SizedCursor.received, *sizes, 0)


@pytest.mark.slow
class LargeTests(PostgresTestCase):
    """The stores under the backend's role, on connections that note what goes over them."""

    async def build(self) -> None:
        """Make the stores and a workspace under a lease."""
        self.patch(StoreConnection, "cursorFactory", SizedCursor)
        self.patch(SizedCursor, "sent", 0)
        self.patch(SizedCursor, "received", 0)
        self.space, self.document = WorkspaceId(new_id()), DocumentId(new_id())
        workspaces = WorkspaceStore(await self.pool())
        await workspaces.create_workspace(self.space, "W", UserId(AUTHOR), self.document, "a.sage.md")
        await workspaces.take_lease(self.space, "b", new_id(), 60)
        self.backend = await self.pool("sagews_backend")
        self.history, self.documents = HistoryStore(self.backend), DocumentStore(self.backend)
        self.journal, self.runs = Journal(self.backend), RunStore(self.backend)

    async def check(self) -> None:
        """Hold that nothing large went over a connection at once, and that no part is left."""
        self.assertTrue(PART < SizedCursor.sent <= MOST_SENT, SizedCursor.sent)
        self.assertLessEqual(SizedCursor.received, 2 * PART)
        self.assertEqual(await (await self.pool()).query("select count(*) from parts"), [(0,)])

    async def test_a_bundle(self) -> None:
        """It is stored with its commit as it is, and counted."""
        await self.build()
        bundle, commit = os.urandom(LARGE), make_commit(1)
        self.assertTrue(await self.history.add(self.space, "main", None, commit, bundle))
        self.assertEqual(await self.history.bundle_sizes(self.space, commit.id), [(commit.id, LARGE)])
        starts = range(0, LARGE, PART)
        parts = [await self.history.bundle_part(self.space, commit.id, first, PART) for first in starts]
        self.assertEqual(b"".join(parts), bundle)
        self.assertEqual(
            await self.backend.query("select history_bytes from workspaces where id = %s", (self.space,)), [(LARGE,)]
        )
        await self.check()

    async def test_a_bundle_that_comes_too_late(self) -> None:
        """When the ref was moved meanwhile nothing of it is stored."""
        await self.build()
        self.assertTrue(await self.history.add(self.space, "main", None, make_commit(1), b"first"))
        self.assertFalse(await self.history.add(self.space, "main", None, make_commit(2), os.urandom(LARGE)))
        self.assertEqual(await self.backend.query("select count(*), sum(octet_length(data)) from bundles"), [(1, 5)])
        await self.check()

    async def test_a_snapshot(self) -> None:
        """A state is stored and read as it is, with the edits behind it; so is one that takes the place of all."""
        await self.build()
        state = os.urandom(LARGE)
        await self.journal.commit([edits(self.document, b"1", b"2", epoch=1)])
        await self.documents.snapshot(self.document, 1, 0, state, 1)
        read = await self.documents.load(self.space, self.document)
        self.assertEqual(read, StoredText(state, [b"2"]))
        await self.documents.compact(self.document, 1, read, state[1:])
        self.assertEqual(await self.documents.load(self.space, self.document), StoredText(state[1:], [], 1))
        await self.check()

    async def test_a_snapshot_without_the_lease(self) -> None:
        """Parts that came before the fence said no are gone, and nothing is folded."""
        await self.build()
        await self.journal.commit([edits(self.document, b"1", epoch=1)])
        with self.assertRaises(SagewsError) as caught:
            await self.documents.snapshot(self.document, 2, 0, bytes(LARGE), 1)
        self.assertEqual(caught.exception.code, "conflict")
        self.assertEqual(await self.documents.load(self.space, self.document), StoredText(None, [b"1"]))
        await self.check()

    async def test_an_edit_and_a_piece(self) -> None:
        """They are committed with what is small beside them, each document's in order, and read as they are."""
        await self.build()
        run = make_run(self.document, state=RunState.DONE)
        body = {"name": "stdout", "text": "a€𝄞" * (LARGE // 8)}
        encoded = msgspec.json.encode(body)
        large = StoredPiece(run.id, 2, PieceKind.STREAM, EncodedBody(body, encoded))
        small = [StoredPiece(run.id, number, PieceKind.STREAM, {"text": "x"}) for number in (1, 3)]
        updates = [(AUTHOR, b"1"), (AUTHOR, os.urandom(MEBIBYTE)), (AUTHOR, b"3")]
        write = DocumentWrite(self.document, 1, updates, [run], [small[0], large, small[1]])
        self.assertEqual(await self.journal.commit([write]), {self.document: Committed(3)})
        read = await self.documents.load(self.space, self.document)
        self.assertEqual(read, StoredText(None, [data for _, data in updates]))
        page = await self.runs.pieces(self.document, run.id, 1, 10)
        self.assertEqual([piece.sequence for piece in page.pieces], [1, 2])
        self.assertEqual(msgspec.json.decode(page.pieces[1].body), body)
        self.assertTrue(page.more)
        rest = await self.runs.pieces(self.document, run.id, 3, 10)
        self.assertEqual(([piece.sequence for piece in rest.pieces], rest.more), ([3], False))
        self.assertLessEqual(SizedCursor.received, MEBIBYTE)
        SizedCursor.received = 0
        await self.check()

    async def test_a_piece_without_the_lease(self) -> None:
        """Of a document that another backend holds nothing is written; what is committed beside it is."""
        await self.build()
        run = make_run(self.document, state=RunState.DONE)
        piece = StoredPiece(run.id, 1, PieceKind.STREAM, {"text": "x" * LARGE})
        self.assertEqual(await self.journal.commit([DocumentWrite(self.document, 2, [], [run], [piece])]), {})
        self.assertEqual((await self.runs.pieces(self.document, run.id, 1, 10)).pieces, [])
        await self.check()

    async def test_room(self) -> None:
        """What was taken does not keep its room: a flood of megabytes takes no more than a few of them at any time."""
        await self.build()
        state, pool = os.urandom(6 * MEBIBYTE), await self.pool()
        await self.journal.commit([edits(self.document, b"1", epoch=1)])
        sizes = []
        for _ in range(8):
            await self.documents.snapshot(self.document, 1, 0, state, 1)
            sizes += (await pool.query("select pg_total_relation_size('parts')"))[0]
        self.assertGreater(max(sizes), len(state))
        self.assertLess(max(sizes), 40 * MEBIBYTE)
        self.assertLess(min(sizes[1:]), MEBIBYTE)
        await self.check()

    async def test_room_that_somebody_uses(self) -> None:
        """While another has sent parts nothing is taken away from them, and nobody waits."""
        await self.build()
        await self.journal.commit([edits(self.document, b"1", epoch=1)])
        value, sent, go_on = os.urandom(33 * MEBIBYTE), Deferred[None](), Deferred[None]()

        async def slowly(transaction: Transaction) -> Sequence[Any]:
            upload = await send(transaction, value)
            sent.callback(None)
            await go_on
            sql = "select data from parts where upload = %s order by ordinal"
            return await transaction.execute(sql, (upload,))

        sending = Deferred.fromCoroutine(self.backend.transaction(slowly))
        await sent
        await self.documents.snapshot(self.document, 1, 0, value[:MEBIBYTE], 1)
        go_on.callback(None)
        self.assertEqual(b"".join(row[0] for row in await sending), value)

    async def test_a_server_that_refuses_in_between(self) -> None:
        """Whatever fails after some parts leaves neither them nor what they were for."""
        await self.build()
        execute = Transaction.execute
        asked: list[str] = []

        async def fail(transaction: Transaction, sql: str, parameters: Sequence[Any] = ()) -> Any:
            asked.append(sql)
            return await execute(transaction, "select 1 / 0" if len(asked) == 4 else sql, parameters)

        self.patch(Transaction, "execute", fail)
        with self.assertRaises(psycopg2.errors.DivisionByZero):
            await self.history.add(self.space, "main", None, make_commit(1), bytes(LARGE))
        self.assertIsNone(await self.history.newest(self.space))
        await self.check()
        self.assertTrue(await self.history.add(self.space, "main", None, make_commit(1), bytes(LARGE)))

    async def test_a_daemon_that_is_killed_in_between(self) -> None:
        """Parts that were sent on a connection that ends are gone with it."""
        await self.build()
        pool = ConnectionPool(self.backend._reactor, self.database.dsn("sagews_backend"), size=1)
        await pool.start()
        sent: Deferred[None] = Deferred()
        execute = Transaction.execute

        async def stay(transaction: Transaction, sql: str, parameters: Sequence[Any] = ()) -> Any:
            if "string_agg" in sql:
                sent.callback(None)
                await Deferred()
            return await execute(transaction, sql, parameters)

        self.patch(Transaction, "execute", stay)
        Deferred.fromCoroutine(HistoryStore(pool).add(self.space, "main", None, make_commit(1), bytes(LARGE)))
        await sent
        pool.stop()
        self.assertIsNone(await self.history.newest(self.space))
        await self.check()
