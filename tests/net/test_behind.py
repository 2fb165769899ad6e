"""Threads that compute long give way to the reactor, and stand in nobody's way."""

from __future__ import annotations

import os
import threading

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.net.behind import NICE, ThreadsBehind


def priority() -> tuple[int, int]:
    """Return the thread that asks and its priority."""
    thread = threading.get_native_id()
    return thread, os.getpriority(os.PRIO_PROCESS, thread)


class BehindTests(TestCase):
    """Two threads."""

    def setUp(self) -> None:
        """Start them."""
        self.threads = ThreadsBehind(reactor, 2)
        self.threads.start()
        self.addCleanup(self.threads.stop)

    async def test_the_thread_gives_way_and_the_reactor_does_not(self) -> None:
        """Work runs in another thread of a lower priority; that of the reactor's thread stays as it was."""
        before = priority()
        thread, found = await self.threads.run(priority)
        self.assertNotEqual(thread, before[0])
        self.assertEqual(found, max(NICE, before[1]))
        self.assertEqual(priority(), before)

    async def test_other_work_does_not_wait(self) -> None:
        """However much waits for these threads, other work has threads of its own, of the usual priority."""
        done = threading.Event()
        waiting = gatherResults([self.threads.run(lambda: done.wait(60)) for _ in range(100)])
        before = priority()
        _, found = await deferToThread(priority)
        done.set()
        self.assertEqual(found, before[1])
        self.assertEqual(await waiting, [True] * 100)

    async def test_a_failure_is_told(self) -> None:
        """Who asked for work that failed is told of it."""
        with self.assertRaises(ZeroDivisionError):
            await self.threads.run(lambda: 1 // 0)

    async def test_after_the_end(self) -> None:
        """Who asks when they have stopped is told that, and does not wait for ever."""
        self.threads.stop()
        with self.assertRaises(SagewsError) as caught:
            await self.threads.run(priority)
        self.assertEqual(caught.exception.code, "shutting-down")
