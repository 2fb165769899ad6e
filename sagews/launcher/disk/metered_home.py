"""A home that is a plain folder: nothing keeps it from growing, so it is measured while sessions use it."""

from __future__ import annotations

from sagews.wire.homes import HomeUsage

SLACK = 16 * 2**20
"""Growth beyond what it was ended for, until sessions are ended again: whoever deletes writes a little too."""
BYTES_FOR_A_FILE = 16 * 1024
FILES_SLACK = SLACK // BYTES_FOR_A_FILE
"""The same in files."""
DEEP_LOOKS = 30
"""Measurements after which sessions are ended again while a home is too deep: time enough to remove the folders."""


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
        # Bytes and files for which its sessions were ended, or to which it shrank since.
        self._ended_at: tuple[int, int] | None = None
        self._deep_looks = 0

    def measured(self, used: int, files: int, *, too_deep: bool = False) -> bool:
        """Take what it holds; return whether its sessions have to end: it is too much, and more than the last time.

        Args:
            used: bytes that were counted.
            files: their number.
            too_deep: whether there is more that can't be counted; that ends sessions too, and again after a while, or
                at once while the home is held.
        """
        self._used, self._files = used, files
        self._deep_looks = self._deep_looks + 1 if too_deep else 0
        ends_deep = too_deep and (self._held is not None or self._deep_looks % DEEP_LOOKS == 1)
        # Both are asked each time: one must not be the cover of the other.
        return self._is_too_much(used, files) or ends_deep

    def _is_too_much(self, used: int, files: int) -> bool:
        bound = self.size if self._held is None else min(self.size, self._held)
        if used <= bound and files <= self._most_files:
            self._ended_at = None
            return False
        if self._ended_at is not None:
            former, former_files = self._ended_at
            if used <= max(bound, former + SLACK) and files <= max(self._most_files, former_files + FILES_SLACK):
                # Somebody is here to delete.
                self._ended_at = min(former, used), min(former_files, files)
                return False
        self._ended_at = used, files
        return True

    def hold(self, size: int | None) -> None:
        """Let it grow no further than this for a while; None: let it go."""
        self._held = size

    def limit(self, size: int) -> None:
        """Do nothing: there is no wall here, and nobody's sessions are to be ended for what may be there."""

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
