"""The cells of a version's worksheets: what a version keeps is told by its own code, not by the sheet of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sagews.backend.history.bundles import stored_bundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.errors import SagewsError
from sagews.interfaces.history import IHistoryStore
from sagews.model.history import VersionOutput
from sagews.model.identifiers import WorkspaceId
from sagews.model.worksheet.read import parse

LONGEST_LINE = 200


class VersionCells:
    """Those of one workspace.

    Args:
        workspace: whose they are.
        store: keeps its versions.
        jobs: open them.
    """

    def __init__(self, workspace: WorkspaceId, store: IHistoryStore, jobs: HistoryJobs) -> None:
        self._workspace = workspace
        self._store = store
        self._jobs = jobs
        # Whoever looks at a version asks for part after part of it.
        self._last: tuple[str, Mapping[tuple[str, str], tuple[int, str]]] | None = None

    async def place(self, commit: str, outputs: Sequence[VersionOutput]) -> Sequence[VersionOutput]:
        """Return outputs in the order of the version's cells, each with its code; those of other cells are left out.

        Raises:
            SagewsError: `limit` when the version is more than a job has room for; what the store raises.
        """
        if not outputs:
            return []
        if self._last is None or self._last[0] != commit:
            self._last = (commit, await self._read(commit))
        cells = self._last[1]
        known = [(cells[output.path, output.cell], output) for output in outputs if (output.path, output.cell) in cells]
        found = [replace(output, place=place, code=code) for (place, code), output in known]
        return sorted(found, key=lambda output: (output.path, output.place))

    async def _read(self, commit: str) -> Mapping[tuple[str, str], tuple[int, str]]:
        bundles = await stored_bundles(self._store, self._workspace, commit, None)
        texts = await self._jobs.worksheets(commit, bundles)
        return {(path, cell): entry for path, text in texts.items() for cell, entry in _code_cells(text).items()}


def _code_cells(text: str) -> Mapping[str, tuple[int, str]]:
    """Return id → place and first line of the code cells; nothing of a file that is no worksheet of ours."""
    try:
        cells = parse(text).cells
    except SagewsError:
        return {}
    lines = ((cell, next((line for line in cell.source.splitlines() if line.strip()), "")) for cell in cells)
    return {
        cell.id: (place, line[:LONGEST_LINE])
        for place, (cell, line) in enumerate(lines)
        if cell.type == "code" and cell.id is not None
    }
