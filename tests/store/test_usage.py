"""Sums over what a person's workspaces hold, in PostgreSQL and in the fake."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.trial.unittest import TestCase

from sagews.model.identifiers import new_id
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.usage import UsageContract
from tests.fakes.documents import MemoryRuns, MemoryUsage
from tests.fakes.workspaces import MemoryWorkspaces
from tests.postgres import PostgresTestCase


class MemoryUsageTests(UsageContract, TestCase):
    """The fake."""

    async def make_usage(self) -> tuple[Any, Any]:
        """Return fakes."""
        workspaces = MemoryWorkspaces()
        return MemoryUsage(workspaces, MemoryRuns(workspaces)), workspaces


@pytest.mark.slow
class UsageTests(UsageContract, PostgresTestCase):
    """PostgreSQL, under the backend's role."""

    async def make_usage(self) -> tuple[Any, Any]:
        """Return stores."""
        return UsageStore(await self.pool("sagews_backend")), WorkspaceStore(await self.pool())

    async def test_a_lease_knows_of_the_others(self) -> None:
        """Whoever takes a workspace's lease learns what the files of its owner's other workspaces take."""
        await self.build()
        await self.usage.note_home(self.ada, self.one, 5)
        await self.usage.note_home(self.ada, self.two, 70)
        await self.usage.note_home(self.bob, self.other, 1000)
        leases = [
            await self.workspaces.take_lease(workspace, "here", new_id(), 60) for workspace in (self.one, self.two)
        ]
        self.assertEqual([lease.homes_elsewhere for lease in leases if lease is not None], [70, 5])

    async def test_the_largest(self) -> None:
        """Files count among what a workspace has stored."""
        await self.build()
        await self.usage.note_home(self.ada, self.one, 5)
        await self.usage.note_home(self.ada, self.two, 70)
        found = await self.usage.largest(self.ada, 9)
        self.assertEqual([(use.workspace, use.files) for use in found], [(self.two, 70), (self.one, 5)])
