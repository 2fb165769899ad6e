"""Updates that are cut into pieces: they come to the same, and no piece waits for a later one."""

from __future__ import annotations

import random
from typing import Any

from pycrdt import Doc
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import WorksheetDocument, cells_in_order, load, new_document
from sagews.backend.crdt.pieces import MOST_BYTES, cut
from sagews.backend.crdt.update_reader import UpdateLayout, read_update, read_vector
from sagews.backend.crdt.worksheet_text import merge_text, to_text


def written_together(seed: int, edits: int = 60) -> bytes:
    """Return a document in which three pages typed, deleted and added cells, hearing of one another now and then."""
    chance = random.Random(seed)  # noqa: S311
    pages = [load(new_document("Ours").get_update(), [])]
    pages += [load(pages[0].get_update(), []) for _ in range(2)]
    for number in range(edits):
        page = chance.choice(pages)
        key = chance.choice(sorted(page.cells.keys()))
        text = page.cells[key]["source"]
        what = chance.randrange(10)
        if what < 6:
            text.insert(chance.randrange(len(text) + 1), chance.choice(["x", "long words "]))
        elif what < 8 and len(text):
            first = chance.randrange(len(text))
            del text[first : min(first + 3, len(text))]
        elif what == 8:
            merge_text(page, to_text(page) + f"\n```sage\nnew = {number}\n```\n")
        else:
            page.meta["title"] = f"Title {number}"
        if chance.random() < 0.3:
            one, other = chance.sample(pages, 2)
            one.apply_update(other.get_update())
    for page in pages[1:]:
        pages[0].apply_update(page.get_update())
    state: bytes = pages[0].get_update()
    return state


def vector(document: Doc[Any]) -> dict[int, int]:
    """Return what a document has of each client."""
    return read_vector(document.get_state())


class PieceTests(SynchronousTestCase):
    """Cutting."""

    def test_pieces_come_to_the_whole(self) -> None:
        """Whatever was written together by several, its pieces are the same document, in whatever size it is cut."""
        for seed in range(12):
            state = written_together(seed)
            whole = load(state, [])
            for most in (1, 2, 7):
                layout = UpdateLayout()
                read_update(state, layout=layout)
                parts = load(None, cut(state, layout, most, anywhere=True))
                self.assertEqual(cells_in_order(parts), cells_in_order(whole))
                self.assertEqual(to_text(parts), to_text(whole))
                self.assertEqual(vector(parts), vector(whole))

    def test_no_piece_waits_for_a_later_one(self) -> None:
        """After each piece, all that it holds is in the document."""
        for seed in range(6):
            state, layout, document = written_together(seed), UpdateLayout(), WorksheetDocument()
            read_update(state, layout=layout)
            for piece in cut(state, layout, 3, anywhere=True):
                document.apply_update(piece)
                present = vector(document)
                for client, (_, end) in read_update(piece).ranges.items():
                    self.assertGreaterEqual(present[client], end)

    def test_pieces_are_small(self) -> None:
        """No piece holds more structs than it was asked for."""
        state, layout = written_together(1, edits=200), UpdateLayout()
        read_update(state, layout=layout)
        pieces = cut(state, layout, 5, anywhere=True)
        self.assertGreater(len(pieces), 10)
        for piece in pieces:
            held = UpdateLayout()
            read_update(piece, layout=held)
            self.assertLessEqual(sum(map(len, held.structs.values())) + len(held.deleted), 5)

    def test_pieces_are_short(self) -> None:
        """A document of a few large texts is cut between them: a piece has one of them, or half a megabyte."""
        document = new_document("Large")
        for number in range(8):
            merge_text(document, to_text(document) + f"\n```sage\n{chr(97 + number) * 300_000}\n```\n")
        state, layout = document.get_update(), UpdateLayout()
        read_update(state, layout=layout)
        pieces = cut(state, layout, 1000, anywhere=True)
        self.assertGreaterEqual(len(pieces), 8)
        self.assertLess(max(map(len, pieces)), MOST_BYTES + 1000)
        self.assertEqual(to_text(load(None, pieces)), to_text(document))

    def test_a_cell_stays_whole(self) -> None:
        """A new cell and what is in it are in one piece, so that nobody sees half of it."""
        document = new_document("One")
        first, before = document.get_update(), document.get_state()
        merge_text(document, "".join(f"```sage\nx = {number}\n```\n\n" for number in range(50)))
        update, layout = document.get_update(before), UpdateLayout()
        read_update(update, layout=layout)
        present = load(first, [])
        pieces = cut(update, layout, 10)
        self.assertGreater(len(pieces), 10)
        for piece in pieces:
            present.apply_update(piece)
            cells_in_order(present)
        self.assertEqual(cells_in_order(present), cells_in_order(document))

    def test_what_is_small_is_not_cut(self) -> None:
        """An update that fits into one piece is that piece."""
        state, layout = written_together(2), UpdateLayout()
        read_update(state, layout=layout)
        self.assertEqual(cut(state, layout, 10_000), [state])
