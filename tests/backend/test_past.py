"""A worksheet whose past is let go: it says the same, goes on, and takes nothing that was made before."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import CellView, WorksheetDocument, cells_in_order, load, put_cell
from sagews.backend.crdt.fresh import without_past
from sagews.backend.crdt.validator import Mirror
from sagews.backend.crdt.worksheet_text import merge_text, to_text
from sagews.backend.service import Backend
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId
from tests.backend.harness import BackendTestCase, Page
from tests.model.strategies import wild_texts

SMALL = 4096
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


class PastTests(BackendTestCase):
    """What pages see of it."""

    def grown(self) -> tuple[Page, str]:
        """Return a page whose worksheet has far more past than text, all of it saved, and what it says."""
        page = self.opened()
        for number in range(400):
            self.say_edit(page, f"x = {number}  # " + "a" * 40)
            self.later(0.05)
        self.assertEqual(len(page.take("saved")), 400)
        return page, f"x = 399  # {'a' * 40}"

    def compacting(self) -> Backend:
        """Return a next life of the backend that lets go of what is much smaller than usual."""
        return self.life(compact_bytes=SMALL)

    def stored(self) -> int:
        """Return how many bytes are stored."""
        return int(self.done(self.documents.load(self.workspace, self.document)).size)

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

    def say_edit(self, page: Page, source: str, past: int = 0) -> list[dict[str, Any]]:
        """Have a page put a source before what its first cell says, and delete that; returns what it is told."""
        before, text = page.doc.get_state(), page.doc["cells"][page.cell()]["source"]
        with page.doc.transaction():
            # In this order: what was deleted before the place of an insertion is one mark with it.
            text.insert(0, source)
            del text[len(source) : len(text)]
        update = page.doc.get_update(before)
        return page.say(type="edit", document=self.document, edit=7, update=update, past=past)

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


def said_in(opened: dict[str, Any]) -> str:
    """Return the text of the only cell of what a page was told."""
    document = load(b64decode(opened["update"]), [])
    (cell,) = cells_in_order(document)
    return cell.source
