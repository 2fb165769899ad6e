"""Log records as they travel and as they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record.

    Attributes:
        id: a UUID of version 7, minted where the record was written, so that a batch sent twice is stored once.
        time: of the event, UTC.
        machine, component: from the sender's certificate when it travelled; component is a role, with an instance name.
        level: "debug", "info", "warn", "error", "critical".
        correlation: the id that travels from click to session, or "".
        fields: JSON values, never secrets.
    """

    id: str
    time: datetime
    machine: str
    component: str
    level: str
    namespace: str
    correlation: str
    message: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which records are wanted; None asks for any. `limit` is at most 1,000."""

    least_level: str | None = None
    component: str | None = None
    machine: str | None = None
    correlation: str | None = None
    text: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    limit: int = 100
