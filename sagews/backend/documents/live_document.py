"""One open document: its live text, who watches it, its session and its output, all in the reactor's thread."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from twisted.logger import Logger

from sagews.backend.crdt import document as crdt
from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.update_reader import clients_in, read_vector
from sagews.backend.documents.clearing import OutputClearing
from sagews.backend.documents.compaction import KeptPasts, OpenCompaction
from sagews.backend.documents.document_text import DocumentText
from sagews.backend.documents.edit_order import EditOrder
from sagews.backend.documents.loading import mirror_of
from sagews.backend.documents.presence import PresenceTracker
from sagews.backend.documents.snapshots import Snapshots
from sagews.backend.events.stream import EventStream
from sagews.backend.events.subscriber import Subscriber
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.document_session import DocumentSession
from sagews.backend.runs.output.read_pieces import AT_ONCE
from sagews.backend.runs.output.whole import whole_outputs
from sagews.backend.runs.output_cache import OutputCache
from sagews.backend.runs.requests import RunRequest
from sagews.backend.runs.session_context import SessionContext
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.runs import IRunStore
from sagews.model.history import VersionOutput
from sagews.model.identifiers import CellId, RunId, UserId
from sagews.model.runs import OutputPage
from sagews.model.updates import Counts
from sagews.model.workspaces import Document
from sagews.net.background import sleep
from sagews.policy.documents.paths import is_notebook
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.base import ToPage
from sagews.wire.browser.connection import Error
from sagews.wire.browser.document import EditOut, Opened, StreamPosition
from sagews.wire.browser.runs import CellRun

EMPTY_VECTOR = b"\x00"
# Of which a page that comes back has edits and the server has none: its own, and those of a copy of it.
MOST_UNKNOWN_CLIENTS = 100


class LiveDocument:
    """A document that somebody has open, or whose session is alive.

    Args:
        about: its place in the workspace.
        context: what its session needs.
        writer: commits what it brings forth.
        checks: does what may take long.
        kept: remembers which documents keep their past.

    Attributes:
        order: keeps edits and runs in it.
        clearing: lets go of output.
    """

    __slots__ = (
        "_checks", "_compaction", "_confirm_until", "_context", "_doc", "_editor", "_outputs", "_runs", "_snapshots",
        "_text", "_writer", "about", "clearing", "order", "presence", "session", "stream", "touched", "unused_since",
    )  # fmt: skip
    _log = Logger()

    def __init__(
        self,
        about: Document,
        doc: crdt.WorksheetDocument,
        outputs: OutputCache,
        context: SessionContext,
        documents: IDocumentStore,
        runs: IRunStore,
        writer: DocumentWriter,
        checks: IDocumentChecks,
        kept: KeptPasts,
    ) -> None:
        clock, settings, epoch = context.clock, context.settings, context.epoch
        self.about = about
        self._doc = doc
        self._context = context
        self._outputs = outputs
        self._runs = runs
        self.stream = EventStream(about.id, epoch, settings.ring_events, settings.ring_bytes)
        self.presence = PresenceTracker(clock, self.stream)
        self._writer = writer
        writer.when_refused = self._say_refused
        self._checks = checks
        self.order = EditOrder(context.clock)
        # Who changed it last: what is heavy about it is done in their turn.
        self._editor = context.workspace.owner
        self._snapshots = Snapshots(clock, settings, documents, writer, about, lambda: self._doc, checks, self._account)
        self._compaction = OpenCompaction(
            clock, about.workspace, settings.compact_open_bytes, documents, writer, checks, self.order,
            self._snapshots, kept, self._account, lambda: self._doc, self._go_on_with,
        )  # fmt: skip
        self._text = DocumentText(clock, about.id, doc, checks, self._account, about.title)
        self.session = DocumentSession(context, self.stream, outputs, runs, writer, self.flavour)
        writer.when_taken = self.session.disown
        self.clearing = OutputClearing(clock, outputs, self.stream, runs, writer)
        self.unused_since = clock.seconds()
        self.touched = False
        self._confirm_until = float("-inf")

    # ------------------------------------------------------------------------------------- text

    def flavour(self) -> str:
        """Return which kind of session the worksheet asks for."""
        return crdt.flavour_of(self._doc)

    def note_title(self, take: Callable[[str], None]) -> None:
        """Tell what the worksheet is called; once more if that takes a while to find out."""
        self._text.note_title(take)

    async def text(self) -> str:
        """Return the worksheet as its file; raises SagewsError `limit` when that takes too long."""
        if not self.is_notebook:
            return await self._text.written()
        return await self._text.notebook(
            await whole_outputs(self._outputs, self._runs, self.about.id, self._writer.flush)
        )

    @property
    def is_notebook(self) -> bool:
        """Whether its file is a notebook."""
        return is_notebook(self.about.path)

    def _go_on_with(self, doc: crdt.WorksheetDocument) -> None:
        """Take another document that says the same, and give it to everybody who watches."""
        self._doc = doc
        self._text.take(doc)
        # An event: it stands in its place among the edits, and who reads slowly gets one more of these instead.
        self.stream.say(self._opened(doc.get_update(), self.stream.sequence))

    def _account(self) -> UserId:
        return self._editor

    def edit(self, subscriber: Subscriber, number: int, update: bytes, past: int) -> Coroutine[Any, Any, None] | None:
        """Try, apply, send on and store an edit of a page: at once, or, if that may take long, once it was tried.

        Raises:
            SagewsError: `bad-update`; `past-changed` when it was made in another past of the document; `database` when
                too many wait to be stored.
        """
        if past != self._doc.past:
            raise SagewsError("past-changed")
        try:
            crdt.check_update(self._doc, update)
        except crdt.HeavyUpdate as error:
            return self._edit_heavily(subscriber, number, update, mirrored=not isinstance(error, crdt.NoMirror))
        self._apply(subscriber, number, update)
        return None

    async def _edit_heavily(self, subscriber: Subscriber, number: int, update: bytes, *, mirrored: bool) -> None:
        """Have an edit tried in a process of its own; meanwhile what comes behind it waits (edit_order.py)."""
        user = subscriber.user.id
        if not mirrored:
            self._doc.take_mirror(await mirror_of(self._context.clock, self._checks, user, self._doc.encoded))
            try:
                crdt.check_update(self._doc, update)
            except crdt.HeavyUpdate:
                pass
            else:
                self._apply(subscriber, number, update)
                return
        counts = Counts(self._doc.structs, self._doc.first)
        tried = await self._checks.try_update(user, self._doc.encoded, update, counts)
        self._doc.structs, self._doc.first = tried.counts.structs, tried.counts.first
        *others, last = tried.pieces
        await self._apply_in_turns(user, others, subscriber.id)
        self._apply_piece(user, last, subscriber, number, subscriber.id)

    def _apply(self, subscriber: Subscriber, number: int, update: bytes) -> None:
        # Before it is applied: if too much waits for the database, it is refused and nobody has seen it.
        self._writer.update(subscriber.user.id, update, subscriber, number)
        self._editor = subscriber.user.id
        self._doc.apply_update(update)
        self._snapshots.edited(len(update))
        self.stream.say(EditOut(document=self.about.id, update=update, author=subscriber.id), but=subscriber.id)

    async def _apply_in_turns(self, user: UserId, pieces: Sequence[bytes], author: str) -> None:
        """Apply, store and send on pieces of an edit, each in a turn of its own and as an edit by itself.

        Whoever is killed in between has done a part of it: the page that it came from sends the whole once more.
        """
        for piece in pieces:
            self._apply_piece(user, piece, None, 0, author)
            await sleep(self._context.clock, 0)

    def _apply_piece(self, user: UserId, piece: bytes, subscriber: Subscriber | None, number: int, author: str) -> None:
        self._writer.update(user, piece, subscriber, number)
        self._editor = user
        self._doc.apply_tried(piece)
        self._snapshots.edited(len(piece))
        self.stream.say(EditOut(document=self.about.id, update=piece, author=author), but=author)

    async def put_text(self, user: UserId, text: str) -> bool:
        """Bring the document to another text, as edits of this person; False if nothing differs.

        Raises:
            SagewsError: `too-large` or `limit` beyond the bounds of a worksheet, or when it takes too long; `bad-file`
                for a notebook that can't be kept whole.
        """
        pieces: Sequence[bytes] = ()

        async def merge() -> None:
            nonlocal pieces
            pieces = await self._text.merged(user, text, notebook=self.is_notebook)
            *others, last = pieces or (b"",)
            await self._apply_in_turns(user, others, "")
            if last:
                self._apply_piece(user, last, None, 0, "")

        # What pages send meanwhile comes behind it.
        merging = self.order.take(merge)
        if merging is not None:
            await merging
        return bool(pieces)

    def _say_refused(self) -> None:
        """Tell everybody who watches that edits do not get into the database; their pages keep them."""
        error = SagewsError("not-saved")
        self.stream.say(Error(code=error.code, parameters={}, message=str(error), document=self.about.id))

    # ------------------------------------------------------------------------------------- watchers

    def open(self, subscriber: Subscriber, vector: bytes, past: int, have: StreamPosition | None) -> None:
        """Let a connection watch, and tell it what it lacks: everything, if what it has is of another past.

        Raises:
            SagewsError: `bad-message` for a state vector that can't be read.
        """
        most = clients_in(self._doc.get_state()) + MOST_UNKNOWN_CLIENTS
        # What it has of another past says nothing about this one, and may name more pages than this one knows.
        known = _checked_vector(vector, most) if past == self._doc.past else EMPTY_VECTOR
        update = self._doc.get_update(known)
        if have is not None:
            # A page that comes back repeats runs whose fate it does not know; only the store may still know them.
            self._confirm_until = self._context.clock.seconds() + self._context.settings.confirm_seconds
        # In the turn in which it begins to watch, so that no event falls between.
        missed = self.stream.since(have)
        if subscriber.id not in self.stream.watchers:
            self._context.ledger.take(subscriber.user.id, Resource.DOCUMENTS)
        self.stream.watchers[subscriber.id] = subscriber
        self.presence.join(subscriber)
        if missed is None or have is None:
            subscriber.tell(self._opened(update, None))
            return
        subscriber.tell(self._opened(update, have.sequence))
        for data in missed:
            subscriber.event(self.about.id, data)

    def catch_up(self, subscriber: Subscriber) -> None:
        """Give a connection that reads slowly everything anew."""
        if subscriber.id in self.stream.watchers:
            subscriber.tell(self._opened(self._doc.get_update(), None))

    def _opened(self, update: bytes, continued: int | None) -> ToPage:
        stream = self.stream
        return Opened(
            document=self.about.id,
            path=self.about.path,
            epoch=stream.epoch,
            sequence=stream.sequence if continued is None else continued,
            update=update,
            vector=self._doc.get_state(),
            session=self.session.status.now(),
            people=self.presence.people(),
            cells=self._outputs.cells(stream.epoch, stream.sequence) if continued is None else None,
            past=self._doc.past,
        )

    def close(self, subscriber: Subscriber) -> None:
        """A connection does not watch any more."""
        if self.stream.watchers.pop(subscriber.id, None) is not None:
            self._context.ledger.give_back(subscriber.user.id, Resource.DOCUMENTS)
            self.presence.leave(subscriber)
            self.unused_since = self._context.clock.seconds()

    # ------------------------------------------------------------------------------------- runs

    def run(self, subscriber: Subscriber, cells: list[CellRun], *, goes_on: bool = False) -> list[CellId]:
        """Queue cells if the server's text is what the page shows; else return those that differ and run nothing.

        Raises:
            SagewsError: `limit` when too many wait.
        """
        requests, changed = [], []
        # A cell may be named as often as a page likes; its text is copied and hashed once.
        known: dict[str, tuple[str | None, str]] = {}
        for wanted in cells:
            if wanted.cell not in known:
                known[wanted.cell] = self._source_of(CellId(wanted.cell))
            source, digest = known[wanted.cell]
            if source is None or digest != wanted.hash:
                # Whoever runs a cell must have seen what runs; somebody may have changed it a moment ago.
                changed.append(CellId(wanted.cell))
            else:
                requests.append(RunRequest(RunId(wanted.run), CellId(wanted.cell), source, wanted.hash))
        if not changed:
            check = self._context.clock.seconds() < self._confirm_until
            self.session.run(subscriber.user.id, requests, check=check, correlation=subscriber.id, goes_on=goes_on)
        return changed

    def _source_of(self, cell: CellId) -> tuple[str | None, str]:
        source = crdt.code_of(self._doc, cell)
        return source, "" if source is None else hashlib.sha256(source.encode()).hexdigest()

    def put_output(self, user: UserId, output: VersionOutput) -> None:
        """Give a cell the output that a version kept; one that is gone, runs or waits is left alone."""
        if crdt.code_of(self._doc, output.cell) is not None:
            self.session.registry.bring_back(user, output)

    async def output(self, run: RunId, after: int) -> OutputPage:
        """Return what the store keeps of a run of this document behind the piece of this number, or a part of it.

        Raises:
            SagewsError: `not-found` for a run of another document, `not-saved` while the database refuses this one.
        """
        if not after:
            # The store is asked: what was printed a moment ago must have arrived there.
            await self._writer.flush()
        if self._outputs.find(run) is None:
            raise SagewsError("not-found")
        page: OutputPage = await self._runs.pieces(self.about.id, run, after + 1, AT_ONCE)
        return page

    def encoded(self) -> bytes:
        """Return the document as one update."""
        return bytes(self._doc.get_update())

    def shown(self) -> tuple[dict[str, list[tuple[str, Any]]], int]:
        """Return what the last run of each cell showed, as pages get it at once, and how many pieces are not in it."""
        cells = self._outputs.cells(self.stream.epoch, self.stream.sequence)
        pieces = {each.cell: [(piece.kind, piece.body) for piece in each.pieces] for each in cells}
        return pieces, sum(each.left_out for each in cells)

    def tick(self) -> None:
        """Look after session, output and past; called every few seconds."""
        self._compaction.tick()
        self.session.tick()
        self.clearing.tick()

    # ------------------------------------------------------------------------------------- life

    @property
    def idle(self) -> bool:
        """Whether nothing would be lost by forgetting it."""
        busy = self.stream.watchers or self.session.condition.alive or self._writer.pending or self._snapshots.pending
        return not (busy or self.order.busy)

    async def flush(self) -> None:
        """Commit everything that waits; raises SagewsError `not-saved` while the database refuses it."""
        await self._writer.flush()

    async def finish(self) -> None:
        """Commit everything, fold edits into a snapshot, let go of what former runs printed, and write nothing more.

        Raises:
            SagewsError: `not-saved` while the database refuses it, which is given up with that; `database`.
        """
        try:
            await self._writer.flush()
            # Between two flushes: a snapshot covers what is committed, and its own statement is waited for.
            await self._snapshots.finish()
            await self._writer.flush()
        finally:
            self.drop()
        await self.clearing.delete_old()

    def drop(self) -> None:
        """Write and say nothing any more."""
        self._snapshots.close()
        self.clearing.close()
        self._outputs.close()
        self._writer.close()
        self.session.close()
        for watcher in self.stream.watchers.values():
            self._context.ledger.give_back(watcher.user.id, Resource.DOCUMENTS)
        self.stream.watchers.clear()


def _checked_vector(vector: bytes, most: int) -> bytes:
    try:
        read_vector(vector or EMPTY_VECTOR, most)
    except MalformedUpdate as error:
        raise SagewsError("bad-message", reason=str(error)) from None
    return vector or EMPTY_VECTOR
