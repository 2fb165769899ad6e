"""Reads the large frames of a session step by step: others have their turns between the steps.

A display of four megabytes takes tens of milliseconds to be read as small frames are: it is counted, decoded, looked at
value by value, and encoded for pages and store. Each of these is a step by itself, and the third is many. What is
accepted is what wire/session/grammar.py accepts.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import msgspec

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.model.sessions import EncodedBody, PieceKind
from sagews.wire.fields import Fields
from sagews.wire.session import areas, grammar
from sagews.wire.session import checks as check
from sagews.wire.session import frames as wire
from sagews.wire.session.framing import ProtocolError

# A frame of fewer bytes and values is read in a few milliseconds, whatever it holds.
LARGE = 128 * 1024
MANY_VALUES = 3000
SHOWN = ("display", "result", "update")


@dataclass(frozen=True, slots=True)
class LargeDisplay:
    """A display, a result or an update.

    Attributes:
        kind: which of them.
        run: that it belongs to.
        body: its other fields.
    """

    kind: PieceKind
    run: RunId
    body: EncodedBody


Steps = Generator[None, None, "LargeDisplay | wire.FromSession"]


def is_large(payload: bytes) -> bool:
    """Whether a frame is to be read in steps."""
    # A value takes a byte at least, and nearly all frames are shorter.
    if len(payload) <= MANY_VALUES:
        return False
    return len(payload) > LARGE or payload.count(b",") + payload.count(b"[") + payload.count(b"{") > MANY_VALUES


def read_in_steps(payload: bytes) -> Steps:
    """Yield between steps; return what the frame says.

    Raises:
        ProtocolError: for anything out of form or bounds, as `parse_from_session`.
    """
    yield from check.nodes_in_steps(payload)
    try:
        values = msgspec.json.decode(payload)
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProtocolError("it is not JSON") from error
    yield
    if not isinstance(values, dict):
        raise ProtocolError("it is not an object")
    if values.get("type") not in SHOWN:
        # Nothing else is large but by many small texts, which are bounded one by one.
        return grammar.read_from_session(values)
    return (yield from _shown(values))


def _shown(values: dict[str, Any]) -> Steps:
    form = Fields(values)
    try:
        kind, run = PieceKind(form.choice("type", SHOWN)), RunId(form.id("run"))
        body: dict[str, Any] = {name: form.mapping(name, check.MAX_MIME_TYPES) for name in ("data", "metadata")}
        body |= _place(form, kind)
        form.finish()
    except ProtocolError:
        raise
    except SagewsError as error:
        raise ProtocolError(str(error)) from error
    for mime, value in body["data"].items():
        yield from check.content_in_steps(mime, value)
    check.check_metadata(body["metadata"])
    encoded = msgspec.json.encode(body)
    yield
    return LargeDisplay(kind, run, EncodedBody(body, encoded))


def _place(form: Fields, kind: PieceKind) -> dict[str, Any]:
    """Take where it stands, and the id under which it is replaced, as far as it says so."""
    if kind is PieceKind.UPDATE:
        return {"display": check.text(form, "display", areas.MAX_DISPLAY_ID)}
    display = areas.display_of(form) if kind is PieceKind.DISPLAY else ""
    found = {"area": areas.area_of(form), "display": display}
    return {name: value for name, value in found.items() if value}
