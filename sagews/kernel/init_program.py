"""The program that a session's init becomes once it has nothing left to do: it waits for the end of a socket.

A forked Python that only waits keeps over a megabyte of its own for as long as the session lives; this keeps a few
pages. It is written out here, instruction by instruction, because a compiler is nothing that a server has to have:

    prctl(PR_SET_DUMPABLE, 0)
    do n = read(0, stack, 1) while n == -EINTR
    exit_group(0)

Nobody may read the file (see MODE): the kernel then lets nobody of the session's uid look into the process either,
from its first instruction on.
"""

from __future__ import annotations

import struct

MODE = 0o111
"""To be run, not read: so it is not dumpable even before it says so itself."""

_X86_64 = bytes.fromhex(
    "b89d000000"  # mov eax, 157 (prctl)
    "bf04000000"  # mov edi, 4 (PR_SET_DUMPABLE)
    "31f6"  # xor esi, esi
    "0f05"  # syscall
    "31c0"  # again: xor eax, eax (read)
    "31ff"  # xor edi, edi
    "4889e6"  # mov rsi, rsp
    "ba01000000"  # mov edx, 1
    "0f05"  # syscall
    "83f8fc"  # cmp eax, -4 (EINTR)
    "74ed"  # je again
    "b8e7000000"  # mov eax, 231 (exit_group)
    "31ff"  # xor edi, edi
    "0f05"  # syscall
)
_AARCH64 = struct.pack(
    "<14I",
    0xD28014E8,  # mov x8, 167 (prctl)
    0xD2800080,  # mov x0, 4 (PR_SET_DUMPABLE)
    0xD2800001,  # mov x1, 0
    0xD4000001,  # svc 0
    0xD28007E8,  # again: mov x8, 63 (read)
    0xD2800000,  # mov x0, 0
    0x910003E1,  # mov x1, sp
    0xD2800022,  # mov x2, 1
    0xD4000001,  # svc 0
    0x3100101F,  # cmn w0, 4 (EINTR)
    0x54FFFF40,  # b.eq again
    0xD2800BC8,  # mov x8, 94 (exit_group)
    0xD2800000,  # mov x0, 0
    0xD4000001,  # svc 0
)
_MACHINES = {"x86_64": (62, _X86_64), "aarch64": (183, _AARCH64)}
_ADDRESS, _PAGE = 0x400000, 0x10000
_HEADER, _SEGMENT = 64, 56
_LOAD, _STACK = 1, 0x6474E551
_EXECUTE, _WRITE, _READ = 1, 2, 4


def executable(machine: str) -> bytes:
    """Return the program as a static ELF file for an architecture ("x86_64" or "aarch64").

    Raises:
        KeyError: for any other architecture.
    """
    number, code = _MACHINES[machine]
    start = _HEADER + 2 * _SEGMENT
    size = start + len(code)
    identity = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        *(identity, 2, number, 1, _ADDRESS + start, _HEADER, 0, 0, _HEADER, _SEGMENT, 2, 0, 0, 0),
    )
    text = struct.pack("<IIQQQQQQ", _LOAD, _READ | _EXECUTE, 0, _ADDRESS, _ADDRESS, size, size, _PAGE)
    # Without this one the kernel would make the stack executable.
    stack = struct.pack("<IIQQQQQQ", _STACK, _READ | _WRITE, 0, 0, 0, 0, 0, 16)
    return header + text + stack + code
