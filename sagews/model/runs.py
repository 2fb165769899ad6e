"""Runs of cells, what they printed, and what the live side of a document has to be written down of both.

These values are made several times for each evaluation, hence msgspec's structs: they cost a tenth of a frozen
dataclass. Nothing that runs in a jail or as root imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sagews.model.identifiers import CellId, DocumentId, RunId, SessionId, UserId
from sagews.model.sessions import PieceKind, RunState

PIECE_BYTES = 128
"""What a piece of output takes in the database beside its body: the row, and its place in the index."""

PAGE_BYTES = 256 * 1024
"""Of the JSON of pieces that are read from the store at once, so that they are taken in milliseconds."""


# Holds nothing that could hold it: hundreds of them, which one message may make, are none of the collector's business.
class Run(msgspec.Struct, frozen=True, gc=False):
    """One run of one cell, as stored.

    Attributes:
        hash: the SHA-256 of the source that ran, in hexadecimal.
        printed: bytes that the database has of its output, once it is over.
    """

    id: RunId
    document: DocumentId
    cell: CellId
    lane: str
    session: SessionId
    user: UserId
    number: int
    state: RunState
    hash: str
    queued: datetime
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None = None
    printed: int = 0


class StoredPiece(msgspec.Struct, frozen=True):
    """A piece of output in the store, numbered within its run."""

    run: RunId
    sequence: int
    kind: PieceKind
    body: Mapping[str, Any]


class PieceText(msgspec.Struct, frozen=True):
    """A piece of output as it is read: its body is an object in JSON, which goes to pages as it is."""

    sequence: int
    kind: PieceKind
    body: bytes


class OutputPage(msgspec.Struct, frozen=True):
    """A bounded part of what a run printed; `more` says whether the store has more behind it."""

    pieces: Sequence[PieceText]
    more: bool


class DocumentWrite(msgspec.Struct, frozen=True):
    """What one document has to be committed, all of it or nothing.

    Attributes:
        epoch: of the lease under which it was made; nothing is written under an older one.
        updates: edits, in order.
        runs: each at most once, in the state that it has reached.
        pieces: of these runs or of runs that are stored already; one takes the place of that which has its number.
        removed: runs of which pieces go, with the numbers of the first and the last; none of these stands in `pieces`.
    """

    document: DocumentId
    epoch: int
    updates: Sequence[tuple[UserId, bytes]] = ()
    runs: Sequence[Run] = ()
    pieces: Sequence[StoredPiece] = ()
    removed: Sequence[tuple[RunId, int, int]] = ()


class Committed(msgspec.Struct, frozen=True):
    """What became of a document's part of a commit.

    Attributes:
        last_update: the number of its last update, or 0 if none was among what was committed.
        taken: runs that were not written, because another document has runs of these ids.
    """

    last_update: int
    taken: Sequence[RunId] = ()
