"""Ids of another workspace, in the hands of somebody who has one of their own."""

from __future__ import annotations

from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from tests.backend.harness import BackendTestCase, Page
from tests.backend.run_case import states
from tests.fakes.session_host import PRINTS


class ForeignRunTests(BackendTestCase):
    """Mallory knows the id of a run of Ada's: she was in her workspace once."""

    def mallorys(self) -> tuple[Page, DocumentId]:
        """Return a page of Mallory's in a workspace of her own, with its document open."""
        mallory = self.done(self.accounts.create_user("mallory@example.org", "Mallory", "user", None))
        workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
        self.done(self.workspaces.create_workspace(workspace, "Hers", mallory.id, document, "a.sage.md"))
        self.workspace = workspace
        page = self.page(mallory)
        page.open(document)
        return page, document

    def close_adas(self) -> None:
        """Put Ada's document away."""
        [hers] = [each for each in self.backend.workspaces.all if each.about.owner == self.owner.id]
        self.done(hers.document_set.unload(hers.find(self.document)))

    def test_output_is_not_read_under_a_run_id_taken_over(self) -> None:
        """A cell of one's own that is run under somebody's run id does not bring that run's output."""
        ada = self.opened()
        ada.edit(self.document, PRINTS)
        run = ada.run(self.document, PRINTS)
        self.later(1)
        self.assertTrue(self.runs.outputs[run])  # type: ignore[index]
        # Nothing of Ada's is open here any more.
        self.close_adas()
        hers = self.workspace
        page, document = self.mallorys()
        page.edit(document, "1")
        page.run(document, "1", run)
        self.later(1)
        self.assertEqual((states(page, run)[-1], self.runs.runs[run].document), ("lost", self.document))  # type: ignore[index]
        kinds = [message["type"] for message in page.told]
        self.assertLess(kinds.index("cleared"), kinds.index("kept"))
        page.take()
        page.say(type="output", request=1, document=document, run=run)
        self.later(1)
        told = page.take()
        self.assertNotIn("hello", str(told))
        self.assertEqual([message.get("pieces", []) for message in told if message["type"] == "whole_output"], [[]])
        self.workspace = hers
        ada = self.opened()
        ada.say(type="output", request=1, document=self.document, run=run)
        self.later(1)
        self.assertIn("hello", str(ada.take("whole_output")))

    def test_a_run_id_of_an_open_document_is_refused(self) -> None:
        """The page is told, nothing runs, and once that document is closed and forgotten its ids are nobody's here."""
        ada = self.opened()
        ada.edit(self.document, PRINTS)
        run = ada.run(self.document, PRINTS)
        self.later(1)
        page, document = self.mallorys()
        page.edit(document, "1")
        page.take()
        page.run(document, "1", run)
        self.later(1)
        [refusal] = page.take("error")
        self.assertEqual((refusal["code"], states(page)), ("bad-value", []))
        self.close_adas()
        page.run(document, "1", run)
        self.later(1)
        self.assertEqual(states(page)[-1], "lost")

    def test_a_document_of_another_workspace_is_not_there(self) -> None:
        """Opening, renaming and removing it answer as if it did not exist."""
        page, _ = self.mallorys()
        for message in (
            {"type": "open"},
            {"type": "rename", "request": 1, "path": "b.sage.md"},
            {"type": "remove", "request": 2},
        ):
            self.assertEqual(page.say(document=self.document, **message)[-1]["code"], "not-found")
