"""What a command of `sagews` is, and what it is given.

A command is one file in commands/ and one line in main.COMMANDS. What talks to the running daemon does so inside
`Invocation.ask_daemon`, which runs a reactor for as long as that takes.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from sagews.cli.daemon_client import RunningDaemon
from sagews.config.settings import Settings
from sagews.ops.folders import Layout

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the program.

    Attributes:
        options: as the command's own parser read them.
        settings: of the daemon, for its data folder.
        config: path of the settings file, or None for the defaults.
        reactor: runs what asks the daemon.
        out: standard output.
        err: standard error.
        interrupts: what Ctrl-C does, the last first; a command may put the end of its own work there.
    """

    options: argparse.Namespace
    settings: Settings
    config: str | None
    reactor: Any
    out: TextIO
    err: TextIO
    interrupts: list[Callable[[], None]] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        """The data folder."""
        return Layout(self.settings.folder)

    def ask_daemon(self, work: Callable[[RunningDaemon], Coroutine[Any, Any, int]]) -> int:
        """Run a coroutine that talks to the running daemon, and return its exit status.

        Raises:
            SagewsError: `configuration` when there is none, and what the coroutine raises.
        """
        daemon = RunningDaemon(self.reactor, self.layout)
        return self.run_reactor(lambda: work(daemon))

    def run_reactor(self, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
        """Run a coroutine for as long as it takes, and return its exit status.

        Raises:
            Exception: what the coroutine raises.
        """
        reactor = self.reactor
        results: list[int | Failure] = []
        self.interrupts.append(reactor.stop)

        def finished(result: int | Failure) -> None:
            results.append(result)
            if reactor.running:
                reactor.stop()

        def start() -> None:
            # Signals are taken here, when the reactor has set its own handlers.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: reactor.callFromThread(self.interrupts[-1]))
            Deferred.fromCoroutine(work()).addBoth(finished)

        reactor.callWhenRunning(start)
        reactor.run()
        if not results:
            return INTERRUPTED
        if isinstance(results[0], Failure):
            results[0].raiseException()
        return int(results[0])


class Command(Protocol):
    """A command: a module-level value of its file."""

    @property
    def name(self) -> str:
        """The word after `sagews`."""

    @property
    def help(self) -> str:
        """One line for `sagews --help`."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add its options to its own parser."""

    def run(self, invocation: Invocation) -> int:
        """Do it and return the exit status; raises SagewsError, which becomes one line on standard error."""
