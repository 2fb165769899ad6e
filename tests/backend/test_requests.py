"""Documents and versions of a workspace, and single evaluations."""

from __future__ import annotations

from typing import Any

from sagews.model.history import SaveReport
from sagews.model.sessions import Ending
from tests.backend.harness import BackendTestCase
from tests.fakes.session_host import ASKS, DIES, FAILS, PRINTS, SUM, WAITS


class DocumentTests(BackendTestCase):
    """Making, renaming, removing."""

    def test_everybody_learns_of_changes(self) -> None:
        """The asker gets an answer with the number, others the news without."""
        one, two = self.page(), self.page()
        [created] = one.say(type="create", request=1, path="notes/b.sage.md")
        self.assertEqual((created["document"]["path"], created["request"]), ("notes/b.sage.md", 1))
        self.assertNotIn("request", two.last("created"))
        document = created["document"]["id"]
        one.say(type="rename", request=2, document=document, path="c.sage.md")
        self.assertEqual(two.last("renamed")["document"], one.last("renamed")["document"])
        listed = [entry["path"] for entry in one.say(type="documents", request=3)[0]["documents"]]
        self.assertEqual(sorted(listed), ["c.sage.md", "curves.sage.md"])
        one.say(type="remove", request=4, document=document)
        self.assertEqual(two.last("removed")["document"], document)
        one.say(type="open", document=document)
        self.assertEqual(one.last("error")["code"], "not-found")

    def test_nothing_is_kept_of_what_was_removed_unopened(self) -> None:
        """Whoever makes documents and removes them again leaves nothing behind in the workspace."""
        page = self.page()
        [created] = page.say(type="create", request=1, path="gone.sage.md")
        documents = self.backend.workspaces.all[0].document_set
        self.assertIn(created["document"]["id"], documents._unwritten)
        page.say(type="remove", request=2, document=created["document"]["id"])
        self.assertNotIn(created["document"]["id"], documents._unwritten)

    def test_a_rename_keeps_the_document(self) -> None:
        """A document that is renamed while it is open goes on under its id."""
        page = self.opened()
        page.say(type="rename", request=1, document=self.document, path="d.sage.md")
        page.edit(self.document, "1")
        self.assertEqual(page.take("error"), [])
        self.assertEqual(page.open(self.document)["path"], "d.sage.md")

    def test_a_taken_path_is_refused(self) -> None:
        """Two documents never have one path."""
        [error] = self.page().say(type="create", request=1, path="curves.sage.md")
        self.assertEqual(error["code"], "name-taken")

    def test_documents_of_other_workspaces_are_out_of_reach(self) -> None:
        """Renaming and removing by the id of another workspace's document finds nothing."""
        from sagews.model.identifiers import DocumentId, WorkspaceId, new_id

        other, document = WorkspaceId(new_id()), DocumentId(new_id())
        self.done(self.workspaces.create_workspace(other, "Other", self.owner.id, document, "other.sage.md"))
        page = self.page()
        for message in ({"type": "rename", "path": "e.sage.md"}, {"type": "remove"}):
            self.assertEqual(page.say(request=1, document=document, **message)[0]["code"], "not-found")

    def test_removing_ends_the_session(self) -> None:
        """A removed document's session is stopped."""
        page = self.opened()
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later()
        page.say(type="remove", request=1, document=self.document)
        self.later()
        self.assertEqual(self.host.sessions, {})


