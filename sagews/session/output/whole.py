"""A section that no interrupt tears and no other thread enters."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sagews.session.output.interrupts import Interrupts


class Whole:
    """Such a section; a thread may enter it again."""

    def __init__(self, interrupts: Interrupts) -> None:
        self.interrupts = interrupts
        self._acquire, self._release = _lock_functions()
        self._main = threading.get_ident()

    def __enter__(self) -> None:
        if threading.get_ident() == self._main:
            self.interrupts.guards += 1
        self._acquire()

    def __exit__(self, *_: object) -> None:
        self._release()
        if threading.get_ident() == self._main:
            self.interrupts.guards -= 1
            if self.interrupts.waiting:
                self.interrupts.deliver()


def _lock_functions() -> tuple[Callable[[], bool], Callable[[], None]]:
    lock = threading.RLock()
    return lock.acquire, lock.release
