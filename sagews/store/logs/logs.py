"""Log records in PostgreSQL: daily partitions, made when a record needs one and dropped whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from psycopg2.errors import CheckViolation
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogStore
from sagews.model.logs import LogQuery, LogRecord
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool
from sagews.store.values import clean_text, json_parameter

LEVELS = ("debug", "info", "warn", "error", "critical")
MOST_RECORDS = 1000


@implementer(ILogStore)
class LogStore:
    """Log records through a pool of the log's role; the frontend's role may only query."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._days: set[date] = set()

    async def insert(self, records: Sequence[LogRecord]) -> None:
        """Insert a batch in one statement; a record whose id is there already, at the same time, is left out."""
        days = {record.time.astimezone(UTC).date() for record in records}
        await self.ensure_days(sorted(days))
        # One JSON text for the whole batch: a parameter for each column of two thousand records would be 18,000 of
        # them.
        sql = """insert into log_records (id, time, machine, component, level, namespace, correlation, message, fields)
            select (r ->> 0)::uuid, (r ->> 1)::timestamptz, r ->> 2, r ->> 3, r ->> 4, r ->> 5, r ->> 6, r ->> 7, r -> 8
            from jsonb_array_elements(%s) as r on conflict do nothing"""
        batch = json_parameter([_columns(record) for record in records])
        try:
            await self._pool.query(sql, (batch,))
        # There is no partition for one of the days: it was dropped by somebody since we made sure of it.
        except CheckViolation:
            self._days.clear()
            await self.ensure_days(sorted(days))
            await self._pool.query(sql, (batch,))

    async def ensure_days(self, days: Sequence[date]) -> None:
        """Make the partitions of these days where they are missing; also called ahead of midnight."""
        missing = [day for day in days if day not in self._days]
        if missing:
            await self._pool.query("select log_partition_ensure(day) from unnest(%s::date[]) as day", (missing,))
            self._days.update(missing)

    async def query(self, query: LogQuery) -> list[LogRecord]:
        """Return records, newest first."""
        wanted = list(_conditions(query))
        conditions = " and ".join(condition for condition, _ in wanted) or "true"
        sql = f"""select id, time, machine, component, level, namespace, correlation, message, fields
            from log_records where {conditions} order by time desc, id desc limit %s"""
        values = [value for _, value in wanted]
        rows = await self._pool.query(sql, (*values, max(0, min(query.limit, MOST_RECORDS))))
        return [_record(row) for row in rows]

    async def drop_before(self, day: datetime) -> int:
        """Drop whole partitions older than a day; returns how many."""
        rows = await self._pool.query("select log_partitions_drop_before(%s)", (day.astimezone(UTC).date(),))
        self._days.clear()
        return int(rows[0][0])


def _conditions(query: LogQuery) -> Iterator[tuple[str, Any]]:
    """Yield a condition, with one parameter, for everything that is asked for."""
    if query.least_level is not None:
        yield "level = any (%s)", levels_from(query.least_level)
    if query.text is not None:
        yield "(message || ' ' || fields::text) ilike %s", f"%{_escape_like(clean_text(query.text))}%"
    if query.since is not None:
        yield "time >= %s", query.since
    if query.before is not None:
        yield "time < %s", query.before
    for column in ("component", "machine", "correlation"):
        if (value := getattr(query, column)) is not None:
            yield f"{column} = %s", clean_text(value)


def levels_from(least: str) -> list[str]:
    """Return a level and those above it.

    Raises:
        SagewsError: `bad-value` for what is no level.
    """
    if least not in LEVELS:
        raise SagewsError("bad-value", field="level", reason="it is none of " + ", ".join(LEVELS))
    return list(LEVELS[LEVELS.index(least) :])


def _escape_like(text: str) -> str:
    # A person looks for what they type: % and _ are no wildcards to them.
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _columns(record: LogRecord) -> tuple[Any, ...]:
    return (
        record.id,
        record.time.isoformat(),
        record.machine,
        record.component,
        record.level,
        record.namespace,
        record.correlation,
        record.message,
        dict(record.fields),
    )


def _record(row: Row) -> LogRecord:
    return LogRecord(*row)
