"""Leases name a life of a backend, and workspaces in which nothing moves cost next to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from sagews.backend.workspaces.manager import CLOSING_AT_ONCE, CLOSING_OF_ONE
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.workspaces import Lease
from tests.backend.harness import BackendTestCase, Page


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
