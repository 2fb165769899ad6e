"""The CRDT updates of documents in PostgreSQL, as they are read and folded; runs/journal.py writes them."""

from __future__ import annotations

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, WorkspaceId
from sagews.store.arrays import large_bytes
from sagews.store.fence import FENCE
from sagews.store.pool import ConnectionPool


@implementer(IDocumentStore)
class DocumentStore:
    """Updates and snapshots through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def load(self, workspace: WorkspaceId, document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return the newest snapshot's state and the updates after it, in order, as of one moment."""
        # One statement sees one moment: a snapshot that is stored between two would take updates along that were not
        # read yet.
        sql = """with d as (select id from documents where id = %s and workspace = %s),
            s as (select covers, state from document_snapshots where document = (select id from d))
            select 0, state from s
            union all
            select sequence, data from document_updates
            where document = (select id from d) and sequence > coalesce((select covers from s), 0)
            order by 1"""
        rows = await self._pool.query(sql, (document, workspace))
        snapshots = [bytes(state) for sequence, state in rows if sequence == 0]
        return (snapshots[0] if snapshots else None), [bytes(data) for sequence, data in rows if sequence > 0]

    async def snapshot(self, document: DocumentId, epoch: int, state: bytes, covers: int) -> None:
        """Store the whole state as a snapshot of all updates up to a number, and delete those updates.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease.
        """
        # Stored and deleted in one statement, so that at no moment both or neither hold an update.
        sql = f"""with {FENCE},
            covered as (
                insert into document_snapshots (document, covers, state)
                select id, %s, %s from fence
                on conflict (document) do update set covers = excluded.covers, state = excluded.state, time = now()
                returning document, covers
            ),
            folded as (
                delete from document_updates u using covered c where u.document = c.document and u.sequence <= c.covers
            )
            select covers from covered"""
        if not await self._pool.execute(sql, (document, epoch, covers, large_bytes(state))):
            raise SagewsError("conflict")
