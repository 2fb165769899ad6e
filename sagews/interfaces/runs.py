"""What is stored of runs and of what they printed."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, RunId
from sagews.model.runs import OutputPage, Run


class IRunStore(Interface):
    """Runs and their output."""

    async def new_epoch(document: DocumentId, epoch: int) -> list[RunId]:
        """Mark runs that an earlier life left unfinished as lost and return them; `conflict` without the lease."""

    async def put_run(run: Run, epoch: int) -> Run:
        """Store a run and return it; where its document has a run of this id already, return that (it runs once).

        Raises:
            SagewsError: `conflict` without the lease; `bad-value` when the id is that of another document's run.
        """

    async def last_runs(document: DocumentId) -> list[Run]:
        """Return the last run of each cell."""

    async def pieces(document: DocumentId, run: RunId, first: int, limit: int) -> OutputPage:
        """Return pieces of a run of this document, in order, from a number on; none of a run of another document.

        There are at most `limit`, and of more than PAGE_BYTES only so many as reach it.
        """

    async def delete_old(document: DocumentId, epoch: int, keep: Sequence[RunId]) -> int:
        """Delete output of runs that are over, not the last of their cell and not in `keep`; returns how many pieces.

        Raises:
            SagewsError: `conflict` without the lease.
        """

    async def clear(document: DocumentId, epoch: int, runs: Sequence[RunId]) -> int:
        """Delete what these runs of this document, which are over, have printed; returns how many pieces.

        Raises:
            SagewsError: `conflict` without the lease.
        """

    async def clear_removed(limit: int, most: int) -> int:
        """Delete what some runs of removed documents and deleted workspaces printed, at least one, about `most` bytes.

        Returns:
            Of how many runs.
        """
