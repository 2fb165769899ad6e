"""Everything that prints, in real processes: Python, C code, children; in order, bounded, never torn."""

from __future__ import annotations

import array
import fcntl
import socket
import termios
from pathlib import Path

import pytest

from sagews.session.output import budget
from sagews.session.output.spill import FOLDER
from sagews.wire.session.frames import (
    MAX_FRAME_FROM_SESSION,
    CompleteFrame,
    DisplayFrame,
    DoneFrame,
    ErrorFrame,
    ResultFrame,
    SpilledFrame,
    StreamFrame,
)
from sagews.wire.session.framing import FrameReader
from sagews.wire.session.grammar import parse_from_session

from .flavour_case import PythonCase
from .support import displays, printed, status, values, wait_until

pytestmark = pytest.mark.slow


def waiting_bytes(connection: socket.socket) -> int:
    """Return how many bytes lie in a socket's buffer unread."""
    held = array.array("i", [0])
    fcntl.ioctl(connection, termios.FIONREAD, held)
    return held[0]


class OutputTests(PythonCase):
    """Prints of all kinds, in order."""

    def test_the_last_value_travels_with_the_end(self) -> None:
        """The value of a cell's last expression and its `done` come in one piece: nobody is woken twice for `1+1`."""
        self.session.start("1 + 1")
        data = self.session.connection.recv(1 << 16)
        frames = [parse_from_session(payload) for payload in FrameReader(MAX_FRAME_FROM_SESSION).feed(data)]
        self.assertEqual([type(frame) for frame in frames], [ResultFrame, DoneFrame])

    def test_prints_arrive_in_order_from_everywhere(self) -> None:
        """Python, descriptors, C's stdio, child programs and displays keep their order on each stream."""
        source = """
import os, sys, ctypes, subprocess
print("a"); os.write(1, b"b\\n"); print("c")
subprocess.run(["/bin/sh", "-c", "echo d"]); print("e"); os.system("echo f")
ctypes.CDLL(None).puts(b"g"); sys.stdout.buffer.write(b"h\\n"); print("i")
display(1); print("j")
"""
        frames = self.session.run(source, shows="last")
        self.assertEqual("".join(printed(frames).split()), "abcdefghij")
        kinds = [type(frame) for frame in frames]
        self.assertIs(kinds[-3], DisplayFrame)
        self.assertEqual(printed(frames[-2:]), "j\n")

    def test_backspaces_have_had_their_effect(self) -> None:
        """As on a terminal; they never reach into an earlier line, and carriage returns stay for the page."""
        self.assertEqual(printed(self.session.run("print('12345\\b\\bX'); print('\\b\\ba\\rb')")), "123X5\na\rb\n")

    def test_standard_error_has_its_own_name(self) -> None:
        """What C code writes to descriptor 2 as well."""
        frames = self.session.run("import sys, os\nprint('a', file=sys.stderr); os.write(2, b'b');")
        self.assertEqual((printed(frames), printed(frames, "stderr")), ("", "a\nb"))

    def test_a_short_line_shows_at_once(self) -> None:
        """Before a computation that never lets go of the interpreter's lock."""
        self.session.start("print('begun')\nsum(range(10**8)) and None")
        frame = self.session.next()
        self.assertEqual(getattr(frame, "text", None), "begun\n")
        self.session.rest()

    def test_a_slow_loop_shows_line_by_line(self) -> None:
        """Each line comes when it is printed, also without a newline."""
        gate = self.session.home / "gate"
        waits = f"while not os.path.exists({str(gate)!r} + str(i)): time.sleep(0.01)"
        self.session.start(f"import os, time\nfor i in range(3):\n    print(i, end=' ')\n    {waits}")
        # Each line is there while the loop still waits to be let go on.
        for number in range(3):
            frame = self.session.next()
            assert isinstance(frame, StreamFrame)
            self.assertEqual(frame.text, f"{number} ")
            Path(f"{gate}{number}").touch()
        self.assertEqual(status(self.session.rest()), "ok")

    def test_characters_are_made_fit(self) -> None:
        """Cut UTF-8 is joined; what is not UTF-8, NUL and lone surrogates are replaced."""
        source = """
import os
os.write(1, b"\\xe2\\x82"); __import__("time").sleep(0.1); os.write(1, b"\\xac|\\xff|\\x00|")
print("\\ud800|\\0|é"); os.write(1, b"\\xe2")
"""
        self.assertEqual(printed(self.session.run(source, shows="last")), "€|\ufffd|\ufffd|\ufffd|\ufffd|é\n\ufffd")

    def test_a_flood_keeps_head_and_tail_and_spills_the_middle(self) -> None:
        """Every printed byte is in the stream or in the file, in order."""
        frames = self.session.run("for i in range(200_000): print(i)")
        whole = "".join(f"{i}\n" for i in range(200_000))
        at = next(place for place, frame in enumerate(frames) if isinstance(frame, SpilledFrame))
        spilled = frames[at]
        assert isinstance(spilled, SpilledFrame)
        middle = (self.session.home / spilled.path).read_text()
        self.assertEqual(printed(frames[:at]) + middle + printed(frames[at:]), whole)
        self.assertEqual((spilled.bytes, spilled.lines, spilled.dropped), (len(middle), middle.count("\n"), 0))
        head, tail = printed(frames[:at]), printed(frames[at:])
        # Cut where a line ends: so much less than each may hold as the line is long that did not fit whole.
        self.assertEqual((head[-1], middle[-1]), ("\n", "\n"))
        self.assertTrue(budget.HEAD - 7 < len(head) <= budget.HEAD and budget.TAIL - 7 < len(tail) <= budget.TAIL)
        self.assertLess(len(frames), 60)

    def test_later_prints_of_a_spent_cell_stand_where_they_belong(self) -> None:
        """Before the value that follows them, and before the error that ends the cell."""
        frames = self.session.run("for i in range(30_000): print(i)\n5\nprint('between')\n6\nprint('last')\n1/0")
        kinds = [frame for frame in frames if isinstance(frame, (ResultFrame, ErrorFrame, StreamFrame))]
        where = {
            getattr(frame, "data", {}).get("text/plain", type(frame).__name__): at for at, frame in enumerate(kinds)
        }
        self.assertTrue(printed(kinds[: where["5"]]).endswith("29999\n"))
        self.assertEqual(printed(kinds[where["5"] : where["6"]]), "between\n")
        self.assertEqual(printed(kinds[where["6"] : where["ErrorFrame"]]), "last\n")

    def test_a_flood_can_be_stopped(self) -> None:
        """With a bounded number of frames, when far more was printed than is shown."""
        marker = self.session.home / "flooded"
        self.session.start(f"n = 0\nwhile True:\n    print(1); n += 1\n    if n == 200_000: open({str(marker)!r}, 'w')")
        wait_until(marker.exists)
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual(status(frames), "interrupted")
        self.assertLess(len(frames), 100)
        self.alive()

    def test_a_flood_by_a_child_program_can_be_stopped(self) -> None:
        """The pipe's reader does not starve the interrupt."""
        self.session.start("import subprocess; subprocess.run(['/usr/bin/yes'])")
        # The head of the output is through: what yes prints now goes into the file.
        wait_until(lambda: list(self.session.home.glob(f"{FOLDER}/*")))
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual(status(frames), "interrupted")
        self.assertTrue(any(isinstance(frame, SpilledFrame) for frame in frames))
        self.alive()

    def test_a_worker_that_does_not_read_cannot_make_a_cell_deaf(self) -> None:
        """The cell waits for the worker, and the interrupt still strikes."""
        self.session.start("for i in range(10**9): display({'text/plain': 'x' * 10**5}, raw=True)")
        # A frame is 100 KB: when two are in the kernel's buffer, the next one has to wait or soon will.
        wait_until(lambda: waiting_bytes(self.session.connection) > 2 * 10**5)
        self.session.interrupt()
        self.assertEqual(status(self.session.rest()), "interrupted")
        self.alive()

    def test_displays_are_bounded_in_number(self) -> None:
        """The rest is counted in one line."""
        frames = self.session.run("for i in range(1000): display(i)")
        self.assertEqual(len(displays(frames)), 500)
        self.assertIn("500 more outputs", printed(frames, "stderr"))

    def test_a_huge_bundle_is_replaced_by_words(self) -> None:
        """More than 3 MiB are not shown, and the reader is told."""
        frames = self.session.run("display({'text/html': 'x' * 5_000_000, 'text/plain': 'short'}, raw=True)")
        (shown,) = displays(frames)
        self.assertEqual(set(shown.data), {"text/plain"})
        self.assertIn("Not shown", shown.data["text/plain"])

    def test_numbers_that_json_lacks_do_not_break_a_bundle(self) -> None:
        """In JSON that is shown as a tree it is its text; any other is left out, and the rest of the bundle shown."""
        source = "display({'application/json': [nan], 'application/x+json': [nan], 'text/plain': 'x'}, raw=True)"
        (shown,) = displays(self.session.run(f"nan = float('nan')\n{source}"))
        self.assertEqual(shown.data, {"application/json": ["nan"], "text/plain": "x"})

    def test_whatever_a_cell_shows_the_worker_accepts(self) -> None:
        """Hostile bundles, names and texts never make a frame that would end the session."""
        source = r"""
bad = "\ud800|\0"
deep = []
for _ in range(50): deep = [deep]
for value in (float("inf"), 2**70, deep, [0] * 100_000, {bad: 1}, {1: 2}, object(), bad, {"a": (1, 2)}):
    display({"application/json": value, "text/plain": "x"}, raw=True)
for mime in ("", "text", bad, "x" * 1000, "Text/Plain", "a/b c"):
    display({mime: "x", "text/plain": bad}, raw=True)
display({f"text/x{i}": "y" for i in range(100)}, raw=True)
display({"image/png": "&&&", "image/jpeg": 7, "image/svg+xml": b"<svg>", "text/html": ["no"]}, raw=True)
from IPython.display import publish_display_data
publish_display_data({"text/plain": "x"}, {"a": float("nan"), "b": bad, "many": [0] * 300, "c": 1})
class Odd:
    def __repr__(self): return bad
    def _repr_html_(self): return bad * 100
    def __dir__(self): return [bad, "fine", "x" * 10**6]
odd = Odd()
odd
bad
"""
        frames = self.session.run(source)
        self.assertEqual(status(frames), "ok")
        self.assertEqual(displays(frames)[-1].metadata, {"c": 1})
        matches = self.session.ask(CompleteFrame(1, "odd.", 4)).matches
        self.assertEqual([match["text"] for match in matches], ["fine"])
        hostile = r"""
E = type("N" * 1000 + "\ud800", (Exception,), {"__str__": lambda self: "\0\ud800" * 10**5})
code = compile("def f(): raise E", "f\udcff" * 5000, "exec")
exec(code); f = f.__code__.replace(co_name="n\udcff" * 1000)
error = E(); error.__notes__ = ["\ud800" * 10**5] * 1000
exec(f)
"""
        self.assertEqual(status(self.session.run(hostile)), "error")
        self.alive()

    def test_threads_print(self) -> None:
        """Prints of several threads arrive whole."""
        source = """
import threading
def work(n):
    for i in range(200): print(f"{n}:{i}\\n", end="")
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads];
"""
        lines = printed(self.session.run(source)).split()
        self.assertEqual(sorted(lines), sorted(f"{n}:{i}" for n in range(4) for i in range(200)))

    def test_a_print_from_a_destructor_does_not_lock_up(self) -> None:
        """The collector may run inside of a print."""
        source = """
import gc
class A:
    def __del__(self): print("gone")
gc.set_threshold(1)
for i in range(2000):
    a = A(); a.me = a; print(i)
gc.set_threshold(700)
"""
        self.assertEqual(status(self.session.run(source)), "ok")

    def test_standard_input_is_empty(self) -> None:
        """Who reads it finds its end: a cell asks by input() alone."""
        self.assertEqual(values(self.session.run("import sys; sys.stdin.read()")), ["''"])


