"""Laying out under faults of the disk: whole, or it failed and says so, and doing it again makes it whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.launcher.resources.home_names import HomeNames
from sagews.model.identifiers import new_id
from sagews.session.jobs.lay_out import Files, lay_out
from sagews.session.jobs.take_tree import snapshot
from sagews.wire.jobs import SnapshotAnswer, SnapshotRequest
from sagews.wire.launcher import CHANGE, FILL, READ, SESSION
from tests.history.faults import DONE, Fault, outcomes
from tests.history.running import contents

LESS = 99
FILE, PROGRAM, LINK = "100644", "100755", "120000"
CONTENTS = {"1": b"one", "2": b"two" * 5000, "3": b"a"}
BEFORE = {"a": b"old", "gone/deep/b": b"old", "same": b"one", "kind/c": b"old", "user's own": b"in no version"}
WANTED: Files = {
    "a": (FILE, "1"), "same": (FILE, "1"), "sub/deep/big": (PROGRAM, "2"), "sub/link": (LINK, "3"), "kind": (FILE, "3"),
}  # fmt: skip
AFTER = {"a": b"one", "same": b"one", "sub/deep/big": CONTENTS["2"], "sub/link": "a", "kind": b"a"}
OWN = {"user's own": b"in no version"}


class LayingOut(SynchronousTestCase):
    """A home on a disk that fails."""

    def setUp(self) -> None:
        """Make a folder for homes."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name, "home")

    def begin(self, files: dict[str, bytes]) -> None:
        """Put a home there that has these files."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        for path, content in files.items():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_bytes(content)

    def work(self) -> None:
        """Make the home what is wanted; everything but what is the user's own is in some version."""
        saved = set(BEFORE) - set(OWN)
        lay_out(self.home, WANTED, saved - set(WANTED), saved | set(WANTED), CONTENTS.__getitem__)

    def held(self, fault: Fault, before: dict[str, bytes], after: dict[str, bytes | str]) -> int:
        """Hold that a fault at each operation is never told as success and is made good; return their number."""
        self.begin(before)
        count = 0
        for outcome in outcomes(self.work, fault):
            count += 1
            found = contents(self.home)
            if outcome == DONE:
                self.assertEqual(found, after, f"{fault} at operation {count} was told as success")
            self.assertLessEqual(OWN.items() if before else set(), found.items())
            self.work()
            self.assertEqual(contents(self.home), after, f"after {fault} at operation {count}")
            self.assertEqual([path for path in os.listdir(self.home) if path.startswith(".sagews-")], [])
            self.begin(before)
        return count

    def test_an_empty_home(self) -> None:
        """Whatever fails while a home is filled, it is whole or it failed; the next try makes it whole."""
        for fault in Fault:
            self.assertGreater(self.held(fault, {}, AFTER), 30)

    def test_a_home_with_files(self) -> None:
        """The same for going back; what is in no version stays through all of it."""
        for fault in Fault:
            self.assertGreater(self.held(fault, BEFORE, {**AFTER, **OWN}), 50)

    def test_a_full_disk_changes_nothing(self) -> None:
        """When there is no room for the new files, not one of the old ones is touched, not even its time."""
        result = subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(self.home)], capture_output=True, text=True, cwd=Path.cwd()
        )
        self.assertEqual((result.stdout, result.returncode), ("full, unchanged, then whole\n", 0), result.stderr)


