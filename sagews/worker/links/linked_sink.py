"""Where the log records of a worker with several backends go: to one of those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.model.logs import LogRecord
from sagews.worker.links.link import WorkerLink


@implementer(ILogSink)
class LinkedSink:
    """The first link that a backend has answered.

    Args:
        links: in the order of the settings.
    """

    def __init__(self, links: Sequence[WorkerLink]) -> None:
        self._links = links

    async def deliver(self, records: Iterable[LogRecord]) -> None:
        """See ILogSink; `worker-lost` without any link."""
        for link in self._links:
            if link.linked:
                # To one alone, which passes them on to the collector: from two of them each record would come twice.
                await link.deliver(records)
                return
        raise SagewsError("worker-lost")
