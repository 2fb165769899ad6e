"""The homes of workspaces on a worker at the other end of a link, as an IWorkspaceFiles."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Protocol

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.files import IWorkspaceFiles
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId
from sagews.net.memory_file import MemoryFile
from sagews.net.turns import Turns
from sagews.wire import worker as wire
from sagews.wire.homes import HomeUsage
from sagews.wire.jobs import ReadAnswer, ReadRequest, SnapshotRequest
from sagews.wire.parcels import left_out_pairs, object_id

# Above the worker's own limit of one job (120 s), which may have to wait for its turn there: its answer says what went
# wrong, ours would only say that it took too long.
JOB_SECONDS = 300.0
# When a class comes back at once, all but a few of its workspaces wait here: the worker has so many places and refuses
# whoever comes beside them.
TRANSFERS_WAITING = 2000
# Of one account: what is slow of it must not be all that is under way.
TRANSFERS_OF_ONE = wire.MAX_TRANSFERS - 1


class Ask(Protocol):
    """Calls the worker now, within some seconds; `worker-lost` without a link."""

    def __call__(self, command: Any, seconds: float = 60.0, **arguments: Any) -> Awaitable[dict[str, Any]]:
        """Return the answer."""


class Tell(Protocol):
    """Says something to the worker that is not answered; nothing happens without a link."""

    def __call__(self, command: Any, **arguments: Any) -> None:
        """Say it."""


@implementer(IWorkspaceFiles)
class RemoteFiles:
    """The homes of one worker. Requests travel in parts, because no box may be so large that control waits behind it.

    Args:
        ask: calls the worker.
        tell: tells it that a transfer was given up.
    """

    def __init__(self, ask: Ask, tell: Tell) -> None:
        self._ask = ask
        self._tell = tell
        self._transfers = itertools.count(1)
        # Two, because saves, which take long, have a place for what comes back and need one for what goes up only for
        # a moment: whoever opens a workspace finds places beside them.
        self._uploads = Turns(wire.MAX_TRANSFERS, TRANSFERS_WAITING, TRANSFERS_OF_ONE)
        self._downloads = Turns(wire.MAX_TRANSFERS, TRANSFERS_WAITING, TRANSFERS_OF_ONE)

    async def restore(
        self, workspace: WorkspaceId, epoch: int, parcel: MemoryFile, *, replace: bool = False, account: str = ""
    ) -> None:
        """See IWorkspaceFiles."""
        # With its job: until that has run, the worker holds all of it in memory.
        async with self._uploads.of(account or workspace):
            transfer = await self._upload(parcel.size, parcel.part)
            await self._ask(
                wire.RestoreHome,
                JOB_SECONDS,
                workspace=workspace,
                epoch=epoch,
                transfer=transfer,
                replace=replace,
                account=account or None,
            )

    async def snapshot(
        self, workspace: WorkspaceId, epoch: int, request: SnapshotRequest, *, account: str = ""
    ) -> Snapshot:
        """See IWorkspaceFiles."""
        content = request.to_bytes()
        line = account or workspace
        async with self._downloads.of(line):
            async with self._uploads.of(line):
                transfer = await self._upload(len(content), lambda first, length: content[first : first + length])
            answer = await self._ask(
                wire.SnapshotHome,
                JOB_SECONDS,
                workspace=workspace,
                epoch=epoch,
                transfer=transfer,
                account=account or None,
            )
            left_out = left_out_pairs([list(pair) for pair in answer["left_out"]])
            return Snapshot(object_id(answer["tree"]), await self._download(answer["transfer"]), left_out)

    async def read(self, workspace: WorkspaceId, epoch: int, request: ReadRequest, *, account: str = "") -> ReadAnswer:
        """See IWorkspaceFiles."""
        async with self._downloads.of(account or workspace):
            answer = await self._ask(
                wire.ReadHome,
                JOB_SECONDS,
                workspace=workspace,
                epoch=epoch,
                path=request.path,
                offset=request.offset,
                length=request.length,
                account=account or None,
            )
            return ReadAnswer(answer["size"], await self._download(answer["transfer"]))

    async def usage(self, workspace: WorkspaceId, epoch: int) -> HomeUsage | None:
        """See IWorkspaceFiles."""
        answer = await self._ask(wire.MeasureHome, workspace=workspace, epoch=epoch)
        usage: HomeUsage | None = answer["usage"]
        return usage

    async def forget(self, workspace: WorkspaceId, epoch: int) -> None:
        """See IWorkspaceFiles."""
        await self._ask(wire.ForgetHome, workspace=workspace, epoch=epoch)

    async def _upload(self, size: int, part: Callable[[int, int], bytes]) -> int:
        if size > wire.MAX_TRANSFER:
            raise SagewsError("too-large", limit=wire.MAX_TRANSFER)
        transfer = next(self._transfers)
        async with self._whole_or_abandoned(transfer, upload=True):
            # One after the other, each awaited: only so can an interrupt or a keystroke's answer get in between two
            # parts.
            for first in range(0, size, wire.PART):
                await self._ask(wire.Part, transfer=transfer, data=part(first, wire.PART))
        return transfer

    async def _download(self, transfer: int) -> bytes:
        content = BytesIO()
        async with self._whole_or_abandoned(transfer, upload=False):
            while data := (await self._ask(wire.Fetch, transfer=transfer, offset=content.tell()))["data"]:
                content.write(data)
                if content.tell() > wire.MAX_TRANSFER:
                    raise SagewsError("too-large", limit=wire.MAX_TRANSFER)
        return content.getvalue()

    @asynccontextmanager
    async def _whole_or_abandoned(self, transfer: int, *, upload: bool) -> AsyncIterator[None]:
        """Have the worker forget a transfer that ends before it is whole."""
        try:
            yield
        except BaseException:
            self._tell(wire.Abandon, transfer=transfer, upload=upload)
            raise
