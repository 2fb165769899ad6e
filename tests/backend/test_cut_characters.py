"""Edits that would cut a character in two, or wait for themselves: what is taken can be loaded again."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.checks import program, wire
from sagews.backend.checks.program import answer_to
from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.document import (
    SMALL_STATE,
    HeavyUpdate,
    NoMirror,
    WorksheetDocument,
    cells_in_order,
    check_update,
    load,
)
from sagews.backend.crdt.heavy import compact, loadable, try_heavy
from sagews.backend.crdt.update_reader import ManyStructs, read_update, read_vector
from sagews.backend.crdt.validator import Mirror
from sagews.errors import SagewsError
from sagews.model.updates import Counts
from tests.contracts.checks import cut_in_two, deletion, number, one_cell

AUTHOR = 5
# The type, position, depth and source of its cell stand before the text.
FIRST = 5
SELF_PARENT = bytes.fromhex(
    "01080c0027010563656c6c73066162636431320128000c000474797065017704636f646528000c0003706f73017702613028000c00"
    "056465707468017c0000000027000c0006736f757263650204000c081e78f09d94b87978f09d94b87978f09d94b87978f09d94b879"
    "78f09d94b87927000c0005666c6167730128000c190161017800"
)
BEHIND_IT = bytes.fromhex("01020c1c2801046d657461057469746c6501770174a80c020177026131010c0202010604")


def sheet(text: str) -> WorksheetDocument:
    """Return a document of one cell, tried and taken as an edit."""
    document = WorksheetDocument()
    take(document, one_cell(text))
    return document


def take(document: WorksheetDocument, update: bytes) -> None:
    """Try and take an update as a backend does."""
    try:
        check_update(document, update)
    except NoMirror:
        document.take_mirror(Mirror(document.get_update()))
        take(document, update)
    except HeavyUpdate:
        for piece in try_heavy(document.get_update(), update, Counts(document.structs, document.first)).pieces:
            document.apply_tried(piece)
    else:
        document.apply_update(update)


def inserted(origin: int | None, right: int | None, text: str, client: int = 9, clock: int = 0) -> bytes:
    """Return an update that puts a text between two clocks of the author."""
    info = 4 | (0x80 if origin is not None else 0) | (0x40 if right is not None else 0)
    places = b"".join(number(AUTHOR) + number(place) for place in (origin, right) if place is not None)
    content = number(len(text.encode())) + text.encode()
    return number(1) + number(1) + number(client) + number(clock) + bytes([info]) + places + content + b"\0"


def asked(do: str, *blobs: bytes) -> Any:
    """Return what the checking process answers."""
    question = b"".join(wire.question(do, blobs))
    return wire.read(answer_to(question[wire.HEADER :])[wire.HEADER :])


class CutTests(SynchronousTestCase):
    """Where a character of two UTF-16 units stands."""

    def refused(self, document: WorksheetDocument, update: bytes) -> str:
        """Return why an update is refused; what was there is left."""
        before = document.get_update()
        error = self.assertRaises(SagewsError, take, document, update)
        self.assertEqual((error.code, document.get_update()), ("bad-update", before))
        return str(error)

    def test_a_half_is_not_deleted(self) -> None:
        """Whoever deletes one unit of two is refused; whole characters go, and what is left is read again."""
        for text in ("x𝔸y𝔸", "x𝔸y𝔸" * SMALL_STATE):
            document = sheet(text)
            for place, length in ((1, 1), (2, 1), (0, 2), (2, 2), (2, 3), (4, 1)):
                with self.subTest(place=place, length=length, size=len(text)):
                    self.assertIn("cuts a character", self.refused(document, deletion(AUTHOR, FIRST + place, length)))
            take(document, deletion(AUTHOR, FIRST + 1, 2))
            take(document, deletion(AUTHOR, FIRST, 1))
            self.assertEqual(cells_in_order(document)[0].source, text[2:])
            self.assertEqual(
                read_vector(load(document.get_update(), []).get_state()), read_vector(document.get_state())
            )

    def test_nothing_comes_between_two_halves(self) -> None:
        """Nor is anything put between them, whichever of the two is named."""
        document = sheet("x𝔸y")
        for origin, right in ((1, 2), (1, None), (None, 2), (1, 3), (0, 2)):
            with self.subTest(origin=origin, right=right):
                places = [None if place is None else FIRST + place for place in (origin, right)]
                self.assertIn("cuts a character", self.refused(document, inserted(places[0], places[1], "z")))
        take(document, inserted(FIRST, FIRST + 1, "𝔹"))
        self.assertEqual(cells_in_order(document)[0].source, "x𝔹𝔸y")
        self.assertIn("cuts a character", self.refused(document, deletion(9, 0, 1)))
        take(document, deletion(9, 0, 2))

    def test_an_edit_can_not_cut_itself(self) -> None:
        """What an edit brings and cuts is refused as well."""
        update = inserted(FIRST, FIRST + 1, "𝔹")[:-1] + deletion(9, 0, 1)[1:]
        self.assertIn("cuts a character", self.refused(sheet("xy"), update))

    def test_what_is_tried_elsewhere_is_remembered(self) -> None:
        """A character that came with a large edit is not cut by a small one behind it."""
        document = sheet("x")
        take(document, inserted(FIRST, None, "𝔸", client=9))
        document.apply_tried(inserted(FIRST, None, "𝔹", client=10))
        self.assertIn("cuts a character", self.refused(document, deletion(10, 0, 1)))

    @settings(max_examples=150, deadline=None)
    @given(st.text("ab𝔸𝔹∫", min_size=1, max_size=12), st.booleans(), st.data())
    def test_what_is_taken_is_loaded_again(self, text: str, honest: bool, data: st.DataObject) -> None:
        """After any edits that were taken, light or heavy, the document is read as it is written, here and there."""
        document, units = sheet(text), len(text.encode("utf-16-le")) // 2
        place = st.integers(0, units - 1).map(lambda unit: unit + FIRST)
        for client in range(9, 9 + data.draw(st.integers(1, 5))):
            if data.draw(st.booleans()):
                begin = data.draw(place)
                update = deletion(AUTHOR, begin, data.draw(st.integers(1, FIRST + units - begin)))
            else:
                origin = data.draw(place)
                right = origin + 1 if honest else data.draw(place)
                sides: tuple[int | None, int | None] = (origin, right if right < FIRST + units else None)
                if not honest:
                    sides = data.draw(st.sampled_from((sides, (None, right), (origin, None))))
                update = inserted(*sides, data.draw(st.text("c𝔸", min_size=1, max_size=3)), client)
            try:
                take(document, update)
            except SagewsError as error:
                self.assertEqual(error.code, "bad-update")
        state = document.get_update()
        read_update(state)
        _, pieces = asked("load", b"", state)
        again = load(None, pieces)
        self.assertEqual(read_vector(again.get_state()), read_vector(document.get_state()))
        if honest:
            self.assertEqual(cells_in_order(again), cells_in_order(document))
            self.assertIsNone(compact(None, [state]))
        else:
            # Neighbours that can't have been leave it to the library in which order the pieces of this text stand.
            texts = [sorted(cells_in_order(each)[0].source) for each in (again, document)]
            self.assertEqual(texts[0], texts[1])


class SplitTests(SynchronousTestCase):
    """A long text that is split at many places: each costs its length."""

    def test_many_splits_are_tried_in_pieces(self) -> None:
        """Hundreds of letters of a long text are deleted a few at a time, once that was tried elsewhere."""
        ranges = b"".join(number(FIRST + 20 * each) + number(1) for each in range(200))
        update = b"\0" + number(1) + number(AUTHOR) + number(200) + ranges
        check_update(sheet("∫" * 4_100), update)
        document = sheet("∫" * 150_000)
        document.take_mirror(Mirror(document.get_update()))
        check_update(document, deletion(AUTHOR, FIRST, 1))
        document = sheet("∫" * 150_000)
        document.take_mirror(Mirror(document.get_update()))
        self.assertEqual(type(self.assertRaises(HeavyUpdate, check_update, document, update)), HeavyUpdate)
        pieces = try_heavy(document.get_update(), update, Counts(10, 0)).pieces
        self.assertGreater(len(pieces), 5)
        for piece in pieces:
            document.apply_tried(piece)
        self.assertEqual(cells_in_order(document)[0].source, "∫" * 149_800)


class PoisonedTests(SynchronousTestCase):
    """A worksheet in which characters were cut before that was refused."""

    def test_it_opens(self) -> None:
        """The empty texts that the library leaves behind a cut are read, and the checking process loads them."""
        state = cut_in_two("𝔸" * 13_000, range(1, 5_600, 20))
        read_update(state)
        self.assertEqual(len(cells_in_order(load(None, loadable(None, [state]).pieces))), 1)

    def test_its_text_is_kept(self) -> None:
        """It is replaced by one that says the same as people saw, to the letter, and takes edits again."""
        updates = [one_cell("x = '𝔸𝔹𝔸'"), deletion(AUTHOR, FIRST + 5, 1), deletion(AUTHOR, FIRST + 8, 1)]
        seen = cells_in_order(load(None, updates))
        small = compact(None, updates)
        assert small is not None
        self.assertEqual(cells_in_order(load(small, [])), seen)
        self.assertIsNone(compact(small, []))

    def test_a_gap_is_loaded(self) -> None:
        """A worksheet in which something waits for what never comes is loaded by the checking process, in one piece."""
        stored = [one_cell("x = 1"), SELF_PARENT, BEHIND_IT]
        state = load(None, stored).get_update()
        self.assertRaises(MalformedUpdate, read_update, state)
        _, pieces = asked("load", b"", state)
        self.assertEqual(str(load(None, pieces).cells["cell1"]["source"]), "x = 1")

    def test_what_can_not_be_read_is_an_answer(self) -> None:
        """The checking process says that it can't read what it works with, and does not end over it."""
        for error in (MalformedUpdate("a gap"), ManyStructs()):

            def fail(state: bytes, error: Exception = error) -> str:
                raise error

            self.patch(program, "text_of", fail)
            self.assertEqual(self.assertRaises(SagewsError, asked, "text", b"").code, "internal")


