"""Sessions on a worker: windows, budgets, hostile frames, deadlines, endings."""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId, WorkspaceId, new_id
from sagews.model.sessions import Limits, PieceKind, Usage
from sagews.wire.session import frames as wire
from sagews.worker.sessions.host import LocalHost
from sagews.worker.sessions.session import Bounds
from sagews.worker.settings import LocalSettings
from tests.worker.fakes import (
    EXITS,
    FLOODS,
    PRINTS,
    WAITS,
    WORKER,
    FakeLauncher,
    FakeSession,
    PumpedReactor,
    Recorder,
    evaluation,
    session_request,
)


class SessionTestCase(SynchronousTestCase):
    """A host with scripted sessions, driven turn by turn."""

    bounds = Bounds()
    pool_bytes = 64 * 1024 * 1024

    def setUp(self) -> None:
        """Make a host."""
        self.reactor = PumpedReactor()
        self.launcher = FakeLauncher(self.reactor)
        self.host = LocalHost(
            self.reactor,
            self.launcher,
            WORKER,
            settings=LocalSettings(capacity=3),
            bounds=self.bounds,
            pool_bytes=self.pool_bytes,
        )
        self.host.start()

    def tearDown(self) -> None:
        """End what is left."""
        for session in list(self.launcher.listeners):
            self.launcher.end(session, "killed", -9)
        self.reactor.pump()

    def run_now(self, waiting: Any) -> Any:
        """Return what a coroutine returns, having done what is ready."""
        deferred = Deferred.fromCoroutine(waiting)
        self.reactor.pump()
        return self.successResultOf(deferred)

    def refused(self, waiting: Any) -> SagewsError:
        """Return the SagewsError that a coroutine raises."""
        deferred = Deferred.fromCoroutine(waiting)
        self.reactor.pump()
        error: Any = self.failureResultOf(deferred, SagewsError).value
        return error  # type: ignore[no-any-return]

    def opened(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession]:
        """Open a session."""
        request, recorder = session_request(**asked), Recorder()
        self.run_now(self.host.open_session(request, recorder))
        return request.session, recorder, self.launcher.sessions[request.session]

    def waiting_run(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession, str]:
        """Open a session in which a run goes on."""
        session, recorder, fake = self.opened(**asked)
        cell = evaluation(WAITS)
        self.run_now(self.host.evaluate(session, cell))
        return session, recorder, fake, cell.run

    def later(self, seconds: float) -> None:
        """Let time pass in steps of the meter."""
        for _ in range(int(seconds)):
            self.reactor.advance(1)
            self.reactor.pump()


class WindowTests(SessionTestCase):
    """What is not acknowledged is bounded."""

    def flood(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession]:
        """Start a flood, and run until the session can't write any more."""
        session, recorder, fake = self.opened(**asked)
        self.run_now(self.host.evaluate(session, evaluation(FLOODS)))
        fake.stream.setblocking(False)
        fake.flooding = True
        self.push(fake)
        return session, recorder, fake

    def push(self, fake: FakeSession) -> None:
        """Write as much as somebody reads."""
        for _ in range(400):
            try:
                fake.doWrite()
            except BlockingIOError:
                return
            self.reactor.pump()

    def test_reading_stops_at_the_window(self) -> None:
        """A listener that acknowledges nothing is sent about a window's worth, however much the session prints."""
        _, recorder, _ = self.flood()
        printed = sum(piece.size for piece in recorder.pieces)
        self.assertGreaterEqual(printed, self.bounds.window)
        self.assertLess(printed, self.bounds.window + 256 * 1024)
        self.assertEqual(self.host.unacknowledged, printed)

    def test_acknowledging_reads_on(self) -> None:
        """What is acknowledged is forgotten, and the session is read again."""
        session, recorder, _ = self.flood()
        before = len(recorder.pieces)
        self.host.acknowledge(session, recorder.pieces[-1].sequence)
        self.reactor.pump()
        self.assertGreater(len(recorder.pieces), before)
        self.assertLessEqual(self.host.unacknowledged, self.bounds.window + 256 * 1024)

    def test_an_acknowledgement_from_the_future_is_harmless(self) -> None:
        """A number that was never given frees what there is and nothing that comes later."""
        session, _, _ = self.flood()
        self.host.acknowledge(session, 10**9)
        self.reactor.pump()
        self.host.acknowledge(session, -5)
        self.assertGreater(self.host.unacknowledged, 0)

    def test_output_left_behind_arrives_before_the_end(self) -> None:
        """A session that is killed with a closed window still delivers what lay in its socket, then its end, once."""
        session, recorder, _ = self.flood()
        before = len(recorder.pieces)
        self.run_now(self.host.end_session(session, "stopped"))
        self.assertGreater(len(recorder.pieces), before)
        self.assertEqual([ending.reason for ending in recorder.endings], ["stopped"])
        self.assertEqual(self.host.unacknowledged, 0)


