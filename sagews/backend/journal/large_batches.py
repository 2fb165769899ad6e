"""Batches of megabytes, each in a commit of its own beside everybody's: pages must not wait for them to hear `saved`.

A text of four megabytes takes the database a tenth of a second. They go one after the other, owners of workspaces
taking turns, so one who shows many such texts has others' wait for one of them at most. Two commits at a time are of
different documents, and no two documents that are open have a run in common, so neither waits for the other's rows.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.logger import Logger

from sagews.backend.journal.batch import Batch
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.net.background import run_in_background
from sagews.net.turns import Turns

# What documents collect of small things stays below it, and what is larger goes to the database in parts.
LARGE_BYTES = 256 * 1024
# At a time one of each document waits, and of documents there is a quota.
MOST_WAITING = 1_000_000


class LargeBatches:
    """The documents whose next batch goes by itself.

    Args:
        commit: commits a batch and settles it; False when the database did not answer.
        pause: waits before the next attempt after so many without an answer.
        released: is called with a document that may go with the others again.
    """

    _log = Logger()

    def __init__(
        self,
        commit: Callable[[DocumentWriter, Batch], Coroutine[Any, Any, bool]],
        pause: Callable[[int], Coroutine[Any, Any, None]],
        released: Callable[[DocumentWriter], None],
    ) -> None:
        self._commit = commit
        self._pause = pause
        self._released = released
        self._turns = Turns(1, MOST_WAITING)
        self._writers: set[DocumentWriter] = set()

    def __contains__(self, writer: DocumentWriter) -> bool:
        return writer in self._writers

    def add(self, writer: DocumentWriter) -> None:
        """Commit the next batch of a document when it is its owner's turn."""
        self._writers.add(writer)
        run_in_background(self._go(writer), self._log, "large commit", writer.document)

    async def _go(self, writer: DocumentWriter) -> None:
        try:
            async with self._turns.of(writer.owner):
                await self._until_answered(writer)
        finally:
            self._writers.discard(writer)
            self._released(writer)

    async def _until_answered(self, writer: DocumentWriter) -> None:
        failures = 0
        # None once the document is closed.
        while (batch := writer.take()) is not None and not await self._commit(writer, batch):
            writer.put_back()
            await self._pause(failures)
            failures += 1
