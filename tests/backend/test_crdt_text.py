"""The live document and its file."""

from __future__ import annotations

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import (
    CellView,
    WorksheetDocument,
    cells_in_order,
    check_update,
    flavour_of,
    load,
    new_document,
    put_cell,
    title_of,
)
from sagews.backend.crdt.merge import edit_text, matched_ids, positions_for
from sagews.backend.crdt.worksheet_text import merge_text, to_text
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId
from sagews.model.positions import between, is_position
from sagews.model.worksheet.cells import Cell
from tests.counting import calls
from tests.model.strategies import wild_texts

FILE = "---\nsagews: 1\ntitle: Curves\n---\n# One\n\nText.\n\n```sage #k3f9 folded\nx = 1\n```\n"
ODD = "---\ntitle:   'A ''b'''  \nother: [1]\n---\n\n\n# One #\n~~~sage #k3f9\n~~~\n* a\r\n\r\n```sage\nx"


# What pages say of cells beside their text: static/src/views/worksheet/attributes/.
MARKS = st.sampled_from(["folded", "hideInput", "foldOutput", "protected", "auto"]) | st.from_regex(
    r"tag-[A-Za-z0-9_][A-Za-z0-9_-]{0,25}", fullmatch=True
)
MARKED = st.lists(st.tuples(st.sampled_from(["code", "text", "section"]), st.sets(MARKS, max_size=21)), max_size=6)


def from_text(text: str) -> WorksheetDocument:
    """Return a new document for a file: nothing, brought to what the file says."""
    document = WorksheetDocument()
    merge_text(document, text)
    return document


class TextTests(SynchronousTestCase):
    """to_text and merge_text."""

    def test_a_new_document_is_one_empty_cell(self) -> None:
        """It has a title, one empty code cell, and a file that says so."""
        document = new_document("Curves: one", "python")
        (cell,) = cells_in_order(document)
        self.assertEqual((cell.type, cell.source), ("code", ""))
        wanted = f'---\nsagews: 1\ntitle: "Curves: one"\nflavour: python\n---\n```sage #{cell.id}\n```\n'
        self.assertEqual(to_text(document), wanted)
        again = from_text(wanted)
        self.assertEqual((title_of(again), flavour_of(again)), ("Curves: one", "python"))

    @settings(max_examples=60, deadline=None)
    @given(MARKED)
    def test_what_is_said_of_cells(self, marked: list[tuple[str, set[str]]]) -> None:
        """Flags that pages set pass the check and come back from the file, which stays as it was."""
        document, place = WorksheetDocument(), None
        for number, (kind, marks) in enumerate(marked):
            place = between(place, None)
            flags = dict.fromkeys(marks, True)
            with document.transaction():
                put_cell(document, CellView(CellId(f"cell{number}"), kind, place, 0, f"x{number}", flags, None))
        check_update(new_document("", "sage"), document.get_update())
        text = to_text(document)
        again = from_text(text)
        self.assertEqual(to_text(again), text)
        self.assertEqual([set(view.flags) for view in cells_in_order(again)], [marks for _, marks in marked])
        self.assertEqual(merge_text(again, text), b"")

    def test_a_file_survives_the_live_document(self) -> None:
        """What nobody edited is written as it was, odd style included; only the missing id is added."""
        self.assertEqual(to_text(from_text(FILE)), FILE)
        document = from_text(ODD)
        identity = cells_in_order(document)[-1].id
        self.assertEqual(title_of(document), "A 'b'")
        self.assertEqual(to_text(document), ODD.replace("```sage\nx", f"```sage #{identity}\nx"))

    def test_a_new_title_changes_one_line(self) -> None:
        """The rest of the front matter stays word for word."""
        document = from_text(ODD)
        document.meta["title"] = "New: title"
        self.assertIn('---\ntitle: "New: title"\nother: [1]\n---\n\n\n#', to_text(document))

    def test_doubled_ids_are_renewed(self) -> None:
        """A copied cell gets an id of its own and the first keeps it."""
        document = from_text("```sage #k3f9\n1\n```\n\n```sage #k3f9\n2\n```\n")
        first, second = cells_in_order(document)
        self.assertEqual((first.id, first.source, second.source), ("k3f9", "1", "2"))
        self.assertNotEqual(second.id, "k3f9")

    def test_a_cell_beyond_the_bounds_is_refused(self) -> None:
        """A file whose cell would not fit a live document is too large."""
        error = self.assertRaises(SagewsError, from_text, "x" * 500_001)
        self.assertEqual(error.code, "too-large")

    def test_merging_moves_edits_adds_and_removes(self) -> None:
        """Cells that stay keep their id, also prose; the update brings another copy to the same."""
        document = from_text("# One\n\nProse that stays.\n\n```sage #aaaa\n1\n```\n\n```sage #bbbb\n2\n```\n")
        other = load(document.get_update(), [])
        prose = cells_in_order(document)[1].id
        wanted = "```sage #bbbb\n2 + α𝔽\n```\n\n```sage #cccc\n3\n```\n\n# One\n\nProse that stays!\n"
        update = merge_text(document, wanted)
        self.assertEqual(to_text(document), wanted)
        self.assertIn(prose, [cell.id for cell in cells_in_order(document)])
        check_update(other, update)
        other.apply_update(update)
        self.assertEqual(to_text(other), wanted)

    def test_merging_the_same_changes_nothing(self) -> None:
        """Somebody's cursor never moves for a file that says what is there."""
        document = from_text(to_text(from_text(ODD)))
        state = document.get_update()
        self.assertEqual(merge_text(document, to_text(document)), b"")
        self.assertEqual(document.get_update(), state)

    def test_merging_too_much_leaves_the_document(self) -> None:
        """A file beyond the bounds is refused before anything is touched."""
        document = from_text(FILE)
        self.assertRaises(SagewsError, merge_text, document, "#\n" * 10_001)
        self.assertEqual(to_text(document), FILE)

    @settings(max_examples=300, deadline=None)
    @given(wild_texts, wild_texts)
    @example("", "<!-- cell #n000 -->\n<!-- cell #n000 -->\n<!-- cell n000 -->\r")
    @example("", "<!-- cell #n000 -->\n<!-- cell #n000 -->\na\r```sage\rx")
    def test_merging_any_file_into_any_other(self, before: str, after: str) -> None:
        """Afterwards the document says what the file says, and every copy that takes the update says the same."""
        document, wanted = from_text(before), from_text(after)
        other = load(document.get_update(), [])
        update = merge_text(document, to_text(wanted))
        if update:
            other.apply_update(update)
        self.assertEqual(to_text(document), to_text(wanted))
        self.assertEqual(cells_in_order(other), cells_in_order(document))

    @settings(max_examples=300, deadline=None)
    @given(wild_texts)
    def test_loading_any_file_gives_a_document_that_passes_the_check(self, text: str) -> None:
        """What we read from a file is never more than a stranger may send."""
        check_update(load(None, []), from_text(text).get_update())


