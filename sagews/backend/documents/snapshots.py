"""When the edits of a document are folded into one snapshot: after many of them, or when it comes to rest."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.backend.crdt.document import WorksheetDocument
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.settings import BackendSettings
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import UserId
from sagews.model.workspaces import Document
from sagews.net.background import cancelled, run_in_background, settled

# Encoded in five milliseconds.
SMALL = 2 * 1024 * 1024


class Snapshots:
    """Folds the edits of one document.

    A snapshot that fails is not tried again at once: nothing is lost without it, and the next edit plans another.

    Args:
        writer: commits the edits; the number of the last committed one is what a snapshot covers at most.
        about: the document.
        doc: returns the live document.
        checks: folds a document that is too large to be encoded here.
        account: returns in whose turn that is done.
    """

    __slots__ = (
        "_about", "_account", "_bytes", "_checks", "_clock", "_doc", "_edits", "_settings", "_size", "_store",
        "_timer", "_working", "_writer",
    )  # fmt: skip

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        store: IDocumentStore,
        writer: DocumentWriter,
        about: Document,
        doc: Callable[[], WorksheetDocument],
        checks: IDocumentChecks,
        account: Callable[[], UserId],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._store = store
        self._writer = writer
        self._about = about
        self._doc = doc
        self._checks = checks
        self._account = account
        # How large it is, about: as it was folded last, and what came since. Not known before the first time.
        self._size: int | None = None
        self._edits = 0
        self._bytes = 0
        self._timer: IDelayedCall | None = None
        self._working: Deferred[None] | None = None

    @property
    def pending(self) -> bool:
        """Whether one is being stored."""
        return self._working is not None

    def edited(self, size: int) -> None:
        """Count an edit of this many bytes."""
        self._edits += 1
        self._bytes += size
        self._size = None if self._size is None else self._size + size
        settings = self._settings
        if self._edits % settings.snapshot_updates == 0 or self._bytes >= settings.snapshot_bytes:
            self._begin()
        elif self._timer is None:
            self._timer = self._clock.callLater(settings.snapshot_seconds, self._begin)
        else:
            self._timer.reset(settings.snapshot_seconds)

    def _begin(self) -> None:
        self._timer = cancelled(self._timer)
        if self._working is None:
            working = self._working = run_in_background(self._fold(), self._log, "snapshot", self._writer.document)
            working.addBoth(self._end)

    def _end(self, _: object) -> None:
        self._working = None

    async def _fold(self) -> None:
        """Store the state as it is now under the number of the last committed edit, which it holds in any case.

        Edits that are still on their way into the database may be in the state too; that they come again behind the
        snapshot changes nothing, because an edit that a document has is not applied twice.
        """
        await self._writer.flush()
        covers = self._writer.last_update
        if covers:
            self._edits = self._bytes = 0
            past = self._doc().past
            state = await self._folded()
            self._size = len(state)
            await self._store.snapshot(self._writer.document, self._writer.epoch, past, state, covers)

    async def _folded(self) -> bytes:
        """Return the state: encoded here if that is quick, else elsewhere, from what the store holds by now."""
        if self._size is not None and self._size < SMALL:
            return self._doc().encoded()
        stored = await self._store.load(self._about.workspace, self._about.id)
        if stored.size < SMALL:
            return self._doc().encoded()
        state: bytes = await self._checks.fold(self._account(), stored.snapshot, stored.updates)
        return state

    async def finish(self) -> None:
        """Fold if there is reason for it; returns when that is done."""
        if self._edits:
            self._begin()
        await self.rest()

    async def rest(self) -> None:
        """Plan nothing; returns when none is being stored."""
        self.close()
        if self._working is not None:
            await settled(self._working)
        self.close()

    def begin_anew(self, size: int) -> None:
        """Know that a state of so many bytes is stored, and nothing behind it."""
        self._edits = self._bytes = 0
        self._size = size

    def close(self) -> None:
        """Plan nothing any more."""
        self._timer = cancelled(self._timer)
