"""The text of a whole worksheet, for versions, reverts and lists: made elsewhere when it is large."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.backend.crdt.document import load
from sagews.backend.crdt.worksheet_text import to_text
from sagews.backend.documents import document_text
from sagews.model.accounts import Role
from tests.backend.harness import BackendTestCase, Page


class WholeTextTests(BackendTestCase):
    """What a document says as a whole, for versions and lists."""

    def grown(self, size: int = 20_000) -> Page:
        """Return a page of a worksheet without a title that holds a large cell."""
        page = self.opened()
        page.edit(self.document, "#" * size, 1)
        before = page.doc.get_state()
        page.doc["meta"]["title"] = ""
        page.say(type="edit", document=self.document, edit=2, update=page.doc.get_update(before))
        return page

    def texts(self) -> dict[str, str]:
        """Return the texts that a version would have."""
        return dict(self.done(self.backend.workspaces.all[0].document_set.texts()))

    def test_a_small_one_is_written_at_once(self) -> None:
        """Nobody is asked for the text of a small worksheet."""
        self.opened().edit(self.document, "1 + 1")
        self.assertIn("1 + 1", self.texts()["curves.sage.md"])
        self.assertEqual(self.checks.asked, [])

    def test_a_large_one_is_written_elsewhere(self) -> None:
        """The text of a large worksheet for a version is written in a process, in the turn of who changed it last."""
        emmy = self.colleague(Role.EDITOR)
        self.grown()
        self.opened(emmy).edit(self.document, "#" * 30_000, 1)
        self.checks.asked.clear()
        texts = Deferred.fromCoroutine(self.backend.workspaces.all[0].document_set.texts())
        self.later()
        self.assertIn("#" * 30_000, self.successResultOf(texts)["curves.sage.md"])
        self.assertEqual(self.checks.asked, [("text", emmy.id)])

    def test_many_small_ones_leave_turns_to_others(self) -> None:
        """Texts of many small worksheets are not written in one turn."""
        self.opened()
        documents = self.backend.workspaces.all[0].document_set
        for each in range(40):
            self.done(documents.create(f"{each}.sage.md"))
        for live in [self.done(documents.load(about.id)) for about in self.done(documents.list())]:
            self.done(live.put_text(self.owner.id, "```sage\n" + "#" * 3000 + "\n```\n"))
        written: list[object] = []
        self.patch(document_text, "to_text", lambda doc: written.append(doc) or to_text(doc))
        texts = Deferred.fromCoroutine(documents.texts())
        at_once = []
        while not texts.called:
            at_once.append(len(written))
            written.clear()
            self.later()
        self.assertEqual(len(self.successResultOf(texts)), 41)
        self.assertLess(max(at_once), 5)

    def test_reverting_a_large_one_is_done_elsewhere(self) -> None:
        """A large text is merged in a process, told and stored as an edit; what pages send meanwhile waits for it."""
        page, other = self.grown(), self.opened()
        live = self.backend.workspaces.all[0].documents[0]
        self.checks.held = held = Deferred()
        merging = Deferred.fromCoroutine(live.put_text(self.owner.id, "```sage\n" + "2" * 20_000 + "\n```\n"))
        page.edit(self.document, "3 + 3", 3)
        self.later(1)
        page.take()
        self.assertEqual(other.take("edit"), [])
        held.callback(None)
        self.later(1)
        self.assertTrue(self.successResultOf(merging))
        self.assertEqual([edit["author"] for edit in other.take("edit")], ["", page.connection.id])
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [3])
        stored = load(*self.done(self.documents.load(self.workspace, self.document))[:2])
        self.assertIn("2" * 20_000, to_text(stored))

    def test_the_heading_of_a_large_one_is_looked_for_elsewhere(self) -> None:
        """While somebody types in a large worksheet without a title, its first heading is asked for now and then."""
        page = self.grown()
        for each in range(10):
            page.edit(self.document, "#" * 20_000 + str(each), 10 + each)
            self.later(2)
        self.assertEqual([what for what, _ in self.checks.asked].count("title"), 1)
        self.later(20)
        page.edit(self.document, "#" * 20_000, 30)
        self.later(2)
        self.assertEqual([what for what, _ in self.checks.asked].count("title"), 2)
