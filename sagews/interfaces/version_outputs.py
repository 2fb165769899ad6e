"""What is stored of the outputs that named versions keep."""

from __future__ import annotations

from zope.interface import Interface

from sagews.model.history import VersionOutput
from sagews.model.identifiers import WorkspaceId

MOST_OF_A_CELL = 1024 * 1024
"""Bytes of output of one cell that a version keeps; what is larger is left out."""
MOST_OF_A_VERSION = 16 * 1024 * 1024
"""Bytes of all cells; the cells that ran first are kept."""


class IVersionOutputStore(Interface):
    """Outputs as they were when versions were named. They count as history."""

    async def size(workspace: WorkspaceId) -> int:
        """Return how many bytes `keep` would keep now."""

    async def keep(workspace: WorkspaceId, commit: str) -> int:
        """Keep the output of the last run of each cell with a version; returns the bytes.

        What runs, what is too large and what is beyond the bound of a version is left out.
        """

    async def read(workspace: WorkspaceId, commit: str, after: int, most: int) -> list[VersionOutput]:
        """Return what a version keeps, behind a place: at least one, and then as many as are about `most` bytes."""
