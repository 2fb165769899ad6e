"""Outputs that named versions keep: copied within the database, so that none of it passes through the daemon."""

from __future__ import annotations

from zope.interface import implementer

from sagews.interfaces.version_outputs import MOST_OF_A_CELL, MOST_OF_A_VERSION, IVersionOutputStore
from sagews.model.history import VersionOutput
from sagews.model.identifiers import WorkspaceId
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool

# The last runs of the cells of all documents, in the order in which they ran, with what they take up to each.
_LAST = f"""last as (
        select distinct on (d.id, r.lane, r.cell) d.path, r.* from documents d join runs r on r.document = d.id
        where d.workspace = %s and d.removed is null order by d.id, r.lane, r.cell, r.position desc
    ),
    fitting as (
        select *, sum(printed) over (order by position) as together from last
        where state in ('done', 'error', 'interrupted') and printed between 1 and {MOST_OF_A_CELL}
    )"""


@implementer(IVersionOutputStore)
class VersionOutputStore:
    """Kept outputs through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def size(self, workspace: WorkspaceId) -> int:
        """Return how many bytes `keep` would keep now."""
        sql = f"with {_LAST} select coalesce(sum(printed), 0) from fitting where together <= {MOST_OF_A_VERSION}"
        return int((await self._pool.query(sql, (workspace,)))[0][0])

    async def keep(self, workspace: WorkspaceId, commit: str) -> int:
        """Keep the output of the last run of each cell with a version of this workspace; returns the bytes."""
        sql = f"""with {_LAST},
            kept as (
                insert into version_outputs (workspace, commit, ordinal, path, cell, number, state, hash, started,
                    finished, seconds, pieces, size)
                select c.workspace, c.id, row_number() over (order by f.path, f.position), f.path, f.cell, f.number,
                    f.state, f.hash, f.started, f.finished, f.seconds, p.pieces, f.printed
                from commits c cross join fitting f cross join lateral (
                    select jsonb_agg(jsonb_build_array(o.kind, o.body) order by o.sequence) as pieces
                    from outputs o where o.run = f.id
                ) p
                where c.workspace = %s and c.id = %s and f.together <= {MOST_OF_A_VERSION} and p.pieces is not null
                on conflict do nothing returning size
            ),
            counted as (
                update workspaces set history_bytes = history_bytes + (select coalesce(sum(size), 0) from kept)
                where id = %s
            )
            select coalesce(sum(size), 0) from kept"""
        return int((await self._pool.execute(sql, (workspace, workspace, commit, workspace)))[0][0])

    async def read(self, workspace: WorkspaceId, commit: str, after: int, most: int) -> list[VersionOutput]:
        """Return what a version of this workspace keeps, behind a place: at least one, then about `most` bytes."""
        # The sizes are summed before any output is looked at.
        sql = """select v.ordinal, v.path, v.cell, v.number, v.state, v.hash, v.started, v.finished, v.seconds, v.pieces
            from (
                select ordinal, sum(size) over (order by ordinal) - size as before from version_outputs
                where workspace = %s and commit = %s and ordinal > %s
            ) w join version_outputs v on v.workspace = %s and v.commit = %s and v.ordinal = w.ordinal
            where w.before < %s order by v.ordinal"""
        rows = await self._pool.query(sql, (workspace, commit, after, workspace, commit, most))
        return [_output(row) for row in rows]


def _output(row: Row) -> VersionOutput:
    *fields, pieces = row
    return VersionOutput(*(*fields, [(kind, body) for kind, body in pieces]))
