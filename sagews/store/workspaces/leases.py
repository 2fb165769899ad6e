"""Leases, by which one life of a backend owns an open workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId
from sagews.model.workspaces import Lease
from sagews.store.arrays import text_array
from sagews.store.batcher import Batcher
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool
from sagews.store.rows import DOCUMENT_FIELDS, WORKSPACE_FIELDS, WORKSPACE_WIDTH, document_from, workspace_from

MOST_LEASES = 10_000


class LeaseStore:
    """The part of the workspace store that is about owning."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._wanted_leases = Batcher(self._take_leases)

    async def take_lease(self, workspace: WorkspaceId, backend: str, life: str, seconds: int) -> Lease | None:
        """Take the lease of a workspace for this life of a backend, and read it with its documents.

        A row that an older daemon left names no life, which is a former life like any other.

        Returns:
            None if a life of another backend owns it.

        Raises:
            SagewsError: `not-found` without the workspace.
        """
        rows = await self._wanted_leases.get(workspace, (workspace, backend, life, seconds))
        if not rows:
            raise SagewsError("not-found")
        epoch, unknown, elsewhere = rows[0][WORKSPACE_WIDTH : WORKSPACE_WIDTH + 3]
        if epoch is None:
            return None
        documents = (row[WORKSPACE_WIDTH + 3 :] for row in rows)
        found = tuple(document_from(document) for document in documents if document[0] is not None)
        # By the epoch too: somebody may have taken the first one while this statement waited for the row.
        first = unknown and epoch == 1
        return Lease(workspace_from(rows[0]), int(epoch), found, first=first, homes_elsewhere=int(elsewhere))

    async def _take_leases(
        self, asked: Sequence[tuple[WorkspaceId, str, str, int]]
    ) -> Mapping[WorkspaceId, Sequence[Row]]:
        """Take leases and return the rows of each workspace: itself, the epoch if it was taken, a document in each.

        Between the last two stand whether there was no lease before, and what the owner's other homes take.

        Rows are locked in the order in which renewals and the fence lock them.
        """
        # One statement: between a lease that is taken and documents that are read afterwards another backend could
        # come.
        sql = f"""with asked as (
                select * from unnest(%s::uuid[], %s::text[], %s::uuid[], %s::int[])
                    as a (workspace, backend, life, seconds)
            ),
            w as (
                select {WORKSPACE_FIELDS}, a.backend, a.life, a.seconds,
                    not exists (select from leases k where k.workspace = w.id) as unknown
                from workspaces w join asked a on a.workspace = w.id where w.deleted is null
            ),
            taken as (
                insert into leases as l (workspace, backend, life, epoch, expires)
                select w.id, w.backend, w.life, 1, now() + make_interval(secs => w.seconds) from w order by w.id
                on conflict (workspace) do update set
                    epoch = l.epoch + (l.life is distinct from excluded.life)::int,
                    backend = excluded.backend,
                    life = excluded.life,
                    expires = excluded.expires
                where l.backend is null or l.backend = excluded.backend or l.expires <= now()
                returning l.workspace, l.epoch
            )
            select {WORKSPACE_FIELDS}, t.epoch, w.unknown, (
                select coalesce(sum(o.home_bytes), 0) from workspaces o
                where o.owner = w.owner and o.id <> w.id and o.deleted is null
            ), {DOCUMENT_FIELDS} from w
            left join taken t on t.workspace = w.id
            left join documents d on d.workspace = w.id and d.removed is null"""
        # It may run twice: the second time the row names this life already, and the epoch stays.
        found: defaultdict[WorkspaceId, list[Row]] = defaultdict(list)
        for row in await self._pool.query(sql, tuple(map(text_array, zip(*asked, strict=True)))):
            found[WorkspaceId(row[0])].append(row)
        return found

    async def renew_leases(self, life: str, held: Sequence[Lease], seconds: int) -> set[WorkspaceId]:
        """Renew leases in one statement; returns those workspaces that this life still holds under their epoch.

        Rows are locked in the order in which the fence locks them, so that a renewal and a commit of many documents
        can't wait for each other.
        """
        sql = """with held as (
                select l.workspace from leases l
                join unnest(%s::uuid[], %s::bigint[]) as h (workspace, epoch) using (workspace)
                where l.life = %s and l.epoch = h.epoch
                order by l.workspace for no key update of l
            )
            update leases l set expires = now() + make_interval(secs => %s) from held where l.workspace = held.workspace
            returning l.workspace"""
        workspaces = text_array(lease.workspace.id for lease in held)
        epochs = text_array(lease.epoch for lease in held)
        rows = await self._pool.query(sql, (workspaces, epochs, life, seconds))
        return {WorkspaceId(row[0]) for row in rows}

    async def leased_workspaces(self, backend: str) -> Sequence[WorkspaceId]:
        """Return the workspaces that some life of a backend owns, or owned when it ended; the longest left first."""
        sql = """select l.workspace from leases l join workspaces w on w.id = l.workspace and w.deleted is null
            where l.backend = %s order by l.expires, l.workspace limit %s"""
        return [WorkspaceId(row[0]) for row in await self._pool.query(sql, (backend, MOST_LEASES))]

    async def release_lease(self, workspace: WorkspaceId, life: str, epoch: int) -> None:
        """Give a lease back; nothing happens if it is another's by now."""
        sql = "update leases set backend = null, life = null where workspace = %s and life = %s and epoch = %s"
        await self._pool.query(sql, (workspace, life, epoch))
