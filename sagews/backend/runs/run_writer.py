"""Runs and output on their way into the database; what is committed is then acknowledged to the worker.

Pieces are shown at once and committed a moment later, in batches of one statement. Until then they count against the
worker's window, so a database that is slow slows the session down and not this process's memory up.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sagews.backend.settings import BackendSettings
from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId, RunId
from sagews.model.sessions import Run, StoredPiece
from sagews.net.background import cancelled, run_in_background, settled, sleep

EARLY_BYTES = 256 * 1024
RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0)

Acknowledge = Callable[[int], None]


class RunRecorder:
    """Commits runs and pieces of one document.

    Args:
        lease_lost: is called when another backend has taken the workspace over.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        store: IRunStore,
        document: DocumentId,
        epoch: int,
        lease_lost: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._store = store
        self._document = document
        self._epoch = epoch
        self._lease_lost = lease_lost
        self._pieces: list[StoredPiece] = []
        self._states: dict[RunId, Run] = {}
        self._acknowledge: dict[Acknowledge, int] = {}
        self._size = 0
        self._timer: IDelayedCall | None = None
        self._flushing: Deferred[None] | None = None
        self._closed = False

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._pieces or self._states or self._acknowledge) or self._flushing is not None

    async def put_at_once(self, run: Run) -> bool:
        """Store a run before it starts; False if it is known: then it must not start."""
        return bool(await self._store.put_run(run))

    def state(self, run: Run) -> None:
        """Store a run, or where it is, soon and before the pieces that came with it."""
        self._states[run.id] = run
        self._plan()

    def piece(self, piece: StoredPiece, size: int) -> None:
        """Store a piece soon; at once when there is much."""
        self._pieces.append(piece)
        self._size += size
        self._plan()

    def acknowledge(self, sequence: int, tell: Acknowledge) -> None:
        """Call `tell` with this number (or a later one) when everything up to here is committed."""
        self._acknowledge[tell] = sequence
        self._plan()

    def _plan(self) -> None:
        if self._flushing is not None or self._closed:
            return
        if self._size >= EARLY_BYTES:
            self._begin()
        elif self._timer is None:
            self._timer = self._clock.callLater(self._settings.record_seconds, self._begin)

    def _begin(self) -> None:
        self._timer = cancelled(self._timer)
        if self._flushing is None and not self._closed:
            started = self._flushing = run_in_background(self._flush(), self._log, "output", self._document)
            started.addBoth(self._end)

    def _end(self, _: object) -> None:
        self._flushing = None
        if self.pending and not self._closed:
            self._plan()

    async def _flush(self) -> None:
        pieces, states, acknowledge = self._pieces, list(self._states.values()), self._acknowledge
        self._pieces, self._states, self._acknowledge, self._size = [], {}, {}, 0
        failures = 0
        while not self._closed:
            try:
                if pieces or states:
                    await self._store.commit(self._document, self._epoch, pieces, states)
            except Exception as error:
                if isinstance(error, SagewsError) and error.code == "conflict":
                    self.close()
                    self._lease_lost()
                    return
                # Whatever it was: what is not committed must not be acknowledged by what comes behind it.
                self._log.failure("output of {document} waits for the database", document=self._document)
                await sleep(self._clock, RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1
                continue
            for tell, sequence in acknowledge.items():
                tell(sequence)
            return

    async def flush(self) -> None:
        """Commit what waits, now; returns when nothing does."""
        while self.pending and not self._closed:
            if self._flushing is None:
                self._begin()
            if self._flushing is not None:
                await settled(self._flushing)

    def close(self) -> None:
        """Write and acknowledge nothing any more."""
        self._closed = True
        self._timer = cancelled(self._timer)
