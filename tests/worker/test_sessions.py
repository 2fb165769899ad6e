"""Sessions on a worker: windows, budgets, hostile frames, deadlines, endings."""

from __future__ import annotations

from itertools import count, pairwise
from typing import Any

from twisted.internet.defer import Deferred

from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId, UserId, WorkspaceId, new_id
from sagews.model.sessions import Limits, PieceKind, Usage
from sagews.wire.session import frames as wire
from sagews.wire.session import grammar
from sagews.wire.session.channels import CloseFrame, OpenFrame
from sagews.wire.session.messages import complete_message
from sagews.worker.sessions.bounds import Bounds
from tests.contracts.session_host import evaluate
from tests.turning import turn
from tests.worker.exhaustion import no_descriptors
from tests.worker.fakes import (
    CONTROLS,
    EXITS,
    FLOODS,
    PRINTS,
    WAITS,
    FakeSession,
    Recorder,
    evaluation,
    session_request,
)
from tests.worker.session_case import SessionTestCase


class WindowTests(SessionTestCase):
    """What is not acknowledged is bounded."""

    def flood(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession]:
        """Start a flood, and run until the session can't write any more."""
        session, recorder, fake = self.opened(**asked)
        self.run_now(evaluate(self.host, session, evaluation(FLOODS)))
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
        self.run_now(evaluate(self.host, second, evaluation(PRINTS)))
        self.assertEqual(second_recorder.text, "hello\n")
        before = len(recorder.pieces)
        self.host.acknowledge(session, recorder.pieces[-1].sequence)
        self.host.acknowledge(second, second_recorder.pieces[-1].sequence)
        self.reactor.pump()
        self.assertGreater(len(recorder.pieces), before)

    def test_a_full_pool_leaves_other_accounts_alone(self) -> None:
        """While one account has filled the pool, another's cells go on although what they printed is not stored yet."""
        self.flood()
        session, recorder, _ = self.opened(account=UserId(new_id()))
        for _ in range(3):
            self.run_now(evaluate(self.host, session, evaluation(PRINTS)))
        self.assertEqual(recorder.text, 3 * "hello\n")


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

    def test_an_interact_beyond_it_is_closed(self) -> None:
        """Nobody gets to see it, so the session is told to close it: until then it counts as open."""
        _, recorder, fake, run = self.waiting_run()
        fake.say(wire.StreamFrame(run, "stdout", "x" * 850))
        fake.say(OpenFrame(run, 1, "interact", CONTROLS))
        self.reactor.pump()
        fake.say(CloseFrame(run, 1))
        self.reactor.pump()
        self.assertEqual((fake.told_to_close, recorder.endings), ([1], []))
        self.assertNotIn(PieceKind.OPEN, [piece.kind for piece in recorder.pieces])

    def test_each_run_has_its_own(self) -> None:
        """The next run starts with the whole budget."""
        session, recorder, fake, run = self.waiting_run()
        fake.say(wire.StreamFrame(run, "stdout", "x" * 2000))
        fake.done("ok")
        self.reactor.pump()
        self.run_now(evaluate(self.host, session, evaluation(PRINTS)))
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
    """What output costs this process is charged to who began the session."""

    def test_a_flood_of_small_frames_is_taken_in_turns(self) -> None:
        """Thousands of frames that come in one read are handed on some at a time; none is lost, also at the end."""
        _, recorder, fake, run = self.waiting_run()
        fake.raw(grammar.encode(wire.StreamFrame(run, "stdout", "x")) * 600)
        for reader in list(self.reactor.getReaders()):
            reader.doRead()
        self.assertLessEqual(len(recorder.pieces), 50)
        fake.done("ok")
        fake.stream.close()
        self.reactor.pump()
        self.later(2)
        self.assertEqual(len(recorder.pieces), 601)

    def test_dear_frames_are_taken_in_turns(self) -> None:
        """Of frames that each take long to read, one is taken in a turn, in whichever workspaces of an account."""
        mallory, work = UserId(new_id()), count(0.0, 0.003)
        floods = [self.waiting_run(workspace=WorkspaceId(new_id()), account=mallory) for _ in range(3)]
        for session in self.host._sessions.values():
            session._spent = lambda: next(work)
        for _, _, fake, run in floods:
            fake.raw(grammar.encode(wire.StreamFrame(run, "stdout", "x")) * 20)
        taken = [0]
        for _ in range(300):
            for reader in list(self.reactor.getReaders()):
                reader.doRead()
            turn(self.reactor, 0.1)
            taken.append(sum(len(recorder.pieces) for _, recorder, _, _ in floods))
            if taken[-1] == 60:
                break
        # A reading of the clock is three milliseconds: two frames are more than may be at once.
        self.assertLessEqual(max(after - before for before, after in pairwise(taken)), 4)
        self.assertEqual(taken[-1], 60)

    def test_who_costs_much_waits(self) -> None:
        """A session that used up its share is not read for a while, and then goes on; its neighbour is read."""
        flooding = WorkspaceId(new_id())
        _, recorder, fake, run = self.waiting_run(workspace=flooding)
        _, other, neighbour, second = self.waiting_run(workspace=WorkspaceId(new_id()))
        self.host._lines.charge(flooding, 1.5)
        for each, number in ((fake, run), (neighbour, second)):
            for _ in range(3):
                each.say(wire.StreamFrame(number, "stdout", "x" * 40_000))
                self.reactor.pump()
        self.assertEqual(len(other.pieces), 3)
        self.assertLess(len(recorder.pieces), 3)
        self.later(5)
        self.assertEqual(len(recorder.pieces), 3)


