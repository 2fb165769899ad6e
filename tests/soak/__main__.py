"""Kill processes until the time is over: `make soak ARGUMENTS="--minutes 30"`, or each of them once.

Exit status 0 if nothing acknowledged was lost and everything came back in time, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater, react

from tests.soak.committed import Committed
from tests.soak.connection import Site
from tests.soak.installation import FLAVOUR, Installation
from tests.soak.writer import Writer

WRITERS = 4
# Before a kill everybody has to have run so often since the last, and after it again.
RUNS = 5
BACK_SECONDS = 90
LOOK_SECONDS = 0.05


class Soak:
    """The load and the kills.

    Args:
        reactor: the reactor.
        installation: started.
    """

    def __init__(self, reactor: Any, installation: Installation) -> None:
        self._reactor = reactor
        self._installation = installation
        self.problems: list[str] = []
        link = installation.server.first_link()
        origin, token = link.split("#first=")
        self._token = token
        self.site = Site(reactor, "/".join(origin.split("/")[:3]))
        self.writers = [Writer(self.site, self.problem) for _ in range(WRITERS)]

    def problem(self, what: str) -> None:
        """Note what should never be."""
        say(f"PROBLEM: {what}")
        self.problems.append(what)

    async def run(self, names: Sequence[str], seconds: float) -> None:
        """Kill each once, and then again in turn until the time is over."""
        await self.site.sign_in(self._token)
        for writer in self.writers:
            await writer.make()
        lives = gatherResults([Deferred.fromCoroutine(self._live(each)) for each in self.writers], consumeErrors=True)
        end, rounds = time.monotonic() + seconds, 0
        while rounds == 0 or (time.monotonic() < end and not self.problems):
            rounds += 1
            for name in names:
                # What is broken once would be reported again for each that follows.
                if not self.problems:
                    await self._kill(name)
        for writer in self.writers:
            writer.stopping = True
        await lives
        edits, runs = sum(w.saved for w in self.writers), sum(w.done for w in self.writers)
        say(f"{rounds} × {len(names)} kills, {edits} saved edits, {runs} runs: {len(self.problems)} problems")

    async def _live(self, writer: Writer) -> None:
        """Let a writer work; one that breaks is a fault of the load, and as bad as a loss."""
        try:
            await writer.live()
        except Exception as error:
            self.problem(f"a writer broke: {error!r}")

    async def _kill(self, name: str) -> None:
        """Kill one process under load and wait until everybody works again, with everything that was there."""
        if not await self._progress(f"before the {name} was killed"):
            return
        victim = self._installation.victims[name]()
        if victim is None:
            self.problem(f"there is no {name} to kill")
            return
        committed = Committed(self._installation.server.data, [writer.document for writer in self.writers])
        started = time.monotonic()
        victim.kill()
        psutil.wait_procs([victim], 1)
        if await self._progress(f"after the {name} was killed"):
            committed.check(self.problem)
            say(f"{name}: everybody works again after {time.monotonic() - started:.1f} s")

    async def _progress(self, when: str) -> bool:
        """Wait until every writer has had so many runs and saves more; daemons that have ended are started."""
        wanted = [(writer.done + RUNS, writer.saved + RUNS) for writer in self.writers]
        end = time.monotonic() + BACK_SECONDS
        while not all(
            w.done >= runs and w.saved >= saves for w, (runs, saves) in zip(self.writers, wanted, strict=True)
        ):
            if revived := self._installation.revive():
                say(f"  started {', '.join(revived)}")
            if time.monotonic() > end:
                losses = "; ".join({writer.last_loss for writer in self.writers})
                self.problem(f"{when}: not everybody works after {BACK_SECONDS} s: {losses}")
                return False
            await deferLater(self._reactor, LOOK_SECONDS)
        return True


def say(text: str) -> None:
    """Show progress at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def soak(reactor: Any, options: argparse.Namespace) -> None:
    """Run it all; ends the program with status 1 after a problem."""
    installation = Installation()
    # A signal stops the reactor and leaves coroutines where they are.
    reactor.addSystemEventTrigger("before", "shutdown", installation.stop)
    try:
        installation.start()
        names = options.only or list(installation.victims)
        work = Soak(reactor, installation)
        await work.run(names, 60 * options.minutes)
        if work.problems:
            for daemon in installation.daemons:
                say(f"--- {daemon.roles}\n{daemon.log.read_text(errors='replace')[-3000:]}")
            sys.exit(1)
    finally:
        installation.stop()


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="0 kills each process once")
    parser.add_argument("--only", action="append", help="a process to kill; may be given several times")
    options = parser.parse_args()
    # One flavour loads in a few seconds, and what is tested does not depend on which.
    built = json.loads(os.environ["SAGEWS_ENVIRONMENTS"])
    os.environ["SAGEWS_ENVIRONMENTS"] = json.dumps({FLAVOUR: built[FLAVOUR]})
    work: Callable[[Any], Any] = lambda reactor: Deferred.fromCoroutine(soak(reactor, options))  # noqa: E731
    react(work)


if __name__ == "__main__":
    main()
