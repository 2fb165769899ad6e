"""Where log records go: on their way, and at rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from zope.interface import Interface

from sagews.model.logs import LogQuery, LogRecord


class ILogStore(Interface):
    """Log records in daily partitions."""

    async def insert(records: Sequence[LogRecord]) -> None:
        """Insert a batch in one statement; a record whose id is there already is left out."""

    async def ensure_days(days: Sequence[date]) -> None:
        """Make the partitions of these days ahead, where they are missing."""

    async def query(query: LogQuery) -> list[LogRecord]:
        """Return records, newest first."""

    async def drop_before(day: datetime) -> int:
        """Drop whole partitions older than a day; returns how many."""


class ILogSink(Interface):
    """Where a batch of records goes: the collector, in process or over TLS."""

    async def deliver(records: Iterable[LogRecord]) -> None:
        """Deliver a batch; fires when it is committed. Raises when the collector can't be reached."""
