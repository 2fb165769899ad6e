"""What a cell that was stopped says of an engine that did not survive it, in real processes."""

from __future__ import annotations

import pytest

from sagews.session.evaluation.engines import TOLD

from .flavour_case import PythonCase
from .support import printed, status

pytestmark = pytest.mark.slow

ENGINE = """
import sys, types
class Maxima:
    def eval(self, source):
        asked.append(source)
        {answer}
asked = []
sys.modules['sage.interfaces.maxima_lib'] = types.SimpleNamespace(maxima_lib=Maxima())"""


class EngineTests(PythonCase):
    """Maxima's place is taken by an engine that answers as each test wants."""

    def stopped(self, answer: str) -> str:
        """Stop a cell beside an engine with such an answer; return what the cell says on standard error."""
        self.assertEqual(status(self.session.run(ENGINE.format(answer=answer))), "ok")
        self.session.begin("while True: pass")
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual(status(frames), "interrupted")
        self.assertEqual(printed(self.session.run("print(asked)")), "['20+22']\n")
        return printed(frames, "stderr")

    def test_one_that_survived(self) -> None:
        """Nothing is said of an engine that adds rightly."""
        self.assertEqual(self.stopped("return ' 42\\n'"), "")

    def test_one_that_did_not(self) -> None:
        """Before the next cell it is said what has to be restarted: of a wrong answer, an error and none at all."""
        for answer in ("return 'Console interrupt.'", "raise RuntimeError('ECL')", "while True: pass"):
            self.assertEqual(self.stopped(answer), TOLD, answer)

    def test_it_is_asked_after_a_stop_only(self) -> None:
        """A cell that ends by itself, well or not, asks nothing."""
        self.session.run(ENGINE.format(answer="return '42'"))
        self.assertEqual(status(self.session.run("1/0")), "error")
        self.assertEqual(printed(self.session.run("print(asked)")), "[]\n")