class VersionTests(BackendTestCase):
    """The history as pages see it."""

    def test_saving(self) -> None:
        """Save makes a version, with a name a named one; everybody learns of it; nothing new is said to be so."""
        one, two = self.page(), self.page()
        [version] = one.say(type="save", request=1)
        self.assertEqual((version["request"], version["version"]["author"]), (1, "Ada"))
        self.assertEqual(two.last("version")["version"], version["version"])
        one.say(type="save", request=2, name="  Final ")
        self.assertEqual(self.history.saves, [("", "save"), ("Final", "named")])
        last = two.last("version")["version"]
        [nothing] = one.say(type="save", request=3)
        self.assertEqual((nothing["unchanged"], nothing["version"]), (True, last))

    def test_what_could_not_be_saved_is_told(self) -> None:
        """Pages learn what no version keeps, those that come later too, and that it is over."""
        page = self.page()
        self.history.report(SaveReport(left_out=(("big", "is too large"),), problem="The disk is full."))
        said = {"type": "unsaved", "paths": [{"path": "big", "why": "is too large"}], "problem": "The disk is full."}
        self.assertEqual(page.last("unsaved"), said)
        self.assertEqual(self.page().last("unsaved"), said)
        self.history.report(SaveReport(removed=3, present=4))
        self.assertIn("3 of 4 files", page.last("unsaved")["problem"])
        self.history.report(SaveReport(outputs="It has no outputs."))
        self.assertEqual(page.last("unsaved")["problem"], "It has no outputs.")
        self.history.report(SaveReport())
        self.assertEqual(page.last("unsaved"), {"type": "unsaved", "paths": []})

    def test_a_bad_name_is_refused(self) -> None:
        """A version's name is a line of text that can be shown."""
        self.assertEqual(self.page().say(type="save", request=1, name="a\x1b[31m")[0]["code"], "bad-value")

    def test_versions_difference_revert(self) -> None:
        """The list says whether there are more; a difference and a revert are passed on."""
        page = self.page()
        for number, name in enumerate(("first", "second")):
            page.say(type="save", request=number, name=name)
        [versions] = page.say(type="versions", request=1, limit=1)
        self.assertEqual(([version["name"] for version in versions["versions"]], versions["more"]), (["second"], True))
        first = page.say(type="versions", request=1, limit=2)[0]["versions"][1]["id"]
        [difference] = page.say(type="difference", request=2, version=first)
        self.assertEqual([file["path"] for file in difference["files"]], ["curves.sage.md"])
        [reverted] = page.say(type="revert", request=3, version=first)
        self.assertEqual((reverted["version"]["kind"], reverted["version"]["name"]), ("revert", "first"))

    def test_the_history_reaches_documents(self) -> None:
        """Texts of all documents can be read and put, open or not; new paths get a document, others are removed."""
        page = self.opened()
        documents: Any = self.history.documents[self.workspace]
        texts = self.done(documents.texts())
        self.assertEqual(list(texts), ["curves.sage.md"])
        wanted = {"curves.sage.md": "```sage #abcd\n2+2\n```\n", "new.sage.md": "# New\n"}
        self.done(documents.put_texts(self.owner.id, wanted, []))
        self.assertEqual(self.done(documents.texts())["curves.sage.md"], wanted["curves.sage.md"])
        self.assertEqual(len(page.take("edit")), 1)
        self.done(documents.put_texts(self.owner.id, {}, ["new.sage.md"]))
        self.assertEqual(list(self.done(documents.texts())), ["curves.sage.md"])


class ScratchTests(BackendTestCase):
    """Single evaluations without a workspace."""

    def test_an_evaluation(self) -> None:
        """Text is evaluated in a fresh session without a home, which ends with it."""
        page = self.page(workspace=False)
        page.take()
        page.say(type="evaluate", request=1, source=PRINTS, flavour="python")
        self.later()
        self.later()
        output, state = page.take()
        self.assertEqual((output["document"], output["piece"]["body"]["text"]), ("", "hello\n"))
        self.assertEqual((state["type"], state["state"]), ("run_state", "done"))
        self.assertIsNone(self.host.requests[0].workspace)
        self.assertEqual(self.host.sessions, {})

    def test_many(self) -> None:
        """A connection that evaluates one text after the other keeps nothing of those that are over."""
        page = self.page(workspace=False)
        kept = page.connection._when_gone
        for _ in range(3):
            page.say(type="evaluate", request=1, source=PRINTS, flavour="python")
            self.later()
            self.later()
        self.assertEqual(page.last("run_state")["state"], "done")
        self.assertEqual(page.connection._when_gone, kept)

    def test_errors_and_endings(self) -> None:
        """An error is a state, and a session that dies says why."""
        for source, state in ((FAILS, "error"), (DIES, "error"), (SUM, "done")):
            page = self.page(workspace=False)
            page.say(type="evaluate", request=1, source=source)
            self.later()
            self.later()
            self.assertEqual(page.last("run_state")["state"], state)
        self.assertEqual(self.host.sessions, {})

    def test_nobody_answers(self) -> None:
        """A question is closed at once: the code goes on without an answer, and nothing of it is passed on."""
        page = self.page(workspace=False)
        page.take()
        page.say(type="evaluate", request=1, source=ASKS)
        for _ in range(4):
            self.later()
        self.assertEqual([message["type"] for message in page.take()], ["output", "run_state"])
        self.assertEqual(self.host.sessions, {})

    def test_one_at_a_time(self) -> None:
        """A second one on the same connection is refused while the first runs; after ten minutes it is ended."""
        page = self.page(workspace=False)
        page.say(type="evaluate", request=1, source=WAITS)
        self.assertEqual(page.say(type="evaluate", request=2, source=SUM)[0]["code"], "busy")
        self.later(601)
        self.later()
        self.assertEqual(page.last("run_state")["state"], "error")
        self.assertEqual(self.host.sessions, {})

    def test_nothing_else_is_allowed(self) -> None:
        """A connection for evaluations has no workspace, and one with a workspace has no evaluations."""
        page = self.page(workspace=False)
        for message in ({"type": "documents"}, {"type": "create", "path": "a.sage.md"}, {"type": "save"}):
            self.assertEqual(page.say(request=1, **message)[0]["code"], "forbidden")
        self.assertEqual(self.page().say(type="evaluate", request=1, source=SUM)[0]["code"], "forbidden")

    def test_a_lost_connection_ends_the_session(self) -> None:
        """Who goes away leaves nothing running."""
        page = self.page(workspace=False)
        page.say(type="evaluate", request=1, source=WAITS)
        page.lose()
        self.later()
        self.assertEqual(self.host.sessions, {})
        self.assertEqual([reason for _, reason in self.host.ended], ["stopped"])
        self.assertIsInstance(Ending("stopped"), Ending)
