"""Documents whose commit the database refused by itself: tried again one after the other, beside everybody's commits.

Nothing of them is lost: their edits stay in memory, in order, and in the pages that wait to hear `saved`. But what was
refused is likely to be refused again, so it must not cost the others anything: no more than one is tried at a time,
less and less often, and people are told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.journal.document_writer import DocumentWriter
from sagews.errors import SagewsError
from sagews.net.background import run_in_background

DELAYS = (0.1, 0.5, 2.0, 5.0, 15.0, 60.0)
# A refusal or two may pass, as of a lock that somebody held; who waits longer wants to know.
TELL_AFTER = 3


class Quarantine:
    """The documents that go by themselves.

    Args:
        clock: the reactor, or a clock in tests.
        attempt: commits what one document has waiting, or raises; whatever it does, the writer has its batch back.
        released: is called with a document that was committed and may go with the others again.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        attempt: Callable[[DocumentWriter], Coroutine[Any, Any, None]],
        released: Callable[[DocumentWriter], None],
    ) -> None:
        self._clock = clock
        self._attempt = attempt
        self._released = released
        self._failures: dict[DocumentWriter, int] = {}
        self._due: deque[DocumentWriter] = deque()
        self._working = False

    def __contains__(self, writer: DocumentWriter) -> bool:
        return writer in self._failures

    def __len__(self) -> int:
        return len(self._failures)

    def refused(self, writer: DocumentWriter) -> None:
        """Take a document whose commit was refused; it is tried again by itself."""
        failures = self._failures.get(writer, 0) + 1
        self._failures[writer] = failures
        if failures == TELL_AFTER:
            writer.refused()
        self._again(writer, failures)

    def _again(self, writer: DocumentWriter, failures: int) -> None:
        delay = DELAYS[min(failures, len(DELAYS)) - 1]
        self._clock.callLater(delay, self._add, writer)

    def _add(self, writer: DocumentWriter) -> None:
        self._due.append(writer)
        self._next()

    def _next(self) -> None:
        while self._due and not self._working:
            writer = self._due.popleft()
            if not writer.pending:
                # It was closed, with its lease lost or its workspace given up.
                del self._failures[writer]
                continue
            self._working = True
            run_in_background(self._try(writer), self._log, "quarantine", writer.document)

    async def _try(self, writer: DocumentWriter) -> None:
        try:
            await self._attempt(writer)
        except SagewsError as error:
            if error.code == "database":
                # That nobody answers says nothing about this document.
                self._again(writer, self._failures[writer])
            else:
                self.refused(writer)
        except Exception:
            self._log.failure("the database refuses {document}", document=writer.document)
            self.refused(writer)
        else:
            del self._failures[writer]
            self._released(writer)
        finally:
            self._working = False
            self._next()
