"""System calls that Python 3.11 does not offer, through ctypes, each raising OSError.

Numbers from 424 on are the same on all architectures; the earlier calls (but pivot_root) are in the C library.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from functools import cache

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x1, 0x2, 0x4, 0x8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000

MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC = 0x1, 0x2, 0x4, 0x8
MOUNT_ATTR_NOATIME, MOUNT_ATTR_IDMAP = 0x10, 0x00100000

RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH = 0x04, 0x08

_MNT_DETACH = 2
_OPEN_TREE, _MOVE_MOUNT, _FSOPEN, _FSCONFIG, _FSMOUNT, _OPENAT2, _MOUNT_SETATTR = 428, 429, 430, 431, 432, 437, 442
_CLOSE_RANGE, _LANDLOCK_CREATE_RULESET = 436, 444
_OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC, _AT_EMPTY_PATH, _AT_RECURSIVE = 1, os.O_CLOEXEC, 0x1000, 0x8000
_MOVE_MOUNT_F_EMPTY_PATH = 0x4
_FSCONFIG_SET_FLAG, _FSCONFIG_SET_STRING, _FSCONFIG_CREATE = 0, 1, 6
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_KEEPCAPS, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 1, 4, 8, 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 2, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
LAST_CAPABILITY = 40

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 1, 2, 5, 6, 7, 8
CAP_NET_ADMIN, CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 12, 18, 19, 21, 24

_library = ctypes.CDLL(None, use_errno=True)
_library.syscall.restype = ctypes.c_long


def _check(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _call(number: int, *arguments: int | bytes | None) -> int:
    converted = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    return _check(_library.syscall(ctypes.c_long(number), *converted))


def unshare(flags: int) -> None:
    """Leave some of the namespaces that this process shares."""
    _check(_library.unshare(flags))


def enter_user_namespace(uid: int, gid: int) -> None:
    """Enter a new user namespace in which this process's ids are these and nobody else exists."""
    outer_uid, outer_gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)


def setns(descriptor: int, flags: int) -> None:
    """Enter namespaces of a process (a pidfd) or one namespace (its file)."""
    _check(_library.setns(descriptor, flags))


def mount(source: str, target: str, kind: str | None, flags: int = 0, data: str | None = None) -> None:
    """Mount the classic way."""
    arguments = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    _check(_library.mount(*arguments[:3], ctypes.c_ulong(flags), arguments[3]))


def unmount(target: str) -> None:
    """Detach a mount at once, and for good when nobody uses it any more."""
    _check(_library.umount2(os.fsencode(target), _MNT_DETACH))


def pivot_root_here() -> None:
    """Make the working folder, which must be a mount, the root; the old root is detached."""
    _check(_library.syscall(ctypes.c_long(_PIVOT_ROOT), b".", b"."))
    unmount(".")
    os.chdir("/")


_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine, 41)


def mount_own_proc() -> None:
    """Put this pid namespace's /proc over another one's: in a user namespace the kernel wants to see one already."""
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def open_tree(descriptor: int, path: str = "", *, recursive: bool = False) -> int:
    """Return a detached copy of the mount at a path (empty: of the descriptor itself)."""
    flags = (
        _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | (0 if path else _AT_EMPTY_PATH) | (_AT_RECURSIVE if recursive else 0)
    )
    return _call(_OPEN_TREE, descriptor, os.fsencode(path), flags)


def move_mount(mount_descriptor: int, target: str) -> None:
    """Attach a detached mount at a path of this process's mount namespace."""
    _call(_MOVE_MOUNT, mount_descriptor, b"", -100, os.fsencode(target), _MOVE_MOUNT_F_EMPTY_PATH)


def set_mount_attributes(mount_descriptor: int, attributes: int, user_namespace: int = 0) -> None:
    """Add attributes to a detached mount; MOUNT_ATTR_IDMAP maps owners as the user namespace says."""
    packed = struct.pack("=QQQQ", attributes, 0, 0, user_namespace)
    _call(_MOUNT_SETATTR, mount_descriptor, b"", _AT_EMPTY_PATH, packed, len(packed))


