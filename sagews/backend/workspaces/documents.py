"""The documents of one open workspace: those that are loaded, and what is done with any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.documents.document_text import SMALL_BYTES, stored_text
from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.documents.opening import Opening
from sagews.backend.history.interfaces import IDocumentTexts
from sagews.backend.runs.session_context import SessionContext
from sagews.backend.single_flight import SingleFlightCache
from sagews.backend.workspaces.entries import document_entry
from sagews.backend.workspaces.shown_before import put_shown
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.model.history import VersionOutput
from sagews.model.identifiers import DocumentId, UserId, new_id
from sagews.model.workspaces import Document, Lease
from sagews.net.background import run_in_background, sleep
from sagews.policy.documents.paths import check_document_path, is_notebook, suffix_of, title_of
from sagews.wire.browser.base import ToPage
from sagews.wire.browser.workspace import Created, Removed, Renamed

# The list goes to each page whole, and a version takes the text of every document: both grow with it.
MAX_DOCUMENTS = 500
# Of notebooks that nobody has opened since they were written for a version, in characters: each takes a process and its
# outputs to be written, and every version wants all of them.
MAX_REMEMBERED = 16 * 1024 * 1024


class TellAll(Protocol):
    """Says something to every connection of a workspace but one."""

    def __call__(self, message: ToPage, but: str | None = None) -> None:
        """Say it."""


@implementer(IDocumentTexts)
class DocumentSet:
    """The documents of a workspace whose lease this backend holds.

    Args:
        lease: of the workspace whose documents these are.
        stores: where they are kept.
        context: what their sessions need.
        tell_all: says something to everybody in the workspace.
        wake: is called when a document is loaded or changed: it is to be looked after from then on.
        lease_lost: is called when the store says that another backend owns the workspace now.
    """

    _log = Logger()

    def __init__(
        self,
        lease: Lease,
        stores: Stores,
        context: SessionContext,
        tell_all: TellAll,
        wake: Callable[[], None],
        lease_lost: Callable[[], None],
    ) -> None:
        self._workspace = lease.workspace.id
        # Taking the lease has read them in the same statement, so that the first page to open one needs no further
        # round trip.
        self._known = {about.id: about for about in lease.documents}
        # Of which the store has nothing yet, so that it need not be asked when the first page opens one.
        self._unwritten = set(self._known) if lease.first else set()
        self._stores = stores
        self._context = context
        self._tell_all = tell_all
        self._wake = wake
        self._lease_lost = lease_lost
        self._dropped = False
        self._loaded: SingleFlightCache[DocumentId, LiveDocument] = SingleFlightCache()
        self._remembered: dict[DocumentId, str] = {}
        self._loads = 0

    # ------------------------------------------------------------------------------------- those that are loaded

    @property
    def loaded(self) -> list[LiveDocument]:
        """Every document that is loaded."""
        return self._loaded.values()

    @property
    def changing(self) -> bool:
        """Whether one is being loaded or put away now."""
        return self._loaded.changing

    def find(self, document: DocumentId) -> LiveDocument:
        """Return a document that is loaded.

        Raises:
            SagewsError: `document-not-open`.
        """
        live = self._loaded.get(document)
        if live is None:
            raise SagewsError("document-not-open")
        return live

    async def load(self, document: DocumentId, user: UserId | None = None) -> LiveDocument:
        """Return a document of this workspace, loaded from the store if it is not yet.

        Args:
            document: which one.
            user: who asks, in whose turn a large one is made ready (checks/); None for the owner of the workspace.

        Raises:
            SagewsError: `not-found` for one that is not in this workspace; `limit` when too much of this account waits;
                `elsewhere` when the lease is lost.
        """
        # Whoever loads it may change it.
        self._remembered.pop(document, None)
        self._loads += 1
        return await self._loaded.get_or_make(document, lambda: self._load(document, user))

    def _check_held(self) -> None:
        """Refuse whoever waited while the lease was lost: the workspace is another life's."""
        if self._dropped:
            raise SagewsError("elsewhere")

    async def _load(self, document: DocumentId, user: UserId | None) -> LiveDocument:
        about = await self._about(document)
        self._check_held()
        # A loaded document is looked after until it is put away: one that was loaded for a revert alone, which nobody
        # watches, would else stay in memory.
        self._wake()
        stores, unwritten = self._stores, document in self._unwritten
        # Whatever comes of it: an answer that is lost may be of a commit that was made.
        self._unwritten.discard(document)
        opening = Opening(
            about,
            self._context.workspace.owner if user is None else user,
            self._context,
            stores.documents,
            stores.runs,
            stores.commits,
            self._lease_lost,
            stores.checks,
            stores.outputs,
            stores.kept,
        )
        live = await opening.load(unwritten=unwritten)
        if self._dropped:
            live.drop()
            self._check_held()
        return live

    async def unload(self, live: LiveDocument) -> None:
        """Commit and forget a document that nobody uses."""
        await self._loaded.put_away(live.about.id, live, LiveDocument.finish)

    def drop(self) -> None:
        """Forget them all: load and write nothing any more."""
        self._dropped = True
        for live in self.loaded:
            live.drop()
            self._loaded.forget(live.about.id)

    # ------------------------------------------------------------------------------------- all of them

    async def _about(self, document: DocumentId) -> Document:
        """Return where a document stands: the lease brought it; the store is asked about any other.

        Raises:
            SagewsError: `not-found` for one that is not in this workspace.
        """
        about = self._known.get(document) or await self._stores.workspaces.document(self._workspace, document)
        if about is None:
            raise SagewsError("not-found")
        return about

    async def list(self) -> Sequence[Document]:
        """Return every document by path, loaded or not."""
        found: Sequence[Document] = await self._stores.workspaces.documents(self._workspace)
        return found

    async def create(self, path: str, asker: str | None = None) -> Document:
        """Make an empty worksheet and tell everybody but the asker.

        Raises:
            SagewsError: `bad-name`, `name-taken`, `limit`; `elsewhere` when the lease is lost.
        """
        path = check_document_path(path)
        if len(await self.list()) >= MAX_DOCUMENTS:
            advice = "Remove one, or use another workspace."
            raise SagewsError("limit", limit=f"{MAX_DOCUMENTS} worksheets", advice=advice)
        self._check_held()
        document = DocumentId(new_id())
        about = await self._stores.workspaces.create_document(self._workspace, document, path, title_of(path))
        self._known[document] = about
        self._unwritten.add(document)
        self._tell_all(Created(document=document_entry(about)), but=asker)
        return about

    async def rename(self, document: DocumentId, path: str, asker: str) -> Document:
        """Give a document another path and tell everybody but the asker.

        Raises:
            SagewsError: `bad-name`, `name-taken`, `not-found`; `elsewhere` when the lease is lost.
        """
        path = check_document_path(path)
        kind = suffix_of((await self._about(document)).path)
        if suffix_of(path) != kind:
            raise SagewsError("bad-name", reason=f"a file keeps its kind: its name ends in {kind}")
        self._check_held()
        about = self._known[document] = await self._stores.workspaces.rename_document(self._workspace, document, path)
        live = self._loaded.get(document)
        if live is not None:
            live.about = about
        self._tell_all(Renamed(document=document_entry(about)), but=asker)
        return about

    async def remove(self, document: DocumentId, asker: str | None = None) -> None:
        """Remove a document, end its session, and tell everybody but the asker; the history keeps it.

        Raises:
            SagewsError: `not-found`; `elsewhere` when the lease is lost.
        """
        await self._about(document)
        self._check_held()
        await self._stores.workspaces.remove_document(self._workspace, document)
        # The row goes first: from here on nobody can load the document again, and what follows only clears away.
        self._known.pop(document, None)
        self._remembered.pop(document, None)
        self._unwritten.discard(document)
        live = self._loaded.get(document)
        if live is not None:
            live.session.stop("stopped")
            run_in_background(self.unload(live), self._log, "unload", document)
        self._tell_all(Removed(document=document), but=asker)

    # ------------------------------------------------------------------------------------- for the history

    async def texts(self) -> Mapping[str, str]:
        """Return path → text of every document (IDocumentTexts)."""
        texts, since = {}, 0
        for about in await self.list():
            text = texts[about.path] = await self._text(about)
            since += len(text)
            if since > SMALL_BYTES:
                # A workspace has hundreds of small ones, each of which takes milliseconds: others have turns between.
                since = 0
                await sleep(self._context.clock, 0)
        return texts

    async def _text(self, about: Document) -> str:
        """Return what a worksheet says; one that is not open is read alone, since its outputs may be megabytes."""
        await self._loaded.settled_at(about.id)
        text = self._remembered.get(about.id)
        closed = self._loaded.get(about.id) is None
        # Of a notebook the outputs are wanted as well.
        if closed and not is_notebook(about.path):
            stores, owner = self._stores, self._context.workspace.owner
            text = await stored_text(self._context.clock, stores.checks, owner, stores.documents, about)
        if text is None:
            # It is open, or begins now: nothing can have run in it then.
            live = await self.load(about.id)
            loads = self._loads
            text = await live.text()
            if closed and live.is_notebook and live.idle and loads == self._loads:
                self._remember(about.id, text)
        return text

    def _remember(self, document: DocumentId, text: str) -> None:
        """Keep the text of a notebook that was loaded for it alone, until somebody else loads it."""
        if sum(map(len, self._remembered.values())) + len(text) <= MAX_REMEMBERED:
            self._remembered[document] = text

    async def put_texts(self, user: UserId, texts: Mapping[str, str], removed: Sequence[str]) -> None:
        """Bring documents to these texts (IDocumentTexts)."""
        known = {about.path: about for about in await self.list()}
        # Removed ones come last: a revert that fails half-way has then brought back too much rather than lost a
        # worksheet.
        for path, text in texts.items():
            about = known.get(path) or await self.create(path)
            live = await self.load(about.id)
            if await live.put_text(user, text):
                live.touched = True
                self._wake()
            if live.is_notebook:
                file = await self._stores.checks.opened(user, text.encode())
                await put_shown(self._context.clock, live, user, file.outputs)
        for path in removed:
            if path in known:
                await self.remove(known[path].id)

    async def settle(self) -> None:
        """Have everything committed that documents have brought forth so far (IDocumentTexts)."""
        for live in self.loaded:
            await live.flush()

    async def put_outputs(self, user: UserId, outputs: Sequence[VersionOutput]) -> None:
        """Give cells outputs as those of runs of this person (IDocumentTexts)."""
        known = {about.path: about.id for about in await self.list()}
        for output in outputs:
            if output.path in known:
                (await self.load(known[output.path])).put_output(user, output)
