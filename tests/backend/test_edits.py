"""Edits: to everybody at once, into the store in order, folded into snapshots, never lost, never silently."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from sagews.backend.crdt.document import load
from sagews.backend.crdt.worksheet_text import to_text
from sagews.errors import SagewsError
from tests.backend.harness import BackendTestCase
from tests.fakes.session_host import WAITS


class EditTests(BackendTestCase):
    """The way of an edit."""

    def test_others_see_it_at_once(self) -> None:
        """An edit reaches everybody else before it is stored, with the connection it came from, and not its author."""
        one, two = self.opened(), self.opened()
        cell = one.edit(self.document, "x = 1")
        [edit] = two.take("edit")
        self.assertEqual(edit["author"], one.connection.id)
        self.assertEqual(one.take("edit"), [])
        three = self.page()
        three.open(self.document)
        self.assertEqual(str(three.doc["cells"][cell]["source"]), "x = 1")

    def test_edits_are_batched(self) -> None:
        """Edits of one moment are one statement, in order, and each is said to be saved."""
        page = self.opened()
        self.later(1)
        self.journal.commits.clear()
        for number in range(5):
            page.edit(self.document, f"x = {number}", number)
        self.later(0.05)
        self.assertEqual([len(write.updates) for commit in self.journal.commits for write in commit], [5])
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [0, 1, 2, 3, 4])

    def test_a_database_that_is_down_delays_saved(self) -> None:
        """While the store fails, edits wait and are not said to be saved; when it is back, all are, in order."""
        page = self.opened()
        self.journal.failures = [SagewsError("database")] * 2
        page.edit(self.document, "a = 1", 1)
        self.later(0.05)
        page.edit(self.document, "b = 1", 2)
        self.later(0.2)
        self.assertEqual(page.take("saved"), [])
        for _ in range(5):
            self.later(2)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [1, 2])
        self.assertTrue(self.flushLoggedErrors())

    def test_a_snapshot_after_rest(self) -> None:
        """After half a minute without an edit the state is folded, and it is the document."""
        page = self.opened()
        page.edit(self.document, "rest = 1")
        for _ in range(32):
            self.later(1)
        covers, state = self.documents.snapshots[self.document]
        self.assertEqual(covers, len(self.documents.updates[self.document]))
        self.assertIn("rest = 1", to_text(load(state, [])))

    def test_a_snapshot_after_many_edits(self) -> None:
        """After so many edits it does not wait for rest; a snapshot never runs beside an append."""
        page = self.opened(backend=self.life(snapshot_updates=10))
        for number in range(25):
            page.edit(self.document, f"x = {number}", number)
            self.later(0.05)
        covers, _ = self.documents.snapshots[self.document]
        self.assertGreaterEqual(covers, 20)
        back = self.page(backend=self.life())
        back.open(self.document)
        self.assertEqual(str(back.doc["cells"][back.cell()]["source"]), "x = 24")

    def test_an_edit_is_noted_for_lists_and_history(self) -> None:
        """The history hears of an edit at once; the document's time and title follow within seconds."""
        page = self.opened()
        before = self.workspaces.pages[self.document].edited
        page.edit(self.document, "1")
        self.assertEqual(self.history.changes, [self.workspace])
        self.later(2)
        self.assertGreaterEqual(self.workspaces.pages[self.document].edited, before)


class UnloadTests(BackendTestCase):
    """What nobody uses is put away, and comes back as it was."""

    def test_documents_and_workspaces_are_put_away(self) -> None:
        """Unwatched for half a minute a document is forgotten, later its workspace: history and lease are settled."""
        page = self.opened()
        page.edit(self.document, "kept = 1")
        self.later(0.05)
        page.lose()
        for _ in range(20):
            self.later(2)
        self.assertEqual(self.backend.status()["documents"], 0)
        for _ in range(30):
            self.later(2)
        self.assertEqual(self.backend.status()["workspaces"], 0)
        self.assertEqual(self.history.closed, [self.workspace])
        self.assertIsNone(self.workspaces.leases[self.workspace].backend)
        back = self.page()
        back.open(self.document)
        self.assertEqual(str(back.doc["cells"][back.cell()]["source"]), "kept = 1")

    def test_what_runs_is_not_put_away(self) -> None:
        """A session that is alive keeps its document and workspace open without any page."""
        page = self.opened()
        page.edit(self.document, "1+1")
        page.run(self.document, "1+1")
        self.later()
        page.lose()
        for _ in range(100):
            self.later(2)
        self.assertEqual(self.backend.status()["sessions"], 1)

    def test_stopping_commits_everything(self) -> None:
        """A stop says when to come back, commits edits that waited, saves, and gives the lease back."""
        page = self.opened()
        page.edit(self.document, "last = 1")
        self.done(self.backend.stop())
        self.assertEqual(page.closed, 4503)
        self.assertIn("last = 1", to_text(load(*self.done(self.documents.load(self.workspace, self.document))[:2])))
        self.assertEqual(self.history.closed, [self.workspace])
        self.assertFalse(self.backend._registry.has_room())

    def test_stopping_ends_sessions_first(self) -> None:
        """What computes at a stop is ended and stored as interrupted before the history saves and cleans up."""
        page = self.opened()
        page.edit(self.document, WAITS)
        run = page.run(self.document, WAITS)
        self.later()
        stopped = Deferred.fromCoroutine(self.backend.stop())
        self.assertEqual(self.history.closed, [])
        self.later()
        self.successResultOf(stopped)
        self.assertEqual(self.host.sessions, {})
        self.assertEqual(self.runs.runs[run].state, "interrupted")  # type: ignore[index]
        self.assertEqual(self.history.closed, [self.workspace])

    def test_stopping_takes_no_longer_than_it_may(self) -> None:
        """With a store that never answers, a stop gives up after its time and says what it left."""
        page = self.opened()
        page.edit(self.document, "last = 1")
        self.journal.failures = [SagewsError("database")] * 1000
        stopped = Deferred.fromCoroutine(self.backend.stop())
        self.assertNoResult(stopped)
        for _ in range(10):
            self.later(1)
        self.successResultOf(stopped)
        self.flushLoggedErrors()


class PresenceTests(BackendTestCase):
    """Who is where."""

    def test_coming_moving_leaving(self) -> None:
        """Others learn who came, where they are, and that they left; the name is the server's."""
        one = self.opened()
        two = self.opened()
        [joined] = one.take("presence")
        self.assertEqual(joined["person"]["name"], "Ada")
        two.say(type="presence", document=self.document, state={"cell": "abcd", "name": "Mallory"})
        [moved] = one.take("presence")
        self.assertEqual((moved["person"]["state"]["cell"], moved["person"]["name"]), ("abcd", "Ada"))
        two.lose()
        [left] = one.take("presence")
        self.assertTrue(left["left"])
        self.assertEqual(two.take("presence"), [])

    def test_at_most_ten_a_second(self) -> None:
        """Many moves in a moment become few messages, the last of which is where the person is."""
        one, two = self.opened(), self.opened()
        one.take()
        for place in range(100):
            two.say(type="presence", document=self.document, state={"at": place})
        self.later(0.2)
        moves = one.take("presence")
        self.assertEqual(len(moves), 2)
        self.assertEqual(moves[-1]["person"]["state"]["at"], 99)

    def test_a_large_state_is_refused(self) -> None:
        """More than 2 KiB of presence is refused."""
        page = self.opened()
        page.say(type="presence", document=self.document, state={"x": "y" * 3000})
        self.assertEqual(page.last("error")["code"], "too-large")
