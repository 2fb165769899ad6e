"""What the live side and the history ask of each other: the one seam inside this folder.

`service.py` calls `attach` on the history before anything else, so that neither has to be built first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zope.interface import Interface

from sagews.interfaces import ISessionHost
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.wire.browser.events import FileDifference


class ILiveWorkspaces(Interface):
    """What the history asks of the live side, about workspaces whose lease this backend holds."""

    async def place(workspace: WorkspaceId) -> tuple[ISessionHost, int]:
        """Return the worker that holds the files, and the epoch of the lease.

        Where none holds them yet, one is chosen and `IWorkspaceHistory.prepare` is awaited for it first: so never await
        this while holding a lock that `prepare` takes.

        Raises:
            SagewsError: `no-worker`; `not-found` when the workspace is not open here.
        """

    async def texts(workspace: WorkspaceId) -> Mapping[str, str]:
        """Return path → text (`name.sage.md`) of every document, open or not, as they are now."""

    async def put_texts(workspace: WorkspaceId, user: UserId, texts: Mapping[str, str], removed: Sequence[str]) -> None:
        """Bring documents to these texts as edits of this person; new paths get a document, `removed` lose theirs."""

    def saved(workspace: WorkspaceId, commit: Commit) -> None:
        """Tell everybody in the workspace that a version was committed; not needed in `save` and `revert`."""


class IWorkspaceHistory(Interface):
    """What the live side asks of the history of workspaces (history.py)."""

    def attach(live: ILiveWorkspaces) -> None:
        """Take the live side; called once, before anything else."""

    async def prepare(workspace: WorkspaceId, host: ISessionHost, epoch: int) -> None:
        """Lay the files of the newest commit into the workspace's home on this worker, before its first session."""

    def changed(workspace: WorkspaceId, user: UserId) -> None:
        """Learn that this person edited a document, or ran what may have changed files: plan an autosave."""

    async def save(workspace: WorkspaceId, user: UserId | None, name: str, kind: str) -> Commit | None:
        """Commit the workspace as it is now; None when nothing changed. Kinds are those of model.history.Commit."""

    async def versions(workspace: WorkspaceId, before: str | None, limit: int) -> Sequence[Commit]:
        """List commits, newest first, older than `before`."""

    async def difference(
        workspace: WorkspaceId, version: str, against: str | None
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        """Return what was compared against (None: nothing), the files that differ, and whether the list was cut."""

    async def revert(workspace: WorkspaceId, user: UserId, version: str) -> Commit:
        """Bring a version's files and documents back (through `put_texts`) and commit that as a new version."""

    async def close(workspace: WorkspaceId) -> None:
        """Nobody has it open and no session runs: commit the end of it, and clean its home off the worker."""
