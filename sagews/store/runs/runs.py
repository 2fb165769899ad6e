"""Runs and what they printed, in PostgreSQL: a piece is acknowledged to the session only when it is committed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId, RunId
from sagews.model.sessions import PieceKind, Run, RunState, StoredPiece
from sagews.store.fence import FENCE
from sagews.store.pool import Pool
from sagews.store.rows import RUN_FIELDS, run_from
from sagews.store.values import json_parameter

MOST_PIECES = 10_000

RUN_COLUMNS = "id, document, cell, lane, session, author, number, state, hash, queued, started, finished, seconds"

# What has ended has ended; only what was given up as lost may still turn out to have ended otherwise.
MAY_CHANGE = "(r.state in ('queued', 'running') or r.state = 'lost' and {new} not in ('queued', 'running'))"


@implementer(IRunStore)
class RunStore:
    """Runs through a pool of the backend's role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def new_epoch(self, document: DocumentId, epoch: int) -> list[RunId]:
        """Mark runs that an earlier life left unfinished as lost and return them in order; `conflict` as `commit`."""
        sql = f"""with {FENCE},
            lost as (
                update runs r set state = 'lost', finished = now() from fence
                where r.document = fence.id and r.state in ('queued', 'running')
                returning r.id, r.position
            )
            select null::uuid, null::bigint from fence union all select id, position from lost order by 2"""
        rows = await self._pool.execute(sql, (document, epoch))
        if not rows:
            raise SagewsError("conflict")
        return [RunId(run) for run, _ in rows if run is not None]

    async def put_run(self, run: Run) -> bool:
        """Store a run; False if this id is known (it runs once)."""
        sql = f"""insert into runs ({RUN_COLUMNS})
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (id) do nothing returning id"""
        return bool(await self._pool.execute(sql, _columns(run)))

    async def set_state(
        self, run: RunId, state: str, started: datetime | None, finished: datetime | None, seconds: float | None
    ) -> None:
        """Store where a run is; what has ended stays as it ended."""
        sql = f"""update runs r set state = %s, started = coalesce(%s, started), finished = coalesce(%s, finished),
                seconds = coalesce(%s, seconds)
            where id = %s and {MAY_CHANGE.format(new="%s")}"""
        value = RunState(state)
        await self._pool.query(sql, (value, started, finished, seconds, run, value))

    async def commit(
        self, document: DocumentId, epoch: int, pieces: Sequence[StoredPiece], states: Sequence[Run]
    ) -> None:
        """Commit pieces and run states in one statement; a piece that is there already is left as it is.

        Pieces of runs that belong to another document, or to none, are left out. Of several states of one run the last
        counts.

        Raises:
            SagewsError: `conflict` unless this epoch is that of the workspace's lease.
        """
        sql = f"""with {FENCE},
            changed as (
                insert into runs as r ({RUN_COLUMNS})
                select s.id, fence.id, cell, lane, session, author, number, state, hash, queued, started, finished,
                    seconds
                from fence, jsonb_to_recordset(%s) as s (id uuid, cell text, lane text, session uuid, author uuid,
                    number int, state text, hash text, queued timestamptz, started timestamptz, finished timestamptz,
                    seconds float)
                on conflict (id) do update set state = excluded.state, started = excluded.started,
                    finished = excluded.finished, seconds = excluded.seconds
                where r.document = excluded.document and {MAY_CHANGE.format(new="excluded.state")}
                returning r.id
            ),
            added as (
                insert into outputs (run, sequence, kind, body)
                select (p ->> 0)::uuid, (p ->> 1)::bigint, p ->> 2, p -> 3 from fence, jsonb_array_elements(%s) as p
                where exists (select from runs r where r.id = (p ->> 0)::uuid and r.document = fence.id)
                    or exists (select from changed c where c.id = (p ->> 0)::uuid)
                on conflict do nothing
            )
            select id from fence"""
        rows = await self._pool.query(
            sql,
            (
                document,
                epoch,
                json_parameter([_state(run) for run in {run.id: run for run in states}.values()]),
                json_parameter([(piece.run, piece.sequence, piece.kind, dict(piece.body)) for piece in pieces]),
            ),
        )
        if not rows:
            raise SagewsError("conflict")

    async def last_runs(self, document: DocumentId) -> list[Run]:
        """Return the last run of each cell (in each lane), oldest first."""
        sql = f"""select {RUN_FIELDS} from (
                select distinct on (lane, cell) * from runs where document = %s order by lane, cell, position desc
            ) r order by r.position"""
        return [run_from(row) for row in await self._pool.query(sql, (document,))]

    async def pieces(self, run: RunId, first: int, limit: int) -> list[StoredPiece]:
        """Return pieces of a run, in order, from a number on; at most 10,000."""
        sql = """select sequence, kind, body from outputs where run = %s and sequence >= %s
            order by sequence limit %s"""
        rows = await self._pool.query(sql, (run, first, min(limit, MOST_PIECES)))
        return [StoredPiece(run, sequence, PieceKind(kind), body) for sequence, kind, body in rows]

    async def delete_old(self, document: DocumentId, keep: Sequence[RunId]) -> int:
        """Delete output of finished runs of this document that are neither the last of their cell nor in `keep`.

        Returns:
            How many pieces were deleted.
        """
        sql = """with last as (
                select distinct on (lane, cell) id from runs where document = %s order by lane, cell, position desc
            ),
            gone as (
                delete from outputs o using runs r
                where o.run = r.id and r.document = %s and r.state not in ('queued', 'running')
                    and r.id <> all (%s::uuid[]) and r.id not in (select id from last)
                returning 1
            )
            select count(*) from gone"""
        rows = await self._pool.query(sql, (document, document, list(keep)))
        return int(rows[0][0])


def _columns(run: Run) -> tuple[object, ...]:
    return (
        run.id,
        run.document,
        run.cell,
        run.lane,
        run.session,
        run.user,
        run.number,
        run.state,
        run.hash,
        run.queued,
        run.started,
        run.finished,
        run.seconds,
    )


def _state(run: Run) -> dict[str, object]:
    """Return a run as commit() sends it: by column name, times as text."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in zip(RUN_COLUMNS.split(", "), _columns(run), strict=True)
    }
