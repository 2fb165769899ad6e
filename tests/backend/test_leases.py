"""Leases name a life of a backend, and workspaces in which nothing moves cost next to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from sagews.backend.workspaces.manager import CLOSING_AT_ONCE, CLOSING_OF_ONE
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.errors import SagewsError
from sagews.model.accounts import Login
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId, new_id
from sagews.model.updates import StoredText
from sagews.model.workspaces import Document, Lease
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import WAITS


class LeaseTests(BackendTestCase):
    """Who owns a workspace."""

    def second_workspace(self) -> Page:
        """Return a page in another workspace of the same person."""
        workspace, first = self.workspace, self.document
        self.workspace, self.document = WorkspaceId(new_id()), DocumentId(new_id())
        made = self.workspaces.create_workspace(self.workspace, "Knots", self.owner.id, self.document, "a.sage.md")
        self.done(made)
        page = self.opened()
        self.workspace, self.document = workspace, first
        return page

    def test_the_next_life_takes_over_at_once(self) -> None:
        """A backend that was killed finds its own lease and needs not wait for its end; the epoch is another."""
        former = self.opened()
        epoch = self.workspaces.leases[self.workspace].epoch
        self.opened(backend=self.life())
        self.assertEqual(self.workspaces.leases[self.workspace].epoch, epoch + 1)
        for _ in range(4):
            self.later(2)
        self.assertEqual(former.closed, 4503)
        self.assertEqual(self.workspaces.leases[self.workspace].epoch, epoch + 1)

    def test_all_leases_are_renewed_in_one_call(self) -> None:
        """However many workspaces are open, the store is asked once; one that was taken is lost, the others stay."""
        one, two = self.opened(), self.second_workspace()
        renew, asked = self.workspaces.renew_leases, []

        async def counted(life: str, held: Sequence[Lease], seconds: int) -> set[WorkspaceId]:
            asked.append(len(held))
            return await renew(life, held, seconds)

        self.workspaces.renew_leases = counted  # type: ignore[method-assign]
        self.workspaces.leases[self.workspace].life = new_id()
        for _ in range(3):
            self.later(2)
        self.assertEqual(asked, [2])
        self.assertEqual((one.closed, two.closed), (4503, None))

    def test_a_renewal_without_an_answer_is_tried_again(self) -> None:
        """While the store does not answer nothing is taken for lost."""
        page = self.opened()

        async def down(*_: object) -> set[WorkspaceId]:
            raise SagewsError("database")

        renew = self.workspaces.renew_leases
        self.workspaces.renew_leases = down  # type: ignore[method-assign, assignment]
        for _ in range(6):
            self.later(2)
        self.assertIsNone(page.closed)
        self.workspaces.renew_leases = renew  # type: ignore[method-assign]
        before = self.workspaces.leases[self.workspace].expires
        for _ in range(4):
            self.later(2)
        self.assertGreater(self.workspaces.leases[self.workspace].expires, before)

    def test_one_that_can_not_be_looked_after(self) -> None:
        """Whatever one workspace raises, all leases are renewed, and it and the others are looked after and closed."""
        self.opened().lose()
        self.second_workspace().lose()
        bad, good = self.backend.workspaces.all

        def fail() -> None:
            raise ValueError("a defect")

        bad.tick = fail  # type: ignore[method-assign]
        before = self.workspaces.leases[good.about.id].expires
        for _ in range(4):
            self.later(2)
        self.assertGreater(self.workspaces.leases[good.about.id].expires, before)
        for _ in range(60):
            self.later(2)
        self.assertEqual(set(self.history.closed), {bad.about.id, good.about.id})
        self.assertTrue(self.flushLoggedErrors(ValueError))

    def test_all_pages_hear_of_a_loss(self) -> None:
        """One page that can't be told does not keep the others in a workspace that is lost."""
        one, two = self.opened(), self.opened()

        def fail(code: int, reason: str) -> None:
            raise ValueError("a socket")

        one.connection._close = fail
        self.workspaces.leases[self.workspace].life = new_id()
        for _ in range(3):
            self.later(2)
        self.assertEqual(two.closed, 4503)
        self.flushLoggedErrors(ValueError)

    def test_a_class_that_leaves(self) -> None:
        """Workspaces that many leave in one moment are closed a few at a time; the others wait open, not closing."""
        pages = [self.second_workspace() for _ in range(CLOSING_AT_ONCE + 4)]
        waiting: list[Deferred[None]] = []
        release = self.workspaces.release_lease

        async def slow(workspace: WorkspaceId, life: str, epoch: int) -> None:
            waiting.append(Deferred())
            await waiting[-1]
            await release(workspace, life, epoch)

        self.workspaces.release_lease = slow  # type: ignore[method-assign]
        for page in pages:
            page.lose()
        for _ in range(60):
            self.later(2)
        self.assertEqual(len(waiting), CLOSING_OF_ONE)
        for closing in list(waiting):
            closing.callback(None)
        self.later(2)
        self.assertEqual(len(waiting), len(pages))
        for closing in waiting[CLOSING_OF_ONE:]:
            closing.callback(None)
        self.assertEqual(self.backend.workspaces.all, [])


