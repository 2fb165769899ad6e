"""Keeps the zygote of one flavour alive: starts it, listens to it, starts another one after a growing pause."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sagews.errors import SagewsError
from sagews.kernel.packets import PacketError, close_all
from sagews.launcher.loop import EventLoop, Timer
from sagews.launcher.zygotes.processes import SpawnedZygote
from sagews.net.backoff import Backoff
from sagews.wire.launcher import MAX_REASON

# Sage takes 5 to 10 s from a warm disk; from a cold one on a busy machine minutes. Beyond that it hangs.
LOADING_SECONDS = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
# Its end says what was wrong; libraries print warnings by the page before that.
MAX_COMPLAINT = 4000


class ZygoteListener(Protocol):
    """What is told about a zygote."""

    def zygote_loading(self) -> None:
        """It is being started."""

    def zygote_ready(self) -> None:
        """It takes orders."""

    def zygote_said(self, message: dict[str, Any], descriptors: list[int]) -> None:
        """It reports on a child."""

    def zygote_gone(self, reason: str, *, served: bool) -> None:
        """It has ended, with all that came from it, or could not be started (not `served`); another one follows."""


class Supervisor:
    """The life of a zygote.

    Args:
        spawn: starts one.
        loop: the event loop.
        listener: is told.
    """

    def __init__(self, spawn: Callable[[], SpawnedZygote], loop: EventLoop, listener: ZygoteListener) -> None:
        self._spawn = spawn
        self._loop = loop
        self._listener = listener
        self._zygote: SpawnedZygote | None = None
        self._loading: Timer | None = None
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        self._complaint = b""
        self.is_ready = False

    @property
    def complaint(self) -> str:
        """The end of what the zygote and its children wrote to their standard error."""
        return self._complaint.decode(errors="replace")[-MAX_REASON:]

    def start(self) -> None:
        """Start the zygote."""
        self._complaint = b""
        self._listener.zygote_loading()
        try:
            zygote = self._spawn()
        except OSError as error:
            # An OSError only: whatever else goes wrong here is our own fault, and ends the launcher rather than being
            # tried again.
            self._fail(str(error))
            return
        self._zygote = zygote
        self._loop.watch(zygote.channel, self._heard)
        self._loop.watch(zygote.complaints, self._complained)
        self._loop.watch(zygote.process, self._gone)
        # Ended and started again: a zygote that has loaded half cannot be told apart from one that is slow.
        self._loading = self._loop.later(LOADING_SECONDS, self._kill)

    def order(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        """Tell the zygote something; it is gone and that will be reported if it can't hear."""
        if self._zygote is not None:
            with contextlib.suppress(OSError):
                self._zygote.channel.say(message, descriptors)

    def _kill(self) -> None:
        if self._zygote is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._zygote.process, signal.SIGKILL)

    def _heard(self) -> None:
        try:
            while self._zygote is not None:
                received = self._zygote.channel.hear()
                if received is None:
                    return
                self._take(*received)
        except (EOFError, PacketError, OSError, SagewsError) as error:
            self._complaint += str(error).encode()
            self._kill()
            if self._zygote is not None:
                self._loop.unwatch(self._zygote.channel)

    def _take(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if message.get("type") == "failed":
            self._complaint = str(message.get("reason")).encode()
        elif message.get("type") == "ready":
            if self._loading is not None:
                self._loading.cancel()
            self._backoff.forget()
            self.is_ready = True
            self._listener.zygote_ready()
        else:
            self._report(message, descriptors)

    def _report(self, message: dict[str, Any], descriptors: list[int]) -> None:
        try:
            self._listener.zygote_said(message, descriptors)
        except SagewsError:
            close_all(descriptors)
            raise

    def _complained(self) -> None:
        """Keep the end of what it writes to its standard error: the reason if it fails."""
        if self._zygote is None:
            return
        try:
            text = os.read(self._zygote.complaints, 65536)
        except BlockingIOError:
            return
        self._complaint = (self._complaint + text)[-MAX_COMPLAINT:]
        if not text:
            self._loop.unwatch(self._zygote.complaints)

    def _gone(self) -> None:
        """The zygote has ended, and by the rule of pid namespaces all of its children."""
        zygote, self._zygote = self._zygote, None
        if zygote is None:
            return
        served, self.is_ready = self.is_ready, False
        if self._loading is not None:
            self._loading.cancel()
        os.waitpid(zygote.pid, 0)
        for watched in (zygote.channel, zygote.process, zygote.complaints):
            with contextlib.suppress(KeyError, ValueError):
                self._loop.unwatch(watched)
        zygote.channel.close()
        close_all([zygote.process, zygote.complaints])
        self._fail(self.complaint or "its process ended", served=served)

    def _fail(self, reason: str, *, served: bool = False) -> None:
        self._loop.later(self._backoff.take(), self.start)
        self._listener.zygote_gone(reason[-MAX_REASON:], served=served)
