"""Thins autosaves with age, and clears away what removed worksheets and deleted workspaces leave, a little at a time.

Each turn is bounded: some workspaces, some autosaves of each, and so many bytes in a statement, since a statement has
only so much time. What fails is logged and keeps nothing else from its turn. Several backends may do it at once: what
one has removed the other does not find.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sagews.backend.history.quota import remove_all
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import WorkspaceId
from sagews.policy.history.thinning import PART_BYTES, superseded

EVERY_SECONDS = 60.0
# When all workspaces were looked at, nothing is old enough again for a while.
REST_SECONDS = 3600.0
WORKSPACES_AT_ONCE = 20
# Of one workspace in one turn.
AUTOSAVES_READ = 5_000
AUTOSAVES_AT_ONCE = 100
RUNS_AT_ONCE = 200
DELETED_AT_ONCE = 5
# Of each of these.
DELETED_PARTS = 8
# Whoever deletes a workspace by mistake has so long to ask an operator for it.
DELETED_FOR = timedelta(days=1)

log = Logger()
T = TypeVar("T")


class HistoryUpkeep:
    """Goes through all workspaces in turns; a turn that fails is logged, and the next one goes on.

    Args:
        clock: its seconds are Unix seconds.
        history: the store of versions.
        runs: the store of output.
    """

    def __init__(self, clock: IReactorTime, history: IHistoryStore, runs: IRunStore) -> None:
        self._clock = clock
        self._history = history
        self._runs = runs
        self._after: WorkspaceId | None = None
        self._deleted_after: WorkspaceId | None = None
        self._not_before = 0.0
        self._loop = LoopingCall(self._turn_logged)
        self._loop.clock = clock

    def start(self) -> None:
        """Begin, in a while: a start has more urgent things to do."""
        self._loop.start(EVERY_SECONDS, now=False).addErrback(lambda failure: log.failure("upkeep broke", failure))

    def stop(self) -> None:
        """End."""
        if self._loop.running:
            self._loop.stop()

    async def turn(self) -> None:
        """Look at the next workspaces, or rest."""
        now = datetime.fromtimestamp(self._clock.seconds(), UTC)
        if self._clock.seconds() < self._not_before:
            return
        old = now - timedelta(days=1)
        found = await _tried(self._history.autosaved(self._after, old, WORKSPACES_AT_ONCE), [])
        for workspace in found:
            # First, so that a workspace that always fails is not the only one that is ever looked at.
            self._after = workspace
            await _tried(self._thin(workspace, now), None, workspace)
        if len(found) < WORKSPACES_AT_ONCE:
            self._after = None
            runs = await _tried(self._runs.clear_removed(RUNS_AT_ONCE, PART_BYTES), 0)
            more = await _tried(self._clear_deleted(now - DELETED_FOR), False)
            if not runs and not more:
                self._not_before = self._clock.seconds() + REST_SECONDS

    async def _thin(self, workspace: WorkspaceId, now: datetime) -> None:
        found = await self._history.autosaves(workspace, now - timedelta(days=1), AUTOSAVES_READ)
        gone = set(superseded([(autosave.commit, autosave.time) for autosave in found], now))
        doomed = [autosave for autosave in found if autosave.commit in gone and not autosave.needed][:AUTOSAVES_AT_ONCE]
        if doomed:
            freed = await remove_all(self._history, workspace, doomed)
            log.info("{count} autosaves were thinned out", count=len(doomed), bytes=freed, correlation=workspace)

    async def _clear_deleted(self, before: datetime) -> bool:
        """Clear away some of the history of deleted workspaces; returns whether more can be done at once."""
        found = await self._history.deleted(self._deleted_after, before, DELETED_AT_ONCE)
        more = len(found) == DELETED_AT_ONCE
        for workspace in found:
            self._deleted_after = workspace
            done = await _tried(self._remove_deleted(workspace, before), True, workspace)
            more = more or not done
        if len(found) < DELETED_AT_ONCE:
            self._deleted_after = None
        return more

    async def _remove_deleted(self, workspace: WorkspaceId, before: datetime) -> bool:
        for _ in range(DELETED_PARTS):
            if await self._history.remove_deleted(workspace, before, PART_BYTES):
                return True
        return False

    def _turn_logged(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.turn()).addErrback(lambda failure: log.failure("upkeep failed", failure))


async def _tried(step: Awaitable[T], otherwise: T, workspace: WorkspaceId | None = None) -> T:
    """Return what a step returns; what it raises is logged, and `otherwise` returned."""
    try:
        return await step
    except Exception:
        log.failure("a step of the upkeep failed, it is tried again later", correlation=workspace)
        return otherwise
