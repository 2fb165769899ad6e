"""A document store, a run store and a history store in memory; each passes its contract like the real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.runs import IRunStore
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId, RunId, UserId, WorkspaceId
from sagews.model.sessions import Run, RunState, StoredPiece
from tests.fakes.workspaces import MemoryWorkspaces


@implementer(IDocumentStore)
@dataclass
class MemoryDocuments:
    """Updates in lists; `workspaces` fences writes if given."""

    workspaces: MemoryWorkspaces | None = None
    updates: dict[DocumentId, list[tuple[UserId, bytes]]] = field(default_factory=dict)
    snapshots: dict[DocumentId, tuple[int, bytes]] = field(default_factory=dict)

    def _fence(self, document: DocumentId, epoch: int) -> None:
        if self.workspaces is not None and not self.workspaces.holds(document, epoch):
            raise SagewsError("conflict")

    async def append(self, document: DocumentId, epoch: int, updates: Sequence[tuple[UserId, bytes]]) -> int:
        """Add updates."""
        self._fence(document, epoch)
        stored = self.updates.setdefault(document, [])
        stored.extend(updates)
        return len(stored)

    async def load(self, document: DocumentId) -> tuple[bytes | None, list[bytes]]:
        """Return snapshot and what came after it."""
        covers, state = self.snapshots.get(document, (0, None))
        return state, [data for _, data in self.updates.get(document, [])[covers:]]

    async def snapshot(self, document: DocumentId, epoch: int, state: bytes) -> None:
        """Store a snapshot."""
        self._fence(document, epoch)
        self.snapshots[document] = (len(self.updates.get(document, [])), state)


@implementer(IRunStore)
@dataclass
class MemoryRuns:
    """Runs in a dictionary, in the order in which they came; `workspaces` fences writes if given."""

    workspaces: MemoryWorkspaces | None = None
    runs: dict[RunId, Run] = field(default_factory=dict)
    outputs: dict[RunId, dict[int, StoredPiece]] = field(default_factory=dict)

    def _fence(self, document: DocumentId, epoch: int) -> None:
        if self.workspaces is not None and not self.workspaces.holds(document, epoch):
            raise SagewsError("conflict")

    async def new_epoch(self, document: DocumentId, epoch: int) -> list[RunId]:
        """Mark unfinished runs as lost."""
        self._fence(document, epoch)
        lost = [run for run in self.runs.values() if run.document == document and not run.state.over]
        for run in lost:
            self.runs[run.id] = replace(run, state=RunState.LOST, finished=run.queued)
        return [run.id for run in lost]

    async def put_run(self, run: Run) -> bool:
        """Store a run once."""
        if run.id in self.runs:
            return False
        self.runs[run.id] = run
        return True

    async def set_state(
        self, run: RunId, state: str, started: datetime | None, finished: datetime | None, seconds: float | None
    ) -> None:
        """Store where a run is."""
        stored = self.runs.get(run)
        if stored is None or not _may_change(stored.state, RunState(state)):
            return
        self.runs[run] = replace(
            stored,
            state=RunState(state),
            started=started or stored.started,
            finished=finished or stored.finished,
            seconds=stored.seconds if seconds is None else seconds,
        )

    async def commit(
        self, document: DocumentId, epoch: int, pieces: Sequence[StoredPiece], states: Sequence[Run]
    ) -> None:
        """Store pieces and states."""
        self._fence(document, epoch)
        for run in states:
            stored = self.runs.get(run.id)
            if stored is None or (stored.document == document and _may_change(stored.state, run.state)):
                self.runs[run.id] = run
        for piece in pieces:
            if piece.run in self.runs and self.runs[piece.run].document == document:
                self.outputs.setdefault(piece.run, {}).setdefault(piece.sequence, piece)

    async def last_runs(self, document: DocumentId) -> list[Run]:
        """Return the last run of each cell."""
        order = list(self.runs)
        last = {(run.lane, run.cell): run for run in self.runs.values() if run.document == document}
        return sorted(last.values(), key=lambda run: order.index(run.id))

    async def pieces(self, run: RunId, first: int, limit: int) -> list[StoredPiece]:
        """Return pieces from a number on."""
        stored = self.outputs.get(run, {})
        return [stored[number] for number in sorted(stored) if number >= first][:limit]

    async def delete_old(self, document: DocumentId, keep: Sequence[RunId]) -> int:
        """Delete output that nothing refers to."""
        kept = {run.id for run in await self.last_runs(document)} | set(keep)
        old = [
            run.id for run in self.runs.values() if run.document == document and run.id not in kept and run.state.over
        ]
        return sum(len(self.outputs.pop(run, {})) for run in old)


def _may_change(old: RunState, new: RunState) -> bool:
    return not old.over or (old is RunState.LOST and new.over)


@implementer(IHistoryStore)
@dataclass
class MemoryHistory:
    """Commits in lists, oldest first. Bundles are taken to need their commit's parent."""

    workspaces: MemoryWorkspaces | None = None
    stored: dict[WorkspaceId, list[tuple[Commit, bytes]]] = field(default_factory=dict)
    refs: dict[tuple[WorkspaceId, str], str] = field(default_factory=dict)

    async def add(self, workspace: WorkspaceId, ref: str, expected: str | None, commit: Commit, bundle: bytes) -> bool:
        """Move a ref and store what it points to."""
        if self.refs.get((workspace, ref)) != expected:
            return False
        self.refs[workspace, ref] = commit.id
        known = self.stored.setdefault(workspace, [])
        if all(other.id != commit.id for other, _ in known):
            known.append((replace(commit, ref=ref), bundle))
        if ref == "main" and self.workspaces is not None:
            space = self.workspaces.spaces[workspace]
            self.workspaces.spaces[workspace] = replace(space, versions=space.versions + 1)
        return True

    async def head(self, workspace: WorkspaceId, ref: str) -> Commit | None:
        """Return where a ref points."""
        commit = self.refs.get((workspace, ref))
        return None if commit is None else await self.commit(workspace, commit)

    async def newest(self, workspace: WorkspaceId) -> Commit | None:
        """Return the newest commit."""
        found = self.stored.get(workspace)
        return found[-1][0] if found else None

    async def commits(self, workspace: WorkspaceId, before: str | None, limit: int) -> list[Commit]:
        """List commits, newest first."""
        found = [commit for commit, _ in self.stored.get(workspace, [])]
        if before is not None:
            ids = [commit.id for commit in found]
            found = found[: ids.index(before)] if before in ids else []
        return found[::-1][:limit]

    async def commit(self, workspace: WorkspaceId, commit: str) -> Commit | None:
        """Return one commit."""
        found = [stored for stored, _ in self.stored.get(workspace, []) if stored.id == commit]
        return found[0] if found else None

    async def bundles(self, workspace: WorkspaceId, commit: str) -> list[bytes]:
        """Return the bundles of a commit and of its ancestors, oldest first."""
        wanted: str | None = commit
        chain: list[bytes] = []
        for stored, bundle in reversed(self.stored.get(workspace, [])):
            if stored.id == wanted:
                chain.append(bundle)
                wanted = stored.parent
        return chain[::-1]
