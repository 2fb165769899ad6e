"""The ids by which everything is named: UUIDs of version 7 (RFC 9562), made by us, and short ids of cells.

Ids travel to people, other daemons and file systems, so nothing that is not exactly of these forms becomes one.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from typing import NewType

from sagews.errors import SagewsError

UserId = NewType("UserId", str)
LoginId = NewType("LoginId", str)
WorkspaceId = NewType("WorkspaceId", str)
DocumentId = NewType("DocumentId", str)
SessionId = NewType("SessionId", str)
RunId = NewType("RunId", str)
WorkerId = NewType("WorkerId", str)
CellId = NewType("CellId", str)

UUID_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CELL_PATTERN = re.compile(r"[a-z0-9]{4,12}")
# Without 0, 1, l and o, which people take for each other when they read an id to somebody.
_CELL_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_id(now: float | None = None) -> str:
    """Return a new UUID of version 7: 48 bits of Unix milliseconds, 74 random bits (RFC 9562, section 5.7)."""
    # Version 7 begins with the time: new rows come at the end of an index and not all over it.
    milliseconds = int((time.time() if now is None else now) * 1000) & (2**48 - 1)
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (2**62 - 1)
    return str(uuid.UUID(int=value))


def parse_id(text: object, field: str) -> str:
    """Return text if it is a UUID in canonical form.

    Raises:
        SagewsError: `bad-value` for anything else.
    """
    if isinstance(text, str) and UUID_PATTERN.fullmatch(text):
        return text
    raise SagewsError("bad-value", field=field, reason="it is not an id")


def new_cell_id() -> CellId:
    """Return a random id for a cell: six letters and digits that can't be mistaken for one another."""
    return CellId("".join(secrets.choice(_CELL_ALPHABET) for _ in range(6)))
