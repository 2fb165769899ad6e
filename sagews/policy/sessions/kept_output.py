"""How much of a run's output is kept at hand for pages that open the document; the store keeps everything.

The first HEAD bytes and the last TAIL bytes are kept; a piece between them is left out and counted. The numbers of the
pieces show where the gap is.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

# Of a flood people want its beginning, which says what went wrong, and its end, which says where it stands.
HEAD = 256 * 1024
TAIL = 64 * 1024

T = TypeVar("T")


class KeptOutput(Generic[T]):
    """The pieces of one run, bounded in memory."""

    __slots__ = ("_head", "_head_size", "_tail", "_tail_size", "left_out")

    def __init__(self) -> None:
        self._head: list[T] = []
        self._head_size = 0
        # Made when there is more than fits into the head, which is rare.
        self._tail: deque[tuple[T, int]] | None = None
        self._tail_size = 0
        self.left_out = 0

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._head_size + self._tail_size

    @property
    def pieces(self) -> list[T]:
        """The pieces that are kept, in order."""
        return [*self._head, *(piece for piece, _ in self._tail or ())]

    @property
    def count(self) -> int:
        """How many pieces there were, kept or left out."""
        return len(self._head) + len(self._tail or ()) + self.left_out

    def add(self, piece: T, size: int) -> None:
        """Keep a piece of this many bytes, or make room for it, or leave it out."""
        # Once something went to the tail nothing may go to the head any more, though it had room: the order would be
        # lost.
        if not self._tail and not self.left_out and self._head_size + size <= HEAD:
            self._head.append(piece)
            self._head_size += size
            return
        if self._tail is None:
            self._tail = deque()
        self._tail.append((piece, size))
        self._tail_size += size
        while self._tail_size > TAIL:
            self._tail_size -= self._tail.popleft()[1]
            self.left_out += 1

    def forget(self) -> None:
        """Leave everything out."""
        self.left_out = self.count
        self._head, self._head_size = [], 0
        self._tail = None
        self._tail_size = 0
