"""Every store of ours and every fake of it passes the same contract."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.logs.logs import LogStore
from sagews.store.pool import ConnectionPool
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.accounts import AccountStoreContract
from tests.contracts.documents import DocumentStoreContract
from tests.contracts.history import HistoryStoreContract
from tests.contracts.journal import AUTHOR, JournalContract
from tests.contracts.logs import LogStoreContract
from tests.contracts.runs import RunStoreContract
from tests.contracts.workspaces import WorkspaceStoreContract
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.documents import MemoryDocuments, MemoryHistory, MemoryJournal, MemoryRuns
from tests.fakes.logs import MemoryLogs
from tests.fakes.workspaces import MemoryWorkspaces
from tests.postgres import PostgresTestCase, new_database

pytestmark = pytest.mark.slow


async def leased(workspaces: Any) -> tuple[WorkspaceId, DocumentId, DocumentId]:
    """Make a workspace with two documents whose lease has epoch 3."""
    workspace, first, second = WorkspaceId(new_id()), DocumentId(new_id()), DocumentId(new_id())
    await workspaces.create_workspace(workspace, "W", UserId(AUTHOR), first, "first.sage.md")
    await workspaces.create_document(workspace, second, "second.sage.md", "Second")
    for backend in ("b1", "b2", "b3"):
        await workspaces.take_lease(workspace, backend, new_id(), 0)
    return workspace, first, second


class MemoryAccountTests(AccountStoreContract, TestCase):
    """The fake of accounts."""

    async def make_accounts(self) -> Any:
        """Return an empty store."""
        return MemoryAccounts()


class AccountTests(AccountStoreContract, PostgresTestCase):
    """Accounts in PostgreSQL, under the frontend's role."""

    async def make_accounts(self) -> Any:
        """Return an empty store."""
        return AccountStore(await self.pool("sagews_frontend"))


class MemoryWorkspaceTests(WorkspaceStoreContract, TestCase):
    """The fake of workspaces."""

    async def make_stores(self) -> tuple[Any, Any]:
        """Return empty stores."""
        accounts = MemoryAccounts()
        return accounts, MemoryWorkspaces(accounts)


class WorkspaceTests(WorkspaceStoreContract, PostgresTestCase):
    """Workspaces in PostgreSQL, under the owner's role: the contract covers both frontend and backend."""

    async def make_stores(self) -> tuple[Any, Any]:
        """Return empty stores."""
        pool = await self.pool()
        return AccountStore(pool), WorkspaceStore(pool)


class MemoryJournalTests(JournalContract, TestCase):
    """The fake of the journal."""

    async def make_journal(self) -> tuple[Any, Any, Any, DocumentId, DocumentId]:
        """Return journal, documents, runs, and two documents."""
        workspaces = MemoryWorkspaces()
        self.space, first, second = await leased(workspaces)
        documents, runs = MemoryDocuments(workspaces), MemoryRuns(workspaces)
        return MemoryJournal(documents, runs), documents, runs, first, second


class JournalTests(JournalContract, PostgresTestCase):
    """The journal in PostgreSQL, under the backend's role."""

    async def make_journal(self) -> tuple[Any, Any, Any, DocumentId, DocumentId]:
        """Return journal, documents, runs, and two documents."""
        self.space, first, second = await leased(WorkspaceStore(await self.pool()))
        pool = await self.pool("sagews_backend")
        return Journal(pool), DocumentStore(pool), RunStore(pool), first, second


class ApartTests(WorkspaceStoreContract, PostgresTestCase):
    """Accounts in one database and workspaces in another: neither ever asks for what the other has."""

    async def make_stores(self) -> tuple[Any, Any]:
        """Return empty stores."""
        other = new_database()
        self.addCleanup(other.drop)
        pool = ConnectionPool(reactor, other.dsn(), size=2, application="test")
        self.addCleanup(pool.stop)
        await pool.start()
        for table in ("user_settings", "logins", "users"):
            await pool.execute(f"drop table {table}")
        accounts = await self.pool()
        await accounts.execute("drop table workspaces, workspace_users, documents, tickets, leases cascade")
        return AccountStore(accounts), WorkspaceStore(pool)


class MemoryDocumentTests(DocumentStoreContract, TestCase):
    """The fake of documents."""

    async def make_documents(self) -> tuple[Any, Any, DocumentId]:
        """Return a store, a journal and a document."""
        workspaces = MemoryWorkspaces()
        documents = MemoryDocuments(workspaces)
        self.space, document, _ = await leased(workspaces)
        return documents, MemoryJournal(documents, MemoryRuns(workspaces)), document


class DocumentTests(DocumentStoreContract, PostgresTestCase):
    """Documents in PostgreSQL, under the backend's role."""

    async def make_documents(self) -> tuple[Any, Any, DocumentId]:
        """Return a store, a journal and a document."""
        self.space, document, _ = await leased(WorkspaceStore(await self.pool()))
        pool = await self.pool("sagews_backend")
        return DocumentStore(pool), Journal(pool), document


class MemoryRunTests(RunStoreContract, TestCase):
    """The fake of runs."""

    async def make_runs(self) -> tuple[Any, Any, DocumentId, DocumentId]:
        """Return a store, a journal and two documents."""
        workspaces = MemoryWorkspaces()
        space, first, second = await leased(workspaces)
        runs = MemoryRuns(workspaces)
        self.removing = lambda document: workspaces.remove_document(space, document)
        return runs, MemoryJournal(MemoryDocuments(workspaces), runs), first, second

    async def remove(self, document: DocumentId) -> None:
        """Remove one."""
        await self.removing(document)


class RunTests(RunStoreContract, PostgresTestCase):
    """Runs in PostgreSQL, under the backend's role."""

    async def make_runs(self) -> tuple[Any, Any, DocumentId, DocumentId]:
        """Return a store, a journal and two documents."""
        workspaces = WorkspaceStore(await self.pool())
        space, first, second = await leased(workspaces)
        pool = await self.pool("sagews_backend")
        self.removing = lambda document: workspaces.remove_document(space, document)
        return RunStore(pool), Journal(pool), first, second

    async def remove(self, document: DocumentId) -> None:
        """Remove one."""
        await self.removing(document)


class MemoryHistoryTests(HistoryStoreContract, TestCase):
    """The fake of history."""

    async def make_history(self) -> tuple[Any, WorkspaceId]:
        """Return a store and a workspace."""
        workspaces = MemoryWorkspaces()
        return MemoryHistory(workspaces), (await leased(workspaces))[0]


class HistoryTests(HistoryStoreContract, PostgresTestCase):
    """History in PostgreSQL, under the backend's role."""

    async def make_history(self) -> tuple[Any, WorkspaceId]:
        """Return a store and a workspace."""
        workspace, _, _ = await leased(WorkspaceStore(await self.pool()))
        return HistoryStore(await self.pool("sagews_backend")), workspace


class MemoryLogTests(LogStoreContract, TestCase):
    """The fake of logs."""

    async def make_logs(self) -> Any:
        """Return an empty store."""
        return MemoryLogs()


class LogTests(LogStoreContract, PostgresTestCase):
    """Logs in PostgreSQL, under the log's role."""

    async def make_logs(self) -> Any:
        """Return an empty store."""
        return LogStore(await self.pool("sagews_log"))
