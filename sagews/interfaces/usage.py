"""What accounts have stored, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, UserId, WorkspaceId


@dataclass(frozen=True, slots=True)
class WorkspaceUse:
    """Bytes that one workspace has stored: of output, and of history."""

    workspace: WorkspaceId
    name: str
    outputs: int
    history: int


class IUsageStore(Interface):
    """Sums over the workspaces that a person has made, deleted ones that were not yet cleared too."""

    async def outputs(owner: UserId, but: Sequence[DocumentId]) -> int:
        """Return how many bytes of output are stored of this person's documents, but for some of them."""

    async def history(owner: UserId) -> int:
        """Return how many bytes the history of this person's workspaces takes."""

    async def history_beside(workspace: WorkspaceId) -> tuple[UserId, int] | None:
        """Return who owns a workspace, and how many bytes the history of all of theirs takes; None if it is unknown."""

    async def largest(owner: UserId, limit: int) -> list[WorkspaceUse]:
        """List those workspaces of this person that have most stored, deleted ones left out, the largest first."""
