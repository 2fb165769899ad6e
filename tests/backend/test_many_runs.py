"""A message that asks for as many runs as one may: what it costs everybody else."""

from __future__ import annotations

import gc

from sagews.model.identifiers import new_id
from sagews.roles.daemon import settle_garbage
from sagews.wire.browser.runs import MAX_CELLS_IN_A_RUN
from tests.backend.harness import BackendTestCase

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# What the collector of garbage looks at takes half a microsecond each, more where memory is slow.
MOST_AT_ONCE = 35_000


class CollectorTests(BackendTestCase):
    """The collector of garbage, which holds the reactor while it looks."""

    def setUp(self) -> None:
        """Have it stand still."""
        super().setUp()
        before = gc.get_threshold()
        gc.disable()
        self.addCleanup(gc.enable)
        self.addCleanup(gc.unfreeze)
        self.addCleanup(gc.set_threshold, *before)

    def test_a_run_is_few_objects(self) -> None:
        """Each run that is asked for is six objects to the collector at most, however often its cell is named."""
        page = self.opened()
        page.connection.queue._write = lambda _message: None
        cells = [{"cell": page.cell(), "run": new_id(), "hash": EMPTY} for _ in range(MAX_CELLS_IN_A_RUN)]
        gc.collect()
        before = len(gc.get_objects())
        page.say(type="run", document=self.document, cells=cells)
        made = len(gc.get_objects()) - before
        self.assertLess(made, 6.5 * MAX_CELLS_IN_A_RUN)

    def test_it_looks_at_little_at_once(self) -> None:
        """What is new is looked at before it is so much that looking takes long, young or a little older."""
        settle_garbage()
        young, times, _ = gc.get_threshold()
        self.assertLess(young * (times + 1), MOST_AT_ONCE)
