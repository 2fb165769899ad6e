"""The jobs' programs with real git: trees taken, commits made, files laid out, versions compared."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.jobs import take_tree
from sagews.session.jobs.read_file import read
from sagews.session.jobs.repository.objects import PackWriter
from sagews.session.jobs.take_tree import MAX_FILE, Taker
from sagews.wire.jobs import MAX_READ, ReadAnswer, ReadRequest
from tests.history.running import JobFailed, check, commit, contents, diff, restore, snapshot

pytestmark = pytest.mark.slow


class Homes(SynchronousTestCase):
    """A folder for each home."""

    def home(self, files: dict[str, bytes] | None = None) -> Path:
        """Return a new home with these files."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for path, content in (files or {}).items():
            target = Path(folder.name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return Path(folder.name)


class Reading(Homes):
    """A part of a file, for a page."""

    def part(self, home: Path, path: str) -> bytes | None:
        """Return the first bytes of a file; None where it is not read."""
        answer = ReadAnswer.from_bytes(read(ReadRequest(path, 0, 10).to_bytes(), home, home))
        return None if answer.size is None else bytes(answer.data)

    def test_what_people_may_see(self) -> None:
        """Files, long outputs, scripts of figures; nothing else with a dot, no link, no pipe, nothing outside."""
        secret = self.home({"secret": b"secret"})
        home = self.home(
            {
                "a/b.csv": b"1,2",
                ".netrc": b"password",
                ".ssh/key": b"key",
                ".sagews/output/1.txt": b"long",
                ".sagews/scripts/1.js.gz": b"script",
            }
        )
        (home / "file").symlink_to(secret / "secret")
        (home / "folder").symlink_to(secret)
        (home / ".sagews/output/2.txt").symlink_to(secret / "secret")
        os.mkfifo(home / "pipe")
        self.assertEqual((self.part(home, "a/b.csv"), self.part(home, ".sagews/output/1.txt")), (b"1,2", b"long"))
        self.assertEqual(self.part(home, ".sagews/scripts/1.js.gz"), b"script")
        refused = [".netrc", ".ssh/key", "a/../.netrc", "file", "folder/secret", "pipe", "a", "/a/b.csv"]
        refused += [".sagews/output/2.txt", ".sagews/output/../../.netrc", f"../{secret.name}/secret"]
        self.assertEqual([path for path in refused if self.part(home, path) is not None], [])

    def test_large_files(self) -> None:
        """Of a file of any size any part is read, as large as a page may ask for."""
        home = self.home({"large.bin": b"x" * MAX_READ + b"behind"})
        answer = ReadAnswer.from_bytes(read(ReadRequest("large.bin", MAX_READ, MAX_READ).to_bytes(), home, home))
        self.assertEqual((answer.size, bytes(answer.data)), (MAX_READ + 6, b"behind"))


class RoundTrips(Homes):
    """What is saved comes back."""

    def test_files_links_and_programs_come_back(self) -> None:
        """A home and its documents are the same after a snapshot, a commit and a restore."""
        home = self.home(
            {
                "a.txt": b"a\r\n",
                "sub/deep/b": b"\x00\xff",
                "run": b"#!",
                "sub.txt": b"",
                ".gitattributes": b"* text=auto",
            }
        )
        (home / "run").chmod(0o755)
        (home / "link").symlink_to("../etc/passwd")
        (home / "sub" / "α𝔽").write_text("x")
        os.mkdir(os.fsencode(home) + b"/\xff\xfe")
        Path(os.fsdecode(os.fsencode(home) + b"/\xff\xfe/x")).write_text("x")
        taken = snapshot(home, {"n.sage.md": b"# n\n", "sub/m.sage.md": b"# m\n", "new/o.sage.md": b"# o\n"})
        self.assertEqual(taken.left_out, ())
        version = commit(taken)
        other = self.home()
        answer = restore(other, version.commit, [version.bundle], leave=["n.sage.md", "new/o.sage.md"])
        self.assertEqual((answer.tree, set(answer.objects)), (taken.tree, set(taken.objects)))
        self.assertEqual(contents(other), contents(home) | {"sub/m.sage.md": b"# m\n"})
        self.assertTrue(os.access(other / "run", os.X_OK))
        self.assertEqual(
            check(version.commit, [version.bundle]),
            {"n.sage.md": b"# n\n", "sub/m.sage.md": b"# m\n", "new/o.sage.md": b"# o\n"},
        )

    def test_an_empty_home_and_documents_alone(self) -> None:
        """Nothing is a version too, and so are documents without any home."""
        self.assertEqual(contents(self._restored(commit(snapshot(None)))), {})
        self.assertEqual(contents(self._restored(commit(snapshot(None, {"a.sage.md": b"x"})))), {"a.sage.md": b"x"})

    def _restored(self, version: object) -> Path:
        home = self.home()
        restore(home, version.commit, [version.bundle])  # type: ignore[attr-defined]
        return home

    def test_the_same_files_give_the_same_tree_and_bundle(self) -> None:
        """Nothing but the files decides what a snapshot is."""
        first, second = (snapshot(self.home({"a": b"1", "b/c": b"2"})) for _ in range(2))
        self.assertEqual(first, second)

    def test_documents_win_over_files(self) -> None:
        """A file, or even a folder, of a document's name does not hide the document."""
        home = self.home({"a.sage.md": b"stale", "b.sage.md/c": b"", "sub": b"a file"})
        taken = snapshot(home, {"a.sage.md": b"1", "b.sage.md": b"2", "sub/c.sage.md": b"3"})
        version = commit(taken)
        self.assertEqual(
            check(version.commit, [version.bundle]), {"a.sage.md": b"1", "b.sage.md": b"2", "sub/c.sage.md": b"3"}
        )

    def test_a_chain_of_thin_bundles(self) -> None:
        """Only new objects travel, both out of the home and into the store, and all bundles give the newest version."""
        noise = os.urandom(300_000)
        home = self.home({"large": noise, "small": b"1"})
        first = snapshot(home)
        one = commit(first)
        (home / "small").write_bytes(b"2")
        second = snapshot(home, have=first.tree, known=first.objects)
        two = commit(second, one.commit, [one.bundle])
        self.assertEqual((one.files_changed, two.files_changed), (2, 1))
        self.assertGreater(len(first.bundle), 300_000)
        self.assertLess(len(second.bundle) + len(two.bundle), 2_000)
        other = self.home()
        restore(other, two.commit, [one.bundle, two.bundle])
        self.assertEqual(contents(other), {"large": noise, "small": b"2"})
        full = commit(second, one.commit, [one.bundle], full=True)
        self.assertEqual(contents(self._restored(full)), {"large": noise, "small": b"2"})

    def test_what_is_in_the_way_is_kept(self) -> None:
        """Laying out removes nothing that no version has: it gets another name."""
        version = commit(snapshot(self.home({"a": b"1", "d/e": b"1", "f": b"1"})))
        home = self.home({"d": b"a file of no version", "f/deep": b"a folder of no version", "other": b"left alone"})
        restore(home, version.commit, [version.bundle])
        found = contents(home)
        self.assertEqual({path: found[path] for path in ("a", "d/e", "f", "other")},
                         {"a": b"1", "d/e": b"1", "f": b"1", "other": b"left alone"})  # fmt: skip
        kept = {path.split(".kept-")[0]: content for path, content in found.items() if ".kept-" in path}
        self.assertEqual(kept, {"d": b"a file of no version", "f": b"a folder of no version"})

    def test_an_empty_home_begins_empty(self) -> None:
        """Without a version there is nothing to lay out."""
        home = self.home()
        self.assertIsNone(restore(home, None, []).tree)
        self.assertEqual(contents(home), {})

    def test_going_back_replaces(self) -> None:
        """Files become those of the old version; what history does not have is left alone."""
        home = self.home({"a": b"1", "d/e": b"1", "g": b"1", "kind": b"file"})
        first = snapshot(home)
        one = commit(first)
        (home / "a").write_bytes(b"2")
        (home / "g").unlink()
        (home / "kind").unlink()
        (home / "kind").mkdir()
        (home / "kind" / "f").write_bytes(b"")
        (home / "new" / "er").mkdir(parents=True)
        (home / "new" / "er" / "f").write_bytes(b"")
        two = commit(snapshot(home), one.commit, [one.bundle])
        (home / "never saved").write_bytes(b"x")
        restore(home, one.commit, [one.bundle, two.bundle], replace=True)
        self.assertEqual(contents(home), {"a": b"1", "d/e": b"1", "g": b"1", "kind": b"file", "never saved": b"x"})
        self.assertFalse((home / "new").exists())


class Differences(Homes):
    """What changed between two versions."""

    def test_kinds_of_changes(self) -> None:
        """Added, removed, changed, binary and changed kinds, each with its own diff."""
        home = self.home(
            {"gone": b"x\n", "text": b"one\ntwo\n", "kind": b"a\n", "binary": b"\0", "same": b"s\n", "α b\n": b""}
        )
        one = commit(snapshot(home))
        (home / "gone").unlink()
        (home / "kind").unlink()
        (home / "kind").symlink_to("text")
        (home / "text").write_bytes(b"one\ndiff --git a/x b/x\n")
        (home / "binary").write_bytes(b"\0\1")
        (home / "α b\n").write_bytes(b"new\n")
        (home / "zz").write_bytes(b"z\n")
        two = commit(snapshot(home), one.commit, [one.bundle])
        found = {file.path: file for file in diff(two.commit, one.commit, [one.bundle, two.bundle]).files}
        self.assertEqual(
            {path: (file.status, file.binary) for path, file in found.items()},
            {
                "gone": ("removed", False),
                "text": ("changed", False),
                "kind": ("type", False),
                "binary": ("changed", True),
                "α b\n": ("changed", False),
                "zz": ("added", False),
            },
        )
        self.assertEqual(found["text"].diff, "@@ -1,2 +1,2 @@\n one\n-two\n+diff --git a/x b/x\n")
        self.assertEqual(found["zz"].diff, "@@ -0,0 +1 @@\n+z\n")
        self.assertIn("-a\n", found["kind"].diff)
        self.assertEqual(len(diff(one.commit, None, [one.bundle]).files), 6)

    def test_the_same_files(self) -> None:
        """A version of the same files as the one before, such as a name given later, has no differences."""
        one = commit(snapshot(self.home({"a": b"1\n"})))
        two = commit(snapshot(self.home({"a": b"1\n"})), one.commit, [one.bundle])
        answer = diff(two.commit, one.commit, [one.bundle, two.bundle])
        self.assertEqual((answer.files, answer.cut), ((), False))

    def test_large_differences_are_cut(self) -> None:
        """The answer is bounded, and says where it was cut."""
        one = commit(snapshot(self.home()))
        files = {f"f{number:03d}": b"line\n" * 100_000 for number in range(6)}
        two = commit(snapshot(self.home(files)), one.commit, [one.bundle])
        answer = diff(two.commit, one.commit, [one.bundle, two.bundle])
        self.assertTrue(answer.cut)
        self.assertEqual([file.cut for file in answer.files], [True] * 6)
        self.assertLess(sum(len(file.diff) for file in answer.files), 4_000_000)


class Bounds(Homes):
    """What can't be saved is said, and what was forged is refused."""

    def test_what_can_not_be_saved_is_said(self) -> None:
        """Pipes, sockets, large files and names that git does not take are left out, all else is saved."""
        home = self.home(
            {"ok": b"1", ".cache/x": b"", ".sage/x": b"", ".sagews/x": b"", "sub/.cache/kept": b"", "n" * 200: b""}
        )
        os.mkfifo(home / "pipe")
        with (home / "large").open("wb") as file:
            file.truncate(MAX_FILE + 1)
        deep = home.joinpath(*["d"] * 50)
        deep.mkdir(parents=True)
        (deep / "x").write_bytes(b"")
        (home / ".gitmodules").write_text("[submodule]")
        (home / "sub" / ".gitattributes").symlink_to("x")
        taken = snapshot(home)
        self.assertEqual(
            {path.split("/")[0]: why for path, why in taken.left_out},
            {
                "pipe": "is neither a file nor a folder nor a link",
                "large": "is larger than 20 MB",
                "d": "its name is too long or too deep",
                ".gitmodules": "belongs to a git repository of its own",
                "sub": "a link can't have this name",
            },
        )
        self.assertEqual(commit(taken).files_changed, 3)

    def test_what_is_too_much_together_is_not_read(self) -> None:
        """Of files that are larger than what is left for all of them nothing is read: sparse ones cost nothing."""
        home = self.home({"a": b"1" * 10, "b": b"2" * 11, "c": b"3" * 5})
        taker, read = Taker(PackWriter(self.home() / "pack")), []
        taker.budget.bytes = 15
        self.patch(take_tree, "_read", lambda number, most: read.append(most) or os.read(number, most))
        opened = os.open(home, os.O_RDONLY)
        self.addCleanup(os.close, opened)
        self.assertIsNotNone(taker.take(opened, "", {}))
        self.assertEqual((len(read), max(read)), (2, 16))
        self.assertEqual([path for path, _ in taker.budget.said()], ["b"])

    def test_a_forged_tree_is_refused(self) -> None:
        """A tree that the bundle does not hold, a damaged pack, and a text of another tree make no commit."""
        taken = snapshot(self.home({"a": b"1", "b": b"2"}))
        other = snapshot(self.home({"c": b"3"}))
        thin = snapshot(self.home({"a": b"1", "z": b"2"}), have=taken.tree, known=taken.objects)
        whole = bytes(taken.bundle)
        damaged = whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:]
        for tree, bundle in (
            (other.tree, taken.bundle),
            (taken.tree, damaged),
            (thin.tree, thin.bundle),
            (taken.tree, b""),
        ):
            with self.assertRaises(JobFailed):
                commit(type(taken)(tree, (), (), bundle))
