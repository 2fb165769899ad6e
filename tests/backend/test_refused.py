"""One document that the database refuses: nobody waits for it, and neither its workspace nor others stay unsaved."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.backend.workspaces.manager import REST_SECONDS
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import PRINTS


class RefusedTests(BackendTestCase):
    """A worksheet in quarantine, beside others."""

    def refuse(self, source: str = "2+2") -> Page:
        """Return a page of a document that is refused, and known to be."""
        page = self.opened()
        self.journal.refused = {self.document}
        page.edit(self.document, source)
        for _ in range(20):
            self.later(0.1)
        self.flushLoggedErrors(ValueError)
        return page

    def second_workspace(self) -> tuple[WorkspaceId, DocumentId]:
        """Return an open workspace with a loaded document beside the first one."""
        workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
        self.done(self.workspaces.create_workspace(workspace, "Knots", self.owner.id, document, "a.sage.md"))
        opened = self.done(self.backend.workspaces.open(workspace))
        self.done(opened.load(document, self.owner.id))
        return workspace, document

    def test_a_stop_saves_everything(self) -> None:
        """The ends of all workspaces are saved without delay; of the refused document the version has the text."""
        self.refuse()
        other, _ = self.second_workspace()
        beside = self.done(self.backend.workspaces.find(self.workspace).document_set.create("beside.sage.md"))
        live = self.done(self.backend.workspaces.find(self.workspace).load(beside.id, self.owner.id))
        texts: list[str] = []

        async def take(workspace: WorkspaceId) -> None:
            texts.extend((await self.history.documents[workspace].texts()).values())

        self.history.closing = take
        live._writer.update(self.owner.id, live.encoded(), None, 0)
        before = self.clock.seconds()
        stopping = Deferred.fromCoroutine(self.backend.stop())
        for _ in range(10):
            self.later(0.1)
        self.successResultOf(stopping)
        self.assertLessEqual(self.clock.seconds() - before, 1.1)
        self.assertEqual(set(self.history.closed), {self.workspace, other})
        self.assertTrue(any("2+2" in text for text in texts))
        self.assertIn(beside.id, {write.document for write in self.journal.commits[-1]})
        self.assertEqual({row.backend for row in self.workspaces.leases.values()}, {None})

    def test_one_that_does_not_come_to_rest(self) -> None:
        """The others are saved all the same, after the time in which all should be at rest."""
        opened = self.done(self.backend.workspaces.open(self.workspace))
        other, _ = self.second_workspace()

        async def never() -> None:
            await Deferred()

        opened.come_to_rest = never
        stopping = Deferred.fromCoroutine(self.backend.stop())
        self.later(REST_SECONDS)
        self.assertEqual(self.history.closed, [other])
        self.later(self.settings.stop_seconds)
        self.successResultOf(stopping)

    def test_requests_are_answered(self) -> None:
        """What needs the document committed is refused with `not-saved`, and works again once it is."""
        page = self.refuse()
        run = page.run(self.document, "2+2")
        self.later(1)
        page.take()
        page.say(type="output", document=self.document, run=run, request=1, after=0)
        self.later(1)
        self.assertEqual([error["code"] for error in page.take("error")], ["not-saved"])
        self.journal.refused = set()
        for _ in range(80):
            self.later(1)
        page.say(type="output", document=self.document, run=run, request=2, after=0)
        self.assertEqual(page.take("error"), [])
        self.flushLoggedErrors(ValueError)

    def test_output_that_can_not_be_cleared_goes_on(self) -> None:
        """A clearing that is refused leaves the output as it is, and takes what is printed behind it."""
        page = self.refuse(PRINTS)
        run = page.run(self.document, PRINTS)
        self.later(1)
        page.take()
        page.say(type="clear_outputs", document=self.document, cells=[page.cell()])
        self.later(1)
        self.assertEqual([error["code"] for error in page.take("error")], ["not-saved"])
        live = self.done(self.backend.workspaces.find(self.workspace).load(self.document, self.owner.id))
        entry = live._outputs.find(run)
        self.assertEqual((entry.run.state.over, entry.closed), (True, False))
        self.flushLoggedErrors(ValueError)

    def test_a_new_document_begins_once(self) -> None:
        """One whose first content is refused can't be opened; later it can, and has one cell."""
        self.journal.refused = {self.document}
        page = self.page()
        page.say(type="open", document=self.document)
        for _ in range(20):
            self.later(0.1)
        self.assertEqual([error["code"] for error in page.take("error")], ["not-saved"])
        self.journal.refused = set()
        for _ in range(80):
            self.later(1)
        page.open(self.document)
        self.assertEqual((len(page.doc["cells"]), len(self.documents.updates[self.document])), (1, 1))
        self.flushLoggedErrors(ValueError)
