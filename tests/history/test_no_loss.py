"""Nothing that history holds vanishes from a workspace in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sagews.errors import SagewsError
from sagews.model.history import Commit, SaveReport
from tests.history.case import HistoryCase

pytestmark = pytest.mark.slow

FILES = 50


def no_space(home: Path) -> None:
    """Be a launcher whose disk is full: some files are there, then the job ends."""
    (home / "f0").write_text("half")
    raise SagewsError("disk-full")


class NoLoss(HistoryCase):
    """A workspace with files, under disks and people that take them away."""

    def closed(self) -> Commit:
        """Save fifty files as a named version, and close and open the workspace."""
        self.done(self.files.acquire_host())
        for number in range(FILES):
            (self.home / f"f{number}").write_text(str(number))
        version = self.saved("All", "named")
        self.done(self.history.close())
        self.assertFalse(self.home.exists())
        texts = self.documents.texts_by_path
        self.open()
        self.documents.texts_by_path = texts
        return version

    @property
    def reports(self) -> list[SaveReport]:
        """What people were told."""
        return self.live.reports

    def test_a_full_disk_while_opening(self) -> None:
        """No session begins, nothing is saved, the reason is said; with space everything is there again."""
        version = self.closed()
        self.launcher.broken["restore"] = no_space
        self.assertEqual(self.refused(self.files.acquire_host()), "disk-full")
        self.history.changed(self.user)
        self.clock.advance(11)
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "disk-full")
        self.assertEqual(self.done(self.history.versions(None, 10)), [version])
        self.assertIn("disk is full", self.reports[-1].problem)
        self.launcher.broken.clear()
        self.done(self.files.acquire_host())
        self.assertEqual(len(os.listdir(self.home)), FILES)
        self.assertIsNone(self.save())
        self.assertEqual(self.reports[-1], SaveReport())

    def test_a_killed_restore(self) -> None:
        """Half of the files, of a job that was killed, are not taken for a version by the next backend."""
        version = self.closed()

        def killed(home: Path) -> None:
            (home / "f0").write_text("half")
            raise SagewsError("internal", correlation="job")

        self.launcher.broken["restore"] = killed
        self.assertEqual(self.refused(self.files.acquire_host()), "internal")
        self.launcher.broken.clear()
        texts = self.documents.texts_by_path
        self.open()
        self.documents.texts_by_path = texts
        self.assertIsNone(self.save())
        self.assertEqual(self.done(self.history.versions(None, 10)), [version])
        self.assertEqual((self.home / "f0").read_text(), "0")

    def test_files_that_vanish_are_asked_about(self) -> None:
        """When most files are gone, no save goes by itself; people are told; one that a person asks for says it."""
        self.closed()
        self.done(self.files.acquire_host())
        for number in range(30):
            (self.home / f"f{number}").unlink()
        self.history.changed(self.user)
        self.clock.advance(11)
        self.assertEqual(self.told, [])
        self.assertIn("30 of 50 files are gone", self.reports[-1].problem)
        made = self.saved()
        self.assertEqual(self.reports[-1], SaveReport(removed=30, present=50))
        self.assertEqual(made.files_changed, 30)

    def test_the_end_does_not_take_them_either(self) -> None:
        """A workspace that lost its files while nobody looked is closed without a version, and its home stays."""
        version = self.closed()
        self.done(self.files.acquire_host())
        for path in self.home.iterdir():
            path.unlink()
        self.assertEqual(self.refused(self.history.close()), "removes-files")
        self.assertEqual(self.done(self.history.versions(None, 10)), [version])
        self.assertTrue(self.home.exists())

    def test_going_back_brings_them_back(self) -> None:
        """Whoever lost all files gets them by going back, without being asked about those that are gone."""
        version = self.closed()
        self.done(self.files.acquire_host())
        for path in self.home.iterdir():
            path.unlink()
        (self.home / "left").write_text("left")
        made = self.done(self.history.revert(self.user, version.id))
        self.assertEqual((made.tree, len(os.listdir(self.home))), (version.tree, FILES))
        kinds = [commit.kind for commit in self.done(self.history.versions(None, 10))]
        self.assertEqual(kinds, ["revert", "autosave", "named"])

    def test_going_back_that_fails(self) -> None:
        """A revert that could not be done whole leaves what was there, and nothing is saved of the attempt."""
        version = self.closed()
        self.done(self.files.acquire_host())
        (self.home / "f1").write_text("newer")
        later = self.saved()
        calls = []

        def fails_once(home: Path) -> None:
            (home / "f0").write_text("mixed")
            calls.append(home.name)
            if len(calls) == 1:
                raise SagewsError("disk-failed")

        self.launcher.broken["restore"] = fails_once
        self.assertEqual(self.refused(self.history.revert(self.user, version.id)), "disk-failed")
        self.assertEqual([name.startswith("partial-") for name in calls], [True, True])
        self.assertEqual(((self.home / "f0").read_text(), (self.home / "f1").read_text()), ("0", "newer"))
        self.assertIsNone(self.save())
        self.assertEqual(self.done(self.history.versions(None, 1)), [later])

    def test_a_home_that_was_removed(self) -> None:
        """A home that somebody took away under us is laid out again, not saved as empty."""
        version = self.closed()
        self.done(self.files.acquire_host())
        self.done(self.launcher.forget(self.workspace))
        self.assertIsNone(self.save())
        self.assertEqual(self.done(self.history.versions(None, 10)), [version])
        self.assertEqual(len(os.listdir(self.home)), FILES)

    def test_what_no_version_keeps_stays(self) -> None:
        """Files that can't be saved are named to people, and their home is not removed at the end."""
        self.done(self.files.acquire_host())
        self.home.mkdir(exist_ok=True)
        with (self.home / "large").open("wb") as file:
            file.truncate(21 * 1024 * 1024)
        self.history.changed(self.user)
        self.clock.advance(11)
        self.assertEqual([path for path, _ in self.reports[-1].left_out], ["large"])
        self.done(self.history.close())
        self.assertTrue((self.home / "large").exists())
