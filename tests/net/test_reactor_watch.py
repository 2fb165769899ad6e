"""The watch over the reactor: what counts as a stall, and what is told of it."""

from __future__ import annotations

import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from sagews.net.reactor_watch import LIMIT_SECONDS, ReactorWatch, Stall, StallBook, where

PROGRAM = """
import json, time
from twisted.internet import reactor
from sagews.net.reactor_watch import ReactorWatch
watch = ReactorWatch(reactor)
watch.start()

def compute():
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        pass

def tell():
    print(json.dumps(watch.status()))
    watch.stop()
    reactor.stop()

reactor.callLater(0, compute)
reactor.callLater(0.3, tell)
reactor.run()
"""


class Rig:
    """A book whose clock is moved by hand."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.noted: list[Stall] = []
        self.processor = Clock()
        self.book = StallBook(self.clock.seconds, self.processor.seconds, self.noted.append)

    def work(self, seconds: float, *, computing: float = 0.0, ticks: int = 0) -> None:
        """Do one piece of work that computes for a part of its time, with so many ticks heard at its end."""

        def piece() -> None:
            self.clock.advance(seconds)
            self.processor.advance(computing)
            for _ in range(ticks):
                self.book.tick(lambda: "file.py:1 loop")

        self.book.watched(piece, lambda: "Socket")()


class StallBookTests(TestCase):
    def test_what_stays_below_the_limit_is_no_stall(self) -> None:
        """Many short pieces in one turn are no stall, however long the turn; the turn is told by itself."""
        rig = Rig()
        rig.book.turn_began()
        for _ in range(10):
            rig.work(0.01)
        rig.book.turn_ended()
        self.assertEqual((rig.book.count, rig.noted), (0, []))
        self.assertEqual(rig.book.long_turns, 1)
        self.assertAlmostEqual(rig.book.longest_turn, 0.1)

    def test_a_stall_is_counted_and_the_longest_kept(self) -> None:
        """The last and the longest stall are both known, and which of them only waited."""
        rig = Rig()
        for seconds, computing in ((0.05, 0.04), (0.3, 0.02), (0.03, 0.03)):
            rig.work(seconds, computing=computing, ticks=1)
        self.assertEqual((rig.book.count, rig.book.waited), (3, 1))
        assert rig.book.longest is not None and rig.book.last is not None
        self.assertAlmostEqual(rig.book.longest.seconds, 0.3)
        self.assertAlmostEqual(rig.book.last.seconds, 0.03)

    def test_computing_in_c_is_computing(self) -> None:
        """A stall is known to have computed where no tick came, also behind others of its turn; one that slept, not."""
        rig = Rig()
        rig.book.turn_began()
        for seconds, computing in ((0.01, 0.01), (2.7, 2.7), (0.01, 0.01), (0.5, 0.0), (0.3, 0.3)):
            rig.work(seconds, computing=computing)
        self.assertEqual([round(stall.computing, 3) for stall in rig.noted], [2.7, 0.0, 0.3])
        self.assertEqual((rig.book.count, rig.book.waited), (3, 1))

    def test_a_sample_names_the_place_of_its_own_piece_only(self) -> None:
        """A tick late in a long piece tells where that was; the next piece does not inherit it."""
        rig = Rig()
        rig.work(0.05, ticks=1)
        rig.work(0.05)
        rig.clock.advance(1)
        rig.book.tick(lambda: "between two pieces")
        rig.work(0.05)
        self.assertEqual([stall.what for stall in rig.noted], ["Socket, at file.py:1 loop", "Socket", "Socket"])

    def test_waiting_is_no_work(self) -> None:
        """However long the reactor waits, that is neither a turn nor a stall."""
        rig = Rig()
        rig.book.turn_began()
        rig.book.turn_ended()
        rig.clock.advance(100)
        rig.book.turn_ended()
        rig.book.turn_began()
        self.assertEqual((rig.book.count, rig.book.long_turns), (0, 0))

    def test_a_piece_that_raises_is_measured(self) -> None:
        """What the work raises is the reactor's to handle, and its time counts all the same."""
        rig = Rig()

        def broken() -> None:
            rig.clock.advance(1)
            raise ValueError

        self.assertRaises(ValueError, rig.book.watched(broken, lambda: "Socket"))
        self.assertEqual(rig.book.count, 1)

    @given(st.lists(st.floats(0, 0.1), max_size=30))
    def test_the_count_is_that_of_pieces_beyond_the_limit(self, pieces: list[float]) -> None:
        """Whatever the pieces, exactly those beyond the limit are noted, in order."""
        rig = Rig()
        taken = []
        for seconds in pieces:
            before = rig.clock.seconds()
            rig.work(seconds)
            taken.append(rig.clock.seconds() - before)
        wanted = [seconds for seconds in taken if seconds > LIMIT_SECONDS]
        self.assertEqual([stall.seconds for stall in rig.noted], wanted)
        self.assertEqual(rig.book.count, len(wanted))


