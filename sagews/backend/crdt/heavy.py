"""What may take long with a document: done in a process of its own, where nobody waits for it.

What an update costs shows only when it is applied: each of its structs may have to pass all others that stand at the
same place. So it is applied to a copy of the document first, and what that took says whether the process that serves
everybody may do the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sagews.backend.crdt.document import load, title_of
from sagews.backend.crdt.update_reader import MalformedUpdate, ManyStructs, read_update
from sagews.backend.crdt.validator import Mirror, refusal
from sagews.backend.crdt.worksheet_text import merge_text, to_text

# Of one update: what ten thousand new cells hold, and some more.
MAX_STRUCTS = 100_000
# Seconds of computing that applying one update may cost everybody else.
MAX_APPLY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Verdict:
    """What trying an update showed.

    Attributes:
        structs: how many the document holds with it.
    """

    structs: int


def try_heavy(state: bytes, update: bytes, limit: float = MAX_APPLY_SECONDS) -> Verdict:
    """Try an update on a document that is encoded as one update.

    Args:
        state: the document.
        update: as it came.
        limit: seconds of computing that applying it may take.

    Raises:
        SagewsError: `bad-update`: it is malformed, does not fit, or takes too long to apply.
    """
    try:
        structure = read_update(update, MAX_STRUCTS)
    except MalformedUpdate as error:
        raise refusal(str(error)) from None
    except ManyStructs:
        raise refusal("it is too much at once; paste it in parts") from None
    mirror = Mirror(state)
    _time_apply(state, update, limit)
    mirror.attempt(update, structure)
    return Verdict(read_update(mirror.state).structs)


def _time_apply(state: bytes, update: bytes, limit: float) -> None:
    """Apply an update as the live document will, and refuse what takes too long."""
    document = load(state, [])
    began = time.thread_time()
    try:
        document.apply_update(update)
    except ValueError:
        raise refusal("it can't be applied") from None
    if time.thread_time() - began > limit:
        raise refusal("it takes too long to merge; paste it in parts, or copy the cells into a new worksheet")


def fold(snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
    """Return a document that is stored as a snapshot and updates as one update.

    Raises:
        SagewsError: `internal` when what is stored can't be read.
    """
    state: bytes = load(snapshot, updates).get_update()
    return state


def text_of(state: bytes) -> str:
    """Return the worksheet file of a document that is encoded as one update."""
    return to_text(load(state, []))


def title_in(state: bytes) -> str:
    """Return the title of a document that is encoded as one update."""
    return title_of(load(state, []))


def merged(state: bytes, text: str) -> bytes:
    """Return the update that brings a document to what a file says, or nothing if it says so already.

    Raises:
        SagewsError: `too-large` or `limit` beyond the bounds of a worksheet.
    """
    document = load(state, [])
    return b"" if to_text(document) == text else merge_text(document, text)
