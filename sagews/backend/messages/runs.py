"""Running cells of a document, and all that is kept of a run."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.runs.output.read_pieces import piece_body
from sagews.model.identifiers import CellId, RunId
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.runs import Changed, ClearOutputs, RunCells, WholeOutput, WholeOutputOut


def run(context: Context, message: RunCells) -> Coroutine[Any, Any, None] | None:
    """Queue cells, or say which have changed; the edits before it are in."""
    live = context.document(message.document)

    def ask() -> None:
        changed = live.run(context.subscriber, message.cells, goes_on=message.go_on)
        if changed:
            held = [wanted.cell for wanted in message.cells if wanted.cell not in changed]
            context.tell(Changed(document=message.document, cells=list(changed), held=held))

    return live.order.take(ask)


class OutputMessages:
    """What is kept of runs; reading it counts as a job of the account, since it is up to megabytes.

    Args:
        ledger: counts the jobs of accounts.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def whole_output(self, context: Context, message: WholeOutput) -> None:
        """Send what is kept of a run, or the next part of it."""
        self._ledger.take(context.user.id, Resource.JOBS)
        try:
            page = await context.document(message.document).output(RunId(message.run), message.after)
        finally:
            self._ledger.give_back(context.user.id, Resource.JOBS)
        pieces = [piece_body(piece) for piece in page.pieces]
        context.tell(WholeOutputOut(message.request, message.document, message.run, pieces, page.more))


async def clear_outputs(context: Context, message: ClearOutputs) -> None:
    """Delete what cells have printed."""
    cells = None if message.cells is None else [CellId(cell) for cell in message.cells]
    await context.document(message.document).clearing.clear(cells)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {
        RunCells: run,
        WholeOutput: OutputMessages(services.stores.ledger).whole_output,
        ClearOutputs: clear_outputs,
    }
