"""Opening a worksheet whose cells printed much that is small in JSON and large in memory."""

from __future__ import annotations

import gc
import json
from types import SimpleNamespace
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.runs.output_cache import load_outputs
from sagews.model.identifiers import DocumentId, new_id
from sagews.model.runs import StoredPiece
from sagews.model.sessions import PieceKind, RunState
from tests.contracts.journal import make_run
from tests.fakes.documents import MemoryRuns

PIECES = 3
LISTS = 10_000


class LoadedOutputsTests(SynchronousTestCase):
    """One cell that showed lists of empty lists."""

    def setUp(self) -> None:
        """Store them."""
        self.document = DocumentId(new_id())
        run = make_run(self.document, state=RunState.DONE)
        self.body = {"data": {"application/json": [[] for _ in range(LISTS)]}}
        pieces = {number: StoredPiece(run.id, number, PieceKind.RESULT, self.body) for number in range(1, PIECES + 1)}
        self.runs = MemoryRuns(runs={run.id: run}, outputs={run.id: pieces})

    def test_output_is_not_taken_apart(self) -> None:
        """What the store has stays text until it is sent: as good as no objects are made of it."""
        stored: Any = SimpleNamespace(add=lambda size: None)
        loading = load_outputs(self.runs, self.document, "lost", stored)
        before = len(gc.get_objects())
        outputs = self.successResultOf(Deferred.fromCoroutine(loading))
        self.assertLess(len(gc.get_objects()) - before, LISTS // 10)
        told = json.loads(msgspec.json.encode(outputs.cells(1, 1)))
        self.assertEqual([piece["body"] for cell in told for piece in cell["pieces"]], [self.body] * PIECES)
