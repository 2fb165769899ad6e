"""Which runs that are over a worker still takes something of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from sagews.model.identifiers import RunId, new_id
from sagews.wire.session.channels import INTERACT, MAX_INTERACTS
from sagews.wire.session.frames import LATE_RUNS
from sagews.wire.session.framing import ProtocolError
from sagews.worker.kinds.evaluation.open_channels import OpenChannels
from sagews.worker.kinds.evaluation.past_runs import PastRuns
from sagews.worker.kinds.evaluation.run_budget import RunBudget


def channels(interacts: int) -> OpenChannels:
    """Return those of a run that showed so many interacts."""
    made = OpenChannels()
    for channel in range(1, interacts + 1):
        made.open({"channel": channel, "kind": INTERACT})
    return made


class PastRunsTests(TestCase):
    """The latest runs, and whoever has an interact open."""

    def test_opened_behind_the_end(self) -> None:
        """A run that shows an interact behind its end counts, and is remembered, as one that had it all the time."""
        past, runs = PastRuns(), [RunId(new_id()) for _ in range(MAX_INTERACTS)]
        for run in runs:
            past.add(run, RunBudget(1, Clock()), channels(0))
            found = past.find(run)
            assert found is not None
            past.check_room()
            found.channels.open({"channel": 1, "kind": INTERACT})
            past.reopened(run)
        self.assertRaises(ProtocolError, past.check_room)
        for _ in range(LATE_RUNS + 1):
            past.add(RunId(new_id()), RunBudget(1, Clock()), channels(0))
        self.assertIsNotNone(past.find(runs[0]))

    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 400)), min_size=1, max_size=30), st.integers(0, 300))
    def test_exactly_the_latest_and_those_with_interacts(self, shown: list[tuple[int, int]], plain: int) -> None:
        """Of those without interacts the latest are known, of the others all, whenever their interacts are closed."""
        past, all_runs = PastRuns(), list[tuple[RunId, OpenChannels]]()
        closing: dict[int, list[OpenChannels]] = {}
        for interacts, closed_after in [*shown, *[(0, 0)] * plain, *shown]:
            for each in closing.pop(len(all_runs), []):
                each.close(1)
            run, opened = RunId(new_id()), channels(interacts)
            if interacts:
                closing.setdefault(len(all_runs) + 1 + closed_after, []).append(opened)
            past.add(run, RunBudget(1, Clock()), opened)
            all_runs.append((run, opened))
        idle = [run for run, opened in all_runs if not opened.interacts]
        known = {run for run, _ in all_runs if past.find(run) is not None}
        lasting = {run for run, opened in all_runs if opened.interacts}
        self.assertEqual(known, lasting | set(idle[-LATE_RUNS:]))
