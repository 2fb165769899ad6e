"""Large frames are read in steps: what is accepted is the same, and others have turns between the steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.identifiers import new_id
from sagews.model.sessions import PieceKind
from sagews.wire.session import checks, grammar
from sagews.wire.session import frames as wire
from sagews.wire.session.framing import ProtocolError
from sagews.worker.kinds.evaluation.large_frames import LargeDisplay, is_large, read_in_steps
from sagews.worker.sessions.session import MOST_FRAMES
from tests.contracts.session_host import evaluate
from tests.worker.fakes import PRINTS, FakeSession, evaluation
from tests.worker.session_case import SessionTestCase

RUN = new_id()
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=8), st.just('"\\,[{\\"')
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=20
)
MIMES = st.sampled_from(["text/plain", "application/json", "image/png", "image/svg+xml", "nonsense"])
FRAMES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["display", "result", "stream", "nonsense"]),
        "run": st.sampled_from([RUN, "x"]),
        "data": st.dictionaries(MIMES, VALUES | st.text(max_size=20), max_size=3),
        "metadata": st.dictionaries(st.text(max_size=4), VALUES, max_size=2),
    }
)


def read(payload: bytes) -> tuple[Any, int]:
    """Return what a frame says, and in how many steps it was read."""
    steps, count = read_in_steps(payload), 1
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, count
        count += 1


def shown(kind: str, data: Any) -> bytes:
    """Return a display or a result."""
    return json.dumps(
        {"type": kind, "run": RUN, "data": data, "metadata": {}}, ensure_ascii=False, separators=(",", ":")
    ).encode()


class StepsTests(SynchronousTestCase):
    """The grammar, read step by step."""

    @given(FRAMES)
    def test_the_same_is_accepted_with_the_same_content(self, fields: Any) -> None:
        """Whatever a display holds, steps accept it exactly if it is accepted in one go, and read the same of it."""
        payload = json.dumps(fields).encode()
        try:
            wanted = grammar.parse_from_session(payload)
        except ProtocolError:
            self.assertRaises(ProtocolError, read, payload)
            return
        found, _ = read(payload)
        self.assertIsInstance(found, LargeDisplay)
        body = grammar.body(wanted)
        self.assertEqual((body.pop("run"), body), (found.run, found.body))
        self.assertEqual(msgspec.json.decode(found.body.encoded), body)

    @given(st.binary(max_size=200) | st.text('"\\,[{a', max_size=60).map(str.encode), st.integers(1, 7))
    def test_values_are_counted_alike_whatever_the_step(self, data: bytes, size: int) -> None:
        """A count that goes on from part to part comes to what the count of the whole does."""
        outcomes = []
        for each in (size, 1000):
            with patch.object(checks, "BYTES_OF_A_STEP", each), patch.object(checks, "MAX_NODES", 5):
                try:
                    checks.nodes(data)
                    outcomes.append("taken")
                except ProtocolError:
                    outcomes.append("refused")
        self.assertEqual(outcomes[0], outcomes[1])

    def test_large_ones_take_many_steps(self) -> None:
        """Four megabytes of text, and as many values as a frame may hold, are looked at in a dozen steps each."""
        for data in ({"text/plain": "\u222b\n" * 750_000}, {"application/json": ["x" * 20] * 45_000}):
            payload = shown("display", data)
            self.assertTrue(is_large(payload))
            found, steps = read(payload)
            self.assertEqual(found.body["data"], data)
            self.assertGreater(steps, 10)

    def test_too_many_values_are_refused_at_the_first_step(self) -> None:
        """Of two million values no more is counted than it takes to know that they are too many."""
        self.assertRaises(ProtocolError, next, read_in_steps(shown("display", {"application/json": [1] * 1_900_000})))

    def test_brackets_are_values_too(self) -> None:
        """Lists in lists are as many values as what stands between commas."""
        value: Any = 1
        for _ in range(10):
            value = [value]
        data = {"application/json": [value] * 2200}
        payload = shown("display", data)
        self.assertTrue(is_large(payload))
        self.assertEqual(read(payload)[0].body["data"], data)
        self.assertTrue(is_large(shown("display", {"application/json": [{}] * 1600})))

    def test_large_integers_are_refused_before_they_are_made(self) -> None:
        """Nothing of a frame with integers of thousands of digits is decoded."""
        integers = b",".join([b"9" * 4299] * 900)
        payload = shown("display", {"application/json": []}).replace(b"[]", b"[" + integers + b"]")
        with patch.object(msgspec.json, "decode", self.fail):
            self.assertRaises(ProtocolError, read, payload)

    def test_other_types_are_decoded_once(self) -> None:
        """What is neither display nor result is read of the values that are there already."""
        values = {"type": "error", "run": RUN, "name": "E", "message": "m", "frames": [], "plain": "x" * 60_000}
        for fields in (values, {**values, "x": ["x" * 70] * 4000}, [1] * 4000):
            payload = json.dumps(fields).encode()
            with patch.object(grammar, "parse_from_session", self.fail):
                if fields is values:
                    self.assertEqual(read(payload)[0].plain, values["plain"])
                else:
                    self.assertRaises(ProtocolError, read, payload)

    def test_what_is_printed_is_read_at_once(self) -> None:
        """The largest print is no large frame."""
        self.assertFalse(is_large(grammar.payload(wire.StreamFrame(RUN, "stdout", "x" * wire.MAX_STREAM_TEXT))))


class SessionTests(SessionTestCase):
    """Large frames of a session."""

    def feed(self, fake: FakeSession, *values: wire.FromSession) -> None:
        """Have a session say something, as fast as it is read."""
        data = b"".join(grammar.encode(value) for value in values)
        while data or fake._unsent:
            try:
                fake.raw(data)
            except BlockingIOError:
                self.reactor.pump(1)
            data = b""

    def test_others_have_turns_between_the_steps(self) -> None:
        """While a display of four megabytes is read, another account's cell runs from its beginning to its end."""
        other, other_recorder, _ = self.opened(account=new_id())
        _, recorder, fake, run = self.waiting_run(account=new_id())
        begun: list[int] = []
        with patch.object(checks, "nodes_in_steps", noting(checks.nodes_in_steps, begun)):
            self.feed(fake, wire.DisplayFrame(run, {"text/plain": "\u222b\n" * 750_000}))
            while not begun:
                self.reactor.pump(1)
        Deferred.fromCoroutine(evaluate(self.host, other, evaluation(PRINTS))).addErrback(self.fail)
        for _ in range(4):
            self.reactor.pump(1)
        self.assertEqual((other_recorder.text, recorder.pieces), ("hello\n", []))
        self.later(30)
        self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.DISPLAY])

    def test_what_comes_behind_it_stays_behind_it(self) -> None:
        """Pieces keep their order, and nothing is lost, though the session ends right behind a large display."""
        session, recorder, fake, run = self.waiting_run()
        self.feed(
            fake,
            wire.StreamFrame(run, "stdout", "before"),
            wire.DisplayFrame(run, {"application/json": list(range(40_000))}),
            wire.StreamFrame(run, "stdout", "behind"),
        )
        self.launcher.end(session, "ended", 0)
        self.reactor.pump()
        self.later(30)
        kinds = [piece.kind for piece in recorder.pieces]
        self.assertEqual(kinds, [PieceKind.STREAM, PieceKind.DISPLAY, PieceKind.STREAM])
        self.assertEqual([ending.reason for ending in recorder.endings], ["ended"])

    def test_small_ones_that_are_left_are_taken_a_few_at_a_time(self) -> None:
        """A session leaves hundreds of them at its end, each of which may replace much: others have turns between."""
        session, recorder, fake, run = self.waiting_run()
        held = self.host._sessions[session]
        taken: list[int] = []
        end = held._stream_ended

        def ending() -> None:
            before = len(recorder.pieces)
            end()
            taken.append(len(recorder.pieces) - before)

        with patch.object(held, "_stream_ended", ending):
            held._stream._ended = ending  # type: ignore[union-attr]
            fake.raw(b"".join(grammar.encode(wire.StreamFrame(run, "stdout", str(n))) for n in range(400)))
            self.launcher.end(session, "ended", 0)
            self.reactor.pump()
            self.later(30)
        self.assertEqual(recorder.text, "".join(map(str, range(400))))
        self.assertEqual([ending.reason for ending in recorder.endings], ["ended"])
        self.assertLessEqual(max(taken), MOST_FRAMES)

    def test_the_last_one_is_charged_too(self) -> None:
        """Every step about a large display that a session leaves at its end is charged to its account."""
        account = new_id()
        session, recorder, fake, run = self.waiting_run(account=account)
        held = self.host._sessions[session]
        taken: list[bool] = []
        charged: list[tuple[str, bool]] = []
        take, charge = held._take, held._lines.charge

        def taking(data: bytes, began: float) -> int:
            taken.append(held._stream_is_over)
            return take(data, began)

        def charging(who: str, seconds: float) -> None:
            charged.append((who, held._stream_is_over))
            charge(who, seconds)

        with patch.object(held, "_take", taking), patch.object(held._lines, "charge", charging):
            self.feed(fake, wire.DisplayFrame(run, {"application/json": list(range(40_000))}))
            self.launcher.end(session, "ended", 0)
            self.reactor.pump()
            self.later(30)
            self.reactor.pump()
        self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.DISPLAY])
        self.assertIn(True, taken)
        self.assertEqual(charged, [(account, over) for over in taken])


def noting(steps: Callable[[bytes], Iterator[None]], begun: list[int]) -> Callable[[bytes], Iterator[None]]:
    """Return steps that note that they began."""

    def noted(data: bytes) -> Iterator[None]:
        begun.append(len(data))
        return steps(data)

    return noted
