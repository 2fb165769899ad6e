"""Where text must not be cut: between the two UTF-16 units of one character.

Yjs counts text in UTF-16 units, so an edit can name the place between two that are one character. The library, which
keeps text as UTF-8, can't cut there: it counts one clock too many on one side, and the document that it encodes
afterwards is another one than it has, in which every later clock is another character. So such an edit is refused.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence

# Of the upper byte of a UTF-16 unit: whether the unit is the second half of a character.
_SECOND = bytes(0xDC <= byte < 0xE0 for byte in range(256))
# Of each byte, whether it begins a character of two units in UTF-8, or goes on with one.
_KINDS = bytes(1 if 0xF0 <= byte < 0xF5 else 2 if 0x80 <= byte < 0xC0 else 0 for byte in range(256))
_CHARACTER = bytes((1, 2, 2, 2))


class Edges:
    """Before which clocks of which clients an update splits what is there, if it is not split there already."""

    __slots__ = ("count", "of")

    def __init__(self) -> None:
        # Four bytes each: a document may have a million.
        self.of: dict[int, array[int]] = {}
        self.count = 0

    def note(self, client: int, clock: int) -> None:
        """Take one."""
        self.count += 1
        self.of.setdefault(client, array("I")).append(clock)


class Pairs:
    """The texts with characters of two units: of each client, from the lowest clock on, which units are second halves.

    A byte for each unit: to look one up or to take a text costs the same whether it is of such characters alone or has
    only one.
    """

    __slots__ = ("_firsts", "_flags")

    def __init__(self) -> None:
        self._firsts: dict[int, list[int]] = {}
        self._flags: dict[int, list[bytes]] = {}

    def __bool__(self) -> bool:
        return bool(self._firsts)

    def take(self, client: int, first: int, flags: bytes) -> None:
        """Take a text that begins at a clock; what is here already, or of another piece of it, is left out."""
        firsts, all_flags = self._firsts.setdefault(client, []), self._flags.setdefault(client, [])
        end = firsts[-1] + len(all_flags[-1]) if firsts else 0
        if first < end:
            first, flags = end, flags[end - first :]
        if flags:
            firsts.append(first)
            all_flags.append(flags)

    def join(self, other: Pairs) -> None:
        """Take those of an update."""
        for client, firsts in other._firsts.items():
            for first, flags in zip(firsts, other._flags[client], strict=True):
                self.take(client, first, flags)

    def cut_by(self, edges: Edges) -> bool:
        """Whether an update with these edges would cut a character in two."""
        return any(
            self._is_second(firsts, self._flags[client], clock)
            for client, firsts in self._firsts.items()
            for clock in edges.of.get(client, ())
        )

    def _is_second(self, firsts: Sequence[int], flags: Sequence[bytes], clock: int) -> bool:
        place = bisect_right(firsts, clock) - 1
        if place < 0:
            return False
        offset = clock - firsts[place]
        return offset < len(flags[place]) and bool(flags[place][offset])


def second_halves(text: str) -> tuple[int, bytes | None]:
    """Return how many UTF-16 units a text has, and of each whether it is a second half; None if none is."""
    units = text.encode("utf-16-le")
    flags = units[1::2].translate(_SECOND)
    return len(flags), flags if 1 in flags else None


def may_have_pairs(data: bytes) -> bool:
    """Whether an encoded update may hold characters of two units; numbers that look like one are rare."""
    return _CHARACTER in data.translate(_KINDS)
