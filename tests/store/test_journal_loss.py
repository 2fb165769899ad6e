"""What was acknowledged is in the database, in order, however often its server is killed under load."""

from __future__ import annotations

import signal
from typing import Any

import psycopg2
import pytest
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.settings import BackendSettings
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id
from sagews.model.sessions import RunState
from sagews.store.migrate import migrate
from sagews.store.pool import ConnectionPool
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.journal import AUTHOR, make_piece, make_run
from tests.postgres import Cluster

pytestmark = pytest.mark.slow

DOCUMENTS = 5
KILLS = 3


def wait_for_disk(dsn: str) -> None:
    """Let later connections wait for their commits; other tests go without, but here it is what is looked at."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    connection.cursor().execute("alter role current_user set synchronous_commit = on")
    connection.close()


class Worksheet:
    """One document under load: who edits and runs it, and what was acknowledged of that."""

    id = "page"

    def __init__(self, workspace: WorkspaceId, document: DocumentId, commits: GroupCommit) -> None:
        self.workspace = workspace
        self.document = document
        self.lost = False
        self.writer: DocumentWriter = commits.writer(document, UserId(new_id()), 1, self._lose)
        self.run = make_run(document, state=RunState.RUNNING)
        self.written = 0
        self.saved: list[int] = []
        self.acknowledged: list[int] = []

    def _lose(self) -> None:
        self.lost = True

    def tell(self, message: Any) -> None:
        """Hear `saved`."""
        self.saved.append(message.edit)

    def step(self) -> None:
        """Edit, and print something."""
        self.written += 1
        page: Any = self
        self.writer.update(UserId(AUTHOR), self.written.to_bytes(4, "big"), page, self.written)
        self.writer.run(self.run)
        self.writer.piece(make_piece(self.run, self.written), 50)
        self.writer.acknowledge(self.written, self.acknowledged.append)


class KilledServerTests(TestCase):
    """A server of its own that is killed with SIGKILL."""

    timeout = 120

    async def test_acknowledged_means_committed(self) -> None:
        """Edits and output of several documents go on through kills; nothing acknowledged is missing or in disorder."""
        cluster = Cluster()
        self.addCleanup(cluster.remove)
        dsn = cluster.superuser_dsn()
        migrate(dsn)
        wait_for_disk(dsn)
        pool = ConnectionPool(reactor, dsn, size=2)
        self.addCleanup(pool.stop)
        await pool.start()
        commits = GroupCommit(reactor, BackendSettings(), Journal(pool))  # type: ignore[arg-type]
        sheets = [Worksheet(*place, commits) for place in await self.leased(pool)]
        for _ in range(KILLS):
            await self.work(sheets, 60)
            cluster.kill(signal.SIGKILL)
            await self.work(sheets, 20)
            said = [(list(sheet.saved), list(sheet.acknowledged)) for sheet in sheets]
            cluster.start()
            for sheet, (saved, acknowledged) in zip(sheets, said, strict=True):
                await self.check(pool, sheet, saved, acknowledged)
        for sheet in sheets:
            await sheet.writer.flush()
            self.assertEqual(sheet.saved, list(range(1, sheet.written + 1)))
            self.assertEqual(sheet.acknowledged[-1], sheet.written)
            self.assertFalse(sheet.lost)
        self.flushLoggedErrors()

    async def leased(self, pool: ConnectionPool) -> list[tuple[WorkspaceId, DocumentId]]:
        """Return workspaces with a document each, whose leases have epoch 1."""
        store, documents = WorkspaceStore(pool), []
        for _ in range(DOCUMENTS):
            workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
            await store.create_workspace(workspace, "W", UserId(AUTHOR), document, "a.sage.md")
            lease = "insert into leases (workspace, backend, epoch, expires) values (%s, 'b', 1, now())"
            await pool.execute(lease, (workspace,))
            documents.append((workspace, document))
        return documents

    async def work(self, sheets: list[Worksheet], steps: int) -> None:
        """Let everybody edit and print for a while."""
        for _ in range(steps):
            for sheet in sheets:
                sheet.step()
            # So that commits of many sizes come about, and the kill falls between and into them.
            await deferLater(reactor, 0.002)

    async def check(self, pool: ConnectionPool, sheet: Worksheet, saved: list[int], acknowledged: list[int]) -> None:
        """Compare what was said before the server came back with what it holds."""
        updates = (await DocumentStore(pool).load(sheet.workspace, sheet.document)).updates
        stored = list(dict.fromkeys(int.from_bytes(data, "big") for data in updates))
        self.assertEqual(saved, sorted(saved))
        self.assertEqual(stored[: len(saved)], saved)
        pieces = [
            piece.sequence for piece in (await RunStore(pool).pieces(sheet.document, sheet.run.id, 1, 10_000)).pieces
        ]
        last = acknowledged[-1] if acknowledged else 0
        self.assertEqual(pieces[:last], list(range(1, last + 1)))
