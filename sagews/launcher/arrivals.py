"""Sessions and jobs on their way in: permitted, and waiting for their workspace's home to be there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Protocol

from sagews.kernel.packets import close_all
from sagews.launcher.resources.homes import Homes
from sagews.launcher.resources.slots import Work
from sagews.wire.launcher import SESSION, StartJob

_CODES = {errno.ENOSPC: "disk-full", errno.EDQUOT: "disk-full", errno.EIO: "disk-failed", errno.EUCLEAN: "disk-failed"}


class Destination(Protocol):
    """Where they go."""

    def begin(self, work: Work, descriptors: list[int]) -> None:
        """Hand a child over."""


class Arrivals:
    """Those that wait for a home.

    Args:
        homes: has the homes.
        failed: is told of a work that can't begin, why, and the code of a SagewsError.
        in_vain: is told of a workspace whose home was prepared for a work that was ended meanwhile.
    """

    def __init__(self, homes: Homes, failed: Callable[[Work, str, str], None], in_vain: Callable[[str], None]) -> None:
        self._homes = homes
        self._failed = failed
        self._in_vain = in_vain
        self._waiting: dict[str, tuple[Work, list[int]]] = {}

    def add(self, work: Work, descriptors: list[int], destination: Destination) -> None:
        """Let a work begin at its destination as soon as its home can be entered."""
        if work.workspace is None:
            destination.begin(work, descriptors)
            return
        self._waiting[work.id] = work, descriptors
        workspace, access = work.workspace, work.access if isinstance(work, StartJob) else SESSION

        def told(status: int) -> None:
            # It may have been ended meanwhile, and its id may be that of another by now.
            waiting = self._waiting.get(work.id)
            if waiting is not None and waiting[0] is work:
                self._arrived(work, destination, status)
            else:
                self._in_vain(workspace)

        self._homes.prepare(workspace, access, told)

    def _arrived(self, work: Work, destination: Destination, status: int) -> None:
        waiting = self._waiting.pop(work.id)
        if status == 0:
            destination.begin(*waiting)
        else:
            close_all(waiting[1])
            reason = f"the home can't be had: {os.strerror(status)}"
            self._failed(work, reason, _CODES.get(status, "internal"))

    def uses(self, workspace: str) -> bool:
        """Whether a work waits for this workspace's home."""
        return any(work.workspace == workspace for work, _ in self._waiting.values())

    def drop(self, id: str) -> bool:
        """Take back work that waits; False if there is none of this id."""
        work, descriptors = self._waiting.pop(id, (None, []))
        if work is None:
            return False
        close_all(descriptors)
        self._failed(work, "it was ended before it began", "internal")
        return True
