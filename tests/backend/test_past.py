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
from sagews.model.updates import StoredText
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


class PastCase(BackendTestCase):
    """A worksheet with a past."""

    def grown(self, past: int = 0) -> tuple[Page, str]:
        """Return a page whose worksheet has far more past than text, all of it saved, and what it says."""
        page = self.opened()
        for number in range(400):
            self.say_edit(page, f"x = {number}  # " + "a" * 40, past)
            self.later(0.001)
        for _ in range(20):
            self.later(0.02)
        self.assertEqual(len(page.take("saved")), 400)
        return page, f"x = 399  # {'a' * 40}"

    def compacting(self) -> Backend:
        """Return a next life of the backend that lets go of what is much smaller than usual."""
        return self.life(compact_bytes=SMALL)

    def stored(self) -> int:
        """Return how many bytes are stored."""
        return int(self.done(self.documents.load(self.workspace, self.document)).size)

    def say_edit(self, page: Page, source: str, past: int = 0) -> list[dict[str, Any]]:
        """Have a page put a source before what its first cell says, and delete that; returns what it is told."""
        before, text = page.doc.get_state(), page.doc["cells"][page.cell()]["source"]
        with page.doc.transaction():
            # In this order: what was deleted before the place of an insertion is one mark with it.
            text.insert(0, source)
            del text[len(source) : len(text)]
        update = page.doc.get_update(before)
        return page.say(type="edit", document=self.document, edit=7, update=update, past=past)


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


class OpenTests(PastCase):
    """The same while pages are open."""

    def setUp(self) -> None:
        """Have a backend that lets go of what is much smaller than usual."""
        super().setUp()
        self.backend = self.life(compact_open_bytes=2 * SMALL)

    def ticked(self) -> None:
        """Let time pass until documents were looked after."""
        for _ in range(8):
            self.later(1)

    def test_it_becomes_small_while_pages_are_open(self) -> None:
        """Everybody is given the new document, output stays, and edits go on in it: none is lost, for nobody."""
        watching = self.opened()
        page, text = self.grown()
        self.ticked()
        for each in (page, watching):
            opened = each.last("opened")
            self.assertEqual((opened["past"], "cells" in opened, said_in(opened)), (1, False, text))
            each.doc = fresh_copy(opened)
            each.take()
        self.assertLess(self.stored(), SMALL)
        (told,) = self.say_edit(page, "lost = 1", past=0)
        self.assertEqual(told["code"], "past-changed")
        page.doc = fresh_copy(opened)
        self.say_edit(page, "y = 1", past=1)
        self.later(1)
        self.assertEqual(len(page.take("saved")), 1)
        (edit,) = watching.take("edit")
        watching.doc.apply_update(b64decode(edit["update"]))
        self.assertEqual(str(watching.doc["cells"][watching.cell()]["source"]), "y = 1")
        back = self.page(backend=self.life())
        self.assertEqual((back.open(self.document)["past"], said_in(back.last("opened"))), (1, "y = 1"))

    def test_again_and_again(self) -> None:
        """A sheet that is edited on and on loses its past each time, and never is much larger than the bound."""
        page = self.opened()
        sizes, pasts = [], []
        for number in range(6):
            page = self.opened()
            past = int(self.documents.pasts.get(self.document, 0))
            for key in range(200):
                self.say_edit(page, f"x = {number}, {key}  # " + "b" * 40, past=past)
                self.later(0.05)
                past = self.went(page, past)
            self.ticked()
            sizes.append(self.stored())
            pasts.append(self.documents.pasts.get(self.document, 0))
        self.assertLess(max(sizes), 8 * SMALL)
        self.assertGreater(pasts[-1], 2)
        self.assertEqual(said_in(self.page().open(self.document)), f"x = 5, 199  # {'b' * 40}")

    def went(self, page: Page, past: int) -> int:
        """Return the past that a page goes on with; what it is told is taken over as a browser's page does."""
        for message in page.take("opened"):
            page.doc, past = fresh_copy(message), message["past"]
        return past

    def test_what_comes_meanwhile_waits_and_is_refused(self) -> None:
        """An edit that comes while it is made small is answered behind the new document, and nothing is applied."""
        page, text = self.grown()
        self.checks.held = held = Deferred()
        self.ticked()
        self.assertEqual(self.say_edit(page, "meanwhile = 1", past=0), [])
        self.checks.held = None
        held.callback(None)
        kinds = [message["type"] for message in page.take() if message["type"] in ("opened", "error", "saved")]
        self.assertEqual(kinds, ["opened", "error"])
        self.assertEqual(said_in(self.page().open(self.document)), text)

    def test_what_is_not_mostly_past_stays_open_as_it_is(self) -> None:
        """It is asked once, and again only when it has grown by half as much as makes it large."""
        page = self.opened()
        page.edit(self.document, "long = 1  # " + "b" * 4 * SMALL)
        for _ in range(4):
            self.ticked()
        self.assertEqual([what for what, _ in self.checks.asked].count("compact"), 1)
        self.assertEqual(self.documents.pasts, {})

    def unsure(self, *, done: bool) -> None:
        """Let the database not say whether it has stored what took a past's place, which it has or has not."""
        _, text = self.grown()
        compact, load, silent = self.documents.compact, self.documents.load, [SagewsError("database")]

        async def unsure(*what: Any) -> None:
            if done:
                await compact(*what)
            self.patch(self.documents, "load", away)
            raise SagewsError("database")

        async def away(*what: Any) -> StoredText:
            if silent:
                raise silent.pop()
            return await load(*what)

        self.patch(self.documents, "compact", unsure)
        self.ticked()
        self.patch(self.documents, "compact", compact)
        self.assertEqual((silent, self.documents.pasts.get(self.document, 0)), ([], int(done)))
        last = self.page()
        opened = last.open(self.document)
        self.assertEqual((opened.get("past", 0), said_in(opened)), (int(done), text))
        self.say_edit(last, "after = 1", past=int(done))
        self.later(1)
        self.assertEqual(len(last.take("saved")), 1)
        self.assertEqual(said_in(self.page(backend=self.life()).open(self.document)), "after = 1")

    def test_a_database_that_did_and_does_not_say(self) -> None:
        """Nothing is written until it is known that it was stored; then everybody goes on with that."""
        self.unsure(done=True)

    def test_a_database_that_did_not_and_does_not_say(self) -> None:
        """Nothing is written until it is known that it was not stored; then all is as before."""
        self.unsure(done=False)


def fresh_copy(opened: dict[str, Any]) -> Any:
    """Return a page's copy of what it was told, and of nothing else."""
    return load(b64decode(opened["update"]), [])


def said_in(opened: dict[str, Any]) -> str:
    """Return the text of the only cell of what a page was told."""
    document = load(b64decode(opened["update"]), [])
    (cell,) = cells_in_order(document)
    return cell.source
