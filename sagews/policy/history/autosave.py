"""When a workspace saves itself: after a quiet while, and now and then however busy it is."""

from __future__ import annotations

from dataclasses import dataclass

QUIET_SECONDS = 10.0
MOST_SECONDS = 300.0
RETRY_SECONDS = 30.0


@dataclass(slots=True)
class Autosave:
    """The times of one workspace, in seconds of any clock.

    Attributes:
        quiet: without a change after which it is saved.
        most: that a change waits at most.
        retry: to wait after a save that failed, doubled for each one in a row up to `most`.
    """

    quiet: float = QUIET_SECONDS
    most: float = MOST_SECONDS
    retry: float = RETRY_SECONDS
    first: float | None = None
    last: float = 0.0
    not_before: float = 0.0
    failures: int = 0

    def changed(self, now: float) -> None:
        """Note a change."""
        if self.first is None:
            self.first = now
        self.last = now

    @property
    def due(self) -> float | None:
        """When to save next; None while there is nothing to save."""
        if self.first is None:
            return None
        return max(min(self.last + self.quiet, self.first + self.most), self.not_before)

    def started(self) -> None:
        """Note that everything up to now is being saved."""
        self.first = None

    def saved(self) -> None:
        """Note that it was."""
        self.failures = 0
        self.not_before = 0.0

    def failed(self, now: float) -> None:
        """Note that it was not: it is to be saved later."""
        self.failures += 1
        self.not_before = now + min(self.retry * 2 ** (self.failures - 1), self.most)
        if self.first is None:
            self.first = self.last = now
