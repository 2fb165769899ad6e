"""The checking processes as a backend sees them: started when needed, one question at a time, each with a deadline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

import sagews
from sagews.backend.checks import wire
from sagews.backend.checks.formats import imported_from
from sagews.backend.checks.queues import AccountQueues
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks, State
from sagews.model.formats.imported import ImportedFile
from sagews.model.identifiers import UserId
from sagews.model.updates import Counts, LoadableState, TriedUpdate
from sagews.model.worksheet.outline import Outline
from sagews.net.background import cancelled

# Of one question, on a busy machine too: the process itself ends after far less computing (program.py).
DEADLINE_SECONDS = 30.0
# An account has one of them at most, so that one account alone never keeps the others waiting.
PROCESSES = 2
# The place of the package is given, since the process looks at no environment (-I) and at no current folder.
PROGRAM = "import sys; sys.path.insert(0, {path!r}); from sagews.backend.checks.program import main; main()"

NONE: Mapping[str, int] = {}
Answer = tuple[Mapping[str, Any], Sequence[bytes]]
log = Logger()


@dataclass(slots=True)
class Question:
    """Something that was asked.

    Attributes:
        do: what is to be done (wire.py).
        blobs: makes what it is to be done with, when its turn has come.
        numbers: go with it.
        answer: fires with the answer.
    """

    do: str
    blobs: Callable[[], Sequence[bytes]]
    numbers: Mapping[str, int]
    answer: Deferred[Answer] = field(default_factory=Deferred)


class CheckingProcess(ProcessProtocol):
    """One process.

    Args:
        owner: is told of answers, and once when it is gone.

    Attributes:
        asked: what it works on, and for whom.
        timer: ends it when it takes too long.
    """

    transport: Any

    def __init__(self, owner: DocumentChecks) -> None:
        self._owner = owner
        self._buffer = bytearray()
        self.asked: tuple[UserId, Question] | None = None
        self.timer: IDelayedCall | None = None

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
            with memoryview(self._buffer) as whole:
                parcel = bytes(whole[wire.HEADER : end])
            del self._buffer[:end]
            self._owner.answered(self, parcel)

    def errReceived(self, data: bytes) -> None:
        """Log what it complains of."""
        log.warn("the checking process: {text}", text=data.decode("utf-8", "replace")[:500])

    def processEnded(self, reason: Failure) -> None:
        """Learn that it is gone."""
        self._owner.gone(self)

    def ask(self, question: Sequence[bytes]) -> None:
        """Send a question, in parts."""
        self.transport.writeSequence(question)

    def kill(self) -> None:
        """End it."""
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass


@implementer(IDocumentChecks)
class DocumentChecks:
    """Asks a few processes, each one question after the other; one that is late is ended and replaced when needed.

    Args:
        reactor: starts processes and tells the time.
        deadline: seconds for one question.
        processes: how many there are at most.
    """

    def __init__(self, reactor: Any, deadline: float = DEADLINE_SECONDS, processes: int = PROCESSES) -> None:
        self._reactor = reactor
        self._deadline = deadline
        self._most = processes
        self._processes: list[CheckingProcess] = []
        self._waiting: AccountQueues[Question] = AccountQueues()
        self._stopped = False

    async def try_update(self, account: UserId, state: State, update: bytes, counts: Counts) -> TriedUpdate:
        """See IDocumentChecks."""
        numbers = {"structs": counts.structs, "first": counts.first}
        header, pieces = await self._ask(account, "try", lambda: (state(), update), len(update), numbers)
        return TriedUpdate(Counts(wire.count(header, "structs"), wire.count(header, "first")), pieces)

    async def load(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> LoadableState:
        """See IDocumentChecks."""
        size = len(snapshot or b"") + sum(map(len, updates))
        header, pieces = await self._ask(account, "load", lambda: (snapshot or b"", *updates), size)
        return LoadableState(wire.count(header, "structs"), wire.count(header, "crowd"), pieces)

    async def fold(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """See IDocumentChecks."""
        size = len(snapshot or b"") + sum(map(len, updates))
        return _only(await self._ask(account, "fold", lambda: (snapshot or b"", *updates), size))

    async def compact(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes | None:
        """See IDocumentChecks."""
        size = len(snapshot or b"") + sum(map(len, updates))
        _, blobs = await self._ask(account, "compact", lambda: (snapshot or b"", *updates), size)
        return blobs[0] if blobs else None

    async def text(self, account: UserId, state: State) -> str:
        """See IDocumentChecks."""
        return _decoded(_only(await self._ask(account, "text", lambda: (state(),))))

    async def title(self, account: UserId, state: State) -> str:
        """See IDocumentChecks."""
        return _decoded(_only(await self._ask(account, "title", lambda: (state(),))))

    async def outlines(self, account: UserId, texts: Sequence[str]) -> Sequence[Outline]:
        """See IDocumentChecks."""
        _, found = await self._ask(account, "outline", lambda: [text.encode() for text in texts], sum(map(len, texts)))
        if len(found) != len(texts):
            raise SagewsError("internal", correlation="-")
        return [_outline(blob) for blob in found]

    async def merge(self, account: UserId, state: State, text: str, *, notebook: bool = False) -> Sequence[bytes]:
        """See IDocumentChecks."""
        numbers = {"notebook": int(notebook)}
        _, pieces = await self._ask(account, "merge", lambda: (state(), text.encode()), len(text), numbers)
        return pieces

    async def opened(self, account: UserId, data: bytes) -> ImportedFile:
        """See IDocumentChecks."""
        return imported_from(*await self._ask(account, "open", lambda: (data,), len(data)))

    async def notebook(self, account: UserId, state: State, outputs: State) -> str:
        """See IDocumentChecks."""
        return _decoded(_only(await self._ask(account, "notebook", lambda: (state(), outputs()))))

    async def imported(self, account: UserId, name: str, data: bytes) -> ImportedFile:
        """See IDocumentChecks."""
        return imported_from(*await self._ask(account, "import", lambda: (name.encode(), data), len(data)))

    async def exported(self, account: UserId, form: str, state: State, outputs: State) -> bytes:
        """See IDocumentChecks."""
        return _only(await self._ask(account, "export", lambda: (form.encode(), state(), outputs())))

    def stop(self) -> None:
        """End the processes; who waits is told that there is no answer."""
        self._stopped = True
        for question in self._waiting.clear():
            question.answer.errback(SagewsError("shutting-down"))
        for process in self._processes:
            process.kill()

    # ------------------------------------------------------------------------------------- taking turns

    def _ask(
        self,
        account: UserId,
        do: str,
        blobs: Callable[[], Sequence[bytes]],
        size: int = 0,
        numbers: Mapping[str, int] = NONE,
    ) -> Deferred[Answer]:
        question = Question(do, blobs, numbers)
        if self._stopped:
            question.answer.errback(SagewsError("shutting-down"))
            return question.answer
        try:
            self._waiting.put(account, question, size)
        except SagewsError as error:
            question.answer.errback(error)
        else:
            self._next()
        return question.answer

    def _next(self) -> None:
        """Give questions to processes that have none."""
        while not self._stopped:
            process = self._free()
            turn = None if process is None else self._waiting.next()
            if process is None or turn is None:
                return
            self._begin(process, *turn)

    def _free(self) -> CheckingProcess | None:
        """Return a process without a question; one that is still to be started if there may be more."""
        for process in self._processes:
            if process.asked is None:
                return process
        return CheckingProcess(self) if len(self._processes) < self._most else None

    def _begin(self, process: CheckingProcess, account: UserId, question: Question) -> None:
        try:
            parcel = wire.question(question.do, question.blobs(), **question.numbers)
            if process not in self._processes:
                self._start(process)
        except Exception:
            self._waiting.over(account)
            question.answer.errback(Failure())
            return
        process.asked = (account, question)
        process.timer = self._reactor.callLater(self._deadline, process.kill)
        process.ask(parcel)

    def _start(self, process: CheckingProcess) -> None:
        program = PROGRAM.format(path=str(Path(sagews.__file__).parent.parent))
        arguments = [sys.executable, "-I", "-B", "-c", program]
        try:
            self._reactor.spawnProcess(process, sys.executable, arguments, env={})
        except OSError as error:
            # Descriptors, processes or memory have run out, for a while or for good: the next question tries again.
            log.error("a checking process can't be started: {error}", error=error)
            limit, advice = "the server can start no process for this now", "Try again in a moment."
            raise SagewsError("limit", limit=limit, advice=advice) from error
        self._processes.append(process)

    def answered(self, process: CheckingProcess, parcel: bytes) -> None:
        """Take an answer."""
        question = self._over(process)
        if question is None:
            return
        try:
            answer = wire.read(parcel)
        except SagewsError as error:
            question.answer.errback(error)
        else:
            question.answer.callback(answer)
        self._next()

    def gone(self, process: CheckingProcess) -> None:
        """Learn that a process is gone: by its deadline, or because it crashed over what it was asked."""
        if process in self._processes:
            self._processes.remove(process)
        question = self._over(process)
        if question is not None:
            log.warn("a checking process ended over a question: {do}", do=question.do)
            question.answer.errback(_late(question.do))
        self._next()

    def _over(self, process: CheckingProcess) -> Question | None:
        """Let a process and an account be free again, and return what was asked."""
        process.timer = cancelled(process.timer)
        asked, process.asked = process.asked, None
        if asked is None:
            return None
        self._waiting.over(asked[0])
        return asked[1]


def _late(do: str) -> SagewsError:
    """Return the refusal of what takes too long."""
    if do == "try":
        return SagewsError("bad-update", reason="to check it takes too long")
    if do in ("import", "open"):
        return SagewsError("bad-file", reason="to read it takes too long", advice="Split it into several.")
    advice = "Split the worksheet into smaller ones."
    return SagewsError("limit", limit="the worksheet takes too long to be worked on", advice=advice)


def _only(answer: Answer) -> bytes:
    """Return the one blob of an answer."""
    _, blobs = answer
    if len(blobs) != 1:
        raise SagewsError("internal", correlation="-")
    return blobs[0]


def _decoded(text: bytes) -> str:
    """Return a text that a process sent."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise SagewsError("internal", correlation="-") from None


def _outline(encoded: bytes) -> Outline:
    """Return the cells that a process sent."""
    try:
        return msgspec.json.decode(encoded, type=dict[str, tuple[int, str]])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SagewsError("internal", correlation="-") from None