class LostTests(BackendTestCase):
    """What goes on in a workspace that another life has taken over."""

    def lose(self) -> OpenWorkspace:
        """Let another life take the workspace; returns what was open."""
        opened = self.backend.workspaces.find(self.workspace)
        assert opened is not None
        self.workspaces.leases[self.workspace].life = new_id()
        self.workspaces.leases[self.workspace].epoch += 1
        for _ in range(3):
            self.later(2)
        self.assertIsNone(self.backend.workspaces.find(self.workspace))
        return opened

    def test_it_is_left_alone(self) -> None:
        """It is not looked after any more, though its pages leave it then, and its state is for others to write."""
        page = self.opened()
        page.edit(self.document, WAITS)
        page.run(self.document, WAITS)
        self.later(2)
        self.assertEqual(self.workspaces.spaces[self.workspace].session, "running")
        self.lose()
        self.later(2)
        self.assertEqual((page.closed, self.backend.workspaces.awake), (4503, 0))
        self.assertEqual(self.workspaces.spaces[self.workspace].session, "running")

    def test_its_notes_are_not_written(self) -> None:
        """What lists were to show of it, and what is found out later, is dropped with it."""
        self.opened()
        notes = self.backend.workspaces._notes
        opened = self.lose()
        opened._note_title(self.document, "late")
        opened._note_session_state()
        self.assertEqual((notes._states, notes._titles), ({}, {}))

    def test_a_request_that_ends_later(self) -> None:
        """It does not touch the workspace that was opened anew meanwhile, nor puts that one away."""
        self.opened()
        old = self.lose()
        page = self.opened()
        new = self.backend.workspaces.find(self.workspace)
        old.changed(self.owner.id)
        self.done(self.backend.workspaces.close(old))
        self.assertIs(self.backend.workspaces.find(self.workspace), new)
        self.assertIs(self.backend.workspaces._awake[self.workspace], new)
        self.assertEqual((page.closed, self.history.closed), (None, []))

    def test_a_request_that_goes_on_later_writes_nothing(self) -> None:
        """A document is neither loaded nor made nor renamed for who waited while the lease was lost."""
        page, held = self.page(), Deferred[None]()
        load, list_them = self.documents.load, self.workspaces.documents

        async def slow_load(workspace: WorkspaceId, document: DocumentId) -> StoredText:
            await held
            return await load(workspace, document)

        async def slow_list(workspace: WorkspaceId) -> list[Document]:
            await held
            return await list_them(workspace)

        self.documents.load = slow_load  # type: ignore[method-assign]
        self.workspaces.documents = slow_list  # type: ignore[method-assign]
        opened = self.backend.workspaces.find(self.workspace)
        assert opened is not None
        opened.document_set._unwritten.clear()
        page.say(type="open", document=self.document)
        page.say(type="create", path="late.sage.md", request=1)
        self.lose()
        held.callback(None)
        self.assertEqual(opened.documents, [])
        self.assertEqual([each.path for each in self.done(list_them(self.workspace))], ["curves.sage.md"])
        renaming = Deferred.fromCoroutine(opened.document_set.rename(self.document, "later.sage.md", ""))
        self.assertEqual(self.failureResultOf(renaming, SagewsError).value.code, "elsewhere")

    def test_an_end_that_is_being_saved(self) -> None:
        """A lease that is lost while the workspace is closed leaves the history and the lease to the other life."""
        self.done(self.backend.workspaces.open(self.workspace))
        opened = self.backend.workspaces.find(self.workspace)
        assert opened is not None
        released: list[WorkspaceId] = []

        async def lost_meanwhile() -> None:
            self.backend.workspaces._lose(opened)

        async def release(workspace: WorkspaceId, life: str, epoch: int) -> None:
            released.append(workspace)

        opened.come_to_rest = lost_meanwhile  # type: ignore[method-assign]
        self.workspaces.release_lease = release  # type: ignore[method-assign]
        self.done(self.backend.workspaces.close(opened))
        self.assertEqual((self.history.closed, released), ([], []))

    def test_a_page_that_comes_meanwhile(self) -> None:
        """One that is greeted while the lease is lost is refused, instead of sitting in a workspace that is dead."""
        self.opened()
        held = Deferred[None]()
        login = self.accounts.login

        async def slow(user: UserId, key: LoginId) -> Login | None:
            await held
            return await login(user, key)

        self.accounts.login = slow  # type: ignore[method-assign]
        page = self.page()
        self.lose()
        held.callback(None)
        self.assertEqual([error["code"] for error in page.take("error")], ["elsewhere"])
        self.assertIsNotNone(page.closed)


class StillTests(BackendTestCase):
    """Workspaces whose pages only watch."""

    def test_watching_alone_wakes_nothing(self) -> None:
        """After a while nothing looks after a workspace that is only watched; an edit or a run wakes it up."""
        page = self.opened()
        self.later(2)
        self.assertEqual(self.backend.workspaces.awake, 0)
        page.edit(self.document, "1+1")
        self.assertEqual(self.backend.workspaces.awake, 1)
        self.later(2)
        self.assertEqual(self.backend.workspaces.awake, 0)
        page.run(self.document, "1+1")
        for _ in range(5):
            self.later(2)
        self.assertEqual(self.backend.workspaces.awake, 1)
        self.assertEqual(self.workspaces.spaces[self.workspace].session, "ready")

    def test_notes_that_can_not_be_written_wait(self) -> None:
        """What lists show follows as soon as the store answers again, and the newest of it."""
        page = self.opened()
        note = self.workspaces.note_edits

        async def down(*_: object) -> None:
            raise SagewsError("database")

        self.workspaces.note_edits = down  # type: ignore[method-assign, assignment]
        before = self.workspaces.pages[self.document].edited
        page.edit(self.document, "1")
        self.later(2)
        self.assertEqual(self.workspaces.pages[self.document].edited, before)
        self.workspaces.note_edits = note  # type: ignore[method-assign]
        self.later(2)
        self.assertGreater(self.workspaces.pages[self.document].edited, before)
