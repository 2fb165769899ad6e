"""Tickets, by which browsers pass from the frontend to a backend.

A ticket names a login, which lives among the accounts, perhaps in another database: whoever spends a ticket asks there
whether the login is still alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sagews.errors import SagewsError
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Ticket
from sagews.store.arrays import bytes_array, text_array
from sagews.store.batcher import Batcher
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool
from sagews.store.rows import GRANT_FIELDS, WORKSPACE_FIELDS, WORKSPACE_WIDTH, grant_from, workspace_from

NO_ROLE = "none"
_NewTicket = tuple[bytes, LoginId, UserId, WorkspaceId | None, str, datetime]


class TicketStore:
    """The part of the workspace store that is about passing from the frontend to a backend."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._new_tickets = Batcher(self._create_tickets)
        self._spent_tickets = Batcher(self._spend_tickets)

    async def create_ticket(
        self,
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket, and sweep tickets that nobody used.

        Raises:
            SagewsError: `not-found` for a workspace that the person has no grant for.
        """
        asked = (ticket_hash, login, user, workspace, backend, expires)
        if await self._new_tickets.get(ticket_hash, asked) is None:
            raise SagewsError("not-found")

    async def _create_tickets(self, asked: Sequence[_NewTicket]) -> Mapping[bytes, bool]:
        # Swept by whoever comes: tickets live for seconds, and no daemon is in charge of them.
        sql = f"""with swept as (delete from tickets where expires < now() - interval '10 minutes'),
            asked as (
                select * from unnest(%s::bytea[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
                    as a (hash, login, user_id, workspace, backend, expires)
            )
            insert into tickets (hash, login, user_id, workspace, role, backend, expires)
            select a.hash, a.login, a.user_id, a.workspace, coalesce(g.role, '{NO_ROLE}'), a.backend, a.expires
            from asked a
            left join workspaces w on w.id = a.workspace and w.deleted is null
            left join workspace_users g on g.workspace = w.id and g.user_id = a.user_id
            where a.workspace is null or g.role is not null
            returning hash"""
        hashes, *columns = zip(*asked, strict=True)
        rows = await self._pool.execute_prepared(sql, (bytes_array(hashes), *map(text_array, columns)))
        return {bytes(row[0]): True for row in rows}

    async def spend_ticket(self, ticket_hash: bytes, backend: str) -> Ticket | None:
        """Spend a ticket, and return what its person may do in its workspace now.

        None if it is unknown, spent, expired or for another backend. A ticket shown to the wrong backend is not spent
        by that.
        """
        return await self._spent_tickets.get(ticket_hash, (ticket_hash, backend))

    async def _spend_tickets(self, asked: Sequence[tuple[bytes, str]]) -> Mapping[bytes, Ticket]:
        # Deleting is spending: of two that show the same ticket at once the row goes to one.
        sql = f"""with spent as (
                delete from tickets t using unnest(%s::bytea[], %s::text[]) as a (hash, backend)
                where t.hash = a.hash and t.backend = a.backend
                returning t.hash, t.login, t.user_id, t.workspace, t.expires
            )
            select s.hash, s.login, s.user_id, s.workspace, {WORKSPACE_FIELDS}, {GRANT_FIELDS} from spent s
            left join workspaces w on w.id = s.workspace and w.deleted is null
            left join workspace_users g on g.workspace = w.id and g.user_id = s.user_id
            where s.expires > now()"""
        hashes, backends = zip(*asked, strict=True)
        rows = await self._pool.execute_prepared(sql, (bytes_array(hashes), text_array(backends)))
        return {bytes(row[0]): _ticket_from(row[1:]) for row in rows}


def _ticket_from(row: Row) -> Ticket:
    login, user, wanted, *rest = row
    space, grant = tuple(rest[:WORKSPACE_WIDTH]), tuple(rest[WORKSPACE_WIDTH:])
    return Ticket(
        LoginId(login),
        UserId(user),
        wanted is not None,
        None if space[0] is None else workspace_from(space),
        None if grant[0] is None else grant_from(grant),
    )
