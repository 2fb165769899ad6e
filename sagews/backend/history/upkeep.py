"""Thins autosaves with age, and clears away what removed worksheets and deleted workspaces leave, a little at a time.

Each turn is bounded: some workspaces, some autosaves of each. Several backends may do it at once: what one has removed
the other does not find.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import WorkspaceId
from sagews.policy.history.thinning import superseded

EVERY_SECONDS = 60.0
# When all workspaces were looked at, nothing is old enough again for a while.
REST_SECONDS = 3600.0
WORKSPACES_AT_ONCE = 20
# Of one workspace in one turn. A bundle is deleted with all of its pages, so no more of them go in one statement.
AUTOSAVES_READ = 5_000
AUTOSAVES_AT_ONCE = 100
RUNS_AT_ONCE = 200
DELETED_AT_ONCE = 5
# Whoever deletes a workspace by mistake has so long to ask an operator for it.
DELETED_FOR = timedelta(days=1)

log = Logger()


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
        found = await self._history.autosaved(self._after, now - timedelta(days=1), WORKSPACES_AT_ONCE)
        for workspace in found:
            await self._thin(workspace, now)
            self._after = workspace
        if len(found) < WORKSPACES_AT_ONCE:
            self._after = None
            if not await self._clear(now):
                self._not_before = self._clock.seconds() + REST_SECONDS

    async def _thin(self, workspace: WorkspaceId, now: datetime) -> None:
        found = await self._history.autosaves(workspace, now - timedelta(days=1), AUTOSAVES_READ)
        gone = superseded([(autosave.commit, autosave.time) for autosave in found], now)[:AUTOSAVES_AT_ONCE]
        if gone:
            freed = await self._history.remove_autosaves(workspace, gone)
            log.info("{count} autosaves were thinned out", count=len(gone), bytes=freed, correlation=workspace)

    async def _clear(self, now: datetime) -> int:
        """Clear away some of what nobody can see any more; returns how much of it there was."""
        runs = await self._runs.clear_removed(RUNS_AT_ONCE)
        return runs + await self._history.remove_deleted(now - DELETED_FOR, DELETED_AT_ONCE)

    def _turn_logged(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.turn()).addErrback(
            lambda failure: log.failure("old autosaves could not be thinned out", failure)
        )
