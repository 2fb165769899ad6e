"""Furnishes a session's own namespaces: processes, terminals, memory file systems, loopback, its one user.

Everything here happens before anything is known of whose session it will be.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct

from sagews.kernel import calls
from sagews.wire.zygote import HOME, USER_NAME

# Memory, charged to the session's cgroup where there is one; the bounds are for where there is none.
TMP_BYTES, TMP_INODES = 256 * 2**20, 50_000
# Writing beyond it kills the writer, because memory there is not reserved: enough for multiprocessing's usual arrays.
SHM_BYTES = 64 * 2**20
HOST_NAME = "sage"
_NOBODY = "nobody:x:65534:65534"
"""The owner, as the session sees it, of everything that belongs to the host."""
MAX_TERMINALS = 15
"""The machine has 3,072 for all namespaces together (kernel.pty.max less its reserve): enough for 200 sessions."""
_TERMINALS = f"newinstance,ptmxmode=0666,mode=0620,max={MAX_TERMINALS}"

_QUIET = calls.MS_NOSUID | calls.MS_NODEV
# They tell of the host: its hardware, its kernel's addresses, its other processes' locks and timers.
_HIDDEN_FILES = (
    "bootconfig", "buddyinfo", "cmdline", "config.gz", "consoles", "diskstats", "interrupts", "iomem", "ioports",
    "kallsyms", "kcore", "key-users", "keys", "kmsg", "kpagecgroup", "kpagecount", "kpageflags", "latency_stats",
    "modules", "pagetypeinfo", "partitions", "sched_debug", "slabinfo", "swaps", "sysrq-trigger", "timer_list",
    "timer_stats", "vmallocinfo", "zoneinfo",
)  # fmt: skip
_HIDDEN_FOLDERS = ("acpi", "asound", "bus", "driver", "dynamic_debug", "irq", "scsi", "tty", "fs", "mpt", "pressure")
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def furnish(uid: int, gid: int) -> None:
    """Leave the zygote's namespaces for new ones and furnish them for a session's uid and gid.

    What the zygote has mounted in the same places is covered, not removed: in a user namespace it is locked.
    """
    calls.unshare(
        calls.CLONE_NEWNS | calls.CLONE_NEWIPC | calls.CLONE_NEWUTS | calls.CLONE_NEWNET | calls.CLONE_NEWCGROUP
    )
    calls.set_host_name(HOST_NAME)
    _raise_loopback()
    _mount_proc()
    _mount_memory("/tmp", f"size={TMP_BYTES},nr_inodes={TMP_INODES},mode=1777")  # noqa: S108
    _mount_memory("/dev/shm", f"size={SHM_BYTES},nr_inodes=1000,mode=1777")  # noqa: S108
    calls.mount("devpts", "/dev/pts", "devpts", calls.MS_NOSUID | calls.MS_NOEXEC, _TERMINALS)
    _name_the_user(uid, gid)


def _mount_memory(target: str, options: str) -> None:
    calls.mount("tmpfs", target, "tmpfs", _QUIET, options)


def _mount_proc() -> None:
    """Mount this pid namespace's /proc and hide what tells of the machine or could change it."""
    calls.mount_own_proc()
    for name in _HIDDEN_FILES:
        if os.path.exists(f"/proc/{name}"):
            calls.mount("/dev/null", f"/proc/{name}", None, calls.MS_BIND)
    for name in _HIDDEN_FOLDERS:
        if os.path.isdir(f"/proc/{name}"):
            calls.mount("none", f"/proc/{name}", "tmpfs", _QUIET | calls.MS_RDONLY, "size=0,nr_inodes=1,mode=0555")
    calls.mount("/proc/sys", "/proc/sys", None, calls.MS_BIND)
    calls.mount(
        "none", "/proc/sys", None, calls.MS_BIND | calls.MS_REMOUNT | calls.MS_RDONLY | _QUIET | calls.MS_NOEXEC
    )


def _name_the_user(uid: int, gid: int) -> None:
    """Give the session a read-only /run with the account file that /etc points to."""
    _mount_memory("/run", "size=65536,nr_inodes=16,mode=0755")
    _write("/run/passwd", f"{USER_NAME}:x:{uid}:{gid}:{USER_NAME}:{HOME}:/bin/sh\n{_NOBODY}:nobody:/:/bin/false\n")
    _write("/run/group", f"{USER_NAME}:x:{gid}:\nnogroup:x:65534:\n")
    calls.mount("none", "/run", None, calls.MS_REMOUNT | calls.MS_BIND | calls.MS_RDONLY | _QUIET)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def _raise_loopback() -> None:
    """Bring up the one interface of a new network namespace: programs talk to themselves over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
