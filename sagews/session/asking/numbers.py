"""The numbers of channels, which questions and interacts of a run share."""

from __future__ import annotations

from sagews.wire.session.channels import MAX_CHANNELS


class ChannelNumbers:
    """Those of all runs that may still open one."""

    def __init__(self) -> None:
        self._latest: dict[str, int] = {}
        self._run = ""

    def next(self, run: str) -> int | None:
        """Return the next number of a run; None when it had as many as it may."""
        if run != self._run and run not in self._latest:
            # One that ran before asks no more, unless it has interacts.
            self._latest.pop(self._run, None)
            self._run = run
        latest = self._latest.get(run, 0)
        if latest == MAX_CHANNELS:
            return None
        self._latest[run] = latest + 1
        return latest + 1

    def keep(self, run: str) -> None:
        """Remember a run: it has an interact, which may show others."""
        if run == self._run:
            self._run = ""

    def forget(self, run: str) -> None:
        """Let go of a run that has none any more."""
        if run != self._run:
            self._latest.pop(run, None)
