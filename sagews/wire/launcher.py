"""What a daemon and its launcher say to each other, over one unix SOCK_SEQPACKET pair.

A packet is one UTF-8 JSON object (<= 64 KiB) with a "type", and the descriptors named in the table (SCM_RIGHTS).
Standard library only. The launcher has host root and treats the daemon as hostile: ids, never paths; fixed forms (no
field more, none less); anything else is answered with `refused` and changes nothing.

daemon → launcher
  configure pools: {flavour: int 0..64}, minimum: level, wanted: "auto" | level     once, the first packet.
            It chooses flavours among those of the launcher's own file and can only tighten the file's minimum level.
  session   id: uuid, workspace: uuid | null (a private, empty home), owner: uuid | null (whose room its home takes),
            flavour: str, kind: str (what the child becomes),
            limits: {memory, file, home, disk: bytes, processes, cpu_seconds: int}                  fds: [stream socket]
  job       id: uuid, job: a name of the fixed list, workspace: uuid | null, access: "read" | "fill" | "change",
            arguments: {name: str}, seconds: int, limits as above             fds: [stdin, stdout, stderr]
  signal    id: uuid, signal: "INT" | "KILL"
  usage     request: int, ids: [uuid]
  forget    request: int, workspace: uuid                   removes the home from this machine (refused while in use)
  stop      -                                               end every session, then the launcher itself

launcher → daemon
  hello     level: str, report: {...}, flavours: [str], uids: [first, last]      once, when it can serve
  flavour   flavour: str, state: "loading" | "ready" | "failed", reason: str
  started   id: uuid
  ended     id: uuid, reason: "exit" | "killed" | "memory" | "cpu" | "disk" | "deadline" | "crash", status: int,
            cpu_seconds: float, peak_memory: int
  refused   id: uuid | null, request: int | null, code: str, reason: str, parameters: {name: str | number}
  usage     request: int, sessions: {id: {memory: bytes, cpu_seconds: float}}
  forgotten request: int
  disk      a DiskReport of wire/homes.py: the homes that changed, at most twice a second
  died      reason: str

Every accepted `session` and `job` is answered by one `started` (a session whose flavour is still loading waits for it)
and one `ended`; a refused one by `refused` with its id. `status` is the exit status, or minus the signal's number.
A job runs as `python -I /srv/sagews/session/jobs/<job>.py <arguments as one JSON object>` in the folder /work (empty,
in memory, of the size `home`), with the workspace's files at /home/user and the three descriptors as 0, 1 and 2.
"fill" is for a job that lays out a home that is missing or was never laid out whole (`home-whole` for any other),
"change" for one that lays out any; until such a job has ended with status 0 nothing else gets the home: a job to
"read" it and a session are refused as `home-unfinished`, another such job as `busy`. A job to read what is not there is
refused as `no-home`; a session begins with an empty home then.
The descriptors' other ends are the daemon's; the launcher keeps none.
When the launcher dies and is started anew, `died` comes first; then it has to be configured again, and everything that
went on or was asked for is over without another word.
When the launcher cannot serve (level below the minimum), it sends `refused` with code "isolation" and ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import parse_id
from sagews.model.sessions import Isolation, Limits
from sagews.wire.fields import Fields
from sagews.wire.homes import MAX_SIZE, DiskReport, parse_disk

# One datagram: the kernel takes or leaves it whole, so no frame can be half read by a process with host root.
MAX_PACKET = 64 * 1024
MAX_IDS = 1000
MAX_ARGUMENTS = 64
MAX_ARGUMENT = 16 * 1024
MAX_POOL = 64
MAX_REASON = 2000
MAX_SECONDS = 3600
READ, FILL, CHANGE = ACCESS = ("read", "fill", "change")
SESSION = "session"
"""What a session's access is called beside those of jobs; it is never said on the wire."""
# Names and no paths: the daemon chooses among our own programs, it can't bring one.
JOBS = ("snapshot", "restore", "commit", "diff", "check", "read")
SIGNALS = ("INT", "KILL")
REASONS = ("exit", "killed", "memory", "cpu", "disk", "deadline", "crash")
FLAVOUR_STATES = ("loading", "ready", "failed")
# What these match names modules and goes into the log of a process with host root: no dot, no slash, no space.
FLAVOUR_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,31}")
KIND_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,31}")
ARGUMENT_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,31}")
LEVELS = tuple(level.value for level in Isolation)


@dataclass(frozen=True, slots=True)
class Configure:
    """What the daemon wishes: waiting children per flavour, the least level it accepts, the level it wants."""

    pools: Mapping[str, int]
    minimum: str
    wanted: str = "auto"


@dataclass(frozen=True, slots=True)
class StartSession:
    """Hand a waiting child its home and a socket (one descriptor)."""

    id: str
    workspace: str | None
    flavour: str
    limits: Limits
    kind: str = "evaluation"
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class StartJob:
    """Run a one-shot program of the fixed list (three descriptors)."""

    id: str
    job: str
    workspace: str | None
    access: str
    arguments: Mapping[str, str]
    seconds: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Signal:
    """Deliver "INT" or "KILL" to a session or job."""

    id: str
    signal: str


