"""The interacts of a document: their state is here, and what people say to them waits here for the session.

A page that comes later, a second person and one that reconnects all see the same. What people say is looked at before
it is taken; what the session says as well, for both are strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.channels.announcer import Announcer
from sagews.backend.runs.channels.held_states import HeldStates
from sagews.backend.runs.channels.places import Places
from sagews.backend.runs.channels.telling import tell_closed, tell_opened
from sagews.backend.runs.output_cache import CachedRun, OutputCache
from sagews.errors import SagewsError
from sagews.model.identifiers import RunId, UserId
from sagews.policy.sessions.interact_line import InteractLine, Place, Said
from sagews.wire.browser.channels import ChannelMessage, OpenChannel
from sagews.wire.session.channels import MAX_STATES
from sagews.wire.session.interact import MAX_BODY, size_of
from sagews.wire.session.interact_values import checked
from sagews.wire.session.widget_values import ONLY_SHOWN, UNSEEN

# What of a change is told as it is.
TOLD = ("values", "controls", "layout", "errors", "errors_by")
# What the place of one is counted as when it is asked whether there is room for it.
PLACE_BYTES = 1024


class Interacts:
    """Those of one document.

    Args:
        clock: tells the time.
        outputs: knows the runs.
        stream: who watches.
        places: stores them.

    Attributes:
        when_said: is called when something waits to be evaluated.
        when_orphaned: is called with a run and the channels of its interacts when its output was deleted.
    """

    __slots__ = (
        "_announcer", "_evaluated", "_held", "_line", "_live", "_outputs", "_places", "_stream",
        "when_orphaned", "when_said",
    )  # fmt: skip

    def __init__(
        self,
        clock: IReactorTime,
        outputs: OutputCache,
        stream: EventStream,
        places: Places,
    ) -> None:
        self._outputs = outputs
        self._places = places
        self._stream = stream
        self._announcer = Announcer(clock, stream)
        self._line = InteractLine()
        self._held = HeldStates()
        # Runs that have some.
        self._live: dict[RunId, CachedRun] = {}
        self._evaluated: Said | None = None
        self.when_said: Callable[[], None] = lambda: None
        self.when_orphaned: Callable[[RunId, Sequence[int]], None] = lambda run, channels: None
        outputs.when_cleared = self._cleared

    @property
    def evaluated(self) -> Said | None:
        """What the session is evaluating."""
        return self._evaluated

    @property
    def waiting(self) -> bool:
        """Whether something waits."""
        return bool(self._line)

    # ------------------------------------------------------------------------------------- what sessions say

    def opened(self, entry: CachedRun, opened: OpenChannel) -> None:
        """Take that a cell shows controls."""
        values = _emptied(opened.body["controls"], opened.body["values"])
        opened = msgspec.structs.replace(opened, body={**opened.body, "values": values})
        body = {**opened.body, "errors": {}, "busy": False, "serial": 0, "by": ""}
        gone = self._outputs.last(entry.run.cell) is not entry
        if gone or not self._held.take((entry.run.id, opened.channel), body, controls=True):
            # Its cell waits to run again, so nobody will see it; or the session has more than there is room for, which
            # it refuses in words before it comes to this: who goes on all the same is not heard.
            self.when_orphaned(entry.run.id, [opened.channel])
            return
        entry.interacts[opened.channel] = shown = msgspec.structs.replace(opened, body=body)
        self._live[entry.run.id] = entry
        # First, so that no page meets the place of what it does not know.
        tell_opened(self._stream, entry.run, shown)
        if not entry.cut and not entry.closed and self._outputs.refusal(PLACE_BYTES) is None:
            self._places.add(entry, opened)

    def closed(self, entry: CachedRun, channel: int) -> bool:
        """Take that one is needed no more; returns whether there was one."""
        if channel not in entry.interacts:
            return False
        self._line.drop([(entry.run.id, channel)])
        self._announcer.forget((entry.run.id, channel))
        self._places.close(entry, channel)
        self._held.drop((entry.run.id, channel))
        del entry.interacts[channel]
        if not entry.interacts:
            self._live.pop(entry.run.id, None)
        tell_closed(self._stream, entry.run, channel)
        return True

    def changed(self, entry: CachedRun, channel: int, patch: Mapping[str, Any]) -> None:
        """Take what has changed of one.

        Left out are values that do not fit their controls, those in whose place people have put others by now, and what
        there is no room for.
        """
        found = entry.interacts.get(channel)
        if found is None:
            return
        controls = patch.get("controls", found.body["controls"])
        changes: dict[str, Any] = dict(patch)
        if "errors" in patch and self._evaluated is not None and self._evaluated.place == (entry.run.id, channel):
            # Not of whoever was heard last: that may be somebody who has spoken since.
            changes["errors_by"] = self._evaluated.by
        if "values" in patch:
            newer = () if "controls" in patch else self._line.names((entry.run.id, channel))
            known = {control["name"]: control for control in controls}
            fit = {name: value for name, value in patch["values"].items() if _fits(known.get(name), value)}
            others = {name: value for name, value in fit.items() if name not in newer}
            changes["values"] = (_emptied if "controls" in patch else _public)(controls, others)
        if self._has_room(entry, found, changes):
            self._change(entry, found, changes)

    # ------------------------------------------------------------------------------------- what people say

    def say(self, user: UserId, connection: str, entry: CachedRun, message: ChannelMessage) -> None:
        """Take what somebody says to one.

        Raises:
            SagewsError: `channel-closed`, `bad-value`, `too-large`, `limit`.
        """
        found, said = entry.interacts[message.channel], message.body
        if not found.live or entry.closed:
            raise SagewsError("channel-closed")
        values = self._values(found, said.values)
        if said.pressed is not None and said.pressed not in found.body["values"]:
            raise SagewsError("bad-value", field="pressed", reason="there is no such control")
        shown = _public(found.body["controls"], values)
        if not self._has_room(entry, found, {"values": shown}):
            raise SagewsError("too-large", limit=MAX_STATES)
        waits = Said(entry.run.id, message.channel, connection, said.serial, said.pressed, dict(values))
        self._line.add(user, waits)
        self._change(entry, found, {"values": shown, "busy": True, "serial": said.serial, "by": connection})
        self.when_said()

    def _values(self, found: OpenChannel, values: Mapping[str, Any] | None) -> dict[str, Any]:
        if values is None:
            raise SagewsError("bad-value", field="values", reason="they are missing")
        controls = {control["name"]: control for control in found.body["controls"]}
        if unknown := [name for name in values if name not in controls]:
            raise SagewsError("bad-value", field=unknown[0], reason="there is no such control")
        if fixed := [name for name in values if controls[name]["kind"] in ONLY_SHOWN]:
            raise SagewsError("bad-value", field=fixed[0], reason="nobody can set it")
        taken = {name: checked(controls[name], value) for name, value in values.items()}
        if size_of({**found.body["values"], **taken}) > MAX_BODY:
            raise SagewsError("too-large", limit=MAX_BODY)
        return taken

    # ------------------------------------------------------------------------------------- evaluations

    def start_next(self) -> Said | None:
        """Return what is to be evaluated now; None if nothing is."""
        while (said := self._line.next()) is not None:
            entry = self._outputs.find(said.run)
            if entry is not None and not entry.closed and said.channel in entry.interacts:
                self._evaluated = said
                return said
        return None

    def finish(self) -> None:
        """End what is evaluated, and tell."""
        said, self._evaluated = self._evaluated, None
        if said is not None:
            self._rest([said.place], said)

    def drop_waiting(self) -> None:
        """Forget what waits, and tell."""
        self._rest(self._line.drop(), None)

    def _rest(self, places: Iterable[Place], said: Said | None) -> None:
        for place in places:
            entry = self._outputs.find(place[0])
            found = None if entry is None else entry.interacts.get(place[1])
            if entry is not None and found is not None:
                heard = {} if said is None else {"by": said.by, "serial": said.serial}
                busy = self._line.waits(place) or (self._evaluated is not None and self._evaluated.place == place)
                self._change(entry, found, {**heard, "busy": busy}, now=True)

    def session_over(self) -> None:
        """Nobody holds them any more: they stay as they are, for people to look at."""
        self._evaluated = None
        self._line.drop()
        self._places.forget()
        self._held.clear()
        live, self._live = self._live, {}
        for entry in live.values():
            self._announcer.forget_run(entry.run.id)
            for channel, found in entry.interacts.items():
                body = {**found.body, "busy": False}
                entry.interacts[channel] = msgspec.structs.replace(found, body=body, live=False)
                if self._outputs.find(entry.run.id) is entry:
                    tell_closed(self._stream, entry.run, channel, stays=True)

    def forget(self, entry: CachedRun) -> None:
        """Let go of those of a run whose cell runs again, or whose output is deleted."""
        self._live.pop(entry.run.id, None)
        self._announcer.forget_run(entry.run.id)
        for channel in entry.interacts:
            self._line.drop([(entry.run.id, channel)])
            self._places.gone(entry.run.id, channel)
            self._held.drop((entry.run.id, channel))
        entry.interacts = {}

    def _cleared(self, entry: CachedRun) -> None:
        channels = [channel for channel, found in entry.interacts.items() if found.live]
        self.forget(entry)
        if channels:
            self.when_orphaned(entry.run.id, channels)

    def close(self) -> None:
        """Plan nothing any more."""
        self._places.forget()
        self._announcer.close()

    # ------------------------------------------------------------------------------------- inside

    def _has_room(self, entry: CachedRun, found: OpenChannel, changes: Mapping[str, Any]) -> bool:
        body = _changed(found, changes)
        return self._held.take((entry.run.id, found.channel), body, controls="controls" in changes)

    def _change(self, entry: CachedRun, found: OpenChannel, changes: Mapping[str, Any], *, now: bool = False) -> None:
        body = _changed(found, changes)
        entry.interacts[found.channel] = msgspec.structs.replace(found, body=body)
        self._places.changed(entry, found.channel)
        told = {name: value for name, value in changes.items() if name in TOLD}
        self._announcer.tell(entry.run, found.channel, body, told, now=now)


def _changed(found: OpenChannel, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of an interact with what has changed: values of the same controls stand for those of a name."""
    body = {**found.body, **changes}
    if "controls" not in changes:
        body["values"] = {**found.body["values"], **changes.get("values", {})}
    return body


def _public(controls: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that everybody may see: not those of passwords."""
    secret = {control["name"] for control in controls if control["kind"] in UNSEEN}
    return {name: value for name, value in values.items() if name not in secret}


def _emptied(controls: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each control that has one: passwords are empty."""
    return {**dict.fromkeys(values, ""), **_public(controls, values)}


def _fits(control: Mapping[str, Any] | None, value: Any) -> bool:
    if control is None:
        return False
    try:
        checked(control, value)
    except SagewsError:
        return False
    return True
