"""What goes wrong, what is stopped, and how a session ends, in real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
import uuid

import pytest

from sagews.wire.session.frames import DoneFrame, RunFrame
from sagews.wire.session.grammar import encode

from .flavour_case import PythonCase
from .support import ROOT, error, gone, interpreter, printed, status, values

pytestmark = pytest.mark.slow


class FailureTests(PythonCase):
    """What goes wrong in a cell."""

    def test_a_traceback_names_the_line(self) -> None:
        """The cell's frames are the user's, the library's are not; own frames of the loop are left out."""
        source = "import json\ndef f(x):\n    return json.loads(x)\nf('{')"
        found = error(self.session.run(source))
        self.assertEqual(found.name, "JSONDecodeError")
        self.assertEqual([(frame["line"], frame["user"]) for frame in found.frames[:2]], [(4, True), (3, True)])
        self.assertEqual(found.frames[0]["file"], "<cell cell1>")
        self.assertIn([3, "    return json.loads(x)"], found.frames[1]["source"])
        self.assertFalse(found.frames[-1]["user"])
        self.assertNotIn("evaluator.py", found.plain)

    def test_a_function_of_an_older_cell_shows_its_own_lines(self) -> None:
        """Also when its cell has changed since."""
        self.session.run("def f():\n    1/0")
        self.assertEqual(error(self.session.run("f()")).frames[1]["source"][-1], [2, "    1/0"])

    def test_a_syntax_error_points_at_its_place(self) -> None:
        """The line once, with a caret below the letters that are meant, in the frame and in the plain text."""
        for source, line, marked in (
            ("x = 1\ny = (2 +", 2, "("),
            ("if True:\n\tx = = 1", 2, "="),
            ("é = '€'; x = = 1", 1, "="),
            ("'é'; return 5", 1, "return 5"),
            (">>> x = 1\n>>> y = = 2", 2, "="),
            ("x = f(a b)", 1, "a b"),
            ("x = 08", 1, "0"),
            ("!echo a\nx = 'open", 2, "'"),
        ):
            found = error(self.session.run(source))
            (frame,) = found.frames
            typed = source.split("\n")[line - 1]
            start, end = frame["marked"]
            self.assertEqual((found.name, frame["line"], typed[start:end]), ("SyntaxError", line, marked), source)
            self.assertNotIn("\n", found.message)
            shown = found.plain.split("\n")
            self.assertEqual([row.strip() for row in shown].count(typed.strip()), 1)
            self.assertEqual(set(shown[-2].strip()), {"^"})

    def test_a_syntax_error_elsewhere_is_shown_with_its_line(self) -> None:
        """In a module, a text that is evaluated, a file that is run: no cell shows that line."""
        with open(self.session.home / "broken.py", "w", encoding="utf-8") as file:
            file.write("x = 1\ny = = 2\n")
        tried = (("import broken", 2), ("eval('2 +* 3')", 1), ("%run broken.py", 2), ("exec('y = = 2')", 1))
        for source, line in tried:
            told = error(self.session.run(source)).message
            self.assertRegex(told, rf"line {line}\)\n    \S.*\n    +\^", source)

    def test_chained_exceptions_are_told(self) -> None:
        """The cause stands in the plain text, before what it caused."""
        plain = error(self.session.run("try:\n    1/0\nexcept Exception as e:\n    raise KeyError('k') from e")).plain
        self.assertLess(plain.index("ZeroDivisionError"), plain.index("KeyError"))

    def test_deep_recursion_is_bounded(self) -> None:
        """A thousand frames become a few."""
        found = error(self.session.run("def f(): f()\nf()"))
        self.assertEqual(found.name, "RecursionError")
        self.assertLess(len(found.frames), 40)
        self.alive()

    def test_exceptions_whose_text_fails(self) -> None:
        """In __str__, in __repr__ of a value, for ever in __str__ until stopped."""
        source = "class E(Exception):\n    def __str__(self): raise ValueError\nraise E"
        self.assertEqual(error(self.session.run(source)).name, "E")
        frames = self.session.run("class R:\n    def __repr__(self): raise ValueError('no')\nR()")
        self.assertIn("ValueError: no", printed(frames, "stderr"))
        self.assertEqual(len(values(frames)), 1)
        self.session.start(
            "class L(Exception):\n    def __str__(self):\n        print(1)\n        while True: pass\nraise L"
        )
        self.session.next()
        self.session.interrupt()
        self.assertEqual(error(self.session.rest()).name, "L")
        self.alive()

    def test_huge_texts_are_bounded(self) -> None:
        """Of exceptions and of values."""
        self.assertLess(len(error(self.session.run("raise ValueError('x' * 10**7)")).message), 9000)
        self.assertLess(len(values(self.session.run("'x' * 10**7"))[0]), 70_000)
        self.assertIn("digits", values(self.session.run("10 ** 10000"))[0])
        self.assertLess(len(values(self.session.run("list(range(10**6))"))[0]), 70_000)

    def test_exit_ends_nothing(self) -> None:
        """exit(), SystemExit and other BaseExceptions are errors of the cell."""
        self.assertIn("does not end the session", error(self.session.run("exit()")).message)
        self.assertEqual(error(self.session.run("class B(BaseException): pass\nraise B('b')")).name, "B")
        self.assertEqual(error(self.session.run("raise GeneratorExit")).name, "GeneratorExit")
        self.alive()

    def test_memory_that_is_not_there(self) -> None:
        """A limit on memory is an error, and the session goes on with its variables."""
        self.session.run("import resource; kept = 5; resource.setrlimit(resource.RLIMIT_DATA, (2 * 10**9, 2 * 10**9))")
        found = error(self.session.run("b = bytearray(10**10)"))
        self.assertEqual(found.name, "MemoryError")
        self.assertIn("goes on", found.message)
        self.assertEqual(values(self.session.run("kept")), ["5"])

    def test_a_file_that_is_too_large(self) -> None:
        """The kernel's error comes with how large a file may be."""
        self.session.run("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 2**20, 4 * 2**20))")
        found = error(self.session.run("open('large', 'wb').truncate(5 * 2**20)"))
        self.assertEqual(found.name, "OSError")
        self.assertIn("too large", found.message)
        self.assertIn("One file may have at most 4 MB in a session.", found.message)

    def test_a_broken_display_does_not_stop_the_cell(self) -> None:
        """A representation that fails is told, and the next line runs."""
        source = "class H:\n    def _repr_html_(self): 1/0\ndisplay(H())\nprint('after')"
        frames = self.session.run(source)
        self.assertIn("after", printed(frames))
        self.assertIn("ZeroDivisionError", printed(frames, "stderr"))


