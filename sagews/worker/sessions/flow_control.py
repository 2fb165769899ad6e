"""How much output may wait: a credit window for each session, one pool for all of a worker.

Pure accounting. A session is read on while its window is open; what is acknowledged frees room. The pool bounds what
all sessions together may hold, however many there are. When it is full, those accounts wait that hold more than their
share of it: otherwise one that fills it would have everybody wait until its output is stored.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable


class SharedWindow:
    """The bytes that all sessions of a worker together hold unacknowledged.

    Args:
        limit: bytes from which on accounts with more than their share wait. Those with less go on, so all together hold
            less than twice as much, and a frame for each session.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        # By account; none of them holds nothing.
        self._held: Counter[str] = Counter()
        self._waiting: dict[Window, None] = {}

    def is_full(self, account: str) -> bool:
        """Return whether an account has to wait: nothing is left, and it has an equal share of all or more."""
        return self.held >= self.limit and self._held[account] * len(self._held) >= self.limit

    def wait(self, window: Window) -> None:
        """Have the window's owner told when there is room again."""
        self._waiting[window] = None

    def take(self, account: str, size: int) -> None:
        """Count bytes."""
        if size:
            self.held += size
            self._held[account] += size

    def give_back(self, account: str, size: int) -> None:
        """Free bytes, and tell those who may go on."""
        if not size:
            return
        self.held -= size
        self._held[account] -= size
        if not self._held[account]:
            del self._held[account]
        ready = [window for window in self._waiting if not self.is_full(window.account)]
        for window in ready:
            self._waiting.pop(window, None)
        for window in ready:
            window.changed()


class Window:
    """The pieces of one session that are not acknowledged.

    Args:
        account: whose session it is.
        limit: bytes from which on the session is not read.
        pool: counts for all sessions of the worker.
        changed: called when there may be room again.
    """

    def __init__(self, account: str, limit: int, pool: SharedWindow, changed: Callable[[], None]) -> None:
        self.account = account
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
        if self.held and self._pool.is_full(self.account):
            self._pool.wait(self)
            return False
        return True

    def take(self, sequence: int, size: int) -> None:
        """Count a piece."""
        self._pieces.append((sequence, size))
        self.held += size
        self._pool.take(self.account, size)

    def acknowledge(self, sequence: int) -> None:
        """Forget every piece up to this number; an older or unknown number changes nothing."""
        freed = 0
        while self._pieces and self._pieces[0][0] <= sequence:
            freed += self._pieces.popleft()[1]
        if freed:
            self.held -= freed
            self._pool.give_back(self.account, freed)
            self.changed()

    def close(self) -> None:
        """Forget everything."""
        freed, self.held = self.held, 0
        self._pieces.clear()
        self._pool.give_back(self.account, freed)
