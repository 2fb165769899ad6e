"""What a worker and a backend say to each other: AMP over mutual TLS (net/amp.py), the worker dials.

    worker → backend
      Register       versions, who it is, what it can do, the sessions that it still holds    first, within 10 s
      Pieces         output, in batches; answered when the backend has it, at most a few batches unanswered
      SessionEnded   a session is over, after its last piece; answered, else it comes again after a resume
      Load           how many sessions it has, all backends' together, some moments after that changed
      Log            records of the worker's own log
      Heartbeat      says that this side lives

    backend → worker
      OpenSession SendMessage AskSession InterruptSession EndSession SessionUsage
                     one session; its id must have been given over this link
      Acknowledge    pieces up to these numbers are committed
      Part Fetch Abandon
                     bytes of a transfer, in parts; that it is given up
      RestoreHome SnapshotHome ReadHome MeasureHome ForgetHome
                     the files of a workspace
      Heartbeat      says that this side lives

A refusal is the error `Refusal` of net/amp.py. After a lost link the worker dials again, registers with the sessions
that it still holds, learns which of them the backend knows and up to which number it has their pieces, sends the rest
again in order, and ends the others. docs/protocol-worker.md tells it at length.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from twisted.protocols import amp

from sagews.model.logs import LogRecord
from sagews.model.sessions import Ending, Piece, SessionRequest, WorkerInfo
from sagews.net.amp import Heartbeat, LargeBytes, LinkCommand, Value
from sagews.wire.homes import HomeUsage
from sagews.wire.session.frames import MAX_FRAME_FROM_SESSION, MAX_FRAME_TO_SESSION

__all__ = ["COMMANDS", "LEAST_PROTOCOL", "PROTOCOL", "Heartbeat", "Held", "Known", "Registered", "WorkerSettings"]

PROTOCOL = 2
LEAST_PROTOCOL = 2
# Longer than a handshake over a bad line, short enough that strangers can't hold places.
REGISTER_SECONDS = 10.0
# A box is read whole, so a bundle of 256 MB would hold up everything else on the link for as long as it travels.
PART = 512 * 1024
MAX_TRANSFER = 256 * 1024 * 1024
# Each may hold 256 MiB in memory.
MAX_TRANSFERS = 4
# A batch is at least one piece, however large that is, with what its JSON adds.
MAX_BATCH = MAX_FRAME_FROM_SESSION + 2 * 1024 * 1024
# So little that a command behind it waits for milliseconds.
BATCH = 256 * 1024
_SMALL = 64 * 1024
# In whose line a job waits. A backend of the version before does not say it, and a worker of that version ignores it.
_ACCOUNT = amp.Unicode(optional=True)

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session that a worker still holds, as it was opened, and the number of its last piece."""

    # Told again although the backend knows them: a worker with a stale or another backend's session of this id is found
    # out by them.
    workspace: str | None
    epoch: Number
    last: Number


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session that a backend knows: up to which number it has received and committed pieces."""

    received: Number
    acknowledged: Number


# A day; an operator's setting beyond it is told as this.
MOST_KEEP_SECONDS = 86_400


class WorkerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one JSON object that a backend sends. It can only tighten what the worker's own file allows.

    Attributes:
        capacity: sessions at once.
        minimum: least isolation level.
        flavours: those that may be started.
        keep_seconds: how long sessions outlive a lost link.
        run_seconds: wall-clock time of one run.
    """

    capacity: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None
    minimum: str | None = None
    flavours: tuple[str, ...] | None = None
    keep_seconds: Annotated[float, msgspec.Meta(ge=1, le=MOST_KEEP_SECONDS)] | None = None
    run_seconds: Annotated[float, msgspec.Meta(ge=1, le=604_800)] | None = None


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to Register."""

    backend: str
    settings: WorkerSettings
    known: dict[str, Known]


Batch = list[tuple[str, list[Piece]]]


class Register(LinkCommand):
    """Sent by a worker as its first command, because a link only counts once it is answered; tells what it holds."""

    arguments = [
        (b"protocol", amp.Integer()),
        (b"least_protocol", amp.Integer()),
        (b"info", Value(WorkerInfo, MAX_BATCH)),
        (b"sessions", Value(dict[str, Held], MAX_BATCH)),
    ]
    response = [(b"protocol", amp.Integer()), (b"welcome", Value(Registered, MAX_BATCH))]


class Pieces(LinkCommand):
    """Sent by a worker with the output of its sessions; its answer is the credit for further batches."""

    arguments = [(b"batch", Value(Batch, MAX_BATCH))]
    response = []


class SessionEnded(LinkCommand):
    """Sent by a worker when a session is over and all of its pieces were sent; answered so that it may forget it."""

    arguments = [(b"session", amp.Unicode()), (b"ending", Value(Ending, _SMALL))]
    response = []


class Load(LinkCommand):
    """Sent by a worker when its number of sessions has changed: a backend sees only its own, and places by all."""

    arguments = [(b"sessions", amp.Integer())]
    response = []
    requiresAnswer = False


class Log(LinkCommand):
    """Sent by a worker with its log records, because it has no other way to the collector."""

    arguments = [(b"records", Value(list[LogRecord], MAX_BATCH))]
    response = []


class OpenSession(LinkCommand):
    """Sent by a backend to start a session; answered when it can take an evaluation."""

    arguments = [(b"request", Value(SessionRequest, _SMALL))]
    response = []


class SendMessage(LinkCommand):
    """Sent by a backend to say something to a session, in the form of its kind; what it says back are pieces.

    One that starts a run names it, and is then taken once, however often it comes: it is sent again after a lost link.
    """

    arguments = [
        (b"session", amp.Unicode()),
        (b"message", Value(dict[str, Any], MAX_FRAME_TO_SESSION)),
        (b"run", amp.Unicode()),
    ]
    response = []


class AskSession(LinkCommand):
    """Sent by a backend to ask a session something, in the form of its kind."""

    arguments = [(b"session", amp.Unicode()), (b"question", Value(dict[str, Any], MAX_FRAME_TO_SESSION))]
    response = [(b"answer", Value(dict[str, Any], MAX_BATCH))]


class InterruptSession(LinkCommand):
    """Sent by a backend to send SIGINT to a session; never waits behind output."""

    arguments = [(b"session", amp.Unicode())]
    response = []


class EndSession(LinkCommand):
    """Sent by a backend to end a session for good; SessionEnded follows with this reason."""

    arguments = [(b"session", amp.Unicode()), (b"reason", amp.Unicode())]
    response = []


class Acknowledge(LinkCommand):
    """Sent by a backend when pieces up to these numbers are committed; frees the worker's windows."""

    arguments = [(b"marks", Value(dict[str, Number], MAX_BATCH))]
    response = []
    requiresAnswer = False


