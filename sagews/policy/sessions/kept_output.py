"""How much of a run's output is kept at hand for pages that open the document; the store keeps everything.

The first HEAD bytes and the last TAIL bytes are kept; a piece between them is left out and counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from sagews.policy.sessions.ranges import Range, is_in

# Of a flood people want its beginning, which says what went wrong, and its end, which says where it stands.
HEAD = 256 * 1024
TAIL = 64 * 1024

T = TypeVar("T")
_Kept = tuple[int, T, int]
"""The number of a piece, the piece, its bytes."""


class KeptOutput(Generic[T]):
    """The pieces of one run, bounded in memory."""

    __slots__ = ("_head", "_head_size", "_tail", "_tail_size", "left_out")

    def __init__(self) -> None:
        self._head: list[_Kept[T]] = []
        self._head_size = 0
        # Made when there is more than fits into the head, which is rare.
        self._tail: deque[_Kept[T]] | None = None
        self._tail_size = 0
        self.left_out = 0

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._head_size + self._tail_size

    @property
    def pieces(self) -> list[T]:
        """The pieces that are kept, in order."""
        return [piece for _, piece, _ in (*self._head, *(self._tail or ()))]

    @property
    def count(self) -> int:
        """How many pieces there were, kept or left out."""
        return len(self._head) + len(self._tail or ()) + self.left_out

    def add(self, number: int, piece: T, size: int) -> None:
        """Keep a piece of this many bytes, or make room for it, or leave it out; numbers only grow."""
        # Once something went to the tail nothing may go to the head any more, though it had room: the order would be
        # lost.
        if not self._tail and not self.left_out and self._head_size + size <= HEAD:
            self._head.append((number, piece, size))
            self._head_size += size
            return
        if self._tail is None:
            self._tail = deque()
        self._tail.append((number, piece, size))
        self._tail_size += size
        self._cut_tail()

    def replace(self, number: int, piece: T, size: int) -> None:
        """Keep a piece in place of the one of its number, if that is kept; one that is too large by now is left out."""
        if (at := _place(self._head, number)) is not None:
            self._head_size += size - self._head[at][2]
            self._head[at] = number, piece, size
            if self._head_size > HEAD:
                del self._head[at]
                self._head_size -= size
                self.left_out += 1
        elif self._tail is not None and (at := _place(self._tail, number)) is not None:
            self._tail_size += size - self._tail[at][2]
            self._tail[at] = number, piece, size
            self._cut_tail()

    def remove(self, ranges: Sequence[Range], count: int) -> None:
        """Let go of the pieces of these numbers, from the first to the last of each range, of which none overlap.

        Args:
            ranges: in order; a session may scatter thousands of them.
            count: how many pieces these are.
        """
        before = len(self._head) + len(self._tail or ())
        self._head = _outside(self._head, ranges)
        self._head_size = sum(size for *_, size in self._head)
        self._tail = deque(_outside(self._tail, ranges)) if self._tail else None
        self._tail_size = sum(size for *_, size in self._tail or ())
        self.left_out -= count - (before - len(self._head) - len(self._tail or ()))

    def _cut_tail(self) -> None:
        while self._tail and self._tail_size > TAIL:
            self._tail_size -= self._tail.popleft()[2]
            self.left_out += 1

    def forget(self) -> None:
        """Leave everything out."""
        self.left_out = self.count
        self._head, self._head_size = [], 0
        self._tail = None
        self._tail_size = 0


def _place(kept: Sequence[_Kept[T]], number: int) -> int | None:
    """Return where the piece of a number stands; they stand in the order of their numbers."""
    at = bisect_left(kept, number, key=_first)
    return at if at < len(kept) and kept[at][0] == number else None


def _outside(kept: Iterable[_Kept[T]], ranges: Sequence[Range]) -> list[_Kept[T]]:
    """Return the pieces whose numbers are in none of these ranges, which stand in order as well."""
    return [each for each in kept if not is_in(ranges, each[0])]


def _first(found: _Kept[T]) -> int:
    return found[0]