class ForkTests(PythonCase):
    """Children of cells."""

    def test_a_forked_child_prints_through_the_pipes(self) -> None:
        """The protocol's socket is the parent's alone."""
        source = "import os\npid = os.fork()\nif pid == 0: print('child'); os._exit(0)\nos.waitpid(pid, 0)[1]"
        frames = self.session.run(source)
        self.assertEqual((printed(frames), values(frames)), ("child\n", ["0"]))

    def test_a_forked_child_that_forgets_to_exit_never_enters_the_loop(self) -> None:
        """It ends at the end of the cell, with its status."""
        source = "import os\npid = os.fork()\nif pid == 0: 1/0\nos.waitpid(pid, 0)[1] >> 8"
        self.assertEqual(values(self.session.run(source)), ["1"])
        self.alive()

    def test_multiprocessing(self) -> None:
        """A pool of forked workers computes and prints."""
        source = """
import multiprocessing
def f(x): print("in", x); return x * x
with multiprocessing.get_context("fork").Pool(2) as pool: print(sum(pool.map(f, range(5))))
"""
        lines = printed(self.session.run(source)).split("\n")
        self.assertIn("30", lines)
        self.assertIn("in 4", lines)

    def test_child_programs_do_not_inherit_the_socket(self) -> None:
        """Only 0, 1 and 2 are open in them, and standard input is empty."""
        source = "import subprocess\nsubprocess.run('ls /proc/self/fd; cat', shell=True, close_fds=False);"
        self.assertEqual(printed(self.session.run(source)).split(), ["0", "1", "2", "3"])

    def test_two_sessions_draw_different_numbers(self) -> None:
        """Python's and numpy's generators are seeded anew in each fork."""
        other = self.zygote.session()
        self.addCleanup(other.close)
        source = "import random, numpy; (random.random(), numpy.random.random(), numpy.random.default_rng().random())"
        drawn = [set(values(each.run(source))[0].strip("()").split(", ")) for each in (self.session, other)]
        self.assertEqual(len(drawn[0] | drawn[1]), 6)