class SessionUsage(LinkCommand):
    """Sent by a backend for what a session uses now: memory in bytes, processor time in seconds."""

    arguments = [(b"session", amp.Unicode())]
    response = [(b"memory", amp.Integer()), (b"cpu_seconds", amp.Float())]


class Part(LinkCommand):
    """Sent by a backend with the next bytes of a transfer, so that no box holds a whole bundle."""

    arguments = [(b"transfer", amp.Integer()), (b"data", LargeBytes(PART))]
    response = []


class Fetch(LinkCommand):
    """Sent by a backend for the bytes of a worker's transfer from an offset; none at its end, which also frees it."""

    arguments = [(b"transfer", amp.Integer()), (b"offset", amp.Integer())]
    response = [(b"data", LargeBytes(PART))]


class Abandon(LinkCommand):
    """Sent by a backend when it gives a transfer up before its end, which would hold its place until the link is lost.

    `upload` says whether it went to the worker or came from it. A worker of the version before does not know the
    command, says so in its log, and holds the place.
    """

    arguments = [(b"transfer", amp.Integer()), (b"upload", amp.Boolean())]
    response = []
    requiresAnswer = False


class RestoreHome(LinkCommand):
    """Sent by a backend to lay files into a home; the transfer holds a RestoreRequest (wire/jobs.py).

    Its `replace` is said here as well, because a worker does not look into it.
    """

    arguments = [
        (b"workspace", amp.Unicode()),
        (b"epoch", amp.Integer()),
        (b"transfer", amp.Integer()),
        (b"replace", amp.Boolean()),
        (b"account", _ACCOUNT),
    ]
    response = []


class SnapshotHome(LinkCommand):
    """Sent by a backend for a home's tree; the transfer holds a SnapshotRequest, the answer's the bundle."""

    arguments = [
        (b"workspace", amp.Unicode()),
        (b"epoch", amp.Integer()),
        (b"transfer", amp.Integer()),
        (b"account", _ACCOUNT),
    ]
    response = [
        (b"tree", amp.Unicode()),
        (b"left_out", Value(list[tuple[str, str]], MAX_BATCH)),
        (b"transfer", amp.Integer()),
    ]


class ReadHome(LinkCommand):
    """Sent by a backend for a part of a file of a home; the answer's transfer holds it."""

    arguments = [
        (b"workspace", amp.Unicode()),
        (b"epoch", amp.Integer()),
        (b"path", amp.Unicode()),
        (b"offset", amp.Integer()),
        (b"length", amp.Integer()),
        (b"account", _ACCOUNT),
    ]
    response = [(b"size", Value(int | None, _SMALL)), (b"transfer", amp.Integer())]


class MeasureHome(LinkCommand):
    """Sent by a backend for what a home holds and may hold; null where the worker does not know."""

    arguments = [(b"workspace", amp.Unicode()), (b"epoch", amp.Integer())]
    response = [(b"usage", Value(HomeUsage | None, _SMALL))]


class ForgetHome(LinkCommand):
    """Sent by a backend to remove a home from the worker."""

    arguments = [(b"workspace", amp.Unicode()), (b"epoch", amp.Integer())]
    response = []


COMMANDS = (
    *(Register, Pieces, SessionEnded, Load, Log, Heartbeat),
    *(OpenSession, SendMessage, AskSession, InterruptSession, EndSession, Acknowledge, SessionUsage),
    *(Part, Fetch, Abandon, RestoreHome, SnapshotHome, ReadHome, MeasureHome, ForgetHome),
)
