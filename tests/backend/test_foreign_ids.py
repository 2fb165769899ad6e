"""Ids of another workspace, in the hands of somebody who has one of their own."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.sessions import PieceKind
from tests.backend.harness import BackendTestCase, Page
from tests.backend.run_case import states
from tests.fakes.session_host import PRINTS, WAITS


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

    def test_what_runs_under_a_run_id_taken_over_is_interrupted(self) -> None:
        """As soon as the database says whose the id is; from then on it shows nothing, and it is lost in the end."""
        ada = self.opened()
        ada.edit(self.document, PRINTS)
        run = ada.run(self.document, PRINTS)
        self.later(1)
        self.close_adas()
        page, document = self.mallorys()
        page.edit(document, WAITS)
        self.journal.held = held = Deferred()
        page.run(document, WAITS, run)
        self.later(1)
        [session] = [name for name, each in self.host.sessions.items() if each.running is not None]
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "early"})
        self.assertIn("early", str(page.take("output")))
        self.journal.held = None
        held.callback(None)
        self.assertEqual(self.host.sessions[session].interrupts, 1)
        self.assertIn(run, str(page.take("cleared")))
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "late"})
        self.later(1)
        self.later(1)
        self.assertEqual((states(page, run)[-1], page.take("output")), ("lost", []))

    def test_what_waits_under_a_run_id_taken_over_never_runs(self) -> None:
        """It is cancelled as soon as the database says whose the id is; what runs, and others' cells, go on."""
        ada = self.opened()
        ada.edit(self.document, PRINTS)
        run = ada.run(self.document, PRINTS)
        self.later(1)
        self.close_adas()
        page, document = self.mallorys()
        page.edit(document, WAITS)
        first = page.run(document, WAITS)
        self.later(1)
        page.run(document, WAITS, run)
        other = page.run(document, WAITS)
        self.later(1)
        self.assertEqual([states(page, each)[-1] for each in (first, run, other)], ["running", "cancelled", "queued"])
        self.assertNotIn(run, [evaluation.run for evaluation in self.host.evaluations[1:]])

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
