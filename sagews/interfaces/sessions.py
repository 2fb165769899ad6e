"""What a backend asks of a worker's sessions, and what it is told about them.

Requests go down by calling the host, results come up through the listener that was handed down with the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import Attribute, Interface

from sagews.interfaces.files import IWorkspaceFiles
from sagews.model.identifiers import RunId, SessionId
from sagews.model.sessions import NO_RUN, Ending, Piece, SessionRequest, Usage, WorkerInfo


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
    files: IWorkspaceFiles = Attribute("The homes of workspaces on the same machine.")

    async def open_session(request: SessionRequest, listener: Any) -> None:
        """Start a session; fires when it can take an evaluation.

        Raises:
            SagewsError: `no-worker`, `unknown-flavour`, `isolation`, `limit`; `bad-value` for an unknown kind.
        """

    async def send(session: SessionId, message: Mapping[str, Any], run: RunId = NO_RUN) -> None:
        """Say something to a session, in the form of its kind; what it says are pieces.

        A message that starts a run names it: it is taken once, however often it comes, and waits for a lost link. The
        pieces that follow carry the run's id.

        Raises:
            SagewsError: `bad-message` for what its kind does not know; `busy` while it can take nothing.
        """

    async def ask(session: SessionId, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask a session something, in the form of its kind, and return its answer.

        Raises:
            SagewsError: as `send`; `limit` when it takes too long.
        """

    async def interrupt(session: SessionId) -> None:
        """Send SIGINT; travels beside output, never behind it."""

    async def end_session(session: SessionId, reason: str) -> None:
        """End a session for good; `ended` follows with this reason."""

    def acknowledge(session: SessionId, sequence: int) -> None:
        """Say that every piece up to this number is committed: the worker forgets them and reads on."""

    async def usage(session: SessionId) -> Usage:
        """Return what the session uses now."""
