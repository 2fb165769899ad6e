"""A document store, a run store and a history store in memory; each passes its contract like the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from twisted.internet.defer import Deferred
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.journal import IJournal
from sagews.interfaces.runs import IRunStore
from sagews.interfaces.usage import IUsageStore, WorkspaceUse
from sagews.interfaces.version_outputs import IVersionOutputStore
from sagews.model.history import Commit, StoredAutosave, VersionOutput
from sagews.model.identifiers import DocumentId, RunId, UserId, WorkspaceId
from sagews.model.runs import PAGE_BYTES, PIECE_BYTES, Committed, DocumentWrite, OutputPage, PieceText, Run, StoredPiece
from sagews.model.sessions import REPLACEABLE, RunState
from sagews.model.updates import StoredText
from sagews.model.workspaces import Workspace
from tests.fakes.workspaces import MemoryWorkspaces


@implementer(IDocumentStore)
@dataclass
class MemoryDocuments:
    """Updates in lists; `workspaces` fences writes if given."""

    workspaces: MemoryWorkspaces | None = None
    updates: dict[DocumentId, list[tuple[UserId, bytes]]] = field(default_factory=dict)
    snapshots: dict[DocumentId, tuple[int, bytes]] = field(default_factory=dict)
    pasts: dict[DocumentId, int] = field(default_factory=dict)

    def _fence(self, document: DocumentId, epoch: int) -> None:
        if self.workspaces is not None and not self.workspaces.holds(document, epoch):
            raise SagewsError("conflict")

    async def load(self, workspace: WorkspaceId, document: DocumentId) -> StoredText:
        """Return snapshot and what came after it."""
        if self.workspaces is not None and await self.workspaces.document(workspace, document) is None:
            return StoredText(None, [])
        covers, state = self.snapshots.get(document, (0, None))
        updates = [data for _, data in self.updates.get(document, [])[covers:]]
        return StoredText(state, updates, self.pasts.get(document, 0))

    async def snapshot(self, document: DocumentId, epoch: int, past: int, state: bytes, covers: int) -> None:
        """Store a snapshot."""
        self._fence(document, epoch)
        if past != self.pasts.get(document, 0):
            raise SagewsError("conflict")
        self.snapshots[document] = (covers, state)

    async def compact(self, document: DocumentId, epoch: int, stored: StoredText, state: bytes) -> None:
        """Put a state in the place of all that is stored."""
        self._fence(document, epoch)
        covers, _ = self.snapshots.get(document, (0, None))
        there = self.updates.get(document, [])
        if stored.past != self.pasts.get(document, 0) or len(there[covers:]) != len(stored.updates):
            raise SagewsError("conflict")
        self.pasts[document] = stored.past + 1
        self.snapshots[document] = (max(covers, len(there)), state)


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
            printed = sum(len(str(piece.body)) + PIECE_BYTES for piece in self.outputs.get(run.id, {}).values())
            self.runs[run.id] = msgspec.structs.replace(run, state=RunState.LOST, finished=run.queued, printed=printed)
        return [run.id for run in lost]

    async def put_run(self, run: Run, epoch: int) -> Run:
        """Store a run once."""
        self._fence(run.document, epoch)
        stored = self.runs.setdefault(run.id, run)
        if stored.document != run.document:
            raise SagewsError("bad-value", field="run", reason="another document has a run of this id")
        return stored

    async def last_runs(self, document: DocumentId) -> list[Run]:
        """Return the last run of each cell."""
        order = list(self.runs)
        last = {(run.lane, run.cell): run for run in self.runs.values() if run.document == document}
        return sorted(last.values(), key=lambda run: order.index(run.id))

    async def pieces(self, document: DocumentId, run: RunId, first: int, limit: int) -> OutputPage:
        """Return pieces from a number on."""
        owner = self.runs.get(run)
        stored = self.outputs.get(run, {}) if owner is not None and owner.document == document else {}
        found = [stored[number] for number in sorted(stored) if number >= first]
        pieces: list[PieceText] = []
        size = 0
        while len(pieces) < min(limit, len(found)) and size < PAGE_BYTES:
            piece = found[len(pieces)]
            pieces.append(PieceText(piece.sequence, piece.kind, msgspec.json.encode(piece.body)))
            size += len(pieces[-1].body)
        return OutputPage(pieces, len(pieces) < len(found))

    async def delete_old(self, document: DocumentId, epoch: int, keep: Sequence[RunId]) -> int:
        """Delete output that nothing refers to."""
        self._fence(document, epoch)
        kept = {run.id for run in await self.last_runs(document)} | set(keep)
        old = [
            run.id for run in self.runs.values() if run.document == document and run.id not in kept and run.state.over
        ]
        return self._empty([run for run in old if self.runs[run].printed])

    async def clear(self, document: DocumentId, epoch: int, runs: Sequence[RunId]) -> int:
        """Delete output of these runs."""
        self._fence(document, epoch)
        known = [self.runs[run] for run in runs if run in self.runs]
        return self._empty([run.id for run in known if run.document == document and run.state.over])

    async def clear_removed(self, limit: int, most: int) -> int:
        """Delete output of documents that are not there any more."""
        removed = set() if self.workspaces is None else self.workspaces.removed
        doomed: list[RunId] = []
        for run in [run for run in self.runs.values() if run.document in removed and run.printed][:limit]:
            if most > 0:
                doomed.append(run.id)
            most -= run.printed
        self._empty(doomed)
        return len(doomed)

    def _empty(self, runs: Sequence[RunId]) -> int:
        for run in runs:
            self.runs[run] = msgspec.structs.replace(self.runs[run], printed=0)
        return sum(len(self.outputs.pop(run, {})) for run in runs)


@implementer(IUsageStore)
@dataclass
class MemoryUsage:
    """Sums over the fakes."""

    workspaces: MemoryWorkspaces
    runs: MemoryRuns
    versions: MemoryHistory | None = None
    files: dict[WorkspaceId, int] = field(default_factory=dict)

    def _owned(self, owner: UserId) -> list[Workspace]:
        return [space for space in self.workspaces.spaces.values() if space.owner == owner]

    async def history(self, owner: UserId) -> int:
        """Add up bundles."""
        stored = {} if self.versions is None else self.versions.stored
        return sum(len(bundle) for space in self._owned(owner) for _, bundle in stored.get(space.id, []))

    async def history_beside(self, workspace: WorkspaceId) -> tuple[UserId, int] | None:
        """Return an owner and the sum."""
        space = self.workspaces.spaces.get(workspace)
        return None if space is None else (space.owner, await self.history(space.owner))

    async def homes(self, owner: UserId) -> int:
        """Add up what was noted."""
        return sum(self.files.get(space.id, 0) for space in self._owned(owner))

    async def note_home(self, owner: UserId, workspace: WorkspaceId, used: int) -> int:
        """Note it if it is theirs."""
        if any(space.id == workspace for space in self._owned(owner)):
            self.files[workspace] = used
        return await self.homes(owner) - self.files.get(workspace, 0)

    async def largest(self, owner: UserId, limit: int) -> list[WorkspaceUse]:
        """List what has output."""
        found = []
        for space in self._owned(owner):
            documents = {page.id for page in self.workspaces.pages.values() if page.workspace == space.id}
            printed = sum(run.printed for run in self.runs.runs.values() if run.document in documents)
            found.append(WorkspaceUse(space.id, space.name, printed, 0))
        return sorted((use for use in found if use.outputs), key=lambda use: -use.outputs)[:limit]

    async def outputs(self, owner: UserId, but: Sequence[DocumentId]) -> int:
        """Add up what runs say."""
        owned = {
            document.id
            for document in self.workspaces.pages.values()
            if self.workspaces.spaces[document.workspace].owner == owner
        }
        return sum(run.printed for run in self.runs.runs.values() if run.document in owned - set(but))


def _may_change(old: Run, new: Run) -> bool:
    more = old.state is new.state and old.printed != new.printed
    return not old.state.over or (old.state is RunState.LOST and new.state.over) or more


@implementer(IJournal)
@dataclass
class MemoryJournal:
    """Writes into the two above; `failures` are raised first, one for each commit; while `held` nothing is answered.

    What has one of `refused` in it is refused.
    """

    documents: MemoryDocuments
    runs: MemoryRuns
    failures: list[Exception] = field(default_factory=list)
    commits: list[Sequence[DocumentWrite]] = field(default_factory=list)
    held: Deferred[None] | None = None
    refused: set[DocumentId] = field(default_factory=set)

    async def commit(self, writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Store everything of the documents whose lease is held."""
        if self.held is not None:
            await self.held
        if self.failures:
            raise self.failures.pop(0)
        if self.refused & {write.document for write in writes}:
            raise ValueError("can't be written")
        self.commits.append(writes)
        return {write.document: self._store(write) for write in writes if self._held(write)}

    def _held(self, write: DocumentWrite) -> bool:
        workspaces = self.documents.workspaces
        return workspaces is None or workspaces.holds(write.document, write.epoch)

    def _store(self, write: DocumentWrite) -> Committed:
        taken = []
        for run in write.runs:
            stored = self.runs.runs.get(run.id)
            if stored is not None and stored.document != write.document:
                taken.append(run.id)
            elif stored is None or _may_change(stored, run):
                self.runs.runs[run.id] = run
        self._store_output(write)
        updates = self.documents.updates.setdefault(write.document, [])
        updates.extend(write.updates)
        return Committed(len(updates) if write.updates else 0, taken or ())

    def _store_output(self, write: DocumentWrite) -> None:
        own = {run.id for run in self.runs.runs.values() if run.document == write.document}
        for piece in write.pieces:
            if piece.run in own:
                pieces = self.runs.outputs.setdefault(piece.run, {})
                if pieces.setdefault(piece.sequence, piece).kind == piece.kind in REPLACEABLE:
                    pieces[piece.sequence] = piece
        for run, first, last in write.removed:
            stored = self.runs.outputs.get(run, {}) if run in own else {}
            for number in [number for number in stored if first <= number <= last]:
                del stored[number]


