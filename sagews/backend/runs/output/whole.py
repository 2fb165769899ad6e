"""What the last runs of a document showed, whole where that is possible: for a file that holds it.

Pages get the beginning and the end of what is long; the store has the rest, up to a bound.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from sagews.backend.runs.output.read_pieces import piece_body, read_pieces
from sagews.backend.runs.output_cache import OutputCache
from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId
from sagews.wire.browser.runs import PieceBody

# Of one run that is read whole, and of all together: more than a notebook may have had when it was opened.
MAX_RUN = 3 * 1024 * 1024
MAX_ALL = 12 * 1024 * 1024
CUT = "\n[The rest of this output is not in the file.]\n"

Told = list[Any]
"""The number of a run, and a list of pairs of kind and body."""


async def whole_outputs(
    outputs: OutputCache, store: IRunStore, document: DocumentId, flush: Callable[[], Awaitable[None]]
) -> bytes:
    """Return JSON: for each cell, by its id, the number of its last run and pairs of kind and body.

    Args:
        outputs: of the document.
        store: has what is not at hand.
        document: whose they are.
        flush: has everything committed first.
    """
    told: dict[str, Told] = {}
    left = MAX_ALL
    for entry in outputs.entries:
        pieces: Sequence[PieceBody] = entry.kept.pieces
        printed = entry.printed
        if entry.kept.left_out and printed <= min(MAX_RUN, left):
            await flush()
            pieces = [piece_body(each) async for part in read_pieces(store, document, entry.run.id) for each in part]
        else:
            printed = entry.kept.size
        if printed > left:
            pieces, printed = [], 0
        left -= printed
        cut = [["stream", {"name": "stderr", "text": CUT}]] if len(pieces) < entry.kept.count else []
        told[entry.run.cell] = [entry.run.number, [[piece.kind, piece.body] for piece in pieces] + cut]
    return msgspec.json.encode(told)
