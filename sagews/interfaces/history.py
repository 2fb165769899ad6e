"""What is stored of the versions of workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zope.interface import Interface

from sagews.model.history import Commit, StoredAutosave
from sagews.model.identifiers import UserId, WorkspaceId


class IHistoryStore(Interface):
    """Commits and bundles of workspaces."""

    async def add(
        workspace: WorkspaceId, ref: str, expected: str | None, commit: Commit, bundle: bytes | memoryview
    ) -> bool:
        """Store a commit and its bundle and move the ref from `expected`, all or nothing; False if it has moved."""

    async def head(workspace: WorkspaceId, ref: str) -> Commit | None:
        """Return the commit that a ref ("main", "autosave") points to."""

    async def newest(workspace: WorkspaceId) -> Commit | None:
        """Return the newest commit on any ref."""

    async def commits(workspace: WorkspaceId, before: str | None, limit: int) -> list[Commit]:
        """List commits of both refs, newest first."""

    async def commit(workspace: WorkspaceId, commit: str) -> Commit | None:
        """Return one commit."""

    async def bundle_sizes(workspace: WorkspaceId, commit: str) -> list[tuple[str, int]]:
        """Return the commits whose bundles together hold a commit, oldest first, with the bundles' sizes."""

    async def bundle_part(workspace: WorkspaceId, commit: str, first: int, length: int) -> bytes:
        """Return so many bytes of the bundle of one commit, from a place on; nothing of one that is unknown."""

    async def autosaves(workspace: WorkspaceId, before: datetime, limit: int) -> list[StoredAutosave]:
        """List autosaves made before a time, oldest first, with what they take and whether they can go."""

    async def remove_autosaves(workspace: WorkspaceId, commits: Sequence[str]) -> int:
        """Remove those of these that are autosaves and that nothing else needs; returns the bytes that they took.

        What a ref points to, what another bundle needs, what another commit has as its parent and what was published
        stays, whoever asks.
        """

    async def named_by(workspace: WorkspaceId, user: UserId) -> int:
        """Return how many named versions of a workspace this person named."""

    async def unname(workspace: WorkspaceId, commit: str, user: UserId | None) -> int | None:
        """Make a named version one that was saved without a name, and remove the outputs that it keeps.

        Args:
            workspace: whose version it is.
            commit: its id.
            user: only if this person named it; None: whoever did.

        Returns:
            The bytes that were freed; None, and nothing is changed, where there is no such named version.
        """

    async def autosaved(after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List workspaces, behind one of them, that have several autosaves made before a time."""

    async def deleted(after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List workspaces, behind one of them, that were deleted before a time and still have history."""

    async def remove_deleted(workspace: WorkspaceId, before: datetime, most: int) -> bool:
        """Remove about so many bytes of the history of a workspace if it was deleted before a time.

        Returns:
            Whether nothing is left to be removed.
        """
