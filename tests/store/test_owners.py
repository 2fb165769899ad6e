"""No id opens anything by itself: a statement that reads or changes by an id names whose that is.

Ids are known to more people than they belong to: whoever was in a workspace once knows its documents and runs. So every
method of the stores that takes an id takes its owner too, and here each is asked with the id of another owner.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId, new_id
from sagews.model.runs import DocumentWrite
from sagews.model.sessions import RunState
from sagews.model.updates import StoredText
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.accounts import later
from tests.contracts.history import bundles_of, make_commit
from tests.contracts.journal import make_piece, make_run, read, told
from tests.postgres import PostgresTestCase

STORES: Sequence[type] = (AccountStore, WorkspaceStore, DocumentStore, RunStore, HistoryStore, UsageStore)
# What each kind of id belongs to: a method that takes the one takes the other.
OWNERS: Mapping[str, str] = {
    "LoginId": "UserId",
    "DocumentId": "WorkspaceId",
    "RunId": "DocumentId",
}
# A write is fenced by the epoch of the workspace's lease, and a document is the owner of its runs.
OWNED_OTHERWISE: Mapping[str, str] = {
    "AccountStore.alive_logins": "answers about ids that open connections were admitted with, and says no more of them",
    "AccountStore.create_login": "makes the id",
    "AccountStore.create_token": "makes the id",
    "WorkspaceStore.note_edits": "notes the titles of documents that were loaded under their workspace's lease",
    "DocumentStore.snapshot": "fenced by the epoch",
    "DocumentStore.compact": "fenced by the epoch",
    "RunStore.new_epoch": "fenced by the epoch; the document is the owner",
    "RunStore.pieces": "the document is the owner",
    "RunStore.last_runs": "the document is the owner",
    "RunStore.delete_old": "the document is the owner",
    "RunStore.clear": "the document is the owner",
    "UsageStore.outputs": "leaves documents out of a person's own sum",
}
# Every method that the walk finds, asked below with the id of another owner.
ASKED = {
    "AccountStore.login",
    "AccountStore.login_is_alive",
    "AccountStore.end_login",
    "AccountStore.set_password",
    "WorkspaceStore.document",
    "WorkspaceStore.rename_document",
    "WorkspaceStore.remove_document",
    "WorkspaceStore.create_document",
    "WorkspaceStore.create_workspace",
    "WorkspaceStore.create_ticket",
    "DocumentStore.load",
}


def methods() -> Mapping[str, str]:
    """Return every public method of the stores with the annotations of its parameters."""
    found = {}
    for store in STORES:
        for name, method in inspect.getmembers(store, inspect.iscoroutinefunction):
            if not name.startswith("_"):
                parameters = list(inspect.signature(method).parameters.values())[1:]
                found[f"{store.__name__}.{name}"] = " ".join(str(each.annotation) for each in parameters)
    return found


class WalkTests(SynchronousTestCase):
    """What the stores' methods take."""

    def test_every_id_comes_with_its_owner(self) -> None:
        """A method that takes an id takes what it belongs to as well, or stands in a list with the reason."""
        taking = set()
        for name, taken in methods().items():
            ids = [each for each in OWNERS if each in taken]
            if ids:
                taking.add(name)
            missing = [each for each in ids if OWNERS[each] not in taken]
            self.assertFalse(missing and name not in OWNED_OTHERWISE, f"{name} takes {missing} without an owner")
        self.assertEqual(taking, ASKED | set(OWNED_OTHERWISE))


