"""The outputs that named versions keep: kept with them, read for whoever looks at one, brought back by a revert."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.logger import Logger

from sagews.backend.history.interfaces import IDocumentTexts
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.version_cells import VersionCells
from sagews.errors import SagewsError, sentence
from sagews.interfaces.version_outputs import IVersionOutputStore
from sagews.model.history import Commit, VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId

# Encoded in a few milliseconds; a cell that has more comes by itself.
AT_ONCE = 256 * 1024

log = Logger()


class KeptOutputs:
    """Those of one workspace.

    Args:
        workspace: whose they are.
        store: keeps them.
        quota: they count as history.
        documents: of the workspace.
        cells: of its versions.
    """

    def __init__(
        self,
        workspace: WorkspaceId,
        store: IVersionOutputStore,
        quota: HistoryQuota,
        documents: IDocumentTexts,
        cells: VersionCells,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._quota = quota
        self._documents = documents
        self._cells = cells

    async def keep(self, commit: Commit) -> str:
        """Keep the outputs of now with a version that is stored already, and never fail.

        Returns:
            Why the version has to stay without them, a sentence; "" when they are kept.
        """
        try:
            # What was printed a moment ago has to be where it is copied from.
            await self._documents.settle()
            await self._quota.make_room(self._workspace, await self._store.size(self._workspace))
            await self._store.keep(self._workspace, commit.id)
        except SagewsError as error:
            log.warn(
                "{version} keeps no outputs: {code}", version=commit.id, code=error.code, correlation=self._workspace
            )
            if error.code == "history-full":
                return sentence("outputs-full", error.parameters)
            return sentence("outputs-failed", {"reason": str(error)})
        except Exception:
            log.failure("{version} keeps no outputs", version=commit.id, correlation=self._workspace)
            reason = sentence("internal", {"correlation": self._workspace})
            return sentence("outputs-failed", {"reason": reason})
        return ""

    async def read(self, commit: str, after: int) -> tuple[Sequence[VersionOutput], bool]:
        """Return some of what a version keeps of its cells, behind a place, and whether there is more."""
        while found := await self._store.read(self._workspace, commit, after, AT_ONCE):
            after = found[-1].ordinal
            more = bool(await self._store.read(self._workspace, commit, after, 1))
            shown = await self._cells.place(commit, found)
            if shown or not more:
                return shown, more
        return [], False

    async def bring_back(self, user: UserId, commit: str) -> None:
        """Give cells the outputs that a version keeps, as those of runs of this person."""
        after = 0
        while found := await self._store.read(self._workspace, commit, after, AT_ONCE):
            await self._documents.put_outputs(user, found)
            after = found[-1].ordinal