class StopTests(SessionTestCase):
    """A signal can be lost on its way to the code that it was to stop."""

    def setUp(self) -> None:
        """Let a run go on that loses every signal."""
        super().setUp()
        self.session, self.recorder, self.fake, self.run_id = self.waiting_run()
        self.patch(self.fake, "interrupt", lambda: None)
        self.later(1)

    @property
    def signals(self) -> int:
        """How many were sent."""
        return self.launcher.signals.count((self.session, "INT"))

    def stop(self) -> None:
        """Press Stop."""
        self.run_now(self.host.interrupt(self.session))

    def test_what_is_not_heard_is_sent_again(self) -> None:
        """At growing pauses, the first after a second, as long as the run goes on; never into the next one."""
        self.stop()
        sent = []
        for _ in range(32):
            sent.append(self.signals)
            self.later(1)
        self.assertEqual([second for second in range(1, 32) if sent[second] > sent[second - 1]], [1, 3, 7, 15, 31])
        self.fake.done("interrupted")
        self.reactor.pump()
        before = self.signals
        self.run_now(evaluate(self.host, self.session, evaluation(WAITS)))
        self.later(200)
        self.assertEqual((self.signals, self.recorder.endings), (before, []))

    def test_what_is_heard_is_not(self) -> None:
        """Code that tidies up is left alone; whoever presses again means it, and is obeyed once."""
        self.stop()
        self.fake.say(wire.StoppingFrame(self.run_id))
        self.reactor.pump()
        self.later(100)
        self.assertEqual(self.signals, 1)
        self.stop()
        self.later(100)
        self.assertEqual(self.signals, 2)
        self.assertNotIn(PieceKind.ERROR, [piece.kind for piece in self.recorder.pieces])

    def test_a_session_that_ends_is_sent_nothing_more(self) -> None:
        """Whether it was ended or ended by itself."""
        self.stop()
        self.run_now(self.host.end_session(self.session, "stopped"))
        before = self.signals
        self.later(100)
        self.assertEqual(self.signals, before)

    def test_what_can_not_have_been_heard(self) -> None:
        """A session that says so twice of a run, or of one that is over, is ended."""
        for said in ([self.run_id, self.run_id], [new_id()]):
            session, recorder, fake, run = self.waiting_run(workspace=WorkspaceId(new_id()))
            for each in said:
                fake.say(wire.StoppingFrame(run if each == self.run_id else each))
            self.reactor.pump()
            self.later(2)
            self.assertEqual([ending.reason for ending in recorder.endings], ["protocol"], session)


