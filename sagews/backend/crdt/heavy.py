"""What may take long with a document: done in a process of its own, where nobody waits for it.

What an update costs shows only when it is applied: each of its structs may have to pass all others that stand at the
same place. So it is applied to a copy of the document first, and what that took says whether the process that serves
everybody may do the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.document import (
    BYTES_OF_A_STRUCT,
    MAX_AT_ONE_KEY,
    WorksheetDocument,
    load,
    most_places,
    title_of,
)
from sagews.backend.crdt.fresh import without_past
from sagews.backend.crdt.pairs import may_have_pairs
from sagews.backend.crdt.pieces import cut
from sagews.backend.crdt.update_reader import ManyStructs, UpdateLayout, clients_in, read_update, read_vector
from sagews.backend.crdt.validator import MANY_CLIENTS, MAX_STATE, TANGLED, Mirror, refusal
from sagews.backend.crdt.worksheet_text import merge_text, to_notebook, to_text
from sagews.errors import SagewsError
from sagews.model.notebook.outputs import Shown
from sagews.model.updates import Counts, LoadableState, TriedUpdate

# Of one update: what ten thousand new cells hold, and some more.
MAX_STRUCTS = 100_000
# Seconds of computing that applying one piece may cost everybody else.
MAX_APPLY_SECONDS = 0.02
# Seconds of computing in which a document has to be loaded: the largest honest one takes less than a tenth of a second.
MAX_LOAD_SECONDS = 1.0
# In a piece: an edit is checked and applied twice, a stored document is only loaded.
EDIT_PIECE = 300
LOAD_PIECE = 1500
# So much smaller a document must become for pages that come back to have to put what they kept into it anew.
WORTH = 4
# And a document that takes half of what it may take at most: the largest text leaves it so much room.
WORTH_NEAR_THE_END = 1.5
# Of a piece that took long, and how long that is.
SMALL_PIECE = 50
LONG_SECONDS = 0.008


def try_heavy(state: bytes, update: bytes, counts: Counts, limit: float = MAX_APPLY_SECONDS) -> TriedUpdate:
    """Try an update on a document that is encoded as one update.

    Args:
        state: the document.
        update: as it came.
        counts: what is known of the document.
        limit: seconds of computing that applying a piece of it may take.

    Raises:
        SagewsError: `bad-update`: it is malformed, does not fit, or takes too long to apply.
    """
    layout = UpdateLayout()
    try:
        structure = read_update(update, MAX_STRUCTS, layout)
    except MalformedUpdate as error:
        raise refusal(str(error)) from None
    except ManyStructs:
        raise refusal("it is too much at once; paste it in parts") from None
    mirror, spent = _timed(state)
    # Before anything is applied: what they cost grows with the square.
    mirror.check_clients(structure)
    if layout.crowd > MAX_AT_ONE_KEY:
        raise refusal("too many pages set the same thing at one time")
    if spent > limit / MAX_APPLY_SECONDS * MAX_LOAD_SECONDS:
        raise refusal(TANGLED)
    places = most_places(structure, len(state) + len(update))
    pieces = cut(update, layout, EDIT_PIECE if structure.edges.count <= places else min(EDIT_PIECE, places))
    try:
        _attempt_all(state, mirror, pieces, limit)
    except SagewsError:
        # A part of it may not fit where the whole does: a cell and its text in two pieces.
        pieces = [update]
        mirror = Mirror(state)
        _attempt_all(state, mirror, pieces, limit)
    if counts.first + structure.first <= MAX_AT_ONE_KEY:
        return TriedUpdate(Counts(counts.structs + structure.structs, counts.first + structure.first), pieces)
    # Seldom, since to read a large document for its structure takes longer than all the rest.
    told = UpdateLayout()
    structs = read_update(mirror.state, layout=told).structs
    if told.crowd > MAX_AT_ONE_KEY:
        raise refusal("too many pages set the same thing at one time; copy the cells into a new worksheet")
    return TriedUpdate(Counts(structs, 0), pieces)


def _timed(state: bytes) -> tuple[Mirror, float]:
    """Return a mirror of a document, and how many seconds of computing it took to load."""
    began = time.thread_time()
    mirror = Mirror(state)
    return mirror, time.thread_time() - began


def _attempt_all(state: bytes, mirror: Mirror, pieces: Sequence[bytes], limit: float) -> None:
    """Apply pieces as the live document will, and refuse what does not fit or takes too long."""
    # It looks at nothing that a piece touched, as the live document does not: however much there is to look at in a
    # large piece, it leaves no time for more.
    live = Mirror(state, tries=False)
    for piece in pieces:
        began = time.thread_time()
        live.follow(piece)
        if time.thread_time() - began > limit:
            raise refusal("it takes too long to merge; paste it in parts, or copy the cells into a new worksheet")
        mirror.attempt(piece, read_update(piece))


def loadable(snapshot: bytes | None, updates: Sequence[bytes]) -> LoadableState:
    """Return a document that is stored as a snapshot and updates in pieces that are loaded one by one.

    Raises:
        SagewsError: `internal` when what is stored can't be read.
    """
    state, layout = fold(snapshot, updates), UpdateLayout()
    try:
        structs = read_update(state, layout=layout).structs
    except MalformedUpdate:
        # Edits that were stored before they were refused left it so: better loaded in one long turn than lost.
        return LoadableState(len(state) // BYTES_OF_A_STRUCT, 0, [state])
    document, pieces = WorksheetDocument(), []
    for piece in cut(state, layout, LOAD_PIECE, anywhere=True):
        began = time.thread_time()
        document.apply_update(piece)
        if time.thread_time() - began > LONG_SECONDS:
            part = UpdateLayout()
            read_update(piece, layout=part)
            pieces += cut(piece, part, SMALL_PIECE, anywhere=True)
        else:
            pieces.append(piece)
    return LoadableState(structs, layout.crowd, pieces)


def fold(snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
    """Return a document that is stored as a snapshot and updates as one update.

    Raises:
        SagewsError: `internal` when what is stored can't be read.
    """
    state: bytes = load(snapshot, updates).get_update()
    return state


def compact(snapshot: bytes | None, updates: Sequence[bytes]) -> bytes | None:
    """Return a stored document without its past as one update; None if that is hardly worth it.

    It is if much less remains of it, many pages had a part in it, or it is not read as it is written.

    Raises:
        SagewsError: `internal` when what is stored can't be read, or does not come out as it was.
    """
    document = load(snapshot, updates)
    state: bytes = without_past(document).get_update()
    if clients_in(document.get_state()) >= MANY_CLIENTS or not _comes_back(document):
        return state
    present = len(document.get_update())
    return state if (WORTH if present < MAX_STATE // 2 else WORTH_NEAR_THE_END) * len(state) < present else None


def _comes_back(document: WorksheetDocument) -> bool:
    """Whether a document that is encoded and read again is the same, and once more.

    One in which a character was cut in two is not (pairs.py): what pages know of it would be another document. No edit
    can do that now, but stored ones may have.
    """
    if not may_have_pairs(document.get_update()):
        return True
    for _ in range(2):
        state = document.get_update()
        try:
            read_update(state)
            again = load(state, [])
        except (MalformedUpdate, ManyStructs):
            return False
        if again.cells.to_py() != document.cells.to_py():
            return False
        if read_vector(again.get_state()) != read_vector(document.get_state()):
            return False
        document = again
    return True


def text_of(state: bytes) -> str:
    """Return the worksheet file of a document that is encoded as one update."""
    return to_text(load(state, []))


def title_in(state: bytes) -> str:
    """Return the title of a document that is encoded as one update."""
    return title_of(load(state, []))


def notebook_of(state: bytes, shown: Mapping[str, Shown]) -> str:
    """Return the notebook of a document that is encoded as one update, with what its cells showed."""
    return to_notebook(load(state, []), shown)


def merged(state: bytes, text: str, *, notebook: bool = False) -> list[bytes]:
    """Return the update that brings a document to what a file says, in pieces; none if it says so already.

    Args:
        state: the document, encoded as one update.
        text: the file.
        notebook: whether it is a notebook.

    Raises:
        SagewsError: `too-large` or `limit` beyond the bounds of a worksheet, `bad-file` for what is no notebook.
    """
    document = load(state, [])
    if not notebook and to_text(document) == text:
        return []
    update, layout = merge_text(document, text, notebook=notebook), UpdateLayout()
    if not update:
        return []
    read_update(update, layout=layout)
    return cut(update, layout, EDIT_PIECE)
