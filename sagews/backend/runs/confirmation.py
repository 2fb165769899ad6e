"""Asks the store of runs whose pages came back: an earlier life of this backend may know them, and each runs once."""

from __future__ import annotations

from collections.abc import Sequence

from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.run_registry import RunRegistry
from sagews.errors import SagewsError
from sagews.interfaces.runs import IRunStore
from sagews.model.runs import Run


async def confirm_runs(
    store: IRunStore, epoch: int, registry: RunRegistry, writer: DocumentWriter, runs: Sequence[Run]
) -> bool:
    """Put new runs into the store, and let the registry know which were there.

    Args:
        store: of runs.
        epoch: of the workspace's lease.
        registry: where they wait.
        writer: of their document.
        runs: in their order.

    Returns: whether they may begin; not when the document was closed meanwhile, or is another backend's by now.
    """
    for run in runs:
        try:
            stored: Run | SagewsError = await store.put_run(run, epoch)
        except SagewsError as error:
            stored = error
        if writer.closed:
            # A session that began now would be nobody's.
            return False
        if isinstance(stored, Run):
            registry.confirm(run, stored)
        elif stored.code == "conflict":
            # Nothing is told of it: the pages are sent to the new owner, and ask that one for the same run.
            writer.lost()
            return False
        else:
            registry.refuse(run, str(stored))
    return True
