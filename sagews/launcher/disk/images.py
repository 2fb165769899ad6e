"""Makes and mounts the file in which one home lies: an ext4 file system of a fixed size, which grows as it is filled.

What a home may hold is decided by the size of its file system, whatever is written in whatever way. The file takes no
more room on the host's disk than what was written, and gives it back when files in it are removed.
"""

from __future__ import annotations

import errno
import os
import subprocess
import time
from pathlib import Path

from sagews.kernel import calls, loop_devices
from sagews.launcher.disk.mounted_image import keep_blocks

TEMPLATE = "template"
_FIRST = "first"
_MAKERS = ("/sbin/mke2fs", "/usr/sbin/mke2fs")
_BLOCK, _INODE, _JOURNAL = 4096, 256, 4
# Seldom less than this a file: people's results, not mail.
_BYTES_FOR_A_FILE = 16 * 1024
_LEAST_FILES = 1024
# What the file system keeps for itself, beside its table of files: journal, bitmaps, and blocks that nobody may have,
# from which the kernel takes what it needs to finish what it has promised.
_OWN = 48 * 2**20
_OWN_SHARE = 32
_ATTRIBUTES = calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV | calls.MOUNT_ATTR_NOATIME
# `discard`: removed files give their room back to the host. `noinit_itable`: or the kernel would write megabytes of
# zeros into each image to begin with.
_FLAGS = ("discard", "noinit_itable")
# A launcher that was killed takes its mounts along, and the kernel may be busy with that for a moment.
_PATIENCE, _PAUSE = 20.0, 0.05


def make_template(folder: Path, size: int, owner: int) -> None:
    """Make the empty image of which every home is a copy.

    Args:
        folder: where it lies, with no other template.
        size: bytes that a home may hold.
        owner: uid and gid of the home.

    Raises:
        OSError: when the tools or the kernel do not allow it.
    """
    path = folder / TEMPLATE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        files = max(_LEAST_FILES, size // _BYTES_FOR_A_FILE)
        os.ftruncate(descriptor, size + size // _OWN_SHARE + files * _INODE + _OWN)
        _make_file_system(path, files, owner)
        _tidy(descriptor, folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _make_file_system(path: Path, files: int, owner: int) -> None:
    maker = next((each for each in _MAKERS if os.access(each, os.X_OK)), None)
    if maker is None:
        raise FileNotFoundError(errno.ENOENT, "mke2fs is not installed (the package e2fsprogs has it)")
    extended = f"lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner={owner}:{owner}"
    options = ["-q", "-F", "-t", "ext4", "-m", "0", "-b", str(_BLOCK), "-I", str(_INODE), "-N", str(files)]
    options += ["-O", "^resize_inode", "-E", extended, "-J", f"size={_JOURNAL}"]
    done = subprocess.run([maker, *options, str(path)], env={}, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603
    if done.returncode != 0:
        raise OSError(errno.EIO, f"mke2fs: {done.stderr.decode(errors='replace').strip()}")


def _tidy(image: int, folder: Path) -> None:
    """Take out what people would wonder about, and close the home to others."""
    point = folder / f"{TEMPLATE}-mounted"
    try:
        _attach(image, point)
        try:
            os.rmdir(point / "lost+found")
            os.chmod(point, 0o700)
            root = os.open(point, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                # Where that can't be said, no home could be held later: better to know it before the first one is made.
                keep_blocks(root, 0)
            finally:
                os.close(root)
        finally:
            # Nobody else has anything of it open, so it is written out and off when this returns.
            calls.unmount(str(point))
    finally:
        point.rmdir()


def copy_template(folder: Path, name: str) -> int:
    """Copy the template to a new image, holes as holes; return the image's descriptor."""
    source = os.open(folder / TEMPLATE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        copy = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        size = os.fstat(source).st_size
        os.ftruncate(copy, size)
        offset = 0
        while (offset := _next_data(source, offset)) < size:
            end = os.lseek(source, offset, os.SEEK_HOLE)
            while offset < end:
                offset += os.copy_file_range(source, copy, end - offset, offset, offset)
        return copy
    finally:
        os.close(source)


def _next_data(source: int, offset: int) -> int:
    """Return where the next bytes that are not a hole begin; the size when there are none."""
    size = os.fstat(source).st_size
    try:
        return os.lseek(source, offset, os.SEEK_DATA) if offset < size else size
    except OSError:
        return size


def mount_new(folder: Path, name: str, point: Path) -> None:
    """Make a new image, mount it and have it ready for its first file."""
    image = copy_template(folder, name)
    try:
        _attach(image, point)
        # The kernel reads what it needs to make a first file, so that the first session does not wait for it.
        os.mkdir(point / _FIRST)
        os.rmdir(point / _FIRST)
    finally:
        os.close(image)


def mount_again(folder: int, name: str, point: Path) -> None:
    """Mount an image that was used before, once nobody else has it mounted.

    Raises:
        OSError: also when it stays mounted (EBUSY).
    """
    image = calls.open_beneath(folder, name, os.O_RDWR | os.O_NOFOLLOW)
    try:
        # A second file system on the same blocks would ruin them.
        deadline = time.monotonic() + _PATIENCE
        while loop_devices.serves(image):
            if time.monotonic() > deadline:
                raise OSError(errno.EBUSY, "the home is still mounted")
            time.sleep(_PAUSE)
        _attach(image, point)
    finally:
        os.close(image)


def _attach(image: int, point: Path) -> None:
    """Mount an image at a folder, which is made if need be."""
    point.mkdir(mode=0o700, exist_ok=True)
    device, path = loop_devices.attach(image)
    try:
        mount = calls.new_file_system("ext4", _ATTRIBUTES, *_FLAGS, source=path, errors="remount-ro")
    finally:
        os.close(device)
    try:
        calls.move_mount(mount, str(point))
    finally:
        os.close(mount)
