"""Each database role can do its work and nothing beyond it; what changed is told; the fence holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg2.errors import InsufficientPrivilege
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from sagews.model.accounts import Role
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId, new_id
from sagews.model.logs import LogQuery
from sagews.model.workspaces import Lease
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.listener import GRANTS_CHANGED, LOGINS_ENDED, WORKSPACE_RENAMED, Listener
from sagews.store.logs.logs import LogStore
from sagews.store.pool import Transaction
from sagews.store.runs.journal import Journal
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.accounts import later
from tests.contracts.history import bundles_of, make_commit
from tests.contracts.journal import AUTHOR, edits
from tests.contracts.logs import make_record
from tests.postgres import PostgresTestCase
from tests.waiting import LOOK_SECONDS, until

WAITING = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"

pytestmark = pytest.mark.slow


class RightsTests(PostgresTestCase):
    """What roles may do."""

    async def _check_denied(self, role: DatabaseRole, *statements: str) -> None:
        pool = await self.pool(role, 1)
        for statement in statements:
            try:
                await pool.query(statement)
            except InsufficientPrivilege:
                continue
            self.fail(f"{role} may {statement}")

    async def test_backend_sees_no_hash(self) -> None:
        """The backend can't read hashes of passwords, cookies or tokens, nor change accounts or grants."""
        await self._check_denied(
            DatabaseRole.BACKEND,
            "select password_hash from users",
            "select * from users",
            "select u from users u",
            "select 1 from users where password_hash like 'a%%'",
            "copy users to stdout",
            "select cookie_hash from logins",
            "select token_hash, secret_hash from logins",
            "select * from one_time_tokens",
            "select * from attempts",
            "update users set privilege = 'administrator'",
            "insert into workspace_users select * from workspace_users",
            "insert into tickets select * from tickets",
            "select * from log_records",
            "delete from commits",
        )

    async def test_nobody_but_the_owner_changes_the_schema(self) -> None:
        """No role can make, change or drop tables, switch to another role or read the server's files."""
        for role in (DatabaseRole.FRONTEND, DatabaseRole.BACKEND, DatabaseRole.LOG):
            await self._check_denied(
                role,
                "create table t (n int)",
                "drop table outputs",
                "alter table users disable rule x",
                "set role sagews_schema",
                "select pg_read_file('/etc/passwd')",
                "select rolpassword from pg_authid",
            )

    async def test_log_role_adds_and_reads_records_alone(self) -> None:
        """The collector can't read accounts or documents, nor change what was logged."""
        await self._check_denied(
            DatabaseRole.LOG,
            "select * from users",
            "select * from outputs",
            "update log_records set message = ''",
            "delete from log_records",
        )
        await self._check_denied(DatabaseRole.FRONTEND, "select log_partition_ensure('2026-01-01')")
        store = LogStore(await self.pool(DatabaseRole.LOG))
        await store.insert([make_record("seen")])
        frontend = LogStore(await self.pool(DatabaseRole.FRONTEND))
        self.assertEqual([record.message for record in await frontend.query(LogQuery())], ["seen"])

    async def test_backend_does_its_work(self) -> None:
        """The backend checks logins and grants, spends tickets, holds leases and changes documents."""
        frontend, backend = await self.pool(DatabaseRole.FRONTEND), await self.pool(DatabaseRole.BACKEND)
        accounts, workspaces = AccountStore(frontend), WorkspaceStore(frontend)
        ada = await accounts.create_user("ada@example.org", "Ada", "user", "hash")
        workspace, document, login = WorkspaceId(new_id()), DocumentId(new_id()), LoginId(new_id())
        await workspaces.create_workspace(workspace, "W", ada.id, document, "a.sage.md")
        await accounts.create_login(login, ada.id, b"c" * 32, b"s" * 32, later())
        await workspaces.create_ticket(b"t" * 32, login, ada.id, workspace, "b1", later())
        store, readers = WorkspaceStore(backend), AccountStore(backend)
        spent = await store.spend_ticket(b"t" * 32, "b1")
        self.assertEqual((spent.login, spent.user) if spent else None, (login, ada.id))
        self.assertEqual((await readers.login(ada.id, login)).user, ada)  # type: ignore[union-attr]
        self.assertEqual(await readers.alive_logins([login]), {login})
        self.assertTrue(await readers.login_is_alive(ada.id, login))
        self.assertEqual(await readers.user(ada.id), ada)
        self.assertEqual(await readers.settings(ada.id), {})
        self.assertEqual((await store.grant(workspace, ada.id)).role, Role.OWNER)  # type: ignore[union-attr]
        life = new_id()
        lease = await store.take_lease(workspace, "b1", life, 30)
        self.assertEqual(await store.renew_leases(life, [lease] if lease else [], 30), {workspace})
        await store.create_document(workspace, DocumentId(new_id()), "b.sage.md", "B")
        await store.note_edits({document: "A"})
        await store.note_session_states({workspace: "ready"})
        await store.release_lease(workspace, life, 1)
        self.assertEqual(len(await store.grants([workspace])), 1)

    async def test_history_is_append_only(self) -> None:
        """The backend deletes no version by itself; its functions take autosaves that nothing needs, and no more."""
        backend = await self.pool(DatabaseRole.BACKEND)
        await self._check_denied(
            DatabaseRole.BACKEND,
            "delete from commits",
            "delete from bundles",
            "delete from refs",
            "truncate commits",
            "delete from version_outputs",
        )
        await self._check_denied(
            DatabaseRole.FRONTEND,
            f"select autosaves_remove('{new_id()}', '{{}}')",
            f"select deleted_history_remove('{new_id()}', now(), 1)",
            f"select version_unname('{new_id()}', '', null)",
            "select * from version_outputs",
        )
        workspaces, owner = WorkspaceStore(await self.pool()), UserId(new_id())
        store, usage = HistoryStore(backend), UsageStore(backend)
        kept, gone = WorkspaceId(new_id()), WorkspaceId(new_id())
        for workspace in (kept, gone):
            await workspaces.create_workspace(workspace, "W", owner, DocumentId(new_id()), "a.sage.md")
            await store.add(workspace, "main", None, make_commit(1), b"12345")
        await workspaces.delete_workspace(gone)
        self.assertEqual(await usage.history(owner), 10)
        past, future = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)
        self.assertEqual(await store.deleted(None, past, 9), [])
        self.assertEqual(await store.deleted(None, future, 9), [gone])
        self.assertEqual(await store.deleted(gone, future, 9), [])
        self.assertTrue(await store.remove_deleted(gone, past, 9))
        self.assertEqual(await usage.history(owner), 10)
        for workspace in (gone, kept):
            self.assertTrue(await store.remove_deleted(workspace, future, 9))
        self.assertEqual(await store.deleted(None, future, 9), [])
        self.assertEqual(await store.remove_autosaves(kept, [make_commit(1).id]), 0)
        self.assertEqual((await usage.history_beside(kept), await usage.history(owner)), ((owner, 5), 5))
        self.assertEqual([use.history for use in await usage.largest(owner, 9)], [5])
        self.assertEqual(await bundles_of(store, gone, make_commit(1).id), [])

    async def test_what_changed_is_told(self) -> None:
        """Ended logins, changed grants and new names of workspaces are notified with ids alone."""
        heard: list[tuple[str, Any]] = []
        listener = Listener(
            reactor,
            self.database.dsn(DatabaseRole.BACKEND),
            [LOGINS_ENDED, GRANTS_CHANGED, WORKSPACE_RENAMED],
            lambda *what: heard.append(what),
            lambda: None,
        )
        self.addCleanup(listener.stop)
        await listener.start()
        pool = await self.pool(DatabaseRole.FRONTEND)
        accounts, workspaces = AccountStore(pool), WorkspaceStore(pool)
        ada = await accounts.create_user("ada@example.org", "Ada", "user", "hash")
        workspace, login = WorkspaceId(new_id()), LoginId(new_id())
        await workspaces.create_workspace(workspace, "W", ada.id, DocumentId(new_id()), "a.sage.md")
        await accounts.create_login(login, ada.id, b"c" * 32, b"s" * 32, later())
        await accounts.set_password(ada.id, "new", login)
        await accounts.end_login(ada.id, login)
        await accounts.end_login(ada.id, login)
        await accounts.create_login(LoginId(new_id()), ada.id, b"d" * 32, b"s" * 32, later())
        await accounts.disable_user(ada.id, True)
        bob = UserId(new_id())
        await workspaces.set_grant(workspace, bob, Role.VIEWER, False)
        await workspaces.remove_grant(workspace, bob)
        await workspaces.rename_workspace(workspace, "Bridges")
        await workspaces.delete_workspace(workspace)
        # Notifications come in the order of the commits: behind this one there is nothing that was not heard.
        last = WorkspaceId(new_id())
        await workspaces.create_workspace(last, "W", ada.id, DocumentId(new_id()), "a.sage.md")
        await workspaces.delete_workspace(last)
        await until(lambda: (GRANTS_CHANGED, {"workspace": last, "user": None}) in heard)
        self.assertEqual(
            heard,
            [
                (LOGINS_ENDED, {"user": ada.id, "login": login}),
                (LOGINS_ENDED, {"user": ada.id, "login": None}),
                (GRANTS_CHANGED, {"workspace": workspace, "user": bob}),
                (GRANTS_CHANGED, {"workspace": workspace, "user": bob}),
                (WORKSPACE_RENAMED, {"workspace": workspace}),
                (GRANTS_CHANGED, {"workspace": workspace, "user": None}),
                (GRANTS_CHANGED, {"workspace": last, "user": None}),
            ],
        )

    async def test_two_owners_leave_at_once(self) -> None:
        """Of two owners who remove each other at the same moment one stays."""
        pool = await self.pool(size=4)
        store = WorkspaceStore(pool)
        workspace, ada, bob = WorkspaceId(new_id()), UserId(new_id()), UserId(new_id())
        await store.create_workspace(workspace, "W", ada, DocumentId(new_id()), "a.sage.md")
        await store.set_grant(workspace, bob, Role.OWNER, True)
        refusals: list[str] = []

        def note(failure: Any) -> None:
            refusals.append(failure.value.code)

        leaving = [Deferred.fromCoroutine(store.remove_grant(workspace, user)).addErrback(note) for user in (ada, bob)]
        for each in leaving:
            await each
        self.assertEqual(refusals, ["bad-value"])

    async def test_first_administrator_of_many(self) -> None:
        """Of many who spend the first link at the same moment one becomes administrator."""
        store = AccountStore(await self.pool(DatabaseRole.FRONTEND, 4))
        outcomes: list[str] = []

        def note(failure: Any) -> None:
            outcomes.append(failure.value.code)

        racing = [
            Deferred.fromCoroutine(store.create_first_administrator(f"a{n}@example.org", "A")).addErrback(note)
            for n in range(8)
        ]
        for each in racing:
            await each
        self.assertEqual(outcomes, ["expired"] * 7)

    async def test_taking_a_lease_waits_for_writes_under_way(self) -> None:
        """A write under the old epoch either commits before the lease moves or is refused: never after."""
        pool = await self.pool(size=3)
        store, journal = WorkspaceStore(pool), Journal(pool)
        workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
        await store.create_workspace(workspace, "W", UserId(AUTHOR), document, "a.sage.md")
        self.assertIsNotNone(await store.take_lease(workspace, "b1", new_id(), 0))

        taking: list[Deferred[Lease | None]] = []

        async def work(transaction: Transaction) -> None:
            await transaction.execute(
                "select from documents d join leases l using (workspace) where d.id = %s for share of l", (document,)
            )
            taking.append(Deferred.fromCoroutine(store.take_lease(workspace, "b2", new_id(), 30)))
            # Only who waits for a lock here can be the taker, and it is none that has been answered.
            while not await pool.query(WAITING):
                await deferLater(reactor, LOOK_SECONDS)
            self.assertFalse(taking[0].called)

        await pool.transaction(work)
        self.assertEqual((await taking[0]).epoch, 2)  # type: ignore[union-attr]
        self.assertEqual(await journal.commit([edits(document, b"late", epoch=1)]), {})
