"""Carries a daemon's log from its own disk to the collector, batch by batch, however long it takes.

The collector may be gone for a day: then the offset stays, the disk keeps the records, and attempts are made at growing
intervals. Nobody waits for it. The offset is noted after each batch that was committed; after a crash a batch may be
sent twice, and is stored once.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.logs.spool import Spool, SpoolOffset
from sagews.model.logs import LogRecord
from sagews.net.background import Pause
from sagews.net.backoff import Backoff
from sagews.wire.logs import decode_record

Result = TypeVar("Result")

MOST_RECORDS = 500
MOST_BYTES = 512 * 1024
# Of a file that this very process appends to; being told of each line would cost more than looking.
POLL_SECONDS = 1.0
FIRST_RETRY = 1.0
LONGEST_RETRY = 60.0
# The disk has it all: nothing is lost by not waiting for a collector that hangs.
STOP_SECONDS = 2.0
# Records of the logging itself stay on this machine, or a collector that fails would feed itself.
LOCAL_NAMESPACE = "sagews.logs"
# The sender can't mend these: the batch is passed over.
HOPELESS = frozenset({"bad-message", "too-large"})

log = Logger()


class Shipper:
    """Ships one spool to one sink. A second collector is a second shipper with an offset file of its own.

    Args:
        clock: waits.
        spool: what to ship.
        sink: where to.
        in_thread: runs a blocking function and returns a Deferred, for instance deferToThread.
        offset_file: where to remember the offset; the spool's own by default.
    """

    def __init__(
        self,
        clock: IReactorTime,
        spool: Spool,
        sink: ILogSink,
        in_thread: Callable[..., Deferred[Any]],
        offset_file: Path | None = None,
    ) -> None:
        self._clock = clock
        self._spool = spool
        self._sink = sink
        self._in_thread = in_thread
        self._offset_file = offset_file or spool.offset_file
        self.offset = load_offset(self._offset_file)
        self._running: Deferred[None] | None = None
        self._pause = Pause(clock)
        self._stopping = False
        self._backoff = Backoff(FIRST_RETRY, LONGEST_RETRY)

    def start(self) -> None:
        """Begin."""
        self._stopping = False
        self._running = Deferred.fromCoroutine(self._ship_for_ever())
        self._running.addErrback(lambda failure: log.failure("the shipper broke", failure))

    async def stop(self, seconds: float = math.inf) -> None:
        """End; what was not shipped waits on the disk. A delivery under way gets two seconds, half of these at most."""
        self._stopping = True
        self._pause.end()
        if self._running is not None:
            limit = min(STOP_SECONDS, seconds / 2)
            self._running.addTimeout(limit, self._clock, onTimeoutCancel=lambda result, seconds: None)
            await self._running

    async def _ship_for_ever(self) -> None:
        while not self._stopping:
            try:
                more = await self._ship_batch()
                self._backoff.forget()
                delay = 0.0 if more else POLL_SECONDS
            except CancelledError:
                return
            # Whatever goes wrong, the shipper goes on: a daemon whose log has stopped looks like one that has nothing
            # to say.
            except Exception:
                delay = self._failed(Failure())
            if delay and not self._stopping:
                await self._pause.wait(delay)

    async def _ship_batch(self) -> bool:
        """Ship what fits into one batch; whether there may be more."""
        records, offset = await self._in_thread(read_records, self._spool, self.offset)
        # Nothing new; a record that is left out below still moves the offset.
        if offset == self.offset:
            return False
        if records:
            await self._deliver(records)
        # After the delivery: a crash between the two sends a batch twice, which is stored once; the other way round
        # loses it.
        await self._in_thread(save_offset, self._offset_file, offset)
        if offset.segment != self.offset.segment:
            await self._in_thread(self._spool.shipped, offset)
        self.offset = offset
        return True

    async def _deliver(self, records: list[LogRecord]) -> None:
        try:
            await self._sink.deliver(records)
        except SagewsError as error:
            if error.code not in HOPELESS:
                raise
            log.error("a batch of {count} records was refused: {error}", count=len(records), error=str(error))

    def _failed(self, failure: Failure) -> float:
        """Note a failure, loudly once, and return how long to wait."""
        # An outage of a day is one line and not a thousand.
        if not self._backoff.failing:
            log.warn("the collector took nothing: {reason}", reason=failure.getErrorMessage())
        return self._backoff.take()


def read_records(spool: Spool, offset: SpoolOffset) -> tuple[list[LogRecord], SpoolOffset]:
    """Return records to ship from an offset on, and the offset behind them; blocks for one read."""
    lines, behind = spool.read(offset, MOST_RECORDS, MOST_BYTES)
    records = []
    for line in lines:
        try:
            record = decode_record(line)
        except SagewsError:
            continue
        if not record.namespace.startswith(LOCAL_NAMESPACE):
            records.append(record)
    return records, behind


def load_offset(path: Path) -> SpoolOffset:
    """Return the remembered offset; the beginning if there is none or it can't be read."""
    try:
        segment, offset = json.loads(path.read_text("ascii"))
        return SpoolOffset(int(segment), int(offset))
    except FileNotFoundError:
        return SpoolOffset()
    except (ValueError, TypeError):
        log.warn("the offset in {path} can't be read; everything is sent again", path=str(path))
        return SpoolOffset()


def save_offset(path: Path, offset: SpoolOffset) -> None:
    """Remember an offset: written aside, then put in place of the old one at once."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump([offset.segment, offset.offset], file)
    # A crash leaves the old offset or the new one, never half of a number.
    beside.replace(path)
