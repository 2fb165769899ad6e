"""The timer of one workspace's autosaves.

A class that opens its worksheets together falls due together: a save is two jobs in jails, a tenth of a second of
processor time or more, so all workspaces of a backend share a few turns, which their owners have one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.background import cancelled, run_in_background
from sagews.net.turns import Turns
from sagews.policy.history.autosave import Autosave


class Autosaver:
    """Remembers who changed a workspace last, and calls `save` when it is due.

    Args:
        clock: tells the time.
        workspace: for the log.
        owner: of the workspace, in whose line it waits.
        times: when it is due.
        turns: shared by all workspaces of a backend.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, workspace: WorkspaceId, owner: UserId, times: Autosave, turns: Turns
    ) -> None:
        self.user: UserId | None = None
        self._clock = clock
        self._workspace = workspace
        self._owner = owner
        self._times = times
        self._turns = turns
        self._waiting = False
        self._timer: IDelayedCall | None = None
        self._saving = False
        self._stopped = False
        self._save: Callable[[], Coroutine[Any, Any, None]] | None = None

    def start(self, save: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Take what is called when a save is due; called once, before anything else."""
        self._save = save

    @property
    def pending(self) -> bool:
        """Whether something changed since the last save began."""
        return self._times.due is not None

    @property
    def unsaved_since(self) -> float:
        """When the first change came that is in no version; infinity without any."""
        return math.inf if self._times.first is None else self._times.first

    def changed(self, user: UserId) -> None:
        """Note a change."""
        self.user = user
        self._times.changed(self._clock.seconds())
        self._plan()

    def begin(self) -> None:
        """A save begins: what changes from now on is for the next one."""
        self._saving = True
        self._times.started()

    def end(self, *, saved: bool) -> None:
        """A save is over; one that failed is tried again, later each time."""
        self._saving = False
        if saved:
            self._times.saved()
        else:
            self._times.failed(self._clock.seconds())
        self._plan()

    def stop(self) -> None:
        """Save nothing by itself any more."""
        self._stopped = True
        self._timer = cancelled(self._timer)

    def _plan(self) -> None:
        """Set a timer to when the workspace is due.

        One that is running stays, so that a keystroke costs nothing; it looks again when it fires. A save that is under
        way, or waits for its turn, plans at its end.
        """
        due = self._times.due
        if due is None:
            self._timer = cancelled(self._timer)
        elif self._timer is None and not (self._saving or self._waiting or self._stopped):
            self._timer = self._clock.callLater(max(0.0, due - self._clock.seconds()), self._look)

    def _look(self) -> None:
        """Save if it is time, else wait for the rest."""
        self._timer = None
        due = self._times.due
        if due is None or due > self._clock.seconds() or self._save is None:
            self._plan()
            return
        self._waiting = True
        run_in_background(self._save_in_turn(self._save), self._log, "autosave", self._workspace)

    async def _save_in_turn(self, save: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Save when it is our turn, unless somebody saved meanwhile or nothing is to be saved any more."""
        try:
            async with self._turns.of(self._owner):
                if self.pending and not self._stopped:
                    await save()
        finally:
            self._waiting = False
            now, due = self._clock.seconds(), self._times.due
            if due is not None and due <= now:
                # It did not even begin: asking again at once would not help.
                self._times.failed(now)
            self._plan()
