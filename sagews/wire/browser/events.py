"""What a backend says to a page: the second half of the table in `sagews/wire/browser/messages.py`."""

from __future__ import annotations

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


class ToPage(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Anything that a backend says."""

    def encoded(self) -> bytes:
        """Return the UTF-8 text of the frame."""
        return _encoder.encode(self)


class Person(msgspec.Struct, frozen=True):
    """Who is on a connection, as the server knows it."""

    connection: str
    user: str
    name: str
    state: dict[str, Any] | None = None


class Welcome(ToPage, frozen=True, tag="welcome"):
    """The answer to a greeting. `resume` is the one-use secret for the next connection."""

    protocol: int
    server: str
    connection: str
    user: dict[str, str]
    workspace: dict[str, str]
    role: str
    may_run: bool
    resume: str
    ping_seconds: float
    flavours: list[str]
    limits: dict[str, int]


class Error(ToPage, frozen=True, tag="error"):
    """A refusal: the code of errors.CATALOGUE, its parameters, the sentence; `about` is the refused message's type."""

    code: str
    parameters: dict[str, Any]
    message: str
    request: int | None = None
    about: str | None = None
    document: str | None = None
    edit: int | None = None


class RunStatus(ToPage, frozen=True, tag="run_state"):
    """Where a run is. Times are ISO 8601, UTC."""

    document: str
    epoch: int
    sequence: int
    run: str
    cell: str
    number: int
    state: str
    hash: str
    queued: str
    started: str | None = None
    finished: str | None = None
    seconds: float | None = None
    reason: str | None = None


class PieceBody(msgspec.Struct, frozen=True):
    """One piece of output; `kind` and `body` are those of wire/session.py."""

    sequence: int
    kind: str
    body: dict[str, Any]


class Output(ToPage, frozen=True, tag="output"):
    """A piece of output as it comes."""

    document: str
    epoch: int
    sequence: int
    run: str
    cell: str
    piece: PieceBody


class CellOutput(msgspec.Struct, frozen=True):
    """The last run of a cell and what is kept of its output; `left_out` counts pieces that `output` brings."""

    cell: str
    run: RunStatus
    pieces: list[PieceBody]
    left_out: int = 0


class SessionStatus(ToPage, frozen=True, tag="session"):
    """What people see of the session of a document. `sentence` says in words why it ended or what it waits for."""

    document: str
    state: str
    flavour: str
    since: str
    reason: str | None = None
    sentence: str | None = None
    memory: int | None = None
    memory_limit: int | None = None
    cpu: float | None = None
    queue: int = 0


class Opened(ToPage, frozen=True, tag="opened"):
    """A document: what the page lacks of it, and, unless `have` could be continued, all outputs."""

    document: str
    path: str
    epoch: int
    sequence: int
    update: bytes
    vector: bytes
    session: SessionStatus
    people: list[Person]
    cells: list[CellOutput] | None = None


class EditOut(ToPage, frozen=True, tag="edit"):
    """Somebody's edit."""

    document: str
    update: bytes
    author: str


class Saved(ToPage, frozen=True, tag="saved"):
    """The edit is committed in the database."""

    document: str
    edit: int


class PresenceOut(ToPage, frozen=True, tag="presence"):
    """Where somebody is; without a state they have left."""

    document: str
    person: Person
    left: bool = False


class Changed(ToPage, frozen=True, tag="changed"):
    """These cells are not what the page showed, so nothing of its request was run; `held` are the others in it."""

    document: str
    cells: list[str]
    held: list[str] = msgspec.field(default_factory=list)


class Completions(ToPage, frozen=True, tag="completions"):
    """What may follow."""

    document: str
    request: int
    start: int
    end: int
    matches: list[dict[str, str]]


class Inspection(ToPage, frozen=True, tag="inspection"):
    """What a name is."""

    document: str
    request: int
    found: bool
    data: dict[str, str]


class DocumentEntry(msgspec.Struct, frozen=True):
    """One document in a list."""

    id: str
    path: str
    title: str
    edited: str


class DocumentList(ToPage, frozen=True, tag="documents"):
    """The documents of the workspace."""

    request: int
    documents: list[DocumentEntry]


class Created(ToPage, frozen=True, tag="created"):
    """A new document (to everybody; `request` only to the asker)."""

    document: DocumentEntry
    request: int | None = None


class Renamed(ToPage, frozen=True, tag="renamed"):
    """A document has another path."""

    document: DocumentEntry
    request: int | None = None


class Removed(ToPage, frozen=True, tag="removed"):
    """A document was removed."""

    document: str
    request: int | None = None


class VersionEntry(msgspec.Struct, frozen=True):
    """One version of the workspace; `kind` is "autosave", "save", "named", "session" or "revert"."""

    id: str
    kind: str
    name: str
    author: str
    time: str
    files_changed: int


class Version(ToPage, frozen=True, tag="version"):
    """A version was committed; `unchanged` when there was nothing new to save."""

    version: VersionEntry | None
    request: int | None = None
    unchanged: bool = False


class VersionList(ToPage, frozen=True, tag="versions"):
    """Versions, newest first."""

    request: int
    versions: list[VersionEntry]
    more: bool


class FileDifference(msgspec.Struct, frozen=True):
    """What changed in one file: a unified diff, or a word for what is not text."""

    path: str
    status: str
    diff: str
    binary: bool = False
    cut: bool = False


class DifferenceOut(ToPage, frozen=True, tag="difference"):
    """What changed in a version."""

    request: int
    version: str
    against: str | None
    files: list[FileDifference]
    cut: bool = False


class WholeOutputOut(ToPage, frozen=True, tag="whole_output"):
    """Everything kept of one run."""

    request: int
    document: str
    run: str
    pieces: list[PieceBody]


class Rights(ToPage, frozen=True, tag="rights"):
    """What this person may do from now on."""

    role: str
    may_run: bool


class GoingAway(ToPage, frozen=True, tag="going_away"):
    """The backend stops; come back after this many seconds."""

    after: float


class Pong(ToPage, frozen=True, tag="pong"):
    """The answer to a ping."""

    sent: float
