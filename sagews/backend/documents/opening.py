"""Opens a document: reads what the store holds of it, or begins it, and makes it a live one.

Somebody waits for it, so that nothing is asked that is known, and what can be asked at once is.
"""

from __future__ import annotations

from collections.abc import Callable

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


async def load_document(
    about: Document,
    user: UserId,
    context: SessionContext,
    documents: IDocumentStore,
    runs: IRunStore,
    commits: GroupCommit,
    lease_lost: Callable[[], None],
    checks: IDocumentChecks,
    stored_outputs: StoredOutputs,
    kept: KeptPasts,
    *,
    unwritten: bool = False,
) -> LiveDocument:
    """Return a document as the store holds it, for somebody; runs that an earlier life left unfinished become lost.

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
        unwritten: whether it is known that the store holds nothing of it.

    Raises:
        SagewsError: `database`, `conflict` without the lease, and `internal` when what is stored can't be read.
    """
    # The lease's epoch goes with every statement, so a backend that lost it can load and write nothing.
    writer = commits.writer(about.id, context.epoch, lease_lost)
    counted: list[DocumentOutputs] = []

    async def count() -> None:
        counted.append(await stored_outputs.open(context.workspace.owner, about.id))

    async def read() -> tuple[crdt.WorksheetDocument, bool]:
        stored = StoredText() if unwritten else await documents.load(about.workspace, about.id)
        if not stored.size:
            return await _begin_document(about, context, writer), True
        if is_due(stored, context.settings.compact_bytes, kept, about.id):
            stored = await compacted(context.clock, about.workspace, user, checks, documents, writer, stored, kept)
        return await loaded(context.clock, checks, user, stored), False

    try:
        # Neither needs to know of the other's, and somebody waits.
        (doc, is_new), _ = await both(read(), count())
        [printed] = counted
        if is_new:
            outputs = OutputCache(printed)
        else:
            await runs.new_epoch(about.id, context.epoch)
            outputs = await load_outputs(runs, about.id, sentence("run-lost", {}), printed)
    except BaseException:
        for each in counted:
            each.close()
        raise
    return LiveDocument(about, doc, outputs, context, documents, runs, writer, checks, kept)


async def _begin_document(about: Document, context: SessionContext, writer: DocumentWriter) -> crdt.WorksheetDocument:
    """Return a document that was never opened, with its first content committed; nothing can have run in it yet."""
    doc = crdt.new_document(about.title, context.flavour())
    writer.update(context.workspace.owner, doc.get_update(), None, 0)
    await writer.flush()
    if not writer.last_update:
        raise SagewsError("conflict")
    return doc
