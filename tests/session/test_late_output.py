"""What threads, tasks and programs print after the end of their cell, in real processes: it belongs to that cell."""

from __future__ import annotations

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.output import late
from sagews.session.output.areas.places import RunPlaces
from sagews.session.output.late import NO_MORE, LateOutput
from sagews.session.output.origins import AFTERWARDS
from sagews.wire.session.frames import LATE_RUNS, DoneFrame, FromSession, StreamFrame

from .flavour_case import PythonCase
from .support import displays, printed, status

THREAD = """
import threading
go, gone = threading.Event(), threading.Event()
def late():
    go.wait(); print('first'); print('second'); gone.set()
thread = threading.Thread(target=late)
thread.start()
print('own')"""
SHOWING = """
import threading
go = threading.Event()
def late():
    go.wait(); print('so'); display({1: 2})
threading.Thread(target=late).start()"""
FLOODING = """
import threading
flood, go, full = True, threading.Event(), threading.Event()
def late():
    go.wait(); printed = 0
    while flood:
        print('x' * 999); printed += 1
        if printed == 1000: full.set()
thread = threading.Thread(target=late)
thread.start()"""
NAMED = r"^Printed by Thread-\d+ \(late\) after this cell had ended:\n$"


@pytest.mark.slow
class LateOutputTests(PythonCase):
    """Each frame names the run to which it belongs."""

    def ended(self, source: str) -> str:
        """Run a cell to its end and return its run's id."""
        run = self.session.start(source)
        self.assertEqual(status(self.session.rest()), "ok")
        return run

    def until(self, run: str, text: str, *found: FromSession) -> list[FromSession]:
        """Return frames as they come until a run has printed so much."""
        frames = list(found)
        while not printed(self.of(run, frames)).endswith(text):
            frames.append(self.session.next())
        return frames

    def of(self, run: str, frames: list[FromSession]) -> list[FromSession]:
        """Return the frames of one run."""
        return [frame for frame in frames if getattr(frame, "run", None) == run]

    def test_a_thread_prints_while_another_cell_runs(self) -> None:
        """What it prints goes to its own cell, once with its name, and the other cell has its own prints alone."""
        run = self.ended(THREAD)
        other = self.session.start("print('mine'); go.set(); gone.wait(); thread.join(); print('mine too')")
        frames = self.until(run, "second\n", *self.session.rest())
        self.assertEqual(printed(self.of(other, frames)), "mine\nmine too\n")
        self.assertEqual(printed(self.of(other, frames), "stderr"), "")
        self.assertEqual(printed(self.of(run, frames)), "first\nsecond\n")
        self.assertRegex(printed(self.of(run, frames), "stderr"), NAMED)
        self.alive()

    def test_a_program_prints_while_no_cell_runs(self) -> None:
        """It goes to the last cell, with a word."""
        run = self.ended("import os; os.system('(while [ ! -e go ]; do sleep 0.01; done; echo late) &');")
        (self.session.home / "go").touch()
        frames = self.until(run, "late\n")
        self.assertEqual(printed(frames, "stderr"), AFTERWARDS)
        self.assertEqual({frame.run for frame in frames if isinstance(frame, StreamFrame)}, {run})

    def test_a_task_prints_between_cells_and_while_another_awaits(self) -> None:
        """Both times it goes to the cell that made the task, and so does what a thread prints that the task starts."""
        self.ended("import asyncio, os, threading\ngo = asyncio.Event()")
        run = self.ended("""
async def task():
    while not os.path.exists('go'): await asyncio.sleep(0.01)
    print('between')
    await go.wait(); print('while'); threading.Thread(target=print, args=('started',)).start()
made = asyncio.create_task(task());""")
        (self.session.home / "go").touch()
        frames = self.until(run, "between\n")
        other = self.session.start("go.set(); print('mine'); await made; print('mine too')")
        frames = self.until(run, "started\n", *frames, *self.session.rest())
        self.assertEqual(printed(self.of(other, frames)), "mine\nmine too\n")
        self.assertEqual(printed(self.of(run, frames)), "between\nwhile\nstarted\n")
        self.assertTrue(printed(self.of(run, frames), "stderr").startswith(AFTERWARDS))

    def test_a_pool_of_threads_prints_for_who_gives_it_work(self) -> None:
        """Its threads were started by an earlier cell; what the work of this one prints is this one's."""
        self.ended("from concurrent.futures import ThreadPoolExecutor as P\npool = P(1); pool.submit(int).result();")
        frames = self.session.run("pool.submit(print, 'mine').result()")
        self.assertEqual((printed(frames), printed(frames, "stderr")), ("mine\n", ""))
        self.assertIsInstance(frames[-1], DoneFrame)

    def test_a_thread_shows_something(self) -> None:
        """A picture or value that comes after the cell's end stands in that cell and ends no session."""
        run = self.ended(SHOWING)
        # The thread may be done before the cell that lets it go on.
        frames = self.until(run, "so\n", *self.session.run("go.set()"))
        while not displays(frames):
            frames.append(self.session.next())
        [shown] = displays(frames)
        self.assertEqual((shown.run, shown.data["text/plain"]), (run, "{1: 2}"))
        self.alive()

    def test_a_thread_that_prints_for_ever(self) -> None:
        """Has a bounded share, is told so once, and takes nothing from the cells that run meanwhile."""
        run = self.ended(FLOODING)
        other = self.session.start("go.set(); full.wait(); flood = False; thread.join(); print('mine')")
        frames = self.session.rest()
        while NO_MORE not in printed(self.of(run, frames), "stderr"):
            frames.append(self.session.next())
        self.assertEqual(printed(self.of(other, frames)), "mine\n")
        text = printed(self.of(run, frames)) + printed(self.of(run, frames), "stderr")
        self.assertEqual((len(text), text.count(NO_MORE)), (late.CHARACTERS + len(NO_MORE), 1))
        self.alive()

    def test_a_thread_of_the_running_cell_is_not_late(self) -> None:
        """Its prints have no heading."""
        own = "import threading\ndef own(): print('own thread')\nt = threading.Thread(target=own); t.start(); t.join()"
        frames = self.session.run(own)
        self.assertEqual((printed(frames), printed(frames, "stderr")), ("own thread\n", ""))


class LateOutputBounds(SynchronousTestCase):
    """The bookkeeping alone."""

    def test_old_runs_are_forgotten(self) -> None:
        """As many runs as the worker knows are remembered, the latest ones, and text for others goes nowhere."""
        sent: list[tuple[str, str, str]] = []
        output = LateOutput(lambda *piece: sent.append(piece), lambda: None)
        for number in range(LATE_RUNS + 1):
            output.add(f"run {number}", RunPlaces(f"run {number}", "", lambda *_: None))
        for number in (0, 1):
            output.write(f"run {number}", "heading\n", "stdout", "text")
        output.flush()
        self.assertEqual(sent, [("run 1", "stderr", "heading\n"), ("run 1", "stdout", "text")])
        self.assertFalse(output.admits("run 0", 1))
        self.assertTrue(output.admits("run 1", late.SHOWN_BYTES))
        self.assertFalse(output.admits("run 1", 1))
