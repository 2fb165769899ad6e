"""The shortest whole path: a page says hello, opens, edits, runs, and sees what came of it."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.model.identifiers import DocumentId, WorkspaceId
from sagews.model.workspaces import Document
from tests.backend.harness import BackendTestCase
from tests.fakes.session_host import SUM


class FirstRunTests(BackendTestCase):
    """From the handshake to the result."""

    def test_a_page_is_welcomed(self) -> None:
        """A good ticket brings who, where, what they may do, and a secret for coming back."""
        welcome = self.page().take("welcome")[0]
        self.assertEqual(welcome["user"]["name"], "Ada")
        self.assertEqual(welcome["workspace"], {"id": self.workspace, "name": "Curves"})
        self.assertEqual((welcome["role"], welcome["may_run"]), ("owner", True))
        self.assertEqual(len(welcome["resume"]), 43)
        self.assertEqual(welcome["flavours"], ["python", "sage"])

    def test_a_cell_is_edited_saved_and_run(self) -> None:
        """An edit is saved once it is stored; a run in a fresh session gives queued, running, result, done."""
        page = self.opened()
        page.edit(self.document, SUM, number=7)
        self.assertEqual(page.take("saved"), [])
        self.later(0.05)
        self.assertEqual(page.take("saved"), [{"type": "saved", "document": self.document, "edit": 7}])
        run = page.run(self.document, SUM)
        self.later()
        told = page.take()
        states = [message["state"] for message in told if message["type"] == "run_state"]
        self.assertEqual(states[-2:], ["running", "done"])
        [output] = [message for message in told if message["type"] == "output"]
        self.assertEqual(output["run"], run)
        self.assertEqual(output["piece"]["body"]["data"], {"text/plain": "2"})

    def test_an_evaluation_is_three_messages(self) -> None:
        """Once there is a session, running, result and done are all that is said; that they are kept comes later."""
        page = self.opened()
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later(1)
        self.later(1)
        page.take()
        page.run(self.document, SUM)
        self.later()
        self.assertEqual([message["type"] for message in page.take()], ["run_state", "output", "run_state"])
        self.later(1)
        self.assertEqual([message["type"] for message in page.take()], ["kept"])

    def test_what_is_over_is_kept_when_it_is_committed(self) -> None:
        """A page is told `done` at once, and that it is kept only after the store has answered."""
        page = self.opened()
        page.edit(self.document, SUM)
        self.later(1)
        self.journal.held = held = Deferred()
        page.run(self.document, SUM)
        self.later(5)
        told = page.take()
        [done] = [message for message in told if message.get("state") == "done"]
        self.assertNotIn("kept", [message["type"] for message in told])
        self.journal.held = None
        held.callback(None)
        self.later(1)
        self.assertGreaterEqual(page.last("kept")["sequence"], done["sequence"])

    def test_output_is_acknowledged_when_it_is_committed(self) -> None:
        """The worker may forget pieces only after the store has them."""
        page = self.opened()
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later()
        [session] = self.host.sessions.values()
        self.assertEqual(session.acknowledged, 0)
        self.later(0.2)
        self.assertEqual(session.acknowledged, 2)
        [pieces] = self.runs.outputs.values()
        self.assertEqual(len(pieces), 1)

    def test_what_was_never_written_is_not_read(self) -> None:
        """In a new workspace nobody asks for text and files of which there can be none; its next life asks for both."""
        read, listed, load, documents = [], [], self.documents.load, self.workspaces.documents

        async def counted_load(workspace: WorkspaceId, document: DocumentId) -> tuple[bytes | None, list[bytes]]:
            read.append(document)
            return await load(workspace, document)

        async def counted_list(workspace: WorkspaceId) -> list[Document]:
            listed.append(workspace)
            return await documents(workspace)

        self.documents.load = counted_load  # type: ignore[method-assign]
        lease = self.done(self.workspaces.documents(self.workspace))
        self.assertEqual([about.id for about in lease], [self.document])
        page = self.opened()
        # The lease of the fake lists documents by itself, once.
        self.workspaces.documents = counted_list  # type: ignore[method-assign]
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later(0.2)
        self.assertEqual((read, listed, self.history.prepared), ([], [], []))
        after = self.opened(backend=self.life())
        self.assertEqual(str(after.doc["cells"][after.cell()]["source"]), SUM)
        after.run(self.document, SUM)
        self.later(0.2)
        self.assertEqual((read, len(self.history.prepared)), ([self.document], 1))
        self.assertIn(self.workspace, listed)
