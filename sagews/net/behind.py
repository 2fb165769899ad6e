"""Work in threads that comes behind the reactor's own: where there are few processors, everybody waits for that one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

T = TypeVar("T")

NICE = 5


def in_thread_behind(work: Callable[[], T]) -> Deferred[T]:
    """Do work that computes long in a thread of the reactor's pool, which gives way to the reactor from then on."""
    return deferToThread(_give_way, work)


def _give_way(work: Callable[[], T]) -> T:
    # Of this thread alone, and of those that it starts; nobody takes it back, which would need a right.
    thread = threading.get_native_id()
    if os.getpriority(os.PRIO_PROCESS, thread) < NICE:
        os.setpriority(os.PRIO_PROCESS, thread, NICE)
    return work()
