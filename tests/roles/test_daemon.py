"""The start sequence and its exact reverse, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.roles import daemon as module
from sagews.roles.daemon import Daemon
from sagews.roles.sockets import Sockets


class Reactor(Clock):
    """Time, and whether somebody asked for the end."""

    running = True
    stopped = False

    def stop(self) -> None:
        if self.stopped:
            raise ReactorNotRunning
        self.stopped = True


class Steps:
    """Three steps that note what happens to them; the second waits until it is told to go on."""

    def __init__(self, said: list[str], refusal: SagewsError | None = None) -> None:
        self.said = said
        self.refusal = refusal
        self.gate: Deferred[None] = Deferred()
        self.hanging: tuple[str, ...] = ()
        self.given: list[float] = []

    def prepare(self) -> None:
        self.said.append("prepare")

    def ready(self) -> None:
        self.said.append("ready")

    def steps(self) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
        for name in ("one", "two", "three"):
            yield name, lambda name=name: self.begin(name), lambda seconds, name=name: self.end(name, seconds)

    async def begin(self, name: str) -> None:
        if name == "two":
            if self.refusal is not None:
                raise self.refusal
            try:
                await self.gate
            except BaseException:
                self.said.append("two cleans up")
                raise
        self.said.append(f"{name} begins")

    async def end(self, name: str, seconds: float) -> None:
        self.given.append(seconds)
        if name in self.hanging:
            await Deferred()
        self.said.append(f"{name} ends")


class DaemonTests(SynchronousTestCase):
    """A daemon with steps of ours."""

    def daemon(self, refusal: SagewsError | None = None, *, failing: bool = False) -> Daemon:
        """Return a daemon that has begun to start; unless it is about that, its failures are only noted."""
        self.said: list[str] = []
        self.reactor = Reactor()
        self.steps = Steps(self.said, refusal)
        self.exits: list[Any] = []
        if not failing:
            self.patch(Daemon, "fail", lambda daemon, reason: self.exits.append(reason))
        daemon = Daemon(Settings(data="/nowhere"), ("log",), Sockets(), (0, 0), self.reactor, foreground=False)
        daemon._composition = self.steps  # type: ignore[assignment]
        daemon.startService()
        return daemon

    def test_order_and_reverse(self) -> None:
        """Each step waits for the one before, and they end in the reverse order."""
        daemon = self.daemon()
        self.assertEqual(self.said, ["prepare", "one begins"])
        self.steps.gate.callback(None)
        self.assertEqual(self.said[2:], ["two begins", "three begins", "ready"])
        del self.said[:]
        self.successResultOf(daemon.stopService())
        self.assertEqual(self.said, ["three ends", "two ends", "one ends"])

    def test_one_deadline(self) -> None:
        """The steps of a stop end within nine seconds whatever hangs: each leaves a turn to those behind it."""
        daemon = self.daemon()
        self.steps.gate.callback(None)
        self.steps.hanging = ("three", "two", "one")
        stopping = daemon.stopService()
        self.reactor.pump([8.5, 0.3])
        self.assertNoResult(stopping)
        self.reactor.pump([0.1, 0.1])
        self.assertNoResult(stopping)
        self.reactor.advance(0.2)
        self.successResultOf(stopping)
        self.assertEqual([round(each, 2) for each in self.steps.given], [8.4, 0.3, 0.3])
        self.assertEqual(len(self.flushLoggedErrors()), 3)

    def test_stopped_while_starting(self) -> None:
        """A stop in the middle of a step waits until that step has cleaned up, and is not called a failure."""
        daemon = self.daemon()
        self.successResultOf(daemon.stopService())
        self.assertEqual(self.said, ["prepare", "one begins", "two cleans up", "two ends", "one ends"])
        self.assertEqual(self.exits, [])

    def test_refused_step(self) -> None:
        """A step that is refused ends the start with its sentence; it is undone too, and nothing behind it begins."""
        daemon = self.daemon(SagewsError("configuration", reason="no room"))
        self.assertEqual(self.exits, ["two: no room"])
        self.successResultOf(daemon.stopService())
        self.assertEqual(self.said, ["prepare", "one begins", "two ends", "one ends"])

    def test_failures_while_stopping(self) -> None:
        """A launcher that dies while the daemon stops changes nothing about the stop; one that fails first stops it."""
        registered: list[Any] = []
        self.patch(module.atexit, "register", lambda *what: registered.append(what))
        daemon = self.daemon(failing=True)
        self.reactor.stop()
        daemon.fail("in the turn in which a signal came")
        self.assertEqual(len(registered), 1)
        daemon = self.daemon(failing=True)
        self.reactor.stop()
        self.successResultOf(daemon.stopService())
        daemon.fail("the launcher ended")
        self.assertEqual(len(registered), 1)
        daemon = self.daemon(failing=True)
        daemon.fail("the launcher ended")
        self.assertEqual((self.reactor.stopped, len(registered)), (True, 2))
