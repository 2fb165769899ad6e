"""When a workspace saves itself: after a quiet while, and now and then however busy it is."""

from __future__ import annotations

from sagews.net.backoff import Backoff

# A pause in typing; a save costs a one-shot jail, so not after each key.
QUIET_SECONDS = 10.0
# Whoever never pauses loses five minutes of files at most; edits of documents are in the database anyway.
MOST_SECONDS = 300.0
RETRY_SECONDS = 30.0


class Autosave:
    """The times of one workspace, in seconds of any clock.

    Args:
        quiet: without a change after which it is saved.
        most: that a change waits at most.
        retry: to wait after a save that failed, doubled for each one in a row up to `most`.
    """

    def __init__(self, quiet: float = QUIET_SECONDS, most: float = MOST_SECONDS, retry: float = RETRY_SECONDS) -> None:
        self._quiet = quiet
        self._most = most
        self._backoff = Backoff(retry, most)
        self._first: float | None = None
        self._last = 0.0
        self._not_before = 0.0

    def changed(self, now: float) -> None:
        """Note a change."""
        # The first change counts for the longest wait, the last one for the quiet.
        if self._first is None:
            self._first = now
        self._last = now

    @property
    def first(self) -> float | None:
        """When the first change came that is in no version; None while there is nothing to save."""
        return self._first

    @property
    def due(self) -> float | None:
        """When to save next; None while there is nothing to save."""
        if self._first is None:
            return None
        return max(min(self._last + self._quiet, self._first + self._most), self._not_before)

    def started(self) -> None:
        """Note that everything up to now is being saved."""
        # Changes that come while the save runs may not be in it, so they count as the first of the next one.
        self._first = None

    def saved(self) -> None:
        """Note that it was."""
        self._backoff.forget()
        self._not_before = 0.0

    def failed(self, now: float) -> None:
        """Note that it was not: it is to be saved later."""
        self._not_before = now + self._backoff.take()
        if self._first is None:
            self._first = self._last = now
