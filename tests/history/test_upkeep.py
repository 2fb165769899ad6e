"""A workspace whose upkeep fails keeps no other one from its turn, nor one step the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.history.upkeep import DELETED_PARTS, REST_SECONDS, HistoryUpkeep
from sagews.errors import SagewsError
from sagews.model.history import StoredAutosave
from sagews.model.identifiers import WorkspaceId
from tests.fakes.documents import MemoryHistory, MemoryRuns


class FailingHistory(MemoryHistory):
    """A history of three workspaces, and of deleted ones with so many parts; those in `failing` always fail."""

    def __init__(self, failing: Sequence[str]) -> None:
        super().__init__()
        self.failing = failing
        self.asked: list[str] = []
        self.parts: dict[str, int] = {}

    async def autosaved(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List three."""
        return [WorkspaceId(name) for name in ("w1", "w2", "w3") if after is None or name > after]

    async def autosaves(self, workspace: WorkspaceId, before: datetime, limit: int) -> list[StoredAutosave]:
        """Note who asks."""
        self._ask(workspace)
        return []

    async def deleted(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List what has parts left."""
        return [WorkspaceId(name) for name, left in self.parts.items() if left and (after is None or name > after)]

    async def remove_deleted(self, workspace: WorkspaceId, before: datetime, most: int) -> bool:
        """Remove a part."""
        self._ask(workspace)
        self.parts[workspace] -= 1
        return not self.parts[workspace]

    def _ask(self, workspace: str) -> None:
        self.asked.append(workspace)
        if workspace in self.failing:
            raise SagewsError("database")


class FailingRuns(MemoryRuns):
    """Runs that can't be cleared."""

    async def clear_removed(self, limit: int, most: int) -> int:
        """Fail."""
        raise SagewsError("database")


class UpkeepTests(SynchronousTestCase):
    """Turns in which something fails."""

    def build(self, failing: Sequence[str], runs: MemoryRuns) -> None:
        """Make an upkeep."""
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        self.history = FailingHistory(failing)
        self.upkeep = HistoryUpkeep(self.clock, self.history, runs)

    def turn(self) -> list[str]:
        """Let it have a turn; returns which workspaces were asked about."""
        self.history.asked.clear()
        self.successResultOf(Deferred.fromCoroutine(self.upkeep.turn()))
        return list(self.history.asked)

    def test_one_that_fails_keeps_no_other(self) -> None:
        """The workspaces behind one that fails are looked at, and deleted ones cleared away, in the same turn."""
        self.build(["w1", "gone1"], MemoryRuns())
        self.history.parts = {"gone1": 2, "gone2": 2}
        self.assertEqual(self.turn(), ["w1", "w2", "w3", "gone1", "gone2", "gone2"])
        self.assertEqual(len(self.flushLoggedErrors(SagewsError)), 2)
        self.clock.advance(REST_SECONDS)
        self.assertEqual(self.turn()[:3], ["w1", "w2", "w3"])
        self.assertEqual(len(self.flushLoggedErrors(SagewsError)), 2)

    def test_a_step_that_fails_keeps_no_other(self) -> None:
        """Where output can't be cleared away, deleted workspaces are all the same."""
        self.build([], FailingRuns())
        self.history.parts = {"gone": 1}
        self.assertEqual(self.turn()[3:], ["gone"])
        self.assertEqual(len(self.flushLoggedErrors(SagewsError)), 1)

    def test_a_large_one_goes_part_by_part(self) -> None:
        """A turn removes some parts of a deleted workspace, and the next turns, without a rest, those that are left."""
        self.build([], MemoryRuns())
        self.history.parts = {"gone": DELETED_PARTS + 2}
        self.assertEqual(self.turn()[3:], ["gone"] * DELETED_PARTS)
        self.assertEqual(self.turn()[3:], ["gone"] * 2)
        self.assertEqual(self.turn(), [])
