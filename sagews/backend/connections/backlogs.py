"""What waits for all pages of an account together: each page has its bound, and an account may have a hundred pages.

Beyond it the page for which most waits lets go of it. That is the one that reads slowest; it is brought up to date from
the document, or comes back over another connection.
"""

from __future__ import annotations

from typing import Protocol
from weakref import WeakValueDictionary


class Reader(Protocol):
    """One page, as far as it is counted here."""

    def let_go(self) -> None:
        """Let go of something that waits; `Backlog.note` hears of it."""


class Backlog:
    """What waits for the pages of one account.

    Args:
        most: bytes for all of them.
    """

    __slots__ = ("__weakref__", "_most", "_pages", "size")

    def __init__(self, most: int) -> None:
        self.size = 0
        self._most = most
        self._pages: dict[Reader, int] = {}

    def note(self, page: Reader, size: int) -> None:
        """Learn how many bytes wait for a page now; has pages let go of theirs while there are too many."""
        self.size += size - self._pages.pop(page, 0)
        if size:
            self._pages[page] = size
        while self.size > self._most:
            before = self.size
            max(self._pages, key=self._pages.__getitem__).let_go()
            if self.size >= before:
                return


class Backlogs:
    """Those of all accounts; nothing is kept of accounts that have no page.

    Args:
        most: bytes for all pages of one account.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._accounts: WeakValueDictionary[str, Backlog] = WeakValueDictionary()

    def of(self, account: str) -> Backlog:
        """Return the one in which all pages of an account are counted."""
        backlog = self._accounts.get(account)
        if backlog is None:
            backlog = self._accounts[account] = Backlog(self._most)
        return backlog
