"""Homes and bundles that were made to harm whoever saves, checks or lays them out: nothing runs and nothing leaks."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.jobs.repository.names import is_gits_own, parts_of
from sagews.session.jobs.repository.objects import FILE, FOLDER, Entry, PackWriter, bundle, snapshot_commit, tree_of
from sagews.wire.jobs import SnapshotAnswer
from tests.history.running import JobFailed, commit, contents, diff, restore, snapshot

pytestmark = pytest.mark.slow

CANARY = "SECRET-OF-THE-HOST"

# Each is a home, made by a shell in it: {marker} must never appear, {host} is a repository that is not theirs.
HOMES = {
    "hooks": "git init -q r; cd r; for h in post-checkout pre-commit post-index-change reference-transaction; do"
    " printf '#!/bin/sh\\necho > {marker}\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done;"
    " git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x --no-verify; rm -f {marker}",
    "home is a repository": "git init -q .; git config core.fsmonitor 'touch {marker}; false';"
    " git config core.hooksPath /tmp; echo hi > a",
    "filters": "git init -q .; git config filter.x.clean 'touch {marker}; cat'; git config filter.x.smudge"
    " 'touch {marker}; cat'; git config diff.x.textconv 'touch {marker}; cat'; git config diff.external"
    " 'touch {marker}'; echo '* filter=x diff=x text eol=crlf' > .gitattributes; echo hi > a",
    "gitdir file": "mkdir r; echo 'gitdir: {host}/.git' > r/.git; echo 'gitdir: {host}/.git' > .git",
    "linked .git": "mkdir r; ln -s {host}/.git r/.git; ln -s {host}/.git .git",
    "alternates": "git init -q .; echo {host}/.git/objects > .git/objects/info/alternates",
    "commands in the config": "git init -q .; git config core.sshCommand 'touch {marker}'; git config core.pager"
    " 'touch {marker}'; git config core.editor 'touch {marker}'; git config alias.ls-tree '!touch {marker}';"
    " git config uploadpack.packObjectsHook 'touch {marker}'; git config gpg.program 'touch {marker}';"
    " git config include.path {host}/secret; git config core.worktree {host}; git config commit.gpgSign true",
    "names of options": "touch -- --upload-pack=x --output=x '--exec=touch {marker}' -n; mkdir -- --help;"
    " touch -- --help/-x",
    "links out": "ln -s {host} out; ln -s {host}/secret s; ln -s / root; mkdir d; ln -s ../../.. d/up",
}


class HostileHomes(SynchronousTestCase):
    """Homes as an attacker makes them."""

    def setUp(self) -> None:
        """Make a repository of the host with a secret in it."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.host, self.marker = self.root / "host", self.root / "marker"
        self.host.mkdir()
        (self.host / "secret").write_text(f"[user]\n\tname = {CANARY}\n")
        self.shell("git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm x", self.host)

    def shell(self, script: str, folder: Path) -> None:
        """Do as the attacker does."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["sh", "-c", script], cwd=folder, env=environment, check=True, capture_output=True)

    def test_nothing_runs_and_nothing_leaks(self) -> None:
        """Saving, comparing and laying out such a home runs none of its commands and reads nothing outside."""
        for name, script in HOMES.items():
            with self.subTest(name):
                home, other = self.root / f"home {name}", self.root / f"other {name}"
                home.mkdir()
                other.mkdir()
                self.shell(script.format(marker=self.marker, host=self.host), home)
                taken = snapshot(home, {"n.sage.md": b"# n\n"})
                version = commit(taken)
                restore(other, version.commit, [version.bundle])
                restore(home, version.commit, [version.bundle], replace=True)
                said = repr(diff(version.commit, None, [version.bundle])) + repr(contents(other))
                self.assertFalse(self.marker.exists())
                self.assertNotIn(CANARY, said)
                self.assertFalse(any(path.name == ".git" for path in other.rglob("*")))

    def test_laying_out_follows_no_link(self) -> None:
        """A link in the home where the version has a folder or a file does not lead the writer out of the home."""
        home = self.root / "home"
        (home / "d").mkdir(parents=True)
        (home / "d" / "secret").write_text("harmless")
        (home / "f").write_text("harmless")
        version = commit(snapshot(home))
        for replace in (False, True):
            other = self.root / f"other {replace}"
            other.mkdir()
            (other / "d").symlink_to(self.host)
            (other / "f").symlink_to(self.host / "secret")
            (other / ".sagews").symlink_to(self.host)
            restore(other, version.commit, [version.bundle], replace=replace)
            self.assertIn(CANARY, (self.host / "secret").read_text())
            self.assertFalse((self.host / "filled").exists())


class HostileTrees(SynchronousTestCase):
    """Trees as a broken-out jail could deliver them."""

    def setUp(self) -> None:
        """Make room."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.pack = PackWriter(Path(folder.name, "pack"))

    def taken(self, entries: list[Entry], tree: bytes | None = None) -> SnapshotAnswer:
        """Return a snapshot of a tree with these entries, whatever they are."""
        key = self.pack.add("tree", tree_of(entries) if tree is None else tree)
        made = self.pack.add("commit", snapshot_commit(key))
        return SnapshotAnswer(key, (), (), bundle(made, [], self.pack.finish()))

    def test_names_that_a_git_takes_for_its_own(self) -> None:
        """No spelling of .git and no step out of the tree becomes a version."""
        for name in (".git", ".GIT", ".g\u200cit", "git~1", ".git ", ".git::$INDEX_ALLOCATION", "..", ".", "a\\.git"):
            with self.subTest(name):
                self.setUp()
                inner = self.pack.add("tree", tree_of([(FILE, b"config", self.pack.add("blob", b"x"))]))
                self.assertRaises(JobFailed, commit, self.taken([(FOLDER, name.encode(), inner)]))

    def test_kinds_that_are_not_files(self) -> None:
        """Modules, doubled or missing entries and names that are paths are refused."""
        blob = self.pack.add("blob", b"x")
        for entries in (
            [("160000", b"module", "1" * 40)],
            [(FILE, b"a", blob), (FILE, b"a", blob)],
            [(FILE, b"a/b", blob)],
            [(FILE, b"", blob)],
            [(FILE, b"missing", "2" * 40)],
        ):
            with self.subTest(repr(entries)):
                self.setUp()
                self.pack.add("blob", b"x")
                self.assertRaises(JobFailed, commit, self.taken(entries))

    def test_a_tree_that_grows_without_end_is_refused(self) -> None:
        """A thousand million entries in ten small trees end the job soon, with little memory."""
        key = self.pack.add("blob", b"x")
        mode = FILE
        for _ in range(9):
            key = self.pack.add("tree", tree_of([(mode, b"%d" % number, key) for number in range(10)]))
            mode = FOLDER
        self.assertRaises(JobFailed, commit, self.taken([(FOLDER, b"bomb", key)]))


class Names(SynchronousTestCase):
    """The rules for names by themselves."""

    def test_spellings(self) -> None:
        """Every spelling is known, and harmless names are harmless."""
        for name in (
            ".git",
            ".GiT",
            ".git.",
            ".git . ",
            "GIT~1",
            ".\u200dgit",
            ".gitmodules",
            "GITMOD~1",
            "x\\.git",
            ".git:x",
        ):
            self.assertTrue(is_gits_own(name), name)
        for name in (".gitignore", ".gitattributes", "git", "x.git", ".github", "git~", "\u200c"):
            self.assertFalse(is_gits_own(name), name)
        self.assertIsNone(parts_of("a/../b"))
        self.assertIsNone(parts_of("/a"))
        self.assertIsNone(parts_of("a/" * 40 + "b"))
        self.assertEqual(parts_of("a/b c"), ["a", "b c"])
