"""The place in line of a session that no machine has room for yet: told to pages as it moves, and given up in time."""

from __future__ import annotations

from sagews.backend.runs.status_publisher import StatusPublisher
from sagews.backend.workers.line import Leave
from sagews.errors import sentence


class SessionInLine:
    """Where one document's session waits, if it does.

    Args:
        status: tells pages.
    """

    __slots__ = ("_leave", "_status")

    def __init__(self, status: StatusPublisher) -> None:
        self._status = status
        self._leave: Leave | None = None

    def moved(self, position: int, leave: Leave) -> None:
        """Learn the place, and how to give it up."""
        self._leave = leave
        self._status.say(text=sentence("in-line", {"position": position}))

    def arrived(self) -> None:
        """Wait no more, because there is a machine, and tell if it had been told that it waits."""
        if self._leave is not None:
            self._leave = None
            self._status.say()

    def leave(self) -> bool:
        """Give the place up; return whether there was one.

        Kept by a session that nobody wants any more, it would hold up those behind it.
        """
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
        return leave is not None
