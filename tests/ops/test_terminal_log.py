"""The log of a daemon in the background."""

from __future__ import annotations

import os

from twisted.logger import Logger, LogPublisher
from twisted.python.reflect import namedAny
from twisted.trial.unittest import SynchronousTestCase

from sagews.ops.terminal_log import KEPT, TerminalLog, choose, open_chosen
from tests.scratch import scratch_folder


class TerminalLogTests(SynchronousTestCase):
    """A file of text."""

    def test_rotation(self) -> None:
        """It rotates while it is written, keeps a few older files, and what was written last is there."""
        path = scratch_folder(self) / "sagews.twistd.log"
        log = Logger(observer=LogPublisher(TerminalLog(path, 65534, 65534, most_bytes=200).open()))
        for number in range(100):
            log.info("line {number}", number=number)
        names = sorted(each.name for each in path.parent.iterdir())
        self.assertEqual(names, [path.name, *(f"{path.name}.{number}" for number in range(1, KEPT + 1))])
        text = "".join(each.read_text(encoding="utf-8") for each in path.parent.iterdir())
        self.assertIn("line 99", text)

    def test_owner(self) -> None:
        """It belongs to the account that the daemon becomes, who alone may read it and has to be able to rename it."""
        path = scratch_folder(self) / "x.log"
        uid = 65534 if os.geteuid() == 0 else os.geteuid()
        self.assertIs(namedAny(choose(TerminalLog(path, uid, uid))), open_chosen)
        open_chosen()
        self.assertEqual((path.stat().st_uid, path.stat().st_mode & 0o777), (uid, 0o600))
