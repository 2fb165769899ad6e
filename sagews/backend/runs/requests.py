"""What a page asks to be run, how a flavour evaluates it, and how its end reads in the last piece of its output."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sagews.model.identifiers import CellId, RunId
from sagews.model.sessions import Piece, RunState

STATES: Mapping[str, RunState] = {
    "ok": RunState.DONE,
    "error": RunState.ERROR,
    "interrupted": RunState.INTERRUPTED,
}


class RunRequest(msgspec.Struct, frozen=True, gc=False):
    """One cell that somebody wants to run, with the text that the server has of it."""

    run: RunId
    cell: CellId
    source: str
    hash: str


def how_to_evaluate(flavour: str) -> tuple[str, str]:
    """Return the mode of the cells of a flavour, and which of their values show."""
    return ("python", "last") if flavour == "python" else ("sage", "all")


def state_after(piece: Piece) -> tuple[RunState, float | None]:
    """Return how a run ended, and after how many seconds, from its last piece."""
    seconds = piece.body.get("seconds")
    state = STATES.get(str(piece.body.get("status")), RunState.ERROR)
    return state, float(seconds) if isinstance(seconds, int | float) else None
