"""A launcher and sessions that live in the test's own process, on real sockets, driven turn by turn."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReadDescriptor, IWriteDescriptor
from twisted.internet.testing import MemoryReactorClock
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher
from sagews.interfaces.sessions import ISessionListener
from sagews.model.identifiers import CellId, RunId, SessionId, UserId, WorkerId, WorkspaceId, new_id
from sagews.model.sessions import EVALUATION, Ending, Evaluation, Limits, Piece, PieceKind, SessionRequest, Usage
from sagews.net.memory_file import MemoryFile
from sagews.wire.homes import HomeUsage
from sagews.wire.session import frames as wire
from sagews.wire.session import grammar
from sagews.wire.session.channels import CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.framing import FrameReader, frame
from sagews.wire.session.variables import ListingFrame, VariablesFrame

WORKER = WorkerId("0198c0de-0000-7000-8000-000000000001")
PRINTS = "print('hello')"
WAITS = "while True: pass"
EXITS = "import os; os._exit(3)"
ASKS = "print(input('Name? '))"
INTERACTS = "interact(lambda n=(0, 10): n)"
SLIDER = {"name": "n", "kind": "slider", "label": "n", "min": 0, "max": 10, "step": 1, "integer": True}
CONTROLS = {"area": 1, "controls": [SLIDER], "layout": None, "auto": True, "values": {"n": 5}}
FLOODS = "while True: print('x' * 50000)"


class PumpedReactor(MemoryReactorClock):
    """Real descriptors, no waiting: `pump` reads and writes what is ready until nothing is."""

    def pump(self, turns: int = 200) -> None:
        """Do what is ready, at most so many turns."""
        for _ in range(turns):
            self._call_due()
            if not self._turn() and not self._due():
                return

    def _due(self) -> list[Any]:
        return [call for call in self.calls if call.getTime() <= self.seconds()]

    def _call_due(self) -> None:
        """Call what is due now: what that plans for at once is for the next turn, as in a real reactor."""
        for call in self._due():
            if call.active():
                self.calls.remove(call)
                call.called = 1
                call.func(*call.args, **call.kw)

    def _turn(self) -> bool:
        readers = {each.fileno(): each for each in self.getReaders() if each.fileno() >= 0}
        writers = {each.fileno(): each for each in self.getWriters() if each.fileno() >= 0}
        readable, writable, _ = select.select(list(readers), list(writers), [], 0)
        for number in writable:
            if writers[number].fileno() == number:
                writers[number].doWrite()
        for number in readable:
            if readers[number].fileno() == number:
                readers[number].doRead()
        return bool(readable or writable)


@implementer(IReadDescriptor, IWriteDescriptor)
class FakeSession:
    """The far end of a session's socket: understands a handful of sources."""

    def __init__(self, stream: socket.socket, kind: str, *, silent: bool = False) -> None:
        self.stream = stream
        self._kind = kind
        stream.setblocking(False)
        self._frames = FrameReader(wire.MAX_FRAME_TO_SESSION)
        self._run: str | None = None
        self._interactive = ""
        self.told_to_close: list[int] = []
        self.flooding = False
        self.sent = 0
        self._unsent = bytearray()
        if not silent:
            self.say(wire.ReadyFrame("python", {"python": "3.11"}))

    def fileno(self) -> int:
        """Return the descriptor."""
        return self.stream.fileno()

    def logPrefix(self) -> str:
        """Return the name for the reactor's log."""
        return "fake session"

    def connectionLost(self, reason: object) -> None:
        """Close."""
        self.stream.close()

    def say(self, value: wire.FromSession) -> None:
        """Send a frame."""
        self.raw(grammar.encode(value))

    def raw(self, data: bytes) -> None:
        """Send bytes; BlockingIOError while the other side does not read, and then nothing of them is lost."""
        self._unsent += data
        while self._unsent:
            sent = self.stream.send(self._unsent)
            self.sent += sent
            del self._unsent[:sent]

    def doRead(self) -> None:
        """Read what the worker sends and do it."""
        try:
            data = self.stream.recv(1 << 20)
        except BlockingIOError:
            return
        if not data:
            self.stream.close()
        for payload in self._frames.feed(data):
            if self._kind == EVALUATION:
                self._do(grammar.parse_to_session(payload))
            else:
                self.raw(frame(payload.upper()))

    def doWrite(self) -> None:
        """Print as long as somebody reads."""
        self.raw(b"")
        if self.flooding and self._run is not None:
            self.say(wire.StreamFrame(self._run, "stdout", "x" * 50_000))

    def _do(self, asked: wire.ToSession) -> None:
        if isinstance(asked, wire.CompleteFrame):
            self.say(wire.CompletionsFrame(asked.request, 0, asked.cursor, ({"text": "print", "kind": "function"},)))
        elif isinstance(asked, wire.InspectFrame):
            self.say(wire.InspectionFrame(asked.request, True, {"text/plain": "a function"}))
        elif isinstance(asked, VariablesFrame):
            self.say(ListingFrame(asked.request, ({"name": "x", "kind": "int", "extent": "", "value": "1"},)))
        elif isinstance(asked, wire.RunFrame):
            self._evaluate(asked)
        elif isinstance(asked, CloseFrame):
            self.told_to_close.append(asked.channel)
        elif self._run == asked.run:
            self._answered(asked)
        elif isinstance(asked, MessageFrame) and asked.run == self._interactive:
            self.say(wire.ResultFrame(asked.run, {"text/plain": str(asked.body["values"].get("n"))}))
            self.say(StateFrame(asked.run, asked.channel, {}, True))

    def _evaluate(self, asked: wire.RunFrame) -> None:
        self._run = asked.run
        if asked.source == PRINTS:
            self.say(wire.StreamFrame(asked.run, "stdout", "hello\n"))
            self.done("ok")
        elif asked.source == ASKS:
            self.say(OpenFrame(asked.run, 1, "input", {"prompt": "Name? ", "hidden": False}))
        elif asked.source == INTERACTS:
            self._interactive = asked.run
            self.say(OpenFrame(asked.run, 1, "interact", CONTROLS))
            self.done("ok")
        elif asked.source == EXITS:
            self.stream.close()

    def _answered(self, said: MessageFrame | CloseFrame) -> None:
        answer = said.body["text"] if isinstance(said, MessageFrame) else ""
        self.say(CloseFrame(said.run, said.channel))
        self.say(wire.StreamFrame(said.run, "stdout", f"Name? {answer}\n{answer}\n"))
        self.done("ok")

    def interrupt(self) -> None:
        """Stop what runs."""
        if self._run is not None:
            self.done("interrupted")

    def done(self, status: str) -> None:
        """End the run."""
        assert self._run is not None
        self.say(wire.DoneFrame(self._run, status, 0.01, 0.01))
        self._run = None


