"""Histories in memory: versions of documents alone, made at once; passes tests/contracts/histories.py."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from zope.interface import implementer

from sagews.backend.history.interfaces import IDocumentTexts, IHistories, IWorkspaceHistory
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.history import Commit, SaveReport, VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.wire.browser.history import FileDifference


@implementer(IHistories)
class FakeHistories:
    """The histories of all workspaces, and what they were asked."""

    def __init__(self) -> None:
        self.documents: dict[WorkspaceId, IDocumentTexts] = {}
        self.prepared: list[tuple[WorkspaceId, str, int]] = []
        self.changes: list[WorkspaceId] = []
        self.saves: list[tuple[str, str]] = []
        self.closed: list[WorkspaceId] = []
        self.left: list[WorkspaceId] = []
        self.ages: dict[WorkspaceId, float] = {}
        self.outputs: dict[str, list[VersionOutput]] = {}
        self.closing: Callable[[WorkspaceId], Awaitable[None]] | None = None
        self.report: Callable[[SaveReport], None] = lambda report: None

    async def lay_out(
        self, workspace: WorkspaceId, owner: UserId, host: ISessionHost, epoch: int, leave: Sequence[str]
    ) -> None:
        """Note it."""
        self.prepared.append((workspace, host.info.id, epoch))

    def open(
        self,
        workspace: WorkspaceId,
        owner: UserId,
        files: WorkspaceFiles,
        documents: IDocumentTexts,
        saved: Callable[[Commit], None],
        reported: Callable[[SaveReport], None],
    ) -> IWorkspaceHistory:
        """Return a history that remembers here what it was asked."""
        self.documents[workspace] = documents
        self.report = reported
        history: IWorkspaceHistory = FakeHistory(self, workspace, documents)
        return history


@implementer(IWorkspaceHistory)
class FakeHistory:
    """The history of one workspace."""

    def __init__(self, histories: FakeHistories, workspace: WorkspaceId, documents: IDocumentTexts) -> None:
        self._histories = histories
        self._workspace = workspace
        self._documents = documents
        self._versions: list[tuple[Commit, Mapping[str, str]]] = []

    @property
    def unsaved_since(self) -> float:
        """What the test says."""
        return self._histories.ages.get(self._workspace, math.inf)

    def was_left(self) -> None:
        """Note it."""
        self._histories.left.append(self._workspace)

    def changed(self, user: UserId) -> None:
        """Note it."""
        self._histories.changes.append(self._workspace)

    async def save(self, user: UserId | None, name: str, kind: str) -> Commit | None:
        """Keep the documents, unless they are as they were and get no name."""
        self._histories.saves.append((name, kind))
        texts = dict(await self._documents.texts())
        if self._versions and self._versions[-1][1] == texts and not name:
            return None
        return self._add(texts, name, kind, user)

    async def kept(self) -> Commit | None:
        """Return the last one that is no autosave."""
        return next((commit for commit, _ in reversed(self._versions) if commit.kind != "autosave"), None)

    def _add(self, texts: Mapping[str, str], name: str, kind: str, user: UserId | None) -> Commit:
        parent = self._versions[-1][0].id if self._versions else None
        number = f"{len(self._versions) + 1:040x}"
        time = datetime.fromtimestamp(1_767_225_600 + len(self._versions), UTC)
        made = Commit(number, parent, number, "main", kind, name, user, "Ada", time, 1)
        self._versions.append((made, texts))
        return made

    def _version(self, version: str) -> tuple[Commit, Mapping[str, str]]:
        for found in self._versions:
            if found[0].id == version:
                return found
        raise SagewsError("not-found")

    async def versions(self, before: str | None, limit: int) -> Sequence[Commit]:
        """Return what was kept, newest first."""
        found = [commit for commit, _ in self._versions if before is None or commit.id < before]
        return found[::-1][:limit]

    async def difference(
        self, version: str, against: str | None, *, whole: bool = False
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        """Compare texts, without saying how they differ."""
        commit, texts = self._version(version)
        other = None if whole else commit.parent if against is None else against
        old = self._version(other)[1] if other is not None else {}
        paths = sorted(path for path in texts.keys() | old.keys() if texts.get(path) != old.get(path))
        return other, [FileDifference(path, _status(path, old, texts), "+1\n") for path in paths], False

    async def revert(self, user: UserId, version: str) -> Commit:
        """Bring texts back."""
        target, texts = self._version(version)
        now = await self._documents.texts()
        await self._documents.put_texts(user, texts, [path for path in now if path not in texts])
        return self._add(texts, target.name, "revert", user)

    async def outputs(self, version: str, after: int) -> tuple[Sequence[VersionOutput], bool]:
        """Return what the test put there for a version, one at a time."""
        kept = self._histories.outputs.get(self._version(version)[0].id, [])
        return kept[after : after + 1], after + 1 < len(kept)

    async def unname(self, version: str, user: UserId | None) -> int:
        """Take a name, and the outputs that the test put there."""
        commit, texts = self._version(version)
        if commit.kind != "named":
            return 0
        if user not in (None, commit.author):
            raise SagewsError("forbidden")
        place = self._versions.index((commit, texts))
        self._versions[place] = (replace(commit, kind="save", name=""), texts)
        self._histories.outputs.pop(commit.id, None)
        return 0

    async def thin(self) -> int:
        """Forget all autosaves but the newest version."""
        kept = [each for each in self._versions[:-1] if each[0].kind != "autosave"] + self._versions[-1:]
        gone, self._versions = len(self._versions) - len(kept), kept
        return gone

    async def may_thin(self) -> bool:
        """Whether there is an autosave before the newest version."""
        return any(commit.kind == "autosave" for commit, _ in self._versions[:-1])

    async def close(self) -> None:
        """Note it, as soon as the test lets it."""
        if self._histories.closing is not None:
            await self._histories.closing(self._workspace)
        self._histories.closed.append(self._workspace)

    def drop(self) -> None:
        """Do nothing."""


def _status(path: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    if path not in old:
        return "added"
    return "changed" if path in new else "removed"
