"""Lets go of output that nobody can see any more: of runs whose cells were run again, and of cells that were cleared.

At once when it is much, else now and then and when the document is put away, so that small cells cost no statement
each.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.output_cache import OutputCache
from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import CellId
from sagews.net.background import cancelled, run_in_background
from sagews.wire.browser.runs import Cleared

# Bytes that are let go of at once.
MUCH = 64 * 1024
NOW_AND_THEN_SECONDS = 30.0


class OutputClearing:
    """Deletes for one document.

    Args:
        clock: tells the time.
        outputs: of the document.
        stream: who watches it.
        runs: the store.
        writer: of the document; its epoch is that of the lease.
    """

    __slots__ = ("_clock", "_outputs", "_runs", "_soon", "_stream", "_tried", "_working", "_writer")
    _log = Logger()

    def __init__(
        self, clock: IReactorTime, outputs: OutputCache, stream: EventStream, runs: IRunStore, writer: DocumentWriter
    ) -> None:
        self._clock = clock
        self._outputs = outputs
        self._stream = stream
        self._runs = runs
        self._writer = writer
        self._soon: IDelayedCall | None = None
        self._working = False
        self._tried = clock.seconds()
        outputs.when_replaced = self._replaced

    def _replaced(self, size: int) -> None:
        """Learn how much is there to let go of."""
        if size >= MUCH and self._soon is None and not self._working:
            # Behind this turn, in which the run that takes the place is handed to the writer.
            self._soon = self._clock.callLater(0.0, self._begin)

    def tick(self) -> None:
        """Let go of the little that there is, now and then."""
        if self._outputs.replaced and self._clock.seconds() - self._tried >= NOW_AND_THEN_SECONDS:
            self._begin()

    def _begin(self) -> None:
        self._soon = cancelled(self._soon)
        if not self._working:
            self._working = True
            self._tried = self._clock.seconds()
            run_in_background(self._let_go(), self._log, "output", self._writer.document)

    async def _let_go(self) -> None:
        try:
            size = self._outputs.replaced
            await self._writer.flush()
            await self.delete_old()
            self._outputs.let_go(size)
        finally:
            self._working = False
        self._replaced(self._outputs.replaced)

    async def delete_old(self) -> None:
        """Delete what runs printed that are not the last of their cell."""
        try:
            await self._runs.delete_old(self._writer.document, self._writer.epoch, ())
        except SagewsError as error:
            # Another backend's by now, which clears away after itself.
            if error.code != "conflict":
                raise

    async def clear(self, cells: Sequence[CellId] | None) -> None:
        """Delete the output of cells (None: of all) that are not running, and tell everybody.

        Raises:
            SagewsError: `database`; `conflict` when another backend has the document; `not-saved` while the database
                refuses it.
        """
        # Before anything is closed: where this is refused, what is printed goes on to be kept.
        await self._writer.flush()
        runs = self._outputs.over(cells)
        self._outputs.close_runs(runs)
        await self._writer.flush()
        await self._runs.clear(self._writer.document, self._writer.epoch, runs)
        cleared = self._outputs.clear(runs)
        if cleared:
            stream = self._stream
            stream.emit(Cleared(stream.document, stream.epoch, stream.next_number, list(cleared)))

    def close(self) -> None:
        """Delete nothing by itself any more."""
        self._soon = cancelled(self._soon)
