"""A home that is a plain folder: nothing keeps it from growing, so it is measured while sessions use it."""

from __future__ import annotations

from sagews.wire.homes import HomeUsage

SLACK = 16 * 2**20
"""Growth beyond what it was ended for, until sessions are ended again: whoever deletes writes a little too."""
BYTES_FOR_A_FILE = 16 * 1024


class MeteredHome:
    """What was measured of a folder.

    Args:
        size: bytes that it may hold.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._held: int | None = None
        self._used = 0
        self._files = 0
        self._ended_at: int | None = None

    def measured(self, used: int, files: int) -> bool:
        """Take what it holds; return whether its sessions have to end: it is too much, and more than the last time."""
        self._used, self._files = used, files
        bound = self.size if self._held is None else min(self.size, self._held)
        if used <= bound and files <= self._most_files:
            self._ended_at = None
            return False
        if self._ended_at is not None and used <= self._ended_at + SLACK and files <= self._most_files:
            # Somebody is here to delete.
            self._ended_at = min(self._ended_at, used)
            return False
        self._ended_at = used
        return True

    def hold(self, size: int | None) -> None:
        """Let it grow no further than this for a while; None: let it go."""
        self._held = size

    def usage(self) -> HomeUsage:
        """Return what it held when it was measured last."""
        return HomeUsage(self._used, self.size, self._files, self._most_files, self._held is not None)

    @property
    def taken(self) -> int:
        """Bytes that it takes on the disk."""
        return self._used

    @property
    def _most_files(self) -> int:
        return max(1024, self.size // BYTES_FOR_A_FILE)