class InterruptTests(PythonCase):
    """SIGINT."""

    def test_loops_sleeps_and_awaits_stop(self) -> None:
        """Each ends as interrupted, with the place where it happened; benchmarks say how soon."""
        for source in (
            "while True: pass",
            "import time; time.sleep(60)",
            "import asyncio; await asyncio.sleep(60)",
            "import subprocess; subprocess.run(['/bin/sleep', '60'])",
            "%sh echo begun; sleep 60",
            "import threading; threading.Event().wait()",
        ):
            if source.startswith("%"):
                self.session.start(source)
                self.session.next()
            else:
                self.session.begin(source)
            self.session.interrupt()
            frames = self.session.rest()
            self.assertEqual((status(frames), error(frames).name), ("interrupted", "KeyboardInterrupt"))
        self.alive()

    def test_an_interrupt_that_the_cell_catches_is_its_own(self) -> None:
        """And the next one is not lost."""
        source = (
            "import time\ntry:\n    print('trying')\n    time.sleep(60)\n"
            "except KeyboardInterrupt: print('caught')\ntime.sleep(60)"
        )
        self.session.start(source)
        self.session.next()
        self.session.interrupt()
        self.assertEqual(getattr(self.session.next(), "text", ""), "caught\n")
        self.session.interrupt()
        self.assertEqual(status(self.session.rest()), "interrupted")

    def test_the_worker_is_told_once_that_a_run_was_interrupted(self) -> None:
        """When it strikes, so that nobody sends another into what tidies up; not by a cell that nobody stopped."""
        source = "try:\n    print('begun')\n    while True: pass\nexcept KeyboardInterrupt: print('caught')\n"
        source += "while True: pass"
        run = self.session.start(source)
        self.session.next()
        self.session.interrupt()
        self.assertEqual(getattr(self.session.next(), "text", ""), "caught\n")
        self.assertEqual(self.session.told, [run])
        self.session.interrupt()
        self.session.rest()
        self.session.run("1/0")
        self.assertEqual(self.session.told, [run])

    def test_an_interrupt_in_a_destructor_is_not_lost(self) -> None:
        """Nothing can be raised from there; what comes behind it is interrupted, and nobody reads of an ignored one."""
        lines = ("class Slow:", "    def __del__(self):", "        print('begun')", "        while True: pass")
        self.session.start("\n".join((*lines, "slow = Slow()", "del slow", "while True: pass")))
        self.session.next()
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual((status(frames), error(frames).name), ("interrupted", "KeyboardInterrupt"))
        self.assertEqual(printed(frames, "stderr"), "")

    def test_an_interrupt_around_a_fork_is_not_lost(self) -> None:
        """Where Python itself calls back, as it does for the programs that Sage starts."""
        source = "import os\ndef wait():\n    print('begun')\n    while True: pass\n"
        source += "os.register_at_fork(before=wait)\nif not os.fork(): os._exit(0)\nwhile True: pass"
        self.session.start(source)
        self.session.next()
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual((status(frames), error(frames).name), ("interrupted", "KeyboardInterrupt"))

    def test_interrupts_between_cells_are_dropped(self) -> None:
        """A late Stop neither kills the loop nor the next cell."""
        for number in range(20):
            self.session.interrupt()
            self.assertEqual(values(self.session.run(str(number))), [str(number)])

    def test_a_storm_of_interrupts_never_tears_a_frame(self) -> None:
        """Whatever the moment, each run ends with one done and the frames parse."""
        for number in range(60):
            self.session.start("for i in range(3000): print(i)\n1\n2")
            for _ in range(5):
                time.sleep(0.0007 * (number % 7))
                self.session.interrupt()
            self.assertIn(status(self.session.rest()), ("ok", "interrupted"))
        self.alive()

    def test_a_handler_that_a_cell_set_lasts_for_that_cell(self) -> None:
        """The next cell can be stopped again."""
        self.session.run("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);")
        self.session.run("signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]);")
        self.session.begin("while True: pass")
        self.session.interrupt()
        self.assertEqual(status(self.session.rest()), "interrupted")


