"""Errands: work in a process of its own, told by its status."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from twisted.trial import unittest

from sagews.launcher import errands
from sagews.launcher.loop import EventLoop


class ErrandTests(unittest.SynchronousTestCase):
    """What is told of an errand."""

    def told(self, work: Callable[[], None]) -> int:
        """Return what is told of a work."""
        loop, told = EventLoop(), list[int]()

        def take(status: int) -> None:
            told.append(status)
            loop.stop()

        errands.send(loop, work, take)
        if not told:
            loop.run()
        return told[0]

    def test_how_it_ended(self) -> None:
        """An errand tells 0, the system's error, or that it failed otherwise; a killed one has failed too."""

        def full() -> None:
            raise OSError(errno.ENOSPC, "full")

        self.assertEqual(self.told(lambda: None), 0)
        self.assertEqual(self.told(full), errno.ENOSPC)
        self.assertEqual(self.told(lambda: [][0]), errands.FAILED)
        self.assertEqual(self.told(lambda: os.kill(os.getpid(), 9)), errands.FAILED)

    def test_no_process_can_be_had(self) -> None:
        """Where no process can be made, that is told, and the launcher goes on."""

        def none() -> int:
            raise OSError(errno.EAGAIN, "no process")

        self.patch(os, "fork", none)
        self.assertEqual(self.told(lambda: None), errno.EAGAIN)
