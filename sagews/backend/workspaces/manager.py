"""All workspaces that this backend has open, and their leases."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.settings import BackendSettings
from sagews.backend.single_flight import Shared
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId
from sagews.net.background import run_in_background


class Workspaces:
    """Opens workspaces on demand, renews their leases, and closes those that nobody uses.

    Args:
        lost: is told which workspace another backend has taken over, after it stopped writing.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, settings: BackendSettings, stores: Stores, lost: Callable[[OpenWorkspace], None]
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._stores = stores
        self._tell_lost = lost
        self._open: Shared[WorkspaceId, OpenWorkspace] = Shared()

    @property
    def all(self) -> list[OpenWorkspace]:
        """Every open workspace."""
        return self._open.values()

    def find(self, workspace: WorkspaceId) -> OpenWorkspace | None:
        """Return an open workspace."""
        return self._open.get(workspace)

    async def open(self, workspace: WorkspaceId) -> OpenWorkspace:
        """Return a workspace, taking its lease if this backend does not hold it yet.

        Raises:
            SagewsError: `not-found`; `elsewhere` when another backend owns it.
        """
        opened = await self._open.get_or_make(workspace, lambda: self._take(workspace))
        opened.unused_since = self._clock.seconds()
        return opened

    async def _take(self, workspace: WorkspaceId) -> OpenWorkspace:
        """Take the lease twice: a former life of this backend may hold it, and this one needs its own epoch."""
        store, settings = self._stores.workspaces, self._settings
        about = await store.workspace(workspace)
        if about is None:
            raise SagewsError("not-found")
        former = await store.take_lease(workspace, settings.name, settings.lease_seconds)
        if former is None:
            raise SagewsError("elsewhere")
        await store.release_lease(workspace, settings.name, former)
        epoch = await store.take_lease(workspace, settings.name, settings.lease_seconds)
        if epoch is None:
            raise SagewsError("elsewhere")
        return OpenWorkspace(about, epoch, self._clock, settings, self._stores, self._lose)

    def _lose(self, workspace: OpenWorkspace) -> None:
        if self._open.get(workspace.about.id) is workspace:
            self._log.warn("the lease of {workspace} was lost", workspace=workspace.about.id)
            self._open.forget(workspace.about.id)
            workspace.drop()
            self._tell_lost(workspace)

    # ------------------------------------------------------------------------------------- life

    def tick(self) -> None:
        """Look after every workspace; called every few seconds."""
        now = self._clock.seconds()
        for workspace in self.all:
            workspace.tick()
            if now - workspace.renewed >= self._settings.lease_seconds / 4:
                workspace.renewed = now
                run_in_background(self._renew(workspace), self._log, "lease", workspace.about.id)
            if workspace.idle and now - workspace.unused_since > self._settings.close_seconds:
                run_in_background(self.close(workspace), self._log, "close", workspace.about.id)

    async def _renew(self, workspace: OpenWorkspace) -> None:
        settings = self._settings
        epoch = await self._stores.workspaces.take_lease(workspace.about.id, settings.name, settings.lease_seconds)
        if epoch != workspace.epoch:
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
        await self._stores.workspaces.release_lease(key, self._settings.name, workspace.epoch)
