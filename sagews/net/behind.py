"""Work in threads that comes behind the reactor's own: where there are few processors, everybody waits for that one.

The threads are a pool of their own: work that computes long, and of which strangers can ask for much, would otherwise
stand before the reading and writing of files, and its threads would be slow for that, too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from sagews.errors import SagewsError

T = TypeVar("T")

NICE = 5


class ThreadsBehind:
    """A few threads that give way to the reactor's.

    Args:
        reactor: gets the results.
        most: threads; what comes while all of them work waits.
    """

    def __init__(self, reactor: Any, most: int) -> None:
        self._reactor = reactor
        self._pool = ThreadPool(0, most, "behind")

    def start(self) -> None:
        """Take work."""
        self._pool.start()

    def stop(self) -> None:
        """Wait for the work that was taken, and take no more; may be said again."""
        if not self._pool.joined:
            self._pool.stop()

    def run(self, work: Callable[[], T]) -> Deferred[T]:
        """Do work that computes long; fails with SagewsError `shutting-down` when these threads have stopped."""
        if self._pool.joined:
            return fail(SagewsError("shutting-down"))
        return deferToThreadPool(self._reactor, self._pool, _give_way, work)


def _give_way(work: Callable[[], T]) -> T:
    # Of this thread alone, and of those that it starts; nobody takes it back, which would need a right.
    thread = threading.get_native_id()
    if os.getpriority(os.PRIO_PROCESS, thread) < NICE:
        os.setpriority(os.PRIO_PROCESS, thread, NICE)
    return work()
