"""The CRDT updates of documents in PostgreSQL, as they are read and folded; runs/journal.py writes them."""

from __future__ import annotations

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, WorkspaceId
from sagews.model.updates import StoredText
from sagews.store.arrays import PART
from sagews.store.fence import FENCE
from sagews.store.parts import execute_with
from sagews.store.pool import ConnectionPool


@implementer(IDocumentStore)
class DocumentStore:
    """Updates and snapshots through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def load(self, workspace: WorkspaceId, document: DocumentId) -> StoredText:
        """Return the newest snapshot's state and the updates after it, in order, as of one moment."""
        # One statement sees one moment: a snapshot that is stored between two would take updates along that were not
        # read yet.
        # A state is in one piece before parts are taken of it: else it would be expanded again for each of them.
        sql = f"""with d as (select id, past from documents where id = %s and workspace = %s),
            s as (
                select covers, state || ''::bytea as state from document_snapshots where document = (select id from d)
            )
            select 0, substring(state from place for {PART}), (select past from d), place
            from s, generate_series(1, greatest(octet_length(state), 1), {PART}) as place
            union all
            select sequence, data, (select past from d), 0 from document_updates
            where document = (select id from d) and sequence > coalesce((select covers from s), 0)
            order by 1, 4"""
        rows = await self._pool.query_joined(sql, (document, workspace))
        snapshots = [state for sequence, state, *_ in rows if sequence == 0]
        updates = [data for sequence, data, *_ in rows if sequence > 0]
        # What was never written has no past that could have been let go.
        return StoredText(snapshots[0] if snapshots else None, updates, rows[0][2] if rows else 0)

    async def snapshot(self, document: DocumentId, epoch: int, past: int, state: bytes, covers: int) -> None:
        """Store the whole state as a snapshot of all updates up to a number, and delete those updates.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease, and this past the document's.
        """
        # Stored and deleted in one statement, so that at no moment both or neither hold an update.
        sql = f"""{FENCE},
            covered as (
                insert into document_snapshots (document, covers, state)
                select d.id, %s, (select data from whole) from fence f join documents d on d.id = f.id and d.past = %s
                on conflict (document) do update set covers = excluded.covers, state = excluded.state, time = now()
                returning document, covers
            ),
            folded as (
                delete from document_updates u using covered c where u.document = c.document and u.sequence <= c.covers
            )
            select covers from covered"""
        if not await execute_with(self._pool, state, sql, (document, epoch, covers, past)):
            raise SagewsError("conflict")

    async def compact(self, document: DocumentId, epoch: int, stored: StoredText, state: bytes) -> None:
        """Put a state that says the same in the place of all that is stored, and count that the past was let go.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease, and so much is stored.
        """
        # One statement: whoever is killed has done all of it or nothing. That as many updates are there as were read
        # says that none came behind them, since they are only added and folded.
        sql = f"""{FENCE},
            kept as (
                update documents d set past = d.past + 1 from fence f
                where d.id = f.id and d.past = %s and %s = (
                    select count(*) from document_updates u where u.document = d.id and u.sequence > coalesce(
                        (select s.covers from document_snapshots s where s.document = d.id), 0))
                returning d.id, d.last_update
            ),
            stored as (
                insert into document_snapshots (document, covers, state)
                select id, last_update, (select data from whole) from kept
                on conflict (document) do update set covers = excluded.covers, state = excluded.state, time = now()
            ),
            gone as (delete from document_updates u using kept k where u.document = k.id)
            select id from kept"""
        values = (document, epoch, stored.past, len(stored.updates))
        if not await execute_with(self._pool, state, sql, values):
            raise SagewsError("conflict")
