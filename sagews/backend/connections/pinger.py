"""Pings for all websockets from one timer, and an end for those that are not there any more.

A timer for each connection, as autobahn keeps, is two objects and a callback for each of ten thousand people who do
nothing. Here a wheel of slots turns once in the interval between two pings; a connection stays in one slot.
"""

from __future__ import annotations

from math import ceil
from typing import Protocol

SLOTS = 25


class Pinged(Protocol):
    """A websocket.

    Attributes:
        heard: set by the websocket whenever bytes come, pongs or others.
    """

    heard: bool

    def ping(self) -> None:
        """Send an empty ping."""

    def drop(self) -> None:
        """End a connection from which nothing comes any more."""


class Pinger:
    """All open websockets, each in the slot in which it is pinged.

    Args:
        interval: seconds between two pings.
        patience: seconds after a ping within which something must be heard; less than the interval.
    """

    def __init__(self, interval: float, patience: float) -> None:
        self.seconds = interval / SLOTS
        self._late = min(SLOTS - 1, max(1, ceil(patience / self.seconds))) if interval else 0
        self._slots: list[dict[Pinged, None]] = [{} for _ in range(SLOTS)]
        self._turn = 0
        self._next = 0

    def add(self, websocket: Pinged) -> int:
        """Take a websocket and return its slot, which `remove` asks for."""
        # In turn, so that however many come at once, each turn of the wheel pings about as many.
        self._next = (self._next + 1) % SLOTS
        self._slots[self._next][websocket] = None
        return self._next

    def remove(self, websocket: Pinged, slot: int) -> None:
        """Forget a websocket."""
        self._slots[slot].pop(websocket, None)

    def turn(self) -> None:
        """Drop those that have not answered their last ping, ping the next; called every `seconds`."""
        self._turn = (self._turn + 1) % SLOTS
        for websocket in list(self._slots[(self._turn - self._late) % SLOTS]):
            if not websocket.heard:
                websocket.drop()
        for websocket in list(self._slots[self._turn]):
            websocket.heard = False
            websocket.ping()
