"""Removing a home: our own code on a hostile tree, which it must not follow out of."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial import unittest

from sagews.errors import SagewsError
from sagews.launcher.resources.homes import Homes, empty
from sagews.model.identifiers import new_id
from sagews.wire.launcher import CHANGE, FILL, READ, SESSION


class Emptying(unittest.SynchronousTestCase):
    def _check_emptied(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            empty(descriptor)
        finally:
            os.close(descriptor)
        self.assertEqual(list(folder.iterdir()), [])

    def test_links_are_not_followed(self) -> None:
        """Links to files and folders outside go, what they point to stays."""
        outside, home = Path(self.mktemp()).absolute(), Path(self.mktemp())
        (outside / "deep").mkdir(parents=True)
        (outside / "deep" / "kept").write_text("kept")
        (home / "a").mkdir(parents=True)
        (home / "file").symlink_to(outside / "deep" / "kept")
        (home / "folder").symlink_to(outside)
        (home / "a" / "folder").symlink_to(outside / "deep")
        self._check_emptied(home)
        self.assertEqual((outside / "deep" / "kept").read_text(), "kept")

    def test_deep(self) -> None:
        """A tree far deeper than any path may be long is removed."""
        home = Path(self.mktemp())
        home.mkdir()
        back = os.open(".", os.O_RDONLY)
        os.chdir(home)
        for _ in range(300):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        os.fchdir(back)
        os.close(back)
        self._check_emptied(home)

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.lists(st.sampled_from(["a", "b", "c\n", "-rf", "\u202e"]), min_size=1, max_size=5), max_size=12))
    def test_any_tree(self, paths: list[list[str]]) -> None:
        """Whatever tree of files and folders there is, nothing is left of it."""
        home = Path(self.mktemp())
        home.mkdir()
        for parts in paths:
            folder = home.joinpath(*parts)
            if not any(parent.is_file() for parent in (folder, *folder.parents)):
                folder.mkdir(parents=True, exist_ok=True)
                file = folder / "f"
                if not file.exists():
                    file.write_text("x")
                folder.chmod(0)
                folder.chmod(0o700 if os.geteuid() else 0)
        self._check_emptied(home)


class Names(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Make a folder of homes."""
        self.base = Path(self.mktemp()).absolute()
        self.homes = Homes(self.base, os.getuid(), is_root=False, mapped=False)

    def test_only_ids(self) -> None:
        """Nothing but an id names a home."""
        for name in ("../x", "/etc", "", ".", "x"):
            self.assertRaises(SagewsError, self.homes.names.set_aside, name)

    def test_no_room_for_new_ones(self) -> None:
        """While room is dire no home is begun; one that is there can be had, and what is missing can be asked for."""
        workspace = new_id()
        (self.base / workspace).mkdir()
        self.homes.takes_new = False
        told: list[int] = []
        self.homes.prepare(new_id(), SESSION, told.append)
        self.homes.prepare(new_id(), FILL, told.append)
        self.homes.prepare(new_id(), READ, told.append)
        self.homes.prepare(workspace, SESSION, told.append)
        self.assertEqual(told, [errno.ENOSPC, errno.ENOSPC, 0, 0])

    def test_an_image_where_none_can_be_mounted(self) -> None:
        """Whoever wants a home that is an image, where images can't be had, reads so; the home stays what it is."""
        workspace = new_id()
        (self.base / workspace).touch()
        for access in (SESSION, READ, CHANGE):
            error = self.assertRaises(SagewsError, self.homes.mount, workspace, -1, access)
            self.assertEqual(error.code, "home-image")
            self.assertIn("can't mount", str(error))
        self.assertEqual([path.name for path in self.base.iterdir()], [workspace])

    def test_set_aside(self) -> None:
        """A forgotten home is out of the way at once, and known until it is removed."""
        workspace = new_id()
        (self.base / workspace).mkdir()
        aside = self.homes.names.set_aside(workspace)
        self.assertEqual(self.homes.names.left_over(), [aside])
        self.assertIsNone(self.homes.names.set_aside(workspace))
        pid = self.homes.remove(aside or "")
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual(self.homes.names.left_over(), [])