def new_file_system(kind: str, attributes: int, *flags: str, **options: int | str) -> int:
    """Return a detached mount of a file system ("tmpfs", "ext4"), with its flags and options as mount(8) names them."""
    context = _call(_FSOPEN, kind.encode(), 1)
    try:
        for key, value in options.items():
            _call(_FSCONFIG, context, _FSCONFIG_SET_STRING, key.encode(), str(value).encode(), 0)
        for flag in flags:
            _call(_FSCONFIG, context, _FSCONFIG_SET_FLAG, flag.encode(), None, 0)
        _call(_FSCONFIG, context, _FSCONFIG_CREATE, None, None, 0)
        return _call(_FSMOUNT, context, 1, attributes)
    finally:
        os.close(context)


def open_beneath(folder: int, name: str, flags: int) -> int:
    """Open a name below a folder's descriptor; symbolic links and ways out of the folder are refused."""
    how = struct.pack("=QQQ", flags | os.O_CLOEXEC, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)
    return _call(_OPENAT2, folder, os.fsencode(name), how, len(how))


def landlock_version() -> int:
    """Return the version of landlock, 0 where there is none."""
    try:
        return _call(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def close_range(first: int, last: int) -> None:
    """Close all descriptors from first to last, inclusive."""
    _call(_CLOSE_RANGE, first, last, 0)


def close_all_but(kept: Iterable[int]) -> None:
    """Close every descriptor but 0, 1, 2 and these."""
    first = 3
    for descriptor in sorted(kept):
        if descriptor > first:
            close_range(first, descriptor - 1)
        first = max(first, descriptor + 1)
    close_range(first, 2**31 - 1)


def set_host_name(name: str) -> None:
    """Name this UTS namespace."""
    _check(_library.sethostname(name.encode(), len(name)))


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send a signal when the parent's thread ends. A change of uid clears it: call it last."""
    _control(_PR_SET_PDEATHSIG, signal_number)


def set_dumpable(dumpable: bool) -> None:
    """Say whether others of the same uid may look into this process."""
    _control(_PR_SET_DUMPABLE, int(dumpable))


def keep_capabilities_over_uid_change() -> None:
    """Keep the permitted capabilities when root's uid is given up."""
    _control(_PR_SET_KEEPCAPS, 1)


def set_no_new_privileges() -> None:
    """Let no program that is started from here gain rights, for good."""
    _control(_PR_SET_NO_NEW_PRIVS, 1)


def set_filter(header: bytes) -> None:
    """Install a seccomp program (a packed struct sock_fprog whose buffer is alive)."""
    _check(_library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0))


def limit_bounding_set(keep: frozenset[int]) -> None:
    """Drop all capabilities but some from the bounding set; those that this kernel does not know are no error."""
    for capability in range(LAST_CAPABILITY + 1):
        if capability not in keep:
            _library.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)


def set_capabilities(keep: frozenset[int]) -> None:
    """Make these the effective, permitted and inheritable capabilities of this thread."""
    mask = sum(1 << capability for capability in keep)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    data = struct.pack("=6I", low, low, low, high, high, high)
    _check(_library.capset(ctypes.c_char_p(header), ctypes.c_char_p(data)))


@cache
def has_on_host(capability: int) -> bool:
    """Whether this process has a capability on the host and not only in a user namespace; asked of the kernel once."""
    with open("/proc/self/uid_map", encoding="ascii") as stream:
        if stream.read().split() != ["0", "0", str(2**32 - 1)]:
            return False
    with open("/proc/self/status", encoding="ascii") as stream:
        line = next(line for line in stream if line.startswith("CapEff:"))
    return bool(int(line.split()[1], 16) >> capability & 1)


def raise_ambient(keep: frozenset[int]) -> None:
    """Let programs that this process starts have capabilities although its uid is not root's."""
    for capability in keep:
        _control(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def clear_ambient() -> None:
    """Take back what raise_ambient gave."""
    _control(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)


def _control(option: int, second: int, third: int = 0) -> None:
    _check(_library.prctl(option, ctypes.c_ulong(second), ctypes.c_ulong(third), ctypes.c_ulong(0), ctypes.c_ulong(0)))
