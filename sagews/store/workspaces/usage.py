"""Sums over what the workspaces of one person hold, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import implementer

from sagews.interfaces.usage import IUsageStore
from sagews.model.identifiers import DocumentId, UserId
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