@pytest.mark.slow
class ForeignTests(PostgresTestCase):
    """Mallory has an account and a workspace of her own, and knows every id of Ada's."""

    async def build(self) -> None:
        """Make both of them, with a document, a run, a version and a login each."""
        pool = await self.pool()
        self.accounts, self.workspaces = AccountStore(pool), WorkspaceStore(pool)
        self.documents, self.runs, self.journal = DocumentStore(pool), RunStore(pool), Journal(pool)
        self.history = HistoryStore(pool)
        self.ada, self.her, self.sheet, self.login = await self.person("ada")
        self.mallory, self.mine, self.own, _ = await self.person("mallory")

    async def person(self, name: str) -> tuple[UserId, WorkspaceId, DocumentId, LoginId]:
        """Return a person with a workspace, its document, and a login."""
        user = (await self.accounts.create_user(f"{name}@example.org", name, "user", "hash")).id
        workspace, document, login = WorkspaceId(new_id()), DocumentId(new_id()), LoginId(new_id())
        await self.workspaces.create_workspace(workspace, name, user, document, "a.sage.md")
        await self.workspaces.take_lease(workspace, name, new_id(), 30)
        await self.accounts.create_login(login, user, name.encode() * 8, b"s" * 32, later())
        return user, workspace, document, login

    async def refused(self, asked: Any) -> None:
        """Let a call be refused as if the id did not exist."""
        with self.assertRaises(SagewsError) as caught:
            await asked
        self.assertEqual(caught.exception.code, "not-found")

    async def test_a_run(self) -> None:
        """Her output is not read under a document of one's own, nor written, nor deleted."""
        await self.build()
        run = make_run(self.sheet, state=RunState.DONE)
        await self.journal.commit([DocumentWrite(self.sheet, 1, [], [run], [make_piece(run, 1)])])
        taken_over = replace(run, document=self.own, state=RunState.ERROR)
        await self.journal.commit([DocumentWrite(self.own, 1, [], [taken_over], [make_piece(run, 2, "forged")])])
        self.assertEqual((await self.runs.pieces(self.own, run.id, 1, 9)).pieces, [])
        self.assertEqual(await self.runs.last_runs(self.own), [])
        self.assertEqual(await self.runs.delete_old(self.own, 1, []), 0)
        self.assertEqual(read(await self.runs.pieces(self.sheet, run.id, 1, 9)), told([make_piece(run, 1)]))
        self.assertEqual([found.state for found in await self.runs.last_runs(self.sheet)], [RunState.DONE])

    async def test_a_document(self) -> None:
        """Her worksheet is not read, renamed, removed or replaced through a workspace of one's own."""
        await self.build()
        await self.journal.commit([DocumentWrite(self.sheet, 1, [(self.ada, b"text")])])
        self.assertEqual(await self.documents.load(self.mine, self.sheet), StoredText(None, []))
        self.assertIsNone(await self.workspaces.document(self.mine, self.sheet))
        await self.refused(self.workspaces.rename_document(self.mine, self.sheet, "b.sage.md"))
        await self.refused(self.workspaces.remove_document(self.mine, self.sheet))
        with self.assertRaises(SagewsError):
            await self.workspaces.create_document(self.mine, self.sheet, "c.sage.md", "Mine")
        with self.assertRaises(SagewsError):
            await self.workspaces.create_workspace(WorkspaceId(new_id()), "Mine", self.mallory, self.sheet, "a.sage.md")
        self.assertEqual(await self.documents.load(self.her, self.sheet), StoredText(None, [b"text"]))
        self.assertEqual((await self.workspaces.document(self.her, self.sheet)).path, "a.sage.md")  # type: ignore[union-attr]

    async def test_a_version(self) -> None:
        """Her versions are not found in a workspace of one's own."""
        await self.build()
        commit = make_commit(1)
        self.assertTrue(await self.history.add(self.her, "main", None, commit, b"bundle"))
        self.assertIsNone(await self.history.commit(self.mine, commit.id))
        self.assertEqual(await bundles_of(self.history, self.mine, commit.id), [])
        self.assertEqual(await self.history.commits(self.mine, commit.id, 9), [])
        self.assertIsNone(await self.history.unname(self.mine, commit.id, None))
        self.assertEqual(await self.history.commit(self.her, commit.id), commit)
        self.assertFalse(await self.history.add(self.mine, "main", commit.id, make_commit(2, 1), b"bundle"))

    async def test_a_login(self) -> None:
        """Her login is neither found nor ended, nor makes a ticket for her workspace."""
        await self.build()
        self.assertIsNone(await self.accounts.login(self.mallory, self.login))
        self.assertFalse(await self.accounts.login_is_alive(self.mallory, self.login))
        await self.accounts.end_login(self.mallory, self.login)
        await self.accounts.set_password(self.mallory, "other", self.login)
        await self.refused(self.workspaces.create_ticket(b"t" * 32, self.login, self.mallory, self.her, "b", later()))
        self.assertTrue(await self.accounts.login_is_alive(self.ada, self.login))
