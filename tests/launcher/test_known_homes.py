"""What a launcher that is started anew knows of homes that rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from sagews.launcher import errands, home_keeping
from sagews.launcher.disk import known_homes
from sagews.launcher.disk.known_homes import NAME, KnownHome
from sagews.launcher.disk.pressure import DiskBounds
from sagews.launcher.home_keeping import HomeKeeping
from sagews.launcher.resources.homes import Homes
from sagews.model.identifiers import new_id


class FileTests(SynchronousTestCase):
    """The file by itself."""

    def setUp(self) -> None:
        """Make a folder."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()

    def test_there_and_back(self) -> None:
        """What was written down is read, and nothing else is left in the folder."""
        homes = {new_id(): KnownHome(new_id(), 12), new_id(): KnownHome(new_id(), 0)}
        known_homes.save(self.folder, homes)
        self.assertEqual(known_homes.load(self.folder), homes)
        self.assertEqual([path.name for path in self.folder.iterdir()], [NAME])

    def test_what_is_out_of_form(self) -> None:
        """Without a file, or with a damaged one, nothing is known; entries that are out of form are left out."""
        self.assertEqual(known_homes.load(self.folder), {})
        workspace, owner = new_id(), new_id()
        for text in ("", "{", "[]", "7", '{"x": 1}', f'{{"{workspace}": ["no id", 1]}}'):
            (self.folder / NAME).write_text(text)
            self.assertEqual(known_homes.load(self.folder), {})
        for used in ("-1", "true", "1e3", '"1"', "9" * 30):
            (self.folder / NAME).write_text(f'{{"{workspace}": ["{owner}", {used}], "{owner}": ["{owner}", 5]}}')
            self.assertEqual(known_homes.load(self.folder), {owner: KnownHome(owner, 5)})


class KeepingTests(SynchronousTestCase):
    """One launcher after the other over the same folder."""

    def setUp(self) -> None:
        """Make a folder of homes; what would be done by a process of its own is done at once."""
        self.base = Path(self.mktemp()).absolute()

        def send(_loop: object, work: errands.Told, told: errands.Told) -> None:
            cast(Any, work)()
            told(0)

        self.patch(home_keeping.errands, "send", send)

    def life(self) -> tuple[Homes, HomeKeeping]:
        """Return what a launcher that has begun knows."""
        homes = Homes(self.base, 1000, is_root=False, mapped=False)
        permits = mock.Mock(homes=self.base, images=False, disk=DiskBounds())
        loop = mock.Mock(now=lambda: 0.0)
        keeping = HomeKeeping(homes, permits, loop, lambda _: None, lambda _: False, lambda _: None)
        keeping.begin(lambda: None)
        return homes, keeping

    def test_owners_of_homes_that_rest(self) -> None:
        """The next launcher knows whose a home is and what it held, until the home is removed."""
        homes, keeping = self.life()
        kept, gone, owner = new_id(), new_id(), new_id()
        for workspace in (kept, gone):
            (self.base / workspace).mkdir()
            homes.belongs(workspace, owner)
            keeping._watch.remember(workspace, 500)
        keeping._let_rest()
        (self.base / gone).rmdir()
        homes, keeping = self.life()
        self.assertEqual((homes.owner(kept), keeping._watch.seen), (owner, {kept: 500}))
        self.assertEqual(homes.owner(gone), gone)
