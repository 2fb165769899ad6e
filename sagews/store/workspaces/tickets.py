"""Tickets, by which browsers pass from the frontend to a backend.

A ticket names a login, which lives among the accounts, perhaps in another database: whoever spends a ticket asks there
whether the login is still alive.
"""

from __future__ import annotations

from datetime import datetime

from psycopg2 import Binary

from sagews.errors import SagewsError
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Ticket
from sagews.store.pool import ConnectionPool
from sagews.store.rows import GRANT_FIELDS, WORKSPACE_FIELDS, WORKSPACE_WIDTH, grant_from, workspace_from

NO_ROLE = "none"


class TicketStore:
    """The part of the workspace store that is about passing from the frontend to a backend."""

    _pool: ConnectionPool

    async def create_ticket(
        self,
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket in one statement, and sweep tickets that nobody used.

        Raises:
            SagewsError: `not-found` for a workspace that the person has no grant for.
        """
        role = f"values ('{NO_ROLE}')"
        if workspace is not None:
            role = """select g.role from workspace_users g join workspaces w on w.id = g.workspace
                where g.workspace = %s and g.user_id = %s and w.deleted is null"""
        # Swept by whoever comes: tickets live for seconds, and no daemon is in charge of them.
        sql = f"""with swept as (delete from tickets where expires < now() - interval '10 minutes')
            insert into tickets (hash, login, user_id, workspace, role, backend, expires)
            select %s, %s, %s, %s, found.role, %s, %s from ({role}) as found (role) returning role"""
        granted = () if workspace is None else (workspace, user)
        parameters = (Binary(ticket_hash), login, user, workspace, backend, expires, *granted)
        if not await self._pool.execute(sql, parameters):
            raise SagewsError("not-found")

    async def spend_ticket(self, ticket_hash: bytes, backend: str) -> Ticket | None:
        """Spend a ticket in one statement, and return what its person may do in its workspace now.

        None if it is unknown, spent, expired or for another backend. A ticket shown to the wrong backend is not spent
        by that.
        """
        # Deleting is spending: of two that show the same ticket at once the row goes to one.
        sql = f"""with spent as (
                delete from tickets where hash = %s and backend = %s returning login, user_id, workspace, expires
            )
            select s.login, s.user_id, s.workspace, {WORKSPACE_FIELDS}, {GRANT_FIELDS} from spent s
            left join workspaces w on w.id = s.workspace and w.deleted is null
            left join workspace_users g on g.workspace = w.id and g.user_id = s.user_id
            where s.expires > now()"""
        rows = await self._pool.execute(sql, (Binary(ticket_hash), backend))
        if not rows:
            return None
        login, user, wanted, *rest = rows[0]
        space, grant = tuple(rest[:WORKSPACE_WIDTH]), tuple(rest[WORKSPACE_WIDTH:])
        return Ticket(
            LoginId(login),
            UserId(user),
            wanted is not None,
            None if space[0] is None else workspace_from(space),
            None if grant[0] is None else grant_from(grant),
        )