class PoolTests(WindowTests):
    """All sessions together are bounded as well."""

    pool_bytes = 300 * 1024

    def test_reading_stops_at_the_window(self) -> None:
        """With a small pool a single session stops at the pool's size."""
        _, recorder, _ = self.flood()
        self.assertLess(sum(piece.size for piece in recorder.pieces), self.pool_bytes + 256 * 1024)

    def test_a_full_pool_leaves_others_alive(self) -> None:
        """While one session has filled the pool, one that holds nothing is still read; the first goes on later."""
        session, recorder, _ = self.flood()
        second, second_recorder, _ = self.opened()
        self.run_now(self.host.evaluate(second, evaluation(PRINTS)))
        self.assertEqual(second_recorder.text, "hello\n")
        before = len(recorder.pieces)
        self.host.acknowledge(session, recorder.pieces[-1].sequence)
        self.host.acknowledge(second, second_recorder.pieces[-1].sequence)
        self.reactor.pump()
        self.assertGreater(len(recorder.pieces), before)


class BudgetTests(SessionTestCase):
    """The worker cuts and counts whatever the loop lets through."""

    bounds = Bounds(run_output=1000, overrun=10_000)

    def test_output_beyond_the_budget_is_counted(self) -> None:
        """Beyond the budget pieces are dropped, and one notice before the end says how many bytes."""
        _, recorder, fake, run = self.waiting_run()
        for _ in range(5):
            fake.say(wire.StreamFrame(run, "stdout", "x" * 400))
        fake.done("ok")
        self.reactor.pump()
        kinds = [piece.kind for piece in recorder.pieces]
        self.assertEqual(kinds, [PieceKind.STREAM, PieceKind.STREAM, PieceKind.SPILLED, PieceKind.DONE])
        self.assertGreater(recorder.pieces[2].body["dropped"], 1200)

    def test_each_run_has_its_own(self) -> None:
        """The next run starts with the whole budget."""
        session, recorder, fake, run = self.waiting_run()
        fake.say(wire.StreamFrame(run, "stdout", "x" * 2000))
        fake.done("ok")
        self.reactor.pump()
        self.run_now(self.host.evaluate(session, evaluation(PRINTS)))
        self.assertEqual(recorder.text, "hello\n")

    def test_a_run_that_goes_on_is_interrupted_and_then_ended(self) -> None:
        """Reading and dropping costs as much as taking: a run beyond its budget is told to stop, then it is over."""
        session, recorder, fake, run = self.waiting_run()
        self.patch(fake, "interrupt", lambda: None)
        self.reactor.advance(1)
        fake.say(wire.StreamFrame(run, "stdout", "x" * 2000))
        self.reactor.pump()
        self.assertIn((session, "INT"), self.launcher.signals)
        self.assertEqual(recorder.endings, [])
        for _ in range(6):
            fake.say(wire.StreamFrame(run, "stdout", "x" * 2000))
        self.reactor.pump()
        self.later(2)
        self.assertEqual([ending.reason for ending in recorder.endings], ["output"])
        self.assertIn((session, "KILL"), self.launcher.signals)


