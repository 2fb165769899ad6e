"""Compiles and installs the filter of system calls that every session and its init process live under.

An allow-list, so that a call which nobody reviewed is refused: EPERM where it is known, ENOSYS above the newest
reviewed number, so that programs fall back. Some calls are judged by an argument. A 32-bit or x32 call kills.
The program is classic BPF, written with the few helpers here: no library, the same bytes for every child.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Sequence

from sagews.kernel import calls
from sagews.kernel.allowed_calls import NEWEST_REVIEWED, numbers

_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_LOAD, _AND = 0x20, 0x54
_EQUAL, _GREATER, _AT_LEAST, _ANY_BIT, _RETURN = 0x15, 0x25, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16

_NAMESPACE_FLAGS = 0x7E020000
"""CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}; the one for time does not fit into clone's flags."""
_SET_ID_BITS = 0o6000
_CREATING_FLAGS = 0o100 | 0o20000000
"""O_CREAT and O_TMPFILE's own bit: without one of them the kernel does not look at a mode, which may hold anything."""
_FILE_KIND, _CHARACTER_DEVICE, _BLOCK_DEVICE = 0o170000, 0o020000, 0o060000
_TERMINAL_INJECTION = (0x5412, 0x541C)
_PERSONALITIES = (0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_SOL_SOCKET = 1
_SOCKET_PROGRAMS = (26, 44, 50, 51, 52)
"""SO_{ATTACH_FILTER,LOCK_FILTER,ATTACH_BPF,ATTACH_REUSEPORT_CBPF,ATTACH_REUSEPORT_EBPF}."""
_PR_SET_SECCOMP = 22

Instruction = tuple[int, int, int, int]


def compile_filter(machine: str) -> bytes:
    """Return the BPF program for an architecture ("x86_64" or "aarch64").

    Raises:
        KeyError: for any other architecture.
    """
    allowed = dict(numbers(machine))
    program = [
        _load(_ARCHITECTURE_OFFSET),
        *_unless(_EQUAL, _AUDIT_ARCHITECTURE[machine], [_give(_KILL)]),
        _load(_NUMBER_OFFSET),
    ]
    if machine == "x86_64":
        program += _when(_AT_LEAST, _X32_BIT, [_give(_KILL)])
    for name, judgement in _judgements().items():
        if name in allowed:
            program += _when(_EQUAL, allowed.pop(name), judgement)
    for first, last in _ranges(allowed.values()):
        program += _when(_AT_LEAST, first, _unless(_GREATER, last, [_give(_ALLOW)]))
    program += _when(_GREATER, NEWEST_REVIEWED, [_refuse(errno.ENOSYS)])
    program.append(_refuse(errno.EPERM))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def install(program: bytes) -> None:
    """Put this process and its future children under the filter, for good. Needs no_new_privs."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    calls.set_filter(header)


def _judgements() -> dict[str, list[Instruction]]:
    """Return what decides about the calls that are allowed for some arguments only."""
    permission = _refuse(errno.EPERM)
    refusal, allow = [permission], [_give(_ALLOW)]
    set_id = _when(_ANY_BIT, _SET_ID_BITS, refusal)
    devices = [(_AND, 0, 0, _FILE_KIND), *_one_of((_CHARACTER_DEVICE, _BLOCK_DEVICE), refusal)]
    missing = [_refuse(errno.ENOSYS)]
    return {
        "open": _opening(1),
        "openat": _opening(2),
        "creat": [_argument(1), *set_id, *allow],
        # Its mode lies behind a pointer, which no filter can follow; libraries fall back to openat.
        "openat2": missing,
        # Files of the system are the host's own: who opens which program, there or in another session, would be seen.
        "inotify_init": missing,
        "inotify_init1": missing,
        "inotify_add_watch": missing,
        # A promise of room takes no time and no bytes, so nothing that looks at a disk could see it grow. Libraries
        # write instead, as they do where a file system does not know this call.
        "fallocate": [_refuse(errno.EOPNOTSUPP)],
        "clone": [_argument(0), *_when(_ANY_BIT, _NAMESPACE_FLAGS, refusal), *allow],
        "clone3": missing,
        "chmod": [_argument(1), *set_id, *allow],
        "fchmod": [_argument(1), *set_id, *allow],
        "fchmodat": [_argument(2), *set_id, *allow],
        "fchmodat2": [_argument(2), *set_id, *allow],
        "mknod": [_argument(1), *set_id, *devices, *allow],
        "mknodat": [_argument(2), *set_id, *devices, *allow],
        "ioctl": [_argument(1), *_one_of(_TERMINAL_INJECTION, refusal), *allow],
        "personality": [_argument(0), *_one_of(_PERSONALITIES, allow), *refusal],
        "socket": _socket_judgement(),
        # A program in the kernel takes of a memory that has one bound for the whole machine (net.core.bpf_jit_limit),
        # which this filter takes of too: whoever filled it would let no session begin any more.
        "setsockopt": _socket_option_judgement(),
        # As a kernel does that has no seccomp: programs that would shut themselves in go on without.
        "seccomp": missing,
        "prctl": [_argument(0), *_when(_EQUAL, _PR_SET_SECCOMP, [_refuse(errno.EINVAL)]), *allow],
    }


def _opening(flags: int) -> list[Instruction]:
    """Refuse to create a file that takes over its owner's identity; the mode is the argument behind the flags."""
    refusal = _when(_ANY_BIT, _SET_ID_BITS, [_refuse(errno.EPERM)])
    creating = [_argument(flags + 1), *refusal, _give(_ALLOW)]
    return [_argument(flags), *_when(_ANY_BIT, _CREATING_FLAGS, creating), _give(_ALLOW)]


def _socket_judgement() -> list[Instruction]:
    """Allow local and internet sockets, and netlink for routes only (getifaddrs); all other families do not exist."""
    allow = [_give(_ALLOW)]
    route = [_argument(2), *_when(_EQUAL, 0, allow), _refuse(errno.EAFNOSUPPORT)]
    families = _one_of((_AF_UNIX, _AF_INET, _AF_INET6), allow)
    return [_argument(0), *families, *_when(_EQUAL, _AF_NETLINK, route), _refuse(errno.EAFNOSUPPORT)]


def _socket_option_judgement() -> list[Instruction]:
    """Refuse to give a socket a program."""
    programs = [_argument(2), *_one_of(_SOCKET_PROGRAMS, [_refuse(errno.EPERM)])]
    return [_argument(1), *_when(_EQUAL, _SOL_SOCKET, programs), _give(_ALLOW)]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _argument(index: int) -> Instruction:
    """Load the low half of an argument: all that the kernel reads of flags, modes, families and ioctl numbers."""
    return _load(_ARGUMENTS_OFFSET + 8 * index)


def _give(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _refuse(error: int) -> Instruction:
    return _give(_ERRNO | error)


def _when(test: int, value: int, block: Sequence[Instruction]) -> list[Instruction]:
    return [(test, 0, len(block), value), *block]


def _unless(test: int, value: int, block: Sequence[Instruction]) -> list[Instruction]:
    return [(test, len(block), 0, value), *block]


def _one_of(values: Iterable[int], block: Sequence[Instruction]) -> list[Instruction]:
    return [instruction for value in values for instruction in _when(_EQUAL, value, block)]


def _ranges(values: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending values as runs of neighbours, first and last inclusive."""
    runs: list[tuple[int, int]] = []
    for value in sorted(values):
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs
