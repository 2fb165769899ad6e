"""One widget that is shown: where it stands, what pages know of it, and what has changed since."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sagews.session.widgets.tree import Tree

# Between two states of one: nobody sees more.
INTERVAL = 0.05
# What callbacks have printed below it, after which it begins anew: each print is kept by the page.
MOST_PRINTED = 200


class Pace:
    """How often something may be told: so often at once, and then so often in a second."""

    def __init__(self, burst: float, rate: float) -> None:
        self._burst, self._rate = burst, rate
        self._left, self._filled = burst, time.monotonic()

    def may_go(self) -> bool:
        """Whether it may be told now; counts it if so."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._filled) * self._rate)
        self._filled = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class View:
    """One of them.

    Args:
        run: in whose output it stands.
        here: the area in which it stands, with its slot.
        slot: an area of its own, so that it can be taken away.
        area: that in which what its callbacks print stands.
        tree: what is shown.

    Attributes:
        channel: its number there; 0 until it was told.
        shown: what pages know.
        due: when what has changed is to be told, on the monotonic clock; None while nothing has.
        printed: evaluations since what they print began anew.
    """

    def __init__(self, run: str, here: int, slot: int, area: int, tree: Tree) -> None:
        self.run = run
        self.channel = 0
        self.here = here
        self.slot = slot
        self.area = area
        self.tree = tree
        self.shown = tree.shown()
        self.due: float | None = None
        self.printed = 0
        self._told = 0.0

    def body(self) -> dict[str, Any]:
        """Return the body with which it opens."""
        self._told, self.due = time.monotonic(), None
        self.shown = self.tree.shown()
        return {"area": self.area, "auto": True, **self.shown.forms}

    def concerns(self, model: str) -> bool:
        """Whether a model is part of it."""
        return model in self.shown.members

    def touch(self) -> bool:
        """Note that something has changed; returns whether it is to be told now."""
        now = time.monotonic()
        if self.due is None:
            self.due = max(now, self._told + INTERVAL) if self.channel else now + INTERVAL
        return now >= self.due

    def heard(self, values: Mapping[str, Any]) -> None:
        """Note values that somebody has set, so that pages have them already."""
        self.shown.values.update({name: value for name, value in values.items() if name in self.shown.values})

    def patch(self) -> dict[str, Any]:
        """Return what has changed since pages were told."""
        before, self.shown = self.shown, self.tree.shown()
        self._told, self.due = time.monotonic(), None
        if self.shown.controls != before.controls or self.shown.root != before.root:
            return self.shown.forms
        values = {name: value for name, value in self.shown.values.items() if before.values.get(name) != value}
        return {"values": values} if values else {}
