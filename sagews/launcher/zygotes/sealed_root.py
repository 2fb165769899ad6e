"""Builds the sealed root: a read-only tree of a few of the host's folders, all that zygotes and sessions see of it.

All sources are cloned as detached mounts first, then attached to a fresh tmpfs that becomes the root; the host tree is
detached, so there is no way back to it. Nothing below /etc, /home, /var, /sys or /root of the host is in it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sagews.kernel import calls, init_program
from sagews.launcher.zygotes.interpreters import Interpreter
from sagews.wire.zygote import ENGINES, HOME, INIT, PACKAGE, SCRATCH

_SYSTEM_FOLDERS = (
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/share",
    "/etc/alternatives",
)
_OLD_FOLDERS = ("/bin", "/lib", "/lib32", "/lib64")
# No kvm, no fuse, no disk: what is not named here is not there.
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_FOLDERS = (
    *("/proc", "/dev/pts", "/dev/shm", "/tmp", "/run", "/home", "/var/tmp"),  # noqa: S108
    *(HOME, SCRATCH, ENGINES, "/srv/venv/bin"),
)
_LINKS = {
    "/dev/ptmx": "pts/ptmx",
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
    # A link, so that each session can cover the target with a file that names its own uid.
    "/etc/passwd": "/run/passwd",
    "/etc/group": "/run/group",
    "/etc/mtab": "/proc/self/mounts",
}
_FILES = {
    "/run/passwd": "root:x:0:0:root:/home/user:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n",
    "/run/group": "root:x:0:\nuser:x:1000:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/hosts": "127.0.0.1 localhost sage\n::1 localhost\n",
    "/etc/hostname": "sage\n",
}
# Of the zygote alone, while it loads; what it leaves there is not seen by sessions.
_TMPFS_BYTES = {"/tmp": 64 * 2**20, HOME: 64 * 2**20, "/dev/shm": 16 * 2**20}  # noqa: S108
_ENGINES_BYTES = 128 * 2**20
_READ_ONLY = calls.MOUNT_ATTR_RDONLY | calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV
_DEVICE = calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NOEXEC


def seal(interpreter: Interpreter, package: Path) -> None:
    """Make the sealed root this process's root; it must have a mount namespace of its own.

    Raises:
        OSError: when a step is refused.
    """
    # Cloned while the host's tree can still be seen; attached once the new root has places for them.
    detached = {target: _clone(source, _READ_ONLY) for target, source in _sources(interpreter, package).items()}
    detached |= {f"/dev/{name}": _clone(Path("/dev") / name, _DEVICE) for name in _DEVICES}
    detached["/proc"] = _clone(
        Path("/proc"), calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV | calls.MOUNT_ATTR_NOEXEC
    )
    links = {**_LINKS, **_host_links(), **interpreter.links}
    # A megabyte holds folders, links and a few files; whoever fills it finds it read-only a moment later.
    root = calls.new_file_system("tmpfs", calls.MOUNT_ATTR_NOSUID, size=2**20, nr_inodes=2000, mode="0755")
    calls.move_mount(root, "/tmp")  # noqa: S108  (covered only in this process's own mount namespace)
    os.chdir("/tmp")  # noqa: S108
    _furnish(links, {**_FILES, **interpreter.files}, detached)
    _write_init_program(f".{INIT}")
    calls.pivot_root_here()
    _attach_memory()
    # Last, because the folders above are made in it.
    calls.mount("none", "/", None, calls.MS_REMOUNT | calls.MS_BIND | calls.MS_RDONLY | calls.MS_NOSUID)


def _sources(interpreter: Interpreter, package: Path) -> dict[str, Path]:
    sources = {name: Path(name) for name in _SYSTEM_FOLDERS if os.path.isdir(name) and not os.path.islink(name)}
    sources |= {name: Path(name) for name in _OLD_FOLDERS if os.path.isdir(name) and not os.path.islink(name)}
    return sources | dict(interpreter.binds) | {PACKAGE: package}


def _host_links() -> dict[str, str]:
    """Return the links /bin → usr/bin and so on, where the host has them."""
    return {name: os.readlink(name) for name in _OLD_FOLDERS if os.path.islink(name)}


def _clone(source: Path, attributes: int) -> int:
    descriptor = os.open(source, os.O_PATH | os.O_CLOEXEC)
    try:
        mount = calls.open_tree(descriptor)
    finally:
        os.close(descriptor)
    calls.set_mount_attributes(mount, attributes)
    return mount


def _furnish(links: Mapping[str, str], files: Mapping[str, str], detached: Mapping[str, int]) -> None:
    """Fill the new root, which is the working folder."""
    for folder in _FOLDERS:
        os.makedirs(f".{folder}", mode=0o755, exist_ok=True)
    for path, text in files.items():
        os.makedirs(os.path.dirname(f".{path}"), exist_ok=True)
        with open(f".{path}", "w", encoding="utf-8") as stream:
            stream.write(text)
    for path, target in links.items():
        os.makedirs(os.path.dirname(f".{path}"), exist_ok=True)
        os.symlink(target, f".{path}")
    for path, mount in detached.items():
        _make_mount_point(f".{path}", is_folder=not path.startswith("/dev/"))
        calls.move_mount(mount, f".{path}")
        os.close(mount)


def _write_init_program(path: str) -> None:
    with open(path, "wb") as stream:
        stream.write(init_program.executable(os.uname().machine))
    os.chmod(path, init_program.MODE)


def _make_mount_point(path: str, *, is_folder: bool) -> None:
    if is_folder:
        os.makedirs(path, exist_ok=True)
    else:
        with open(path, "w", encoding="utf-8"):
            pass


def _attach_memory() -> None:
    """Give the zygote writable places of its own; each session covers them with its own."""
    for target, size in _TMPFS_BYTES.items():
        _attach(target, size, "1777")
    # This one sessions do see: the zygote makes it read-only before the first of them.
    _attach(ENGINES, _ENGINES_BYTES, "1777")


def _attach(target: str, size: int, mode: str) -> None:
    mount = calls.new_file_system("tmpfs", calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV, size=size, mode=mode)
    calls.move_mount(mount, target)
    os.close(mount)
