"""What is refused where updates are tried that may take long."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import load, new_document
from sagews.backend.crdt.heavy import try_heavy
from sagews.backend.crdt.update_reader import UpdateLayout, read_update
from sagews.errors import SagewsError
from sagews.model.positions import between
from sagews.model.updates import Counts
from tests.contracts.checks import number, pasted

EARLY, LATE = 7, 2**40


def below(client: int, clock: int) -> bytes:
    """Return a letter without neighbours in somebody's text."""
    return b"\x04\0" + number(client) + number(clock) + b"\x01x"


def run(client: int, structs: list[bytes]) -> bytes:
    """Return an update of one client's structs."""
    return number(1) + number(len(structs)) + number(client) + number(0) + b"".join(structs) + b"\0"


def late_cell(letters: list[bytes]) -> bytes:
    """Return an update that makes a cell and fills it behind so many letters, so that no piece of it fits alone."""
    inner = b"\0" + number(LATE) + number(0)
    position = between(None, None).encode()
    return run(
        LATE,
        [
            b"\x27\x01\x05cells\x04late\x01",
            *letters,
            b"\x28" + inner + b"\x04type\x01\x77\x04code",
            b"\x28" + inner + b"\x03pos\x01\x77" + number(len(position)) + position,
            b"\x27" + inner + b"\x06source\x02",
        ],
    )


class HeavyUpdateTests(SynchronousTestCase):
    """A worksheet in whose text two hundred letters stand at one place."""

    def setUp(self) -> None:
        """Make it."""
        state, layout = new_document("One").get_update(), UpdateLayout()
        read_update(state, layout=layout)
        [(self.client, structs)] = layout.structs.items()
        [self.text] = [each.clock for each in structs if (state[each.start] & 31, state[each.stop - 1]) == (7, 2)]
        letters = run(EARLY, [below(self.client, self.text)] * 200)
        self.state: bytes = load(state, [letters]).get_update()

    def test_many_at_once_have_no_more_time_than_few(self) -> None:
        """Who makes an update that can't be cut has the time of one piece for it, however many structs it has."""
        for count, refused in ((400, False), (20_000, True)):
            update = late_cell([below(self.client, self.text)] * count)
            if refused:
                error = self.assertRaises(SagewsError, try_heavy, self.state, update, Counts(10, 0))
                self.assertIn("too long to merge", str(error))
            else:
                self.assertEqual(try_heavy(self.state, update, Counts(10, 0)).pieces, [update])

    def test_a_large_paste_fits(self) -> None:
        """A thousand cells are cut into pieces, each of which takes little."""
        self.assertGreater(len(try_heavy(self.state, pasted(self.state, 1000), Counts(10, 0)).pieces), 10)
