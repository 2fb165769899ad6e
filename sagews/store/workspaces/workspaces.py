"""Workspaces, who may open them, and the documents in them, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg2.errors import ForeignKeyViolation, UniqueViolation
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.workspaces import MOST_OWNED, IWorkspaceStore
from sagews.model.accounts import Grant, Role
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Workspace
from sagews.store.arrays import text_array
from sagews.store.pool import ConnectionPool, Row, Transaction
from sagews.store.rows import (
    DOCUMENT_FIELDS,
    GRANT_FIELDS,
    WORKSPACE_FIELDS,
    WORKSPACE_WIDTH,
    document_from,
    grant_from,
    workspace_from,
)
from sagews.store.values import clean_text
from sagews.store.workspaces.leases import LeaseStore
from sagews.store.workspaces.tickets import TicketStore

MOST_LISTED = 200
MOST_PEOPLE = 200
LOCK_OWNER = "select pg_advisory_xact_lock(hashtextextended('workspaces of ' || %s, 0))"
TELL_NAME = "pg_notify('workspace_renamed', json_build_object('workspace', id)::text)"
TELL_GRANTS = "pg_notify('grants_changed', json_build_object('workspace', {workspace}, 'user', {user})::text)"


@implementer(IWorkspaceStore)
class WorkspaceStore(TicketStore, LeaseStore):
    """Workspaces through a pool; the frontend's role may do everything here, the backend's no grants."""

    def __init__(self, pool: ConnectionPool) -> None:
        TicketStore.__init__(self, pool)
        LeaseStore.__init__(self, pool)

    async def create_workspace(
        self,
        workspace: WorkspaceId,
        name: str,
        owner: UserId,
        document: DocumentId,
        path: str,
        most: int = MOST_OWNED,
    ) -> Workspace:
        """Create it with grant and first document, one at a time of each owner; see IWorkspaceStore."""
        sql = f"""with w as (
                insert into workspaces (id, name, owner)
                select %s, %s, %s where (select count(*) from workspaces where owner = %s and deleted is null) < %s
                returning id, name, owner, created, edited, versions, session
            ),
            granted as (
                insert into workspace_users (workspace, user_id, role, may_run) select id, owner, 'owner', true from w
            ),
            documented as (insert into documents (id, workspace, path, title) select %s, id, %s, name from w)
            select {WORKSPACE_FIELDS} from w"""
        parameters = (workspace, clean_text(name), owner, owner, most, document, clean_text(path))

        async def create(transaction: Transaction) -> list[Row]:
            # In a statement of its own: what a statement counts is what was there when it began, and so before it
            # waited. Not the person's row: accounts may lie in another database.
            await transaction.execute(LOCK_OWNER, (owner,))
            return await transaction.execute(sql, parameters)

        try:
            rows = await self._pool.transaction(create)
        except UniqueViolation:
            raise SagewsError("name-taken", name=workspace) from None
        if not rows:
            raise SagewsError("limit", limit=f"{most} workspaces", advice="Delete one that you do not need any more.")
        return workspace_from(rows[0])

    async def owned(self, user: UserId) -> int:
        """Return how many workspaces a person has made that are not deleted."""
        sql = "select count(*) from workspaces where owner = %s and deleted is null"
        return int((await self._pool.query(sql, (user,)))[0][0])

    async def workspaces(self, user: UserId, limit: int, after: WorkspaceId | None) -> list[tuple[Workspace, Role]]:
        """List up to 200 that a person may open, last edited first, behind one of them; nothing behind any other."""
        sql = f"""select {WORKSPACE_FIELDS}, g.role from workspace_users g join workspaces w on w.id = g.workspace
            where g.user_id = %s and w.deleted is null and (%s::uuid is null
                or (w.edited, w.id) < (select a.edited, a.id from workspaces a
                    join workspace_users ag on ag.workspace = a.id and ag.user_id = g.user_id where a.id = %s))
            order by w.edited desc, w.id desc limit %s"""
        rows = await self._pool.query(sql, (user, after, after, min(limit, MOST_LISTED)))
        return [(workspace_from(row), Role(row[WORKSPACE_WIDTH])) for row in rows]

    async def workspace(self, workspace: WorkspaceId) -> Workspace | None:
        """Return one workspace that is not deleted."""
        sql = f"select {WORKSPACE_FIELDS} from workspaces w where id = %s and deleted is null"
        rows = await self._pool.query(sql, (workspace,))
        return workspace_from(rows[0]) if rows else None

    async def rename_workspace(self, workspace: WorkspaceId, name: str) -> None:
        """Change the name; notifies `workspace_renamed`."""
        sql = f"""with changed as (
                update workspaces set name = %s where id = %s and deleted is null returning id
            )
            select {TELL_NAME} from changed"""
        await self._must_find(sql, (clean_text(name), workspace))

    async def delete_workspace(self, workspace: WorkspaceId) -> None:
        """Mark a workspace as deleted; notifies `grants_changed` for everybody in it."""
        sql = f"""with changed as (
                update workspaces set deleted = now() where id = %s and deleted is null returning id
            )
            select {TELL_GRANTS.format(workspace="id", user="null")} from changed"""
        await self._must_find(sql, (workspace,))

    async def note_session_states(self, states: Mapping[WorkspaceId, str]) -> None:
        """Note in one statement for lists whether something runs in these workspaces."""
        sql = """update workspaces w set session = s.state from unnest(%s::uuid[], %s::text[]) as s (id, state)
            where w.id = s.id"""
        await self._pool.execute(sql, (list(states), list(states.values())))

    # ------------------------------------------------------------------------------------------ grants

    async def grant(self, workspace: WorkspaceId, user: UserId) -> Grant | None:
        """Return what a person may do here, or None."""
        sql = f"""select {GRANT_FIELDS} from workspace_users g join workspaces w on w.id = g.workspace
            where g.workspace = %s and g.user_id = %s and w.deleted is null"""
        rows = await self._pool.query(sql, (workspace, user))
        return grant_from(rows[0]) if rows else None

    async def set_grant(self, workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        """Grant or change a grant; notifies `grants_changed`.

        Raises:
            SagewsError: `not-found` without the workspace; `bad-value` if it would be left without an owner.
        """
        sql = f"""with changed as (
                insert into workspace_users (workspace, user_id, role, may_run) values (%s, %s, %s, %s)
                on conflict (workspace, user_id) do update set role = excluded.role, may_run = excluded.may_run
                returning workspace, user_id
            )
            select {TELL_GRANTS.format(workspace="workspace", user="user_id")} from changed"""
        await self._change_grants(workspace, user, sql, (workspace, user, Role(role), may_run), Role(role))

    async def remove_grant(self, workspace: WorkspaceId, user: UserId) -> None:
        """Take a grant away (never the last owner's: `bad-value`); notifies `grants_changed`."""
        sql = f"""with changed as (
                delete from workspace_users where workspace = %s and user_id = %s returning workspace, user_id
            )
            select {TELL_GRANTS.format(workspace="workspace", user="user_id")} from changed"""
        await self._change_grants(workspace, user, sql, (workspace, user), None)

    async def _change_grants(
        self, workspace: WorkspaceId, user: UserId, sql: str, parameters: tuple[Any, ...], role: Role | None
    ) -> None:
        """Change a grant under the workspace's lock, so that two owners can't remove each other at once."""

        async def change(transaction: Transaction) -> None:
            # The workspace's row stands for all of its grants: two changes at once would each see the other's owner
            # still there.
            lock = "select id from workspaces where id = %s and deleted is null for update"
            if not await transaction.execute(lock, (workspace,)):
                raise SagewsError("not-found")
            owners = """select exists (select from workspace_users
                where workspace = %s and role = 'owner' and user_id <> %s)"""
            if role is not Role.OWNER and not (await transaction.execute(owners, (workspace, user)))[0][0]:
                raise SagewsError("bad-value", field="role", reason="a workspace needs an owner")
            await transaction.execute(sql, parameters)
            count = "select count(*) from workspace_users where workspace = %s"
            if role is not None and (await transaction.execute(count, (workspace,)))[0][0] > MOST_PEOPLE:
                advice = "Take somebody's access away first."
                raise SagewsError("limit", limit=f"{MOST_PEOPLE} people in a workspace", advice=advice)

        await self._pool.transaction(change)

    async def grants(self, workspaces: Sequence[WorkspaceId]) -> list[Grant]:
        """List who may open these workspaces, by person."""
        sql = f"""select {GRANT_FIELDS} from workspace_users g join workspaces w on w.id = g.workspace
            where g.workspace = any(%s::uuid[]) and w.deleted is null order by g.user_id"""
        return [grant_from(row) for row in await self._pool.query(sql, (text_array(workspaces),))]

    # --------------------------------------------------------------------------------------- documents

    async def documents(self, workspace: WorkspaceId) -> list[Document]:
        """List documents by path."""
        # By bytes: the server's own collation may be another after an upgrade of its library.
        sql = f"""select {DOCUMENT_FIELDS} from documents d where workspace = %s and removed is null
            order by path collate "C" """
        return [document_from(row) for row in await self._pool.query(sql, (workspace,))]

    async def documents_of(self, workspaces: Sequence[WorkspaceId], most: int) -> list[Document]:
        """List the documents of several workspaces by path, at most so many of each, in one statement."""
        sql = f"""select {DOCUMENT_FIELDS} from unnest(%s::uuid[]) as w (id) cross join lateral (
                select * from documents x where x.workspace = w.id and x.removed is null
                order by x.path collate "C" limit %s
            ) d order by d.path collate "C" """
        return [document_from(row) for row in await self._pool.query(sql, (text_array(workspaces), most))]

    async def document(self, workspace: WorkspaceId, document: DocumentId) -> Document | None:
        """Return one document of this workspace that is not removed, if the workspace is not deleted."""
        sql = f"""select {DOCUMENT_FIELDS} from documents d join workspaces w on w.id = d.workspace
            where d.id = %s and d.workspace = %s and d.removed is null and w.deleted is null"""
        rows = await self._pool.query(sql, (document, workspace))
        return document_from(rows[0]) if rows else None

    async def create_document(self, workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        """Create a document; `name-taken` if the path exists, `not-found` without the workspace."""
        sql = f"""insert into documents as d (id, workspace, path, title) values (%s, %s, %s, %s)
            returning {DOCUMENT_FIELDS}"""
        return await self._change_document(path, sql, (document, workspace, clean_text(path), clean_text(title)))

    async def rename_document(self, workspace: WorkspaceId, document: DocumentId, path: str) -> Document:
        """Give another path; `name-taken` if it exists, `not-found` for a document of another workspace."""
        sql = f"""update documents d set path = %s, edited = now()
            where id = %s and workspace = %s and removed is null returning {DOCUMENT_FIELDS}"""
        return await self._change_document(path, sql, (clean_text(path), document, workspace))

    async def _change_document(self, path: str, sql: str, parameters: tuple[Any, ...]) -> Document:
        try:
            rows = await self._pool.execute(sql, parameters)
        except UniqueViolation:
            raise SagewsError("name-taken", name=path) from None
        except ForeignKeyViolation:
            raise SagewsError("not-found") from None
        if not rows:
            raise SagewsError("not-found")
        return document_from(rows[0])

    async def remove_document(self, workspace: WorkspaceId, document: DocumentId) -> None:
        """Mark as removed; its updates, runs and outputs stay. `not-found` for a document of another workspace."""
        sql = """update documents set removed = now() where id = %s and workspace = %s and removed is null
            returning id"""
        await self._must_find(sql, (document, workspace))

    async def note_edits(self, titles: Mapping[DocumentId, str]) -> None:
        """Note edits in one statement: time and title, on each document and its workspace; unknown ones left out."""
        sql = """with changed as (
                update documents d set edited = now(), title = t.title
                from unnest(%s::uuid[], %s::text[]) as t (id, title)
                where d.id = t.id and d.removed is null returning d.workspace
            )
            update workspaces w set edited = now() where w.id in (select workspace from changed)"""
        await self._pool.execute(sql, (list(titles), [clean_text(title) for title in titles.values()]))

    async def _must_find(self, sql: str, parameters: tuple[Any, ...]) -> None:
        if not await self._pool.execute(sql, parameters):
            raise SagewsError("not-found")
