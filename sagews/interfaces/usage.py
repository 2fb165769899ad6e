"""What accounts have stored, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, UserId, WorkspaceId


@dataclass(frozen=True, slots=True)
class WorkspaceUse:
    """Bytes that one workspace has stored: of output, of history, and of files as its worker told last."""

    workspace: WorkspaceId
    name: str
    outputs: int
    history: int
    files: int = 0


class IUsageStore(Interface):
    """Sums over the workspaces that a person has made, deleted ones that were not yet cleared too."""

    async def outputs(owner: UserId, but: Sequence[DocumentId]) -> int:
        """Return how many bytes of output are stored of this person's documents, but for some of them."""

    async def history(owner: UserId) -> int:
        """Return how many bytes the history of this person's workspaces takes."""

    async def history_beside(workspace: WorkspaceId) -> tuple[UserId, int] | None:
        """Return who owns a workspace, and how many bytes the history of all of theirs takes; None if it is unknown."""

    async def homes(owner: UserId) -> int:
        """Return how many bytes the files of this person's workspaces take, deleted ones left out."""

    async def note_home(owner: UserId, workspace: WorkspaceId, used: int) -> int:
        """Note how many bytes the files of a workspace take; return how many those of the owner's others do.

        A workspace that is not this person's, or not there, is not touched.
        """

    async def largest(owner: UserId, limit: int) -> list[WorkspaceUse]:
        """List those workspaces of this person that have most stored, deleted ones left out, the largest first."""
