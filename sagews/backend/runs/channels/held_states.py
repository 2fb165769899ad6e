"""How much the states of interacts take that one document keeps in memory, for everybody who may come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.policy.sessions.interact_line import Place
from sagews.wire.session.channels import MAX_STATES
from sagews.wire.session.interact import size_of

_CHANGING = ("values", "errors")


class HeldStates:
    """Those of one document: what the controls of each take, and what is said with them."""

    __slots__ = ("_controls", "_sizes")

    def __init__(self) -> None:
        # Controls rarely change, and those with long lists of labels take longest to measure.
        self._controls: dict[Place, int] = {}
        self._sizes: dict[Place, int] = {}

    def take(self, place: Place, body: Mapping[str, Any], *, controls: bool) -> bool:
        """Note what a state takes; returns whether there is room for it, and notes nothing where there is none.

        Args:
            place: which.
            body: the state that it would have.
            controls: whether its controls are others than before.
        """
        fixed = self._controls.get(place)
        if controls or fixed is None:
            fixed = size_of(body["controls"])
        size = fixed + sum(size_of(body[name]) for name in _CHANGING if name in body)
        before = self._sizes.get(place, 0)
        if size > before and sum(self._sizes.values()) - before + size > MAX_STATES:
            return False
        self._controls[place], self._sizes[place] = fixed, size
        return True

    def drop(self, place: Place) -> None:
        """Forget one that is kept no more."""
        self._controls.pop(place, None)
        self._sizes.pop(place, None)

    def clear(self) -> None:
        """Forget all."""
        self._controls.clear()
        self._sizes.clear()
