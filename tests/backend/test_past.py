"""A worksheet whose past is let go: it says the same, goes on, and takes nothing that was made before."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import CellView, WorksheetDocument, cells_in_order, load, put_cell
from sagews.backend.crdt.fresh import without_past
from sagews.backend.crdt.pairs import may_have_pairs
from sagews.backend.crdt.validator import MANY_CLIENTS, Mirror
from sagews.backend.crdt.worksheet_text import merge_text, to_text
from sagews.backend.documents.compaction import MOST_KEPT, KeptPasts, is_due
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId, DocumentId
from sagews.model.updates import StoredText
from tests.backend.pasts import SMALL, PastCase, named, said_in
from tests.contracts.checks import deletion, one_cell
from tests.model.strategies import wild_texts

VALUES = st.one_of(st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=9))
CELLS = st.builds(
    CellView,
    st.from_regex(r"[a-z0-9]{4,6}", fullmatch=True).map(CellId),
    st.sampled_from(["code", "text", "section"]),
    st.from_regex(r"[a-y]{1,4}z", fullmatch=True),
    st.integers(0, 5),
    st.text(max_size=40),
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), VALUES, max_size=3),
    st.none() | st.text(max_size=9),
)


def said(document: WorksheetDocument) -> Any:
    """Return everything that a document says."""
    return document.meta.to_py(), document.cells.to_py(), cells_in_order(document), to_text(document)


class FreshTests(SynchronousTestCase):
    """A document without its past."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(CELLS, max_size=8), st.lists(st.integers(0, 7), max_size=4))
    def test_it_says_the_same(self, cells: list[CellView], removed: list[int]) -> None:
        """Cells, order, flags, settings and the file are byte for byte what they were, whatever was deleted."""
        document = WorksheetDocument()
        with document.transaction():
            document.meta.update({"format": 1, "title": "T", "flavour": "sage", "front": "---\ntitle: T\n---\n"})
            for cell in cells:
                put_cell(document, cell)
            for number in removed:
                if number < len(cells) and cells[number].id in document.cells:
                    del document.cells[cells[number].id]
        fresh = without_past(document)
        self.assertEqual(said(fresh), said(document))
        self.assertEqual(said(load(fresh.get_update(), [])), said(document))

    @settings(max_examples=40, deadline=None)
    @given(wild_texts)
    def test_a_file_stays(self, text: str) -> None:
        """A worksheet that came from any file is written as the same file, and its bounds hold for it as before."""
        document = WorksheetDocument()
        merge_text(document, text)
        fresh = without_past(document)
        self.assertEqual(to_text(fresh), to_text(document))
        Mirror(fresh.get_update())


