"""The files of workspaces on this machine, reached only through one-shot jails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sagews.interfaces import ILauncher
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId


class Homes:
    """Lays files into homes and takes them out.

    Args:
        launcher: runs the jobs.
    """

    def __init__(self, launcher: ILauncher) -> None:
        self._launcher = launcher

    async def restore(self, workspace: WorkspaceId, bundles: Sequence[bytes], commit: str | None) -> None:
        """Lay a commit's files."""

    async def snapshot(self, workspace: WorkspaceId, files: Mapping[str, bytes], have: str | None) -> Snapshot:
        """Take the files."""
        raise NotImplementedError
