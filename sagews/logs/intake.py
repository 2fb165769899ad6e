"""The collector's own work, however records arrive: absurd times are mended, then the batch is committed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from zope.interface import implementer

from sagews.interfaces.logs import ILogSink, ILogStore
from sagews.model.logs import LogRecord

# Clocks differ; a day is beyond any difference that a clock has by itself.
LATEST = timedelta(days=1)
# A daemon that was offline may bring old records; partitions as old as this are about to be dropped.
EARLIEST = timedelta(days=365)
REMEMBERED = 10_000


@implementer(ILogSink)
class Intake:
    """Takes batches into a store; the sink of a daemon that has the collector in its own process.

    A time more than a day ahead or a year ago is absurd: the record gets the time of its arrival, and the time that it
    claimed becomes a field. Ids of such records are remembered, so that a batch sent again gets the same times.

    Args:
        store: where.
        now: Unix seconds.
    """

    def __init__(self, store: ILogStore, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._mended: OrderedDict[str, datetime] = OrderedDict()

    async def deliver(self, records: Iterable[LogRecord]) -> None:
        """Commit a batch; raises when it was not."""
        arrived = datetime.fromtimestamp(self._now(), UTC)
        batch = [self._mend(record, arrived) for record in records]
        if batch:
            await self._store.insert(batch)

    def _mend(self, record: LogRecord, arrived: datetime) -> LogRecord:
        if arrived - EARLIEST <= record.time <= arrived + LATEST:
            return record
        # The id and the time together are the key: another time for the same id would be stored as a second record.
        time = self._mended.setdefault(record.id, arrived)
        if len(self._mended) > REMEMBERED:
            self._mended.popitem(last=False)
        return replace(record, time=time, fields={**record.fields, "claimed_time": record.time.isoformat()})
