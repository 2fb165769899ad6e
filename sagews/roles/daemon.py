"""The composition root: builds every object of the chosen roles and runs one awaited start sequence and its reverse.

Twisted's MultiService starts and stops its children in no stated order and waits for none of them, while here each
step needs the one before: a document can't be saved when PostgreSQL has gone first.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import resource
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.logger import Logger

from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.net.background import run_in_background
from sagews.ops import folders
from sagews.ops.folders import Layout
from sagews.roles.composition import Composition
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal

# Of the whole stop: service managers kill after ten or more.
STOP_SECONDS = 9.0
# Kept of those for each step that is still to come: one that hangs must not cost those behind it their turn, of which
# the last but a few ends PostgreSQL.
LEAST_SECONDS = 0.3
MOST_DESCRIPTORS = 65_536
# So many more were made than went, until the collector looks: an evaluation makes some hundred that live on a while.
YOUNG_OBJECTS = 10_000
# What it finds alive it looks at once more, together, when it has done so more often than this. That is one piece of
# work, half a microsecond for each object: by Python's default, 10, it would be 50 ms.
TIMES_YOUNG = 2
# And then at all that was made since the start, as often as by the default with twice as many young objects.
TIMES_MIDDLE = 80

Undo = Callable[[float], Awaitable[None]]


def settle_garbage() -> None:
    """Let the collector of cycles look at what is made from now on, and less often.

    What was built by now stays: some hundred thousand objects that each full collection would go through, for tens of
    milliseconds in which nobody is served. Cycles are rare here: most objects go when the last one lets go of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, TIMES_YOUNG, TIMES_MIDDLE)


class Daemon(Service):
    """Sage Workspaces in some roles.

    Args:
        settings: as read.
        roles: a part of config.settings.ROLES.
        sockets: listening already.
        account: uid and gid that the process becomes after `privilegedStartService`.
        reactor: the reactor that runs everything.
        foreground: whether somebody watches its terminal.
        config: path of the settings file, which SIGHUP has read again.
    """

    log = Logger()
    name = "sagews"

    def __init__(
        self,
        settings: Settings,
        roles: tuple[str, ...],
        sockets: Sockets,
        account: tuple[int, int],
        reactor: Any,
        *,
        foreground: bool,
        config: str | None = None,
    ) -> None:
        self._account = account
        self._reactor = reactor
        self._terminal = Terminal(Layout(settings.folder), foreground=foreground)
        self._composition = Composition(reactor, settings, roles, sockets, self._terminal, self.fail, config=config)
        self._foreground = foreground
        self._undo: list[tuple[str, Undo]] = []
        self._starting: Deferred[None] | None = None
        self._failed = False
        self._serving = False
        self._stopping = False

    def privilegedStartService(self) -> None:
        """Do what needs the rights that the daemon was started with: folders, keys, the launcher."""
        super().privilegedStartService()
        # With root's rights, for sockets of thousands of pages; the hard limit is inherited and can't be raised later.
        _raise_descriptors()
        layout = self._composition.layout
        folders.prepare(layout, self._account)
        folders.lock_down(layout, self._account)
        self._composition.prepare_privileged(self._account)

    def startService(self) -> None:
        """Begin the start sequence; the reactor runs when the first step waits."""
        super().startService()
        self._watch_for_hangup()
        self._composition.prepare()
        self._starting = Deferred.fromCoroutine(self._start())
        self._starting.addErrback(lambda failure: self.log.failure("the start sequence broke", failure))

    async def _start(self) -> None:
        for name, begin, end in self._composition.steps():
            # Before it begins: one that is refused half-way may have started a server that must not outlive us.
            self._undo.append((name, end))
            try:
                await begin()
            except CancelledError:
                # Somebody stopped the daemon while it was starting; that is no failure.
                return
            except SagewsError as error:
                self.fail(f"{name}: {error}")
                return
            except Exception:
                self.log.failure("{step} did not start", step=name)
                self.fail(f"{name} did not start; the log says why")
                return
        self._serving = True
        settle_garbage()
        self._composition.ready()

    def _watch_for_hangup(self) -> None:
        """Have SIGHUP, which would end the process at once and leave its servers behind, do what is meant by it.

        From a terminal that was closed it is the end, in order; without a terminal it is the usual wish to have the
        settings read again.
        """
        # Never in the handler itself, which may come between any two steps of the interpreter.
        hangup = lambda number, frame: self._reactor.callFromThread(self._hung_up)  # noqa: E731
        signal.signal(signal.SIGHUP, hangup)

    def _hung_up(self) -> None:
        if self._foreground and os.isatty(0):
            self.log.info("the terminal is gone: stopping")
            self._reactor.stop()
        else:
            run_in_background(self._reload(), self.log, "reading the settings again", "")

    async def _reload(self) -> None:
        if not self._serving:
            self.log.warn("settings are not read again while the daemon starts or stops")
            return
        # It logs what came of it; nobody else waits for that.
        with contextlib.suppress(SagewsError):
            await self._composition.reloading.reload()

    def fail(self, reason: str) -> None:
        """End the daemon with a reason and status 1; one that is stopping is only logged, because it ends anyway."""
        if self._stopping:
            self.log.error("while stopping: {reason}", reason=reason)
            return
        if self._failed:
            return
        self._failed = True
        self.log.critical("stopping: {reason}", reason=reason)
        self._terminal.say(f"twistd sagews: {reason}")
        # twistd has no way to return a status of ours; this runs after it has removed its pid file.
        atexit.register(os._exit, 1)
        if self._reactor.running:
            # A signal may have stopped it just before, and our own stop comes a turn later.
            with contextlib.suppress(ReactorNotRunning):
                self._reactor.stop()
        else:
            self._reactor.callWhenRunning(self._reactor.stop)

    def stopService(self) -> Deferred[None]:
        """Undo every step that was done, the last first, each awaited.

        All have nine seconds together; a step that hangs leaves a turn to each of those behind it.
        """
        super().stopService()
        self._serving = False
        self._stopping = True
        stopping = Deferred.fromCoroutine(self._stop())
        return stopping.addErrback(lambda failure: self.log.failure("the stop sequence broke", failure))

    async def _stop(self) -> None:
        deadline = self._reactor.seconds() + STOP_SECONDS
        if self._starting is not None and not self._starting.called:
            # The step that was under way cleans up after itself, and what it needs for that is still there.
            self._starting.cancel()
            await self._starting.addTimeout(STOP_SECONDS, self._reactor, onTimeoutCancel=lambda _result, _seconds: None)
        while self._undo:
            name, end = self._undo.pop()
            behind = LEAST_SECONDS * len(self._undo)
            seconds = max(LEAST_SECONDS, deadline - behind - self._reactor.seconds())
            step = Deferred.fromCoroutine(_awaited(end, seconds))
            step.addTimeout(seconds, self._reactor)
            try:
                await step
            except Exception:
                self.log.failure("{step} did not stop in order", step=name)


async def _awaited(end: Undo, seconds: float) -> None:
    await end(seconds)


def _raise_descriptors() -> None:
    """Lift the soft limit of open files: the default of 1,024 is below two thousand websockets."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST_DESCRIPTORS), hard))
