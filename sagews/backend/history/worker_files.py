"""Where the files of one open workspace are: on which worker, and whether they were laid out there.

Sessions and the history ask here, and nothing else knows, so that a worker that is gone is forgotten in one place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from sagews.backend.history.bundles import StoredBundles, parcel
from sagews.backend.single_flight import SingleFlightCache
from sagews.backend.workers.pool import Hosts
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.history import Snapshot
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import ReadAnswer, ReadRequest, RestoreRequest, SnapshotRequest


class WorkspaceFiles:
    """The home of a workspace on a worker.

    Args:
        workspace: whose files these are.
        owner: of the workspace, in whose turn a worker works on them.
        epoch: of the lease under which they are touched; a worker refuses an older one.
        hosts: every worker that is connected.
        lay_out: puts the files of the newest version into an empty home on a worker.

    Attributes:
        was_used: whether a worker ever had them, so that something may have changed in them.
        laid_out: how many times they were laid out or replaced.
    """

    def __init__(
        self,
        workspace: WorkspaceId,
        owner: UserId,
        epoch: int,
        hosts: Hosts,
        lay_out: Callable[[ISessionHost], Awaitable[None]],
    ) -> None:
        self._workspace = workspace
        self._owner = owner
        self._epoch = epoch
        self._hosts = hosts
        self._lay_out = lay_out
        self.was_used = False
        self.laid_out = 0
        self._holder: ISessionHost | None = None
        self._laid_out: SingleFlightCache[str, ISessionHost] = SingleFlightCache()

    async def acquire_host(self) -> ISessionHost:
        """Return a worker for files alone, with this workspace's files on it.

        Raises:
            SagewsError: see policy/sessions/placement.py, and what laying out raises.
        """
        return await self.laid_out_on(self._hosts.choose(None, self._holder))

    @property
    def holder(self) -> ISessionHost | None:
        """The worker that has the files, if one does."""
        return self._holder

    async def laid_out_on(self, host: ISessionHost) -> ISessionHost:
        """Return a worker that was chosen, with this workspace's files on it; raises what laying out raises."""
        await self._laid_out.get_or_make(host.info.id, lambda: self._prepare(host))
        return host

    async def _prepare(self, host: ISessionHost) -> ISessionHost:
        await self._lay_out(host)
        # It may have gone while its files were laid out, and one that comes back under its name has none of them.
        if not self._hosts.holds(host):
            raise SagewsError("worker-lost")
        self._holder = host
        self.was_used = True
        self.laid_out += 1
        return host

    def host_removed(self, host: ISessionHost) -> None:
        """A worker is gone for good: the files come from the history on another one."""
        self._laid_out.forget(host.info.id)
        if self._holder is host:
            self._holder = None

    async def snapshot(self, texts: Mapping[str, bytes], have: str | None) -> Snapshot:
        """Return the tree of the home with the documents' texts in it.

        Raises:
            SagewsError: `no-worker` without any worker; what the worker raises.
        """
        request = SnapshotRequest(texts, have)
        host = await self.acquire_host()
        try:
            taken = await self._snapshot(host, request)
        except SagewsError as error:
            if error.code not in ("no-home", "home-unfinished"):
                raise
            # What we believed of the home is wrong, whoever removed it or did not end its work: lay it out again.
            self._laid_out.forget(host.info.id)
            host = await self.acquire_host()
            taken = await self._snapshot(host, request)
        return taken

    async def _snapshot(self, host: ISessionHost, request: SnapshotRequest) -> Snapshot:
        taken: Snapshot = await host.files.snapshot(self._workspace, self._epoch, request, account=self._owner)
        return taken

    async def read(self, request: ReadRequest) -> ReadAnswer:
        """Return a part of a file of the home, which is laid out first where it is not; raises as `snapshot`."""
        host = await self.acquire_host()
        try:
            return await self._read(host, request)
        except SagewsError as error:
            if error.code not in ("no-home", "home-unfinished"):
                raise
            self._laid_out.forget(host.info.id)
            return await self._read(await self.acquire_host(), request)

    async def _read(self, host: ISessionHost, request: ReadRequest) -> ReadAnswer:
        answer: ReadAnswer = await host.files.read(self._workspace, self._epoch, request, account=self._owner)
        return answer

    async def replace(self, bundles: StoredBundles, commit: str, leave: Sequence[str]) -> None:
        """Make the home's files those of a commit, but for the paths in `leave`.

        Sessions that begin meanwhile wait. When it fails, the files are made those of the newest version again.

        Raises:
            SagewsError: as `snapshot`.
        """
        host = await self.acquire_host()
        opening = RestoreRequest(commit, (), replace=True, leave=tuple(leave)).opening(bundles.sizes)

        async def replaced() -> ISessionHost:
            async with parcel("restore", opening, bundles) as file:
                await host.files.restore(self._workspace, self._epoch, file, replace=True, account=self._owner)
            self.laid_out += 1
            return host

        self._laid_out.forget(host.info.id)
        try:
            await self._laid_out.get_or_make(host.info.id, replaced)
        except SagewsError:
            with suppress(SagewsError):
                await self.acquire_host()
            raise

    async def usage(self) -> HomeUsage | None:
        """Return what the home holds and may hold, as far as the worker with it knows; raises SagewsError."""
        host = self._holder
        if host is None:
            return None
        usage: HomeUsage | None = await host.files.usage(self._workspace, self._epoch)
        return usage

    async def forget(self) -> None:
        """Remove the home from the worker that has it, if that is still there."""
        host, self._holder = self._holder, None
        if host is not None and self._hosts.holds(host):
            self._laid_out.forget(host.info.id)
            await host.files.forget(self._workspace, self._epoch)
