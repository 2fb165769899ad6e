"""The CRDT updates of documents in PostgreSQL: appended in order, folded into one snapshot now and then."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import Binary
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, UserId
from sagews.store.fence import FENCE
from sagews.store.pool import Pool


@implementer(IDocumentStore)
class DocumentStore:
    """Updates and snapshots through a pool of the backend's role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def append(self, document: DocumentId, epoch: int, updates: Sequence[tuple[UserId, bytes]]) -> int:
        """Commit updates in order in one statement; an empty sequence asks for the last number.

        Returns:
            The sequence number of the last update of this document.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease.
        """
        sql = f"""with {FENCE},
            counted as (
                update documents d set last_update = last_update + %s from fence where d.id = fence.id
                returning d.id, d.last_update
            ),
            added as (
                insert into document_updates (document, sequence, author, data)
                select c.id, c.last_update - %s + u.place, u.author, u.data
                from counted c, unnest(%s::uuid[], %s::bytea[]) with ordinality as u (author, data, place)
            )
            select last_update from counted"""
        authors = [author for author, _ in updates]
        blobs = [Binary(data) for _, data in updates]
        parameters = (document, epoch, len(updates), len(updates), authors, blobs)
        rows = await self._pool.execute(sql, parameters)
        if not rows:
            raise SagewsError("conflict")
        return int(rows[0][0])

    async def load(self, document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return the newest snapshot's state and the updates after it, in order, as of one moment."""
        sql = """with s as (select covers, state from document_snapshots where document = %s)
            select 0, state from s
            union all
            select sequence, data from document_updates
            where document = %s and sequence > coalesce((select covers from s), 0)
            order by 1"""
        rows = await self._pool.query(sql, (document, document))
        snapshots = [bytes(state) for sequence, state in rows if sequence == 0]
        return (snapshots[0] if snapshots else None), [bytes(data) for sequence, data in rows if sequence > 0]

    async def snapshot(self, document: DocumentId, epoch: int, state: bytes) -> None:
        """Store the whole state as a snapshot that covers every update so far, and delete those updates.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease.
        """
        sql = f"""with {FENCE},
            covered as (
                insert into document_snapshots (document, covers, state)
                select d.id, d.last_update, %s from documents d join fence on d.id = fence.id
                on conflict (document) do update set covers = excluded.covers, state = excluded.state, time = now()
                returning document, covers
            ),
            folded as (
                delete from document_updates u using covered c where u.document = c.document and u.sequence <= c.covers
            )
            select covers from covered"""
        if not await self._pool.execute(sql, (document, epoch, Binary(state))):
            raise SagewsError("conflict")
