"""The live document: what it takes from strangers, what it refuses, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.document import (
    CellView,
    NoMirror,
    WorksheetDocument,
    cells_in_order,
    check_update,
    code_of,
    flavour_of,
    load,
    new_document,
    put_cell,
    title_of,
)
from sagews.backend.crdt.update_reader import read_update, read_vector
from sagews.backend.crdt.validator import Mirror
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId
from sagews.model.positions import spread
from tests.counting import calls

Change = Callable[[Any], None]


def tried(document: WorksheetDocument, update: bytes) -> None:
    """Check an update; near the bounds of a worksheet with a mirror whose cells were measured, as a backend does."""
    try:
        check_update(document, update)
    except NoMirror:
        mirror = Mirror(document.get_update())
        for _ in mirror.measure():
            pass
        document.take_mirror(mirror)
        check_update(document, update)


class Page:
    """A stranger's copy of a document, which sends what it changes."""

    def __init__(self, document: WorksheetDocument) -> None:
        self.doc: Doc[Any] = Doc(client_id=document.client_id + 1)
        self.doc["meta"], self.doc["cells"] = Map(), Map()
        self.doc.apply_update(document.get_update())
        self.sent: list[bytes] = []
        self._subscription = self.doc.observe(lambda event: self.sent.append(event.update))

    @property
    def cells(self) -> Any:
        """The cells' map."""
        return self.doc["cells"]

    def changes(self, change: Change) -> bytes:
        """Change something in one transaction and return the update."""
        with self.doc.transaction():
            change(self.doc)
        return self.sent[-1]


def sheet(count: int) -> WorksheetDocument:
    """A worksheet of some size."""
    document = WorksheetDocument(1000)
    with document.transaction():
        document.meta["title"] = "Sheet"
        for number, pos in enumerate(spread(None, None, count)):
            put_cell(document, CellView(CellId(f"c{number:04d}"), "code", pos, 0, "x = 1\n" * 30))
    return document


def cell(**changes: Any) -> Map[Any]:
    """A good cell but for these keys; None leaves a key out."""
    keys = {"type": "code", "pos": "a5", "depth": 0, "source": Text("x"), "flags": Map({"folded": True})} | changes
    return Map({key: value for key, value in keys.items() if value is not None})


