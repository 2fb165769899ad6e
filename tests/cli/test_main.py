"""The command line as a whole: a new command needs nothing but its own value."""

from __future__ import annotations

import argparse
import contextlib
import io

from twisted.trial.unittest import SynchronousTestCase

from sagews.cli.command import Invocation
from sagews.cli.main import COMMANDS, main, make_parser
from sagews.errors import SagewsError


class Count:
    """A command of the test: it counts, but not to thirteen."""

    name = "count"
    help = "count to a number"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """How far."""
        parser.add_argument("number", type=int)

    def run(self, invocation: Invocation) -> int:
        """Count."""
        if invocation.options.number == 13:
            raise SagewsError("bad-value", field="number", reason="bad luck\x1b[31m")
        invocation.out.write(" ".join(map(str, range(1, invocation.options.number + 1))) + "\n")
        return 0


class MainTests(SynchronousTestCase):
    """What `main` does around a command."""

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command line and return status, output and errors."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments, (*COMMANDS, Count()))
        return status, out.getvalue(), err.getvalue()

    def test_a_new_command(self) -> None:
        """A command that is only named in the list is parsed, run and shown in the help."""
        self.assertEqual(self.call("count", "3"), (0, "1 2 3\n", ""))
        self.assertIn("count to a number", make_parser((*COMMANDS, Count())).format_help())

    def test_its_error(self) -> None:
        """An error is one line without control characters, with status 1."""
        status, out, err = self.call("count", "13")
        self.assertEqual((status, out, err.count("\n")), (1, "", 1))
        self.assertNotIn("\x1b", err)

    def test_names(self) -> None:
        """No two commands have one name, and each says in a line what it does."""
        self.assertEqual(len({command.name for command in COMMANDS}), len(COMMANDS))
        for command in COMMANDS:
            self.assertTrue(command.help and command.help[0].islower(), command.name)
