"""Running cells of a document, and all that is kept of a run."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.model.identifiers import CellId, RunId
from sagews.wire.browser.runs import Changed, ClearOutputs, RunCells, WholeOutput, WholeOutputOut


def run(context: Context, message: RunCells) -> Coroutine[Any, Any, None] | None:
    """Queue cells, or say which have changed; the edits before it are in."""
    live = context.document(message.document)

    def ask() -> None:
        changed = live.run(context.subscriber, message.cells)
        if changed:
            held = [wanted.cell for wanted in message.cells if wanted.cell not in changed]
            context.tell(Changed(document=message.document, cells=list(changed), held=held))

    return live.turns.take(ask)


async def whole_output(context: Context, message: WholeOutput) -> None:
    """Send everything that is kept of a run."""
    pieces = await context.document(message.document).whole_output(RunId(message.run))
    context.tell(WholeOutputOut(message.request, message.document, message.run, pieces))


async def clear_outputs(context: Context, message: ClearOutputs) -> None:
    """Delete what cells have printed."""
    cells = None if message.cells is None else [CellId(cell) for cell in message.cells]
    await context.document(message.document).clearing.clear(cells)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {RunCells: run, WholeOutput: whole_output, ClearOutputs: clear_outputs}
