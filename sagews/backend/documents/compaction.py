"""When most of what is stored of a worksheet is past, it is let go: another Yjs document that says the same is left.

Pages that had the former one are told by its number (`past`) that theirs fits no more, and make their edits anew. It is
done when a worksheet is opened, and to one that stays open, before its past is so long, or so many pages had a part in
it, that it takes no more edits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.document import WorksheetDocument
from sagews.backend.crdt.pairs import may_have_pairs
from sagews.backend.crdt.update_reader import ManyStructs, clients_in, read_update
from sagews.backend.crdt.validator import MANY_CLIENTS
from sagews.backend.documents.edit_order import EditOrder
from sagews.backend.documents.loading import loaded
from sagews.backend.documents.snapshots import Snapshots
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId
from sagews.model.updates import StoredText
from sagews.net.background import run_in_background, sleep

# Between two questions of whether something was stored, when the database did not say.
ASK_AGAIN_SECONDS = 1.0
# Worksheets of which it is remembered that they would not become small.
MOST_KEPT = 10_000
# Structs that are read where a worksheet is opened: a few milliseconds.
MOST_READ = 2_000
log = Logger()


class KeptPasts:
    """Remembers which worksheets would not become small: to find that out again takes seconds each time."""

    __slots__ = ("_sizes",)

    def __init__(self) -> None:
        self._sizes: dict[DocumentId, int] = {}

    def note(self, document: DocumentId, size: int) -> None:
        """A document of so many bytes keeps its past."""
        self._sizes.pop(document, None)
        self._sizes[document] = size
        if len(self._sizes) > MOST_KEPT:
            del self._sizes[next(iter(self._sizes))]

    def ask_at(self, document: DocumentId) -> int:
        """Return from how many bytes on it is worth asking: half as much again as the last time."""
        return self._sizes.get(document, 0) * 3 // 2


def is_due(stored: StoredText, least: int, kept: KeptPasts, document: DocumentId) -> bool:
    """Whether the past of what is stored may have to go: it is large, names many pages, or may not be read as written.

    Args:
        stored: what is there.
        least: bytes that make it large.
        kept: remembers that it would not become small.
        document: which one it is.
    """
    if stored.size >= max(least, kept.ask_at(document)):
        return True
    # Once: edits that were stored before they were refused may have cut a character in two (crdt/pairs.py).
    if not kept.ask_at(document) and _has_pairs(stored):
        return True
    # Each takes a byte at the very least: most worksheets need not be looked at.
    return stored.size >= MANY_CLIENTS and _most_clients(stored) >= MANY_CLIENTS


def _parts(stored: StoredText) -> Sequence[bytes]:
    """Return the updates of which a document consists."""
    return [*([] if stored.snapshot is None else [stored.snapshot]), *stored.updates]


def _has_pairs(stored: StoredText) -> bool:
    """Whether a document has characters of two units, or is too much to be read for them here."""
    left = MOST_READ
    for part in filter(may_have_pairs, _parts(stored)):
        try:
            structure = read_update(part, left)
        except (MalformedUpdate, ManyStructs):
            return True
        if structure.pairs:
            return True
        left -= structure.structs
    return False


def _most_clients(stored: StoredText) -> int:
    """Return how many clients a document has at most: those of its parts, each of which begins with their number."""
    try:
        return sum(map(clients_in, _parts(stored)))
    except MalformedUpdate:
        # Whoever loads it says so.
        return 0


async def compacted(
    clock: IReactorTime,
    workspace: WorkspaceId,
    account: UserId,
    checks: IDocumentChecks,
    documents: IDocumentStore,
    writer: DocumentWriter,
    stored: StoredText,
    kept: KeptPasts,
) -> StoredText:
    """Let go of the past of what is stored, if it is most of it, and return what is stored then.

    Nothing may be written to the document meanwhile. While the database does not say what it did, this waits.

    Args:
        clock: tells the time.
        workspace: of the document.
        account: in whose turn it is done.
        checks: makes the new document, away from the process that serves everybody.
        documents: the store.
        writer: of the document; its epoch is that of the lease.
        stored: what is there.
        kept: remembers that it is not.

    Raises:
        SagewsError: `conflict` when another backend has the document.
    """
    smaller = await _smaller(account, checks, writer, stored, kept)
    if smaller is None:
        return stored
    return smaller if await _replaced(clock, documents, workspace, writer, stored, smaller.snapshot or b"") else stored


async def _replaced(
    clock: IReactorTime,
    documents: IDocumentStore,
    workspace: WorkspaceId,
    writer: DocumentWriter,
    stored: StoredText,
    state: bytes,
) -> bool:
    """Store a state in the place of what is; returns whether it is, as soon as that is known for sure."""
    try:
        await documents.compact(writer.document, writer.epoch, stored, state)
    except SagewsError as error:
        if error.code != "database":
            raise
    else:
        return True
    while not writer.closed:
        await sleep(clock, ASK_AGAIN_SECONDS)
        try:
            return await _replaced_again(documents, workspace, writer, stored, state)
        except SagewsError as error:
            log.info(
                "not known yet whether the past of {document} went: {code}", document=writer.document, code=error.code
            )
    return False


async def _replaced_again(
    documents: IDocumentStore, workspace: WorkspaceId, writer: DocumentWriter, stored: StoredText, state: bytes
) -> bool:
    """Return whether the past is gone, by now or by then.

    To look would not do: the statement whose answer was lost may run still, and be committed behind the look. This one
    waits for it at the document's row, or overtakes it, and then that one finds another past.
    """
    try:
        await documents.compact(writer.document, writer.epoch, stored, state)
    except SagewsError as error:
        if error.code != "conflict":
            raise
        now = await documents.load(workspace, writer.document)
        return bool(now.past != stored.past)
    return True


async def _smaller(
    account: UserId, checks: IDocumentChecks, writer: DocumentWriter, stored: StoredText, kept: KeptPasts
) -> StoredText | None:
    """Return what may be stored in the place of what is; None if that is to stay."""
    try:
        state = await checks.compact(account, stored.snapshot, stored.updates)
    except SagewsError as error:
        # It is as good as before, with its past; it is tried again the next time.
        log.warn("the past of {document} stays: {code}", document=writer.document, code=error.code)
        return None
    if state is None:
        kept.note(writer.document, stored.size)
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
        order: keeps edits waiting meanwhile.
        snapshots: of the document.
        kept: remembers which would not become small.
        account: returns in whose turn it is done.
        doc: returns the live document.
        take: has everybody go on with another one.
    """

    __slots__ = (
        "_account", "_at", "_checks", "_clients_at", "_clock", "_doc", "_documents", "_kept", "_least", "_order",
        "_snapshots", "_take", "_working", "_workspace", "_writer",
    )  # fmt: skip

    def __init__(
        self,
        clock: IReactorTime,
        workspace: WorkspaceId,
        least: int,
        documents: IDocumentStore,
        writer: DocumentWriter,
        checks: IDocumentChecks,
        order: EditOrder,
        snapshots: Snapshots,
        kept: KeptPasts,
        account: Callable[[], UserId],
        doc: Callable[[], WorksheetDocument],
        take: Callable[[WorksheetDocument], None],
    ) -> None:
        self._clock = clock
        self._workspace = workspace
        self._least = least
        self._at = max(least, kept.ask_at(writer.document))
        self._clients_at = MANY_CLIENTS
        self._documents = documents
        self._writer = writer
        self._checks = checks
        self._order = order
        self._snapshots = snapshots
        self._kept = kept
        self._account = account
        self._doc = doc
        self._take = take
        self._working = False

    def tick(self) -> None:
        """Begin if there is reason for it; called every few seconds."""
        if not self._working and (self._doc().size >= self._at or self._is_crowded()):
            self._working = True
            run_in_background(self._try(), log, "compaction", self._writer.document)

    def _is_crowded(self) -> bool:
        doc = self._doc()
        # Each takes a byte at the very least.
        return doc.size >= self._clients_at and clients_in(doc.get_state()) >= self._clients_at

    async def _try(self) -> None:
        try:
            # What waits for the database waits here, and not in a turn that keeps everybody's edits waiting.
            await self._writer.flush()
            going_on = self._order.take(self._let_go)
            if going_on is not None:
                await going_on
        finally:
            # When it did not become smaller, it is asked again once it has grown.
            doc = self._doc()
            self._at = max(self._least, doc.size + self._least // 2)
            self._clients_at = max(MANY_CLIENTS, clients_in(doc.get_state()) + MANY_CLIENTS // 8)
            self._working = False

    async def _let_go(self) -> None:
        """In a turn: no edit comes between what is read and the document that takes its place."""
        await self._writer.flush()
        await self._snapshots.rest()
        stored = await self._documents.load(self._workspace, self._writer.document)
        smaller = await _smaller(self._account(), self._checks, self._writer, stored, self._kept)
        if smaller is None:
            return
        # Before it is stored: from then on there must be no more that can fail.
        fresh = await loaded(self._clock, self._checks, self._account(), smaller)
        fresh.size = smaller.size
        state = smaller.snapshot or b""
        if await _replaced(self._clock, self._documents, self._workspace, self._writer, stored, state):
            self._snapshots.begin_anew(smaller.size)
            self._take(fresh)
