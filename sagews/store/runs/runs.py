"""Runs and what they printed, in PostgreSQL, as a page that opens a document reads them; journal.py writes them."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId, RunId
from sagews.model.runs import PAGE_BYTES, PIECE_BYTES, OutputPage, PieceText, Run
from sagews.model.sessions import PieceKind
from sagews.store.arrays import PART, text_array
from sagews.store.fence import FENCE
from sagews.store.pool import ConnectionPool
from sagews.store.runs.columns import RUN_COLUMNS, RUN_TYPES, run_from, run_values

_COLUMNS = ", ".join(RUN_COLUMNS)
_GONE = """gone as (delete from outputs o using emptied e where o.run = e.id returning 1)
            select (select count(*) from gone) from fence"""


@implementer(IRunStore)
class RunStore:
    """Runs through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def new_epoch(self, document: DocumentId, epoch: int) -> list[RunId]:
        """Mark runs that an earlier life left unfinished as lost; see IRunStore."""
        # How much a run has printed is written at its end, which this one never had.
        sql = f"""with {FENCE},
            lost as (
                update runs r set state = 'lost', finished = now(), printed = coalesce(
                    (select sum(pg_column_size(o.body) + {PIECE_BYTES}) from outputs o where o.run = r.id), 0)
                from fence
                where r.document = fence.id and r.state in ('queued', 'running')
                returning r.id, r.position
            )
            select null::uuid, null::bigint from fence union all select id, position from lost order by 2"""
        rows = await self._pool.execute(sql, (document, epoch))
        if not rows:
            raise SagewsError("conflict")
        return [RunId(run) for run, _ in rows if run is not None]

    async def put_run(self, run: Run, epoch: int) -> Run:
        """Store a run and return it, or the one that its document has under this id; see IRunStore."""
        # What `stored` finds was there before: a statement does not see what it inserts itself.
        sql = f"""with {FENCE},
            fresh as (
                insert into runs ({_COLUMNS}) select {", ".join(f"%s::{kind}" for kind in RUN_TYPES)} from fence
                on conflict (id) do nothing returning id
            )
            select {", ".join(f"stored.{name}" for name in RUN_COLUMNS)}, exists (select from fresh)
            from fence left join runs stored on stored.id = %s and stored.document = fence.id"""
        rows = await self._pool.execute(sql, (run.document, epoch, *run_values(run), run.id))
        if not rows:
            raise SagewsError("conflict")
        [row] = rows
        if row[-1]:
            return run
        if row[0] is None:
            raise SagewsError("bad-value", field="run", reason="another document has a run of this id")
        return run_from(row)

    async def last_runs(self, document: DocumentId) -> list[Run]:
        """Return the last run of each cell (in each lane), oldest first."""
        sql = f"""select {_COLUMNS} from (
                select distinct on (lane, cell) * from runs where document = %s order by lane, cell, position desc
            ) r order by r.position"""
        return [run_from(row) for row in await self._pool.query(sql, (document,))]

    async def pieces(self, document: DocumentId, run: RunId, first: int, limit: int) -> OutputPage:
        """Return pieces of a run of this document, in order, from a number on; see IRunStore.

        Run ids are chosen by pages, and everybody who saw a run knows its id: it opens nothing by itself.
        """
        # As text: 72 KB of empty lists would become megabytes of objects, only to be written again for a page. One more
        # than asked for tells whether there are more.
        sql = f"""with found as (
                select o.run, o.sequence, o.kind, octet_length(o.body::text) as size from outputs o
                where o.run = (select r.id from runs r where r.id = %s and r.document = %s) and o.sequence >= %s
                order by o.sequence limit %s
            ), counted as (
                select run, sequence, kind, row_number() over o as number, sum(size) over o - size as before,
                    count(*) over () as total
                from found window o as (order by sequence)
            ), shown as materialized (
                select c.sequence, c.kind, c.total, convert_to(o.body::text, 'UTF8') as body
                from counted c join outputs o on o.run = c.run and o.sequence = c.sequence
                where c.number <= %s and c.before < {PAGE_BYTES}
            )
            select sequence, substring(body from place for {PART}), kind, total
            from shown, generate_series(1, octet_length(body), {PART}) as place order by sequence, place"""
        rows = await self._pool.query_joined(sql, (run, document, first, limit + 1, limit))
        pieces = [PieceText(sequence, PieceKind(kind), body) for sequence, body, kind, *_ in rows]
        return OutputPage(pieces, bool(rows) and len(rows) < rows[0][3])

    async def delete_old(self, document: DocumentId, epoch: int, keep: Sequence[RunId]) -> int:
        """Delete output of finished runs of this document that are neither the last of their cell nor in `keep`.

        Returns:
            How many pieces were deleted.

        Raises:
            SagewsError: `conflict` without the lease.
        """
        sql = f"""with {FENCE},
            emptied as (
                update runs r set printed = 0 from fence
                where r.document = fence.id and r.printed > 0 and r.state not in ('queued', 'running')
                    and r.id <> all (%s::uuid[]) and exists (
                        select from runs n where n.document = r.document and n.lane = r.lane and n.cell = r.cell
                            and n.position > r.position)
                returning r.id
            ),
            {_GONE}"""
        return await self._emptied(sql, (document, epoch, text_array(keep)))

    async def clear(self, document: DocumentId, epoch: int, runs: Sequence[RunId]) -> int:
        """Delete what these runs of this document, which are over, have printed; returns how many pieces.

        Raises:
            SagewsError: `conflict` without the lease.
        """
        sql = f"""with {FENCE},
            emptied as (
                update runs r set printed = 0 from fence
                where r.document = fence.id and r.id = any (%s::uuid[]) and r.state not in ('queued', 'running')
                returning r.id
            ),
            {_GONE}"""
        return await self._emptied(sql, (document, epoch, text_array(runs)))

    async def clear_removed(self, limit: int, most: int) -> int:
        """Delete what some runs of removed documents and deleted workspaces printed; returns of how many."""
        sql = """with found as (
                select r.id, r.printed from runs r join documents d on d.id = r.document
                join workspaces w on w.id = d.workspace
                where r.printed > 0 and (d.removed is not null or w.deleted is not null) limit %s
            ),
            doomed as (
                select id from (select id, sum(printed) over (order by id) - printed as ahead from found) f
                where ahead < %s
            ),
            gone as (delete from outputs o using doomed d where o.run = d.id),
            emptied as (update runs r set printed = 0 from doomed d where r.id = d.id returning 1)
            select count(*) from emptied"""
        return int((await self._pool.execute(sql, (limit, most)))[0][0])

    async def _emptied(self, sql: str, parameters: tuple[object, ...]) -> int:
        rows = await self._pool.execute(sql, parameters)
        if not rows:
            raise SagewsError("conflict")
        return int(rows[0][0])
