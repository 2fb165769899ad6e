"""Opens a document: reads what the store holds of it, or begins it, and makes it a live one.

Somebody waits for it, so that nothing is asked that is known, and what can be asked at once is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sagews.backend.crdt import document as crdt
from sagews.backend.documents.compaction import KeptPasts, compacted, is_due
from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.documents.loading import loaded
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.runs.output_cache import OutputCache, load_outputs
from sagews.backend.runs.session_context import SessionContext
from sagews.backend.runs.stored_outputs import DocumentOutputs, StoredOutputs
from sagews.errors import SagewsError, sentence
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import UserId
from sagews.model.updates import StoredText
from sagews.model.workspaces import Document
from sagews.net.background import both


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a document for somebody, out of what the store holds.

    Args:
        about: its place in the workspace.
        user: in whose turn a large one is made ready.
        context: what its session needs.
        documents: what the store holds of it.
        runs: what it holds of its runs.
        commits: commit what it brings forth.
        lease_lost: is called when another backend has taken the workspace over.
        checks: do what may take long.
        stored_outputs: count what its owner has of output.
        kept: remembers which documents keep their past.
    """

    about: Document
    user: UserId
    context: SessionContext
    documents: IDocumentStore
    runs: IRunStore
    commits: GroupCommit
    lease_lost: Callable[[], None]
    checks: IDocumentChecks
    stored_outputs: StoredOutputs
    kept: KeptPasts

    async def load(self, *, unwritten: bool = False) -> LiveDocument:
        """Return the document as the store holds it; runs that an earlier life left unfinished become lost.

        Args:
            unwritten: whether it is known that the store holds nothing of it.

        Raises:
            SagewsError: `database`, `conflict` without the lease, and `internal` when what is stored can't be read.
        """
        # The lease's epoch goes with every statement, so a backend that lost it can load and write nothing.
        writer = self.commits.writer(self.about.id, self.context.workspace.owner, self.context.epoch, self.lease_lost)
        counted: list[DocumentOutputs] = []
        try:
            # Neither needs to know of the other's, and somebody waits.
            (doc, is_new), _ = await both(self._text(writer, unwritten=unwritten), self._count(counted))
            outputs = await self._outputs(counted[0], is_new=is_new)
        except BaseException:
            for each in counted:
                each.close()
            raise
        context, checks, kept = self.context, self.checks, self.kept
        return LiveDocument(self.about, doc, outputs, context, self.documents, self.runs, writer, checks, kept)

    async def _text(self, writer: DocumentWriter, *, unwritten: bool) -> tuple[crdt.WorksheetDocument, bool]:
        """Return the text, and whether it begins now."""
        about, clock, checks = self.about, self.context.clock, self.checks
        stored = StoredText() if unwritten else await self.documents.load(about.workspace, about.id)
        if not stored.size:
            return await self._begin(writer), True
        if is_due(stored, self.context.settings.compact_bytes, self.kept, about.id):
            where = about.workspace, self.user, checks, self.documents
            stored = await compacted(clock, *where, writer, stored, self.kept)
        return await loaded(clock, checks, self.user, stored), False

    async def _count(self, counted: list[DocumentOutputs]) -> None:
        """Have what it stores of output counted; whoever gives the opening up ends that."""
        counted.append(await self.stored_outputs.open(self.context.workspace.owner, self.about.id))

    async def _outputs(self, printed: DocumentOutputs, *, is_new: bool) -> OutputCache:
        """Return what its cells show; nothing can have run in one that is new."""
        if is_new:
            return OutputCache(printed)
        await self.runs.new_epoch(self.about.id, self.context.epoch)
        return await load_outputs(self.runs, self.about.id, sentence("run-lost", {}), printed)

    async def _begin(self, writer: DocumentWriter) -> crdt.WorksheetDocument:
        """Return a document that was never opened, with its first content committed."""
        doc = crdt.new_document(self.about.title, self.context.flavour())
        writer.update(self.context.workspace.owner, doc.get_update(), None, 0)
        try:
            await writer.flush()
        except SagewsError:
            # Else it would be stored some time, beside what the next opening begins with.
            writer.close()
            raise
        if not writer.last_update:
            raise SagewsError("conflict")
        return doc