class GoodUpdates(SynchronousTestCase):
    """What pages send."""

    def test_edits_of_every_kind_pass(self) -> None:
        """Typing, new cells, moves, kinds, flags, titles and removals pass and converge."""
        document = new_document("One")
        page = Page(document)
        (first,) = cells_in_order(document)
        changes: list[Change] = [
            lambda doc: doc["cells"][first.id]["source"].insert(0, "α𝔽x"),
            lambda doc: doc["cells"][first.id]["source"].__delitem__(slice(0, 2)),
            lambda doc: doc["cells"].__setitem__("new1", cell(type="section", depth=3)),
            lambda doc: doc["cells"].__setitem__("new2", cell(depth=None, flags=None)),
            lambda doc: doc["cells"]["new1"].update({"pos": "Zz", "depth": 5.0, "raw": '["# ","\\n","\\n"]'}),
            lambda doc: doc["cells"]["new1"]["flags"].update({"folded": False, "width": 3, "mode": "python"}),
            lambda doc: doc["meta"].update({"title": "Two", "flavour": "python"}),
            lambda doc: doc["cells"].__delitem__(first.id),
            lambda doc: doc["cells"].__delitem__("new2"),
        ]
        for change in changes:
            update = page.changes(change)
            check_update(document, update)
            document.apply_update(update)
        self.assertEqual([(view.id, view.pos, view.depth) for view in cells_in_order(document)], [("new1", "Zz", 5)])
        self.assertEqual(title_of(document), "Two")
        self.assertEqual(document.get_state(), page.doc.get_state())

    def test_the_flavour_is_what_it_is_now(self) -> None:
        """Which kind of session a worksheet asks for follows a page's edit and a change of the server's own."""
        document = new_document("One", "python")
        page = Page(document)
        self.assertEqual(flavour_of(document), "python")
        for flavour in ("sage", "other", ""):
            update = page.changes(lambda doc, flavour=flavour: doc["meta"].update({"flavour": flavour}))
            check_update(document, update)
            document.apply_update(update)
            self.assertEqual(flavour_of(document), flavour or "sage")
        document.meta["flavour"] = "python"
        self.assertEqual(flavour_of(document), "python")

    def test_the_code_of_a_cell_is_what_it_is_now(self) -> None:
        """What a cell runs follows each edit: of its text, of its kind, its removal, and one that takes its place."""
        document = new_document("One")
        page = Page(document)
        ((key, *_),) = [(view.id,) for view in cells_in_order(document)]

        def code_after(change: Change) -> str | None:
            update = page.changes(change)
            check_update(document, update)
            document.apply_update(update)
            return code_of(document, key)

        self.assertEqual(code_of(document, key), "")
        self.assertEqual(code_after(lambda doc: doc["cells"][key]["source"].insert(0, "1+1")), "1+1")
        self.assertEqual(code_after(lambda doc: doc["cells"][key]["source"].insert(0, "2*")), "2*1+1")
        self.assertIsNone(code_after(lambda doc: doc["cells"][key].update({"type": "text"})))
        self.assertEqual(code_after(lambda doc: doc["cells"][key].update({"type": "code"})), "2*1+1")
        self.assertEqual(code_after(lambda doc: doc["cells"][key].update({"source": Text("new")})), "new")
        self.assertIsNone(code_after(lambda doc: doc["cells"].__delitem__(key)))
        self.assertEqual(code_after(lambda doc: doc["cells"].__setitem__(key, cell(source=Text("again")))), "again")
        with document.transaction():
            document.cells[key]["source"] = Text("by the server")
        self.assertEqual(code_of(document, key), "by the server")

    def test_the_whole_state_of_a_page_passes(self) -> None:
        """A page that comes back may send everything that it has, also twice."""
        document = new_document("One")
        page = Page(document)
        for number in range(20):
            page.cells[f"more{number}"] = cell(pos=f"a{number % 10}V")
        del page.cells["more3"]
        for _ in range(2):
            update = page.doc.get_update()
            check_update(document, update)
            document.apply_update(update)
        self.assertEqual(len(cells_in_order(document)), 20)

    def test_checking_changes_nothing(self) -> None:
        """An update that was only checked is not there, and later ones are checked against the document as it is."""
        document = sheet(3)
        page = Page(document)
        update = page.changes(lambda doc: doc["cells"].__setitem__("new1", cell()))
        check_update(document, update)
        self.assertIsNone(code_of(document, CellId("new1")))
        following = page.changes(lambda doc: doc["cells"]["new1"]["source"].insert(0, "y"))
        self.assertRaises(SagewsError, check_update, document, following)

    def test_the_servers_own_edits_are_seen(self) -> None:
        """A page may build on what the server wrote itself."""
        document = sheet(3)
        page = Page(document)
        update = page.changes(lambda doc: doc["cells"]["c0000"]["source"].insert(0, "y"))
        check_update(document, update)
        document.apply_update(update)
        with document.transaction():
            put_cell(document, CellView(CellId("mine1"), "code", "b00", 0, "hello"))
        page.doc.apply_update(document.get_update())
        update = page.changes(lambda doc: doc["cells"]["mine1"]["source"].insert(5, " you"))
        check_update(document, update)
        document.apply_update(update)
        self.assertEqual(code_of(document, CellId("mine1")), "hello you")

    def test_stored_updates_give_the_document_again(self) -> None:
        """A snapshot and the updates after it are the document; what can't be read is an error of ours."""
        document = new_document("One")
        snapshot = document.get_update()
        page = Page(document)
        for number in range(3):
            page.doc["meta"]["title"] = f"T{number}"
        self.assertEqual(title_of(load(snapshot, page.sent)), "T2")
        self.assertEqual(self.assertRaises(SagewsError, load, b"no", []).code, "internal")

    def test_a_keystroke_costs_the_same_in_any_sheet(self) -> None:
        """Checking and applying one goes through the cell that it is in, not through the sheet."""

        def cost(cells: int) -> set[int]:
            document = sheet(cells)
            page = Page(document)
            for _ in range(50):
                page.cells["c0010"]["source"].insert(10, "a")
            # The first one makes the mirror on which all others are tried.
            check_update(document, page.sent[0])
            document.apply_update(page.sent[0])
            costs = set()
            for update in page.sent[1:]:
                # Counted in a copy of this process, and then done here.
                costs.add(calls(lambda update=update: (check_update(document, update), document.apply_update(update))))
                check_update(document, update)
                document.apply_update(update)
            return costs

        self.assertEqual(cost(20), cost(500))
        self.assertLess(max(cost(500)), 400)


