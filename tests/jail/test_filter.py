"""The filter of system calls, interpreted here for both architectures, so that one machine proves both."""

from __future__ import annotations

import errno
import struct

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from sagews.kernel import seccomp
from sagews.kernel.allowed_calls import NEWEST_REVIEWED, numbers

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
PROGRAMS = {machine: seccomp.compile_filter(machine) for machine in ARCHITECTURES}
NEVER = {
    "x86_64": {
        "ptrace": 101, "mount": 165, "unshare": 272, "setns": 308, "bpf": 321, "userfaultfd": 323, "keyctl": 250,
        "init_module": 175, "perf_event_open": 298, "process_vm_readv": 310, "io_uring_setup": 425, "open_tree": 428,
        "pidfd_getfd": 438, "mount_setattr": 442, "memfd_secret": 447, "open_by_handle_at": 304, "chroot": 161,
    },
    "aarch64": {
        "ptrace": 117, "mount": 40, "unshare": 97, "setns": 268, "bpf": 280, "userfaultfd": 282, "keyctl": 219,
        "init_module": 105, "perf_event_open": 241, "process_vm_readv": 270, "io_uring_setup": 425, "open_tree": 428,
        "pidfd_getfd": 438, "mount_setattr": 442, "memfd_secret": 447, "open_by_handle_at": 265, "chroot": 51,
    },
}  # fmt: skip


