"""The observer that every daemon gives to twisted.logger: events become JSON lines on its own disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twisted.logger import ILogObserver, LogLevel
from zope.interface import implementer

from sagews.logs.records import record_from
from sagews.logs.spool import Spool, SpoolWriter
from sagews.wire.logs import encode_record

# So many lines a second are written; of a flood above it only warnings and worse, and ten times as many at most.
MOST_A_SECOND = 2000
# Half of what a collector takes, for the shipper's sake: no line may be one that is always refused.
MOST_LINE = 128 * 1024
_LOUD = frozenset({LogLevel.warn, LogLevel.error, LogLevel.critical})
# What a daemon of several roles says is said by the one whose folder it comes from.
_FOLDERS = {"frontend": "frontend", "backend": "backend", "worker": "worker", "logs": "log"}
_ORDER = (LogLevel.debug, LogLevel.info, LogLevel.warn, LogLevel.error, LogLevel.critical)


@implementer(ILogObserver)
class SpoolObserver:
    """Writes events to a spool. Make it after daemonising: it opens its file at the first event.

    Args:
        spool: where.
        machine, component: of this daemon, for instance "localhost" and "backend".
        now: seconds, for the limit on floods; any clock.
        least: events below this level are not written.
        several: whether the daemon plays several roles, each of which is the component of what it says.
    """

    def __init__(
        self,
        spool: Spool,
        machine: str,
        component: str,
        *,
        now: Callable[[], float],
        least: Any = LogLevel.info,
        several: bool = False,
    ) -> None:
        self._writer = SpoolWriter(spool)
        self._machine = machine
        self._component = component
        self._now = now
        self._several = several
        self.set_least(least)
        self._second = 0
        self._count = 0
        self.left_out = 0

    def set_least(self, least: Any) -> None:
        """Write no events below a level from now on."""
        self._levels = frozenset(_ORDER[_ORDER.index(least) :])

    @property
    def lost(self) -> int:
        """How many lines the disk refused."""
        return self._writer.lost

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Write an event; never raises."""
        level = event.get("log_level", LogLevel.info)
        if level not in self._levels:
            return
        if not self._may_write(level, event):
            self.left_out += 1
            return
        self._write(event)

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    def _write(self, event: Mapping[str, Any]) -> None:
        # Formatted at once: the event holds objects that change, and a reference to one would keep a closed page in
        # memory.
        record = record_from(event, self._machine, self._component)
        if self._several:
            _, _, rest = record.namespace.partition("sagews.")
            record = replace(record, component=_FOLDERS.get(rest.partition(".")[0], self._component))
        line = encode_record(record)
        if len(line) > MOST_LINE:
            line = encode_record(replace(record, fields={"left_out": f"{len(line)} bytes"}))
        self._writer.write(line)

    def _may_write(self, level: Any, event: Mapping[str, Any]) -> bool:
        second = int(self._now())
        if second != self._second:
            self._begin_second(second, event.get("log_time"))
        self._count += 1
        # A flood is mostly one line again and again; what went wrong must still be read.
        return self._count <= (MOST_A_SECOND * 10 if level in _LOUD else MOST_A_SECOND)

    def _begin_second(self, second: int, time: Any) -> None:
        self._second, self._count = second, 0
        if self.left_out:
            left_out, self.left_out = self.left_out, 0
            self._write(
                {
                    "log_level": LogLevel.warn,
                    "log_namespace": "sagews.logs.observer",
                    "log_format": "{count} events were left out in a flood",
                    "log_time": time,
                    "count": left_out,
                }
            )
