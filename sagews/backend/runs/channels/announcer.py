"""Tells everybody who watches how interacts change, but not more often than anybody can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.model.identifiers import RunId
from sagews.model.runs import Run
from sagews.policy.sessions.interact_line import Place
from sagews.wire.browser.channels import ChannelState

# Two frames of a screen.
LULL = 0.033


@dataclass(slots=True)
class Unsaid:
    """What nobody was told yet of one interact, and when something was told last."""

    run: Run
    said: float
    heard: tuple[bool, int, str] = (False, 0, "")
    changes: dict[str, Any] = field(default_factory=dict)
    due: IDelayedCall | None = None


class Announcer:
    """Speaks for the interacts of one document.

    Args:
        clock: tells the time.
        stream: who watches.
    """

    __slots__ = ("_clock", "_stream", "_unsaid")

    def __init__(self, clock: IReactorTime, stream: EventStream) -> None:
        self._clock = clock
        self._stream = stream
        self._unsaid: dict[Place, Unsaid] = {}

    def tell(self, run: Run, channel: int, body: Mapping[str, Any], changes: Mapping[str, Any], *, now: bool) -> None:
        """Tell that something has changed: now, or, if something was told a moment ago, together with what follows."""
        place = run.id, channel
        unsaid = self._unsaid.setdefault(place, Unsaid(run, float("-inf")))
        unsaid.heard = body["busy"], body["serial"], body["by"]
        values = {**unsaid.changes.get("values", {}), **changes.get("values", {})}
        if "controls" in changes:
            values = dict(changes["values"])
        unsaid.changes.update(changes)
        if values:
            unsaid.changes["values"] = values
        wait = unsaid.said + LULL - self._clock.seconds()
        if now or wait <= 0:
            self._say(place)
        elif unsaid.due is None:
            unsaid.due = self._clock.callLater(wait, self._say, place)

    def _say(self, place: Place) -> None:
        unsaid = self._unsaid[place]
        self._cancel(unsaid)
        unsaid.said = self._clock.seconds()
        changes, unsaid.changes = unsaid.changes, {}
        run, stream = unsaid.run, self._stream
        busy, serial, by = unsaid.heard
        state = {"busy": busy, "serial": serial, "by": by, **changes}
        stream.emit(ChannelState(run.document, stream.epoch, stream.next_number, run.id, place[1], state))

    def forget(self, place: Place) -> None:
        """Say nothing more of one."""
        unsaid = self._unsaid.pop(place, None)
        if unsaid is not None:
            self._cancel(unsaid)

    def forget_run(self, run: RunId) -> None:
        """Say nothing more of those of a run."""
        for place in [place for place in self._unsaid if place[0] == run]:
            self.forget(place)

    def close(self) -> None:
        """Say nothing more."""
        for place in list(self._unsaid):
            self.forget(place)

    def _cancel(self, unsaid: Unsaid) -> None:
        if unsaid.due is not None and unsaid.due.active():
            unsaid.due.cancel()
        unsaid.due = None
