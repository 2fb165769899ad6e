"""Bundles in the store as jobs get them: a part at a time, so that this process never holds one of them whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.errors import SagewsError
from sagews.interfaces.history import IHistoryStore
from sagews.model.identifiers import WorkspaceId
from sagews.net.background import sleep
from sagews.net.memory_file import MemoryFile

# Decoded and written in about a millisecond.
PART = 512 * 1024

log = Logger()
Write = Callable[[bytes | memoryview], object]


class Source(Protocol):
    """What goes into a parcel; others have turns between its parts."""

    async def copy(self, write: Write) -> None:
        """Have each part written in its turn."""


class HeldBlobs:
    """Blobs that are in memory already, and may be large.

    Args:
        clock: gives others their turns.
        blobs: in order.
    """

    def __init__(self, clock: IReactorTime, blobs: Sequence[bytes | memoryview]) -> None:
        self._clock = clock
        self._blobs = blobs

    async def copy(self, write: Write) -> None:
        """Have each part written in its turn."""
        for blob in self._blobs:
            whole = memoryview(blob)
            for first in range(0, len(whole), PART):
                if first:
                    await sleep(self._clock, 0)
                write(whole[first : first + PART])


class StoredBundles:
    """Some bundles of a workspace, oldest first.

    Args:
        store: has them.
        workspace: whose they are.
        found: their commits, each with the bundle's size in bytes.
    """

    def __init__(self, store: IHistoryStore, workspace: WorkspaceId, found: Mapping[str, int]) -> None:
        self._store = store
        self._workspace = workspace
        self._found = found

    @property
    def sizes(self) -> Sequence[int]:
        """Their sizes in bytes."""
        return list(self._found.values())

    async def copy(self, write: Write) -> None:
        """Have each part written in its turn.

        Raises:
            SagewsError: `not-found` when a version was thinned out meanwhile; what the store and `write` raise.
        """
        for commit, size in self._found.items():
            for first in range(0, size, PART):
                length = min(PART, size - first)
                part: bytes = await self._store.bundle_part(self._workspace, commit, first, length)
                if len(part) != length:
                    raise SagewsError("not-found")
                write(part)


async def stored_bundles(
    store: IHistoryStore, workspace: WorkspaceId, first: str | None, last: str | None
) -> StoredBundles:
    """Return the bundles that hold one or two commits, oldest first; that of `last`, if newer, is the last one."""
    found: dict[str, int] = {}
    for commit in (first, last):
        if commit is not None:
            found |= {key: size for key, size in await store.bundle_sizes(workspace, commit) if key not in found}
    return StoredBundles(store, workspace, found)


@asynccontextmanager
async def parcel(job: str, opening: bytes, *sources: Source) -> AsyncIterator[MemoryFile]:
    """Give a file with the parcel that a job reads, for as long as the job runs.

    Args:
        job: a name for the log.
        opening: what stands before the blobs.
        sources: have the blobs, in order.

    Raises:
        SagewsError: `internal` without room for it; what the sources raise.
    """
    try:
        with MemoryFile() as file:
            file.write(opening)
            for source in sources:
                await source.copy(file.write)
            yield file
    except OSError as error:
        log.error("no room for the input of {job}: {error}", job=job, error=error)
        raise SagewsError("internal", correlation=job) from error