class BadUpdates(SynchronousTestCase):
    """What nobody may send."""

    def refused(self, update: bytes, document: WorksheetDocument) -> str:
        """Return the reason for which an update is refused; the document stays as it is and usable."""
        before = document.get_update()
        error = self.assertRaises(SagewsError, tried, document, update)
        self.assertEqual((error.code, document.get_update()), ("bad-update", before))
        return str(error.parameters["reason"])

    def test_cells_against_the_schema(self) -> None:
        """Each key has its type and its bounds; there are no others."""
        bad: list[Change] = [
            lambda doc: doc["cells"].__setitem__("x", cell()),
            lambda doc: doc["cells"].__setitem__("UPPER", cell()),
            lambda doc: doc["cells"].__setitem__("c" * 13, cell()),
            lambda doc: doc["cells"].__setitem__("new1", "text"),
            lambda doc: doc["cells"].__setitem__("new1", Text("text")),
            lambda doc: doc["cells"].__setitem__("new1", cell(source=None)),
            lambda doc: doc["cells"].__setitem__("new1", cell(source="plain")),
            lambda doc: doc["cells"].__setitem__("new1", cell(source=Map({}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(pos=None)),
            lambda doc: doc["cells"].__setitem__("new1", cell(pos="a")),
            lambda doc: doc["cells"].__setitem__("new1", cell(pos="a0" + "V" * 300)),
            lambda doc: doc["cells"].__setitem__("new1", cell(pos=7)),
            lambda doc: doc["cells"].__setitem__("new1", cell(type="script")),
            lambda doc: doc["cells"].__setitem__("new1", cell(type=Map({}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(depth=6)),
            lambda doc: doc["cells"].__setitem__("new1", cell(depth=1.5)),
            lambda doc: doc["cells"].__setitem__("new1", cell(depth=True)),
            lambda doc: doc["cells"].__setitem__("new1", cell(depth="1")),
            lambda doc: doc["cells"].__setitem__("new1", cell(flags="folded")),
            lambda doc: doc["cells"].__setitem__("new1", cell(flags=Map({"a b": True}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(flags=Map({"a": "x" * 301}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(flags=Map({f"a{n}": True for n in range(33)}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(flags=Map({"a": Map({})}))),
            lambda doc: doc["cells"].__setitem__("new1", cell(raw=5)),
            lambda doc: doc["cells"].__setitem__("new1", cell(output="<script>")),
            lambda doc: doc["cells"].__setitem__("new1", cell(source=Text("x" * 500_001))),
            lambda doc: doc["cells"]["c0000"].__delitem__("source"),
            lambda doc: doc["cells"]["c0000"].__setitem__("source", Map({})),
            lambda doc: doc["cells"]["c0000"]["source"].insert(0, "𝔽" * 125_001),
            lambda doc: doc["cells"]["c0000"]["source"].insert_embed(0, {"image": "x"}),
            lambda doc: doc["cells"]["c0000"]["source"].format(0, 3, {"bold": True}),
            lambda doc: doc["meta"].__setitem__("format", 2),
            lambda doc: doc["meta"].__setitem__("title", "x" * 301),
            lambda doc: doc["meta"].__setitem__("title", Map({})),
            lambda doc: doc["meta"].__setitem__("owner", "me"),
        ]
        document = sheet(2)
        for number, change in enumerate(bad):
            with self.subTest(number):
                self.assertTrue(self.refused(Page(document).changes(change), document))

    def test_other_roots_and_kinds(self) -> None:
        """Nothing can be hidden beside the two maps, and no kind of content that worksheets do not have."""
        bad: list[Change] = [
            lambda doc: doc.__setitem__("more", Text("hidden")),
            lambda doc: doc.__setitem__("more", Map({"a": 1})),
            lambda doc: doc.__setitem__("more", Array([1])),
            lambda doc: doc["meta"].__setitem__("title", Array([1])),
            lambda doc: doc["meta"].__setitem__("title", Doc()),
            lambda doc: doc["meta"].__setitem__("title", b"bytes"),
            lambda doc: doc["meta"].__setitem__("title", {"a": 1}),
            lambda doc: doc["meta"].__setitem__("title", [[[[]]]]),
        ]
        document = sheet(2)
        for number, change in enumerate(bad):
            with self.subTest(number):
                self.assertTrue(self.refused(Page(document).changes(change), document))

    def test_edits_that_build_on_what_is_not_here(self) -> None:
        """An update whose past is missing is refused at once instead of waiting for ever."""
        document = sheet(2)
        page = Page(document)
        page.changes(lambda doc: doc["cells"]["c0000"]["source"].insert(0, "a"))
        late = page.changes(lambda doc: doc["cells"]["c0000"]["source"].insert(1, "b"))
        self.assertIn("not here", self.refused(late, document))
        other = Page(document)
        other.doc.apply_update(page.doc.get_update())
        removal = other.changes(lambda doc: doc["cells"]["c0000"]["source"].__delitem__(slice(0, 1)))
        self.assertIn("not here", self.refused(removal, document))

    def test_the_document_has_bounds(self) -> None:
        """Ten thousand cells, eight megabytes, and a past of four times that."""
        document = sheet(9_999)
        page = Page(document)
        update = page.changes(lambda doc: doc["cells"].update({"new1": cell(), "new2": cell()}))
        self.assertIn("10000 cells", self.refused(update, document))
        document, big = WorksheetDocument(), "x" * 490_000
        page = Page(document)
        for number in range(17):
            page.cells[f"big{number}"] = cell(source=Text(big))
            tried(document, page.sent[-1])
            document.apply_update(page.sent[-1])
        update = page.changes(lambda doc: doc["cells"].__setitem__("big99", cell(source=Text(big))))
        self.assertIn("bytes", self.refused(update, document))

    def test_after_a_bad_update_good_ones_pass(self) -> None:
        """The scratch copy that was spoilt is not used again."""
        document = sheet(2)
        page = Page(document)
        self.refused(page.changes(lambda doc: doc["meta"].__setitem__("owner", "me")), document)
        other = Page(document)
        update = other.changes(lambda doc: doc["meta"].__setitem__("title", "fine"))
        check_update(document, update)
        document.apply_update(update)
        self.assertEqual(title_of(document), "fine")

    def test_what_is_refused_unread_costs_nothing(self) -> None:
        """Nobody can make the server build scratch copies by sending rubbish: the sheet is not even looked at."""

        def cost(cells: int) -> int:
            document = sheet(cells)
            update = Page(document).changes(lambda doc: doc["meta"].__setitem__("title", "good"))
            check_update(document, update)
            document.apply_update(update)
            return calls(lambda: self.assertRaises(SagewsError, check_update, document, b"\x01\x01"))

        self.assertEqual(cost(5), cost(500))

    def test_bytes_that_lie(self) -> None:
        """Lengths beyond the end, numbers without end and empty runs are refused before the library sees them."""
        for data in (
            b"",
            b"\x00",
            b"\x00\x00\x00",
            b"\xff\xff\xff\xff\xff\xff\xff\x0f\x00",
            b"\x01\xff\xff\xff\xff\x0f\x01\x00",
            b"\x80" * 100,
            b"\x01\x01\x01\x00\x04\x01\x04meta\x7fxxx",
            b"\x01\x01\x01\x00\x00\xff\xff\xff\xff\xff\xff\x0f\x00",
            b"\x01\x01\x01\x00\x00\x00\x00",
            b"\x02\x01\x01\x00\x00\x01\x01\x01\x00\x00\x01\x00",
        ):
            with self.subTest(data):
                self.assertRaises(MalformedUpdate, read_update, data)
        self.assertRaises(MalformedUpdate, read_vector, b"\x05\x01")
        self.assertEqual(read_vector(b"\x01\x05\x07"), {5: 7})

    @settings(max_examples=400, deadline=None)
    @given(st.data())
    def test_damaged_updates_never_harm(self, data: st.DataObject) -> None:
        """Whatever is done to an update's bytes: it is refused or it fits; the document can always be read."""
        document = sheet(2)
        page = Page(document)
        update = bytearray(page.changes(lambda doc: doc["cells"].__setitem__("new1", cell())))
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, 400)) % len(update)
            update[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        try:
            check_update(document, bytes(update))
            document.apply_update(bytes(update))
        except SagewsError as error:
            self.assertEqual(error.code, "bad-update")
        views = cells_in_order(document)
        self.assertTrue(all(view.type in ("code", "text", "section") for view in views))
        check_update(load(None, []), document.get_update())

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=80))
    def test_any_bytes_never_harm(self, data: bytes) -> None:
        """Bytes that are no update are refused with a reason."""
        document = sheet(1)
        try:
            check_update(document, data)
        except SagewsError as error:
            self.assertEqual(error.code, "bad-update")
