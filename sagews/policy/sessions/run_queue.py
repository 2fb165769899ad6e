"""The order in which cells run in one session: one queue for everybody, in batches that stop at an error or go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.model.sessions import RunState

MAX_QUEUED = 2000


@dataclass(slots=True)
class Entry:
    """One run that waits or runs.

    Attributes:
        run: its id.
        batch: entries of one batch were asked for together; when one does not end well, those after it are cancelled.
        goes_on: whether its batch goes on all the same behind a run that ended in an error.
        confirmed: whether it is certain that this run has not run before; it is not handed over earlier.
    """

    run: RunId
    batch: int
    goes_on: bool
    confirmed: bool


class RunQueue:
    """What waits and what runs; at most one entry runs."""

    __slots__ = (
        "_batches", "_running", "_waiting",
    )  # fmt: skip

    def __init__(self) -> None:
        # None while nothing waits, as in most worksheets that are open: an empty deque takes 600 bytes.
        self._waiting: deque[Entry] | None = None
        self._running: Entry | None = None
        self._batches = 0

    def __len__(self) -> int:
        return len(self._waiting or ())

    @property
    def running(self) -> RunId | None:
        """The run that has been handed over and is not over."""
        return self._running.run if self._running else None

    def add(self, runs: Iterable[RunId], *, confirmed: bool, goes_on: bool = False) -> None:
        """Put a batch at the end, which goes on behind an error or stops there.

        Raises:
            SagewsError: `limit` when more than 2,000 would wait; nothing is added then.
        """
        runs = list(runs)
        if len(self) + len(runs) > MAX_QUEUED:
            raise SagewsError(
                "limit", limit=f"{MAX_QUEUED} cells waiting", advice="Wait for some to end, or press Stop."
            )
        self._batches += 1
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.extend(Entry(run, self._batches, goes_on, confirmed) for run in runs)

    def confirm(self, run: RunId) -> None:
        """Note that a run has not run before."""
        for entry in self._waiting or ():
            if entry.run == run:
                entry.confirmed = True

    def drop(self, run: RunId) -> None:
        """Take a waiting run out."""
        self._take(lambda entry: entry.run == run)

    def next(self) -> RunId | None:
        """Start the next run, if none runs and the first that waits is confirmed."""
        if self._running or not self._waiting or not self._waiting[0].confirmed:
            return None
        self._running = self._waiting.popleft()
        return self._running.run

    def finished(self, state: RunState) -> list[RunId]:
        """Note that what ran is over; return the rest of its batch, taken out, unless that goes on.

        It always does behind a run that went well, and never behind one that was interrupted or lost its session.
        """
        ended, self._running = self._running, None
        if ended is None or state is RunState.DONE or (state is RunState.ERROR and ended.goes_on):
            return []
        return self._take(lambda entry: entry.batch == ended.batch)

    def cancel(self) -> list[RunId]:
        """Take out everything that waits and return it in order."""
        return self._take(lambda _: True)

    def _take(self, wanted: Callable[[Entry], bool]) -> list[RunId]:
        waiting = self._waiting or ()
        taken = [entry.run for entry in waiting if wanted(entry)]
        self._waiting = deque(entry for entry in waiting if not wanted(entry)) or None
        return taken
