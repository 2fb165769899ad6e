"""The numbers of channels, which questions, interacts and widgets of a run share."""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice

from sagews.wire.session.channels import MAX_CHANNELS
from sagews.wire.session.frames import LATE_RUNS


class ChannelNumbers:
    """Those of all runs that may still open one.

    What stands in a run's output has its number for good, be it closed or not; only what was taken away leaves it to
    others.
    """

    def __init__(self) -> None:
        self._latest: OrderedDict[str, int] = OrderedDict()
        self._kept: set[str] = set()
        self._free: dict[str, list[int]] = {}

    def next(self, run: str, *, lasts: bool = True) -> int | None:
        """Return a number of a run, for a question one that nothing had; None when it had as many as it may."""
        if lasts and (free := self._free.get(run)):
            return free.pop()
        latest = self._latest.get(run, 0)
        if latest == MAX_CHANNELS:
            return None
        self._latest[run] = latest + 1
        self._latest.move_to_end(run)
        excess = len(self._latest) - LATE_RUNS - len(self._kept)
        if excess > 0:
            # The worker has forgotten them as well: nothing of them can be shown any more.
            loose = (each for each in self._latest if each not in self._kept)
            for each in list(islice(loose, excess)):
                del self._latest[each]
                self._free.pop(each, None)
        return latest + 1

    def leave(self, run: str, channel: int) -> None:
        """Let the number of what was taken away be given once more; not to a question, which the worker counts on."""
        self._free.setdefault(run, []).append(channel)

    def keep(self, run: str) -> None:
        """Remember a run: it has something open, which may show more."""
        self._kept.add(run)

    def forget(self, run: str) -> None:
        """Remember it no longer than others."""
        self._kept.discard(run)
