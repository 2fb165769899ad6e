"""Numbered channels that belong to a cell: it opens one, something is said over it, either side closes it.

Apart from the grammar (frames.py), which has these frames in its tables. Standard library only. A channel is of a kind,
which says what it opens with and what is said over it:

  input       asks a person for a line of text, while its cell runs. Opens with {prompt: str (<= 4 KiB of UTF-8),
              hidden: bool}; one message, {text: str (<= 64 KiB of UTF-8)}
  interact    controls that last beyond the end of their cell. Opens with the body that interact.py describes; each
              message, {values: {name: value}, pressed?: name, serial: int}, has the function evaluated, and the last
              `state` of that says that it is over. None is sent while a cell runs, or another is at work

Channels are counted from 1 within a run; a number that an interact had may be given to another one. What is open of the
kind input when the run is over is closed by that; an interact when its cell runs again, or the session closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.wire.fields import Fields
from sagews.wire.session import checks as check
from sagews.wire.session import interact
from sagews.wire.session.control_parts import MAX_NAME

INPUT = "input"
INTERACT = "interact"
MAX_PROMPT = 4 * 1024
MAX_ANSWER = 64 * 1024
# Of one run, each of which is told to everybody who watches: nobody answers so many questions.
MAX_CHANNELS = 1000
# Interacts that are open at once, of one run and in a session: each is kept by the page, and by everybody who watches.
MAX_INTERACTS_OF_A_RUN = 40
MAX_INTERACTS = 200
# What the states of all interacts of a session take together, in bytes of text: a backend keeps them for everybody who
# comes. Each by itself is bounded where it is read; two hundred of those would be fifty megabytes, and several times
# that as objects. Controls that people make by hand take some hundred bytes each.
MAX_STATES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OpenFrame:
    """The cell opens a channel: there is something that a person may say to it.

    Attributes:
        area: in which area of the output it stands; 0 in that of the cell itself.
    """

    run: str
    channel: int
    kind: str
    body: Mapping[str, Any]
    area: int = 0


@dataclass(frozen=True, slots=True)
class MessageFrame:
    """Something is said over a channel. It may be a password, so it is no part of what logs show of a frame."""

    run: str
    channel: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateFrame:
    """Something about an interact has changed (interact.read_patch); `over`: what it was told has been evaluated."""

    run: str
    channel: int
    body: Mapping[str, Any]
    over: bool


@dataclass(frozen=True, slots=True)
class CloseFrame:
    """A channel is closed: by the cell, which needs it no more, or by the other end, where nobody will say anything."""

    run: str
    channel: int


def read_open(form: Fields) -> OpenFrame:
    """Take the fields of an `open`; raises SagewsError for what does not fit."""
    run, channel, kind = form.id("run"), _channel(form), form.choice("kind", tuple(_bodies))
    area = form.integer("area", 0, interact.MAX_AREA)
    inner = _body(form)
    body = _bodies[kind](inner)
    inner.finish()
    return OpenFrame(run, channel, kind, body, area)


def read_message(form: Fields) -> MessageFrame:
    """Take the fields of a `message`; raises SagewsError for what does not fit."""
    run, channel, inner = form.id("run"), _channel(form), _body(form)
    body: dict[str, Any]
    if inner.peek("serial") is None:
        body = {"text": check.text(inner, "text", MAX_ANSWER)}
    else:
        body = {"values": interact.bounded_values(inner), "serial": inner.integer("serial", 0, check.MAX_INTEGER)}
        if inner.peek("pressed") is not None:
            body["pressed"] = inner.text("pressed", MAX_NAME)
    inner.finish()
    return MessageFrame(run, channel, body)


def read_state(form: Fields) -> StateFrame:
    """Take the fields of a `state`; raises SagewsError for what does not fit."""
    run, channel, inner = form.id("run"), _channel(form), _body(form)
    body = interact.read_patch(inner)
    inner.finish()
    return StateFrame(run, channel, body, form.boolean("over"))


def read_close(form: Fields) -> CloseFrame:
    """Take the fields of a `close`; raises SagewsError for what does not fit."""
    return CloseFrame(form.id("run"), _channel(form))


def _question(form: Fields) -> dict[str, Any]:
    return {"prompt": check.text(form, "prompt", MAX_PROMPT), "hidden": form.boolean("hidden")}


_bodies: Mapping[str, Callable[[Fields], dict[str, Any]]] = {INPUT: _question, INTERACT: interact.read_body}


def _channel(form: Fields) -> int:
    return form.integer("channel", 1, MAX_CHANNELS)


def _body(form: Fields) -> Fields:
    return Fields(form.mapping("body", 5))