class Taking(SynchronousTestCase):
    """A tree taken of a home on a disk that fails."""

    def test_nothing_is_missing(self) -> None:
        """Whichever operation fails, the tree has every file, or there is no tree."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        home = Path(folder.name, "home")
        (home / "sub").mkdir(parents=True)
        (home / "sub" / "b").write_bytes(b"2")
        (home / "a").write_bytes(b"1")
        (home / "link").symlink_to("a")
        request = SnapshotRequest({"d.sage.md": b"# D\n"}).to_bytes()
        (Path(folder.name) / "scratch").mkdir()
        whole = SnapshotAnswer.from_bytes(snapshot(request, home, Path(folder.name, "scratch"))).tree

        def work() -> None:
            with tempfile.TemporaryDirectory() as scratch:
                if SnapshotAnswer.from_bytes(snapshot(request, home, Path(scratch))).tree != whole:
                    os._exit(LESS)

        for fault in Fault:
            self.assertNotIn(LESS, list(outcomes(work, fault)), f"{fault} was taken for a file that is gone")


FULL_DISK = """
import os, sys
from pathlib import Path
from sagews.kernel import calls
from sagews.session.jobs.run import DiskError
from tests.history.running import JobFailed, commit, contents, restore, snapshot
from sagews.wire.jobs import DISK_FULL

home = Path(sys.argv[1])
home.mkdir(parents=True)
source = home.parent / "source"
source.mkdir()
for number in range(50):
    (source / f"f{number}").write_bytes(os.urandom(10_000))
version = commit(snapshot(source))
user, group = os.getuid(), os.getgid()
calls.unshare(calls.CLONE_NEWUSER | calls.CLONE_NEWNS)
for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
    Path("/proc/self", name).write_text(text)
calls.mount("tmpfs", str(home), "tmpfs", 0, "size=1m")
(home / "f0").write_bytes(b"mine")
with (home / "ballast").open("wb", buffering=0) as ballast:
    try:
        while True:
            ballast.write(bytes(4096))
    except OSError:
        pass
before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}
try:
    restore(home, version.commit, [version.bundle])
except JobFailed as error:
    assert error.status == DISK_FULL, error
    print("full", end=", ")
after = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}
if before == after:
    print("unchanged", end=", ")
(home / "ballast").unlink()
restore(home, version.commit, [version.bundle])
if contents(home) == contents(source):
    print("then whole")
"""


class Names(SynchronousTestCase):
    """The states of homes, whichever operation is the last one."""

    def setUp(self) -> None:
        """Make a folder of homes."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = Path(folder.name)
        number = os.open(self.base, os.O_RDONLY)
        self.addCleanup(os.close, number)
        self.names = HomeNames(number, None)

    def refusal(self, workspace: str, access: str) -> str:
        """Return how an access is refused."""
        return str(self.assertRaises(SagewsError, self.names.enter, workspace, access).code)

    def test_states(self) -> None:
        """A home is for sessions and saves when it is whole, for laying out when it is not, and never for both."""
        workspace = new_id()
        self.assertEqual(self.refusal(workspace, READ), "no-home")
        self.names.enter(workspace, FILL)
        for access in (SESSION, READ):
            self.assertEqual(self.refusal(workspace, access), "home-unfinished")
        self.names.enter(workspace, FILL)
        self.names.settle(workspace)
        self.assertEqual(self.names.enter(workspace, SESSION), self.names.enter(workspace, READ))
        self.assertEqual(self.refusal(workspace, FILL), "home-whole")
        self.names.enter(workspace, CHANGE)
        self.assertEqual(self.refusal(workspace, SESSION), "home-unfinished")
        self.names.settle(workspace)
        self.assertEqual(self.names.enter(workspace, READ), workspace)
        self.assertIsNotNone(self.names.set_aside(workspace))
        self.assertEqual(self.names.enter(workspace, SESSION), workspace)

    def test_a_partial_home_is_never_whole(self) -> None:
        """Whatever fails between the beginning and the end of laying out, half of the files are not taken for all."""
        for fault in Fault:
            workspace = new_id()

            def work(workspace: str = workspace) -> None:
                name = self.names.enter(workspace, FILL)
                (self.base / name / "first").write_text("")
                (self.base / name / "second").write_text("")
                self.names.settle(workspace)

            for outcome in outcomes(work, fault):
                whole = self.base / workspace
                if outcome == DONE or whole.exists():
                    self.assertEqual(sorted(os.listdir(whole)), ["first", "second"])
                self.names.set_aside(workspace)
