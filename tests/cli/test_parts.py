"""The parts of the command line that need no daemon."""

from __future__ import annotations

import io
import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import given
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.cli import terminal_text
from sagews.cli.commands import logs as command_logs
from sagews.cli.evaluation import EvaluationConversation, check_source, plain
from sagews.errors import SagewsError
from sagews.wire.browser.connection import Hello
from sagews.wire.browser.evaluate import Evaluate
from sagews.wire.browser.messages import parse_page_message


class EvaluationTests(SynchronousTestCase):
    """What `sagews eval` says and prints."""

    def setUp(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.evaluation = EvaluationConversation("2+2", "sage", "T" * 43, self.out, self.err)

    def take(self, **message: Any) -> bytes | None:
        return self.evaluation.handle(json.dumps(message).encode())

    def piece(self, kind: str, **body: Any) -> None:
        self.take(type="output", document="", run="r", piece={"sequence": 1, "kind": kind, "body": body})

    def test_conversation(self) -> None:
        """It says hello with its ticket and asks for one evaluation, both in the grammar of the browser's protocol."""
        hello = parse_page_message(self.evaluation.hello())
        assert isinstance(hello, Hello)
        self.assertEqual(hello.ticket, "T" * 43)
        asked = parse_page_message(self.take(type="welcome") or b"")
        assert isinstance(asked, Evaluate)
        self.assertEqual((asked.source, asked.flavour), ("2+2", "sage"))

    def test_flavour_that_is_there(self) -> None:
        """Without a wish it asks for Sage where the server has it, and else for what it has."""
        for known, chosen in ((["python", "sage"], "sage"), (["python"], "python"), ([], "sage")):
            evaluation = EvaluationConversation("2+2", None, "T" * 43, self.out, self.err)
            asked = evaluation.handle(json.dumps({"type": "welcome", "flavours": known}).encode())
            self.assertEqual(json.loads(asked or b"")["flavour"], chosen)

    def test_waiting(self) -> None:
        """A person at a terminal is told why nothing happens yet; a script, and who sees it run already, are not."""
        self.evaluation.still_waiting()
        self.assertEqual(self.err.getvalue(), "")
        self.patch(self.err, "isatty", lambda: True)
        self.evaluation.still_waiting()
        self.assertIn("Waiting", self.err.getvalue())
        said = self.err.getvalue()
        self.take(type="run_state", state="running")
        self.evaluation.still_waiting()
        self.assertEqual(self.err.getvalue(), said)

    def test_output(self) -> None:
        """Streams and results go where they belong; the state at the end is the exit status."""
        self.piece("stream", name="stdout", text="a")
        self.piece("stream", name="stderr", text="b")
        self.piece("result", data={"text/plain": "4", "text/latex": "4"})
        self.piece("display", data={"image/png": "…"})
        self.piece("spilled", bytes=100, path="x", lines=1)
        self.take(type="run_state", state="running")
        self.assertNoResult(self.evaluation.over)
        self.take(type="run_state", state="done")
        self.assertEqual(self.successResultOf(self.evaluation.over), 0)
        self.assertEqual(self.out.getvalue(), "a4\n[image/png]\n")
        self.assertEqual(self.err.getvalue(), "b[100 bytes of output left out]\n")

    def test_error(self) -> None:
        """A traceback goes to standard error, and the status is 1."""
        self.piece("error", name="ZeroDivisionError", message="…", plain="Traceback\nZeroDivisionError: …\n", frames=[])
        self.take(type="run_state", state="error")
        self.assertEqual(self.successResultOf(self.evaluation.over), 1)
        self.assertTrue(self.err.getvalue().endswith("ZeroDivisionError: …\n"))

    def test_refused(self) -> None:
        """A refusal keeps its code; the first end counts."""
        self.take(type="error", code="bad-ticket", parameters={}, message="…")
        self.evaluation.interrupt()
        self.assertEqual(self.failureResultOf(self.evaluation.over, SagewsError).value.code, "bad-ticket")

    def test_ended(self) -> None:
        """A session that dies says why, with status 1."""
        self.take(type="session", document="", state="ended", sentence="It used all of its memory.")
        self.assertEqual(self.successResultOf(self.evaluation.over), 1)
        self.assertIn("memory", self.err.getvalue())

    def test_interrupt(self) -> None:
        """Ctrl-C ends it with 130."""
        self.evaluation.interrupt()
        self.assertEqual(self.successResultOf(self.evaluation.over), 130)

    def test_other(self) -> None:
        """What it does not know it leaves alone; going away is an error."""
        self.assertIsNone(self.take(type="pong", sent=1))
        self.take(type="going_away", after=1)
        self.failureResultOf(self.evaluation.over, SagewsError)

    def test_plain(self) -> None:
        """A bundle without text is named by its types."""
        self.assertEqual(plain({}), "[nothing]")
        self.assertRaises(SagewsError, check_source, "x" * 2**20)


class ShowTests(SynchronousTestCase):
    """What `sagews status` and `sagews logs` print."""

    @given(st.text())
    def test_safe(self, text: str) -> None:
        """Nothing that is shown can play with the terminal."""
        shown = terminal_text.safe(text)
        self.assertTrue(shown.isprintable())
        if text.isprintable():
            self.assertEqual(shown, text)

    def test_escape_codes(self) -> None:
        """Escape codes in a log message are written out, on one line."""
        record = {"time": "t", "level": "info", "component": "c", "message": "a\x1b]0;x\x07\nb", "correlation": "id"}
        line = command_logs.log_line(record)
        self.assertEqual(line, "t info     c          a\\x1b]0;x\\x07\\nb  [id]")

    def test_nested(self) -> None:
        """Nested values become indented lines."""
        value = {"isolation": "full", "workers": [{"id": "w1", "sessions": 3}], "empty": [], "ready": True, "x": None}
        lines = list(terminal_text.lines_of(value))
        expected = ["isolation: full", "workers:", "  - id: w1", "    sessions: 3", "empty: -", "ready: yes", "x: -"]
        self.assertEqual(lines, expected)

    def test_follow(self) -> None:
        """Following asks again from the last time on, and shows nothing twice."""
        answers = [["b", "a"], ["b"], ["c", "b"]]
        asked: list[dict[str, str]] = []

        class Asked:
            async def call(self, _method: str, _path: str, *, query: dict[str, str]) -> Any:
                asked.append(dict(query))
                blank = {"level": "info", "component": "c", "message": "m"}
                return {"records": [{"id": each, "time": f"t{each}", **blank} for each in answers.pop(0)]}

        async def wait(_seconds: float) -> None:
            if not answers:
                raise EOFError

        out = io.StringIO()
        done = Deferred.fromCoroutine(
            command_logs.logs(Asked(), out, {"level": "info"}, as_json=True, wait=wait)  # type: ignore[arg-type]
        )
        self.failureResultOf(done, EOFError)
        self.assertEqual([json.loads(line)["id"] for line in out.getvalue().splitlines()], ["a", "b", "c"])
        self.assertEqual([each.get("since") for each in asked], [None, "tb", "tb"])
