"""Updates of a document that were looked at in a process of their own, and come back in pieces.

No piece takes long to apply, so that the process that serves everybody has turns between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class StoredText(NamedTuple):
    """A document's text as it is stored.

    Attributes:
        snapshot: a state that stands for all that was before it; None if there is none yet.
        updates: what came after it, in order.
        past: how often the document's past was let go. Updates that were made before the last time fit no more.
    """

    snapshot: bytes | None = None
    updates: Sequence[bytes] = ()
    past: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.snapshot or b"") + sum(map(len, self.updates))


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of a document that bounds what its edits may cost.

    Attributes:
        structs: how many it holds, at most.
        first: how many keys were set for the first time since it was counted who set the same one.
    """

    structs: int
    first: int


@dataclass(frozen=True, slots=True)
class TriedUpdate:
    """An update that was tried on a document and fits.

    Attributes:
        counts: of the document with it.
        pieces: updates, in order, that come to the same.
    """

    counts: Counts
    pieces: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class LoadableState:
    """A stored document, ready to be loaded.

    Attributes:
        structs: how many it holds.
        crowd: how many pages set the same key at one time, at most.
        pieces: updates, in order, that come to the document.
    """

    structs: int
    crowd: int
    pieces: Sequence[bytes]
