"""The launcher's process as the daemon sees it: apart from what is said over the control socket, which outlives it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

log = Logger()

# It prints a line here and there; one without end must not fill our memory or our log.
MAX_LINE = 4096


class LauncherProcess(ProcessProtocol):
    """The launcher as a child: what it prints goes to our log, its end is reported once."""

    def __init__(self, ended: Callable[[str], None]) -> None:
        self._ended = ended
        self._line = b""

    def outReceived(self, data: bytes) -> None:
        """Log what it prints, line by line."""
        *lines, rest = (self._line + data).split(b"\n")
        self._line = rest[-MAX_LINE:]
        for line in lines:
            log.info("launcher: {line}", line=line[:MAX_LINE].decode("utf-8", "replace"))

    errReceived = outReceived

    def processExited(self, reason: Failure) -> None:
        """Report how it ended, without waiting for whoever still holds its pipes."""
        if self.transport is not None:
            self.transport.loseConnection()
        self._ended(reason.getErrorMessage())
