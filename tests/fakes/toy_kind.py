"""A kind of session that nothing in the house knows: lines of ASCII, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.session.framing import ProtocolError
from sagews.worker.kinds import table as kinds


def _decoded(payload: bytes) -> Mapping[str, Any]:
    if not payload.isascii():
        raise ProtocolError("it is not ASCII")
    return {"text": payload.decode()}


def _encoded(message: Mapping[str, Any]) -> bytes:
    if not isinstance(message.get("text"), str):
        raise SagewsError("bad-message", reason="it has no text")
    return str(message["text"]).encode()


TOY = "toy"
CODECS = {TOY: kinds.Codec(_encoded, _decoded)}
if kinds.find(TOY) is None:
    kinds.register(kinds.message_kind(TOY, CODECS[TOY]))
