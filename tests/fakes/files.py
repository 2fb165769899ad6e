"""Homes in memory: a tree is a digest of the texts in a home, a bundle the texts themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.files import IWorkspaceFiles
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId
from sagews.net.memory_file import MemoryFile
from sagews.session.jobs.read_file import is_open
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import ReadAnswer, ReadRequest, RestoreRequest, SnapshotRequest
from sagews.worker.epochs import Epochs

Files = Mapping[str, bytes]


@implementer(IWorkspaceFiles)
class FakeFiles:
    """Homes that hold what was laid into them.

    Args:
        epochs: shared with the sessions beside.
        in_use: whether a session uses a home.
    """

    def __init__(self, epochs: Epochs, in_use: Callable[[WorkspaceId], bool]) -> None:
        self.homes: dict[WorkspaceId, Files | None] = {}
        self.usages: dict[WorkspaceId, HomeUsage] = {}
        self.measured = 0
        self._epochs = epochs
        self._in_use = in_use

    async def restore(
        self, workspace: WorkspaceId, epoch: int, parcel: MemoryFile, *, replace: bool = False, account: str = ""
    ) -> None:
        """Lay out the last bundle."""
        self._epochs.see(workspace, epoch)
        request = RestoreRequest.from_bytes(parcel.part(0, parcel.size))
        assert request.replace == replace
        if request.replace or self.homes.get(workspace) is None:
            # None stands for a home that is not whole.
            self.homes[workspace] = None
            try:
                files = msgspec.json.decode(request.bundles[-1], type=dict[str, bytes]) if request.bundles else {}
            except msgspec.DecodeError as error:
                raise SagewsError("internal", correlation=workspace) from error
            self.homes[workspace] = {path: data for path, data in files.items() if path not in request.leave}

    async def snapshot(
        self, workspace: WorkspaceId, epoch: int, request: SnapshotRequest, *, account: str = ""
    ) -> Snapshot:
        """Take what the home holds, with the texts of the request in it; the home stays as it is."""
        self._epochs.see(workspace, epoch)
        if workspace not in self.homes:
            raise SagewsError("no-home")
        home = self.homes[workspace]
        if home is None:
            raise SagewsError("home-unfinished")
        content = msgspec.json.encode({**home, **request.files}, order="sorted")
        return Snapshot(hashlib.sha1(content, usedforsecurity=False).hexdigest(), content, ())

    async def read(self, workspace: WorkspaceId, epoch: int, request: ReadRequest, *, account: str = "") -> ReadAnswer:
        """Read of what was laid out."""
        self._epochs.see(workspace, epoch)
        if workspace not in self.homes:
            raise SagewsError("no-home")
        data = (self.homes[workspace] or {}).get(request.path)
        if data is None or not is_open(request.path):
            return ReadAnswer(None, b"")
        return ReadAnswer(len(data), data[request.offset : request.offset + request.length])

    async def usage(self, workspace: WorkspaceId, epoch: int) -> HomeUsage | None:
        """Return what a test says of a home."""
        self._epochs.see(workspace, epoch)
        self.measured += 1
        return self.usages.get(workspace)

    async def forget(self, workspace: WorkspaceId, epoch: int) -> None:
        """Remove a home."""
        self._epochs.see(workspace, epoch)
        if self._in_use(workspace):
            raise SagewsError("busy")
        self.homes.pop(workspace, None)
