"""What every IWorkspaceStore does. Mix into a trial TestCase that has `make_stores`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from zope.interface.verify import verifyObject

from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Grant, Role, User
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId, new_id
from sagews.model.workspaces import Lease, Ticket
from tests.contracts.accounts import check_refused, later


class WorkspaceStoreContract(metaclass=ABCMeta):
    """The contract; `make_stores` returns an account store and a workspace store beside it, both empty."""

    store: Any
    accounts: Any
    ada: User
    bob: User

    @abstractmethod
    async def make_stores(self) -> tuple[Any, Any]:
        """Return empty stores."""

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
        assert (await self.store.document(workspace, document)).path == "first.sage.md"
        await check_refused(
            self.store.create_workspace(workspace, "Again", self.bob.id, new_id(), "first.sage.md"), "name-taken"
        )

    async def test_list_last_edited_first(self) -> None:
        """A person's list shows what was granted, the last edited first, and nothing that was deleted."""
        first, document = await self._begin()
        second, _ = await self._space()
        third, _ = await self._space()
        await self.store.note_edits({document: "Curves II", DocumentId(new_id()): "Nobody"})
        await self.store.delete_workspace(third)
        await self.store.set_grant(second, self.bob.id, Role.VIEWER, False)
        assert [(space.id, role) for space, role in await self.store.workspaces(self.ada.id, 9, None)] == [
            (first, Role.OWNER),
            (second, Role.OWNER),
        ]
        assert [(space.id, role) for space, role in await self.store.workspaces(self.bob.id, 9, None)] == [
            (second, Role.VIEWER)
        ]
        assert (await self.store.document(first, document)).title == "Curves II"

    async def test_lists_are_paged(self) -> None:
        """A list has as many entries as were asked for, and goes on behind any of them; documents are cut as well."""
        spaces = [(await self._begin())[0], *[(await self._space())[0] for _ in range(4)]]
        whole = [space.id for space, _ in await self.store.workspaces(self.ada.id, 9, None)]
        assert sorted(whole) == sorted(spaces)
        seen: list[WorkspaceId] = []
        while page := await self.store.workspaces(self.ada.id, 2, seen[-1] if seen else None):
            assert len(page) <= 2
            seen += [space.id for space, _ in page]
        assert seen == whole
        for name in ("a", "b"):
            await self.store.create_document(spaces[0], DocumentId(new_id()), f"{name}.sage.md", name)
        found = await self.store.documents_of(spaces, 2)
        assert [page.path for page in found if page.workspace == spaces[0]] == ["a.sage.md", "b.sage.md"]

    async def test_a_list_behind_a_foreign_workspace(self) -> None:
        """Behind a workspace that one may not open there is nothing, as behind one that does not exist."""
        await self._begin()
        bobs, foreign = WorkspaceId(new_id()), (await self._space())[0]
        await self.store.create_workspace(bobs, "Bob's", self.bob.id, DocumentId(new_id()), "first.sage.md")
        later_foreign = (await self._space())[0]
        for after in (foreign, later_foreign, WorkspaceId(new_id())):
            assert await self.store.workspaces(self.bob.id, 9, after) == []

    async def test_workspaces_of_an_account_are_bounded(self) -> None:
        """Beyond its quota an account makes no workspace, until one is deleted; others are not concerned."""
        workspace, _ = await self._begin()
        await self._space()
        assert (await self.store.owned(self.ada.id), await self.store.owned(self.bob.id)) == (2, 0)

        def another(owner: User) -> Any:
            return self.store.create_workspace(new_id(), "X", owner.id, new_id(), "first.sage.md", 2)

        await check_refused(another(self.ada), "limit")
        await another(self.bob)
        await self.store.delete_workspace(workspace)
        await another(self.ada)

    async def test_workspaces_made_at_once_are_bounded(self) -> None:
        """However many are made in one moment, an account has no more than its quota."""
        await self._begin()

        def another(owner: User) -> Deferred[Any]:
            made = self.store.create_workspace(new_id(), "X", owner.id, new_id(), "first.sage.md", 3)
            return Deferred.fromCoroutine(made)

        made = await DeferredList([another(self.ada) for _ in range(12)], consumeErrors=True)
        assert [found for found, _ in made].count(True) == 2, made
        assert {failure.value.code for found, failure in made if not found} == {"limit"}
        assert await self.store.owned(self.ada.id) == 3

    async def test_people_in_a_workspace_are_bounded(self) -> None:
        """A workspace has at most two hundred people; what those may do can still be changed."""
        workspace, _ = await self._begin()
        people = [UserId(new_id()) for _ in range(199)]
        for person in people:
            await self.store.set_grant(workspace, person, Role.VIEWER, False)
        await check_refused(self.store.set_grant(workspace, self.bob.id, Role.VIEWER, False), "limit")
        await self.store.set_grant(workspace, people[0], Role.EDITOR, False)
        assert len(await self.store.grants([workspace])) == 200

    async def test_rename_and_delete(self) -> None:
        """A workspace is renamed; a deleted one can't be found, opened or changed."""
        workspace, document = await self._begin()
        await self.store.rename_workspace(workspace, "Knots")
        assert (await self.store.workspace(workspace)).name == "Knots"
        await self.store.delete_workspace(workspace)
        assert await self.store.workspace(workspace) is None
        assert await self.store.grant(workspace, self.ada.id) is None
        assert await self.store.document(workspace, document) is None
        await check_refused(self.store.rename_workspace(workspace, "X"), "not-found")
        await check_refused(self.store.delete_workspace(workspace), "not-found")
        await check_refused(self.store.set_grant(workspace, self.bob.id, Role.VIEWER, False), "not-found")

    async def test_grants(self) -> None:
        """A grant is given, changed and taken away; those of several workspaces are listed at once, by person."""
        workspace, _ = await self._begin()
        await self.store.set_grant(workspace, self.bob.id, Role.EDITOR, True)
        await self.store.set_grant(workspace, self.bob.id, Role.VIEWER, False)
        bob = Grant(self.bob.id, workspace, Role.VIEWER, False)
        assert await self.store.grant(workspace, self.bob.id) == bob
        owner = Grant(self.ada.id, workspace, Role.OWNER, True)
        assert await self.store.grants([workspace]) == sorted([owner, bob], key=lambda grant: grant.user)
        await self.store.remove_grant(workspace, self.bob.id)
        assert await self.store.grant(workspace, self.bob.id) is None

    async def test_last_owner_stays(self) -> None:
        """The last owner's grant can't be taken away or made less, until there is another owner."""
        workspace, _ = await self._begin()
        await check_refused(self.store.remove_grant(workspace, self.ada.id), "bad-value")
        await check_refused(self.store.set_grant(workspace, self.ada.id, Role.EDITOR, True), "bad-value")
        await self.store.set_grant(workspace, self.bob.id, Role.OWNER, True)
        await self.store.remove_grant(workspace, self.ada.id)
        assert [grant.user for grant in await self.store.grants([workspace])] == [self.bob.id]

    async def test_documents_have_their_own_paths(self) -> None:
        """A path is taken once in a workspace and free again after removal or renaming."""
        workspace, first = await self._begin()
        await check_refused(self.store.create_document(workspace, new_id(), "first.sage.md", "T"), "name-taken")
        second = await self.store.create_document(workspace, DocumentId(new_id()), "b/second.sage.md", "Second")
        assert (second.workspace, second.title) == (workspace, "Second")
        await check_refused(self.store.rename_document(workspace, second.id, "first.sage.md"), "name-taken")
        assert (await self.store.rename_document(workspace, second.id, "a.sage.md")).path == "a.sage.md"
        assert (await self.store.rename_document(workspace, second.id, "a.sage.md")).path == "a.sage.md"
        assert [page.path for page in await self.store.documents(workspace)] == ["a.sage.md", "first.sage.md"]
        other, _ = await self._space()
        found = await self.store.documents_of([workspace, other], 9)
        assert sorted(page.path for page in found) == ["a.sage.md", "first.sage.md", "first.sage.md"]
        await self.store.remove_document(workspace, first)
        assert await self.store.document(workspace, first) is None
        await self.store.rename_document(workspace, second.id, "first.sage.md")

    async def test_unknown_documents(self) -> None:
        """What is not there, or is in another workspace, can't be read or changed."""
        workspace, _ = await self._begin()
        _, foreign = await self._space()
        for document in (new_id(), foreign):
            assert await self.store.document(workspace, document) is None
            await check_refused(self.store.rename_document(workspace, document, "x.sage.md"), "not-found")
            await check_refused(self.store.remove_document(workspace, document), "not-found")
        assert await self.store.documents(new_id()) == []
        await check_refused(self.store.create_document(new_id(), new_id(), "x.sage.md", "X"), "not-found")

    async def test_session_states(self) -> None:
        """Lists say whether something runs; several workspaces are noted at once."""
        workspace, _ = await self._begin()
        other, _ = await self._space()
        await self.store.note_session_states({workspace: "running", other: "ready", WorkspaceId(new_id()): "ready"})
        assert (await self.store.workspace(workspace)).session == "running"
        assert (await self.store.workspace(other)).session == "ready"

    async def _ticket(self, workspace: WorkspaceId | None, seconds: float = 30) -> LoginId:
        login = LoginId(new_id())
        await self.store.create_ticket(b"t" * 32, login, self.ada.id, workspace, "b1", later(seconds))
        return login

    async def test_ticket_is_spent_once(self) -> None:
        """A ticket is good once, at its backend alone, and says what its person may do there now."""
        workspace, _ = await self._begin()
        login = await self._ticket(workspace)
        assert await self.store.spend_ticket(b"u" * 32, "b1") is None
        assert await self.store.spend_ticket(b"t" * 32, "b2") is None
        space, grant = await self.store.workspace(workspace), Grant(self.ada.id, workspace, Role.OWNER, True)
        assert await self.store.spend_ticket(b"t" * 32, "b1") == Ticket(login, self.ada.id, True, space, grant)
        assert await self.store.spend_ticket(b"t" * 32, "b1") is None

    async def test_ticket_without_workspace(self) -> None:
        """A ticket may be for no workspace."""
        await self._begin()
        login = await self._ticket(None)
        assert await self.store.spend_ticket(b"t" * 32, "b1") == Ticket(login, self.ada.id)

    async def test_ticket_without_a_grant(self) -> None:
        """No ticket is made without a grant; one that was taken away since is not there when it is spent."""
        workspace, _ = await self._begin()
        expires = later(30)
        stranger = self.store.create_ticket(b"t" * 32, LoginId(new_id()), self.bob.id, workspace, "b1", expires)
        await check_refused(stranger, "not-found")
        await self.store.set_grant(workspace, self.bob.id, Role.OWNER, True)
        login = await self._ticket(workspace)
        await self.store.remove_grant(workspace, self.ada.id)
        spent = await self.store.spend_ticket(b"t" * 32, "b1")
        assert (spent.login, spent.for_workspace, spent.grant) == (login, True, None)
        await self.store.set_grant(workspace, self.ada.id, Role.OWNER, True)
        await self._ticket(workspace)
        await self.store.delete_workspace(workspace)
        spent = await self.store.spend_ticket(b"t" * 32, "b1")
        assert (spent.for_workspace, spent.workspace, spent.grant) == (True, None, None)

    async def test_ticket_that_expired(self) -> None:
        """A ticket ends with its time."""
        workspace, _ = await self._begin()
        await self._ticket(workspace, -1)
        assert await self.store.spend_ticket(b"t" * 32, "b1") is None

    async def _take(self, workspace: WorkspaceId, backend: str, life: str, seconds: int = 30) -> int | None:
        lease = await self.store.take_lease(workspace, backend, life, seconds)
        return None if lease is None else int(lease.epoch)

    async def test_lease(self) -> None:
        """A lease is kept under its epoch by its life, refused to other backends, and counts its owners."""
        workspace, _ = await self._begin()
        one, two = new_id(), new_id()
        lease = await self.store.take_lease(workspace, "b1", one, 30)
        documents = tuple(await self.store.documents(workspace))
        assert lease == Lease(await self.store.workspace(workspace), 1, documents, first=True)
        again = await self.store.take_lease(workspace, "b1", one, 30)
        assert again == Lease(await self.store.workspace(workspace), 1, documents, first=False)
        assert await self._take(workspace, "b2", two) is None
        await self.store.release_lease(workspace, two, 1)
        assert await self._take(workspace, "b2", two) is None
        await self.store.release_lease(workspace, one, 1)
        after = await self.store.take_lease(workspace, "b2", two, 30)
        assert (after.epoch, after.first) == (2, False)
        await self.store.release_lease(workspace, one, 1)
        assert await self._take(workspace, "b1", one) is None
        await self.store.release_lease(workspace, two, 2)
        assert await self._take(workspace, "b2", two) == 3
        await check_refused(self.store.take_lease(new_id(), "b1", one, 30), "not-found")

    async def test_what_a_backend_left(self) -> None:
        """A backend finds what its lives own or owned, the longest left first; not what was given back or removed."""
        one, _ = await self._begin()
        two, _ = await self._space()
        three, _ = await self._space()
        life = new_id()
        for workspace, seconds in ((one, 30), (two, 20), (three, 10)):
            await self._take(workspace, "b7", life, seconds)
        assert await self.store.leased_workspaces("b7") == [three, two, one]
        await self.store.release_lease(two, life, 1)
        await self.store.delete_workspace(three)
        assert await self.store.leased_workspaces("b7") == [one]
        assert await self.store.leased_workspaces("b8") == []

    async def test_a_lease_comes_with_documents(self) -> None:
        """Whoever takes a workspace knows its documents from then on, without those that were removed."""
        workspace, first = await self._begin()
        assert len((await self.store.take_lease(workspace, "b1", new_id(), 30)).documents) == 1
        second = await self.store.create_document(workspace, DocumentId(new_id()), "second.sage.md", "Second")
        await self.store.remove_document(workspace, first)
        assert (await self.store.take_lease(workspace, "b1", new_id(), 30)).documents == (second,)
        await self.store.remove_document(workspace, second.id)
        assert (await self.store.take_lease(workspace, "b1", new_id(), 30)).documents == ()

    async def test_the_lease_of_a_former_life(self) -> None:
        """The next life of a backend takes its leases over at once, under a new epoch, and the former one has none."""
        workspace, _ = await self._begin()
        former, next_one = new_id(), new_id()
        old = await self.store.take_lease(workspace, "b1", former, 30)
        new = await self.store.take_lease(workspace, "b1", next_one, 30)
        assert (old.epoch, new.epoch) == (1, 2)
        assert await self.store.renew_leases(former, [old], 30) == set()
        await self.store.release_lease(workspace, former, 1)
        assert await self.store.renew_leases(next_one, [new], 30) == {workspace}

    async def test_expired_lease(self) -> None:
        """A lease that has run out may be taken by another backend, and not taken back after that."""
        workspace, _ = await self._begin()
        assert await self._take(workspace, "b1", new_id(), 0) == 1
        assert await self._take(workspace, "b2", new_id()) == 2
        assert await self._take(workspace, "b1", new_id()) is None

    async def test_leases_are_renewed_together(self) -> None:
        """One call renews those that this life still holds, under their epochs, and says which; others stay theirs."""
        first, _ = await self._begin()
        second, third = (await self._space())[0], (await self._space())[0]
        one, two = new_id(), new_id()
        held = [await self.store.take_lease(space, "b1", one, 0) for space in (first, second, third)]
        assert await self._take(second, "b2", two) == 2
        assert await self.store.renew_leases(one, held, 30) == {first, third}
        assert await self.store.renew_leases(one, [replace(held[0], epoch=7)], 30) == set()
        assert await self.store.renew_leases(one, [], 30) == set()
        assert await self._take(first, "b2", two) is None
        assert await self._take(second, "b1", one) is None
