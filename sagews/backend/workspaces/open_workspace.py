"""One open workspace: its lease, its documents, the worker that holds its files, and who is connected to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.documents.live_document import LiveDocument, load_document
from sagews.backend.events.subscriber import Peer
from sagews.backend.history.interfaces import IWorkspaceHistory
from sagews.backend.runs.document_session import Surroundings
from sagews.backend.settings import BackendSettings
from sagews.backend.single_flight import Shared
from sagews.backend.workers.pool import Hosts
from sagews.errors import SagewsError
from sagews.interfaces import IDocumentStore, IRunStore, ISessionHost, IWorkspaceStore
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.workspaces import Document, Workspace
from sagews.net.background import run_in_background
from sagews.wire.browser.events import ToPage


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a workspace is kept, and what computes for it."""

    workspaces: IWorkspaceStore
    documents: IDocumentStore
    runs: IRunStore
    history: IWorkspaceHistory
    hosts: Hosts


class OpenWorkspace:
    """A workspace whose lease this backend holds.

    Args:
        about: as the store has it.
        epoch: of the lease.
        lost: is called with this object when another backend has taken it over.
    """

    _log = Logger()

    def __init__(
        self,
        about: Workspace,
        epoch: int,
        clock: IReactorTime,
        settings: BackendSettings,
        stores: Stores,
        lost: Callable[[OpenWorkspace], None],
    ) -> None:
        self.about = about
        self.epoch = epoch
        self.renewed = clock.seconds()
        self.unused_since = clock.seconds()
        self.peers: dict[str, Peer] = {}
        self._clock = clock
        self._settings = settings
        self._stores = stores
        self._lost = lost
        self._noted_state = about.session
        self._documents: Shared[DocumentId, LiveDocument] = Shared()
        self._holder: ISessionHost | None = None
        self._prepared: Shared[str, ISessionHost] = Shared()
        self._around = Surroundings(
            clock,
            settings,
            about,
            epoch,
            stores.hosts.usual_flavour,
            self.place,
            stores.hosts.count,
            lambda user: self.changed(user),
        )

    # ------------------------------------------------------------------------------------- documents

    def find(self, document: DocumentId) -> LiveDocument:
        """Return a document that is open.

        Raises:
            SagewsError: `document-not-open`.
        """
        live = self._documents.get(document)
        if live is None:
            raise SagewsError("document-not-open")
        return live

    @property
    def documents(self) -> list[LiveDocument]:
        """Return every document that is loaded."""
        return self._documents.values()

    async def load(self, document: DocumentId) -> LiveDocument:
        """Return a document of this workspace, loaded from the store if it is not yet.

        Raises:
            SagewsError: `not-found` for one that is not in this workspace.
        """
        return await self._documents.get_or_make(document, lambda: self._load(document))

    async def _load(self, document: DocumentId) -> LiveDocument:
        about = await self._stores.workspaces.document(document)
        if about is None or about.workspace != self.about.id:
            raise SagewsError("not-found")
        stores = self._stores
        return await load_document(about, self._around, stores.documents, stores.runs, lambda: self._lost(self))

    async def unload(self, live: LiveDocument) -> None:
        """Commit and forget a document that nobody uses."""
        await self._documents.put_away(live.about.id, LiveDocument.finish)

    def renamed(self, about: Document) -> None:
        """Take a document's new path."""
        live = self._documents.get(about.id)
        if live is not None:
            live.about = about

    def removed(self, document: DocumentId) -> None:
        """Forget a document that was removed; its session ends."""
        live = self._documents.get(document)
        if live is not None:
            live.session.stop("stopped")
            run_in_background(self.unload(live), self._log, "unload", document)

    def edited(self, live: LiveDocument, user: UserId) -> None:
        """Note an edit for lists and for the history."""
        live.touched = True
        self.changed(user)

    def changed(self, user: UserId) -> None:
        """Note that files or documents may have changed."""
        self._stores.history.changed(self.about.id, user)

    # ------------------------------------------------------------------------------------- compute

    async def place(self, flavour: str | None) -> ISessionHost:
        """Return the worker for a session of a flavour, with this workspace's files on it.

        Raises:
            SagewsError: see policy/placement.py, and what preparing raises.
        """
        host = self._stores.hosts.choose(flavour, self._holder)
        await self._prepared.get_or_make(host.info.id, lambda: self._prepare(host))
        return host

    async def _prepare(self, host: ISessionHost) -> ISessionHost:
        await self._stores.history.prepare(self.about.id, host, self.epoch)
        self._holder = host
        return host

    def host_removed(self, host: ISessionHost) -> None:
        """A worker is gone for good: its files come from the history on another one."""
        self._prepared.forget(host.info.id)
        if self._holder is host:
            self._holder = None
        for live in self.documents:
            live.session.host_lost(host)

    # ------------------------------------------------------------------------------------- people

    def join(self, peer: Peer) -> None:
        """A connection belongs to this workspace."""
        self.peers[peer.id] = peer

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        self.peers.pop(peer.id, None)
        for live in self.documents:
            live.close(peer)
        self.unused_since = self._clock.seconds()

    def tell_all(self, message: ToPage, but: str | None = None) -> None:
        """Say something to every connection."""
        for peer in list(self.peers.values()):
            if peer.id != but:
                peer.tell(message)

    # ------------------------------------------------------------------------------------- life

    @property
    def computing(self) -> bool:
        """Whether a session of it is alive."""
        return any(live.session.life.alive for live in self.documents)

    @property
    def session_state(self) -> str:
        """What lists of workspaces show: "running", "ready" or "stopped"."""
        if any(live.session.busy for live in self.documents):
            return "running"
        return "ready" if self.computing else "stopped"

    def _note_session_state(self) -> None:
        state = self.session_state
        if state != self._noted_state:
            self._noted_state = state
            note = self._stores.workspaces.set_session_state(self.about.id, state)
            run_in_background(note, self._log, "session state", self.about.id)

    @property
    def idle(self) -> bool:
        """Whether nobody is connected, nothing runs and nothing is on its way into the database."""
        return not self.peers and not self._documents.changing and all(live.idle for live in self.documents)

    def tick(self) -> None:
        """Look after documents and sessions; called every few seconds."""
        now = self._clock.seconds()
        self._note_session_state()
        for live in self.documents:
            live.session.tick()
            if live.touched:
                live.touched = False
                touch = self._stores.workspaces.touch_document(live.about.id, live.title)
                run_in_background(touch, self._log, "touch", live.about.id)
            if live.idle and now - live.unused_since > self._settings.unload_seconds:
                run_in_background(self.unload(live), self._log, "unload", live.about.id)

    async def finish(self) -> None:
        """End sessions, commit everything and let the history keep the end of it."""
        endings = [
            run_in_background(live.session.shut_down(), self._log, "end", live.about.id) for live in self.documents
        ]
        await gatherResults(endings)
        for live in self.documents:
            await live.flush()
        await self._stores.history.close(self.about.id)
        for live in self.documents:
            await self.unload(live)
        self._note_session_state()

    def drop(self) -> None:
        """Another backend owns it: write nothing any more."""
        for live in self.documents:
            live.drop()
            self._documents.forget(live.about.id)
