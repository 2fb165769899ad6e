"""Running cells, and what they print. Runs and output are events with a number (see document.py).

page → backend                                                      needs      answered by
  run            document, cells [{cell, run, hash}], go_on?         RUN        run_state for each | changed | error
  output         request, document, run, after?                      READ       whole_output (what is kept of a run)
  clear_outputs  document, cells [id]? (else all)                    EDIT       cleared (to everybody)

backend → page
  run_state      document, epoch, sequence, run, cell, number, state, hash, queued, started, finished, seconds,
                 channels [{channel, kind, body}]?                   what it has open (channels.py), in `opened` alone
  output         document, epoch, sequence, run, cell, piece {sequence, kind, body}?, removed [first, last, …]?
  cleared        document, epoch, sequence, runs [id]                their output is deleted
  kept           document, epoch, sequence                           when that is committed: a run that ended
  changed        document, cells [id], held [id]? (as shown, and not run either)
  whole_output   request, document, run, pieces, more: whether to ask for those after the last one of these

The page chooses run ids, so that it may repeat a run whose fate it does not know: the same id runs once.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sagews.wire.browser.base import Cell, Count, FromPage, Hash, Right, ToPage, Uuid
from sagews.wire.browser.channels import OpenChannel

# All cells of a long sheet, and few enough that one message can't fill a session's queue for good.
MAX_CELLS_IN_A_RUN = 1000
# As many as a worksheet can have.
MAX_CELLS_CLEARED = 10_000


class CellRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One cell to run: its id, the run id that the page chose, and the SHA-256 of the source that the page shows."""

    cell: Cell
    run: Uuid
    # What runs is the server's text; the hash shows that it is what this person saw when they pressed the key, whatever
    # somebody else typed meanwhile.
    hash: Hash


class RunCells(FromPage, frozen=True, tag="run"):
    """Runs cells in this order. The same run id twice runs once."""

    longest = 256 * 1024
    needs = Right.RUN
    document: Uuid
    cells: Annotated[list[CellRun], msgspec.Meta(min_length=1, max_length=MAX_CELLS_IN_A_RUN)]
    # Whether a cell that ends in an error leaves those behind it their turn; else they are cancelled.
    go_on: bool = False


class WholeOutput(FromPage, frozen=True, tag="output"):
    """Asks for what is kept of one run: a part of it, from behind the piece of this number."""

    needs = Right.READ
    request: Count
    document: Uuid
    run: Uuid
    after: Count = 0


class ClearOutputs(FromPage, frozen=True, tag="clear_outputs"):
    """Deletes the output of cells that do not run now; of all cells without a list."""

    longest = 192 * 1024
    needs = Right.EDIT
    document: Uuid
    cells: Annotated[list[Cell], msgspec.Meta(min_length=1, max_length=MAX_CELLS_CLEARED)] | None = None


class RunStatus(ToPage, frozen=True, tag="run_state"):
    """Where a run is. Times are ISO 8601, UTC.

    Attributes:
        channels: what it has open, for who opens the document; events of their own say how that changes.
    """

    document: str
    epoch: int
    sequence: int
    run: str
    cell: str
    number: int
    state: str
    hash: str
    queued: str
    started: str | None = None
    finished: str | None = None
    seconds: float | None = None
    reason: str | None = None
    channels: list[OpenChannel] = msgspec.field(default_factory=list)


class PieceBody(msgspec.Struct, frozen=True):
    """One piece of output; `kind` and `body` are those of wire/session/frames.py."""

    sequence: int
    kind: str
    # A dictionary, or, as the store has it, msgspec.Raw: JSON that is sent as it is.
    body: Annotated[Any, msgspec.Meta(extra_json_schema={"type": "object"})]


class Output(ToPage, frozen=True, tag="output"):
    """A piece of output as it comes, and the pieces that go before it is taken.

    One of a number that is known takes the place of what has that number. In `removed` stand the first and the last
    number of each range of pieces that go.
    """

    document: str
    epoch: int
    sequence: int
    run: str
    cell: str
    piece: PieceBody | None = None
    removed: list[int] = msgspec.field(default_factory=list)


class CellOutput(msgspec.Struct, frozen=True):
    """The last run of a cell and what is kept of its output; `left_out` counts pieces that `output` brings."""

    cell: str
    run: RunStatus
    pieces: list[PieceBody]
    left_out: int = 0


class Cleared(ToPage, frozen=True, tag="cleared"):
    """The output of these runs is deleted; that they ran stays known."""

    document: str
    epoch: int
    sequence: int
    runs: list[str]


class Kept(ToPage, frozen=True, tag="kept"):
    """Everything up to this event is committed: until a run that has ended is, a kill of the server loses its end."""

    document: str
    epoch: int
    sequence: int


class Changed(ToPage, frozen=True, tag="changed"):
    """These cells are not what the page showed, so nothing of its request was run; `held` are the others in it."""

    document: str
    cells: list[str]
    held: list[str] = msgspec.field(default_factory=list)


class WholeOutputOut(ToPage, frozen=True, tag="whole_output"):
    """What is kept of one run, or the next part of it."""

    request: int
    document: str
    run: str
    pieces: list[PieceBody]
    more: bool = False
