"""Numbered channels that belong to a running cell: it opens one, something is said over it, either side closes it.

Apart from the grammar (frames.py), which has these frames in its tables. Standard library only. A channel is of a kind,
which says what it opens with and what is said over it. The one kind that there is asks a person for a line of text:

  input       opens with {prompt: str (<= 4 KiB of UTF-8), hidden: bool}; one message, {text: str (<= 64 KiB of UTF-8)}

Channels are counted from 1 within a run; what is open when the run is over is closed by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.wire.fields import Fields
from sagews.wire.session import checks as check

INPUT = "input"
KINDS = (INPUT,)
MAX_PROMPT = 4 * 1024
MAX_ANSWER = 64 * 1024
# Of one run, each of which is told to everybody who watches: nobody answers so many questions.
MAX_CHANNELS = 1000


@dataclass(frozen=True, slots=True)
class OpenFrame:
    """The cell opens a channel: there is something that a person may say to it."""

    run: str
    channel: int
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """Something is said over a channel. It may be a password, so it is no part of what logs show of a frame."""

    run: str
    channel: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseFrame:
    """A channel is closed: by the cell, which needs it no more, or by the other end, where nobody will say anything."""

    run: str
    channel: int


def read_open(form: Fields) -> OpenFrame:
    """Take the fields of an `open`; raises SagewsError for what does not fit."""
    run, channel, kind = form.id("run"), _channel(form), form.choice("kind", KINDS)
    inner = _body(form)
    body = {"prompt": check.text(inner, "prompt", MAX_PROMPT), "hidden": inner.boolean("hidden")}
    inner.finish()
    return OpenFrame(run, channel, kind, body)


def read_message(form: Fields) -> MessageFrame:
    """Take the fields of a `message`; raises SagewsError for what does not fit."""
    run, channel, inner = form.id("run"), _channel(form), _body(form)
    body = {"text": check.text(inner, "text", MAX_ANSWER)}
    inner.finish()
    return MessageFrame(run, channel, body)


def read_close(form: Fields) -> CloseFrame:
    """Take the fields of a `close`; raises SagewsError for what does not fit."""
    return CloseFrame(form.id("run"), _channel(form))


def _channel(form: Fields) -> int:
    return form.integer("channel", 1, MAX_CHANNELS)


def _body(form: Fields) -> Fields:
    return Fields(form.mapping("body", 2))
