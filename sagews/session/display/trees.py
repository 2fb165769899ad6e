"""JSON that is shown as a tree: what a person handed over, made fit for the wire, what is endless cut."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sagews.session.evaluation.tracebacks import bounded

# Well below what the worker takes (wire/session/checks.py), and more than anybody unfolds.
MAX_VALUES = 20_000
MAX_DEPTH = 20
MAX_TEXT = 20_000
_EXACT = 2**53
MORE = "…"


def fit_tree(value: Any) -> Any:
    """Return a value as JSON of bounded size; what is no JSON is its text, and what is too much is an ellipsis."""
    return _Tree().fit(value, 0)


class _Tree:
    def __init__(self) -> None:
        self._left = MAX_VALUES

    def fit(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return bounded(str(value), MAX_TEXT)
        if isinstance(value, int):
            return int(value) if abs(value) <= _EXACT else bounded(str(value), MAX_TEXT)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(value)
        if depth >= MAX_DEPTH or self._left <= 0:
            return MORE
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, Sequence | Set) and not isinstance(value, bytes | bytearray | memoryview):
            return self._sequence(value, depth)
        return bounded(str(value), MAX_TEXT)

    def _mapping(self, values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        for name, value in values.items():
            if self._left <= 0:
                taken[MORE] = f"{len(values) - len(taken)} more"
                break
            # Names count as values do.
            self._left -= 1
            taken[bounded(str(name), MAX_TEXT)] = self.fit(value, depth + 1)
        return taken

    def _sequence(self, values: Sequence[Any] | Set[Any], depth: int) -> list[Any]:
        taken: list[Any] = []
        for value in values:
            if self._left <= 0:
                taken.append(f"{MORE} {len(values) - len(taken)} more")
                break
            taken.append(self.fit(value, depth + 1))
        return taken
