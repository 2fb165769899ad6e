"""The last cells and values under the names that people know from IPython: In, Out, _, __, ___, _i, _<number>.

Bounded: a session that lives for days must not keep every picture and matrix that it ever showed.
"""

from __future__ import annotations

from collections import deque
from typing import Any

REMEMBERED = 16
INPUTS, LONGEST_INPUT = 1000, 100_000
_EMPTY = ""


def of_cell(number: int) -> tuple[str, ...]:
    """Return every name that a session has after its first cell, if that had this number."""
    return ("In", "Out", "_ih", "_oh", "_", "__", "___", "_i", "_ii", "_iii", f"_{number}", f"_i{number}")


class History:
    """Keeps a session's latest inputs and values in its namespace.

    Args:
        namespace: the globals of cells.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._names = namespace
        self._inputs: list[str] = [_EMPTY]
        self._values: dict[int, Any] = {}
        self._numbers: deque[int] = deque()

    def enter(self) -> None:
        """Put the names there, again if something took them away."""
        self._names.update({"In": self._inputs, "_ih": self._inputs, "Out": self._values, "_oh": self._values})

    def cell(self, number: int, source: str) -> None:
        """Remember a cell that begins to run.

        Args:
            number: its number in this session, from 1.
            source: its text as it was written.
        """
        names, inputs = self._names, self._inputs
        if "In" not in names:
            self.enter()
        names["_iii"], names["_ii"] = names.get("_ii", _EMPTY), names.get("_i", _EMPTY)
        names["_i"] = inputs[-1]
        kept = source if len(source) <= LONGEST_INPUT else _EMPTY
        names[f"_i{number}"] = kept
        names.pop(f"_i{number - INPUTS}", None)
        # Index and number agree, so that In[3] is cell 3; what is missing between is empty.
        gap = number - len(inputs)
        if 0 <= gap <= INPUTS:
            inputs.extend([_EMPTY] * gap)
            inputs.append(kept)
        if number >= INPUTS and number - INPUTS < len(inputs):
            inputs[number - INPUTS] = _EMPTY

    def value(self, number: int, value: Any) -> None:
        """Remember a value that was shown, and for the latest few cells also by its cell's number."""
        names = self._names
        names["___"], names["__"], names["_"] = names.get("__"), names.get("_"), value
        if number not in self._values:
            self._numbers.append(number)
        self._values[number] = names[f"_{number}"] = value
        if len(self._numbers) > REMEMBERED:
            oldest = self._numbers.popleft()
            self._values.pop(oldest, None)
            names.pop(f"_{oldest}", None)
