"""What the daemon asks of the one process that has host root, and what it is told about sessions and jobs."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any

from zope.interface import Attribute, Interface

from sagews.model.identifiers import SessionId, WorkspaceId
from sagews.model.sessions import Limits, Usage
from sagews.net.memory_file import MemoryFile
from sagews.wire.homes import HomeUsage


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
        kind: str,
        owner: str | None = None,
    ) -> None:
        """Hand a waiting child its home and this end of a stream socket (which the launcher client closes here).

        The home takes its share of the disk from the owner's.

        The child becomes a session of the kind; one that it does not know ends at once.
        """

    async def run_job(
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
        """Run a one-shot jail with this as standard input and return its standard output.

        It waits in the line of an account, or of the workspace where no account is named; lines are served by turns.
        A file is sealed; it stays its caller's, who closes it when the job is over.

        Raises:
            SagewsError: `limit` past the deadline or the output limit; `disk-full`, `disk-failed`; `no-home`,
                `home-unfinished`, `home-whole` or `busy` where the home is not in a state for this access
                (wire/launcher.py); `internal` when it failed (it is logged).
        """

    def signal(session: SessionId, signal: str) -> None:
        """Send "INT" or "KILL"."""

    async def usage(sessions: Sequence[SessionId]) -> Mapping[str, Usage]:
        """Return what these sessions use now."""

    def home_usage(workspace: WorkspaceId) -> HomeUsage | None:
        """Return what a workspace's home held when that was last told, if it is watched."""

    async def forget(workspace: WorkspaceId) -> None:
        """Remove a home."""
