"""A session host in memory whose sessions do what a small script says, at once or when the test lets them.

It understands the sources of tests/contracts/session_host.py and a few more; anything else prints nothing and is done.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import CellId, RunId, SessionId, WorkspaceId, new_id
from sagews.model.sessions import (
    EVALUATION,
    NO_RUN,
    Ending,
    Evaluation,
    Isolation,
    Piece,
    PieceKind,
    SessionRequest,
    Usage,
    WorkerInfo,
)
from sagews.session.analysis.names import NOTHING, names_of
from sagews.session.analysis.shape import shape_of
from sagews.wire.session.channels import CloseFrame, MessageFrame
from sagews.wire.session.frames import RunFrame
from sagews.wire.session.messages import parse_message
from sagews.worker.epochs import Epochs
from tests.fakes.files import FakeFiles
from tests.fakes.toy_kind import CODECS

PRINTS = "print('hello')"
WAITS = "while True: pass"
DEAF = "deaf"
FAILS = "1/0"
DIES = "dies"
SUM = "1+1"
ASKS = "print(input('Name? '))"
INTERACTS = "interact(lambda n=(0, 10): n)"
CONTROLS = {
    "area": 1,
    "controls": [
        {"name": "n", "kind": "slider", "label": "n", "min": 0, "max": 10, "step": 1, "integer": True},
        {"name": "t", "kind": "text", "label": "t", "rows": 1},
        {"name": "go", "kind": "button", "label": "", "text": "Go"},
    ],
    "layout": None,
    "auto": True,
    "values": {"n": 5, "t": "", "go": 0},
}


@dataclass
class FakeSession:
    """One session: what it was asked and what it said."""

    request: SessionRequest
    listener: Any
    sequence: int = 0
    running: Evaluation | None = None
    acknowledged: int = 0
    interrupts: int = 0
    asking: bool = False
    answers: list[str] = field(default_factory=list)
    interacts: set[tuple[str, int]] = field(default_factory=set)
    evaluated: tuple[RunId, int] | None = None
    said: list[Mapping[str, Any]] = field(default_factory=list)
    closed: list[tuple[str, int]] = field(default_factory=list)
    unacknowledged: list[Piece] = field(default_factory=list)


@implementer(ISessionHost)
class FakeSessionHost:
    """Scripted sessions.

    Args:
        clock: what a session says comes in the next turn of this clock, as from a real one.
        held: whether evaluations wait for `release`.
        window: bytes that may be unacknowledged; 0 for no limit.
    """

    def __init__(
        self,
        clock: IReactorTime,
        *,
        name: str = "",
        level: Isolation = Isolation.NAMESPACES,
        flavours: tuple[str, ...] = ("python", "sage"),
        capacity: int = 100,
        held: bool = False,
    ) -> None:
        self.clock = clock
        self.info = WorkerInfo(name or new_id(), level, flavours, {}, 0, capacity)
        self.sessions: dict[SessionId, FakeSession] = {}
        self.requests: list[SessionRequest] = []
        self.evaluations: list[Evaluation] = []
        self.ended: list[tuple[SessionId, str]] = []
        self._epochs = Epochs()
        self.files = FakeFiles(self._epochs, self._uses)
        self.held = held
        self.refuse: SagewsError | None = None
        # As a session whose cell holds the interpreter's lock.
        self.deaf = False

    def _session(self, session: SessionId) -> FakeSession:
        if session not in self.sessions:
            raise SagewsError("no-session")
        return self.sessions[session]

    async def open_session(self, request: SessionRequest, listener: Any) -> None:
        """Start a session."""
        self.requests.append(request)
        if self.refuse is not None:
            raise self.refuse
        if request.flavour not in self.info.flavours:
            raise SagewsError("unknown-flavour", flavour=request.flavour, known=", ".join(self.info.flavours))
        if request.kind != EVALUATION and request.kind not in CODECS:
            raise SagewsError("bad-value", field="kind", reason="not known")
        self._epochs.see(request.workspace, request.epoch)
        self.sessions[request.session] = FakeSession(request, listener)

    async def send(self, session: SessionId, message: Mapping[str, Any], run: RunId = NO_RUN) -> None:
        """Take a cell, or have a session of a kind of messages say the same in capitals."""
        found = self._session(session)
        if found.request.kind != EVALUATION:
            self._echo(session, found.request.kind, message)
            return
        cell = parse_message(message)
        if isinstance(cell, (MessageFrame, CloseFrame)):
            self._answer(session, cell)
            return
        if not isinstance(cell, RunFrame):
            raise SagewsError("bad-message", reason="it is not a cell")
        if found.running is not None or found.evaluated is not None:
            raise SagewsError("busy")
        found.running = Evaluation(run, CellId(cell.cell), cell.number, cell.source, cell.mode, cell.shows)
        self.evaluations.append(found.running)
        if not self.held:
            self.clock.callLater(0, self._play, session)

    def _answer(self, session: SessionId, said: MessageFrame | CloseFrame) -> None:
        found = self.sessions[session]
        if (said.run, said.channel) in found.interacts:
            self._tell_interact(session, said)
            return
        if not found.asking or found.running is None or said.run != found.running.run or said.channel != 1:
            raise SagewsError("channel-closed")
        found.asking = False
        answer = str(said.body["text"]) if isinstance(said, MessageFrame) else ""
        found.answers.append(answer)
        if not self.held:
            self.clock.callLater(0, self.answered, session, f"Name? {answer}\n{answer}\n")

    def _tell_interact(self, session: SessionId, said: MessageFrame | CloseFrame) -> None:
        found = self.sessions[session]
        if isinstance(said, CloseFrame):
            found.closed.append((said.run, said.channel))
            return
        if found.running is not None or found.evaluated is not None:
            raise SagewsError("busy")
        found.evaluated = RunId(said.run), said.channel
        found.said.append(said.body)
        if not self.held:
            self.clock.callLater(0, self.evaluate, session)

    def evaluate(self, session: SessionId, patch: Mapping[str, Any] | None = None) -> None:
        """Let a session end what it evaluates for an interact."""
        found = self.sessions.get(session)
        if found is None or found.evaluated is None:
            return
        (run, channel), found.evaluated = found.evaluated, None
        self.say(session, PieceKind.RESULT, {"data": {"text/plain": "4"}, "metadata": {}}, run)
        self.say(session, PieceKind.STATE, {"channel": channel, "body": patch or {}, "over": True}, run)

    def answered(self, session: SessionId, text: str) -> None:
        """Let a session go on behind its question."""
        self.say(session, PieceKind.CLOSE, {"channel": 1})
        self.say(session, PieceKind.STREAM, {"name": "stdout", "text": text})
        self.done(session)

    def _echo(self, session: SessionId, name: str, message: Mapping[str, Any]) -> None:
        codec = CODECS[name]
        answer = codec.decode(codec.encode(message).upper())
        self.clock.callLater(0, self.say, session, PieceKind.MESSAGE, answer, NO_RUN)

    async def ask(self, session: SessionId, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Know one name."""
        found = self._session(session)
        if found.request.kind != EVALUATION:
            raise SagewsError("bad-message", reason="this kind of session answers no questions")
        if found.running is not None and (question["type"] not in ("complete", "inspect") or self.deaf):
            raise SagewsError("busy")
        if question["type"] == "remove":
            return {"names": question["names"]}
        if question["type"] == "complete":
            return {"start": 0, "end": question["cursor"], "matches": [{"text": "print", "kind": "function"}]}
        if question["type"] == "variables":
            return {"variables": [{"name": "x", "kind": "int", "extent": "", "value": "1"}], "more": 0}
        return {"found": True, "data": {"text/plain": "print(*objects)"}}

    def release(self) -> None:
        """Let what is held go on."""
        for session in list(self.sessions):
            self._play(session)

    def _play(self, session: SessionId) -> None:
        found = self.sessions.get(session)
        if found is None or found.running is None:
            return
        source = found.running.source
        if source == PRINTS:
            self.say(session, PieceKind.STREAM, {"name": "stdout", "text": "hello\n"})
        elif source == SUM:
            self.say(session, PieceKind.RESULT, {"data": {"text/plain": "2"}, "metadata": {}})
        elif source == FAILS:
            self.say(session, PieceKind.ERROR, {"name": "ZeroDivisionError", "message": "", "frames": [], "plain": ""})
            self.done(session, "error")
        elif source in (ASKS, INTERACTS):
            self._open(session, source)
        elif source == DIES:
            self.end(session, Ending("memory", {"memory": 1}))
        if source not in (WAITS, DEAF, FAILS, DIES, ASKS):
            self.done(session)

    def _open(self, session: SessionId, source: str) -> None:
        found = self.sessions[session]
        kind: str = "interact" if source == INTERACTS else "input"
        found.asking = kind == "input"
        if not found.asking and found.running is not None:
            found.interacts.add((found.running.run, 1))
        body = {"prompt": "Name? ", "hidden": False} if found.asking else CONTROLS
        self.say(session, PieceKind.OPEN, {"channel": 1, "kind": kind, "body": body, "area": 0})

    def say(self, session: SessionId, kind: PieceKind, body: Mapping[str, Any], run: RunId | None = None) -> Piece:
        """Let a session say something about what it runs."""
        found = self.sessions[session]
        found.sequence += 1
        running = run if run is not None else (found.running.run if found.running else RunId(new_id()))
        piece = Piece(found.sequence, running, kind, body, len(str(body)))
        found.unacknowledged.append(piece)
        found.listener.piece(session, piece)
        return piece

    def done(self, session: SessionId, status: str = "ok") -> None:
        """Let a session end what it runs."""
        found = self.sessions[session]
        run = found.running.run if found.running else None
        source = found.running.source if found.running else ""
        found.running, found.asking = None, False
        times = {"seconds": 0.001, "cpu": 0.001}
        self.say(session, PieceKind.DONE, {"status": status, **times, **said_of(source)}, run)

    def end(self, session: SessionId, ending: Ending) -> None:
        """Let a session die."""
        found = self.sessions.pop(session)
        self.ended.append((session, ending.reason))
        found.listener.ended(session, ending)

    async def interrupt(self, session: SessionId) -> None:
        """Interrupt what runs, unless it is deaf."""
        found = self._session(session)
        found.interrupts += 1
        if found.running is not None and found.running.source != DEAF:
            self.clock.callLater(0, self.done, session, "interrupted")
        elif found.evaluated is not None:
            self.clock.callLater(0, self.evaluate, session)

    async def end_session(self, session: SessionId, reason: str) -> None:
        """End a session in the next turn."""
        self._session(session)
        self.clock.callLater(0, self._end_if_there, session, reason)

    def _end_if_there(self, session: SessionId, reason: str) -> None:
        if session in self.sessions:
            self.end(session, Ending(reason))

    def acknowledge(self, session: SessionId, sequence: int) -> None:
        """Forget pieces."""
        found = self.sessions.get(session)
        if found is not None:
            found.acknowledged = max(found.acknowledged, sequence)
            found.unacknowledged = [piece for piece in found.unacknowledged if piece.sequence > sequence]

    async def usage(self, session: SessionId) -> Usage:
        """Use a little."""
        self._session(session)
        return Usage(50 * 1024 * 1024, 0.5)

    def _uses(self, workspace: WorkspaceId) -> bool:
        return any(found.request.workspace == workspace for found in self.sessions.values())


def said_of(source: str) -> dict[str, str]:
    """Return what the end of a run says of its text."""
    try:
        names = names_of(ast.parse(source))
    except SyntaxError:
        names = NOTHING
    return {"shape": shape_of(source), "reads": " ".join(names.reads), "writes": " ".join(names.writes)}