@implementer(IHistoryStore)
@dataclass
class MemoryHistory:
    """Commits in lists, oldest first. Bundles are taken to need their commit's parent."""

    workspaces: MemoryWorkspaces | None = None
    stored: dict[WorkspaceId, list[tuple[Commit, bytes]]] = field(default_factory=dict)
    refs: dict[tuple[WorkspaceId, str], str] = field(default_factory=dict)
    # Lets the outputs of a version go, and returns their bytes.
    unnamed: Callable[[WorkspaceId, str], int] = lambda workspace, commit: 0

    async def add(
        self, workspace: WorkspaceId, ref: str, expected: str | None, commit: Commit, bundle: bytes | memoryview
    ) -> bool:
        """Move a ref and store what it points to."""
        if self.refs.get((workspace, ref)) != expected:
            return False
        self.refs[workspace, ref] = commit.id
        known = self.stored.setdefault(workspace, [])
        if all(other.id != commit.id for other, _ in known):
            known.append((replace(commit, ref=ref), bytes(bundle)))
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

    async def autosaves(self, workspace: WorkspaceId, before: datetime, limit: int) -> list[StoredAutosave]:
        """List autosaves."""
        needed = self._needed(workspace)
        found = [
            StoredAutosave(commit.id, commit.time, len(bundle), commit.id in needed)
            for commit, bundle in self.stored.get(workspace, [])
            if commit.ref == "autosave" and commit.time < before
        ]
        return sorted(found, key=lambda each: each.time)[:limit]

    def _needed(self, workspace: WorkspaceId) -> set[str | None]:
        return {commit.parent for commit, _ in self.stored.get(workspace, [])} | set(self.refs.values())

    async def remove_autosaves(self, workspace: WorkspaceId, commits: Sequence[str]) -> int:
        """Remove those that nothing needs."""
        known = self.stored.get(workspace, [])
        named = {commit.id for commit, _ in known if commit.ref == "autosave"} & set(commits)
        gone = named - self._needed(workspace)
        self.stored[workspace] = [each for each in known if each[0].id not in gone]
        return sum(len(bundle) for commit, bundle in known if commit.id in gone)

    async def named_by(self, workspace: WorkspaceId, user: UserId) -> int:
        """Count them."""
        return sum(commit.kind == "named" and commit.author == user for commit, _ in self.stored.get(workspace, []))

    async def unname(self, workspace: WorkspaceId, commit: str, user: UserId | None) -> int | None:
        """Take a name; outputs are in another fake, which has to be told."""
        known = self.stored.get(workspace, [])
        for place, (found, bundle) in enumerate(known):
            if found.id == commit and found.kind == "named" and user in (None, found.author):
                known[place] = (replace(found, kind="save", name=""), bundle)
                return self.unnamed(workspace, commit)
        return None

    async def autosaved(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List workspaces with several."""
        found = [space for space in sorted(self.stored) if len(await self.autosaves(space, before, 2)) > 1]
        return [space for space in found if after is None or space > after][:limit]

    async def deleted(self, after: WorkspaceId | None, before: datetime, limit: int) -> list[WorkspaceId]:
        """List nothing: the fake of workspaces forgets them."""
        return []

    async def remove_deleted(self, workspace: WorkspaceId, before: datetime, most: int) -> bool:
        """Have nothing to remove."""
        return True

    async def bundle_sizes(self, workspace: WorkspaceId, commit: str) -> list[tuple[str, int]]:
        """Return the commits of these with the sizes of their bundles."""
        return [(key, len(bundle)) for key, bundle in self._chain(workspace, commit)]

    async def bundle_part(self, workspace: WorkspaceId, commit: str, first: int, length: int) -> bytes:
        """Return part of one."""
        found = [bundle for stored, bundle in self.stored.get(workspace, []) if stored.id == commit]
        return found[0][first : first + length] if found else b""

    def _chain(self, workspace: WorkspaceId, commit: str) -> list[tuple[str, bytes]]:
        wanted: str | None = commit
        chain: list[tuple[str, bytes]] = []
        for stored, bundle in reversed(self.stored.get(workspace, [])):
            if stored.id == wanted:
                chain.append((stored.id, bundle))
                wanted = stored.parent
        return chain[::-1]


@implementer(IVersionOutputStore)
@dataclass
class MemoryVersionOutputs:
    """Kept outputs in lists; `now` is what cells show when a version is named."""

    now: list[VersionOutput] = field(default_factory=list)
    kept: dict[tuple[WorkspaceId, str], list[VersionOutput]] = field(default_factory=dict)

    async def size(self, workspace: WorkspaceId) -> int:
        """Add up what is shown."""
        return sum(len(str(output.pieces)) for output in self.now)

    async def keep(self, workspace: WorkspaceId, commit: str) -> int:
        """Keep what is shown."""
        self.kept[workspace, commit] = list(self.now)
        return await self.size(workspace)

    def remove(self, workspace: WorkspaceId, commit: str) -> int:
        """Let those of a version go; returns their bytes."""
        return sum(len(str(output.pieces)) for output in self.kept.pop((workspace, commit), []))

    async def read(self, workspace: WorkspaceId, commit: str, after: int, most: int) -> list[VersionOutput]:
        """Return one at a time."""
        return [output for output in self.kept.get((workspace, commit), []) if output.ordinal > after][:1]
