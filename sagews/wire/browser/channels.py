"""Channels of a cell that runs: what it asks a person, and what people say to it.

page → backend                                                      needs      answered by
  channel_message  document, run, channel, body {text}               RUN        - | error

What is open stands in `run_state.channels` (runs.py), so it is everybody's, and comes with an `open`: numbered events
say what opens and closes. Who says something first is heard; from then on the channel is open no more.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sagews.wire.browser.base import Count, FromPage, Right, Uuid
from sagews.wire.session.channels import MAX_ANSWER


class InputAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody answers to `input`; it may be a password."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_ANSWER)]

    def __repr__(self) -> str:
        return "InputAnswer(…)"


class ChannelMessage(FromPage, frozen=True, tag="channel_message"):
    """Says something over a channel."""

    # One text, each character of which may be written as an escape.
    longest = 448 * 1024
    needs = Right.RUN
    document: Uuid
    run: Uuid
    channel: Count
    body: InputAnswer


class OpenChannel(msgspec.Struct, frozen=True):
    """A channel that is open, by its number within the run; what its body holds is said in wire/session/channels.py."""

    channel: int
    kind: str
    body: Annotated[dict[str, Any], msgspec.Meta(extra_json_schema={"type": "object"})]
