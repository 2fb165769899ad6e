"""When most of what is stored of a worksheet is past, it is let go: another Yjs document that says the same is left.

Pages that had the former one are told by its number (`past`) that theirs fits no more, and make their edits anew.
"""

from __future__ import annotations

from twisted.logger import Logger

from sagews.backend.journal.document_writer import DocumentWriter
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import UserId
from sagews.model.updates import StoredText

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
    try:
        state = await checks.compact(account, stored.snapshot, stored.updates)
    except SagewsError as error:
        # It is as good as before, with its past; the next one who opens it tries again.
        log.warn("the past of {document} stays: {code}", document=writer.document, code=error.code)
        return stored
    if state is None:
        return stored
    await documents.compact(writer.document, writer.epoch, stored, state)
    log.info(
        "the past of {document} was let go: {before} bytes are {after}",
        document=writer.document, before=stored.size, after=len(state),
    )  # fmt: skip
    return StoredText(state, (), stored.past + 1)
