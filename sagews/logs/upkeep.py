"""The collector's housekeeping: partitions are made ahead of midnight, and dropped whole when they are old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sagews.interfaces.logs import ILogStore

EVERY_SECONDS = 3600.0
# Over a weekend without the database's answer there is still a partition for today.
DAYS_AHEAD = 2
KEEP_DAYS = 90

log = Logger()


class Upkeep:
    """Keeps the partitions of the log store; a failure is logged and tried again an hour later.

    Args:
        clock: its seconds are Unix seconds.
        store: the log store, under the log's role.
        keep_days: how long records are kept.
    """

    def __init__(self, clock: IReactorTime, store: ILogStore, keep_days: int = KEEP_DAYS) -> None:
        self._clock = clock
        self._store = store
        self._keep = timedelta(days=keep_days)
        self._loop = LoopingCall(self._once_logged)
        self._loop.clock = clock

    def start(self) -> None:
        """Begin, at once and then every hour."""
        self._loop.start(EVERY_SECONDS).addErrback(lambda failure: log.failure("upkeep broke", failure))

    def stop(self) -> None:
        """End."""
        if self._loop.running:
            self._loop.stop()

    async def once(self) -> None:
        """Make the partitions of today and of the next two days, and drop those that are too old."""
        now = datetime.fromtimestamp(self._clock.seconds(), UTC)
        await self._store.ensure_days([(now + timedelta(days=ahead)).date() for ahead in range(DAYS_AHEAD + 1)])
        dropped = await self._store.drop_before(now - self._keep)
        if dropped:
            log.info("{count} days of log records were dropped", count=dropped)

    def _once_logged(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.once()).addErrback(
            lambda failure: log.failure("the log's partitions could not be kept", failure)
        )
