"""Threads that compute long give way to the reactor."""

from __future__ import annotations

import os
import threading

from twisted.trial.unittest import TestCase

from sagews.net.behind import NICE, in_thread_behind


def priority() -> tuple[int, int]:
    """Return the thread that asks and its priority."""
    thread = threading.get_native_id()
    return thread, os.getpriority(os.PRIO_PROCESS, thread)


class BehindTests(TestCase):
    async def test_the_thread_gives_way_and_the_reactor_does_not(self) -> None:
        """Work runs in another thread of a lower priority; that of the reactor's thread stays as it was."""
        before = priority()
        thread, found = await in_thread_behind(priority)
        self.assertNotEqual(thread, before[0])
        self.assertEqual(found, max(NICE, before[1]))
        self.assertEqual(priority(), before)
