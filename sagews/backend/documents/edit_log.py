"""Edits on their way into the database: collected for a moment, committed in order, then `saved` is said.

An edit is never lost silently: while the database does not answer, edits wait here and the page does not hear `saved`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.backend.events.subscriber import Subscriber
from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, UserId
from sagews.net.background import cancelled, run_in_background, settled, sleep
from sagews.wire.browser.document import Saved

MAX_BATCH = 500
MAX_WAITING = 20_000
RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class _Waiting:
    user: UserId
    update: bytes
    peer: Subscriber | None
    edit: int


class EditLog:
    """Commits the edits of one document.

    Args:
        state: returns the document's whole state, for snapshots.
        lease_lost: is called when another backend has taken the workspace over.
    """

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        store: IDocumentStore,
        document: DocumentId,
        epoch: int,
        state: Callable[[], bytes],
        lease_lost: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._store = store
        self._document = document
        self._epoch = epoch
        self._state = state
        self._lease_lost = lease_lost
        self._waiting: list[_Waiting] = []
        self._timer: IDelayedCall | None = None
        self._working: Deferred[None] | None = None
        self._closed = False
        self._updates_since = 0
        self._bytes_since = 0
        self._snapshot_timer: IDelayedCall | None = None
        self._snapshot_due = False

    _log = Logger()

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._waiting) or self._working is not None

    def add(self, user: UserId, update: bytes, peer: Subscriber | None, edit: int) -> None:
        """Take an edit that is being applied; `peer` hears `saved` with its number.

        Raises:
            SagewsError: `database` when too many wait already.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise SagewsError("database")
        self._waiting.append(_Waiting(user, update, peer, edit))
        if self._timer is None and self._working is None:
            self._timer = self._clock.callLater(self._settings.commit_seconds, self._begin)

    def _begin(self) -> None:
        self._timer = cancelled(self._timer)
        if self._working is None and not self._closed:
            working = self._working = run_in_background(self._work(), self._log, "edits", self._document)
            working.addBoth(self._end)

    def _end(self, _: object) -> None:
        self._working = None
        if self._waiting and not self._closed:
            self._begin()

    async def _work(self) -> None:
        """Append, then fold into a snapshot if it is time; never both at once: a snapshot would cover what it lacks."""
        failures = 0
        while (self._waiting or self._snapshot_due) and not self._closed:
            try:
                await (self._append() if self._waiting else self._snapshot())
            except Exception as error:
                if isinstance(error, SagewsError) and error.code == "conflict":
                    self.close()
                    self._lease_lost()
                    return
                self._log.failure("edits of {document} wait for the database", document=self._document)
                await sleep(self._clock, RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1
            else:
                failures = 0

    async def _append(self) -> None:
        batch = self._waiting[:MAX_BATCH]
        await self._store.append(self._document, self._epoch, [(item.user, item.update) for item in batch])
        del self._waiting[: len(batch)]
        for item in batch:
            if item.peer is not None:
                item.peer.tell(Saved(document=self._document, edit=item.edit))
            self._bytes_since += len(item.update)
        self._updates_since += len(batch)
        self._plan_snapshot()

    def _plan_snapshot(self) -> None:
        self._snapshot_timer = cancelled(self._snapshot_timer)
        settings = self._settings
        if self._updates_since >= settings.snapshot_updates or self._bytes_since >= settings.snapshot_bytes:
            self._snapshot_due = True
        else:
            self._snapshot_timer = self._clock.callLater(settings.snapshot_seconds, self._snapshot_now)

    def _snapshot_now(self) -> None:
        self._snapshot_due = True
        self._begin()

    async def _snapshot(self) -> None:
        self._snapshot_due = False
        await self._store.snapshot(self._document, self._epoch, self._state())
        self._updates_since = self._bytes_since = 0

    async def flush(self) -> None:
        """Commit what waits, now; returns when nothing does."""
        if self._timer is not None:
            self._begin()
        while self._working is not None:
            await settled(self._working)

    async def finish(self) -> None:
        """Commit everything, with a snapshot if there is reason for one, and close."""
        self._snapshot_due = self._updates_since > 0 or bool(self._waiting)
        if self._snapshot_due:
            self._begin()
        await self.flush()
        self.close()

    def close(self) -> None:
        """Write nothing any more."""
        self._closed = True
        self._timer = cancelled(self._timer)
        self._snapshot_timer = cancelled(self._snapshot_timer)
