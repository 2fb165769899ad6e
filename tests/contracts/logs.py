"""What every ILogStore does, and every ILogSink. Mix into a trial TestCase that has `make_logs` or `make_sink`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.logs import ILogSink, ILogStore
from sagews.model.identifiers import new_id
from sagews.model.logs import LogQuery, LogRecord
from tests.contracts.accounts import check_refused

NOON = datetime(2026, 11, 22, 12, 0, 0, 500, tzinfo=UTC)


def make_record(message: str = "hello", **changes: Any) -> LogRecord:
    """Return a record."""
    record = LogRecord(
        new_id(), NOON, "machine-1", "backend", "info", "sagews.test", "", message, {"count": 1, "name": "x"}
    )
    return replace(record, **changes)


class LogStoreContract(metaclass=ABCMeta):
    """The contract; `make_logs` returns an empty store."""

    @abstractmethod
    async def make_logs(self) -> Any:
        """Return an empty store."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(ILogStore, await self.make_logs())

    async def test_insert_and_read(self) -> None:
        """Records of several days come back whole, newest first; nothing is inserted twice."""
        store = await self.make_logs()
        records = [make_record(f"m{day}", time=NOON - timedelta(days=day)) for day in range(3)]
        await store.insert(records)
        await store.insert([*records, records[0]])
        await store.insert([])
        assert await store.query(LogQuery()) == records
        assert await store.query(LogQuery(limit=2)) == records[:2]

    async def test_hostile_text(self) -> None:
        """Text that PostgreSQL can't hold does not stop the batch."""
        store = await self.make_logs()
        bad = make_record("nul \x00 and \ud800", fields={"k\x00": ["\udfff", float("nan"), 10**5000]})
        await store.insert([bad, make_record("good")])
        assert len(await store.query(LogQuery())) == 2

    async def test_queries(self) -> None:
        """Level, component, machine, correlation, text and time narrow what is returned."""
        store = await self.make_logs()
        a = make_record("Alpha 100%", level="debug", component="frontend", time=NOON)
        b = make_record("Beta", level="warn", machine="machine-2", correlation="c-1", time=NOON + timedelta(seconds=1))
        c = make_record("Gamma", level="critical", fields={"why": "disk_full"}, time=NOON + timedelta(seconds=2))
        await store.insert([a, b, c])
        for query, expected in (
            (LogQuery(least_level="warn"), [c, b]),
            (LogQuery(component="frontend"), [a]),
            (LogQuery(machine="machine-2"), [b]),
            (LogQuery(correlation="c-1"), [b]),
            (LogQuery(text="alpha"), [a]),
            (LogQuery(text="0%"), [a]),
            (LogQuery(text="disk_f"), [c]),
            (LogQuery(text="disk%f"), []),
            (LogQuery(since=b.time), [c, b]),
            (LogQuery(before=b.time), [a]),
            (LogQuery(least_level="debug", text="a", since=b.time, limit=1), [c]),
        ):
            assert await store.query(query) == expected, query
        await check_refused(store.query(LogQuery(least_level="loud")), "bad-value")

    async def test_old_days_drop(self) -> None:
        """Whole days before a day are dropped; a late record of such a day may come again."""
        store = await self.make_logs()
        records = [make_record(f"m{day}", time=NOON - timedelta(days=day)) for day in range(4)]
        await store.insert(records)
        assert await store.drop_before(NOON - timedelta(days=1)) == 2
        assert await store.query(LogQuery()) == records[:2]
        assert await store.drop_before(NOON - timedelta(days=1)) == 0
        await store.insert([records[3]])
        assert await store.query(LogQuery()) == [*records[:2], records[3]]


class LogSinkContract(metaclass=ABCMeta):
    """What every ILogSink does; `make_sink` returns a sink and the memory store behind it."""

    flushLoggedErrors: Any

    @abstractmethod
    async def make_sink(self) -> tuple[Any, Any]:
        """Return a sink and its store."""

    async def test_provides_the_sinks_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(ILogSink, (await self.make_sink())[0])

    async def test_delivers_a_batch(self) -> None:
        """A batch arrives whole: times, fields and correlation unchanged."""
        sink, store = await self.make_sink()
        now = datetime.now(UTC)
        records = [make_record(f"m{number}", time=now, correlation="c") for number in range(10)]
        # Any iterable will do: the shipper reads its batches from a file.
        await sink.deliver(iter(records))
        found = {record.id: record for record in await store.query(LogQuery())}
        assert {record.id for record in records} == set(found)
        assert all(found[record.id].time == now for record in records)
        assert found[records[3].id].fields == {"count": 1, "name": "x"}
        assert found[records[3].id].correlation == "c"

    async def test_large_records(self) -> None:
        """A batch of 512 KiB, with records beyond 64 KiB, arrives."""
        sink, store = await self.make_sink()
        now = datetime.now(UTC)
        records = [make_record("é" * 40_000, time=now) for _ in range(6)]
        await sink.deliver(records)
        assert {record.message for record in await store.query(LogQuery())} == {"é" * 40_000}

    async def test_same_batch_twice(self) -> None:
        """A batch that is delivered again is stored once."""
        sink, store = await self.make_sink()
        records = [make_record(time=datetime.now(UTC)), make_record(time=datetime(1971, 1, 1, tzinfo=UTC))]
        await sink.deliver(records)
        await sink.deliver(records)
        assert len(await store.query(LogQuery())) == 2

    async def test_absurd_times(self) -> None:
        """A time more than a day ahead or a year ago becomes the time of arrival; a late one is kept."""
        sink, store = await self.make_sink()
        now = datetime.now(UTC)
        late = make_record("late", time=now - timedelta(days=300))
        await sink.deliver([late, make_record("old", time=now - timedelta(days=400))])
        await sink.deliver([make_record("future", time=now + timedelta(days=3))])
        found = {record.message: record.time for record in await store.query(LogQuery())}
        assert found["late"] == late.time
        for message in ("old", "future"):
            assert abs(found[message] - now) < timedelta(minutes=1)

    async def test_failure_is_told(self) -> None:
        """A batch that was not committed fails."""
        sink, store = await self.make_sink()
        store.failure = RuntimeError("no disk")
        try:
            await sink.deliver([make_record(time=datetime.now(UTC))])
        except Exception:
            store.failure = None
            self.flushLoggedErrors(RuntimeError)
        else:
            raise AssertionError("the failure was swallowed")
        await sink.deliver([make_record(time=datetime.now(UTC))])
        assert len(await store.query(LogQuery())) == 1
