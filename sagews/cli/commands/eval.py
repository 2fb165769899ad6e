"""`sagews eval`: code in a fresh session, and what it shows on the terminal."""

from __future__ import annotations

import argparse
import sys

from sagews.cli.command import Invocation
from sagews.cli.daemon_client import RunningDaemon
from sagews.cli.evaluation import EvaluationConversation, check_source, evaluate


class EvalCommand:
    """Evaluates code."""

    name = "eval"
    help = "evaluate code in a fresh session and print what it shows"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The code, and by whom."""
        parser.add_argument("--flavour", metavar="NAME", help="interpreter: sage (default where it is) or python")
        parser.add_argument("code", metavar="CODE", help="the code, or - for standard input")

    def run(self, invocation: Invocation) -> int:
        """Read the code and evaluate it."""
        options = invocation.options
        source = check_source(sys.stdin.read() if options.code == "-" else options.code)

        def evaluation(ticket: str) -> EvaluationConversation:
            return EvaluationConversation(source, options.flavour, ticket, invocation.out, invocation.err)

        async def work(daemon: RunningDaemon) -> int:
            return await evaluate(invocation.reactor, daemon, evaluation, invocation.interrupts)

        return invocation.ask_daemon(work)