class SharesTests(SessionTestCase):
    """What output costs this process is charged to its workspace."""

    def test_a_flood_of_small_frames_is_taken_in_turns(self) -> None:
        """Thousands of frames that come in one read are handed on some at a time; none is lost, also at the end."""
        _, recorder, fake, run = self.waiting_run()
        fake.raw(wire.encode(wire.StreamFrame(run, "stdout", "x")) * 600)
        for reader in list(self.reactor.getReaders()):
            reader.doRead()
        self.assertLessEqual(len(recorder.pieces), 50)
        fake.done("ok")
        fake.stream.close()
        self.reactor.pump()
        self.later(2)
        self.assertEqual(len(recorder.pieces), 601)

    def test_who_costs_much_waits(self) -> None:
        """A session that used up its share is not read for a while, and then goes on; its neighbour is read."""
        flooding = WorkspaceId(new_id())
        _, recorder, fake, run = self.waiting_run(workspace=flooding)
        _, other, neighbour, second = self.waiting_run(workspace=WorkspaceId(new_id()))
        self.host._shares.charge(flooding, 1.5, self.reactor.seconds())
        for each, number in ((fake, run), (neighbour, second)):
            for _ in range(3):
                each.say(wire.StreamFrame(number, "stdout", "x" * 40_000))
                self.reactor.pump()
        self.assertEqual(len(other.pieces), 3)
        self.assertLess(len(recorder.pieces), 3)
        self.later(5)
        self.assertEqual(len(recorder.pieces), 3)


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
        self.run_now(self.host.evaluate(other, evaluation(PRINTS)))
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
        self.ends(wire.encode(wire.StreamFrame(new_id(), "stdout", "x")))

    def test_output_after_the_end(self) -> None:
        """A run has one end, and nothing comes after it."""
        for late in (wire.StreamFrame, wire.DoneFrame):
            _, recorder, fake, run = self.waiting_run()
            fake.done("ok")
            fake.say(
                wire.StreamFrame(run, "stdout", "x")
                if late is wire.StreamFrame
                else wire.DoneFrame(run, "ok", 0.0, 0.0)
            )
            self.reactor.pump()
            self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])
            self.assertEqual([piece.kind for piece in recorder.pieces], [PieceKind.DONE])

    def test_an_answer_nobody_asked_for(self) -> None:
        """An answer with a number that was never given ends the session."""
        for number in (7, 0):
            self.ends(wire.encode(wire.CompletionsFrame(number, 0, 0, ())))

    def test_a_second_handshake(self) -> None:
        """Ready is said once."""
        self.ends(wire.encode(wire.ReadyFrame("python", {})))

    def test_descriptors_along_with_a_frame(self) -> None:
        """Descriptors that a session passes along never reach the worker; the frame beside them does."""
        _, recorder, fake, run = self.waiting_run()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            frame = wire.encode(wire.StreamFrame(run, "stdout", "x"))
            socket.send_fds(fake.stream, [frame], [0, 1, 2])
            self.reactor.pump()
        self.assertEqual(recorder.text, "x" * 20)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_a_slow_frame(self) -> None:
        """A frame that drips in is cut off after its time, however regularly something arrives."""
        _, recorder, fake, run = self.waiting_run()
        frame = wire.encode(wire.StreamFrame(run, "stdout", "hello"))
        for at in range(40):
            fake.raw(frame[at : at + 1])
            self.later(1)
            if recorder.endings:
                break
        self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"])

    def test_a_frame_in_pieces(self) -> None:
        """A frame that arrives byte by byte, but in time, is a frame."""
        _, recorder, fake, run = self.waiting_run()
        for byte in wire.encode(wire.StreamFrame(run, "stdout", "hello")):
            fake.raw(bytes([byte]))
            self.reactor.pump()
        self.assertEqual(recorder.text, "hello")

    def test_it_does_not_read(self) -> None:
        """A session that never reads can't make the worker keep what it is sent without bound."""
        session, _, fake = self.opened()
        self.reactor.removeReader(fake)
        code = "x" * 60_000
        for _ in range(8):
            Deferred.fromCoroutine(self.host.complete(session, code, 1)).addErrback(lambda _: None)
        self.assertEqual(self.refused(self.host.complete(session, code, 1)).code, "busy")


class DeadlineTests(SessionTestCase):
    """Everything that a session is asked has an end."""

    bounds = Bounds(run_seconds=60, start_seconds=20)

    def test_completions_in_time(self) -> None:
        """A completion without an answer for five seconds is interrupted; a late answer is ignored."""
        session, recorder, fake = self.opened()
        self.reactor.removeReader(fake)
        waiting = Deferred.fromCoroutine(self.host.complete(session, "pri", 3))
        self.later(6)
        error: Any = self.failureResultOf(waiting, SagewsError).value
        self.assertEqual(error.code, "limit")
        self.assertIn((session, "INT"), self.launcher.signals)
        self.reactor.addReader(fake)
        self.reactor.pump()
        self.assertEqual(recorder.endings, [])

    def test_a_run_that_takes_too_long(self) -> None:
        """A run beyond its wall-clock time ends the session, and its reader learns why."""
        _, recorder, _, _ = self.waiting_run()
        self.later(70)
        self.assertEqual([ending.reason for ending in recorder.endings], ["deadline"])

    def test_processor_time(self) -> None:
        """A session that has used up its processor time, all its processes counted, is ended."""
        session, recorder, _, _ = self.waiting_run(limits=Limits(cpu_seconds=10))
        self.launcher.used[session] = Usage(1024, 11.0)
        self.later(6)
        self.assertEqual([ending.reason for ending in recorder.endings], ["cpu"])
        self.assertEqual(recorder.endings[0].detail["cpu_limit"], 10)

    def test_a_session_that_never_greets(self) -> None:
        """Opening gives up after its time; the session is killed and its listener hears nothing."""
        self.launcher.silent = True
        recorder, request = Recorder(), session_request()
        waiting = Deferred.fromCoroutine(self.host.open_session(request, recorder))
        self.later(21)
        error: Any = self.failureResultOf(waiting, SagewsError).value
        self.assertEqual(error.code, "limit")
        self.assertEqual(self.launcher.signals, [(request.session, "KILL")])
        self.assertEqual((recorder.endings, self.host.info.sessions), ([], 0))


