"""Channels of cells: what a cell that runs asks a person, the controls of an interact, and what people say to both.

page → backend                                                      needs      answered by
  channel_message  document, run, channel, body                      RUN        - | channel_state | error
                   to an input: {text}
                   to an interact: {values {name: value}, pressed? name, serial}

backend → page
  channel_opened   document, epoch, sequence, run, opened {channel, kind, body, area, live}
  channel_closed   document, epoch, sequence, run, channel, stays?
  channel_state    document, epoch, sequence, run, channel,
                   state {values?, controls?, layout?, errors?, errors_by?, busy, serial, by}

Who opens a document finds what is open in `opened.cells` (runs.py); from then on these numbered events say what opens,
changes and closes, each of one channel, and the end of a run closes the input that it had open. Who answers an input
first is heard; from then on it is open no more. To an interact people may speak as long as it is `live`; the latest
value of each control counts, and `channel_state` says what was taken (`busy`), and, once it was evaluated, what became
of it: `values` stand for those of the same names, the others for all.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sagews.wire.browser.base import Count, FromPage, Right, ToPage, Uuid
from sagews.wire.session.channels import INTERACT, MAX_ANSWER
from sagews.wire.session.control_parts import MAX_NAME
from sagews.wire.session.widgets import MAX_WIDGETS

_Object = msgspec.Meta(extra_json_schema={"type": "object"})
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class ChannelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says: `text` is the answer to an input, and may be a password; the rest is for an interact."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_ANSWER)] | None = None
    # Looked at one by one by who knows the controls.
    values: Annotated[dict[Name, Any], msgspec.Meta(max_length=MAX_WIDGETS)] | None = None
    pressed: Name | None = None
    serial: Count = 0

    def __repr__(self) -> str:
        return "ChannelBody(…)"


class ChannelMessage(FromPage, frozen=True, tag="channel_message"):
    """Says something over a channel."""

    # One text, each character of which may be written as an escape.
    longest = 448 * 1024
    counted = True
    needs = Right.RUN
    document: Uuid
    run: Uuid
    channel: Count
    body: ChannelBody


class OpenChannel(msgspec.Struct, frozen=True):
    """A channel that is open, by its number within the run; what its body holds is said in wire/session/channels.py.

    Attributes:
        body: of an interact with its latest values, and {errors {name: sentence}, busy, serial, by}.
        area: in which area of the output it stands; 0 in that of the cell.
        live: false for an interact that no session holds any more.
    """

    channel: int
    kind: str
    body: Annotated[dict[str, Any], _Object]
    area: int = 0
    live: bool = True

    @property
    def lasts(self) -> bool:
        """Whether it stays when its cell is over."""
        return self.kind == INTERACT


class ChannelOpened(ToPage, frozen=True, tag="channel_opened"):
    """A channel of a run is open, in place of one of its number."""

    document: str
    epoch: int
    sequence: int
    run: str
    opened: OpenChannel


class ChannelClosed(ToPage, frozen=True, tag="channel_closed"):
    """Nobody hears what is said to a channel any more; one that `stays` is still looked at, as it was last."""

    document: str
    epoch: int
    sequence: int
    run: str
    channel: int
    stays: bool = False


class ChannelState(ToPage, frozen=True, tag="channel_state"):
    """Tells what has changed of an interact; `by` is the connection heard last, and `serial` what it called that."""

    document: str
    epoch: int
    sequence: int
    run: str
    channel: int
    # No struct: every page would have to load the form of what few of them look at.
    state: Annotated[dict[str, Any], _Object]