class CircleTests(SynchronousTestCase):
    """Structs that build on themselves, or on each other."""

    def test_nothing_waits_for_itself(self) -> None:
        """A struct that names itself, a later one, or one that waits for it is refused; nothing of it is left."""
        child = b"\x28\0"
        later = child + number(7) + number(1) + b"\x01a\x01\x78"
        itself = child + number(7) + number(0) + b"\x01a\x01\x78"
        title = b"\x28\x01\x04meta\x05title\x01\x77\x01a"
        circle = (
            number(2)
            + number(1) + number(8) + number(0) + b"\x84" + number(7) + number(0) + b"\x01x"
            + number(1) + number(7) + number(0) + b"\x84" + number(8) + number(0) + b"\x01x"
            + b"\0"
        )  # fmt: skip
        for update in (
            SELF_PARENT,
            number(1) + number(2) + number(7) + number(0) + later + title + b"\0",
            number(1) + number(1) + number(7) + number(0) + itself + b"\0",
            circle,
        ):
            document = sheet("x")
            with self.subTest(update.hex()):
                before = document.get_update()
                self.assertEqual(self.assertRaises(SagewsError, check_update, document, update).code, "bad-update")
                refused = self.assertRaises(SagewsError, try_heavy, before, update, Counts(10, 0))
                self.assertEqual(refused.code, "bad-update")
                take(document, deletion(AUTHOR, FIRST, 1))
                read_update(document.get_update())
