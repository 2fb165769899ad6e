"""What the cells of a file had shown before it came here, as outputs of runs that are over."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.documents.live_document import LiveDocument
from sagews.model.formats.imported import ImportedOutput
from sagews.model.history import VersionOutput
from sagews.model.identifiers import UserId
from sagews.model.sessions import RunState
from sagews.net.background import sleep


async def put_shown(clock: IReactorTime, live: LiveDocument, user: UserId, outputs: Sequence[ImportedOutput]) -> None:
    """Give the cells of a document what they had shown in a file.

    Args:
        clock: gives turns to others between cells.
        live: the document.
        user: whose runs these are.
        outputs: of its cells; one that is gone, runs or waits is left alone.
    """
    for output in outputs:
        live.put_output(user, _as_of_a_version(live.about.path, output))
        await sleep(clock, 0)


def check_room(live: LiveDocument, outputs: Sequence[ImportedOutput]) -> None:
    """Refuse what could not be kept whole: a notebook is written again with what is stored.

    Raises:
        SagewsError: the quota that is in the way.
    """
    refused = live.session.registry.refusal(sum(len(output.pieces) for output in outputs))
    if refused is not None:
        raise refused


def _as_of_a_version(path: str, output: ImportedOutput) -> VersionOutput:
    """What a cell had shown, as outputs are brought back: when that was is not known."""
    state = RunState.ERROR if output.failed else RunState.DONE
    pieces = [(kind, body) for kind, body in msgspec.json.decode(output.pieces)]
    return VersionOutput(0, path, output.cell, output.number, state.value, output.hash, None, None, None, pieces)
