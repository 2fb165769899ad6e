"""The checking process as a backend sees it: started when needed, one question at a time, each with a deadline."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

import sagews
from sagews.backend.checks import wire
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.net.background import cancelled

# Of one question. To try the largest edit on the largest document takes about half of it.
DEADLINE_SECONDS = 5.0
MOST_WAITING = 200
# The place of the package is given, since the process looks at no environment (-I) and at no current folder.
PROGRAM = "import sys; sys.path.insert(0, {path!r}); from sagews.backend.checks.program import main; main()"

Answer = tuple[Mapping[str, Any], Sequence[bytes]]
log = Logger()


class CheckingProcess(ProcessProtocol):
    """One process.

    Args:
        owner: is told of answers, and once when it is gone.
    """

    transport: Any

    def __init__(self, owner: DocumentChecks) -> None:
        self._owner = owner
        self._buffer = bytearray()

    def outReceived(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._buffer += data
        if len(self._buffer) < wire.HEADER:
            return
        try:
            end = wire.HEADER + wire.length_of(bytes(self._buffer[: wire.HEADER]))
        except SagewsError:
            self.kill()
            return
        if len(self._buffer) >= end:
            parcel = bytes(self._buffer[wire.HEADER : end])
            del self._buffer[:end]
            self._owner.answered(self, parcel)

    def errReceived(self, data: bytes) -> None:
        """Log what it complains of."""
        log.warn("the checking process: {text}", text=data.decode("utf-8", "replace")[:500])

    def processEnded(self, reason: Failure) -> None:
        """Learn that it is gone."""
        self._owner.gone(self)

    def ask(self, question: bytes) -> None:
        """Send a question."""
        self.transport.write(question)

    def kill(self) -> None:
        """End it."""
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass


@implementer(IDocumentChecks)
class DocumentChecks:
    """Asks one process, one question after the other; one that is late is ended, and the next question has a new one.

    Args:
        reactor: starts the process and tells the time.
        deadline: seconds for one question.
    """

    def __init__(self, reactor: Any, deadline: float = DEADLINE_SECONDS) -> None:
        self._reactor = reactor
        self._deadline = deadline
        self._process: CheckingProcess | None = None
        self._waiting: deque[tuple[bytes, Deferred[Answer]]] = deque()
        self._asked: Deferred[Answer] | None = None
        self._timer: IDelayedCall | None = None
        self._stopped = False

    async def try_update(self, state: bytes, update: bytes) -> int:
        """See IDocumentChecks."""
        header, _ = await self._ask(wire.question("try", (state, update)))
        structs = header.get("structs")
        if not isinstance(structs, int) or isinstance(structs, bool) or structs < 0:
            raise SagewsError("internal", correlation="-")
        return structs

    async def fold(self, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """See IDocumentChecks."""
        _, blobs = await self._ask(wire.question("fold", (snapshot or b"", *updates)))
        if len(blobs) != 1:
            raise SagewsError("internal", correlation="-")
        return blobs[0]

    def stop(self) -> None:
        """End the process; who waits is told that there is no answer."""
        self._stopped = True
        waiting, self._waiting = self._waiting, deque()
        for _, answer in waiting:
            answer.errback(SagewsError("shutting-down"))
        if self._process is not None:
            self._process.kill()

    # ------------------------------------------------------------------------------------- one at a time

    def _ask(self, question: bytes) -> Deferred[Answer]:
        answer: Deferred[Answer] = Deferred()
        if self._stopped:
            answer.errback(SagewsError("shutting-down"))
        elif len(self._waiting) >= MOST_WAITING:
            advice = "Try again in a moment."
            answer.errback(SagewsError("limit", limit=f"{MOST_WAITING} large edits at once", advice=advice))
        else:
            self._waiting.append((question, answer))
            self._next()
        return answer

    def _next(self) -> None:
        if self._asked is not None or not self._waiting or self._stopped:
            return
        process = self._process = self._process or self._start()
        question, self._asked = self._waiting.popleft()
        self._timer = self._reactor.callLater(self._deadline, process.kill)
        process.ask(question)

    def _start(self) -> CheckingProcess:
        process = CheckingProcess(self)
        program = PROGRAM.format(path=str(Path(sagews.__file__).parent.parent))
        self._reactor.spawnProcess(process, sys.executable, [sys.executable, "-I", "-B", "-c", program], env={})
        return process

    def answered(self, process: CheckingProcess, parcel: bytes) -> None:
        """Take an answer."""
        asked, self._asked = self._asked, None
        self._timer = cancelled(self._timer)
        if asked is None or process is not self._process:
            return
        try:
            answer = wire.read(parcel)
        except SagewsError as error:
            asked.errback(error)
        else:
            asked.callback(answer)
        self._next()

    def gone(self, process: CheckingProcess) -> None:
        """Learn that a process is gone: by its deadline, or because it crashed over what it was asked."""
        if process is not self._process:
            return
        self._process = None
        self._timer = cancelled(self._timer)
        asked, self._asked = self._asked, None
        if asked is not None:
            log.warn("the checking process ended over a question")
            asked.errback(SagewsError("bad-update", reason="to check it takes too long"))
        self._next()