def judge(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Return the action that the filter gives for a call: a tiny interpreter of classic BPF."""
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *(*arguments, *[0] * 6)[:6])
    program = [struct.unpack_from("=HBBI", PROGRAMS[machine], offset) for offset in range(0, len(PROGRAMS[machine]), 8)]
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x06:
            return value
        else:
            test = {
                0x15: accumulator == value,
                0x25: accumulator > value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }
            at += if_true if test[code] else if_false


def refused(error: int) -> int:
    """Return the action that makes a call fail."""
    return 0x00050000 | error


class Filter(unittest.SynchronousTestCase):
    def test_listed(self) -> None:
        """Every listed call without a judgement of its own is allowed."""
        judged = {
            "clone3",
            "fallocate",
            "socket",
            "personality",
            "openat2",
            "inotify_init",
            "inotify_init1",
            "inotify_add_watch",
            "seccomp",
        }
        for machine in ARCHITECTURES:
            for name, number in numbers(machine).items():
                if name not in judged:
                    self.assertEqual(judge(machine, number), ALLOW, name)

    def test_promises_of_room(self) -> None:
        """To promise room to a file is not supported, so that libraries write what they want to have."""
        for machine in ARCHITECTURES:
            self.assertEqual(judge(machine, numbers(machine)["fallocate"]), refused(errno.EOPNOTSUPP))

    def test_never(self) -> None:
        """What reaches the kernel's inside, other processes or the tree of mounts is refused."""
        for machine, calls in NEVER.items():
            for name, number in calls.items():
                self.assertEqual(judge(machine, number), refused(errno.EPERM), name)

    @given(st.integers(0, 2**32 - 1))
    def test_not_listed(self, number: int) -> None:
        """Any other number is refused; one that nobody reviewed does not exist; x32 is killed."""
        for machine in ARCHITECTURES:
            if number in numbers(machine).values():
                continue
            if machine == "x86_64" and number >= 0x40000000:
                expected = KILL
            else:
                expected = refused(errno.ENOSYS if number > NEWEST_REVIEWED else errno.EPERM)
            self.assertEqual(judge(machine, number), expected)

    @given(st.integers(0, 2**32 - 1), st.integers(0, 500))
    def test_other_architecture(self, architecture: int, number: int) -> None:
        """A call in another architecture's convention is killed, whatever it is."""
        for machine, own in ARCHITECTURES.items():
            if architecture not in (own, 0):
                self.assertEqual(judge(machine, number, architecture=architecture), KILL)

    @given(st.integers(0, 2**64 - 1))
    def test_clone(self, flags: int) -> None:
        """A clone with any namespace flag is refused, every other one is allowed; clone3 does not exist."""
        for machine in ARCHITECTURES:
            action = judge(machine, numbers(machine)["clone"], flags)
            self.assertEqual(action, refused(errno.EPERM) if flags & 0x7E020000 else ALLOW)
            self.assertEqual(judge(machine, numbers(machine)["clone3"], flags), refused(errno.ENOSYS))

    def test_sockets(self) -> None:
        """Local, internet and route sockets exist, all other families do not."""
        for machine in ARCHITECTURES:
            number = numbers(machine)["socket"]
            for family in range(64):
                expected = ALLOW if family in (1, 2, 10, 16) else refused(errno.EAFNOSUPPORT)
                self.assertEqual(judge(machine, number, family, 2, 0), expected, family)
            self.assertEqual(judge(machine, number, 16, 3, 9), refused(errno.EAFNOSUPPORT))

    @given(st.integers(0, 0o7777))
    def test_set_uid_bits(self, mode: int) -> None:
        """No file gets a set-uid or set-gid bit, and no node of a device is made."""
        expected = refused(errno.EPERM) if mode & 0o6000 else ALLOW
        for machine in ARCHITECTURES:
            table = numbers(machine)
            self.assertEqual(judge(machine, table["fchmod"], 3, mode), expected)
            self.assertEqual(judge(machine, table["fchmodat"], 3, 0, mode), expected)
            self.assertEqual(judge(machine, table["mknodat"], 3, 0, mode | 0o100000), expected)
            for kind in (0o020000, 0o060000):
                self.assertEqual(judge(machine, table["mknodat"], 3, 0, mode | kind), refused(errno.EPERM))

    @given(st.integers(0, 2**32 - 1), st.integers(0, 0o7777))
    def test_files_that_are_made(self, flags: int, mode: int) -> None:
        """No file is made with a set-uid or set-gid bit; where none is made, the mode is not looked at."""
        expected = refused(errno.EPERM) if flags & 0o20000100 and mode & 0o6000 else ALLOW
        for machine in ARCHITECTURES:
            table = numbers(machine)
            self.assertEqual(judge(machine, table["openat"], 3, 0, flags, mode), expected)
            self.assertEqual(judge(machine, table["openat2"], 3, 0, 0, 24), refused(errno.ENOSYS))
        table = numbers("x86_64")
        self.assertEqual(judge("x86_64", table["open"], 0, flags, mode), expected)
        self.assertEqual(judge("x86_64", table["creat"], 0, mode), refused(errno.EPERM) if mode & 0o6000 else ALLOW)

    def test_terminals(self) -> None:
        """Nothing can be typed into a terminal from inside."""
        for machine in ARCHITECTURES:
            number = numbers(machine)["ioctl"]
            self.assertEqual(judge(machine, number, 0, 0x5412), refused(errno.EPERM))
            self.assertEqual(judge(machine, number, 0, 0x541C), refused(errno.EPERM))
            self.assertEqual(judge(machine, number, 0, 0x5413), ALLOW)

    @given(st.integers(0, 2**32 - 1), st.integers(0, 100), st.integers(0, 2**32 - 1))
    def test_programs_of_sockets(self, level: int, option: int, high: int) -> None:
        """No socket gets a program of BPF, whatever stands in the halves that the kernel ignores; others are set."""
        for machine in ARCHITECTURES:
            number = numbers(machine)["setsockopt"]
            for each in (level, 1):
                expected = refused(errno.EPERM) if each == 1 and option in (26, 44, 50, 51, 52) else ALLOW
                self.assertEqual(judge(machine, number, 3, high << 32 | each, high << 32 | option), expected)

    def test_filters_of_its_own(self) -> None:
        """A session installs no filter of system calls; it sees a kernel that has none."""
        for machine in ARCHITECTURES:
            table = numbers(machine)
            for operation in range(4):
                self.assertEqual(judge(machine, table["seccomp"], operation), refused(errno.ENOSYS))
            self.assertEqual(judge(machine, table["prctl"], 22, 2), refused(errno.EINVAL))
            self.assertEqual(judge(machine, table["prctl"], 38, 1), ALLOW)
