"""The output budget, with any prints: head and tail always, the middle counted and spilled, nothing lost."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.output import spill
from sagews.session.output.budget import BETWEEN, BETWEEN_ALL, CellBudget, Omitted, cut, later

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"
HEAD, TAIL = 50, 30


def pass_on(prints: list[tuple[str, bytes]]) -> tuple[bytes, bytes, bytes, list[Omitted]]:
    """Return what is shown before the end, what is spilled, what is shown at the end, and the marker."""
    parts: dict[str, list[bytes]] = {"head": [], "middle": [], "tail": []}
    state = "head"
    markers: list[Omitted] = []
    budget = CellBudget(lambda _, data: parts[state].append(data), parts["middle"].append, HEAD, TAIL)
    for name, data in prints:
        budget.add(name, data)
    state = "tail"
    budget.finish(markers.append)
    return b"".join(parts["head"]), b"".join(parts["middle"]), b"".join(parts["tail"]), markers


_prints = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.text("aé€😀\n", max_size=80).map(str.encode)), max_size=12
)


class BudgetTests(SynchronousTestCase):
    """The pure part."""

    @given(_prints)
    def test_every_byte_goes_to_one_place_in_order(self, prints: list[tuple[str, bytes]]) -> None:
        """Head, middle and tail together are what was printed."""
        head, middle, tail, _ = pass_on(prints)
        self.assertEqual(head + middle + tail, b"".join(data for _, data in prints))

    @given(_prints)
    def test_the_middle_is_counted(self, prints: list[tuple[str, bytes]]) -> None:
        """The marker comes exactly when something was left out, and says how much."""
        _, middle, _, markers = pass_on(prints)
        self.assertEqual(markers, [Omitted(len(middle), middle.count(b"\n"))] if middle else [])

    @given(_prints)
    def test_shown_text_is_bounded_whole_and_generous(self, prints: list[tuple[str, bytes]]) -> None:
        """Neither part is over its limit, or short of it by more than a character unless it is cut at a whole line."""
        head, middle, tail, _ = pass_on(prints)
        # Nothing is shown of a first line that is longer than this small head and would be left out whole.
        whole = not head or head.endswith(b"\n"), (head + middle).endswith(b"\n")
        for part, limit, at_line in ((head, HEAD, whole[0]), (tail, TAIL, whole[1])):
            part.decode()
            self.assertLessEqual(len(part), limit)
            self.assertTrue(not middle or len(part) > limit - 4 or at_line)

    def test_lines_are_shown_whole(self) -> None:
        """What is shown ends and begins with whole lines; one that is longer than a text's is cut nevertheless."""
        lines = [b"%05d %s\n" % (number, b"x" * 40) for number in range(9000)]
        for flushed in (1, 100, 9000):
            printed = [b"".join(lines[at : at + flushed]) for at in range(0, 9000, flushed)]
            shown, spilled = self.shown(printed)
            self.assertEqual(set(shown.splitlines(keepends=True)) - set(lines), set())
            self.assertEqual(shown.count(b"\n") + spilled.count(b"\n"), 9000)
        shown, _ = self.shown([b"begin\n" + b"y" * 1_000_000 + b"\nend\n"])
        self.assertGreater(len(shown), 120_000)

    def shown(self, printed: list[bytes]) -> tuple[bytes, bytes]:
        """Return what is shown of a cell with the true limits, and what is not."""
        shown: list[bytes] = []
        spilled: list[bytes] = []
        budget = CellBudget(lambda _, data: shown.append(data), spilled.append)
        for data in printed:
            budget.add("stdout", data)
        budget.finish(lambda _: None)
        return b"".join(shown), b"".join(spilled)

    def test_what_is_held_is_shown_before_something_else(self) -> None:
        """The latest of it, a bounded amount in all; then it waits for the end. What is older goes elsewhere."""
        shown, spilled = [], []
        budget = CellBudget(lambda _, data: shown.append(data), spilled.append, 0, 10 * BETWEEN)
        for number in range(BETWEEN_ALL // BETWEEN):
            budget.add("stdout", b"x" * BETWEEN + b"%4d" % number)
            budget.pass_on()
            self.assertEqual(b"".join(shown)[-4:], b"%4d" % number)
            self.assertEqual(len(b"".join(shown)), (number + 1) * BETWEEN)
        budget.add("stdout", b"late")
        budget.pass_on()
        self.assertNotIn(b"late", shown)
        budget.pass_on(TAIL)
        self.assertEqual(shown[-1], b"late")
        self.assertEqual(sum(map(len, spilled)), 4 * (BETWEEN_ALL // BETWEEN))

    @given(st.text("aé€😀").map(str.encode), st.integers(0, 20))
    def test_cuts_fall_between_characters(self, data: bytes, most: int) -> None:
        """Both halves of a cut are UTF-8."""
        first, second = cut(data, most)
        first.decode(), second.decode(), later(data, most).decode()
        self.assertEqual(first + second, data)
        self.assertLessEqual(len(first), most)


class SpillTests(SynchronousTestCase):
    """The file."""

    def setUp(self) -> None:
        """Make a home."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)

    def test_nothing_spilled_leaves_no_file(self) -> None:
        """A cell within its budget leaves the home alone."""
        self.assertEqual(spill.SpillFile(str(self.home), RUN).close(), "")
        self.assertEqual(list(self.home.iterdir()), [])

    def test_a_full_file_drops_and_counts(self) -> None:
        """What is over the limit of the file is counted, not kept."""
        file = spill.SpillFile(str(self.home), RUN, limit=10)
        file.write(b"123456")
        file.write(b"789abc")
        path = file.close()
        self.assertEqual((self.home / path).read_bytes(), b"123456789a")
        self.assertEqual(file.dropped, 2)

    def test_a_home_that_cannot_be_written_drops_and_counts(self) -> None:
        """Without a place for the file the cell goes on."""
        file = spill.SpillFile(os.devnull, RUN)
        file.write(b"123")
        self.assertEqual((file.close(), file.dropped), ("", 3))

    def test_old_files_make_room(self) -> None:
        """The number of files is bounded."""
        for number in range(spill.MAX_FILES + 5):
            file = spill.SpillFile(str(self.home), f"{RUN[:-2]}{number:02x}")
            file.write(b"x")
            file.close()
        self.assertEqual(len(list((self.home / spill.FOLDER).iterdir())), spill.MAX_FILES)
