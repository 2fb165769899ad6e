"""Commits, refs and git bundles of workspaces in PostgreSQL, which is the truth: repositories elsewhere are caches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from zope.interface import implementer

from sagews.interfaces.history import IHistoryStore
from sagews.model.history import Commit, StoredAutosave
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.store.arrays import text_array
from sagews.store.parts import execute_with
from sagews.store.pool import ConnectionPool
from sagews.store.rows import COMMIT_FIELDS, commit_from
from sagews.store.values import clean_text

MOST_COMMITS = 1000
# Version 3 has capabilities (@ lines) before the prerequisites.
_HEADER = re.compile(rb"# v[23] git bundle\n((?:@[^\n]*\n)*)((?:[^\n]+\n)*)\n")
_PREREQUISITE = re.compile(rb"^-([0-9a-f]{40})", re.MULTILINE)

MOVE_FIRST = """insert into refs (workspace, name, commit) values (%s, %s, %s) on conflict do nothing
    returning workspace, name, commit"""
MOVE = """update refs set commit = %s, moved = now() where workspace = %s and name = %s and commit = %s
    returning workspace, name, commit"""

# What autosaves_remove spares, whoever asks.
_AUTOSAVES = """with needed as (
        select unnest(needs) as id from bundles where workspace = %s
        union select commit from refs where workspace = %s
        union select parent from commits where workspace = %s and parent is not null
        union select commit from publications where workspace = %s
    )
    select c.id, c.time, coalesce(octet_length(b.data), 0), c.kind <> 'autosave' or c.id in (select id from needed)
    from commits c left join bundles b on b.workspace = c.workspace and b.commit = c.id
    where c.workspace = %s and c.ref = 'autosave' and c.time < %s order by c.time, c.position limit %s"""

# "union" and not "union all": a commit that two others need is followed once.
_NEEDED = """with recursive needed (commit, needs) as (
        select commit, needs from bundles where workspace = %s and commit = %s
        union
        select b.commit, b.needs from needed n join bundles b on b.workspace = %s and b.commit = any (n.needs)
    )"""
_IN_ORDER = """from needed n join bundles b on b.workspace = %s and b.commit = n.commit
    join commits c on c.workspace = b.workspace and c.id = b.commit order by c.position"""


def prerequisites(bundle: bytes | memoryview, parent: str | None) -> list[str]:
    """Return the commits that must be there before a bundle can be unpacked, from its header.

    What has no readable header is taken to need its commit's parent.
    """
    # The header is text; behind it come megabytes of packed data, in which nothing may be looked for.
    header = _HEADER.match(bundle[:65_536])
    if header is None:
        return [] if parent is None else [parent]
    return [found.decode("ascii") for found in _PREREQUISITE.findall(header[2])]


@implementer(IHistoryStore)
class HistoryStore:
    """History through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def add(
        self, workspace: WorkspaceId, ref: str, expected: str | None, commit: Commit, bundle: bytes | memoryview
    ) -> bool:
        """Store a commit with its bundle and move the ref from `expected` to it, all or nothing.

        Returns:
            False if the ref has moved: nothing was stored then.
        """
        if expected is None:
            # The ref's row is the lock: of two that would move it from the same commit one finds it moved, and stores
            # nothing.
            move, values = MOVE_FIRST, [workspace, ref, commit.id]
        else:
            move, values = MOVE, [commit.id, workspace, ref, expected]
        sql = f"""moved as ({move}),
            recorded as (
                insert into commits (workspace, id, parent, tree, ref, kind, name, author, author_name, time,
                    files_changed)
                select workspace, commit, %s, %s, name, %s, %s, %s, %s, %s, %s from moved on conflict do nothing
            ),
            stored as (
                insert into bundles (workspace, commit, needs, data)
                select workspace, commit, %s::text[], (select data from whole) from moved on conflict do nothing
                returning octet_length(data) as size
            ),
            counted as (
                update workspaces w set versions = versions + (moved.name = 'main')::int,
                    edited = case when moved.name = 'main' then now() else edited end,
                    history_bytes = history_bytes + coalesce((select sum(size) from stored), 0)
                from moved where w.id = moved.workspace
            )
            select commit from moved"""
        described = [
            commit.parent,
            commit.tree,
            commit.kind,
            clean_text(commit.name),
            commit.author,
            clean_text(commit.author_name),
            commit.time,
            commit.files_changed,
        ]
        # Kept beside the bundle, so that the chain can be followed in one statement without opening any.
        needs = prerequisites(bundle, commit.parent)
        return bool(await execute_with(self._pool, bundle, sql, (*values, *described, needs)))

    async def head(self, workspace: WorkspaceId, ref: str) -> Commit | None:
        """Return the commit that a ref ("main", "autosave") points to."""
        sql = f"""select {COMMIT_FIELDS} from refs r join commits c on c.workspace = r.workspace and c.id = r.commit
            where r.workspace = %s and r.name = %s"""
        return await self._one(sql, workspace, ref)

    async def newest(self, workspace: WorkspaceId) -> Commit | None:
        """Return the newest commit on any ref."""
        found = await self.commits(workspace, None, 1)
        return found[0] if found else None

    async def commits(self, workspace: WorkspaceId, before: str | None, limit: int) -> list[Commit]:
        """List commits of both refs, newest first; at most 1,000."""
        sql = f"""select {COMMIT_FIELDS} from commits c where workspace = %s and (%s::text is null
                or position < (select position from commits b where b.workspace = c.workspace and b.id = %s))
            order by position desc limit %s"""
        rows = await self._pool.query(sql, (workspace, before, before, min(limit, MOST_COMMITS)))
        return [commit_from(row) for row in rows]

    async def commit(self, workspace: WorkspaceId, commit: str) -> Commit | None:
        """Return one commit."""
        return await self._one(
            f"select {COMMIT_FIELDS} from commits c where workspace = %s and id = %s", workspace, commit
        )

    async def _one(self, sql: str, workspace: WorkspaceId, name: str) -> Commit | None:
        rows = await self._pool.query(sql, (workspace, name))
        return commit_from(rows[0]) if rows else None

    async def bundle_sizes(self, workspace: WorkspaceId, commit: str) -> list[tuple[str, int]]:
        """Return the commits whose bundles together hold a commit, oldest first, with the bundles' sizes."""
        sql = f"""{_NEEDED} select b.commit, octet_length(b.data) {_IN_ORDER}"""
        rows = await self._pool.query(sql, (workspace, commit, workspace, workspace))
        return [(key, size) for key, size in rows]

    async def bundle_part(self, workspace: WorkspaceId, commit: str, first: int, length: int) -> bytes:
        """Return part of the bundle of one commit; nothing of one that is unknown."""
        # It is stored as it is, so the server reads no more of it than this.
        sql = "select substring(data from %s for %s) from bundles where workspace = %s and commit = %s"
        rows = await self._pool.query(sql, (first + 1, length, workspace, commit))
        return bytes(rows[0][0]) if rows else b""

    async def autosaves(self, workspace: WorkspaceId, before: datetime, limit: int) -> list[StoredAutosave]:
        """List autosaves made before a time, oldest first, with what they take and whether they can go."""
        # The sizes are beside the data, which is not read.
        rows = await self._pool.query(_AUTOSAVES, (*[workspace] * 5, before, limit))
        return [StoredAutosave(*row) for row in rows]

    async def remove_autosaves(self, workspace: WorkspaceId, commits: Sequence[str]) -> int:
        """Remove those of these that are autosaves and that nothing else needs; returns the bytes that they took."""
        rows = await self._pool.execute("select autosaves_remove(%s, %s::text[])", (workspace, text_array(commits)))
        return int(rows[0][0])

    async def named_by(self, workspace: WorkspaceId, user: UserId) -> int:
        """Return how many named versions of a workspace this person named."""
        sql = "select count(*) from commits where workspace = %s and kind = 'named' and author = %s"
        return int((await self._pool.query(sql, (workspace, user)))[0][0])

    async def unname(self, workspace: WorkspaceId, commit: str, user: UserId | None) -> int | None:
        """Take the name from a version, and what it keeps; returns the bytes of that, None without such a version."""
        rows = await self._pool.execute("select version_unname(%s, %s, %s)", (workspace, commit, user))
        freed = rows[0][0]
        return None if freed is None else int(freed)

    async def autosaved(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List workspaces, behind one of them, that have several autosaves made before a time."""
        sql = """select workspace from commits where ref = 'autosave' and time < %s
            and (%s::uuid is null or workspace > %s) group by workspace having count(*) > 1
            order by workspace limit %s"""
        return [WorkspaceId(row[0]) for row in await self._pool.query(sql, (before, after, after, limit))]

    async def deleted(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List workspaces, behind one of them, that were deleted before a time and still have history."""
        sql = """select id from workspaces where deleted < %s and history_bytes > 0 and (%s::uuid is null or id > %s)
            order by id limit %s"""
        return [WorkspaceId(row[0]) for row in await self._pool.query(sql, (before, after, after, limit))]

    async def remove_deleted(self, workspace: WorkspaceId, before: datetime, most: int) -> bool:
        """Remove about so many bytes of the history of a workspace if it was deleted before a time.

        Returns:
            Whether nothing is left to be removed.
        """
        rows = await self._pool.execute("select deleted_history_remove(%s, %s, %s)", (workspace, before, most))
        return bool(rows[0][0])
