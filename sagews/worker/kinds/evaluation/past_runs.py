"""Runs that are over and may still show something: what is left of their budgets, and their interacts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from sagews.model.identifiers import RunId
from sagews.wire.session.channels import MAX_INTERACTS
from sagews.wire.session.frames import LATE_RUNS
from sagews.wire.session.framing import ProtocolError
from sagews.worker.kinds.evaluation.open_channels import OpenChannels
from sagews.worker.kinds.evaluation.run_budget import RunBudget


@dataclass(slots=True)
class PastRun:
    """One of them."""

    budget: RunBudget
    channels: OpenChannels


class PastRuns:
    """Those of one session: the latest, and those that have interacts open."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: OrderedDict[RunId, PastRun] = OrderedDict()

    def add(self, run: RunId, budget: RunBudget, channels: OpenChannels) -> None:
        """Take a run that is over."""
        channels.over()
        self._runs[run] = PastRun(budget, channels)
        self._forget()

    def find(self, run: RunId) -> PastRun | None:
        """Return what is known of a run."""
        return self._runs.get(run)

    def check_room(self) -> None:
        """Raise ProtocolError where the session has as many interacts open as it may."""
        if sum(past.channels.interacts for past in self._runs.values()) >= MAX_INTERACTS:
            raise ProtocolError("too many interacts of one session")

    def _forget(self) -> None:
        # The session counts all runs, so it never says anything of one that is forgotten here.
        if len(self._runs) <= LATE_RUNS:
            return
        idle = [run for run, past in self._runs.items() if not past.channels.interacts]
        for run in idle[: max(0, len(idle) - LATE_RUNS)]:
            del self._runs[run]
