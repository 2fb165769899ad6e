"""How much output may wait: a credit window for each session, one pool for all of a worker.

Pure accounting. A session is read on while its window is open; what is acknowledged frees room. The pool bounds what
all sessions together may hold, however many there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class SharedWindow:
    """The bytes that all sessions of a worker together hold unacknowledged."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self._waiting: dict[Window, None] = {}

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self.held >= self.limit

    def wait(self, window: Window) -> None:
        """Have the window's owner told when there is room again."""
        self._waiting[window] = None

    def give_back(self, size: int) -> None:
        """Free bytes, and tell those who wait once there is room."""
        self.held -= size
        if self._waiting and not self.full:
            waiting, self._waiting = self._waiting, {}
            for window in waiting:
                window.changed()


class Window:
    """The pieces of one session that are not acknowledged.

    Args:
        limit: bytes from which on the session is not read.
        pool: counts for all sessions of the worker.
        changed: called when there may be room again.
    """

    def __init__(self, limit: int, pool: SharedWindow, changed: Callable[[], None]) -> None:
        self._limit = limit
        self._pool = pool
        self.changed = changed
        self.held = 0
        self._pieces: deque[tuple[int, int]] = deque()

    @property
    def open(self) -> bool:
        """Whether more may be read; a session that holds nothing may always go on."""
        if self.held >= self._limit:
            return False
        if self.held and self._pool.full:
            self._pool.wait(self)
            return False
        return True

    def take(self, sequence: int, size: int) -> None:
        """Count a piece."""
        self._pieces.append((sequence, size))
        self.held += size
        self._pool.held += size

    def acknowledge(self, sequence: int) -> None:
        """Forget every piece up to this number; an older or unknown number changes nothing."""
        freed = 0
        while self._pieces and self._pieces[0][0] <= sequence:
            freed += self._pieces.popleft()[1]
        if freed:
            self.held -= freed
            self._pool.give_back(freed)
            self.changed()

    def close(self) -> None:
        """Forget everything."""
        freed, self.held = self.held, 0
        self._pieces.clear()
        self._pool.give_back(freed)