class EndTests(PythonCase):
    """The worker goes away, or talks nonsense."""

    def test_the_session_ends_when_the_worker_hangs_up(self) -> None:
        """Idle, and in the middle of a cell."""
        self.session.connection.close()
        self.assertTrue(gone(self.session.pid))
        other = self.zygote.session()
        other.begin("import time; time.sleep(60)")
        other.close()
        self.assertTrue(gone(other.pid))

    def test_a_bad_frame_from_the_worker_ends_the_session_with_a_message(self) -> None:
        """Too long, not JSON, of another form."""
        for bad in (
            struct.pack(">I", 2**31),
            struct.pack(">I", 3) + b"{{{",
            encode(DoneFrame(str(uuid.uuid4()), "ok", 0, 0)),
        ):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                code = "import sys; from sagews.session.evaluation import loop"
                code += "; from sagews.session.preload import flavours"
                code += "; flavours._loaded['python'] = flavours.Loaded({}, None)"
                process = subprocess.Popen(
                    [interpreter("python"), "-c", f"{code}; sys.exit(loop.serve({theirs.fileno()}, 'python'))"],
                    pass_fds=[theirs.fileno()],
                    env={"PYTHONPATH": str(ROOT), "HOME": "/nonexistent"},
                )
                with contextlib.suppress(BrokenPipeError):
                    ours.sendall(bad)
                self.assertEqual(process.wait(30), 1)

    def test_cells_sent_ahead_wait_in_order(self) -> None:
        """Also when half of one arrives late."""
        data = b"".join(
            encode(RunFrame(str(uuid.uuid4()), "a", number, f"print({number})", "python", "all")) for number in range(5)
        )
        self.session.connection.sendall(data[:-10])
        shown = [printed(self.session.rest()) for _ in range(4)]
        self.session.connection.sendall(data[-10:])
        self.assertEqual([*shown, printed(self.session.rest())], [f"{number}\n" for number in range(5)])

    def test_child_processes_can_be_waited_for(self) -> None:
        """SIGCHLD is not ignored any more, though the zygote ignored it."""
        source = (
            "import signal, subprocess\nsignal.getsignal(signal.SIGCHLD) == signal.SIG_DFL\nsubprocess.call('false')"
        )
        self.assertEqual(values(self.session.run(source)), ["True", "1"])
        self.assertNotEqual(os.getpid(), self.session.pid)
        os.kill(self.session.pid, signal.SIGKILL)
