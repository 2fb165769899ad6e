"""What every IWorkspaceStore does. Mix into a trial TestCase that has `make_stores`."""

from __future__ import annotations

from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Grant, Role, User
from sagews.model.identifiers import DocumentId, LoginId, WorkspaceId, new_id
from tests.contracts.accounts import later, refused


class WorkspaceStoreContract:
    """The contract; `make_stores` returns an account store and a workspace store beside it, both empty."""

    store: Any
    accounts: Any
    ada: User
    bob: User

    async def make_stores(self) -> tuple[Any, Any]:
        """Return empty stores."""
        raise NotImplementedError

    async def _begin(self) -> tuple[WorkspaceId, DocumentId]:
        """Make two people and a workspace of the first."""
        self.accounts, self.store = await self.make_stores()
        self.ada = await self.accounts.create_user("ada@example.org", "Ada", "user", None)
        self.bob = await self.accounts.create_user("bob@example.org", "Bob", "user", None)
        return await self._space()

    async def _space(self) -> tuple[WorkspaceId, DocumentId]:
        workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
        await self.store.create_workspace(workspace, "Curves", self.ada.id, document, "first.sage.md")
        return workspace, document

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IWorkspaceStore, (await self.make_stores())[1])

    async def test_create_workspace(self) -> None:
        """A new workspace has its owner's grant and its first document."""
        workspace, document = await self._begin()
        found = await self.store.workspace(workspace)
        assert (found.name, found.owner, found.versions, found.session) == ("Curves", self.ada.id, 0, "stopped")
        assert await self.store.grant(workspace, self.ada.id) == Grant(self.ada.id, workspace, Role.OWNER, True)
        assert await self.store.grant(workspace, self.bob.id) is None
        assert [page.id for page in await self.store.documents(workspace)] == [document]
        assert (await self.store.document(document)).path == "first.sage.md"
        await refused(
            self.store.create_workspace(workspace, "Again", self.bob.id, new_id(), "first.sage.md"), "name-taken"
        )

    async def test_list_last_edited_first(self) -> None:
        """A person's list shows what was granted, the last edited first, and nothing that was deleted."""
        first, document = await self._begin()
        second, _ = await self._space()
        third, _ = await self._space()
        await self.store.touch_document(document, "Curves II")
        await self.store.delete_workspace(third)
        await self.store.set_grant(second, self.bob.id, Role.VIEWER, False)
        assert [(space.id, role) for space, role in await self.store.workspaces(self.ada.id)] == [
            (first, Role.OWNER),
            (second, Role.OWNER),
        ]
        assert [(space.id, role) for space, role in await self.store.workspaces(self.bob.id)] == [(second, Role.VIEWER)]
        assert (await self.store.document(document)).title == "Curves II"

    async def test_rename_and_delete(self) -> None:
        """A workspace is renamed; a deleted one can't be found, opened or changed."""
        workspace, document = await self._begin()
        await self.store.rename_workspace(workspace, "Knots")
        assert (await self.store.workspace(workspace)).name == "Knots"
        await self.store.delete_workspace(workspace)
        assert await self.store.workspace(workspace) is None
        assert await self.store.grant(workspace, self.ada.id) is None
        assert await self.store.document(document) is None
        await refused(self.store.rename_workspace(workspace, "X"), "not-found")
        await refused(self.store.delete_workspace(workspace), "not-found")
        await refused(self.store.set_grant(workspace, self.bob.id, Role.VIEWER, False), "not-found")

    async def test_grants(self) -> None:
        """A grant is given, changed and taken away; people are listed by name."""
        workspace, _ = await self._begin()
        await self.store.set_grant(workspace, self.bob.id, Role.EDITOR, True)
        await self.store.set_grant(workspace, self.bob.id, Role.VIEWER, False)
        bob = Grant(self.bob.id, workspace, Role.VIEWER, False)
        assert await self.store.grant(workspace, self.bob.id) == bob
        owner = Grant(self.ada.id, workspace, Role.OWNER, True)
        assert await self.store.people(workspace) == [(self.ada, owner), (self.bob, bob)]
        await self.store.remove_grant(workspace, self.bob.id)
        assert await self.store.grant(workspace, self.bob.id) is None

    async def test_last_owner_stays(self) -> None:
        """The last owner's grant can't be taken away or made less, until there is another owner."""
        workspace, _ = await self._begin()
        await refused(self.store.remove_grant(workspace, self.ada.id), "bad-value")
        await refused(self.store.set_grant(workspace, self.ada.id, Role.EDITOR, True), "bad-value")
        await self.store.set_grant(workspace, self.bob.id, Role.OWNER, True)
        await self.store.remove_grant(workspace, self.ada.id)
        assert [user.id for user, _ in await self.store.people(workspace)] == [self.bob.id]

    async def test_documents_have_their_own_paths(self) -> None:
        """A path is taken once in a workspace and free again after removal or renaming."""
        workspace, first = await self._begin()
        await refused(self.store.create_document(workspace, new_id(), "first.sage.md", "T"), "name-taken")
        second = await self.store.create_document(workspace, DocumentId(new_id()), "b/second.sage.md", "Second")
        assert (second.workspace, second.title) == (workspace, "Second")
        await refused(self.store.rename_document(second.id, "first.sage.md"), "name-taken")
        assert (await self.store.rename_document(second.id, "a.sage.md")).path == "a.sage.md"
        assert (await self.store.rename_document(second.id, "a.sage.md")).path == "a.sage.md"
        assert [page.path for page in await self.store.documents(workspace)] == ["a.sage.md", "first.sage.md"]
        await self.store.remove_document(first)
        assert await self.store.document(first) is None
        await self.store.rename_document(second.id, "first.sage.md")

    async def test_unknown_documents(self) -> None:
        """What is not there can't be changed."""
        await self._begin()
        assert await self.store.document(new_id()) is None
        assert await self.store.documents(new_id()) == []
        await refused(self.store.create_document(new_id(), new_id(), "x.sage.md", "X"), "not-found")
        await refused(self.store.rename_document(new_id(), "x.sage.md"), "not-found")
        await refused(self.store.remove_document(new_id()), "not-found")
        await refused(self.store.touch_document(new_id(), "X"), "not-found")

    async def test_session_state(self) -> None:
        """Lists say whether something runs."""
        workspace, _ = await self._begin()
        await self.store.set_session_state(workspace, "running")
        assert (await self.store.workspace(workspace)).session == "running"

    async def _ticket(self, workspace: WorkspaceId | None, seconds: float = 30) -> LoginId:
        login = LoginId(new_id())
        await self.accounts.create_login(login, self.ada.id, login.encode()[:32], b"s" * 32, later())
        await self.store.create_ticket(b"t" * 32, login, self.ada.id, workspace, "owner", "b1", later(seconds))
        return login

    async def test_ticket_is_spent_once(self) -> None:
        """A ticket is good once, at its backend alone."""
        workspace, _ = await self._begin()
        login = await self._ticket(workspace)
        assert await self.store.spend_ticket(b"u" * 32, "b1") is None
        assert await self.store.spend_ticket(b"t" * 32, "b2") is None
        assert await self.store.spend_ticket(b"t" * 32, "b1") == (login, self.ada, workspace)
        assert await self.store.spend_ticket(b"t" * 32, "b1") is None

    async def test_ticket_without_workspace(self) -> None:
        """A ticket may be for no workspace."""
        await self._begin()
        login = await self._ticket(None)
        assert await self.store.spend_ticket(b"t" * 32, "b1") == (login, self.ada, None)

    async def test_ticket_that_expired_or_whose_login_ended(self) -> None:
        """A ticket ends with its time and with its login."""
        workspace, _ = await self._begin()
        await self._ticket(workspace, -1)
        assert await self.store.spend_ticket(b"t" * 32, "b1") is None
        login = await self._ticket(workspace)
        await self.accounts.end_login(login)
        assert await self.store.spend_ticket(b"t" * 32, "b1") is None

    async def test_lease(self) -> None:
        """A lease is renewed under its epoch, refused to others, and counts up when the owner changes."""
        workspace, _ = await self._begin()
        assert await self.store.take_lease(workspace, "b1", 30) == 1
        assert await self.store.take_lease(workspace, "b1", 30) == 1
        assert await self.store.take_lease(workspace, "b2", 30) is None
        await self.store.release_lease(workspace, "b2", 1)
        assert await self.store.take_lease(workspace, "b2", 30) is None
        await self.store.release_lease(workspace, "b1", 1)
        assert await self.store.take_lease(workspace, "b2", 30) == 2
        await self.store.release_lease(workspace, "b1", 1)
        assert await self.store.take_lease(workspace, "b1", 30) is None
        await refused(self.store.take_lease(new_id(), "b1", 30), "not-found")

    async def test_expired_lease(self) -> None:
        """A lease that has run out may be taken by another, and not renewed after that."""
        workspace, _ = await self._begin()
        assert await self.store.take_lease(workspace, "b1", 0) == 1
        assert await self.store.take_lease(workspace, "b2", 30) == 2
        assert await self.store.take_lease(workspace, "b1", 30) is None
