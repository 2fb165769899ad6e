"""The table of kinds, as a worker sees them: how messages of a kind become frames for the session, and back.

A kind is a module or folder beside this one that calls `register` when it is imported, and its counterpart of the same
name in session/kinds/. Nothing else has to know of it: the socket, the order, the flow control, the limits and the end
of a session are the same for all kinds (sessions/session.py), and a link carries any message (wire/worker.py).
Cells are evaluated by the kind that is built in, because runs have budgets, deadlines and an interrupt of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sagews.discovery import Registry


@dataclass(frozen=True, slots=True)
class KindCodec:
    """The codec of a kind. The first frame of every session is the `ready` of wire/session/frames.py; then these hold.

    Attributes:
        name: what a request calls it.
        encode: returns a message as the payload of a frame; raises SagewsError for one that it does not know.
        decode: returns what the payload of a frame from the session says, bounded and fit for JSON; raises
            ProtocolError for anything out of form, which ends the session.
    """

    name: str
    encode: Callable[[Mapping[str, Any]], bytes]
    decode: Callable[[bytes], Mapping[str, Any]]


_registry: Registry[KindCodec] = Registry("kinds of sessions", "sagews.worker.kinds")
register = _registry.register
find = _registry.find
load = _registry.load
