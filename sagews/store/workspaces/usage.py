"""Sums over what the workspaces of one person hold, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from sagews.interfaces.usage import IUsageStore, WorkspaceUse
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId
from sagews.store.arrays import text_array
from sagews.store.pool import ConnectionPool


@implementer(IUsageStore)
class UsageStore:
    """Sums through a pool; roles of frontend and backend may read them."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def outputs(self, owner: UserId, but: Sequence[DocumentId]) -> int:
        """Return how many bytes of output are stored of this person's documents, but for some of them."""
        # Each run has its size: what was printed is not looked at.
        sql = """select coalesce(sum(r.printed), 0) from workspaces w join documents d on d.workspace = w.id
            join runs r on r.document = d.id and r.printed > 0
            where w.owner = %s and d.id <> all (%s::uuid[])"""
        return int((await self._pool.query(sql, (owner, text_array(but))))[0][0])

    async def history(self, owner: UserId) -> int:
        """Return how many bytes the history of this person's workspaces takes."""
        sql = "select coalesce(sum(history_bytes), 0) from workspaces where owner = %s"
        return int((await self._pool.query(sql, (owner,)))[0][0])

    async def history_beside(self, workspace: WorkspaceId) -> tuple[UserId, int] | None:
        """Return who owns a workspace, and how many bytes the history of all of theirs takes; None if it is unknown."""
        sql = """select w.owner, sum(a.history_bytes) from workspaces w join workspaces a on a.owner = w.owner
            where w.id = %s group by w.owner"""
        rows = await self._pool.query(sql, (workspace,))
        return (UserId(rows[0][0]), int(rows[0][1])) if rows else None

    async def homes(self, owner: UserId) -> int:
        """Return how many bytes the files of this person's workspaces take, deleted ones left out."""
        sql = "select coalesce(sum(home_bytes), 0) from workspaces where owner = %s and deleted is null"
        return int((await self._pool.query(sql, (owner,)))[0][0])

    async def note_home(self, owner: UserId, workspace: WorkspaceId, used: int) -> int:
        """Note how many bytes the files of a workspace take; return how many those of the owner's others do."""
        sql = """with noted as (
                update workspaces set home_bytes = %s where id = %s and owner = %s and home_bytes <> %s
            )
            select coalesce(sum(home_bytes), 0) from workspaces where owner = %s and id <> %s and deleted is null"""
        rows = await self._pool.query(sql, (used, workspace, owner, used, owner, workspace))
        return int(rows[0][0])

    async def largest(self, owner: UserId, limit: int) -> list[WorkspaceUse]:
        """List those workspaces of this person that have most stored, deleted ones left out, the largest first."""
        sql = """select w.id, w.name, coalesce(o.bytes, 0), w.history_bytes, w.home_bytes from workspaces w left join (
                select d.workspace, sum(r.printed) as bytes from workspaces v join documents d on d.workspace = v.id
                join runs r on r.document = d.id and r.printed > 0 where v.owner = %s group by d.workspace
            ) o on o.workspace = w.id
            where w.owner = %s and w.deleted is null and coalesce(o.bytes, 0) + w.history_bytes + w.home_bytes > 0
            order by coalesce(o.bytes, 0) + w.history_bytes + w.home_bytes desc limit %s"""
        rows = await self._pool.query(sql, (owner, owner, limit))
        return [
            WorkspaceUse(WorkspaceId(key), name, int(outputs), int(history), int(files))
            for key, name, outputs, history, files in rows
        ]
