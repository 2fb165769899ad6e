"""Stopping with much to save, and what the next life does about the rest."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.backend.workspaces.manager import CLOSING_AT_ONCE, LEFT_SECONDS
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from tests.backend.harness import BackendTestCase


class LeavingTests(BackendTestCase):
    """A backend with twelve workspaces whose ends take a while to save."""

    def setUp(self) -> None:
        """Open them."""
        super().setUp()
        self.saving: list[tuple[WorkspaceId, Deferred[None]]] = []
        self.keys = [WorkspaceId(new_id()) for _ in range(12)]
        for age, key in enumerate(self.keys):
            made = self.workspaces.create_workspace(key, "Knots", self.owner.id, DocumentId(new_id()), "a.sage.md")
            self.done(made)
            self.done(self.backend.workspaces.open(key))
            self.history.ages[key] = 1000.0 - age
        self.history.closing = self.hold

    async def hold(self, workspace: WorkspaceId) -> None:
        """Be a save that takes until the test ends it."""
        held: Deferred[None] = Deferred()
        self.saving.append((workspace, held))
        await held

    def test_a_few_at_a_time_the_oldest_first(self) -> None:
        """Ends are saved in the order of their age, so many at one time, until all are."""
        stopping = Deferred.fromCoroutine(self.backend.stop())
        begun = []
        while self.saving:
            self.assertLessEqual(len(self.saving), CLOSING_AT_ONCE)
            workspace, held = self.saving.pop(0)
            begun.append(workspace)
            held.callback(None)
        self.assertEqual([key for key in begun if key in self.keys], self.keys[::-1])
        self.successResultOf(stopping)
        self.assertEqual({row.backend for row in self.workspaces.leases.values()}, {None})

    def test_the_rest_is_saved_by_the_next_life(self) -> None:
        """What there was no time for is told, keeps its lease, and is saved by the next life without a visitor."""
        stopping = Deferred.fromCoroutine(self.backend.stop())
        for _, held in self.saving[:2]:
            held.callback(None)
        self.later(self.settings.stop_seconds)
        self.successResultOf(stopping)
        self.assertEqual(self.flushLoggedErrors(), [])
        saved = set(self.history.closed)
        self.history.closing = None
        self.history.closed.clear()
        self.life()
        self.assertEqual(set(self.history.left), set(self.keys) - saved)
        for _ in range(40):
            self.later(2)
        self.assertEqual(set(self.history.closed), set(self.keys) - saved)
        self.assertEqual({row.backend for row in self.workspaces.leases.values()}, {None})

    def test_an_end_that_fails_is_tried_again(self) -> None:
        """An end that could not be saved is saved later by the same life; those that wait for a person are not."""
        waiting = dict(zip(self.keys, ("removes-files", "history-full"), strict=False))

        async def fails(workspace: WorkspaceId) -> None:
            raise SagewsError(waiting.get(workspace, "disk-full"))

        self.history.closing = fails
        for _ in range(60):
            self.later(2)
        self.assertEqual(self.backend.workspaces.all, [])
        self.history.closing = None
        self.later(LEFT_SECONDS)
        self.assertEqual(set(self.history.left), set(self.keys[2:]))
        for _ in range(60):
            self.later(2)
        self.assertEqual(set(self.history.closed), set(self.keys[2:]))
