"""Remembers for a while how much homes held, so that it can be said who grew."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

LOOKED_BACK = 30.0
"""Seconds within which growth counts as growth of now."""
_STEPS = 10


class Growth:
    """What homes held at moments of the last half minute."""

    def __init__(self) -> None:
        self._held: dict[str, deque[tuple[float, int]]] = {}

    def note(self, now: float, used: Mapping[str, int]) -> dict[str, int]:
        """Take what each home holds now; return by how many bytes each grew lately, 0 for one that shrank."""
        self._keep_only(used)
        return {name: self._grown(name, now, value) for name, value in used.items()}

    def _keep_only(self, names: Iterable[str]) -> None:
        for name in self._held.keys() - set(names):
            del self._held[name]

    def _grown(self, name: str, now: float, used: int) -> int:
        held = self._held.setdefault(name, deque([(now, used)]))
        while len(held) > 1 and held[1][0] <= now - LOOKED_BACK:
            held.popleft()
        if now - held[-1][0] >= LOOKED_BACK / _STEPS:
            held.append((now, used))
        return max(0, used - min(value for _, value in held))
