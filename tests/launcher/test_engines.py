"""What a zygote has prepared for all its sessions: used by each, and closed to all."""

from __future__ import annotations

from tests.launcher.support import SharedLauncher, launch, ordinary_uid
from tests.session.sage_case import NEEDS_SAGE

pytestmark = NEEDS_SAGE

GAP = """
import os
from sage.interfaces.gap import Gap, gap
print(gap("3*3"), Gap()("Size(SymmetricGroup(5))"))
programs = [open(f"/proc/{name}/cmdline").read().split("\\0") for name in os.listdir("/proc") if name.isdigit()]
print([line[line.index("-L") + 1] for line in programs if "-L" in line and "-A" in line and line[0].endswith("gap")])
print([name for folder in os.walk(os.path.expanduser("~")) for name in folder[2] if "workspace" in name])
"""
ATTACKS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
ways = {
    "write": lambda: open("/srv/engines/gap", "r+b"),
    "make": lambda: open("/srv/engines/other", "wb"),
    "remove": lambda: os.remove("/srv/engines/gap"),
    "rename": lambda: os.rename("/srv/engines/gap", "/srv/engines/other"),
    "mode": lambda: os.chmod("/srv/engines/gap", 0o777),
    "time": lambda: os.utime("/srv/engines/gap"),
    "attribute": lambda: os.setxattr("/srv/engines/gap", "user.a", b"a"),
}
done = []
for name, way in ways.items():
    try:
        way()
        done.append(name)
    except OSError:
        pass
if libc.mount(b"none", b"/srv/engines", None, 32 | 4096, None) == 0:
    done.append("mount")
if libc.umount2(b"/srv/engines", 2) == 0:
    done.append("unmount")
print(done, os.listdir("/srv/engines"), os.statvfs("/srv/engines").f_flag & os.ST_RDONLY)
"""


class EngineTests(SharedLauncher):
    """At the level of whoever runs the tests."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start a launcher with Sage."""
        cls.launcher = launch(cls.uid(), flavour="sage", spare=1)

    def test_gap_begins_with_the_image_of_all(self) -> None:
        """Sage's own object and one that a cell makes; no home gets an image of 58 MB."""
        for _ in range(2):
            session = self.launcher.open("sage")
            self.addCleanup(session.sock.close)
            self.assertEqual(session.evaluate(GAP), ("ok", "9 120\n['/srv/engines/gap', '/srv/engines/gap']\n[]\n"))

    def test_no_session_changes_it(self) -> None:
        """Whoever could would be every other session's GAP."""
        session = self.launcher.open("sage")
        self.addCleanup(session.sock.close)
        self.assertEqual(session.evaluate(ATTACKS), ("ok", "[] ['gap'] 1\n"))


class UserEngineTests(EngineTests):
    """The same as an ordinary user, who is the zygote's user outside."""

    @classmethod
    def uid(cls) -> int | None:
        """Return an ordinary uid."""
        return ordinary_uid()
