"""Modes at the top of cells, one below the other, and the shell that lasts; in real processes, flavour python."""

from __future__ import annotations

import time

import pytest

from sagews.session.magics import heads
from sagews.wire.session.frames import DisplayFrame, FromSession, ResultFrame

from .flavour_case import PythonCase
from .support import displays, error, gone, printed, status, values, wait_until

pytestmark = pytest.mark.slow


def shown(frames: list[FromSession]) -> list[str]:
    """Return all that was displayed or had a value, as text."""
    return [str(frame.data["text/plain"]) for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]


class HeadTests(PythonCase):
    """The first lines of cells."""

    def test_a_head_is_read_with_its_arguments(self) -> None:
        """Brackets belong to it up to the one that closes them; what is below keeps its line."""
        found = heads.read("# remark\n\n%capture(stdout=')', append=(1, 2)) x\nbelow")
        assert found is not None
        self.assertEqual((found.name, found.arguments, found.rest), ("capture", "(stdout=')', append=(1, 2))", "x"))
        self.assertEqual(found.without(""), "\n\n\nbelow")
        self.assertIsNone(heads.read("5 %time\n"))
        self.assertIsNone(heads.read("%5"))

    def test_modes_stack(self) -> None:
        """A context around a mode, a mode over another, a language that runs what a mode returns."""
        self.session.run("up = str.upper\ndef twice(text): return text + text")
        frames = self.session.run("%time\n%up\nabc")
        self.assertEqual((shown(frames), "wall time" in printed(frames)), (["ABC"], True))
        self.assertEqual(shown(self.session.run("%up\n%twice\nab")), ["ABAB"])
        self.assertEqual(displays(self.session.run("%md\n%up\n# a"))[0].data["text/markdown"], "# A")
        self.assertEqual(shown(self.session.run("%python\n%twice\n20 + 2")), ["242"])
        self.assertEqual(shown(self.session.run("%up\n%time\nx")), ["X"])

    def test_text_of_a_mode_may_look_like_a_mode(self) -> None:
        """Remarks of LaTeX, names of the session's own beginning, and files that are written."""
        self.assertEqual(shown(self.session.run("%latex\n%display\n$x$")), ["%display\n$x$"])
        self.session.run("%%writefile kept\n%time\nx")
        self.assertEqual((self.session.home / "kept").read_text(), "%time\nx\n")

    def test_objects_with_eval_and_expressions_are_modes(self) -> None:
        """What eval returns is printed; an expression with brackets or dots names a mode too."""
        source = "class Talker:\n    def __init__(self, mark='!'): self.mark = mark\n"
        self.session.run(f"{source}    def eval(self, text): return text + self.mark\ntalker = Talker()")
        self.assertEqual(printed(self.session.run("%talker\nhi")), "hi!\n")
        self.assertEqual(printed(self.session.run("%Talker('?')\nhi")), "hi?\n")
        self.assertEqual(shown(self.session.run("%talker.mark.join\nab")), ["a!b"])

    def test_an_unknown_mode_lists_those_that_there_are(self) -> None:
        """The nearest by name, and all."""
        told = error(self.session.run("%captur x\n5")).message
        self.assertIn("Did you mean %capture or", told)
        for name in ("%md", "%sh", "%default_mode", "%hide", "%gap"):
            self.assertIn(name, told)
        self.assertIn("%prun", printed(self.session.run("%modes")))

    def test_directives_leave_the_cell_as_it_is(self) -> None:
        """%hide, %hideall and %auto are for the page."""
        for name in ("hide", "hideall", "auto", "auto\n%hide"):
            self.assertEqual(shown(self.session.run(f"%{name}\n6 * 7")), ["42"])
        self.assertEqual(error(self.session.run("%hide\n\n1/0")).frames[0]["line"], 3)

    def test_a_default_mode_lasts(self) -> None:
        """Until another is chosen; a cell with a mode of its own has that, contexts and lines are still read."""
        self.session.run("up = str.upper")
        self.assertEqual(shown(self.session.run("%default_mode up\nabc")), ["ABC"])
        self.assertEqual(shown(self.session.run("x = 1")), ["X = 1"])
        self.assertEqual(shown(self.session.run("%time\nabc")), ["ABC"])
        self.assertEqual(shown(self.session.run("%python\n6 * 7")), ["42"])
        self.assertEqual(printed(self.session.run("%default_mode")), "%up\n")
        self.session.run("%default_mode python")
        self.assertEqual(shown(self.session.run("6 * 7")), ["42"])
        self.assertIn("neither a magic", error(self.session.run("%default_mode nothing_here")).message)

    def test_timeit_alone_is_about_the_cell(self) -> None:
        """With options or without; with code on its line it is about that."""
        for head in ("%timeit", "%timeit -n 5 -r 2", "%%timeit -n 5"):
            frames = self.session.run(f"{head}\na = 5\na + 1")
            self.assertEqual(("per loop" in printed(frames), values(frames)), (True, []), head)
        frames = self.session.run("%timeit -n 5 1 + 1\n6 * 7")
        self.assertEqual(("per loop" in printed(frames), values(frames)), (True, ["42"]))


