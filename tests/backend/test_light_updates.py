"""Which updates are tried at once: those that can pass few structs, whatever they say."""

from __future__ import annotations

from unittest.mock import patch

from pycrdt import Doc, Map
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt import validator
from sagews.backend.crdt.document import (
    EMPTY_VECTOR,
    LIGHT_STEPS,
    MAX_AT_ONE_KEY,
    HeavyUpdate,
    NoMirror,
    cells_in_order,
    check_update,
    load,
    new_document,
)
from sagews.backend.crdt.update_reader import UpdateLayout, read_update
from sagews.errors import SagewsError
from tests.contracts.checks import keyed, number, pasted, same_title

# The kind of a struct that makes a type, and the type, as they are encoded.
MAKES_TEXT = (7, 2)


class LightUpdateTests(SynchronousTestCase):
    """What a page may make the process that serves everybody do at once."""

    def test_pages_that_never_were(self) -> None:
        """Thousands of pages that set one key at a time are refused before the library compares them."""
        document = new_document("One")
        for clients in (33, 140):
            error = self.assertRaises(SagewsError, check_update, document, same_title(clients))
            self.assertIn("too many pages", str(error))
        self.assertRaises(HeavyUpdate, check_update, document, same_title(4000))
        check_update(document, same_title(5))

    def test_many_structs_are_not_even_read(self) -> None:
        """Garbage and first settings in masses are put aside by their announced number."""
        garbage = number(1) + number(390_000) + number(5) + number(0) + b"\0\1" * 390_000 + b"\0"
        chain = number(1) + keyed(5, 16_000) + b"\0"
        for update in (garbage, chain):
            document = new_document("One")
            self.assertRaises(HeavyUpdate, check_update, document, update)

    def test_steps_are_bounded_by_what_is_there(self) -> None:
        """In a document that may hold many structs, fewer are applied at once."""
        document = new_document("One")
        chain = number(1) + keyed(5, 200) + b"\0"
        document.structs = 1_000_000
        self.assertRaises(HeavyUpdate, check_update, document, chain)
        document.structs = 100
        check_update(document, chain)

    def test_new_cells_pass_nobody(self) -> None:
        """What hangs below a cell that comes with it is not counted as if it had to pass all others."""
        document = new_document("One")
        update = pasted(document.get_update(), 20)
        document.structs = LIGHT_STEPS
        check_update(document, update)

    def test_first_settings_are_counted_now_and_then(self) -> None:
        """However few come at a time, once many keys were set for the first time they are counted elsewhere."""
        document = new_document("One")
        for number_of in range(MAX_AT_ONE_KEY // 30):
            update = number(30) + b"".join(keyed(10**6 + 30 * number_of + n, 1) for n in range(30)) + b"\0"
            check_update(document, update)
            document.apply_update(update)
        self.assertRaises(HeavyUpdate, check_update, document, number(1) + keyed(5, 30) + b"\0")

    def test_nothing_known_makes_room(self) -> None:
        """Whoever sends a cell once more has what hangs below it counted as standing among all others."""
        document = new_document("One")
        state, layout = document.get_update(), UpdateLayout()
        read_update(state, layout=layout)
        [(client, structs)] = layout.structs.items()
        [text] = [each for each in structs if (state[each.start] & 31, state[each.stop - 1]) == MAKES_TEXT]
        item = b"\x04\0" + number(client) + number(text.clock) + b"\x01x"
        sent_again = state[structs[0].start : structs[-1].stop]
        start = number(len(structs) + 250) + number(client) + number(0)
        update = number(1) + start + sent_again + item * 250 + b"\0"
        document.structs = 20_000
        self.assertRaises(HeavyUpdate, check_update, document, update)
        document.structs = 100
        check_update(document, update)
        document.apply_update(update)
        self.assertEqual([cell.source for cell in cells_in_order(document)], ["x" * 250])

    def test_what_is_deleted_is_passed_once(self) -> None:
        """Many ranges in order are deleted at once in a large document; the same one again and again is not."""
        document = load(new_document("One").get_update(), [])
        page = Doc(client_id=7)
        page["cells"] = cells = Map()
        page.apply_update(document.get_update())
        [cell] = cells.values()
        source = cell["source"]
        source += "x" * 600
        document.apply_update(page.get_update())
        document.structs = LIGHT_STEPS
        ranges = b"\0" + number(1) + number(7) + number(290)
        self.assertRaises(HeavyUpdate, check_update, document, ranges + (number(0) + number(600)) * 290)
        backwards = b"".join(number(2 * each) + number(1) for each in reversed(range(290)))
        self.assertRaises(HeavyUpdate, check_update, document, ranges + backwards)
        update = ranges + b"".join(number(2 * each) + number(1) for each in range(290))
        check_update(document, update)
        document.apply_update(update)
        self.assertEqual([cell.source for cell in cells_in_order(document)], ["x" * 310])

    def test_cells_near_the_bound_are_measured_in_steps(self) -> None:
        """Where a worksheet may become too large, its cells are measured with turns of others in between."""
        with patch.multiple(validator, MAX_SIZE=3000, LONGEST_UPDATE=1000, CELLS_OF_A_STEP=5):
            document = new_document("One")
            while True:
                update = pasted(document.get_update(), 2, type="text")
                update = update.replace(b"p0000", b"p%04d" % len(document.cells))
                try:
                    check_update(document, update)
                except NoMirror:
                    break
                document.apply_update(update)
            self.assertLessEqual(len(document.get_update()), 3000)
            mirror = validator.Mirror(document.get_update())
            self.assertEqual(len(list(mirror.measure())), len(document.cells) // 5)
            document.take_mirror(mirror)
            check_update(document, update)
            self.assertTrue(mirror.is_measured(10**6))

    def test_a_large_document_is_encoded_once_for_all_who_open_it(self) -> None:
        """The whole of a large worksheet is made anew only when something has changed; a small one is not kept."""
        document, other = new_document("One"), new_document("Two")
        self.assertIsNot(other.get_update(), other.get_update())
        document.apply_update(pasted(document.get_update(), 2000))
        whole = document.get_update()
        self.assertIs(document.get_update(EMPTY_VECTOR), whole)
        self.assertNotEqual(document.get_update(document.get_state()), whole)
        with document.transaction():
            document.meta["title"] = "Three"
        self.assertIsNot(document.get_update(), whole)
        self.assertEqual(load(document.get_update(), []).meta["title"], "Three")
