"""Output that comes for a run that is over: kept with it until its cell is run again, and counted."""

from __future__ import annotations

from sagews.model.identifiers import RunId
from sagews.model.sessions import PieceKind
from tests.backend.run_case import RunCase, states
from tests.fakes.session_host import WAITS

LATE = {"name": "stdout", "text": "late"}


class LateOutputTests(RunCase):
    """One cell that has run to its end in a session that lives on."""

    def setUp(self) -> None:
        """Let it print something and end."""
        super().setUp()
        self.run_id = RunId(self.ran(WAITS))
        [self.session] = self.host.sessions
        self.host.say(self.session, PieceKind.STREAM, {"name": "stdout", "text": "in time"})
        self.host.done(self.session)
        self.later(1)
        self.one.take("output")

    def says_late(self) -> None:
        """Let a thread of the cell print."""
        self.host.say(self.session, PieceKind.STREAM, LATE, self.run_id)
        self.later(1)

    def test_it_is_kept_with_its_run(self) -> None:
        """Everybody is shown it, behind what was printed in time; it is stored and counted, and the run stays over."""
        before = self.runs.runs[self.run_id]
        self.says_late()
        [message] = self.one.take("output")
        self.assertEqual(
            (message["run"], message["piece"]["sequence"], message["piece"]["body"]), (self.run_id, 2, LATE)
        )
        after = self.runs.runs[self.run_id]
        self.assertEqual((after.state, after.finished), (before.state, before.finished))
        self.assertGreater(after.printed, before.printed)
        self.assertEqual([piece.sequence for piece in self.runs.outputs[self.run_id].values()], [1, 2])
        [cell] = self.page().open(self.document)["cells"]
        self.assertEqual([piece["sequence"] for piece in cell["pieces"]], [1, 2])

    def test_it_ends_when_the_cell_is_run_again(self) -> None:
        """What its former run prints from then on goes nowhere, and neither passes for the new run's nor ends it."""
        again = self.one.run(self.document, WAITS)
        self.later(1)
        self.says_late()
        self.assertEqual(states(self.one, again)[-1], "running")
        self.assertEqual(self.one.take("output"), [])
        self.assertEqual(len(self.runs.outputs[self.run_id]), 1)

    def test_it_ends_when_the_output_is_cleared(self) -> None:
        """A cell whose output somebody deleted stays empty, in the store too."""
        self.one.say(type="clear_outputs", document=self.document)
        self.later(1)
        self.assertEqual(self.one.last("cleared")["runs"], [self.run_id])
        self.says_late()
        self.assertEqual(self.one.take("output"), [])
        self.assertEqual(self.runs.outputs.get(self.run_id, {}), {})
        self.assertEqual(self.runs.runs[self.run_id].printed, 0)
