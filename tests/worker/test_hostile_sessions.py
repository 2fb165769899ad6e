"""Sessions that break the grammar of frames: they end, and the worker does not."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import replace

from twisted.internet.defer import Deferred

from sagews.model.identifiers import new_id
from sagews.model.sessions import PieceKind
from sagews.wire.session import frames as wire
from sagews.wire.session import grammar
from sagews.wire.session.channels import MAX_INTERACTS_OF_A_RUN, CloseFrame, OpenFrame, StateFrame
from sagews.wire.session.messages import channel_message, close_message, complete_message
from sagews.worker.kinds.evaluation.run_budget import MOST_FRAMES
from tests.contracts.session_host import evaluate
from tests.worker.fakes import (
    PRINTS,
    evaluation,
)
from tests.worker.session_case import SessionTestCase

RUN = new_id()
SLIDER = {"name": "n", "kind": "slider", "label": "n", "min": 0, "max": 10, "step": 1, "integer": True}
INTERACT = {"area": 1, "controls": [SLIDER], "layout": None, "auto": True, "values": {"n": 5}}


class HostileSessionTests(SessionTestCase):
    """Whatever a session sends, only that session ends."""

    def ends(self, *chunks: bytes) -> str:
        """Send bytes from within a run; return the explanation with which the session ended."""
        other, other_recorder, _ = self.opened()
        _, recorder, fake, _ = self.waiting_run()
        for chunk in chunks:
            fake.raw(chunk)
            self.reactor.pump()
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])
        self.run_now(evaluate(self.host, other, evaluation(PRINTS)))
        self.assertEqual(other_recorder.text, "hello\n")
        return str(recorder.endings[0].detail["explanation"])

    def framed(self, body: bytes) -> bytes:
        """Return a frame."""
        return struct.pack(">I", len(body)) + body

    def test_an_endless_frame(self) -> None:
        """A length beyond the limit ends the session before a byte of it is kept."""
        self.assertIn("at most", self.ends(b"\xff\xff\xff\xff"))

    def test_noise(self) -> None:
        """What is not JSON ends the session."""
        self.ends(self.framed(b"\x00\xff\xfe"))

    def test_deep_nesting(self) -> None:
        """A hundred thousand brackets are refused, not followed."""
        self.ends(self.framed(b"[" * 100_000))

    def test_a_huge_number(self) -> None:
        """A number of half a million digits is refused, not computed."""
        body = b'{"type":"done","run":"x","status":"ok","seconds":' + b"9" * 500_000 + b',"cpu":0}'
        self.ends(*[self.framed(body)[at : at + 60_000] for at in range(0, len(body) + 4, 60_000)])

    def test_a_time_beyond_every_float(self) -> None:
        """A run that says it took 10^400 seconds is refused like any other number out of bounds."""
        self.ends(self.framed(b'{"type":"done","run":"x","status":"ok","seconds":1' + b"0" * 400 + b',"cpu":0}'))

    def test_output_of_a_foreign_run(self) -> None:
        """A session can't write into a run that it was not given."""
        self.ends(grammar.encode(wire.StreamFrame(new_id(), "stdout", "x")))

    def test_a_second_end(self) -> None:
        """A run has one end, and behind it comes no value."""
        for make in (
            lambda run: wire.DoneFrame(run, "ok", 0.0, 0.0),
            lambda run: wire.ResultFrame(run, {"text/plain": "1"}),
            lambda run: wire.SpilledFrame(run, "", 1, 1),
        ):
            _, recorder, fake, run = self.waiting_run()
            fake.done("ok")
            fake.say(make(run))
            self.reactor.pump()
            self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])
            self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.DONE])

    def test_a_second_file_of_output(self) -> None:
        """The middle of a run's output lies in one file: a session that names another is ended."""
        _, recorder, fake, run = self.waiting_run()
        for _ in range(3):
            fake.say(wire.SpilledFrame(run, "", 1, 1))
        self.reactor.pump()
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])
        self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.SPILLED])

    def test_channels_out_of_order(self) -> None:
        """One is open at a time, of the next number, in the run that goes on; only an open one is closed."""
        question = {"prompt": "", "hidden": False}
        for first, second in (
            (OpenFrame(RUN, 2, "input", question), None),
            (OpenFrame(RUN, 1, "input", question), OpenFrame(RUN, 2, "input", question)),
            (OpenFrame(RUN, 1, "input", question), CloseFrame(RUN, 2)),
            (CloseFrame(RUN, 1), None),
        ):
            _, recorder, fake, run = self.waiting_run()
            for each in (first, second):
                if each is not None:
                    fake.say(replace(each, run=run))
            self.reactor.pump()
            self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_a_channel_of_a_run_that_is_over(self) -> None:
        """Nothing is asked behind the end of a run, and what was open at its end is closed by that."""
        _, recorder, fake, run = self.waiting_run()
        fake.say(OpenFrame(run, 1, "input", {"prompt": "", "hidden": False}))
        fake.done("ok")
        fake.say(CloseFrame(run, 1))
        self.reactor.pump()
        self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.OPEN, PieceKind.DONE])
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_interacts_out_of_order(self) -> None:
        """No state of what is no interact, no end that nobody asked for, not too many; behind the end no question."""
        opens = OpenFrame(RUN, 1, "interact", INTERACT)
        many = [OpenFrame(RUN, number, "interact", INTERACT) for number in range(1, MAX_INTERACTS_OF_A_RUN + 2)]
        state = StateFrame(RUN, 1, {}, False)
        for frames in (
            [state],
            [opens, replace(state, over=True)],
            [opens, CloseFrame(RUN, 1), state],
            [opens, opens],
            many,
            [opens, wire.DoneFrame(RUN, "ok", 0.0, 0.0), replace(opens, channel=3)],
            [opens, wire.DoneFrame(RUN, "ok", 0.0, 0.0), OpenFrame(RUN, 2, "input", {"prompt": "", "hidden": False})],
            [opens, wire.DoneFrame(RUN, "ok", 0.0, 0.0), replace(state, over=True)],
            [replace(opens, body={**INTERACT, "values": {"n": 11}})],
        ):
            _, recorder, fake, run = self.waiting_run()
            for each in frames:
                fake.say(replace(each, run=run))
            self.reactor.pump()
            self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"], frames)

    def test_what_is_shown_in_a_widget_of_a_run_that_is_over(self) -> None:
        """Another cell may print, fail and show widgets there, within what that run had left."""
        _, recorder, fake, run = self.waiting_run()
        fake.say(OpenFrame(run, 1, "interact", INTERACT))
        fake.done("ok")
        fake.say(OpenFrame(run, 2, "interact", INTERACT))
        fake.say(wire.ErrorFrame(run, "ValueError", "x", (), "ValueError: x"))
        fake.say(wire.DisplayFrame(run, {"text/plain": "3"}))
        fake.say(StateFrame(run, 2, {"values": {"n": 3}}, False))
        fake.say(CloseFrame(run, 2))
        self.reactor.pump()
        late = [PieceKind.OPEN, PieceKind.ERROR, PieceKind.DISPLAY, PieceKind.STATE, PieceKind.CLOSE]
        self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.OPEN, PieceKind.DONE, *late])
        self.assertEqual(recorder.endings, [])

    def test_states_are_bounded_by_their_rate(self) -> None:
        """A bar may move for hours; of thousands of states at once those beyond the rate are not passed on."""
        _, recorder, fake, run = self.waiting_run()
        fake.say(OpenFrame(run, 1, "interact", INTERACT))

        def states() -> int:
            before = len(recorder.pieces)
            for _ in range(60):
                for _ in range(100):
                    fake.say(StateFrame(run, 1, {"values": {"n": 3}}, False))
                self.reactor.pump()
            return len(recorder.pieces) - before

        self.assertTrue(MOST_FRAMES <= states() < MOST_FRAMES + 500)

    def test_an_evaluation_that_ends_as_a_run(self) -> None:
        """What was said to an interact is over by its state: a second end of the run ends the session."""
        session, recorder, fake, run = self.waiting_run()
        fake.say(OpenFrame(run, 1, "interact", INTERACT))
        fake.done("ok")
        self.reactor.pump()
        body = {"values": {"n": 3}, "serial": 1}
        self.run_now(self.host.send(session, channel_message(run, 1, body)))
        refused = self.refused(self.host.send(session, channel_message(run, 1, body)))
        self.assertEqual(refused.code, "busy")
        fake.say(wire.ResultFrame(run, {"text/plain": "3"}))
        fake.say(wire.DoneFrame(run, "ok", 0.0, 0.0))
        self.reactor.pump()
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])
        self.assertEqual(recorder.pieces[-1].kind, PieceKind.RESULT)

    def test_interacts_outlive_the_memory_of_runs(self) -> None:
        """One may be spoken to however many cells ran since, and what the session shows for it is taken."""
        session, recorder, fake, run = self.waiting_run()
        fake.say(OpenFrame(run, 1, "interact", INTERACT))
        fake.done("ok")
        self.reactor.pump()
        for _ in range(wire.LATE_RUNS + 1):
            self.run_now(evaluate(self.host, session, evaluation(PRINTS)))
        self.run_now(self.host.send(session, channel_message(run, 1, {"values": {"n": 3}, "serial": 1})))
        fake.say(StateFrame(run, 1, {"values": {"n": 3}}, True))
        self.reactor.pump()
        self.assertEqual((recorder.pieces[-1].kind, recorder.pieces[-1].run), (PieceKind.STATE, run))
        fake.say(CloseFrame(run, 1))
        fake.say(StateFrame(run, 1, {}, False))
        self.reactor.pump()
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_an_interact_that_is_refused_while_its_cell_runs(self) -> None:
        """A backend that has no room for it has it closed at once, and with that it counts as open no more."""
        session, recorder, fake, run = self.waiting_run()
        for channel in range(1, MAX_INTERACTS_OF_A_RUN + 1):
            fake.say(OpenFrame(run, channel, "interact", INTERACT))
        self.reactor.pump()
        self.run_now(self.host.send(session, close_message(run, 7)))
        self.assertEqual(self.refused(self.host.send(session, close_message(run, 41))).code, "channel-closed")
        fake.say(CloseFrame(run, 7))
        fake.say(OpenFrame(run, 7, "interact", INTERACT))
        self.reactor.pump()
        self.assertEqual((fake.told_to_close, recorder.endings), ([7], []))

    def test_prints_of_a_run_that_is_forgotten(self) -> None:
        """A session may print for its latest runs that are over, and for no other."""
        session, recorder, fake = self.opened()
        cells = [evaluation(PRINTS) for _ in range(wire.LATE_RUNS + 1)]
        for cell in cells:
            self.run_now(evaluate(self.host, session, cell))
        fake.say(wire.StreamFrame(cells[1].run, "stdout", "late"))
        self.reactor.pump()
        self.assertEqual((recorder.pieces[-1].run, recorder.endings), (cells[1].run, []))
        fake.say(wire.StreamFrame(cells[0].run, "stdout", "late"))
        self.reactor.pump()
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_an_answer_nobody_asked_for(self) -> None:
        """An answer with a number that was never given ends the session."""
        for number in (7, 0):
            self.ends(grammar.encode(wire.CompletionsFrame(number, 0, 0, ())))

    def test_a_second_handshake(self) -> None:
        """Ready is said once."""
        self.ends(grammar.encode(wire.ReadyFrame("python", {})))

    def test_descriptors_along_with_a_frame(self) -> None:
        """Descriptors that a session passes along never reach the worker; the frame beside them does."""
        _, recorder, fake, run = self.waiting_run()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            frame = grammar.encode(wire.StreamFrame(run, "stdout", "x"))
            socket.send_fds(fake.stream, [frame], [0, 1, 2])
            self.reactor.pump()
        self.assertEqual(recorder.text, "x" * 20)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_a_slow_frame(self) -> None:
        """A frame that drips in is cut off after its time, however regularly something arrives."""
        _, recorder, fake, run = self.waiting_run()
        frame = grammar.encode(wire.StreamFrame(run, "stdout", "hello"))
        for at in range(40):
            fake.raw(frame[at : at + 1])
            self.later(1)
            if recorder.endings:
                break
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_a_frame_in_pieces(self) -> None:
        """A frame that arrives byte by byte, but in time, is a frame."""
        _, recorder, fake, run = self.waiting_run()
        for byte in grammar.encode(wire.StreamFrame(run, "stdout", "hello")):
            fake.raw(bytes([byte]))
            self.reactor.pump()
        self.assertEqual(recorder.text, "hello")

    def test_it_does_not_read(self) -> None:
        """A session that never reads can't make the worker keep what it is sent without bound."""
        session, _, fake = self.opened()
        self.reactor.removeReader(fake)
        code = "x" * 60_000
        for _ in range(8):
            Deferred.fromCoroutine(self.host.ask(session, complete_message(code, 1))).addErrback(lambda _: None)
        self.assertEqual(self.refused(self.host.ask(session, complete_message(code, 1))).code, "busy")
