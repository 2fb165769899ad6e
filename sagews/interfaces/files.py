"""What a backend asks of the homes of workspaces on a worker's machine.

Apart from sessions, because whoever keeps versions needs no session, and whoever runs cells needs no tree.
"""

from __future__ import annotations

from zope.interface import Interface

from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId
from sagews.net.memory_file import MemoryFile
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import ReadAnswer, ReadRequest, SnapshotRequest


class IWorkspaceFiles(Interface):
    """The homes of one worker; in process, or over AMP and TLS. Both pass tests/contracts/files.py.

    What is handed down is the request of the one-shot job that does it in a jail: it is packed once, by whoever has to
    send it on, and nobody between looks into it. Jobs wait in the line of the account that is named, the owner
    of the workspace, or else in a line of the workspace's own; lines are served by turns.
    """

    async def restore(
        workspace: WorkspaceId, epoch: int, parcel: MemoryFile, *, replace: bool = False, account: str = ""
    ) -> None:
        """Lay the files of a commit into the workspace's home, whole; does nothing if the home is whole already.

        The parcel is a RestoreRequest, which may hold hundreds of megabytes; it is sealed, and stays its caller's.
        With `replace`, which is said here as well, the home's files become those of the commit. While it is under way,
        and after it has failed until it is done again, nothing else gets the home.

        Raises:
            SagewsError: `conflict` for an older epoch than was seen; `disk-full`, `disk-failed`; `busy`; what else the
                job ended with.
        """

    async def snapshot(workspace: WorkspaceId, epoch: int, request: SnapshotRequest, *, account: str = "") -> Snapshot:
        """Return the home's whole tree, with the documents' texts in it, as a bundle.

        A worker may keep the tree and the objects of the last answer (restore's too): where the request's `have` is
        that tree, they are added to its `known`, which the bundle leaves out.

        Raises:
            SagewsError: `no-home` where nothing was ever laid out, `home-unfinished` where it was not laid out whole;
                as `restore`.
        """

    async def read(workspace: WorkspaceId, epoch: int, request: ReadRequest, *, account: str = "") -> ReadAnswer:
        """Return a part of a file of the home, as far as those may see it who may see the workspace.

        Raises:
            SagewsError: as `snapshot`.
        """

    async def usage(workspace: WorkspaceId, epoch: int) -> HomeUsage | None:
        """Return what the workspace's home holds and may hold, as far as it is known.

        Raises:
            SagewsError: `conflict` for an older epoch than was seen.
        """

    async def forget(workspace: WorkspaceId, epoch: int) -> None:
        """Remove the workspace's home from this worker.

        Raises:
            SagewsError: `conflict` for an older epoch than was seen: the home is its successor's by now; `busy` while a
                session uses it.
        """
