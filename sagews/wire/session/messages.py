"""What a backend says to a session that evaluates cells: a frame's fields by name, on a link and in process alike.

A cell, the questions without their number, which the worker gives them, and what is said over a cell's channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError
from sagews.model.sessions import Evaluation
from sagews.wire.fields import Fields
from sagews.wire.session.frames import ToSession
from sagews.wire.session.grammar import REQUEST_READERS

Message = Mapping[str, Any]


def run_message(evaluation: Evaluation) -> Message:
    """Return the message that evaluates a cell."""
    return {
        "type": "run",
        "run": evaluation.run,
        "cell": evaluation.cell,
        "number": evaluation.number,
        "source": evaluation.source,
        "mode": evaluation.mode,
        "shows": evaluation.shows,
    }


def complete_message(code: str, cursor: int) -> Message:
    """Return the question what may stand at the cursor, which counts code points."""
    return {"type": "complete", "code": code, "cursor": cursor}


def inspect_message(code: str, cursor: int, detail: int) -> Message:
    """Return the question what the name at the cursor is; detail 1 asks for its source, 2 for the call around it."""
    return {"type": "inspect", "code": code, "cursor": cursor, "detail": detail}


def variables_message() -> Message:
    """Return the question which variables there are."""
    return {"type": "variables"}


def remove_message(names: Sequence[str]) -> Message:
    """Return the question which of these names there were; they are deleted."""
    return {"type": "remove", "names": " ".join(names)}


def channel_message(run: str, channel: int, body: Mapping[str, Any]) -> Message:
    """Return what is said over a channel of the cell that runs (channels.py has its form)."""
    return {"type": "message", "run": run, "channel": channel, "body": body}


def close_message(run: str, channel: int) -> Message:
    """Return the message that nobody will say anything over a channel."""
    return {"type": "close", "run": run, "channel": channel}


def parse_message(message: Message) -> ToSession:
    """Return the frame that a message asks for.

    The session reads the frame by the same readers and takes one out of form for a broken worker, so whatever it would
    not take is refused here, to who said it.

    Raises:
        SagewsError: `bad-message`, `bad-value`, `too-large`.
    """
    # Field by field even in process, where the sender is ours: the source is a page's.
    fields = Fields(message)
    reader = REQUEST_READERS[fields.choice("type", tuple(REQUEST_READERS))]
    try:
        found = reader(fields)
        fields.finish()
    except (RecursionError, MemoryError) as error:
        raise SagewsError("bad-message", reason="it is nested too deep") from error
    return found
