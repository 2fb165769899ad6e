"""The pool of uids: one for each session, lent again only when nothing of the last one is left; the oldest first."""

from __future__ import annotations

from collections import deque

# The one uid of all sessions in a user namespace that was made without root; its name outside is the user's.
UID_WITHOUT_ROOT = 1000


class UidPool:
    """Uids from first to last, inclusive. Without root there is one, shared by all.

    Args:
        first: the first uid.
        last: the last uid.
        shared: whether one uid serves all sessions.
    """

    def __init__(self, first: int, last: int, *, shared: bool = False) -> None:
        self._free = deque(range(first, last + 1))
        self._shared = first if shared else None

    def take(self) -> int | None:
        """Return a free uid, or None."""
        if self._shared is not None:
            return self._shared
        # The one that has been free for longest: what a dying session may have left has had the most time to go.
        return self._free.popleft() if self._free else None

    def give_back(self, uid: int) -> None:
        """Take a uid back."""
        if self._shared is None:
            self._free.append(uid)
