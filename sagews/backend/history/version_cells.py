"""The cells of a version's worksheets: what a version keeps is told by its own code, not by the sheet of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from sagews.backend.history.bundles import stored_bundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.history import IHistoryStore
from sagews.model.history import VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.policy.documents.paths import is_notebook

# Of text in one question, which is answered in one piece: a worksheet that is larger comes by itself.
AT_ONCE = 1024 * 1024


class VersionCells:
    """Those of one workspace.

    Args:
        workspace: whose they are.
        owner: of the workspace, in whose turn its versions are opened.
        store: keeps its versions.
        jobs: open them.
        checks: read worksheets, which takes long where they are large.
    """

    def __init__(
        self,
        workspace: WorkspaceId,
        owner: UserId,
        store: IHistoryStore,
        jobs: HistoryJobs,
        checks: IDocumentChecks,
    ) -> None:
        self._workspace = workspace
        self._owner = owner
        self._checks = checks
        self._store = store
        self._jobs = jobs
        # Whoever looks at a version asks for part after part of it.
        self._last: tuple[tuple[str, Set[str]], Mapping[tuple[str, str], tuple[int, str]]] | None = None

    async def place(self, commit: str, outputs: Sequence[VersionOutput]) -> Sequence[VersionOutput]:
        """Return outputs in the order of the version's cells, each with its code; those of other cells are left out.

        Raises:
            SagewsError: `limit` when the version is more than a job has room for, or its worksheets take too long to
                be read; what the store raises.
        """
        if not outputs:
            return []
        notebooks = {output.path for output in outputs if is_notebook(output.path)}
        if self._last is None or self._last[0] != (commit, notebooks):
            self._last = ((commit, notebooks), await self._read(commit, notebooks))
        cells = self._last[1]
        known = [(cells[output.path, output.cell], output) for output in outputs if (output.path, output.cell) in cells]
        found = [replace(output, place=place, code=code) for (place, code), output in known]
        return sorted(found, key=lambda output: (output.path, output.place))

    async def _read(self, commit: str, notebooks: Set[str]) -> Mapping[tuple[str, str], tuple[int, str]]:
        bundles = await stored_bundles(self._store, self._workspace, commit, None)
        texts = await self._jobs.worksheets(commit, bundles, notebooks)
        found: dict[tuple[str, str], tuple[int, str]] = {}
        for part in _parts(texts):
            outlines = await self._checks.outlines(self._owner, [text for _, text in part])
            for (path, _), outline in zip(part, outlines, strict=True):
                found.update({(path, cell): entry for cell, entry in outline.items()})
        return found


def _parts(texts: Mapping[str, str]) -> Iterator[Sequence[tuple[str, str]]]:
    part: list[tuple[str, str]] = []
    size = 0
    for path, text in texts.items():
        if part and size + len(text) > AT_ONCE:
            yield part
            part, size = [], 0
        part.append((path, text))
        size += len(text)
    if part:
        yield part
