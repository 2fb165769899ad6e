"""Sessions and what they print: the values that travel between a backend and its workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sagews.model.identifiers import CellId, RunId, SessionId, UserId, WorkspaceId

JSON = Any

MEBIBYTE = 1024 * 1024


class Isolation(StrEnum):
    """The levels of isolation, strongest first (docs/security.md says what each holds)."""

    FULL = "full"
    NAMESPACES = "namespaces"
    USERNS = "userns"
    SETUID_LANDLOCK = "setuid+landlock"
    SETUID = "setuid"
    LANDLOCK = "landlock"
    NONE = "none"

    def suffices(self, minimum: Isolation) -> bool:
        """Whether this level is at least as strong as the minimum."""
        # Their order above is their rank.
        order = list(Isolation)
        return order.index(self) <= order.index(minimum)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one session may use at most. Sizes in bytes.

    `home` is the size of homes in memory, of sessions without a workspace; `disk` that of a workspace's home on disk.
    """

    memory: int = 2048 * MEBIBYTE
    processes: int = 64
    file: int = 256 * MEBIBYTE
    home: int = 1024 * MEBIBYTE
    cpu_seconds: int = 24 * 3600
    disk: int = 2048 * MEBIBYTE


class RunState(StrEnum):
    """Where a run of one cell is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    ERROR = "error"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


class SessionState(StrEnum):
    """What people see of a session."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    RUNNING = "running"
    INTERRUPTING = "interrupting"
    STUBBORN = "stubborn"
    ENDED = "ended"


class PieceKind(StrEnum):
    """What a piece of output is; the names are those of the session's frames (wire/session/frames.py).

    A clear and an update change pieces that came before, and are none themselves.
    A notice is a sentence of the backend's own, as that nothing more is kept. A channel is the place in the output
    where an interact stands. A message is what a session of another kind than evaluation says; its body is of that
    kind's own form.
    """

    STREAM = "stream"
    DISPLAY = "display"
    RESULT = "result"
    ERROR = "error"
    SPILLED = "spilled"
    AREA = "area"
    CLEAR = "clear"
    UPDATE = "update"
    NOTICE = "notice"
    OPEN = "open"
    STATE = "state"
    CHANNEL = "channel"
    CLOSE = "close"
    STARTED = "started"
    DONE = "done"
    MESSAGE = "message"


REPLACEABLE = (PieceKind.DISPLAY, PieceKind.CHANNEL)
"""Kinds of which a piece may take the place of one that is stored."""

EVALUATION = "evaluation"
"""The kind of session that evaluates cells."""

NO_RUN = RunId("")
"""Of what a session says that belongs to no run."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One numbered piece of what a session printed.

    Attributes:
        sequence: counts from 1 within the session, without gaps.
        run: the run that it belongs to; empty where the kind of the session knows no runs.
        body: the frame's other fields.
        size: bytes on the wire, which count against the credit window.
    """

    sequence: int
    run: RunId
    kind: PieceKind
    body: Mapping[str, JSON]
    size: int


class EncodedBody(dict[str, JSON]):
    """The body of a large piece together with its JSON: to make that again for pages and store takes long.

    Attributes:
        encoded: the JSON, UTF-8.
    """

    __slots__ = ("encoded",)

    def __init__(self, body: Mapping[str, JSON], encoded: bytes) -> None:
        super().__init__(body)
        self.encoded = encoded


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a backend asks a worker to start; a request with an older lease `epoch` is refused.

    `kind` says what is at the other end of the channel: cells are evaluated, or what a kind of its own does
    (worker/kinds/ and session/kinds/). `account` is who began it: what it costs the worker is charged to them.
    `owner` is who owns the workspace: its files take their share of the disk.
    """

    session: SessionId
    workspace: WorkspaceId | None
    flavour: str
    limits: Limits
    epoch: int
    correlation: str
    account: UserId | None = None
    kind: str = EVALUATION
    owner: UserId | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One cell to evaluate."""

    run: RunId
    cell: CellId
    number: int
    source: str
    mode: str
    shows: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a session is over.

    Attributes:
        reason: "stopped", "exit", "killed", "memory", "cpu", "disk", "deadline", "crash", "protocol", "worker-lost".
        detail: numbers for the sentence that people read, for instance memory in bytes.
    """

    reason: str
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a session uses now."""

    memory: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker says of itself when it registers."""

    id: str
    level: Isolation
    flavours: tuple[str, ...]
    report: Mapping[str, JSON]
    sessions: int
    capacity: int
