"""A message that asks for as many runs as one may: what it costs everybody else."""

from __future__ import annotations

import gc
from collections import OrderedDict

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.runs.run_owners import RunOwner, RunOwners
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId, new_id
from sagews.roles.daemon import settle_garbage
from sagews.wire.browser.runs import MAX_CELLS_IN_A_RUN
from tests.backend.harness import BackendTestCase
from tests.turning import turn

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# What the collector of garbage looks at takes half a microsecond each, more where memory is slow.
MOST_AT_ONCE = 35_000


class OwnersTests(SynchronousTestCase):
    """Run ids of worksheets that are closed."""

    def test_they_are_forgotten_in_steps(self) -> None:
        """The ids of a closed worksheet are anybody's at once, and forgotten a thousand in each turn."""
        clock = Clock()
        owners = RunOwners(clock)
        closed, other = RunOwner(DocumentId("a")), RunOwner(DocumentId("b"))
        known = OrderedDict((RunId(str(number)), None) for number in range(2500))
        for run in known:
            owners.claim(closed, run)
        with self.assertRaises(SagewsError):
            owners.check(other.document, [RunId("7")])
        owners.close(closed, known)
        owners.check(other.document, [RunId("7"), RunId("2400")])
        owners.claim(other, RunId("7"))
        counts = []
        while clock.calls:
            turn(clock)
            counts.append(len(owners))
        self.assertEqual(counts, [1500, 500, 1])
        with self.assertRaises(SagewsError):
            owners.check(closed.document, [RunId("7")])

    def test_several_that_close_at_once(self) -> None:
        """Worksheets that are closed in one moment are cleared one after the other."""
        clock = Clock()
        owners = RunOwners(clock)
        for name in ("a", "b", "c"):
            owner, known = RunOwner(DocumentId(name)), OrderedDict((RunId(f"{name}{n}"), None) for n in range(1000))
            for run in known:
                owners.claim(owner, run)
            owners.close(owner, known)
        counts = []
        while clock.calls:
            turn(clock)
            counts.append(len(owners))
        self.assertEqual(counts, [2000, 1000, 0])


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
