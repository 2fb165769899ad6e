"""When most of what is stored of a worksheet is past, it is let go: another Yjs document that says the same is left.

Pages that had the former one are told by its number (`past`) that theirs fits no more, and make their edits anew. It is
done when a worksheet is opened, and to one that stays open, before its past is so long that it takes no more edits.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.crdt.document import WorksheetDocument
from sagews.backend.documents.loading import loaded
from sagews.backend.documents.snapshots import Snapshots
from sagews.backend.documents.turns import EditOrder
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.model.updates import StoredText
from sagews.net.background import run_in_background, sleep

# Between two questions of whether something was stored, when the database did not say.
ASK_AGAIN_SECONDS = 1.0
log = Logger()


async def compacted(
    account: UserId, checks: IDocumentChecks, documents: IDocumentStore, writer: DocumentWriter, stored: StoredText
) -> StoredText:
    """Let go of the past of what is stored, if it is most of it, and return what is stored then.

    Nothing may be written to the document meanwhile.

    Args:
        account: in whose turn it is done.
        checks: makes the new document, away from the process that serves everybody.
        documents: the store.
        writer: of the document; its epoch is that of the lease.
        stored: what is there.

    Raises:
        SagewsError: `database`; `conflict` when another backend has the document.
    """
    smaller = await _smaller(account, checks, writer, stored)
    if smaller is None:
        return stored
    await documents.compact(writer.document, writer.epoch, stored, smaller.snapshot or b"")
    return smaller


async def _smaller(
    account: UserId, checks: IDocumentChecks, writer: DocumentWriter, stored: StoredText
) -> StoredText | None:
    """Return what may be stored in the place of what is; None if that is to stay."""
    try:
        state = await checks.compact(account, stored.snapshot, stored.updates)
    except SagewsError as error:
        # It is as good as before, with its past; it is tried again the next time.
        log.warn("the past of {document} stays: {code}", document=writer.document, code=error.code)
        return None
    if state is None:
        return None
    log.info(
        "the past of {document} goes: {before} bytes are {after}",
        document=writer.document, before=stored.size, after=len(state),
    )  # fmt: skip
    return StoredText(state, (), stored.past + 1)


class OpenCompaction:
    """Lets go of the past of a document that stays open.

    Args:
        clock: tells the time.
        workspace: of the document.
        least: bytes that it has at least for that.
        documents: the store.
        writer: of the document.
        checks: does what takes long.
        turns: keeps edits waiting meanwhile.
        snapshots: of the document.
        account: returns in whose turn it is done.
        doc: returns the live document.
        take: has everybody go on with another one.
    """

    __slots__ = (
        "_account", "_at", "_checks", "_clock", "_doc", "_documents", "_least", "_snapshots", "_take", "_turns",
        "_working", "_workspace", "_writer",
    )  # fmt: skip

    def __init__(
        self,
        clock: IReactorTime,
        workspace: WorkspaceId,
        least: int,
        documents: IDocumentStore,
        writer: DocumentWriter,
        checks: IDocumentChecks,
        turns: EditOrder,
        snapshots: Snapshots,
        account: Callable[[], UserId],
        doc: Callable[[], WorksheetDocument],
        take: Callable[[WorksheetDocument], None],
    ) -> None:
        self._clock = clock
        self._workspace = workspace
        self._least = self._at = least
        self._documents = documents
        self._writer = writer
        self._checks = checks
        self._turns = turns
        self._snapshots = snapshots
        self._account = account
        self._doc = doc
        self._take = take
        self._working = False

    def tick(self) -> None:
        """Begin if there is reason for it; called every few seconds."""
        if self._doc().size >= self._at and not self._working:
            self._working = True
            run_in_background(self._try(), log, "compaction", self._writer.document)

    async def _try(self) -> None:
        try:
            # What waits for the database waits here, and not in a turn that keeps everybody's edits waiting.
            await self._writer.flush()
            going_on = self._turns.take(self._let_go)
            if going_on is not None:
                await going_on
        finally:
            # When it did not become smaller, it is asked again once it has grown.
            self._at = max(self._least, self._doc().size + self._least // 2)
            self._working = False

    async def _let_go(self) -> None:
        """In a turn: no edit comes between what is read and the document that takes its place."""
        await self._writer.flush()
        await self._snapshots.rest()
        stored = await self._documents.load(self._workspace, self._writer.document)
        smaller = await _smaller(self._account(), self._checks, self._writer, stored)
        if smaller is None:
            return
        # Before it is stored: from then on there must be no more that can fail.
        fresh = await loaded(self._clock, self._checks, self._account(), smaller)
        fresh.size = smaller.size
        if await self._stored(stored, smaller.snapshot or b""):
            self._snapshots.begin_anew(smaller.size)
            self._take(fresh)

    async def _stored(self, stored: StoredText, state: bytes) -> bool:
        """Store it; returns whether it is. As long as that is not known, nothing may be written behind it."""
        try:
            await self._documents.compact(self._writer.document, self._writer.epoch, stored, state)
        except SagewsError as error:
            if error.code != "database":
                raise
        else:
            return True
        while not self._writer.closed:
            await sleep(self._clock, ASK_AGAIN_SECONDS)
            try:
                now = await self._documents.load(self._workspace, self._writer.document)
            except SagewsError:
                continue
            return bool(now.past != stored.past)
        return False