class CaptureTests(PythonCase):
    """%%capture of Jupyter, %capture of CoCalc."""

    def test_jupyters_keeps_everything(self) -> None:
        """Prints of Python, programs and the lasting shell, in order; --no-stdout leaves one kind out."""
        self.session.run("%sh\nA=5")
        frames = self.session.run("%%capture kept\nprint('a')\n!echo b\nprint('c')\n5\n%sh echo $A")
        self.assertEqual((printed(frames), values(frames)), ("", []))
        self.assertEqual(values(self.session.run("kept.stdout, len(kept.outputs)")), ["('a\\nb\\nc\\n5\\n', 1)"])
        self.assertEqual(printed(self.session.run("%%capture kept --no-stdout\nprint('seen')\n5")), "seen\n")
        self.assertEqual(printed(self.session.run("print('after')")), "after\n")

    def test_cocalcs_gives_text_to_variables_and_files(self) -> None:
        """Named, appended, echoed, written; what is not named is dropped."""
        frames = self.session.run("%capture(stdout='out', stderr='err')\nimport sys\nprint(1)\nsys.stderr.write('no')")
        self.assertEqual((printed(frames), printed(frames, "stderr")), ("", ""))
        self.assertEqual(values(self.session.run("out, err")), ["('1\\n', 'no')"])
        echoed = self.session.run("%capture(stdout='out', append=True, echo=True)\nprint(2)")
        self.assertEqual((printed(echoed), values(self.session.run("out"))), ("2\n", ["'1\\n2\\n'"]))
        self.session.run("%capture(stdout=open('kept', 'w'))\nprint(3)")
        self.assertEqual((self.session.home / "kept").read_text(), "3\n")
        self.assertEqual(printed(self.session.run("%capture\nprint(4)")), "")

    def test_a_cell_that_fails_still_fails(self) -> None:
        """And what it printed is kept."""
        self.assertEqual(error(self.session.run("%%capture kept\nprint('a')\n1/0")).name, "ZeroDivisionError")
        self.assertEqual(values(self.session.run("kept.stdout")), ["'a\\n'"])


class ShellTests(PythonCase):
    """%sh: one shell for the session."""

    def test_folder_variables_and_functions_last(self) -> None:
        """Between cells, also on a line of code, and below %time."""
        self.session.run("%sh\nmkdir inner; cd inner; A=5\nf() { echo f $1; }\nalias q='echo quoted'")
        self.assertEqual(printed(self.session.run("%sh\nf $A; q; basename $PWD")), "f 5\nquoted\ninner\n")
        frames = self.session.run("x = 1\n%sh echo $A\nx")
        self.assertEqual((printed(frames), values(frames)), ("5\n", ["1"]))
        self.assertTrue(printed(self.session.run("%time\n%%bash\necho $A")).startswith("5\n"))

    def test_output_streams_and_input_is_empty(self) -> None:
        """A line is seen while the cell goes on; what reads gets nothing."""
        self.session.start("%sh\necho first; cat; while [ ! -e go ]; do sleep 0.05; done; echo last")
        self.assertEqual(printed([self.session.next()]), "first\n")
        (self.session.home / "go").touch()
        self.assertEqual(printed(self.session.rest()), "last\n")

    def test_a_failure_is_told_with_its_line(self) -> None:
        """The status of the last command, and the shell's own words for what it can't read."""
        self.assertEqual(printed(self.session.run("%sh\ntrue\nfalse"), "stderr"), "bash ended with status 1.\n")
        told = printed(self.session.run("%sh\necho a\nif"), "stderr")
        self.assertIn("line 3: syntax error", told)
        self.assertEqual(printed(self.session.run("%sh echo on")), "on\n")

    def test_a_shell_that_exits_begins_anew(self) -> None:
        """And says so."""
        self.session.run("%sh\nA=5; cd /")
        told = printed(self.session.run("%sh\nexit 3"), "stderr")
        self.assertIn("The shell has ended, with status 3.", told)
        self.assertEqual(printed(self.session.run("%sh echo [$A]")), "[]\n")

    def test_stop_ends_what_runs_and_not_the_shell(self) -> None:
        """A program, a loop, a loop inside of functions: nothing of the rest is run."""
        self.session.run("%sh\nA=5; f() { while true; do sleep 0.1; done; }")
        for text in ("sleep 1000", "while true; do sleep 0.1; done", "for i in 1 2 3; do f; done"):
            self.session.start(f"%sh\necho begun\n{text}\necho NEXT")
            self.session.next()
            # As a person would, not in the very moment in which the shell begins a program.
            time.sleep(0.3)
            self.session.interrupt()
            frames = self.session.rest()
            self.assertEqual((status(frames), printed(frames)), ("interrupted", ""), text)
            self.assertEqual(printed(self.session.run("%sh echo $A")), "5\n")

    def test_what_does_not_listen_is_ended_with_the_shell(self) -> None:
        """The next cell has a new one."""
        self.session.start("%sh\ntrap '' INT; echo begun; sh -c 'sleep 1000; true'")
        self.session.next()
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual(status(frames), "interrupted")
        self.assertIn("ended with its shell", printed(frames, "stderr"))
        self.assertEqual(printed(self.session.run("%sh echo on")), "on\n")

    def test_the_shell_ends_with_the_session(self) -> None:
        """Its input is gone then."""
        pid = int(printed(self.session.run("%sh echo $$")))
        self.session.close()
        self.assertTrue(gone(pid))

    def test_a_forked_process_has_a_shell_of_its_own(self) -> None:
        """Its commands are not mixed with its parent's."""
        self.session.run("%sh A=5")
        fork = "import os\nif not os.fork():\n    "
        command = "get_ipython().run_line_magic('sh', 'echo [$A] > forked')\n    os._exit(0)\nos.wait();"
        self.session.run(fork + command)
        wait_until((self.session.home / "forked").exists)
        self.assertEqual((self.session.home / "forked").read_text(), "[]\n")
        self.assertEqual(printed(self.session.run("%sh echo $A")), "5\n")