@dataclass(frozen=True, slots=True)
class AskUsage:
    """Ask what these sessions use now."""

    request: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveHome:
    """Remove a workspace's home from this machine."""

    request: int
    workspace: str


@dataclass(frozen=True, slots=True)
class StopLauncher:
    """End every session, then the launcher."""


Request = Configure | StartSession | StartJob | Signal | AskUsage | RemoveHome | StopLauncher


@dataclass(frozen=True, slots=True)
class LauncherInfo:
    """The level reached, how it was found, the flavours that can be asked for, the range of session uids."""

    level: str
    report: Mapping[str, Any]
    flavours: tuple[str, ...]
    uids: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FlavourState:
    """A flavour is loading, ready, or failed for a reason."""

    flavour: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A session or job has its home and its descriptors."""

    id: str


@dataclass(frozen=True, slots=True)
class Exited:
    """A session or job is over and nothing of it is left. Memory in bytes (0: unknown), CPU time in seconds."""

    id: str
    reason: str
    status: int
    cpu_seconds: float
    peak_memory: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A request was not done. `id` or `request` names it where it could be read."""

    code: str
    reason: str
    id: str | None = None
    request: int | None = None
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Memory in bytes and CPU seconds of each session that is still alive."""

    request: int
    sessions: Mapping[str, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HomeRemoved:
    """The home is gone."""

    request: int


@dataclass(frozen=True, slots=True)
class LauncherDied:
    """The launcher died, and everything of it; another one follows, which has to be configured."""

    reason: str


Reply = LauncherDied | LauncherInfo | FlavourState | Started | Exited | Refused | UsageReport | HomeRemoved | DiskReport

_NAMES: Mapping[type, str] = {
    Configure: "configure", StartSession: "session", StartJob: "job", Signal: "signal", AskUsage: "usage",
    RemoveHome: "forget", StopLauncher: "stop",
    LauncherInfo: "hello", FlavourState: "flavour", Started: "started", Exited: "ended", Refused: "refused",
    UsageReport: "usage", HomeRemoved: "forgotten", DiskReport: "disk", LauncherDied: "died",
}  # fmt: skip
DESCRIPTORS: Mapping[type, int] = {StartSession: 1, StartJob: 3}


def format_packet(value: Request | Reply) -> bytes:
    """Return the packet of a request or a reply.

    Raises:
        SagewsError: `too-large` above MAX_PACKET.
    """
    # Words on the wire are apart from the classes' names, so that a class can be renamed without a new protocol.
    body: dict[str, Any] = {"type": _NAMES[type(value)]}
    body.update(asdict(value))
    if isinstance(value, UsageReport):
        body["sessions"] = {id: {"memory": m, "cpu_seconds": c} for id, (m, c) in value.sessions.items()}
    packet = json.dumps(body, separators=(",", ":")).encode()
    if len(packet) > MAX_PACKET:
        raise SagewsError("too-large", limit=MAX_PACKET)
    return packet


def parse_request(packet: bytes, descriptors: int) -> Request:
    """Return the request in a packet that came with so many descriptors.

    Raises:
        SagewsError: `bad-message` or `bad-value` for anything out of form.
    """
    fields = Fields.of(packet, MAX_PACKET)
    request: Request = _parse(fields, _REQUEST_READERS)
    fields.finish()
    # Too many would stay open in the launcher, too few would make a session of whatever has that number.
    if descriptors != DESCRIPTORS.get(type(request), 0):
        raise SagewsError("bad-message", reason="it has the wrong number of descriptors")
    return request


def parse_reply(packet: bytes) -> Reply:
    """Return the reply in a packet.

    Raises:
        SagewsError: `bad-message` or `bad-value` for anything out of form.
    """
    fields = Fields.of(packet, MAX_PACKET)
    reply: Reply = _parse(fields, _REPLY_READERS)
    fields.finish()
    return reply


def identify(packet: bytes) -> tuple[str | None, int | None]:
    """Return the id and the request number of a packet that may be out of form, where they can be read."""
    try:
        fields = Fields.of(packet, MAX_PACKET)
    except SagewsError:
        return None, None
    # Of a packet that is refused: only what is in form itself is repeated, so that a refusal can't be made to say more.
    id, request = fields.peek("id"), fields.peek("request")
    try:
        known = parse_id(id, "id")
    except SagewsError:
        known = None
    return known, request if type(request) is int and 0 <= request < 2**53 else None


def _parse(fields: Fields, readers: Mapping[str, Any]) -> Any:
    kind = fields.choice("type", tuple(readers))
    return readers[kind](fields)


def _configure(fields: Fields) -> Configure:
    pools = {
        fields.matched("pools", name, FLAVOUR_PATTERN): fields.bounded("pools", size, 0, MAX_POOL)
        for name, size in fields.mapping("pools", MAX_POOL).items()
    }
    return Configure(pools, fields.choice("minimum", LEVELS), fields.choice("wanted", ("auto", *LEVELS)))


def _limits(fields: Fields) -> Limits:
    inner = Fields(fields.mapping("limits", len(Limits.__dataclass_fields__)))
    # What is more than the permits allow is refused by the launcher, with the permitted number in the words.
    limits = Limits(**{name: inner.integer(name, 0, MAX_SIZE) for name in Limits.__dataclass_fields__})
    inner.finish()
    return limits


def _id_or_none(fields: Fields, name: str) -> str | None:
    # Taken and not defaulted: a workspace left out by mistake would be an empty home in which files seem lost.
    value = fields.take(name)
    return None if value is None else parse_id(value, name)


def _session(fields: Fields) -> StartSession:
    id, workspace, owner = fields.id("id"), _id_or_none(fields, "workspace"), _id_or_none(fields, "owner")
    flavour, kind = fields.pattern("flavour", FLAVOUR_PATTERN), fields.pattern("kind", KIND_PATTERN)
    return StartSession(id, workspace, flavour, _limits(fields), kind, owner)


def _job(fields: Fields) -> StartJob:
    arguments = {
        fields.matched("arguments", name, ARGUMENT_PATTERN): fields.short("arguments", value, MAX_ARGUMENT)
        for name, value in fields.mapping("arguments", MAX_ARGUMENTS).items()
    }
    id, job, workspace = fields.id("id"), fields.choice("job", JOBS), _id_or_none(fields, "workspace")
    access, seconds = fields.choice("access", ACCESS), fields.integer("seconds", 1, MAX_SECONDS)
    return StartJob(id, job, workspace, access, arguments, seconds, _limits(fields))


def _hello(fields: Fields) -> LauncherInfo:
    first, last = (fields.bounded("uids", uid, 0, 2**32) for uid in fields.sequence("uids", 2, least=2))
    flavours = tuple(fields.matched("flavours", f, FLAVOUR_PATTERN) for f in fields.sequence("flavours", MAX_POOL))
    return LauncherInfo(fields.choice("level", LEVELS), fields.mapping("report", 1000), flavours, (first, last))


def _ended(fields: Fields) -> Exited:
    id, reason = fields.id("id"), fields.choice("reason", REASONS)
    status, cpu = fields.integer("status", -256, 255), fields.number("cpu_seconds")
    return Exited(id, reason, status, cpu, fields.integer("peak_memory", 0, MAX_SIZE))


def _refused(fields: Fields) -> Refused:
    id, request = fields.take("id"), fields.take("request")
    return Refused(
        fields.text("code", 64),
        fields.text("reason", MAX_REASON),
        None if id is None else parse_id(id, "id"),
        None if request is None else fields.bounded("request", request, 0, 2**53),
        {
            fields.matched("parameters", name, ARGUMENT_PATTERN): _parameter(fields, value)
            for name, value in fields.mapping("parameters", MAX_ARGUMENTS).items()
        },
    )


def _parameter(fields: Fields, value: object) -> str | int | float:
    """A value of a sentence: a number, or a text of bounded length."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return fields.short("parameters", value, MAX_REASON)


