"""Wires the service manager: it hears when everything serves, that the reactor turns, and when the daemon stops."""

from __future__ import annotations

import os
from typing import ClassVar

from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sagews.config.settings import ROLES
from sagews.ops.service_manager import take_notifier
from sagews.roles.component import Component, DaemonContext


class Manager(Component):
    """What systemd is told. The last component, so that a stop is told before anything ends."""

    name = "the service manager"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    _log = Logger()

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._notifier = take_notifier(os.environ, os.getpid())
        # From the reactor itself: one that hangs says nothing, and is restarted.
        self._beats = LoopingCall(self._notifier.say, WATCHDOG="1")
        self._beats.clock = daemon.reactor

    def ready(self) -> None:
        """Say that the daemon serves, and go on saying that it lives."""
        self._notifier.say(READY="1", STATUS=f"serving as {', '.join(self.daemon.roles)}")
        if self._notifier.watchdog_seconds:
            # Twice in the time that is allowed, as sd_watchdog_enabled(3) advises.
            beating = self._beats.start(self._notifier.watchdog_seconds / 2)
            beating.addErrback(lambda failure: self._log.failure("the service manager hears no more", failure))

    async def stop(self, seconds: float) -> None:
        """Say that the daemon ends, in so many seconds."""
        self._notifier.say(STOPPING="1", STATUS="saving and stopping")
        if self._beats.running:
            self._beats.stop()
        self._notifier.close()
