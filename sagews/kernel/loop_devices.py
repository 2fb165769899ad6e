"""Loop devices: a file that the kernel serves as a disk, for as long as something of it is mounted.

Each device is told to detach itself when its last user is gone. So nobody has to clear up after a process that was
killed: its mounts go with it, and the devices with them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_CONTROL = "/dev/loop-control"
_GET_FREE, _GET_STATUS, _CONFIGURE = 0x4C82, 0x4C05, 0x4C0A
_AUTOCLEAR, _DIRECT_IO = 4, 16
_STATUS = struct.Struct("=5Q4I64s64s32s2Q")
_BLOCK = 4096
# Between asking for a free device and taking it, another process may take it.
_TRIES = 20


def attach(image: int) -> tuple[int, str]:
    """Serve a file as a disk; return a descriptor that keeps the device until it is mounted, and the device's path.

    Args:
        image: descriptor of the file, open for reading and writing.

    Raises:
        OSError: where there is no loop device to be had.
    """
    # Past the cache where the file system can: each page would else be kept twice, as the file's and as the disk's.
    status = _STATUS.pack(*[0] * 8, _AUTOCLEAR | _DIRECT_IO, b"", b"", b"", 0, 0)
    wish = struct.pack("=II", image, _BLOCK) + status + bytes(64)
    with open(_CONTROL, "rb", buffering=0) as control:
        for attempt in range(_TRIES):
            path = f"/dev/loop{fcntl.ioctl(control, _GET_FREE)}"
            device = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(device, _CONFIGURE, wish)
            except OSError:
                os.close(device)
                if attempt == _TRIES - 1:
                    raise
            else:
                return device, path
    raise AssertionError


def serves(image: int) -> bool:
    """Whether some device serves a file, named by a descriptor: a second one would ruin what is on it."""
    wanted = os.fstat(image)
    return (wanted.st_dev, wanted.st_ino) in set(_served())


def _served() -> Iterator[tuple[int, int]]:
    """Yield device and inode of every file that is served."""
    for folder in Path("/sys/block").glob("loop*/loop"):
        # Each may end at any moment.
        with contextlib.suppress(OSError):
            device = os.open(f"/dev/{folder.parent.name}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                fields = _STATUS.unpack(fcntl.ioctl(device, _GET_STATUS, bytes(_STATUS.size)))
                yield fields[0], fields[1]
            finally:
                os.close(device)
