"""Bundles in the store as jobs get them: a part at a time, so that this process never holds one of them whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sagews.errors import SagewsError
from sagews.interfaces.history import IHistoryStore
from sagews.model.identifiers import WorkspaceId

# Decoded and written in about a millisecond.
PART = 512 * 1024


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

    async def copy(self, write: Callable[[bytes], object]) -> None:
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
