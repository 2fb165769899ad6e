"""The room that output takes in PostgreSQL: known without reading it, and used again when cells are run again."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from msgspec.structs import replace
from twisted.internet.threads import deferToThread

from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id
from sagews.model.runs import DocumentWrite
from sagews.model.sessions import RunState
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.journal import AUTHOR, make_piece, make_run
from tests.postgres import PostgresTestCase

pytestmark = pytest.mark.slow
PIECES = 8
PIECE = 64 * 1024


class RoomTests(PostgresTestCase):
    """What the database has of one account."""

    timeout = 120

    async def build(self) -> None:
        """Make a person's workspace with two documents."""
        workspaces = WorkspaceStore(await self.pool())
        self.backend = await self.pool("sagews_backend")
        self.owner, workspace = UserId(new_id()), WorkspaceId(new_id())
        self.one, self.two = DocumentId(new_id()), DocumentId(new_id())
        await workspaces.create_workspace(workspace, "W", self.owner, self.one, "a.sage.md")
        await workspaces.create_document(workspace, self.two, "b.sage.md", "B")
        await workspaces.take_lease(workspace, "backend", new_id(), 60)
        self.runs, self.journal, self.usage = RunStore(self.backend), Journal(self.backend), UsageStore(self.backend)

    async def print(self, document: DocumentId, cell: str = "aaaa", printed: int = PIECES * PIECE) -> Any:
        """Store a run of a cell that printed what can't be compressed."""
        run = replace(make_run(document, cell, RunState.DONE), printed=printed)
        pieces = [make_piece(run, number, os.urandom(PIECE // 2).hex()) for number in range(1, PIECES + 1)]
        await self.journal.commit([DocumentWrite(document, 1, [], [run], pieces)])
        return run

    async def size(self) -> int:
        """Return the bytes of the table of pieces on the disk, after what autovacuum does."""
        await deferToThread(self.vacuum)
        sql = "select pg_total_relation_size('outputs')"
        return int((await self.backend.query(sql))[0][0])

    def vacuum(self) -> None:
        """Make the room of deleted rows usable again."""
        connection = psycopg2.connect(self.database.dsn())
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("vacuum outputs")

    async def test_the_sum_of_an_account(self) -> None:
        """It is that of all of a person's documents but those that are left out, and nobody else's."""
        await self.build()
        await self.print(self.one, "aaaa", 100)
        await self.print(self.one, "bbbb", 20)
        await self.print(self.two, "aaaa", 3)
        self.assertEqual(await self.usage.outputs(self.owner, []), 123)
        self.assertEqual(await self.usage.outputs(self.owner, [self.two]), 120)
        self.assertEqual(await self.usage.outputs(UserId(AUTHOR), []), 0)

    async def test_a_cell_that_is_run_again_and_again(self) -> None:
        """Sixty runs of one cell leave the table hardly larger than six do: each takes the room of those before."""
        await self.build()
        sizes = []
        for number in range(1, 61):
            await self.print(self.one)
            await self.runs.delete_old(self.one, 1, [])
            if number % 6 == 0:
                sizes.append(await self.size())
        self.assertEqual(await self.usage.outputs(self.owner, []), PIECES * PIECE)
        self.assertLess(sizes[-1], 2 * sizes[0])