def _usage(fields: Fields) -> UsageReport:
    sessions = {}
    for id, value in fields.mapping("sessions", MAX_IDS).items():
        inner = Fields(value if isinstance(value, dict) else {})
        sessions[parse_id(id, "sessions")] = (inner.integer("memory", 0, MAX_SIZE), inner.number("cpu_seconds"))
    return UsageReport(fields.integer("request", 0, 2**53), sessions)


def _ask_usage(fields: Fields) -> AskUsage:
    ids = tuple(parse_id(id, "ids") for id in fields.sequence("ids", MAX_IDS))
    return AskUsage(fields.integer("request", 0, 2**53), ids)


def _flavour(fields: Fields) -> FlavourState:
    name = fields.pattern("flavour", FLAVOUR_PATTERN)
    return FlavourState(name, fields.choice("state", FLAVOUR_STATES), fields.text("reason", MAX_REASON))


_REQUEST_READERS: Mapping[str, Any] = {
    "configure": _configure,
    "session": _session,
    "job": _job,
    "signal": lambda fields: Signal(fields.id("id"), fields.choice("signal", SIGNALS)),
    "usage": _ask_usage,
    "forget": lambda fields: RemoveHome(fields.integer("request", 0, 2**53), fields.id("workspace")),
    "stop": lambda fields: StopLauncher(),
}
_REPLY_READERS: Mapping[str, Any] = {
    "hello": _hello,
    "flavour": _flavour,
    "started": lambda fields: Started(fields.id("id")),
    "ended": _ended,
    "refused": _refused,
    "usage": _usage,
    "disk": parse_disk,
    "died": lambda fields: LauncherDied(fields.text("reason", MAX_REASON)),
    "forgotten": lambda fields: HomeRemoved(fields.integer("request", 0, 2**53)),
}
