"""All workspaces that this backend has open, and their leases."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.settings import BackendSettings
from sagews.backend.single_flight import SingleFlightCache
from sagews.backend.workspaces.notes import ListNotes
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.background import cancelled, run_in_background

# A lease is renewed so many times within the time for which it is good.
RENEWALS = 4
# Whoever comes back to a workspace that is being closed waits until it is, so no more are begun than are soon over:
# when a class leaves, the others stay open until it is their turn.
CLOSING_AT_ONCE = 8
# Of one owner: what somebody else leaves is saved beside that.
CLOSING_OF_ONE = 6
# What all have at a stop to end their sessions and to commit their edits, before the end of the first is saved: a
# session takes two at most. Whoever takes longer goes on beside the others.
REST_SECONDS = 3.0
# How often it is looked for workspaces whose end an earlier life, or an earlier try, has not saved.
LEFT_SECONDS = 300.0


class Workspaces:
    """Opens workspaces on demand, renews their leases, and closes those that nobody uses.

    Args:
        life: a UUID that this life of the backend alone has; leases name it.
        lost: is told which workspace another backend has taken over, after it stopped writing.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        stores: Stores,
        life: str,
        lost: Callable[[OpenWorkspace], None],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._stores = stores
        self._life = life
        self._tell_lost = lost
        # Two pages that come in one moment must find one object: two would keep two truths of one document.
        self._open: SingleFlightCache[WorkspaceId, OpenWorkspace] = SingleFlightCache()
        self._awake: dict[WorkspaceId, OpenWorkspace] = {}
        self._notes = ListNotes(stores.workspaces)
        self._closing: dict[WorkspaceId, UserId] = {}
        self._leaving = False
        self._looked = clock.seconds()
        self._renewed = clock.seconds()
        self._renewing = False

    @property
    def all(self) -> list[OpenWorkspace]:
        """Every open workspace."""
        return self._open.values()

    @property
    def awake(self) -> int:
        """In how many of them something moves, so that they are looked after."""
        return len(self._awake)

    def find(self, workspace: WorkspaceId) -> OpenWorkspace | None:
        """Return an open workspace."""
        return self._open.get(workspace)

    async def open(self, workspace: WorkspaceId) -> OpenWorkspace:
        """Return a workspace, taking its lease if this backend does not hold it yet.

        Raises:
            SagewsError: `not-found`; `elsewhere` when another backend owns it.
        """
        opened = await self._open.get_or_make(workspace, lambda: self._take(workspace))
        # Else one that was about to be closed for want of use could go between this answer and the joining of whoever
        # asked.
        opened.unused_since = self._clock.seconds()
        return opened

    async def _take(self, workspace: WorkspaceId) -> OpenWorkspace:
        settings = self._settings
        lease = await self._stores.workspaces.take_lease(workspace, settings.name, self._life, settings.lease_seconds)
        if lease is None:
            raise SagewsError("elsewhere")
        opened = OpenWorkspace(lease, self._clock, settings, self._stores, self._notes, self._wake, self._lose)
        self._wake(opened)
        return opened

    def _wake(self, workspace: OpenWorkspace) -> None:
        """Look after a workspace from now on, until nothing moves in it any more.

        Not after one that was dropped: its pages leave it after that, and requests end that had begun before. By then
        another of the same id may be open.
        """
        if not workspace.dropped:
            self._awake[workspace.about.id] = workspace

    def _let_sleep(self, workspace: OpenWorkspace) -> None:
        if self._awake.get(workspace.about.id) is workspace:
            del self._awake[workspace.about.id]

    def _lose(self, workspace: OpenWorkspace) -> None:
        if self._open.get(workspace.about.id) is workspace:
            self._log.warn("the lease of {workspace} was lost", workspace=workspace.about.id)
            self._open.forget(workspace.about.id)
            self._let_sleep(workspace)
            self._notes.forget(workspace.about.id, [live.about.id for live in workspace.documents])
            # First nothing is written any more, then people are told: their pages come back at once.
            workspace.drop()
            self._tell_lost(workspace)

    # ------------------------------------------------------------------------------------- life

    def tick(self) -> None:
        """Look after workspaces in which something moves, and after all leases; called every few seconds.

        A workspace whose pages only watch costs nothing here: it wakes up with the next edit, run or loss of a page.
        """
        now = self._clock.seconds()
        # First: without it all of them are lost, whatever is wrong with one.
        if now - self._renewed >= self._settings.lease_seconds / RENEWALS and not self._renewing:
            self._renewed = now
            run_in_background(self._renew(self.all), self._log, "lease", self._life)
        for workspace in list(self._awake.values()):
            for look_after in (workspace.tick, partial(self._close_or_let_sleep, workspace)):
                try:
                    look_after()
                except Exception:
                    self._log.failure("{workspace} can't be looked after", workspace=workspace.about.id)
        self._notes.write_soon()
        if now - self._looked >= LEFT_SECONDS:
            self.look_for_left()

    def _close_or_let_sleep(self, workspace: OpenWorkspace) -> None:
        if workspace.idle and self._clock.seconds() - workspace.unused_since > self._settings.close_seconds:
            if self._may_close(workspace):
                run_in_background(self.close(workspace), self._log, "close", workspace.about.id)
        elif workspace.still:
            self._let_sleep(workspace)

    def _may_close(self, workspace: OpenWorkspace) -> bool:
        owners = list(self._closing.values())
        has_room = len(owners) < CLOSING_AT_ONCE and owners.count(workspace.about.owner) < CLOSING_OF_ONE
        return has_room and workspace.about.id not in self._closing

    async def _renew(self, held: list[OpenWorkspace]) -> None:
        """Renew all leases in one statement; what another life has taken is lost."""
        if not held:
            return
        self._renewing = True
        try:
            leases = [workspace.lease for workspace in held]
            kept = await self._stores.workspaces.renew_leases(self._life, leases, self._settings.lease_seconds)
        finally:
            self._renewing = False
        for workspace in held:
            # One that was closed meanwhile has given its lease back by itself.
            if workspace.about.id not in kept and not workspace.dropped:
                self._lose(workspace)

    async def close(self, workspace: OpenWorkspace) -> None:
        """Commit everything, let the history keep it, and give the lease back; one that was dropped is closed."""
        key = workspace.about.id
        if self._open.get(key) is not workspace:
            return
        self._closing[key] = workspace.about.owner
        try:
            await self._open.put_away(key, workspace, self._finish)
        finally:
            self._closing.pop(key, None)

    async def close_all(self) -> None:
        """Close every workspace, and wait for those that are being closed already.

        First the sessions of all end and every edit is committed, which is quick. Then ends are saved, a few at a time,
        those first whose changes have waited longest, and behind them those that are not at rest yet; whoever cancels
        this says `leave_the_rest` before.
        """
        at_rest = await self._bring_to_rest()
        if self._leaving:
            return
        waiting = deque(sorted(self.all, key=lambda each: (each not in at_rest, each.history.unsaved_since)))

        async def close_some() -> None:
            while waiting and not self._leaving:
                await self.close(waiting.popleft())

        await self._each([close_some() for _ in range(CLOSING_AT_ONCE)], "close")
        if not self._leaving:
            await self._open.settled()
            await self._notes.write()

    async def _bring_to_rest(self) -> set[OpenWorkspace]:
        """End sessions and commit edits; returns the workspaces that were through within REST_SECONDS."""
        at_rest: set[OpenWorkspace] = set()
        enough: Deferred[None] = Deferred()

        async def rest(workspace: OpenWorkspace) -> None:
            await workspace.come_to_rest()
            at_rest.add(workspace)

        def go_on(_: object) -> None:
            if not enough.called:
                enough.callback(None)

        late = self._clock.callLater(REST_SECONDS, go_on, None)
        Deferred.fromCoroutine(self._each([rest(workspace) for workspace in self.all], "end")).addBoth(go_on)
        try:
            await enough
        finally:
            cancelled(late)
        return at_rest

    def leave_the_rest(self) -> None:
        """There is no time left: begin nothing more. Leases that are still held tell the next life what is left."""
        self._leaving = True

    async def _each(self, works: Sequence[Coroutine[Any, Any, None]], what: str) -> None:
        await gatherResults([run_in_background(work, self._log, what, self._life) for work in works])

    async def _finish(self, workspace: OpenWorkspace) -> None:
        """Whatever the history says, documents are committed before it is asked.

        The lease goes back only when the end is kept: by one that stays `look_for_left` finds the workspace again.
        """
        key, kept = workspace.about.id, False
        try:
            await workspace.finish()
            # By one that was lost meanwhile nothing is given back: its lease is another life's.
            kept = not workspace.dropped
        except CancelledError:
            # There is no time left, for this one and for those behind it.
            raise
        except SagewsError as error:
            self._log.warn("the end of {workspace} was not saved: {code}", workspace=key, code=error.code)
            # Only a person can say that files may go, or make room; until then their home stays, and nothing is lost.
            kept = error.code in ("removes-files", "history-full")
        except Exception:
            self._log.failure("the end of {workspace} was not saved", workspace=key)
        finally:
            workspace.drop()
            self._let_sleep(workspace)
        if kept:
            await self._stores.workspaces.release_lease(key, self._life, workspace.lease.epoch)

    # ------------------------------------------------------------------------------------- names

    def renamed(self, workspace: WorkspaceId | None) -> None:
        """Learn the new name of a workspace if it is open; None when it is not known which has another."""
        opened = self.all if workspace is None else [each for each in (self.find(workspace),) if each is not None]
        if opened:
            run_in_background(self._read_names(opened), self._log, "names", self._life)

    async def _read_names(self, opened: Sequence[OpenWorkspace]) -> None:
        # One after the other: after a gap in what is heard it may be all, and nobody waits for it.
        for each in opened:
            stored = await self._stores.workspaces.workspace(each.about.id)
            if stored is not None and not each.dropped:
                each.rename(stored.name)

    # ------------------------------------------------------------------------------------- what was left

    def look_for_left(self) -> None:
        """Open workspaces whose end an earlier life or an earlier try has not saved; they close by themselves."""
        self._looked = self._clock.seconds()
        run_in_background(self._open_left(), self._log, "left", self._life)

    async def _open_left(self) -> None:
        left = await self._stores.workspaces.leased_workspaces(self._settings.name)
        for key in left:
            if self._open.get(key) is not None:
                continue
            try:
                opened = await self.open(key)
            except SagewsError as error:
                self._log.warn("{workspace} can't be looked after: {code}", workspace=key, code=error.code)
            else:
                opened.history.was_left()
