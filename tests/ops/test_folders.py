"""The data folder is made for its owners alone, and what is too open is refused."""

from __future__ import annotations

import os
import stat

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.ops.folders import Layout, check_private, lock_down, prepare
from tests.scratch import scratch_folder


class FolderTests(SynchronousTestCase):
    """Making and checking the data folder."""

    def setUp(self) -> None:
        """Lay out a data folder."""
        self.layout = Layout(scratch_folder(self) / "data")
        self.own = (os.geteuid(), os.getegid())

    def test_modes(self) -> None:
        """Keys, database, run and logs can be entered by their owner alone."""
        prepare(self.layout, self.own)
        for path in (self.layout.keys, self.layout.postgres, self.layout.run, self.layout.logs, self.layout.authority):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o700)

    def test_modes_are_mended(self) -> None:
        """A folder that somebody opened is closed again at the next start."""
        prepare(self.layout, self.own)
        self.layout.keys.chmod(0o755)
        prepare(self.layout, self.own)
        self.assertEqual(stat.S_IMODE(self.layout.keys.stat().st_mode), 0o700)

    def test_link_is_refused(self) -> None:
        """A link in the place of a folder is refused, not followed."""
        prepare(self.layout, self.own)
        self.layout.keys.rmdir()
        self.layout.keys.symlink_to(self.layout.base)
        self.assertRaises(SagewsError, prepare, self.layout, self.own)

    def test_open_token_is_refused(self) -> None:
        """A token that others can read is refused with the command that closes it."""
        prepare(self.layout, self.own)
        self.layout.token.write_text("x", encoding="ascii")
        self.layout.token.chmod(0o644)
        error = self.assertRaises(SagewsError, lock_down, self.layout, self.own)
        self.assertIn("chmod 600", str(error))

    def test_missing_is_fine(self) -> None:
        """A secret that is not there yet is nothing to refuse."""
        self.assertIsNone(check_private(self.layout.token, (os.geteuid(),)))

    def test_file_in_the_way(self) -> None:
        """A file in the place of the data folder is refused with a sentence."""
        self.layout.base.write_text("x", encoding="ascii")
        self.assertRaises(SagewsError, prepare, self.layout, self.own)