class DeadlineTests(SessionTestCase):
    """Everything that a session is asked has an end."""

    bounds = Bounds(run_seconds=60, start_seconds=20)

    def test_completions_in_time(self) -> None:
        """A completion without an answer for five seconds is interrupted; a late answer is ignored."""
        session, recorder, fake = self.opened()
        self.reactor.removeReader(fake)
        waiting = Deferred.fromCoroutine(self.host.ask(session, complete_message("pri", 3)))
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

    def test_a_check_that_raises(self) -> None:
        """A fault in the check of one session leaves the others bounded, now and at every later measure."""
        broken, _, _ = self.opened()
        session, recorder, _, _ = self.waiting_run(limits=Limits(cpu_seconds=10))

        def raises(usage: object) -> None:
            raise ZeroDivisionError

        self.patch(self.host._session(broken), "check", raises)
        self.later(6)
        self.launcher.used[session] = Usage(1, 11)
        self.later(6)
        self.assertEqual([ending.reason for ending in recorder.endings], ["cpu"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_a_measure_that_raises(self) -> None:
        """Whatever the launcher's figures fail with, they are asked for again."""
        session, recorder, _, _ = self.waiting_run(limits=Limits(cpu_seconds=10))

        def raises(sessions: object) -> None:
            raise OSError

        usage = self.launcher.usage
        self.launcher.usage = raises  # type: ignore[assignment,method-assign]
        self.later(6)
        self.launcher.usage = usage  # type: ignore[method-assign]
        self.launcher.used[session] = Usage(1, 11)
        self.later(6)
        self.assertEqual([ending.reason for ending in recorder.endings], ["cpu"])
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)


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
        self.run_now(evaluate(self.host, session, evaluation(EXITS)))
        self.later(3)
        self.assertEqual(self.launcher.signals, [(session, "KILL")])
        self.assertEqual(len(recorder.endings), 1)

    def test_questions_under_way_are_answered(self) -> None:
        """Whoever waits for completions of a session that ends is told so."""
        session, _, fake = self.opened()
        self.reactor.removeReader(fake)
        waiting = Deferred.fromCoroutine(self.host.ask(session, complete_message("pri", 3)))
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
        self.run_now(evaluate(self.host, session, evaluation(PRINTS)))
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

    def test_no_descriptor_is_left(self) -> None:
        """Starts for which this process has no descriptor are refused, and take no place from those that follow."""
        for _ in range(4):
            with no_descriptors(left=1):
                self.assertEqual(self.refused(self.host.open_session(session_request(), Recorder())).code, "internal")
        self.assertEqual(self.host.info.sessions, 0)
        self.opened()

    def test_a_start_that_breaks(self) -> None:
        """Starts that fail as nobody expected take no place either."""

        async def broken(*arguments: object) -> None:
            raise ZeroDivisionError

        self.patch(self.launcher, "open_session", broken)
        for _ in range(4):
            begun = Deferred.fromCoroutine(self.host.open_session(session_request(), Recorder()))
            self.failureResultOf(begun, ZeroDivisionError)
        self.assertEqual(self.host.info.sessions, 0)

    def test_a_lease_that_was_lost(self) -> None:
        """Once a newer epoch of a workspace was seen, cells for a session of an older one are refused."""
        workspace = WorkspaceId(new_id())
        session, _, _ = self.opened(workspace=workspace, epoch=1)
        self.opened(workspace=workspace, epoch=2)
        self.assertEqual(self.refused(evaluate(self.host, session, evaluation(PRINTS))).code, "conflict")
        self.assertEqual(self.refused(self.host.files.forget(workspace, 2)).code, "busy")
