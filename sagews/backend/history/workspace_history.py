"""The history of one open workspace: one save at a time, when it saves itself, and what is done with versions.

A save takes the documents' texts, has the worker's jail deliver the tree of the home with them, has a jail of this
backend check it and bundle our commit, and moves the ref by compare-and-swap (save.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from twisted.internet.defer import DeferredLock
from twisted.logger import Logger
from zope.interface import implementer

from sagews.backend.history.autosaver import Autosaver
from sagews.backend.history.bundles import stored_bundles
from sagews.backend.history.interfaces import IDocumentTexts, IWorkspaceHistory
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import older_autosaves, thin_all
from sagews.backend.history.save import CommitWriter, SaveResult
from sagews.backend.history.version_outputs import KeptOutputs
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.errors import SagewsError
from sagews.interfaces.history import IHistoryStore
from sagews.model.history import Commit, SaveReport, Snapshot, VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.policy.documents.paths import check_document_path, is_notebook
from sagews.policy.history.steps import AUTOSAVE, MAIN, Origin
from sagews.wire.browser.history import FileDifference

SHOWN_LEFT_OUT = 20
_BY_ITSELF = ("autosave", "session")


@implementer(IWorkspaceHistory)
class WorkspaceHistory:
    """History as an open workspace uses it.

    Args:
        workspace: whose history it is.
        store: keeps commits and bundles.
        jobs: this backend's one-shot jobs.
        writer: makes and stores commits.
        autosaver: says when to save.
        files: of the workspace, on a worker.
        documents: of the workspace.
        outputs: that named versions keep.
        saved: is told of each version that nobody asked for.
        reported: is told what people have to know of the last save, whenever that changes.
    """

    _log = Logger()

    def __init__(
        self,
        workspace: WorkspaceId,
        store: IHistoryStore,
        jobs: HistoryJobs,
        writer: CommitWriter,
        autosaver: Autosaver,
        files: WorkspaceFiles,
        documents: IDocumentTexts,
        outputs: KeptOutputs,
        saved: Callable[[Commit], None],
        reported: Callable[[SaveReport], None],
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._jobs = jobs
        self._writer = writer
        self._autosaver = autosaver
        self._files = files
        self._documents = documents
        self._outputs = outputs
        self._saved = saved
        self._reported = reported
        self._report = SaveReport()
        self._left = False
        self._lock = DeferredLock()
        autosaver.start(self._save_by_itself)

    @property
    def unsaved_since(self) -> float:
        """When the oldest change came that no version has; infinity without any."""
        return self._autosaver.unsaved_since

    def was_left(self) -> None:
        """Have the end saved whether or not anything changes from now on."""
        self._left = True

    def changed(self, user: UserId) -> None:
        """Plan an autosave."""
        self._autosaver.changed(user)

    async def save(self, user: UserId | None, name: str, kind: str) -> Commit | None:
        """Commit the workspace as it is now; None when there is nothing new.

        Raises:
            SagewsError: `limit` also where somebody else's workspace has all the versions that one may name there;
                `no-worker`, `history-full`, `conflict`, `internal`, `database`, `worker-lost`,
                `disk-full`, `disk-failed`; `removes-files` for an autosave or the end when most files are gone.
        """
        await self._lock.acquire()
        try:
            # Within the lock: of two that are named at once the second one counts the first.
            if kind == "named" and user is not None:
                await self._writer.check_names(self._workspace, user)
            made = await self._save(user, name, kind, asked=kind not in _BY_ITSELF)
            if made is not None and kind == "named":
                # The version is made: whatever becomes of its outputs, it is told.
                self._tell(replace(self._report, outputs=await self._outputs.keep(made)))
            return made
        finally:
            self._lock.release()

    async def kept(self) -> Commit | None:
        """Return the newest version but for autosaves: what a save that found nothing new is already in."""
        found: Commit | None = await self._store.head(self._workspace, MAIN)
        return found

    async def versions(self, before: str | None, limit: int) -> Sequence[Commit]:
        """List commits, newest first, older than `before`."""
        found: Sequence[Commit] = await self._store.commits(self._workspace, before, limit)
        return found

    async def difference(
        self, version: str, against: str | None, *, whole: bool = False
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        """Compare a version with another, by default the one before, or with nothing, which shows all that it holds.

        Raises:
            SagewsError: `not-found` for a version of another workspace.
        """
        commit = await self._commit(version)
        other = None
        if not whole:
            other = await self._before(commit) if against is None else (await self._commit(against)).id
        bundles = await stored_bundles(self._store, self._workspace, other, commit.id)
        answer = await self._jobs.difference(commit.id, other, bundles)
        files = [FileDifference(file.path, file.status, file.diff, file.binary, file.cut) for file in answer.files]
        return other, files, answer.cut

    async def outputs(self, version: str, after: int) -> tuple[Sequence[VersionOutput], bool]:
        """Return some of the outputs that a version keeps.

        Raises:
            SagewsError: `not-found` for a version of another workspace.
        """
        return await self._outputs.read((await self._commit(version)).id, after)

    async def revert(self, user: UserId, version: str) -> Commit:
        """Bring a version's files and documents back and commit that; what was there is autosaved first.

        Raises:
            SagewsError: `not-found` for a version of another workspace; what saving raises.
        """
        target = await self._commit(version)
        await self._lock.acquire()
        try:
            with self._writer.keeping(target.id):
                # Whoever lost all files comes here to get them back: what is left is kept without a question.
                await self._save(user, "", "autosave", asked=True)
                await self._bring_back(user, target)
                made = await self._save(user, target.name, "revert", asked=True)
        finally:
            self._lock.release()
        if made is None:
            raise SagewsError("internal", correlation=version)
        return made

    async def unname(self, version: str, user: UserId | None) -> int:
        """Take the name from a version, with the outputs that it keeps; 0 where somebody did so already.

        Raises:
            SagewsError: `not-found` for a version of another workspace, `forbidden` for one that another than `user`
                named.
        """
        # Not while its outputs are being kept, or brought back.
        await self._lock.acquire()
        try:
            commit = await self._commit(version)
            if commit.kind != "named":
                return 0
            freed: int | None = await self._store.unname(self._workspace, commit.id, user)
        finally:
            self._lock.release()
        if freed is None:
            raise SagewsError("forbidden")
        return freed

    async def thin(self) -> int:
        """Remove the autosaves that nothing needs, all but the newest; returns the bytes that this freed.

        Not while a version is made or brought back, which may need one of them.
        """
        await self._lock.acquire()
        try:
            return await thin_all(self._store, self._workspace)
        finally:
            self._lock.release()

    async def may_thin(self) -> bool:
        """Return whether there are such autosaves."""
        return bool(await older_autosaves(self._store, self._workspace))

    async def close(self) -> None:
        """Commit the end of a workspace that nobody uses, and clean its home off the worker.

        A home that can't be cleaned off a worker is no loss: what was in it is committed, and the worker forgets it by
        its own rules. One that holds what no version could keep stays, because nothing else has that.

        Raises:
            SagewsError: what saving raises; the home stays then.
        """
        try:
            made = await self._save_the_end()
        finally:
            self._autosaver.stop()
        if made is not None:
            self._saved(made)
        if self._report.left_out:
            self._log.info("a home stays: not all of it could be saved", correlation=self._workspace)
            return
        try:
            await self._files.forget()
        except SagewsError as error:
            self._log.warn("a home stays on its worker: {code}", code=error.code, correlation=self._workspace)

    def drop(self) -> None:
        """Save nothing by itself any more."""
        self._autosaver.stop()

    async def _save_by_itself(self) -> None:
        commit = await self.save(self._autosaver.user, "", "autosave")
        if commit is not None:
            self._saved(commit)

    async def _save_the_end(self) -> Commit | None:
        """Commit the end, unless nothing can have happened since the last commit of `main`."""
        newest = await self._store.newest(self._workspace)
        only_autosaved = newest is not None and newest.ref == AUTOSAVE
        if not (self._autosaver.pending or self._files.was_used or self._left or only_autosaved):
            return None
        return await self.save(self._autosaver.user, "", "session")

    # ------------------------------------------------------------------------------------- within the lock

    async def _save(self, user: UserId | None, name: str, kind: str, *, asked: bool) -> Commit | None:
        """Save, keep the times of autosaves, and report what people have to know.

        A thin snapshot that turns out not to fit what the store holds is taken again as a whole.
        """
        self._autosaver.begin()
        saved = False
        try:
            await self._writer.check_room(self._workspace)
            origin = await self._writer.origin(user, name, kind)
            newest = await self._store.newest(self._workspace)
            have = None if newest is None else newest.tree
            try:
                snapshot, made = await self._taken_and_committed(have, origin, asked=asked)
            except SagewsError as error:
                if error.code != "internal" or have is None:
                    raise
                snapshot, made = await self._taken_and_committed(None, origin, asked=asked)
            saved = True
        except SagewsError as error:
            self._tell(replace(self._report, problem=str(error)))
            raise
        finally:
            self._autosaver.end(saved=saved)
        self._tell(SaveReport(snapshot.left_out, made.removed, made.present))
        return made.commit

    async def _taken_and_committed(
        self, have: str | None, origin: Origin, *, asked: bool
    ) -> tuple[Snapshot, SaveResult]:
        snapshot = await self._taken(have)
        return snapshot, await self._writer.commit(self._workspace, snapshot, origin, asked=asked)

    async def _taken(self, have: str | None) -> Snapshot:
        """Return the tree of the workspace as it is now; documents alone where there never were other files."""
        texts = {path: text.encode() for path, text in (await self._documents.texts()).items()}
        try:
            return await self._files.snapshot(texts, have)
        except SagewsError as error:
            # Without a home, or anybody who could have one, documents are all there is, if they always were.
            if error.code not in ("no-worker", "no-home") or not await self._writer.only_documents(
                self._workspace, texts
            ):
                raise
            return await self._jobs.snapshot(texts)

    def _tell(self, report: SaveReport) -> None:
        """Report once what is new of it, on the page and in the log."""
        if report == self._report:
            return
        if report.left_out != self._report.left_out and report.left_out:
            paths = [list(pair) for pair in report.left_out[:SHOWN_LEFT_OUT]]
            count = len(report.left_out)
            self._log.info("{count} paths were not saved", count=count, paths=paths, correlation=self._workspace)
        self._report = report
        self._reported(report)

    async def _bring_back(self, user: UserId, target: Commit) -> None:
        """Make files and documents those of a version; a worksheet whose name no document may have stays a file."""
        newest = await self._store.newest(self._workspace)
        bundles = await stored_bundles(self._store, self._workspace, target.id, None if newest is None else newest.id)
        present = await self._documents.texts()
        # A notebook that is no worksheet here is a file like any other.
        found = await self._jobs.worksheets(target.id, bundles, filter(is_notebook, present))
        wanted = {path: text for path, text in found.items() if _is_document(path)}
        await self._files.replace(bundles, target.id, sorted(set(wanted) | set(present)))
        await self._documents.put_texts(user, wanted, sorted(set(present) - set(wanted)))
        await self._outputs.bring_back(user, target.id)

    async def _before(self, commit: Commit) -> str | None:
        """Return the version of which people take this one for the next."""
        if commit.ref == MAIN:
            return commit.parent
        # An autosave hangs below the newest that somebody kept, however long ago that was, or below nothing: people
        # want to see what was done since the one above which it is listed.
        before: Sequence[Commit] = await self._store.commits(self._workspace, commit.id, 1)
        return before[0].id if before else None

    async def _commit(self, commit: str) -> Commit:
        found: Commit | None = await self._store.commit(self._workspace, commit)
        if found is None:
            raise SagewsError("not-found")
        return found


def _is_document(path: str) -> bool:
    """Whether a document may have this path."""
    try:
        return check_document_path(path) == path
    except SagewsError:
        return False
