"""Acknowledged means committed, whatever the store raises on the way."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.runs.run_writer import RunRecorder
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, new_id
from sagews.model.sessions import PieceKind, Run, StoredPiece


class Store:
    """Commits, after it has failed in every way that it was told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.committed: list[int] = []

    async def commit(
        self, document: DocumentId, epoch: int, pieces: Sequence[StoredPiece], states: Sequence[Run]
    ) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.committed += [piece.sequence for piece in pieces]


class RecorderTests(SynchronousTestCase):
    """A store that fails for a while."""

    def recorded(self, store: Store) -> tuple[list[int], list[str]]:
        """Record two pieces, let time pass, and return what was acknowledged and whether the lease was lost."""
        clock, told, lost = Clock(), [], []
        document = DocumentId(new_id())
        recorder = RunRecorder(
            clock,
            BackendSettings(),
            store,
            document,
            1,
            lambda: lost.append("lost"),  # type: ignore[arg-type]
        )
        acknowledge = told.append
        for number in (1, 2):
            recorder.piece(StoredPiece(RunId(new_id()), number, PieceKind.STREAM, {}), 10)
            recorder.acknowledge(number, acknowledge)
            clock.pump([0.2] * 20)
        recorder.close()
        return told, lost

    def test_an_unforeseen_error_loses_nothing(self) -> None:
        """A batch whose commit breaks is tried again, and nothing behind it is acknowledged before it."""
        store = Store(RuntimeError("unforeseen"), SagewsError("database"))
        told, lost = self.recorded(store)
        self.assertEqual((store.committed, told, lost), ([1, 2], [1, 2], []))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.flushLoggedErrors(SagewsError)

    def test_a_lost_lease_ends_it(self) -> None:
        """When another backend has the workspace, nothing is committed or acknowledged any more."""
        store = Store(SagewsError("conflict"))
        told, lost = self.recorded(store)
        self.assertEqual((store.committed, told, lost), ([], [], ["lost"]))
