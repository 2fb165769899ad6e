"""An image of a home while it is mounted: what it holds, and how much it may hold."""

from __future__ import annotations

import os
from pathlib import Path

from sagews.kernel.packets import close_all
from sagews.wire.homes import HomeUsage

_LEAST_KEPT = 16 * 2**20
"""Bytes of which the kernel finishes what it has promised when a file system is full."""
_UNIT = 512
"""Of the blocks that a file takes, whatever the disk's own are."""
_DEVICES = Path("/sys/dev/block")
"""Names devices by their numbers: where loop devices may have partitions, a minor is not the number in a name."""
_FILE_SYSTEMS = Path("/sys/fs/ext4")


def keep_blocks(root: int, blocks: int) -> None:
    """Let the kernel keep so many blocks of a mounted image for itself, by an interface of its own that never waits.

    Args:
        root: descriptor of what is mounted.
        blocks: their number.

    Raises:
        OSError: where that interface can't be written, as in some containers.
    """
    number = os.fstat(root).st_dev
    device = (_DEVICES / f"{os.major(number)}:{os.minor(number)}").readlink().name
    (_FILE_SYSTEMS / device / "reserved_clusters").write_text(str(blocks), "ascii")


class MountedImage:
    """An image that is mounted.

    Args:
        name: in the folder of homes while it is nobody's.
        point: where it is mounted.
        root: descriptor of what is mounted there, which names it and keeps it; ours from now on.
        image: descriptor of the file, likewise.
        size: bytes that it may hold.
    """

    __slots__ = ("_held", "_image", "_is_told", "_size", "name", "point", "root")

    def __init__(self, name: str, point: Path, root: int, image: int, size: int) -> None:
        self.name = name
        self.point = point
        self.root = root
        self._image = image
        self._size = size
        self._held: int | None = None
        self._is_told = False
        self._bound()

    def resize(self, size: int) -> None:
        """Let it hold so many bytes, as far as there is room in it; what is in it stays, also where that is more."""
        if size != self._size:
            self._size = size
            self._bound()

    def hold(self, size: int | None) -> None:
        """Let it grow no further than this for a while; None: let it go."""
        self._held, self._is_told = size, size is not None
        self._bound()

    def limit(self, size: int) -> None:
        """Let it grow no further than this until that is moved on, of which nobody is told."""
        self._held, self._is_told = size, False
        self._bound()

    def _bound(self) -> None:
        size = self._size if self._held is None else min(self._size, self._held)
        blocks = os.fstatvfs(self.root)
        kept = max(_LEAST_KEPT // blocks.f_frsize, blocks.f_blocks - size // blocks.f_frsize)
        keep_blocks(self.root, min(kept, blocks.f_blocks - 1))

    def usage(self) -> HomeUsage:
        """Return what it holds and may hold."""
        blocks = os.fstatvfs(self.root)
        room = blocks.f_blocks * blocks.f_frsize - _LEAST_KEPT
        used = (blocks.f_blocks - blocks.f_bfree) * blocks.f_frsize
        files = blocks.f_files - blocks.f_ffree
        return HomeUsage(used, min(self._size, room), files, blocks.f_files, self._is_told)

    @property
    def taken(self) -> int:
        """Bytes that it takes on the host's disk by now."""
        return os.fstat(self._image).st_blocks * _UNIT

    def close(self) -> None:
        """Let go of it, so that it can be unmounted."""
        close_all([self.root, self._image])
