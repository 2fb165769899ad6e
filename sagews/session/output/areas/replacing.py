"""What replaces something waits here while it would do so more often than anybody can see.

A loop that clears its output and shows the next picture, or updates a display, does so as fast as it likes: what comes
within a twentieth of a second after the last takes the place of what waits, and the last of all is sent in any case.
Clears and what follows them keep their order; an update replaces nothing but its own display, and waits by itself.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass

# Between two pictures in one place.
INTERVAL = 0.05
# Of one that is only cleared: what is shown in its place mostly comes at once.
DELAY = 0.03
# Of all displays together; the worker admits somewhat more, and ends a session that goes beyond.
UPDATES_A_SECOND = 60.0
BYTES_A_SECOND = 2 * 1024 * 1024
AHEAD = 0.5
"""Seconds of these rates that may be used at once."""
MOST_WAITING = 2 * 1024 * 1024
# Displays whose last update is remembered; a cell can't show more.
MOST_REMEMBERED = 1000

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HeldFrame:
    """A frame that waits behind a clear.

    Attributes:
        run, area: where it stands; of a clear, what it clears.
        update: the display that it updates, if it does.
    """

    run: str
    area: int
    data: bytes
    update: Key | None = None


class Replacing:
    """What waits, of all runs.

    Args:
        put: sends a frame.

    Attributes:
        due: when `flush_due` is to be called, on the monotonic clock; None while nothing waits.
    """

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._held: list[HeldFrame] = []
        self._updates: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0
        self._next_picture = self._until = 0.0
        self._last: OrderedDict[Key, float] = OrderedDict()
        self._held_due: float | None = None
        self._updates_due: float | None = None

    @property
    def due(self) -> float | None:
        """The earlier of both."""
        return min((due for due in (self._held_due, self._updates_due) if due is not None), default=None)

    def send(self, run: str, area: int, data: bytes) -> None:
        """Send what is printed or shown in an area behind what waits, or let it wait too."""
        if not self._held:
            self._put(data)
            return
        self._hold(HeldFrame(run, area, data))
        now = time.monotonic()
        if now >= self._next_picture or self._size > MOST_WAITING:
            self.flush_held()
        else:
            self._held_due = self._next_picture

    def clear(self, run: str, areas: Container[int], area: int, data: bytes, *, wait: bool) -> None:
        """Send that an area is cleared, with what is shown in it next or in a moment.

        Args:
            run: whose output it is.
            areas: the area and those that are in it.
            area: what is cleared.
            data: the frame that says so.
            wait: whether only what is shown next clears it.
        """
        kept: list[HeldFrame] = []
        for each in self._held:
            if each.run != run or each.area not in areas:
                kept.append(each)
            elif each.update is not None:
                # It may be shown elsewhere too.
                self._updates.setdefault(each.update, each.data)
        self._held = kept
        self._size = sum(len(each.data) for each in kept) + sum(map(len, self._updates.values()))
        self._hold(HeldFrame(run, area, data))
        if not wait:
            self._held_due = max(time.monotonic() + DELAY, self._next_picture)

    def update(self, key: Key, data: bytes) -> None:
        """Send a display's new content, or let it wait in place of that which waits."""
        self._size += len(data) - len(self._updates.pop(key, b""))
        self._updates[key] = data
        now = time.monotonic()
        due = max(self._last.get(key, 0.0) + INTERVAL, self._until - AHEAD)
        if now >= due or self._size > MOST_WAITING:
            self._send_update(key, now)
        elif self._updates_due is None:
            self._updates_due = due

    def shows(self, run: str, area: int, display: str) -> None:
        """Let an update that waits go before what is shown under the same id."""
        data = self._updates.pop((run, display), None)
        if data is None:
            return
        if self._held:
            self._held.append(HeldFrame(run, area, data, (run, display)))
        else:
            self._size -= len(data)
            self._put(data)

    def flush(self) -> None:
        """Send everything: something follows that must not overtake it."""
        self.flush_held()
        self._send_updates(time.monotonic(), everything=True)

    def flush_due(self, now: float) -> None:
        """Send what has waited long enough."""
        if self._held_due is not None and now >= self._held_due:
            self.flush_held()
        if self._updates_due is not None and now >= self._updates_due:
            self._send_updates(now)

    def flush_held(self) -> None:
        """Send clears and what follows them."""
        self._held_due = None
        if not self._held:
            return
        held, self._held = self._held, []
        size = sum(len(each.data) for each in held)
        for each in held:
            self._put(each.data)
        self._size -= size
        self._next_picture = time.monotonic() + max(INTERVAL, size / BYTES_A_SECOND)

    def _hold(self, held: HeldFrame) -> None:
        self._held.append(held)
        self._size += len(held.data)

    def _send_updates(self, now: float, *, everything: bool = False) -> None:
        """Send updates, those that wait longest first, as far as the rates allow."""
        self._updates_due = None
        for key in list(self._updates):
            due = max(self._last.get(key, 0.0) + INTERVAL, self._until - AHEAD)
            if everything or now >= due:
                self._send_update(key, now)
            else:
                self._updates_due = min(due, self._updates_due or due)

    def _send_update(self, key: Key, now: float) -> None:
        data = self._updates.pop(key)
        self._put(data)
        self._size -= len(data)
        self._until = max(self._until, now) + 1 / UPDATES_A_SECOND + len(data) / BYTES_A_SECOND
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > MOST_REMEMBERED:
            self._last.popitem(last=False)