class ReactorWatchTests(TestCase):
    def test_a_reactor_of_another_kind_is_left_alone(self) -> None:
        """Without epoll nothing is watched, and the status says so."""
        watch = ReactorWatch(Clock())
        watch.start()
        watch.stop()
        self.assertEqual(watch.status(), {"watched": False})

    def test_each_of_the_last_stalls_is_told(self) -> None:
        """The status lists the last fifty stalls one by one, the oldest first, so that none of a second is missed."""
        program = PROGRAM.replace("0.2", "0.021").replace(
            "reactor.callLater(0, compute)\nreactor.callLater(0.3, tell)",
            "from twisted.internet.task import LoopingCall\nturns = iter(range(60))\n"
            "def turn():\n    compute()\n    if next(turns, None) is None: reactor.callLater(0, tell); loop.stop()\n"
            "loop = LoopingCall(turn)\nloop.start(0)",
        )
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        status = json.loads(ended.stdout)
        latest = status["latest"]
        self.assertGreaterEqual(status["stalls"], 60)
        self.assertEqual(len(latest), round(1 / LIMIT_SECONDS))
        self.assertEqual(latest[-1], status["last"])
        self.assertEqual([stall["time"] for stall in latest], sorted(stall["time"] for stall in latest))

    def test_a_real_reactor_tells_which_function_held_it(self) -> None:
        """A timed call that computes for 200 ms is a stall that names its function."""
        ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
        status = json.loads(ended.stdout)
        self.assertGreaterEqual(status["stalls"], 1)
        self.assertGreaterEqual(status["longest"]["ms"], 200)
        self.assertIn("timed calls, at <string>:", status["longest"]["what"])
        self.assertIn("compute", status["longest"]["what"])

    def test_a_real_reactor_sees_what_computes_in_c(self) -> None:
        """A single call of a C function that computes for long is no stall that waited."""
        program = PROGRAM.replace(
            "end = time.thread_time() + 0.2\n    while time.thread_time() < end:\n        pass",
            "hashlib.pbkdf2_hmac('sha256', b'', b'', 500_000)",
        ).replace("import json", "import hashlib, json")
        # In the second turn: what the first computes is known less well, as the reactor begins before it.
        program = program.replace("callLater(0, compute)", "callLater(0, reactor.callLater, 0, compute)")
        self.assertIn("pbkdf2", program)
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        longest = json.loads(ended.stdout)["longest"]
        self.assertGreater(longest["ms"], 20)
        self.assertGreater(longest["computing_ms"], 20)

    def test_places_hold_no_values(self) -> None:
        """What is told of a frame is file, line and function, the innermost first."""
        secret = "not to be seen"
        told = where(sys._getframe())
        self.assertTrue(told.startswith("net/test_reactor_watch.py:"))
        self.assertIn("test_places_hold_no_values", told.split(" < ")[0])
        self.assertNotIn(secret, told)