def content_of(file: MemoryFile) -> bytes:
    """Return what a job would read of its input."""
    with os.fdopen(file.sealed(), "rb") as content:
        return content.read()


@implementer(ILauncher)
class FakeLauncher:
    """Starts fake sessions; remembers what it was asked."""

    level = "namespaces"
    report: Mapping[str, Any] = {"namespaces": True}
    flavours: Sequence[str] = ("python",)

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        self.sessions: dict[str, FakeSession] = {}
        self.listeners: dict[str, Any] = {}
        self.signals: list[tuple[str, str]] = []
        self.used: dict[str, Usage] = {}
        self.jobs: list[tuple[str, WorkspaceId | None, Mapping[str, str], bytes]] = []
        self.accounts: list[str] = []
        self.answers: list[bytes] = []
        self.forgotten: list[WorkspaceId] = []
        self.usages: dict[WorkspaceId, HomeUsage] = {}
        self.refusal: SagewsError | None = None
        self.silent = False

    async def open_session(
        self,
        session: SessionId,
        workspace: WorkspaceId | None,
        flavour: str,
        limits: Limits,
        stream: socket.socket,
        listener: Any,
        kind: str = EVALUATION,
        owner: str | None = None,
    ) -> None:
        """See ILauncher."""
        with stream:
            if self.refusal is not None:
                raise self.refusal
            if flavour not in self.flavours:
                raise SagewsError("unknown-flavour", flavour=flavour, known=", ".join(self.flavours))
            self.listeners[session] = listener
            found = FakeSession(stream.dup(), kind, silent=self.silent)
        self.sessions[session] = found
        self.reactor.addReader(found)

    def home_usage(self, workspace: WorkspaceId) -> HomeUsage | None:
        """See ILauncher."""
        return self.usages.get(workspace)

    async def run_job(
        self,
        job: str,
        workspace: WorkspaceId | None,
        *,
        access: str,
        arguments: Mapping[str, str],
        input: bytes | MemoryFile,
        seconds: int,
        output_limit: int,
        limits: Limits,
        account: str = "",
    ) -> bytes:
        """See ILauncher."""
        content = input if isinstance(input, bytes) else content_of(input)
        self.jobs.append((job, workspace, arguments, content))
        self.accounts.append(account)
        return self.output_of(job, workspace, access, content)

    def output_of(self, job: str, workspace: WorkspaceId | None, access: str, input: bytes) -> bytes:
        """Return what a job prints: each prepared answer serves once, and a job without one fails."""
        if not self.answers:
            raise SagewsError("internal", correlation=job)
        return self.answers.pop(0)

    def signal(self, session: SessionId, signal: str) -> None:
        """See ILauncher."""
        self.signals.append((session, signal))
        if signal == "KILL":
            self.end(session, "killed", -9)
        elif session in self.sessions:
            self.sessions[session].interrupt()

    def end(self, session: str, reason: str, status: int) -> None:
        """End a session as the kernel would."""
        found = self.sessions.pop(session, None)
        if found is not None:
            self.reactor.removeReader(found)
            self.reactor.removeWriter(found)
            found.stream.close()
        listener = self.listeners.pop(session, None)
        if listener is not None:
            listener.ended(reason, status, 0.5, 1024)

    async def usage(self, sessions: Sequence[SessionId]) -> Mapping[str, Usage]:
        """See ILauncher."""
        return {each: self.used.get(each, Usage(1024, 0.5)) for each in sessions}

    async def forget(self, workspace: WorkspaceId) -> None:
        """See ILauncher."""
        self.forgotten.append(workspace)


@implementer(ISessionListener)
class Recorder:
    """Remembers what a session said."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.endings: list[Ending] = []
        self.done: Deferred[Piece] = Deferred()
        self.over: Deferred[Ending] = Deferred()
        self.raises = False

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Take a piece."""
        self.pieces.append(piece)
        if piece.kind is PieceKind.DONE and not self.done.called:
            self.done.callback(piece)
        if self.raises:
            raise RuntimeError("a listener with a fault")

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Take the end."""
        self.endings.append(ending)
        if not self.over.called:
            self.over.callback(ending)

    @property
    def text(self) -> str:
        """Everything printed."""
        return "".join(piece.body["text"] for piece in self.pieces if piece.kind is PieceKind.STREAM)


def session_request(
    *,
    workspace: WorkspaceId | None = None,
    epoch: int = 1,
    flavour: str = "python",
    limits: Limits | None = None,
    account: UserId | None = None,
) -> SessionRequest:
    """Return a request for a fresh session."""
    return SessionRequest(SessionId(new_id()), workspace, flavour, limits or Limits(), epoch, "test", account)


def evaluation(source: str) -> Evaluation:
    """Return a cell to evaluate."""
    return Evaluation(RunId(new_id()), CellId("abcdef"), 1, source, "python", "last")