class EndTests(SessionTestCase):
    """Why a session is over."""

    def test_the_launcher_says_why(self) -> None:
        """Without another reason it is the launcher's, with what was used and what the limits were."""
        session, recorder, _ = self.opened()
        self.launcher.end(session, "memory", -9)
        self.reactor.pump()
        self.assertEqual(recorder.endings[0].reason, "memory")
        self.assertEqual(recorder.endings[0].detail["peak_memory"], 1024)
        self.assertEqual(recorder.endings[0].detail["memory_limit"], Limits().memory)

    def test_a_closed_socket(self) -> None:
        """A session that closes its socket but lives on is killed after a moment."""
        session, recorder, _ = self.opened()
        self.run_now(self.host.evaluate(session, evaluation(EXITS)))
        self.later(3)
        self.assertEqual(self.launcher.signals, [(session, "KILL")])
        self.assertEqual(len(recorder.endings), 1)

    def test_questions_under_way_are_answered(self) -> None:
        """Whoever waits for completions of a session that ends is told so."""
        session, _, fake = self.opened()
        self.reactor.removeReader(fake)
        waiting = Deferred.fromCoroutine(self.host.complete(session, "pri", 3))
        self.run_now(self.host.end_session(session, "stopped"))
        error: Any = self.failureResultOf(waiting, SagewsError).value
        self.assertEqual(error.code, "no-session")

    def test_a_refusal_of_the_launcher(self) -> None:
        """A session that the launcher refuses leaves nothing behind."""
        self.launcher.refusal = SagewsError("limit", limit="memory", advice="Ask for less.")
        self.assertEqual(self.refused(self.host.open_session(session_request(), Recorder())).code, "limit")
        self.assertEqual(self.host.info.sessions, 0)
        self.assertEqual(self.reactor.getReaders(), [])

    def test_a_faulty_listener(self) -> None:
        """A listener that raises is logged; the session goes on."""
        session, recorder, _ = self.opened()
        recorder.raises = True
        self.run_now(self.host.evaluate(session, evaluation(PRINTS)))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 2)
        self.assertEqual(recorder.pieces[-1].kind, PieceKind.DONE)

    def test_capacity(self) -> None:
        """Beyond its capacity a worker refuses, until a session has ended."""
        sessions = [self.opened()[0] for _ in range(3)]
        self.assertEqual(self.refused(self.host.open_session(session_request(), Recorder())).code, "no-worker")
        self.run_now(self.host.end_session(sessions[0], "stopped"))
        self.opened()

    def test_one_that_is_being_ended_takes_no_place(self) -> None:
        """A session that was told to end leaves its place to the next one, however long the kernel takes."""
        sessions = [self.opened()[0] for _ in range(3)]
        self.launcher.signal = lambda *_: None  # type: ignore[method-assign]
        self.run_now(self.host.end_session(sessions[0], "restarted"))
        self.assertEqual(len(self.launcher.listeners), 3)
        self.opened()
        self.assertEqual(self.refused(self.host.open_session(session_request(), Recorder())).code, "no-worker")

    def test_a_lease_that_was_lost(self) -> None:
        """Once a newer epoch of a workspace was seen, cells for a session of an older one are refused."""
        workspace = WorkspaceId(new_id())
        session, _, _ = self.opened(workspace=workspace, epoch=1)
        self.opened(workspace=workspace, epoch=2)
        self.assertEqual(self.refused(self.host.evaluate(session, evaluation(PRINTS))).code, "conflict")
        self.assertEqual(self.refused(self.host.files.forget(workspace)).code, "busy")
