"""One open workspace: its lease, its documents, its history, the worker with its files, and who is connected to it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from twisted.internet.defer import gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.events.subscriber import Subscriber
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.backend.runs.session_context import SessionContext
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.line import Moved
from sagews.backend.workspaces.documents import DocumentSet
from sagews.backend.workspaces.entries import unsaved_entry, version_entry
from sagews.backend.workspaces.home_share import HomeShare
from sagews.backend.workspaces.notes import ListNotes
from sagews.backend.workspaces.storage import StorageWatch
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.history import Commit, SaveReport
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.workspaces import Lease
from sagews.net.background import run_in_background
from sagews.wire.browser.base import ToPage
from sagews.wire.browser.history import Version
from sagews.wire.browser.workspace import WorkspaceNamed


class OpenWorkspace:
    """A workspace whose lease this backend holds.

    Args:
        lease: of this life of the backend, with the workspace as the store has it.
        notes: takes what lists of workspaces show.
        wake: is called with this object when something begins to move in it, so that it is looked after.
        lost: is called with this object when another backend has taken it over.
    """

    _log = Logger()

    def __init__(
        self,
        lease: Lease,
        clock: IReactorTime,
        settings: BackendSettings,
        stores: Stores,
        notes: ListNotes,
        wake: Callable[[OpenWorkspace], None],
        lost: Callable[[OpenWorkspace], None],
    ) -> None:
        about = lease.workspace
        self.about = about
        self.lease = lease
        self.dropped = False
        self.unused_since = clock.seconds()
        self.subscribers: dict[str, Subscriber] = {}
        self._clock = clock
        self._settings = settings
        self._stores = stores
        self._notes = notes
        self._wake = wake
        # What lists show may stem from a life that was killed while something ran; the first tick puts it right.
        self._noted_state = about.session
        self._save_report = SaveReport()
        self.files = WorkspaceFiles(about.id, about.owner, lease.epoch, stores.hosts, self._lay_out)
        self._share = HomeShare(lease, stores.ledger, stores.usage, self._out_of_room)
        context = SessionContext(
            clock,
            settings,
            about,
            lease.epoch,
            stores.hosts.usual_flavour,
            self._acquire_host,
            stores.hosts.count,
            self._ran,
            stores.ledger,
            stores.owners,
            self._share.give,
        )
        self._storage = StorageWatch(clock, about.id, self.files, self.tell_all, self._share)
        self.document_set = DocumentSet(lease, stores, context, self.tell_all, lambda: wake(self), lambda: lost(self))
        self.history = stores.histories.open(
            about.id, about.owner, self.files, self.document_set, self._saved, self._reported
        )

    @property
    def epoch(self) -> int:
        """The epoch of the lease."""
        return self.lease.epoch

    # ------------------------------------------------------------------------------------- documents and history

    @property
    def documents(self) -> list[LiveDocument]:
        """Every document that is loaded."""
        return self.document_set.loaded

    def find(self, document: DocumentId) -> LiveDocument:
        """Return a document that is loaded; raises SagewsError `document-not-open`."""
        return self.document_set.find(document)

    async def load(self, document: DocumentId, user: UserId) -> LiveDocument:
        """Return a document, loaded if it is not yet; raises SagewsError `not-found` for one of another workspace."""
        return await self.document_set.load(document, user)

    def edited(self, live: LiveDocument, user: UserId) -> None:
        """Note an edit for lists and for the history."""
        live.touched = True
        self.changed(user)

    def changed(self, user: UserId) -> None:
        """Note that files or documents may have changed; nothing for a request that ends after the lease was lost."""
        if self.dropped:
            return
        self._wake(self)
        self.history.changed(user)

    def _ran(self, user: UserId) -> None:
        """Note that a cell was run, which may write files."""
        self._storage.moved()
        self.changed(user)

    def _out_of_room(self) -> None:
        """End the sessions, which may write more than is left of what the owner may have; new ones can delete."""
        for live in self.documents:
            if live.session.condition.alive:
                live.session.stop("room")

    def _saved(self, commit: Commit) -> None:
        """Tell everybody about a version that nobody asked for."""
        self.tell_all(Version(version=version_entry(commit)))

    def _reported(self, report: SaveReport) -> None:
        """Tell everybody what the last save could not keep."""
        self._save_report = report
        self.tell_all(unsaved_entry(report))

    def tell_state(self, peer: Subscriber) -> None:
        """Tell one who has just come what there is to tell of saves and of the disk."""
        if self._save_report != SaveReport():
            peer.tell(unsaved_entry(self._save_report))
        self._storage.tell(peer)

    # ------------------------------------------------------------------------------------- compute

    async def _acquire_host(self, flavour: str, moved: Moved) -> ISessionHost:
        """Return the worker for a session that is about to begin; it counts there from now on."""
        self._wake(self)
        host = await self._stores.hosts.take(flavour, lambda: self.files.holder, moved)
        try:
            return await self.files.laid_out_on(host)
        except BaseException:
            self._stores.hosts.count(host, -1)
            raise

    async def _lay_out(self, host: ISessionHost) -> None:
        """Put the newest version's files on a worker; documents are not among them, their text is ours."""
        if self.lease.first and not self.files.was_used:
            # No version was ever made, and none can be before a worker has the files: a first run waits for no answer.
            return
        documents = [about.path for about in await self.document_set.list()]
        await self._stores.histories.lay_out(self.about.id, self.about.owner, host, self.epoch, documents)

    def host_removed(self, host: ISessionHost) -> None:
        """A worker is gone for good; sessions that it had are over."""
        self.files.host_removed(host)
        for live in self.documents:
            live.session.host_lost(host)

    # ------------------------------------------------------------------------------------- people

    def join(self, subscriber: Subscriber) -> None:
        """A connection belongs to this workspace."""
        self.subscribers[subscriber.id] = subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """A connection is gone."""
        self.subscribers.pop(subscriber.id, None)
        for live in self.documents:
            live.close(subscriber)
        self.unused_since = self._clock.seconds()
        self._wake(self)

    def tell_all(self, message: ToPage, but: str | None = None) -> None:
        """Say something to every connection."""
        for subscriber in list(self.subscribers.values()):
            if subscriber.id != but:
                subscriber.tell(message)

    def rename(self, name: str) -> None:
        """Take the name that the store has now, and tell everybody if it is another."""
        if name != self.about.name:
            self.about = replace(self.about, name=name)
            self.tell_all(WorkspaceNamed(name))

    # ------------------------------------------------------------------------------------- life

    @property
    def computing(self) -> bool:
        """Whether a session of it is alive."""
        return any(live.session.condition.alive for live in self.documents)

    @property
    def session_state(self) -> str:
        """What lists of workspaces show: "running", "ready" or "stopped"."""
        if any(live.session.busy for live in self.documents):
            return "running"
        return "ready" if self.computing else "stopped"

    def _note_session_state(self) -> None:
        state = self.session_state
        if state != self._noted_state and not self.dropped:
            self._noted_state = state
            self._notes.state(self.about.id, state)

    @property
    def still(self) -> bool:
        """Whether nothing moves: people at most watch, no session is alive, nothing waits to be put away."""
        watched = all(live.stream.watchers for live in self.documents)
        return bool(self.subscribers) and watched and not self.computing and not self.document_set.changing

    @property
    def idle(self) -> bool:
        """Whether nobody is connected, nothing runs and nothing is on its way into the database."""
        return not self.subscribers and not self.document_set.changing and all(live.idle for live in self.documents)

    def tick(self) -> None:
        """Look after documents and sessions; called every few seconds."""
        now = self._clock.seconds()
        self._note_session_state()
        if self.session_state == "running":
            self._storage.moved()
        if self.subscribers:
            self._storage.look()
        for live in self.documents:
            live.tick()
            if live.touched:
                live.touched = False
                live.note_title(partial(self._note_title, live.about.id))
            if live.idle and now - live.unused_since > self._settings.unload_seconds:
                run_in_background(self.document_set.unload(live), self._log, "unload", live.about.id)

    def _note_title(self, document: DocumentId, title: str) -> None:
        # That of a large worksheet is known only after a while.
        if not self.dropped:
            self._notes.title(document, title)

    async def come_to_rest(self) -> None:
        """End sessions and commit every edit; nothing of the history is asked yet."""
        endings = [
            run_in_background(live.session.shut_down(), self._log, "end", live.about.id) for live in self.documents
        ]
        await gatherResults(endings)
        for live in self.documents:
            await self._each_by_itself(live, live.flush())

    async def finish(self) -> None:
        """End sessions, commit everything, let the history keep the end of it, and put the documents away.

        Documents are put away whatever the history says: their edits are committed before it is asked. Of one that the
        database refuses the history has the text all the same.

        Raises:
            SagewsError: what the history raises.
        """
        await self.come_to_rest()
        try:
            if not self.dropped:
                await self.history.close()
        finally:
            for live in self.documents:
                await self._each_by_itself(live, self.document_set.unload(live))
            self._note_session_state()

    async def _each_by_itself(self, live: LiveDocument, work: Coroutine[Any, Any, None]) -> None:
        """Do something with one document that must not keep the others from it, nor the history from their texts."""
        try:
            await work
        except SagewsError as error:
            self._log.warn("the end of {document} is not stored: {code}", document=live.about.id, code=error.code)

    def drop(self) -> None:
        """Another backend owns it, or it is closed: write nothing any more."""
        self.dropped = True
        self.history.drop()
        self.document_set.drop()
