"""The schema is brought up to date once, by whoever comes first, and never by a daemon that is too old for it."""

from __future__ import annotations

import json

import psycopg2
import pytest
from psycopg2.errors import Error
from psycopg2.sql import SQL, Identifier
from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import DocumentId, RunId, WorkspaceId, new_id
from sagews.model.updates import StoredText
from sagews.store.history.history import HistoryStore
from sagews.store.migrate import migrate
from sagews.store.pool import ConnectionPool
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.history import bundles_of
from tests.postgres import Cluster, Database, new_database, shared_cluster

pytestmark = pytest.mark.slow


class EmptyDatabase(Database):
    """A database without our schema."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.drop()
        self._as_superuser(
            SQL("create database {} template template0 owner {}").format(
                Identifier(self.name), Identifier(DatabaseRole.SCHEMA)
            )
        )


class MigrateTests(TestCase):
    """Migrations."""

    timeout = 60

    def _ask(self, database: Database, statement: str, *parameters: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(database.dsn())
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    async def test_two_at_once(self) -> None:
        """Two daemons that start together migrate once, one after the other, and a third finds nothing to do."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        found = await gatherResults([deferToThread(migrate, database.dsn()) for _ in range(2)])
        self.assertEqual(found, [migrate(database.dsn())] * 2)
        self.assertEqual(self._ask(database, "select count(*) from users"), [(0,)])

    async def test_a_database_of_the_first_version(self) -> None:
        """What an older daemon left is brought up to date with its rows; its backend's lease is taken over."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        migrate(database.dsn(), "0001")
        workspace = new_id()
        self._ask(database, "insert into workspaces (id, name, owner) values (%s, 'W', %s)", workspace, new_id())
        self._ask(database, "insert into leases values (%s, 'backend', 7, now() + interval '1 hour')", workspace)
        self.assertEqual(migrate(database.dsn()), "0011")
        pool = ConnectionPool(reactor, database.dsn(), size=1)
        self.addCleanup(pool.stop)
        await pool.start()
        store, life = WorkspaceStore(pool), new_id()
        self.assertIsNone(await store.take_lease(WorkspaceId(workspace), "another", new_id(), 30))
        lease = await store.take_lease(WorkspaceId(workspace), "backend", life, 30)
        self.assertEqual((lease.workspace.name, lease.epoch) if lease else None, ("W", 8))

    async def test_output_that_older_daemons_stored(self) -> None:
        """The step that adds the sizes of runs measures what is there."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        migrate(database.dsn(), "0003")
        owner, workspace, document, run = (new_id() for _ in range(4))
        self._ask(database, "insert into workspaces (id, name, owner) values (%s, 'W', %s)", workspace, owner)
        sql = "insert into documents (id, workspace, path, title) values (%s, %s, 'a.sage.md', 'A')"
        self._ask(database, sql, document, workspace)
        sql = """insert into runs (id, document, cell, lane, session, author, number, state, hash, queued)
            values (%s, %s, 'aaaa', 'shared', %s, %s, 1, 'done', '', now())"""
        self._ask(database, sql, run, document, new_id(), owner)
        # Whoever reads it later gets all of it, so it is all that counts, and not what it takes on the disk.
        text = "x" * 100_000
        self._ask(
            database, "insert into outputs values (%s, 1, 'stream', jsonb_build_object('text', %s::text))", run, text
        )
        migrate(database.dsn())
        [(stored,)] = self._ask(database, "select printed from runs")
        self.assertTrue(100_000 < int(str(stored)) < 101_000, stored)

    async def test_megabytes_that_older_daemons_stored(self) -> None:
        """What came in one piece is read in parts, and large values go into the same tables in parts."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        migrate(database.dsn(), "0010")
        workspace, document, run, owner = (new_id() for _ in range(4))
        self._ask(database, "insert into workspaces (id, name, owner) values (%s, 'W', %s)", workspace, owner)
        self._ask(database, "insert into leases values (%s, 'b', 1, now() + interval '1 hour', null)", workspace)
        sql = "insert into documents (id, workspace, path, title) values (%s, %s, 'a.sage.md', 'A')"
        self._ask(database, sql, document, workspace)
        large = "x" * 1_000_000
        self._ask(database, "insert into document_snapshots values (%s, 1, now(), %s::text::bytea)", document, large)
        sql = """insert into commits (workspace, id, parent, tree, ref, kind, name, author_name, time, files_changed)
            values (%s, '1', null, '', 'main', 'save', '', '', now(), 1)"""
        self._ask(database, sql, workspace)
        self._ask(database, "insert into bundles values (%s, '1', '{}', %s::text::bytea)", workspace, large)
        sql = """insert into runs (id, document, cell, lane, session, author, number, state, hash, queued)
            values (%s, %s, 'aaaa', 'shared', %s, %s, 1, 'done', '', now())"""
        self._ask(database, sql, run, document, new_id(), owner)
        sql = "insert into outputs values (%s, 1, 'stream', jsonb_build_object('text', %s::text))"
        self._ask(database, sql, run, large)
        migrate(database.dsn())
        pool = ConnectionPool(reactor, database.dsn(DatabaseRole.BACKEND), size=1)
        self.addCleanup(pool.stop)
        await pool.start()
        documents, state = DocumentStore(pool), large.encode()
        self.assertEqual(await documents.load(WorkspaceId(workspace), DocumentId(document)), StoredText(state, []))
        self.assertEqual(await bundles_of(HistoryStore(pool), WorkspaceId(workspace), "1"), [state])
        [piece] = (await RunStore(pool).pieces(DocumentId(document), RunId(run), 1, 9)).pieces
        self.assertEqual(json.loads(piece.body), {"text": large})
        await documents.snapshot(DocumentId(document), 1, 0, state + b"y", 2)
        stored = await documents.load(WorkspaceId(workspace), DocumentId(document))
        self.assertEqual(stored, StoredText(state + b"y", []))

    async def test_history_that_older_daemons_stored(self) -> None:
        """The step that adds the sizes of histories measures what is there, and lets the backend remove autosaves."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        migrate(database.dsn(), "0004")
        workspace = new_id()
        self._ask(database, "insert into workspaces (id, name, owner) values (%s, 'W', %s)", workspace, new_id())
        sql = """insert into commits (workspace, id, parent, tree, ref, kind, name, author_name, time, files_changed)
            values (%s, %s, null, '', 'autosave', 'autosave', '', '', now() - interval '9 days', 1)"""
        for number in ("1", "2"):
            self._ask(database, sql, workspace, number)
            self._ask(database, "insert into bundles values (%s, %s, '{}', '12345')", workspace, number)
        self._ask(database, "insert into refs values (%s, 'autosave', '2')", workspace)
        migrate(database.dsn())
        self.assertEqual(self._ask(database, "select history_bytes from workspaces"), [(10,)])
        pool = ConnectionPool(reactor, database.dsn(DatabaseRole.BACKEND), size=1)
        self.addCleanup(pool.stop)
        await pool.start()
        self.assertEqual(await HistoryStore(pool).remove_autosaves(WorkspaceId(workspace), ["1", "2"]), 5)
        self.assertEqual(self._ask(database, "select history_bytes from workspaces"), [(5,)])
        self.assertEqual(self._ask(database, "select commit from bundles"), [("2",)])

    async def test_newer_schema_is_refused(self) -> None:
        """A schema that this daemon does not know stops it, in words, and stays as it is."""
        database = new_database()
        self.addCleanup(database.drop)
        self._ask(database, "update alembic_version set version_num = '9999'")
        try:
            migrate(database.dsn())
        except SagewsError as error:
            self.assertEqual(error.code, "configuration")
            self.assertIn("newer than this daemon", str(error))
        else:
            self.fail("not refused")
        self.assertEqual(self._ask(database, "select version_num from alembic_version"), [("9999",)])

    async def test_start_beside_a_busy_collector(self) -> None:
        """A daemon that starts while another makes partitions gets through, and sets no right twice."""
        database = new_database()
        self.addCleanup(database.drop)
        self._ask(database, "delete from claims")
        making = [
            deferToThread(self._ask, database, f"select log_partition_ensure(date '2026-01-01' + {day})")
            for day in range(40)
        ]
        found = await gatherResults([deferToThread(migrate, database.dsn()) for _ in range(3)])
        await gatherResults(making)
        self.assertEqual(len(set(found)), 1)
        self.assertEqual(self._ask(database, "select count(*) from claims"), [(1,)])

    async def test_login_without_rights(self) -> None:
        """A login that may not make tables is refused in words."""
        database = EmptyDatabase(shared_cluster())
        self.addCleanup(database.drop)
        error = self.assertRaises(SagewsError, migrate, database.dsn(DatabaseRole.LOG))
        self.assertEqual(error.code, "configuration")
        self.assertIn("permission denied", str(error))

    async def test_no_server(self) -> None:
        """Without a server it says that the database does not answer, without the password."""
        error = self.assertRaises(SagewsError, migrate, "host=/nonexistent password=geheim")
        self.assertEqual(error.code, "database")
        self.assertNotIn("geheim", str(error))

    async def test_no_foreign_key_crosses(self) -> None:
        """No foreign key leads from accounts to workspaces, from these to accounts, or to and from logs."""
        database = new_database()
        self.addCleanup(database.drop)
        accounts = {"users", "user_settings", "logins", "one_time_tokens", "attempts", "claims"}
        keys = self._ask(
            database,
            "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'",
        )
        self.assertTrue(keys)
        for source, target in keys:
            self.assertEqual(source in accounts, target in accounts, (source, target))
            self.assertFalse({"log_records"} & {source, target})

    async def test_outsiders_see_nothing(self) -> None:
        """A login that is none of our roles sees no table of ours."""
        cluster = shared_cluster()
        database = new_database()
        self.addCleanup(database.drop)
        database._as_superuser(SQL("create role stranger login password 'stranger'"))
        self.addCleanup(database._as_superuser, SQL("drop role stranger"))
        dsn = psycopg2.extensions.make_dsn(cluster.dsn(DatabaseRole.LOG, database.name), user="stranger")
        connection = psycopg2.connect(psycopg2.extensions.make_dsn(dsn, password="stranger"))
        with connection.cursor() as cursor:
            for table in ("users", "outputs", "log_records"):
                self.assertRaises(Error, cursor.execute, SQL("select * from {}").format(Identifier(table)))
                connection.rollback()
        connection.close()