class MatchingTests(SynchronousTestCase):
    """Which live cell a cell of a file is."""

    def test_a_changed_cell_keeps_its_id(self) -> None:
        """Prose without an id that was changed a little is the cell that it was."""
        present = [view("one", "The curve 37a has rank one."), view("two", "Nothing of the kind.")]
        cells = [Cell("text", "Nothing of that kind."), Cell("text", "The curve 37a has rank 1.")]
        self.assertEqual(matched_ids(present, cells), ["two", "one"])

    def test_comparisons_are_bounded(self) -> None:
        """Four times as many texts that look alike to a quick look are compared no more often."""

        def work(count: int) -> int:
            mixed = random.Random(count)  # noqa: S311
            texts = ["".join(mixed.choices("ab \n", k=380)) for _ in range(2 * count)]
            present = [view(f"cell{number}", text) for number, text in enumerate(texts[:count])]
            return calls(lambda: matched_ids(present, [Cell("text", text) for text in texts[count:]]))

        self.assertLess(work(160), 2 * work(40))


def view(identity: str, source: str) -> CellView:
    """A live text cell."""
    return CellView(CellId(identity), "text", "a", 0, source)


class EditTests(SynchronousTestCase):
    """Edits of a text in place."""

    @settings(max_examples=400, deadline=None)
    @given(st.text(alphabet="aα𝔽\n ", max_size=60), st.text(alphabet="aα𝔽\n ", max_size=60))
    def test_indices_are_bytes(self, before: str, after: str) -> None:
        """Any text becomes any other, with characters of one to four bytes."""
        document: Doc[Text] = Doc()
        document["text"] = text = Text(before)
        with document.transaction():
            edit_text(text, after)
        self.assertEqual(str(text), after)

    def test_a_small_edit_is_small(self) -> None:
        """One changed letter in a long text is an update of a few bytes."""
        source = "".join(f"line {number} α𝔽\n" for number in range(2000))
        document: Doc[Text] = Doc()
        document["text"] = text = Text(source)
        state = document.get_state()
        edit_text(text, source.replace("line 1000 ", "line X000 "))
        self.assertLess(len(document.get_update(state)), 100)


class PositionTests(SynchronousTestCase):
    """Fractional positions."""

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.integers(0, 1000), max_size=60))
    def test_there_is_always_a_place_between(self, places: list[int]) -> None:
        """Inserting anywhere, again and again, keeps the order and stays short."""
        positions: list[str] = []
        for place in places:
            place %= len(positions) + 1
            before = positions[place - 1] if place else None
            positions.insert(place, between(before, positions[place] if place < len(positions) else None))
        self.assertEqual(positions, sorted(set(positions)))
        self.assertTrue(all(is_position(position) and len(position) < 40 for position in positions))

    def test_the_common_scheme(self) -> None:
        """The strings are those that browsers make."""
        self.assertEqual(between(None, None), "a0")
        self.assertEqual(between("a0", None), "a1")
        self.assertEqual(between("az", None), "b00")
        self.assertEqual(between(None, "a0"), "Zz")
        self.assertEqual(between("a0", "a1"), "a0V")
        self.assertFalse(
            any(map(is_position, ["", "a", "a00", "b0", "0", "A" + "0" * 26, "a0\n", None, "a0" + "V" * 300]))
        )
        self.assertRaises(SagewsError, between, "a1", "a0")

    @settings(max_examples=200, deadline=None)
    @given(st.permutations([f"a{digit}" for digit in "123456789"]), st.lists(st.integers(0, 9), max_size=4))
    def test_a_move_keeps_the_others(self, places: list[str], news: list[int]) -> None:
        """New positions are in order, and those of a longest run in order are kept."""
        wanted: list[str | None] = list(places)
        for new in news:
            wanted.insert(new, None)
        positions = positions_for(wanted)
        self.assertEqual(positions, sorted(set(positions)))
        self.assertEqual(len(positions), len(wanted))
        self.assertEqual(positions_for(positions), positions)
