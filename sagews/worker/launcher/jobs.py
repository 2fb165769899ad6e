"""One-shot jails: bytes in, bytes out, with a bound on both and on the time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncherListener
from sagews.net.memory_file import MemoryFile
from sagews.wire.jobs import DISK_FAILED, DISK_FULL
from sagews.worker.launcher.descriptors import PipeReader

log = Logger()

# For the log only, where a traceback fits and a job that prints without end must not.
ERROR_LIMIT = 64 * 1024
# The launcher kills it in time and says so, which makes the better message; this is for a launcher that does not.
GRACE_SECONDS = 10.0
# Pipes may be held open by nothing that lives any more; whoever waits gets an answer all the same.
LINGER_SECONDS = 1.0
_DISK = {DISK_FULL: "disk-full", DISK_FAILED: "disk-failed"}


@dataclass(frozen=True, slots=True)
class JobExit:
    """How a job ended, as the launcher says."""

    reason: str
    status: int


@implementer(ILauncherListener)
class Job:
    """One job under way.

    Args:
        reactor: watches its pipes and tells the time.
        identifier: the job's id, which also names it in the log.
        output_limit: bytes of standard output.
        seconds: after which the launcher ends it; the worker does so itself a little later.
        kill: ends the job.
    """

    def __init__(
        self, reactor: Any, identifier: str, output_limit: int, seconds: int, kill: Callable[[], None]
    ) -> None:
        self._identifier = identifier
        self._output_limit = output_limit
        self._seconds = seconds
        self._kill = kill
        self._reactor = reactor
        self.result: Deferred[bytes] = Deferred()
        self._how: JobExit | None = None
        self._overflowed = False
        self._output, output_end = _pipe(reactor, output_limit, self._too_much, self._ended)
        try:
            self._errors, error_end = _pipe(reactor, ERROR_LIMIT, lambda: None, self._ended)
        except OSError:
            # No descriptor is left. Nobody will hold this job, so that nobody else closes what it has by now.
            os.close(output_end)
            self._output.lost()
            raise
        self._theirs = [output_end, error_end]
        self._late = reactor.callLater(seconds + GRACE_SECONDS, kill)
        self._linger: Any = None

    def descriptors(self, input: bytes | MemoryFile) -> list[int]:
        """Return standard input, output and error for the job; `sent` closes them here."""
        self._theirs.insert(0, _memory_file(input) if isinstance(input, bytes) else input.sealed())
        return self._theirs

    def sent(self) -> None:
        """Close the job's ends, which the launcher has by now, and listen."""
        while self._theirs:
            os.close(self._theirs.pop())
        self._output.resume()
        self._errors.resume()

    def refused(self, error: SagewsError) -> None:
        """Learn that the launcher did not take it."""
        self._close()
        if not self.result.called:
            self.result.errback(error)

    def not_started(self, failure: Failure) -> None:
        """Learn the same from the launcher's answer."""
        failure.trap(SagewsError)
        self.refused(cast(SagewsError, failure.value))

    def ended(self, reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """Learn that nothing of it is left; its pipes still hold what it said."""
        if self._how is None:
            self._how = JobExit(reason, status)
            self._linger = self._reactor.callLater(LINGER_SECONDS, self._close)
            self._ended()

    def _too_much(self) -> None:
        self._overflowed = True
        self._kill()
        self._output.lost()

    def _ended(self) -> None:
        if self._how is None or not (self._output.closed and self._errors.closed) or self.result.called:
            return
        self._close()
        try:
            self.result.callback(self._judge(self._how))
        except SagewsError as error:
            self.result.errback(error)

    def _judge(self, how: JobExit) -> bytes:
        if self._overflowed:
            raise SagewsError("limit", limit=f"{self._output_limit} bytes", advice="Use fewer or smaller files.")
        if how.reason == "deadline":
            raise SagewsError("limit", limit=f"{self._seconds} s", advice="Use fewer or smaller files.")
        if how.reason == "exit" and how.status in _DISK:
            errors = self._errors.collected.decode("utf-8", "replace")
            log.error("job {job}: {errors}", job=self._identifier, errors=errors, correlation=self._identifier)
            raise SagewsError(_DISK[how.status])
        if how.reason != "exit" or how.status != 0:
            errors = self._errors.collected.decode("utf-8", "replace")
            log.error(
                "job {job} failed: {how}: {errors}", job=self._identifier, how=how, errors=errors,
                correlation=self._identifier,
            )  # fmt: skip
            raise SagewsError("internal", correlation=self._identifier)
        return self._output.collected

    def _close(self) -> None:
        for call in (self._late, self._linger):
            if call is not None and call.active():
                call.cancel()
        while self._theirs:
            os.close(self._theirs.pop())
        self._output.lost()
        self._errors.lost()


def _pipe(
    reactor: Any, limit: int, overflowed: Callable[[], None], ended: Callable[[], None]
) -> tuple[PipeReader, int]:
    ours, theirs = os.pipe2(os.O_CLOEXEC)
    return PipeReader(reactor, ours, limit, overflowed, ended), theirs


def _memory_file(content: bytes) -> int:
    """Return a sealed file in memory that holds these bytes, at its start."""
    with MemoryFile() as file:
        file.write(content)
        return file.sealed()
