"""What a backend asks of a worker's sessions, and what it is told about them.

Requests go down by calling the host, results come up through the listener that was handed down with the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zope.interface import Attribute, Interface

from sagews.model.history import Snapshot
from sagews.model.identifiers import SessionId, WorkspaceId
from sagews.model.sessions import Ending, Evaluation, Piece, SessionRequest, Usage, WorkerInfo


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
