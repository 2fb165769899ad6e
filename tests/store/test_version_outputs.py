"""Outputs that named versions keep, in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from zope.interface.verify import verifyObject

from sagews.interfaces.version_outputs import MOST_OF_A_CELL, MOST_OF_A_VERSION, IVersionOutputStore
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id
from sagews.model.runs import DocumentWrite
from sagews.model.sessions import RunState
from sagews.store.history.history import HistoryStore
from sagews.store.history.outputs import VersionOutputStore
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.history import make_commit
from tests.contracts.journal import NOW, make_piece, make_run
from tests.postgres import PostgresTestCase

pytestmark = pytest.mark.slow


class VersionOutputTests(PostgresTestCase):
    """One workspace with two documents and a version."""

    async def build(self) -> None:
        """Make them, and the stores under the backend's role."""
        self.workspaces = WorkspaceStore(await self.pool())
        backend = await self.pool("sagews_backend")
        self.owner, self.space = UserId(new_id()), WorkspaceId(new_id())
        self.one, self.two = DocumentId(new_id()), DocumentId(new_id())
        await self.workspaces.create_workspace(self.space, "W", self.owner, self.one, "a.sage.md")
        await self.workspaces.create_document(self.space, self.two, "b.sage.md", "B")
        await self.workspaces.take_lease(self.space, "backend", new_id(), 60)
        self.history, self.usage = HistoryStore(backend), UsageStore(backend)
        self.runs, self.journal, self.outputs = RunStore(backend), Journal(backend), VersionOutputStore(backend)
        self.commit = make_commit(1)
        await self.history.add(self.space, "main", None, self.commit, b"bundle")

    async def ran(self, document: DocumentId, cell: str, text: str, printed: int = 100, **more: Any) -> None:
        """Store a run that printed a text and more."""
        run = replace(make_run(document, cell, RunState.DONE), printed=printed, finished=NOW, seconds=0.5)
        run = replace(run, **more)
        pieces = [make_piece(run, 1, text), make_piece(run, 2, "more")]
        await self.journal.commit([DocumentWrite(document, 1, [], [run], pieces)])

    async def test_as_it_was(self) -> None:
        """A version keeps the last output of each cell of every document, whatever is run or cleared afterwards."""
        await self.build()
        self.assertTrue(verifyObject(IVersionOutputStore, self.outputs))
        await self.ran(self.one, "aaaa", "first")
        await self.ran(self.one, "aaaa", "second")
        await self.ran(self.two, "bbbb", "other", number=4, state=RunState.ERROR)
        await self.ran(self.two, "cccc", "runs on", state=RunState.RUNNING)
        self.assertEqual(await self.outputs.size(self.space), 200)
        self.assertEqual(await self.outputs.keep(self.space, self.commit.id), 200)
        self.assertEqual(await self.outputs.keep(self.space, self.commit.id), 0)
        await self.ran(self.one, "aaaa", "third")
        await self.runs.delete_old(self.one, 1, [])
        found = await self.outputs.read(self.space, self.commit.id, 0, 10_000)
        self.assertEqual(
            [(each.ordinal, each.path, each.cell) for each in found],
            [(1, "a.sage.md", "aaaa"), (2, "b.sage.md", "bbbb")],
        )
        self.assertEqual([body["text"] for _, body in found[0].pieces], ["second", "more"])
        self.assertEqual((found[1].number, found[1].state, found[1].seconds), (4, "error", 0.5))

    async def test_a_part_at_a_time(self) -> None:
        """At least one comes, and no more than were asked for about; behind the last one there is nothing."""
        await self.build()
        for cell in ("aaaa", "bbbb", "cccc"):
            await self.ran(self.one, cell, cell)
        await self.outputs.keep(self.space, self.commit.id)
        for after, most, wanted in ((0, 1, [1]), (0, 101, [1, 2]), (1, 9999, [2, 3]), (3, 9999, [])):
            found = await self.outputs.read(self.space, self.commit.id, after, most)
            self.assertEqual([each.ordinal for each in found], wanted)

    async def test_it_is_bounded(self) -> None:
        """A cell that printed too much is left out, and what comes behind the bound of a version."""
        await self.build()
        await self.ran(self.one, "aaaa", "large", MOST_OF_A_CELL + 1)
        for number in range(MOST_OF_A_VERSION // MOST_OF_A_CELL + 2):
            await self.ran(self.one, f"cell{number:02}", "x", MOST_OF_A_CELL)
        self.assertEqual(await self.outputs.keep(self.space, self.commit.id), MOST_OF_A_VERSION)

    async def test_whose_it_is(self) -> None:
        """It counts as history of the owner, is read under its own workspace alone, and goes with a deleted one."""
        await self.build()
        await self.ran(self.one, "aaaa", "text")
        stranger = WorkspaceId(new_id())
        await self.workspaces.create_workspace(stranger, "S", UserId(new_id()), DocumentId(new_id()), "s.sage.md")
        self.assertEqual(await self.outputs.keep(stranger, self.commit.id), 0)
        await self.outputs.keep(self.space, self.commit.id)
        self.assertEqual(await self.usage.history(self.owner), len(b"bundle") + 100)
        self.assertEqual(await self.outputs.read(stranger, self.commit.id, 0, 99), [])
        await self.workspaces.delete_workspace(self.space)
        self.assertTrue(await self.history.remove_deleted(self.space, datetime.now(UTC) + timedelta(days=1), 999))
        self.assertEqual(await self.outputs.read(self.space, self.commit.id, 0, 99), [])

    async def test_they_go_with_the_name(self) -> None:
        """Without its name a version keeps nothing, and what it kept counts no more; another version's stays."""
        await self.build()
        await self.ran(self.one, "aaaa", "text")
        other = make_commit(2, 1)
        await self.history.add(self.space, "main", self.commit.id, other, b"bundle")
        for version in (self.commit, other):
            await self.outputs.keep(self.space, version.id)
        self.assertIsNone(await self.history.unname(self.space, self.commit.id, UserId(new_id())))
        self.assertEqual(await self.usage.history(self.owner), 2 * len(b"bundle") + 200)
        self.assertEqual(await self.history.unname(self.space, self.commit.id, None), 100)
        self.assertEqual(await self.outputs.read(self.space, self.commit.id, 0, 99), [])
        self.assertEqual(len(await self.outputs.read(self.space, other.id, 0, 99)), 1)
        self.assertEqual(await self.usage.history(self.owner), 2 * len(b"bundle") + 100)

    async def test_a_deleted_one_goes_in_parts(self) -> None:
        """Each statement removes about so many bytes of bundles and outputs; what is left counts until the end."""
        await self.build()
        await self.ran(self.one, "aaaa", "text")
        await self.ran(self.one, "bbbb", "text")
        await self.outputs.keep(self.space, self.commit.id)
        await self.history.add(self.space, "main", self.commit.id, make_commit(2, 1), b"bundle")
        await self.workspaces.delete_workspace(self.space)
        future = datetime.now(UTC) + timedelta(days=1)
        left = []
        while not await self.history.remove_deleted(self.space, future, 7):
            self.assertEqual(await self.history.deleted(None, future, 9), [self.space])
            left.append(await self.usage.history(self.owner))
        self.assertEqual(left, [200, 100])
        self.assertEqual(await self.usage.history(self.owner), 0)
        self.assertIsNone(await self.history.newest(self.space))
