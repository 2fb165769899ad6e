"""Runs that are over and may still show something: what is left of their budgets, and their interacts."""

from __future__ import annotations

from dataclasses import dataclass

from sagews.model.identifiers import RunId
from sagews.wire.session.channels import MAX_INTERACTS
from sagews.wire.session.frames import LATE_RUNS
from sagews.wire.session.framing import ProtocolError
from sagews.worker.kinds.evaluation.open_channels import OpenChannels
from sagews.worker.kinds.evaluation.run_budget import RunBudget


@dataclass(slots=True)
class PastRun:
    """One of them; the numbers count the runs of a session."""

    number: int
    budget: RunBudget
    channels: OpenChannels


class PastRuns:
    """Those of one session: the latest, and those that have interacts open."""

    __slots__ = ("_idle", "_lasting", "_number")

    def __init__(self) -> None:
        self._number = 0
        # Apart, because every cell that ends looks at those with interacts, which are few, and must not at all others.
        self._lasting: dict[RunId, PastRun] = {}
        # Oldest first.
        self._idle: dict[RunId, PastRun] = {}

    def add(self, run: RunId, budget: RunBudget, channels: OpenChannels) -> None:
        """Take a run that is over."""
        channels.over()
        self._number += 1
        (self._lasting if channels.interacts else self._idle)[run] = PastRun(self._number, budget, channels)
        self._forget()

    def find(self, run: RunId) -> PastRun | None:
        """Return what is known of a run."""
        return self._idle.get(run) or self._lasting.get(run)

    def reopened(self, run: RunId) -> None:
        """Count a run among those with interacts: it shows one behind its end."""
        past = self._idle.pop(run, None)
        if past is not None:
            self._lasting[run] = past

    def check_room(self) -> None:
        """Raise ProtocolError where the session has as many interacts open as it may."""
        if sum(past.channels.interacts for past in self._lasting.values()) >= MAX_INTERACTS:
            raise ProtocolError("too many interacts of one session")

    def _forget(self) -> None:
        # The session counts all runs, so it never says anything of one that is forgotten here.
        closed = [run for run, past in self._lasting.items() if not past.channels.interacts]
        if closed:
            idle = self._idle | {run: self._lasting.pop(run) for run in closed}
            self._idle = dict(sorted(idle.items(), key=lambda item: item[1].number))
        while len(self._idle) > LATE_RUNS:
            del self._idle[next(iter(self._idle))]
