"""A log store in memory and a sink that does as it is told; both pass tests/contracts/logs.py like the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from twisted.internet.defer import Deferred
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink, ILogStore
from sagews.model.logs import LogQuery, LogRecord
from sagews.store.values import dump_json

LEVELS = ("debug", "info", "warn", "error", "critical")


@implementer(ILogStore)
@dataclass
class MemoryLogs:
    """Records in a dictionary; set `failure` to make every call fail."""

    records: dict[tuple[str, datetime], LogRecord] = field(default_factory=dict)
    failure: Exception | None = None
    days: set[date] = field(default_factory=set)

    async def insert(self, records: Sequence[LogRecord]) -> None:
        """Insert a batch."""
        if self.failure is not None:
            raise self.failure
        for record in records:
            self.records.setdefault((record.id, record.time), record)

    async def ensure_days(self, days: Sequence[date]) -> None:
        """Note which days were prepared."""
        self.days.update(days)

    async def query(self, query: LogQuery) -> list[LogRecord]:
        """Return records, newest first."""
        if query.least_level is not None and query.least_level not in LEVELS:
            raise SagewsError("bad-value", field="level", reason="it is none of " + ", ".join(LEVELS))
        found = [record for record in self.records.values() if _matches(record, query)]
        return sorted(found, key=lambda record: (record.time, record.id), reverse=True)[: min(query.limit, 1000)]

    async def drop_before(self, day: datetime) -> int:
        """Drop whole days."""
        limit = day.astimezone(UTC).date()
        old = {key for key in self.records if key[1].astimezone(UTC).date() < limit}
        for key in old:
            del self.records[key]
        return len({time.date() for _, time in old})


@implementer(ILogSink)
class ScriptedSink:
    """Passes batches on to another sink and remembers them; `failure` makes it fail, `hold` makes it wait."""

    def __init__(self, sink: ILogSink) -> None:
        self._sink = sink
        self.batches: list[list[str]] = []
        self.failure: Exception | None = None
        self.hold: Deferred[None] | None = None
        self.calls = 0

    async def deliver(self, records: Iterable[LogRecord]) -> None:
        """Take a batch."""
        self.calls += 1
        if self.hold is not None:
            await self.hold
        if self.failure is not None:
            raise self.failure
        batch = list(records)
        await self._sink.deliver(batch)
        self.batches.append([record.message for record in batch])

    @property
    def messages(self) -> list[str]:
        """Everything that arrived."""
        return [message for batch in self.batches for message in batch]


def _matches(record: LogRecord, query: LogQuery) -> bool:
    text = (record.message + " " + dump_json(dict(record.fields))).lower()
    return all(
        (
            query.least_level is None or LEVELS.index(record.level) >= LEVELS.index(query.least_level),
            query.component in (None, record.component),
            query.machine in (None, record.machine),
            query.correlation in (None, record.correlation),
            query.text is None or query.text.lower() in text,
            query.since is None or record.time >= query.since,
            query.before is None or record.time < query.before,
        )
    )
