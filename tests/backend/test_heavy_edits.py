"""Large edits as pages see them: tried where nobody waits for them, applied in turns, in their order."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from unittest import mock

from twisted.internet.defer import Deferred

from sagews.backend.crdt.document import WorksheetDocument, load, new_document
from sagews.backend.crdt.heavy import EDIT_PIECE, LOAD_PIECE
from sagews.backend.crdt.update_reader import read_update
from sagews.backend.crdt.validator import Mirror
from sagews.backend.documents import snapshots
from sagews.model.accounts import Role
from tests.backend.harness import BackendTestCase, Page
from tests.contracts.checks import keyed, number, pasted
from tests.counting import calls


class HeavyTests(BackendTestCase):
    """What a page may do to the process that serves everybody."""

    def test_a_large_paste_arrives(self) -> None:
        """Cells that are too many to be tried at once are tried elsewhere, applied in turns, saved and told."""
        page, other = self.opened(), self.opened()
        update = pasted(page.doc.get_update(), 300)
        applied = self.counted()
        page.say(type="edit", document=self.document, edit=1, update=update)
        while not (saved := page.take("saved")):
            self.later(0.1)
        self.assertEqual(self.checks.tried, [len(update)])
        self.assertEqual([told["edit"] for told in saved], [1])
        # What no turn does more of, however much was pasted.
        self.assertGreater(len(applied), 5)
        self.assertLessEqual(max(applied), EDIT_PIECE + 10)
        for message in other.take("edit"):
            other.doc.apply_update(b64decode(message["update"]))
        self.assertEqual(len(other.doc["cells"]), 301)
        stored = load(*self.done(self.documents.load(self.workspace, self.document))[:2])
        self.assertEqual(len(stored.cells), 301)

    def counted(self) -> list[int]:
        """Return the list of how many structs were applied to documents, turn by turn, from now on."""
        applied: list[int] = []
        apply = WorksheetDocument.apply_update

        def count(document: WorksheetDocument, update: bytes) -> None:
            applied.append(read_update(update).structs)
            apply(document, update)

        self.patch(WorksheetDocument, "apply_update", count)
        return applied

    def large(self) -> Page:
        """Return a page that asked for a document of 2,001 cells, which is not loaded yet."""
        state = self.opened().doc.get_update()
        self.documents.snapshots[self.document] = (10**6, load(state, [pasted(state, 2000)]).get_update())
        page = self.page(backend=self.life())
        page.say(type="open", document=self.document)
        return page

    def test_a_large_document_is_opened_in_the_turn_of_who_asks(self) -> None:
        """Whoever opens a large worksheet of somebody else's waits behind their own questions."""
        state = self.opened().doc.get_update()
        self.documents.snapshots[self.document] = (10**6, load(state, [pasted(state, 2000)]).get_update())
        emmy = self.colleague(Role.VIEWER)
        self.page(emmy, backend=self.life()).say(type="open", document=self.document)
        # Numbers of pages are drawn at random: some look like characters of two units, which is asked about before.
        self.assertEqual(self.checks.asked[-1], ("load", emmy.id))
        self.assertEqual({account for _, account in self.checks.asked}, {emmy.id})

    def until(self, page: Page, kind: str) -> dict[str, Any]:
        """Let time pass until a page is told something."""
        for _ in range(200):
            for message in page.take():
                if message["type"] == kind:
                    return message
            self.later(0.1)
        raise AssertionError(f"the page was told no {kind}")

    def test_a_large_document_is_loaded_in_turns(self) -> None:
        """A large worksheet is cut elsewhere and loaded a piece at a time."""
        page = self.large()
        # What the process itself applied, which is the test's own here.
        applied = self.counted()
        self.until(page, "opened")
        self.assertGreater(len(applied), 5)
        self.assertLessEqual(max(applied), LOAD_PIECE + 10)

    def test_a_large_document_is_mirrored_in_turns(self) -> None:
        """The first edit of a large worksheet waits for its mirror, which grows by pieces; the next does not."""
        page = self.large()
        page.doc.apply_update(b64decode(self.until(page, "opened")["update"]))
        followed: list[int] = []
        follow = Mirror.follow

        def count(mirror: Mirror, update: bytes) -> None:
            followed.append(read_update(update).structs)
            follow(mirror, update)

        self.patch(Mirror, "follow", count)
        self.checks.asked.clear()
        page.edit(self.document, "1 + 1", 1)
        self.assertEqual(self.until(page, "saved")["edit"], 1)
        self.assertGreater(len(followed), 5)
        self.assertLessEqual(max(followed), LOAD_PIECE + 10)
        page.edit(self.document, "2 + 2", 2)
        self.assertEqual(self.until(page, "saved")["edit"], 2)
        self.assertEqual([what for what, _ in self.checks.asked], ["load"])

    def test_following_costs_no_more_than_applying(self) -> None:
        """A mirror that grows reads nothing of what it takes and looks at no cell: its cost is the library's."""
        state = new_document("One").get_update()
        costs = []
        for count in (10, 400):
            update, mirror = pasted(state, count), Mirror(state)
            costs.append(calls(lambda mirror=mirror, update=update: mirror.follow(update)))  # type: ignore[misc]
        self.assertEqual(costs[0], costs[1])

    def test_a_bad_edit_of_a_large_document_is_refused(self) -> None:
        """What does not fit is refused there too, the document stays as it was, and the next edit arrives."""
        page = self.large()
        page.doc.apply_update(b64decode(self.until(page, "opened")["update"]))
        for number_of in (1, 2):
            page.say(type="edit", document=self.document, edit=number_of, update=number(1) + keyed(5, 3) + b"\0x")
            self.assertEqual(self.until(page, "error")["edit"], number_of)
        page.edit(self.document, "3 + 3", 3)
        self.assertEqual(self.until(page, "saved")["edit"], 3)

    def test_what_comes_behind_it_waits(self) -> None:
        """Edits and runs behind a large edit keep their order, whoever they are from."""
        page, other = self.opened(), self.opened()
        page.edit(self.document, "1+1", 1)
        self.later(1)
        self.checks.held = held = Deferred()
        update = pasted(page.doc.get_update(), 300)
        page.doc.apply_update(update)
        page.say(type="edit", document=self.document, edit=2, update=update)
        page.edit(self.document, "2+2", 3)
        page.run(self.document, "2+2")
        other.say(type="edit", document=self.document, edit=9, update=b"\0\0")
        self.later(1)
        self.assertEqual((page.take("saved")[-1]["edit"], self.host.evaluations), (1, []))
        self.checks.held = None
        held.callback(None)
        for _ in range(20):
            self.later(0.1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [2, 3])
        self.assertEqual([saved["edit"] for saved in other.take("saved")], [9])
        self.assertEqual([evaluation.source for evaluation in self.host.evaluations], ["2+2"])
        self.assertEqual(page.take("changed"), [])

    def waiting_paste(self) -> tuple[Page, Deferred[None]]:
        """Return a page whose second edit is a paste that is being tried, and what lets that go on."""
        page = self.opened()
        page.edit(self.document, "1+1", 1)
        self.later(1)
        self.checks.held = held = Deferred()
        update = pasted(page.doc.get_update(), 300)
        page.doc.apply_update(update)
        page.say(type="edit", document=self.document, edit=2, update=update)
        return page, held

    def test_a_key_held_down_behind_it(self) -> None:
        """However many edits wait behind a large one, all of them are saved: each builds on those before."""
        page, held = self.waiting_paste()
        for edit in range(3, 203):
            page.edit(self.document, f"{edit} + 1", edit)
        self.later(1)
        self.checks.held = None
        held.callback(None)
        for _ in range(20):
            self.later(0.1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], list(range(1, 203)))

    def test_edits_that_wait_are_bounded(self) -> None:
        """Beyond the bound they are refused as coming too soon, and what waits is applied all the same."""
        page, held = self.waiting_paste()
        with mock.patch("sagews.backend.connections.connection.MAX_EDITS_UNDER_WAY", 5):
            for edit in range(3, 10):
                page.edit(self.document, f"{edit} + 1", edit)
        self.assertEqual(
            [(error["code"], error["edit"]) for error in page.take("error")],
            [("too-often", 7), ("too-often", 8), ("too-often", 9)],
        )
        self.checks.held = None
        held.callback(None)
        for _ in range(20):
            self.later(0.1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], list(range(2, 7)))

    def test_a_bad_one_is_refused_and_lets_the_next_through(self) -> None:
        """A refusal names the edit, changes nothing, and holds nobody up."""
        page = self.opened()
        update = pasted(page.doc.get_update(), 300, type="script")
        page.say(type="edit", document=self.document, edit=1, update=update)
        page.edit(self.document, "1+1", 2)
        self.later(1)
        self.assertEqual([(error["code"], error["edit"]) for error in page.take("error")], [("bad-update", 1)])

    def test_one_key_press_is_light_in_the_largest_worksheet(self) -> None:
        """To type over a selection in a worksheet of ten thousand cells is tried at once."""
        page = self.opened()
        live = self.backend.workspaces.all[0].documents[0]
        page.edit(self.document, "1 + 1", 1)
        live._doc.structs = 100_000
        page.edit(self.document, "2 + 2", 2)
        self.assertEqual(self.checks.tried, [])
        self.later(1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [1, 2])

    def test_one_cell_named_often_is_hashed_once(self) -> None:
        """A request that names a large cell five hundred times copies and hashes its text once."""
        page = self.opened()
        source = "#" * 400_000
        page.edit(self.document, source)
        live = self.backend.workspaces.all[0].documents[0]
        asked: list[str] = []
        whole = live._source_of

        def counted(cell: Any) -> Any:
            asked.append(cell)
            return whole(cell)

        self.patch(type(live), "_source_of", lambda self, cell: counted(cell))
        cells = [
            {"cell": page.cell(), "run": f"01890a5d-ac96-774b-bcce-{n:012x}", "hash": "0" * 64} for n in range(500)
        ]
        page.say(type="run", document=self.document, cells=cells)
        self.assertEqual(len(asked), 1)
        self.assertEqual(page.take("changed")[0]["cells"], [page.cell()] * 500)

    def test_a_large_document_is_folded_elsewhere(self) -> None:
        """The snapshot of a large worksheet is made from what is stored, in its editor's turn, and is the document."""
        self.patch(snapshots, "SMALL", 128 * 1024)
        page = self.opened()
        page.edit(self.document, "#" * 400_000)
        for _ in range(40):
            self.later(1)
        self.assertEqual(len(self.checks.folded), 1)
        self.assertIn(("fold", self.owner.id), self.checks.asked)
        _, state = self.documents.snapshots[self.document]
        self.assertIn("#" * 400_000, str(load(state, []).cells.to_py()))
