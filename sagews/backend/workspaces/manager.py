"""All workspaces that this backend has open, and their leases."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.settings import BackendSettings
from sagews.backend.single_flight import SingleFlightCache
from sagews.backend.workspaces.notes import ListNotes
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId
from sagews.net.background import run_in_background

# A lease is renewed so many times within the time for which it is good.
RENEWALS = 4
# Whoever comes back to a workspace that is being closed waits until it is, so no more are begun than are soon over:
# when a class leaves, the others stay open until it is their turn.
CLOSING_AT_ONCE = 8


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
        self._closing = 0
        self._awake: dict[WorkspaceId, OpenWorkspace] = {}
        self._notes = ListNotes(stores.workspaces)
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
        """Look after a workspace from now on, until nothing moves in it any more."""
        self._awake[workspace.about.id] = workspace

    def _lose(self, workspace: OpenWorkspace) -> None:
        if self._open.get(workspace.about.id) is workspace:
            self._log.warn("the lease of {workspace} was lost", workspace=workspace.about.id)
            self._open.forget(workspace.about.id)
            self._awake.pop(workspace.about.id, None)
            # First nothing is written any more, then people are told: their pages come back at once.
            workspace.drop()
            self._tell_lost(workspace)

    # ------------------------------------------------------------------------------------- life

    def tick(self) -> None:
        """Look after workspaces in which something moves, and after all leases; called every few seconds.

        A workspace whose pages only watch costs nothing here: it wakes up with the next edit, run or loss of a page.
        """
        now = self._clock.seconds()
        for workspace in list(self._awake.values()):
            workspace.tick()
            if workspace.idle and now - workspace.unused_since > self._settings.close_seconds:
                self._close_unused(workspace)
            elif workspace.still:
                del self._awake[workspace.about.id]
        self._notes.write_soon()
        if now - self._renewed >= self._settings.lease_seconds / RENEWALS and not self._renewing:
            self._renewed = now
            run_in_background(self._renew(self.all), self._log, "lease", self._life)

    def _close_unused(self, workspace: OpenWorkspace) -> None:
        if self._closing < CLOSING_AT_ONCE:
            self._closing += 1
            run_in_background(self.close(workspace), self._log, "close", workspace.about.id).addBoth(self._closed)

    def _closed(self, _: object) -> None:
        self._closing -= 1

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
        """Commit everything, let the history keep it, and give the lease back."""
        await self._open.put_away(workspace.about.id, self._finish)

    async def close_all(self) -> None:
        """Close every workspace, and wait for those that are being closed already."""
        closing = [
            run_in_background(self.close(workspace), self._log, "close", workspace.about.id) for workspace in self.all
        ]
        await gatherResults(closing)
        await self._open.settled()
        await self._notes.write()

    async def _finish(self, workspace: OpenWorkspace) -> None:
        """Whatever the history says, documents are committed before it is asked, and the lease goes back."""
        key = workspace.about.id
        try:
            await workspace.finish()
        except SagewsError as error:
            self._log.warn("the end of {workspace} was not saved: {code}", workspace=key, code=error.code)
        except Exception:
            self._log.failure("the end of {workspace} was not saved", workspace=key)
        workspace.drop()
        self._awake.pop(key, None)
        await self._stores.workspaces.release_lease(key, self._life, workspace.lease.epoch)
