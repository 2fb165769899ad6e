"""Process 1 of a session: small, without rights, and closed to the session that has its uid."""

from __future__ import annotations

import os
import socket
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.kernel import init_program
from tests.launcher.harness import command, descendants
from tests.launcher.support import SharedLauncher, ordinary_uid
from tests.launcher.test_sessions import wait_until

pytestmark = pytest.mark.slow

LOOK = """
found = []
for name in ("mem", "maps", "environ", "exe", "fd", "root", "cwd"):
    try:
        if name in ("exe", "root", "cwd"):
            os.readlink(f"/proc/1/{name}")
        elif name == "fd":
            os.listdir(f"/proc/1/{name}")
        else:
            open(f"/proc/1/{name}", "rb").read(1)
        found.append(name)
    except OSError:
        pass
print(found, open("/proc/1/cmdline").read(), [l.split()[1] for l in open("/proc/1/status") if l[:6] in (
    "CapEff", "CapPrm", "CapBnd", "CapAmb", "NoNewP", "Seccom")])
"""


class InitTests(SharedLauncher):
    """At the level of whoever runs the tests."""

    def test_nobody_of_the_session_looks_into_its_init(self) -> None:
        """It has the session's uid, so that only the kernel's refusal keeps its memory and descriptors closed."""
        session = self.launcher.open("python")
        self.addCleanup(session.sock.close)
        looks = [session.evaluate("import os" + LOOK) for _ in range(2)]
        for status, text in looks:
            self.assertEqual((status, text[:2]), ("ok", "[]"), text)

    def test_it_has_no_rights_and_the_filter_of_its_session(self) -> None:
        """Whoever took it over would have nothing that the session has not."""
        session = self.launcher.open("python")
        self.addCleanup(session.sock.close)
        self.assertTrue(wait_until(lambda: "/srv/init" in session.evaluate("import os" + LOOK)[1]))
        text = session.evaluate("import os" + LOOK)[1]
        # Permitted, effective and ambient; the bounding set may hold what no_new_privs keeps out of reach.
        self.assertGreaterEqual(text.count("'0000000000000000'"), 3, text)
        self.assertIn("'1', '2'", text)

    def test_it_is_a_few_pages(self) -> None:
        """A session does not keep a second Python in memory."""
        session = self.launcher.open("python")
        self.addCleanup(session.sock.close)

        def inits() -> list[int]:
            return [pid for pid in descendants(self.launcher.process.pid) if command(pid).startswith("/srv/init")]

        self.assertTrue(wait_until(lambda: bool(inits())))
        lines = [line for pid in inits() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        sizes = [int(line.split()[1]) for line in lines if line.startswith("VmRSS:")]
        self.assertLess(max(sizes), 64)


class UserInitTests(InitTests):
    """The same as an ordinary user, who owns the program's file outside."""

    @classmethod
    def uid(cls) -> int | None:
        """Be nobody."""
        return ordinary_uid()


class ProgramTests(unittest.SynchronousTestCase):
    """The program by itself."""

    def test_it_ends_with_its_socket(self) -> None:
        """It waits as long as the other end is open, whatever signals it ignores, and then ends by itself."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "init")
            path.write_bytes(init_program.executable(os.uname().machine))
            path.chmod(init_program.MODE)
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with subprocess.Popen([str(path)], stdin=theirs) as process:
                theirs.close()
                with self.assertRaises(subprocess.TimeoutExpired):
                    process.wait(0.05)
                ours.close()
                self.assertEqual(process.wait(10), 0)

    def test_each_architecture_has_a_file_that_says_so(self) -> None:
        """Both fit into one page and start within themselves."""
        for machine, number in (("x86_64", 62), ("aarch64", 183)):
            data = init_program.executable(machine)
            self.assertEqual(struct.unpack_from("<H", data, 18)[0], number)
            start = struct.unpack_from("<Q", data, 24)[0] - struct.unpack_from("<Q", data, 64 + 16)[0]
            self.assertTrue(0 < start < len(data) < 4096)
        self.assertRaises(KeyError, init_program.executable, "m68k")

    def test_nobody_may_read_it(self) -> None:
        """Its mode is what makes the kernel keep it closed."""
        self.assertEqual(init_program.MODE & (stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH), 0)
