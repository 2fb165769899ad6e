"""What pages are told of the names that cells read and write."""

from __future__ import annotations

from unittest import TestCase

from sagews.backend.events.stream import EventStream
from sagews.backend.names import session_names
from sagews.backend.names.session_names import SessionNames
from sagews.model.accounts import Role
from sagews.model.identifiers import CellId, DocumentId, new_id
from sagews.model.worksheet.cells import MAX_CELLS
from sagews.session.analysis.shape import shape_of
from tests.backend.run_case import RunCase
from tests.fakes.session_host import WAITS


class NamesOfADocumentTest(RunCase):
    """One page, one cell."""

    def names(self) -> dict[str, object]:
        """Ask for everything and return the answer."""
        [answer] = self.one.say(type="names", request=7, document=self.document)
        self.assertEqual((answer["type"], answer.get("request")), ("names", 7))
        return answer

    def test_a_run_tells_what_its_cell_read_and_wrote_before_its_end(self) -> None:
        """`ran` comes before the `run_state` of the end, and whoever asks later gets the same."""
        self.assertEqual(self.names()["cells"], [])
        self.one.take()
        self.ran("b = a  # why")
        kinds = [(each["type"], each.get("state")) for each in self.one.told]
        self.assertLess(kinds.index(("ran", None)), kinds.index(("run_state", "done")))
        ran = self.one.last("ran")
        cell = self.one.cell()
        self.assertEqual((ran["cell"], ran["order"], ran["reads"], ran["writes"]), (cell, 1, "a", "b"))
        self.assertEqual(ran["shape"], shape_of("b=a"))
        names = self.names()
        self.assertEqual(names["cells"], [{"cell": cell, "order": 1, "shape": shape_of("b=a"), "reads": "a"}])
        self.assertEqual(names["written"], [{"name": "b", "cell": cell, "order": 1}])

    def test_everything_is_forgotten_with_the_session(self) -> None:
        """When the session is over, all pages are told that nothing is known any more."""
        self.ran("b = a")
        self.one.take()
        self.one.say(type="stop", document=self.document)
        self.later()
        told = self.one.last("names")
        self.assertEqual((told["cells"], told["written"]), ([], []))
        self.ran("b = a")
        self.assertEqual(self.names()["written"], [{"name": "b", "cell": self.one.cell(), "order": 2}])

    def test_names_are_removed_by_who_may_run_while_nothing_does(self) -> None:
        """Everybody is told; a viewer and a busy session are refused, and so is what is no name."""
        self.ran("b = 1")
        ask = {"type": "remove_names", "request": 8, "document": self.document, "names": ["b"]}
        viewer = self.page(self.colleague(Role.VIEWER))
        viewer.open(self.document)
        [refused] = viewer.say(**ask)
        self.assertIn(refused["code"], ("forbidden", "may-not-run"))
        self.one.take()
        self.one.say(**ask)
        self.later()
        self.assertEqual(self.one.last("names_removed")["names"], ["b"])
        self.assertEqual(viewer.last("ran")["writes"], "b")
        self.assertEqual(self.names()["written"], [{"name": "b", "cell": "", "order": 2}])
        self.assertEqual(self.one.say(**{**ask, "names": ["b c"]})[-1]["code"], "bad-message")
        self.ran(WAITS)
        self.one.say(**ask)
        self.later()
        self.assertEqual(self.one.last("error")["code"], "busy")


class BoundsTest(TestCase):
    """How much is known at most."""

    def test_what_cells_read_is_bounded_in_sum_and_what_was_written_by_its_number(self) -> None:
        """Of a cell for which there is no room nothing is read, the oldest names go; who runs again gives room."""
        names = SessionNames(EventStream(DocumentId(new_id()), 1, 10, 1000))
        read = " ".join(f"name{number:05}" for number in range(400))
        cells = session_names.MAX_BYTES // len(read) + 2
        for number in range(cells):
            names.ran(
                CellId(f"cell{number}"),
                {"shape": "", "reads": read, "writes": " ".join(f"w{number}x{each}" for each in range(100))},
            )
        known = names.now(1)
        self.assertEqual(
            [cell.cell for cell in known.cells if not cell.reads], [f"cell{cells - 2}", f"cell{cells - 1}"]
        )
        self.assertEqual(len(known.written), session_names.MAX_WRITTEN)
        self.assertEqual(known.written[-1].name, f"w{cells - 1}x99")
        for cell, reads in (("cell0", ""), ("cellx", read)):
            names.ran(CellId(cell), {"shape": "", "reads": reads, "writes": ""})
        self.assertEqual(names.now(1).cells[-1].reads, read)

    def test_cells_are_as_many_as_a_worksheet_may_have(self) -> None:
        """Who makes, runs and deletes cells without end has the oldest forgotten, with what they read."""
        names = SessionNames(EventStream(DocumentId(new_id()), 1, 10, 1000))
        for number in range(MAX_CELLS + 5):
            names.ran(CellId(f"cell{number}"), {"shape": "", "reads": f"name{number:05}", "writes": ""})
        known = names.now(1).cells
        self.assertEqual((len(known), known[0].cell, known[-1].cell), (MAX_CELLS, "cell5", f"cell{MAX_CELLS + 4}"))
        # What was forgotten gives its room back.
        room = " ".join(["x" * 100] * 40)
        for number in range((session_names.MAX_BYTES - 9 * MAX_CELLS) // len(room)):
            names.ran(CellId(f"more{number}"), {"shape": "", "reads": room, "writes": ""})
        self.assertEqual(names.now(1).cells[-1].reads, room)