class PastTests(PastCase):
    """What pages see of it when they open a worksheet."""

    def test_it_becomes_small_and_goes_on(self) -> None:
        """A worksheet that is opened again is small, says the same, keeps its cells' ids, and takes edits that last."""
        page, text = self.grown()
        cell, before = page.cell(), self.stored()
        backend = self.compacting()
        again = self.page(backend=backend)
        opened = again.open(self.document)
        self.assertEqual((opened["past"], again.cell()), (1, cell))
        self.assertEqual(str(again.doc["cells"][cell]["source"]), text)
        self.assertGreater(before, 10 * self.stored())
        self.say_edit(again, "y = 1", past=1)
        self.later(1)
        self.assertEqual(len(again.take("saved")), 1)
        last = self.page(backend=self.life())
        self.assertEqual(last.open(self.document)["past"], 1)
        self.assertEqual(str(last.doc["cells"][cell]["source"]), "y = 1")

    def test_an_edit_of_another_past_is_refused(self) -> None:
        """It is told so, and nothing of it is in the document or stored; the page gets everything when it opens it."""
        page, text = self.grown()
        page.backend = backend = self.compacting()
        page.lose()
        back = self.page(backend=backend)
        back.doc = page.doc
        vector, stored = page.doc.get_state(), self.documents
        opened = back.open(self.document, vector=vector, past=0)
        self.assertEqual(opened["past"], 1)
        self.assertEqual(said_in(opened), text)
        updates = len(stored.updates[self.document])
        for past in (0, 2):
            (told,) = self.say_edit(back, "lost = 1", past=past)
            self.assertEqual((told["type"], told["code"], told["edit"]), ("error", "past-changed", 7))
        self.later(1)
        self.assertEqual(len(stored.updates[self.document]), updates)
        other = self.page(backend=backend)
        self.assertEqual(said_in(other.open(self.document)), text)

    def test_many_pages_had_a_part_in_the_former_past(self) -> None:
        """A page that knows of more pages than the new document has is let in all the same."""
        self.grown()
        back = self.page(backend=self.compacting())
        vector = b"\xd0\x0f" + b"".join(bytes([n & 127 | 128, n >> 7, 1]) for n in range(128, 2128))
        self.assertEqual(back.open(self.document, vector=vector, past=0)["past"], 1)

    def test_what_is_not_mostly_past_stays(self) -> None:
        """A worksheet that says much is left as it is, with its number."""
        page = self.opened()
        page.edit(self.document, "long = 1  # " + "b" * 3 * SMALL)
        self.later(1)
        again = self.page(backend=self.compacting())
        self.assertNotIn("past", again.open(self.document))
        self.assertIn(("compact", self.owner.id), self.checks.asked)

    def test_what_stays_is_not_asked_about_at_each_opening(self) -> None:
        """It is asked again when the worksheet has grown by half, not before; another life of the backend asks anew."""
        page = self.opened()
        page.edit(self.document, "long = 1  # " + "b" * 3 * SMALL)
        self.later(1)
        backend = self.compacting()
        for asked, more in ((1, 0), (1, SMALL), (1, SMALL), (2, 0), (2, 0)):
            again = self.page(backend=backend)
            again.open(self.document)
            self.assertEqual([what for what, _ in self.checks.asked].count("compact"), asked)
            if more:
                before, text = again.doc.get_state(), again.doc["cells"][again.cell()]["source"]
                text.insert(0, "c" * more)
                again.say(type="edit", document=self.document, edit=1, update=again.doc.get_update(before))
            again.lose()
            for _ in range(200):
                self.later(1)
            self.assertEqual(len(backend.workspaces.all), 0)
        self.page(backend=self.compacting()).open(self.document)
        self.assertEqual([what for what, _ in self.checks.asked].count("compact"), 3)

    def test_characters_that_were_cut_in_two(self) -> None:
        """A stored worksheet in which an edit cut characters is replaced when it is opened; one without is not."""
        text = "x = '" + "𝔸" * 13_000 + "'"
        self.opened().lose()
        stored = self.documents.updates[self.document]
        stored.append((self.owner.id, one_cell(text)))
        self.backend = self.life()
        self.assertNotIn("past", self.opened_in_turns().last("opened"))
        stored = self.documents.updates[self.document]
        stored += [(self.owner.id, deletion(5, 101 + 20 * each, 1)) for each in range(280)]
        seen = load(None, [update for _, update in stored]).cells["cell1"]["source"]
        self.backend = self.life()
        again = self.opened_in_turns()
        self.assertEqual(again.last("opened")["past"], 1)
        self.assertEqual(str(again.doc["cells"]["cell1"]["source"]), str(seen))
        self.assertGreater(len(str(seen)), 12_000)

    def test_numbers_that_look_like_such_characters(self) -> None:
        """A worksheet is asked about for its characters, and not for its pages' numbers."""
        number = 0x70 | 0x10 << 7 | 1 << 28
        for text, asked in (("x", False), ("𝔸", True)):
            page: Doc[Any] = Doc(client_id=number)
            page["cells"] = Map({"cell1": Map({"source": Text(text)})})
            update = page.get_update()
            self.assertTrue(may_have_pairs(update))
            self.assertEqual(is_due(StoredText(None, (update,), 0), 10**6, KeptPasts(), DocumentId("one")), asked)

    def test_only_so_much_is_remembered(self) -> None:
        """What is remembered of worksheets that stay as they are is bounded; the oldest is forgotten."""
        kept = KeptPasts()
        for key in range(MOST_KEPT + 1):
            kept.note(DocumentId(str(key)), 100)
        self.assertEqual([kept.ask_at(DocumentId(str(key))) for key in (0, 1, MOST_KEPT)], [0, 150, 150])

    def test_many_pages_had_a_part_in_it(self) -> None:
        """A worksheet that half as many pages had a part in as may is rid of them, though it has not much of a past."""
        # With the backend, which began it, and the page that wrote into it.
        self.crowd(MANY_CLIENTS - 3)
        again = self.opened_in_turns()
        self.assertEqual(self.documents.pasts, {})
        again.lose()
        self.documents.updates[self.document].append((self.owner.id, named(range(50, 51))))
        opened = self.page(backend=self.life()).open(self.document)
        self.assertEqual((opened["past"], said_in(opened)), (1, "z = 1"))

    def test_a_database_that_does_it_later(self) -> None:
        """Nobody is shown the past while a statement that ends it may run on, though its connection was lost."""
        _, text = self.grown()
        late = self.late_compact()
        again = self.page(backend=self.compacting())
        again.say(type="open", document=self.document)
        for _ in range(3):
            self.later(1)
        self.assertEqual([message["type"] for message in again.told if message["type"] in ("opened", "error")], [])
        late.commit()
        opened = again.last("opened")
        self.assertEqual((opened["past"], said_in(opened)), (1, text))

    def test_what_can_not_be_let_go_is_opened_as_before(self) -> None:
        """When it takes too long to make it small, the worksheet opens with its past, and is tried the next time."""
        _, text = self.grown()

        def compact(*_: object) -> Deferred[None]:
            raise SagewsError("limit", limit="time", advice="")

        self.patch(self.checks, "compact", compact)
        again = self.page(backend=self.compacting())
        opened = again.open(self.document)
        self.assertEqual((opened.get("past", 0), said_in(opened)), (0, text))

    def test_a_kill_in_between_is_harmless(self) -> None:
        """Whatever was not committed when the daemon ended is as if it had never begun; the next life does it."""
        _, text = self.grown()
        compact = self.documents.compact

        async def killed(*_: object) -> None:
            await Deferred()

        self.patch(self.documents, "compact", killed)
        self.page(backend=self.compacting()).say(type="open", document=self.document)
        self.assertEqual(self.documents.pasts, {})
        self.patch(self.documents, "compact", compact)
        again = self.page(backend=self.compacting())
        opened = again.open(self.document)
        self.assertEqual((opened["past"], said_in(opened)), (1, text))

    def test_a_snapshot_of_the_former_past_is_not_stored(self) -> None:
        """A state that was folded before the past went never takes the place of the one without it."""
        self.grown()
        stored = self.done(self.documents.load(self.workspace, self.document))
        state = load(stored.snapshot, stored.updates).get_update()
        again = self.page(backend=self.compacting())
        again.open(self.document)
        epoch = again.last("opened")["epoch"]
        self.failureResultOf(
            Deferred.fromCoroutine(self.documents.snapshot(self.document, epoch, 0, state, 401)), SagewsError
        )
