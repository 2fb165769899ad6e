"""Tickets, by which browsers pass from the frontend to a backend, and leases, by which a backend owns a workspace."""

from __future__ import annotations

from datetime import datetime

from psycopg2 import Binary
from psycopg2.errors import ForeignKeyViolation

from sagews.errors import SagewsError
from sagews.model.accounts import User
from sagews.model.identifiers import LoginId, UserId, WorkspaceId
from sagews.store.pool import Pool
from sagews.store.rows import USER_FIELDS, USER_WIDTH, user_from


class TicketStore:
    """The part of the workspace store that is about passing and owning."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create_ticket(
        self,
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        role: str,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket: good for 30 s and one use; sweeps tickets that nobody used."""
        sql = """with swept as (delete from tickets where expires < now() - interval '10 minutes')
            insert into tickets (hash, login, user_id, workspace, role, backend, expires)
            values (%s, %s, %s, %s, %s, %s, %s)"""
        await self._pool.execute(sql, (Binary(ticket_hash), login, user, workspace, role, backend, expires))

    async def spend_ticket(self, ticket_hash: bytes, backend: str) -> tuple[LoginId, User, WorkspaceId | None] | None:
        """Spend a ticket in one statement.

        None if it is unknown, spent, expired or for another backend, or if its login has ended since. A ticket shown
        to the wrong backend is not spent by that.
        """
        sql = f"""with spent as (
                delete from tickets where hash = %s and backend = %s returning login, user_id, workspace, expires
            )
            select {USER_FIELDS}, s.login, s.workspace from spent s
            join users u on u.id = s.user_id join logins l on l.id = s.login
            where s.expires > now() and not u.disabled and l.ended is null and l.expires > now()"""
        rows = await self._pool.execute(sql, (Binary(ticket_hash), backend))
        if not rows:
            return None
        login, workspace = rows[0][USER_WIDTH:]
        return LoginId(login), user_from(rows[0]), workspace and WorkspaceId(workspace)

    async def take_lease(self, workspace: WorkspaceId, backend: str, seconds: int) -> int | None:
        """Take or renew the lease of a workspace.

        Returns:
            Its epoch, which counts up whenever the owner changes; None if another backend owns it.

        Raises:
            SagewsError: `not-found` without the workspace.
        """
        sql = """insert into leases as l (workspace, backend, epoch, expires)
            values (%s, %s, 1, now() + make_interval(secs => %s))
            on conflict (workspace) do update set
                epoch = l.epoch + (l.backend is distinct from excluded.backend)::int,
                backend = excluded.backend,
                expires = excluded.expires
            where l.backend is null or l.backend = excluded.backend or l.expires <= now()
            returning epoch"""
        try:
            rows = await self._pool.query(sql, (workspace, backend, seconds))
        except ForeignKeyViolation:
            raise SagewsError("not-found") from None
        return int(rows[0][0]) if rows else None

    async def release_lease(self, workspace: WorkspaceId, backend: str, epoch: int) -> None:
        """Give a lease back; nothing happens if it is another's by now."""
        sql = "update leases set backend = null where workspace = %s and backend = %s and epoch = %s"
        await self._pool.query(sql, (workspace, backend, epoch))
