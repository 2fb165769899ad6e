"""What is stored of runs and of what they printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, RunId
from sagews.model.sessions import Run, StoredPiece


class IRunStore(Interface):
    """Runs and their output."""

    async def new_epoch(document: DocumentId, epoch: int) -> list[RunId]:
        """Mark runs that an earlier life left unfinished as lost and return them."""

    async def put_run(run: Run) -> bool:
        """Store a run; False if this id is known (it runs once)."""

    async def set_state(
        run: RunId, state: str, started: datetime | None, finished: datetime | None, seconds: float | None
    ) -> None:
        """Store where a run is."""

    async def commit(document: DocumentId, epoch: int, pieces: Sequence[StoredPiece], states: Sequence[Run]) -> None:
        """Commit pieces and run states in one statement; a piece that is there already is left as it is."""

    async def last_runs(document: DocumentId) -> list[Run]:
        """Return the last run of each cell."""

    async def pieces(run: RunId, first: int, limit: int) -> list[StoredPiece]:
        """Return pieces of a run, in order, from a number on."""

    async def delete_old(document: DocumentId, keep: Sequence[RunId]) -> int:
        """Delete output of runs that are neither the last of their cell nor in `keep`; returns how many."""
