"""The joints between the folders: requests go down by calling these, results come up through a listener.

Everything that two folders share beyond values stands here, so that siblings never import each other. Each interface
has one contract in tests/contracts/ that every implementation passes, fakes too. Coroutine methods are awaited as
Deferreds; they raise SagewsError for what a caller should be told.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from zope.interface import Attribute, Interface

from sagews.model.accounts import Grant, Login, Role, User
from sagews.model.history import Commit, Snapshot
from sagews.model.identifiers import (
    DocumentId,
    LoginId,
    RunId,
    SessionId,
    UserId,
    WorkspaceId,
)
from sagews.model.logs import LogQuery, LogRecord
from sagews.model.sessions import (
    Ending,
    Evaluation,
    Limits,
    Piece,
    Run,
    SessionRequest,
    StoredPiece,
    Usage,
    WorkerInfo,
)
from sagews.model.workspaces import Document, Workspace

# ---------------------------------------------------------------------------------------------- compute


class ISessionListener(Interface):
    """What a worker tells whoever opened a session. Called in order; must not block and must not raise."""

    def piece(session: SessionId, piece: Piece) -> None:
        """Take the next piece of output. It counts against the window until `acknowledge`."""

    def ended(session: SessionId, ending: Ending) -> None:
        """Learn that the session is over, after its last piece. Nothing follows."""


class ISessionHost(Interface):
    """One worker as a backend sees it; in process, or over AMP and TLS. Both pass tests/contracts/session_host.py.

    What a session prints is numbered from 1. A worker keeps each piece until it is acknowledged and stops reading from
    the session while more than `window` bytes are unacknowledged. A lost link is resumed by the worker: pieces that
    were not acknowledged come again, in order, and a listener drops those that it has by their number.
    """

    info: WorkerInfo = Attribute("What the worker said when it registered.")

    async def open_session(request: SessionRequest, listener: Any) -> None:
        """Start a session; fires when it can take an evaluation.

        Raises:
            SagewsError: `no-worker`, `unknown-flavour`, `isolation`, `limit`.
        """

    async def evaluate(session: SessionId, evaluation: Evaluation) -> None:
        """Hand a cell over; pieces follow, the last of kind DONE. One at a time: `busy` otherwise."""

    async def interrupt(session: SessionId) -> None:
        """Send SIGINT; travels beside output, never behind it."""

    async def end_session(session: SessionId, reason: str) -> None:
        """End a session for good; `ended` follows with this reason."""

    def acknowledge(session: SessionId, sequence: int) -> None:
        """Say that every piece up to this number is committed: the worker forgets them and reads on."""

    async def complete(session: SessionId, code: str, cursor: int) -> Mapping[str, Any]:
        """Return {start, end, matches: [{text, kind}]}."""

    async def inspect(session: SessionId, code: str, cursor: int, detail: int) -> Mapping[str, Any]:
        """Return {found, data: {mime: text}}."""

    async def usage(session: SessionId) -> Usage:
        """Return what the session uses now."""

    async def restore(
        workspace: WorkspaceId,
        epoch: int,
        bundles: Sequence[bytes],
        commit: str | None,
        replace: bool = False,
        leave: Sequence[str] = (),
    ) -> None:
        """Lay the files of a commit into the workspace's home; does nothing if the home was filled before.

        With `replace` the home's files become those of the commit: what only the last bundle's commit has is removed.
        Paths in `leave` (documents, whose text the backend has) are not touched. One job: `wire.jobs.RestoreRequest`,
        with `write`.
        """

    async def snapshot(workspace: WorkspaceId, epoch: int, files: Mapping[str, bytes], have: str | None) -> Snapshot:
        """Return the home's whole tree, with the documents' texts in it, as a bundle.

        One job: `wire.jobs.SnapshotRequest`, without `write`. A worker may keep the tree and the objects of the last
        answer (restore's too): where `have` is that tree, they are the request's `known`, which the bundle leaves out.
        """

    async def forget(workspace: WorkspaceId) -> None:
        """Remove the workspace's home from this worker; refused as `busy` while a session uses it."""


class ILauncherListener(Interface):
    """What the launcher tells about one session or job."""

    def ended(reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """It is over and nothing of it is left."""


class ILauncher(Interface):
    """The daemon's side of the launcher's control socket (wire/launcher.py)."""

    level: str = Attribute("Name of the isolation level that was reached.")
    report: Mapping[str, Any] = Attribute("What was found by trying.")
    flavours: Sequence[str] = Attribute("Flavours that can be started.")

    async def open_session(
        session: SessionId,
        workspace: WorkspaceId | None,
        flavour: str,
        limits: Limits,
        stream: socket.socket,
        listener: Any,
    ) -> None:
        """Hand a waiting child its home and this end of a stream socket (which the launcher client closes here)."""

    async def run_job(
        job: str,
        workspace: WorkspaceId | None,
        *,
        write: bool,
        arguments: Mapping[str, str],
        input: bytes,
        seconds: int,
        output_limit: int,
        limits: Limits,
    ) -> bytes:
        """Run a one-shot jail with these bytes as standard input and return its standard output.

        Raises:
            SagewsError: `limit` past the deadline or the output limit, `internal` when it failed (it is logged).
        """

    def signal(session: SessionId, signal: str) -> None:
        """Send "INT" or "KILL"."""

    async def usage(sessions: Sequence[SessionId]) -> Mapping[str, Usage]:
        """Return what these sessions use now."""

    async def forget(workspace: WorkspaceId) -> None:
        """Remove a home."""


# ---------------------------------------------------------------------------------------------- store


class IAccountStore(Interface):
    """Users, logins, settings, tokens (the frontend's database role; the backend's sees all but hashes)."""

    async def create_user(email: str, name: str, privilege: str, password_hash: str | None) -> User:
        """Create an account; `name-taken` if the address (compared without case) exists."""

    async def create_first_administrator(email: str, name: str) -> User:
        """Create the first administrator in one statement; `expired` if there is one already."""

    async def has_administrator() -> bool:
        """Whether there is an administrator."""

    async def user(user: UserId) -> User | None:
        """Return an account that is not disabled."""

    async def user_by_email(email: str) -> User | None:
        """Return an account that is not disabled, by its address without case."""

    async def users(limit: int, after: UserId | None) -> list[User]:
        """List accounts by id."""

    async def password_hash(email: str) -> tuple[User, str | None] | None:
        """Return an account and its argon2 hash for sign-in."""

    async def set_password(user: UserId, password_hash: str, keep: LoginId | None) -> None:
        """Store a hash and end every login but `keep`, in one statement; notifies `logins_ended`."""

    async def rehash_password(user: UserId, password_hash: str) -> None:
        """Store a hash of the same password made with newer parameters; ends no login."""

    async def update_user(user: UserId, name: str | None, email: str | None) -> User:
        """Change name or address."""

    async def set_privilege(user: UserId, privilege: str) -> None:
        """Change what a person is on the installation."""

    async def disable_user(user: UserId, disabled: bool) -> None:
        """Disable an account (its logins end) or enable it again."""

    async def create_login(
        login: LoginId, user: UserId, cookie_hash: bytes, secret_hash: bytes, expires: datetime
    ) -> Login:
        """Store a sign-in: SHA-256 of the cookie and of the origin's secret."""

    async def login_by_cookie(cookie_hash: bytes) -> tuple[Login, bytes] | None:
        """Return a login that is alive and the hash of its origin's secret."""

    async def login_is_alive(login: LoginId) -> bool:
        """Whether a login has neither ended nor expired; asked again by open sockets."""

    async def end_login(login: LoginId) -> None:
        """End a login; notifies `logins_ended`."""

    async def create_token(login: LoginId, user: UserId, token_hash: bytes, expires: datetime) -> Login:
        """Store a personal token (for the command line): a login without a cookie."""

    async def login_by_token(token_hash: bytes) -> Login | None:
        """Return the login of a personal token."""

    async def put_one_time(kind: str, token_hash: bytes, subject: str, expires: datetime) -> None:
        """Store a one-time token: "first", "link", "join"."""

    async def spend_one_time(kind: str, token_hash: bytes) -> str | None:
        """Spend a one-time token in one statement and return its subject; None if unknown, spent or expired."""

    async def settings(user: UserId) -> dict[str, str]:
        """Return user_settings of a person."""

    async def set_settings(user: UserId, values: Mapping[str, str]) -> None:
        """Upsert user_settings."""

    async def count_attempt(key: bytes, window_seconds: int) -> int:
        """Count a sign-in attempt under a hashed key and return how many there were within the window."""

    async def clear_attempts(key: bytes) -> None:
        """Forget the attempts of a key after success."""


class IWorkspaceStore(Interface):
    """Workspaces, documents, grants, tickets, leases."""

    async def create_workspace(
        workspace: WorkspaceId, name: str, owner: UserId, document: DocumentId, path: str
    ) -> Workspace:
        """Create a workspace, its owner's grant and its first document in one transaction."""

    async def workspaces(user: UserId) -> list[tuple[Workspace, Role]]:
        """List what a person may open, last edited first."""

    async def workspace(workspace: WorkspaceId) -> Workspace | None:
        """Return one workspace."""

    async def rename_workspace(workspace: WorkspaceId, name: str) -> None:
        """Change the name."""

    async def delete_workspace(workspace: WorkspaceId) -> None:
        """Mark a workspace as deleted."""

    async def grant(workspace: WorkspaceId, user: UserId) -> Grant | None:
        """Return what a person may do here, or None."""

    async def set_grant(workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        """Grant or change a grant; notifies `grants_changed`."""

    async def remove_grant(workspace: WorkspaceId, user: UserId) -> None:
        """Take a grant away (never the last owner's); notifies `grants_changed`."""

    async def people(workspace: WorkspaceId) -> list[tuple[User, Grant]]:
        """List who may open a workspace."""

    async def documents(workspace: WorkspaceId) -> list[Document]:
        """List documents by path."""

    async def document(document: DocumentId) -> Document | None:
        """Return one document that is not removed."""

    async def create_document(workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        """Create a document; `name-taken` if the path exists."""

    async def rename_document(document: DocumentId, path: str) -> Document:
        """Give another path; `name-taken` if it exists."""

    async def remove_document(document: DocumentId) -> None:
        """Mark as removed."""

    async def touch_document(document: DocumentId, title: str) -> None:
        """Note an edit: time and title, on the document and its workspace."""

    async def create_ticket(
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        role: str,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket: good for 30 s and one use."""

    async def spend_ticket(ticket_hash: bytes, backend: str) -> tuple[LoginId, User, WorkspaceId | None] | None:
        """Spend a ticket in one statement; None if unknown, spent, expired, or for another backend."""

    async def take_lease(workspace: WorkspaceId, backend: str, seconds: int) -> int | None:
        """Take or renew a lease: its epoch, which counts up when the owner changes; None if another owns it."""

    async def release_lease(workspace: WorkspaceId, backend: str, epoch: int) -> None:
        """Give a lease back."""

    async def set_session_state(workspace: WorkspaceId, state: str) -> None:
        """Note for lists whether something runs here."""


class IDocumentStore(Interface):
    """The CRDT updates of documents."""

    async def append(document: DocumentId, epoch: int, updates: Sequence[tuple[UserId, bytes]]) -> int:
        """Commit updates in order in one statement; returns the last sequence. `conflict` if the epoch is old."""

    async def load(document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return the newest snapshot's state and the updates after it, in order."""

    async def snapshot(document: DocumentId, epoch: int, state: bytes) -> None:
        """Store the whole state as a snapshot that covers every update so far."""


class IRunStore(Interface):
    """Runs and their output."""

    async def new_epoch(document: DocumentId, epoch: int) -> list[RunId]:
        """Mark runs that an earlier life left unfinished as lost and return them."""

    async def put_run(run: Run) -> bool:
        """Store a run; False if this id is known (it runs once)."""

    async def set_state(
        run: RunId, state: str, started: datetime | None, finished: datetime | None, seconds: float | None
    ) -> None:
        """Store where a run is."""

    async def commit(document: DocumentId, epoch: int, pieces: Sequence[StoredPiece], states: Sequence[Run]) -> None:
        """Commit pieces and run states in one statement; a piece that is there already is left as it is."""

    async def last_runs(document: DocumentId) -> list[Run]:
        """Return the last run of each cell."""

    async def pieces(run: RunId, first: int, limit: int) -> list[StoredPiece]:
        """Return pieces of a run, in order, from a number on."""

    async def delete_old(document: DocumentId, keep: Sequence[RunId]) -> int:
        """Delete output of runs that are neither the last of their cell nor in `keep`; returns how many."""


class IHistoryStore(Interface):
    """Commits and bundles of workspaces."""

    async def add(workspace: WorkspaceId, ref: str, expected: str | None, commit: Commit, bundle: bytes) -> bool:
        """Store a commit and its bundle and move the ref from `expected`, all or nothing; False if it has moved."""

    async def head(workspace: WorkspaceId, ref: str) -> Commit | None:
        """Return the commit that a ref ("main", "autosave") points to."""

    async def newest(workspace: WorkspaceId) -> Commit | None:
        """Return the newest commit on any ref."""

    async def commits(workspace: WorkspaceId, before: str | None, limit: int) -> list[Commit]:
        """List commits of both refs, newest first."""

    async def commit(workspace: WorkspaceId, commit: str) -> Commit | None:
        """Return one commit."""

    async def bundles(workspace: WorkspaceId, commit: str) -> list[bytes]:
        """Return the bundles, oldest first, that together hold a commit."""


class ILogStore(Interface):
    """Log records in daily partitions."""

    async def insert(records: Sequence[LogRecord]) -> None:
        """Insert a batch in one statement; a record whose id is there already is left out."""

    async def ensure_days(days: Sequence[date]) -> None:
        """Make the partitions of these days ahead, where they are missing."""

    async def query(query: LogQuery) -> list[LogRecord]:
        """Return records, newest first."""

    async def drop_before(day: datetime) -> int:
        """Drop whole partitions older than a day; returns how many."""


class ILogSink(Interface):
    """Where a batch of records goes: the collector, in process or over TLS."""

    async def deliver(records: Iterable[LogRecord]) -> None:
        """Deliver a batch; fires when it is committed. Raises when the collector can't be reached."""
