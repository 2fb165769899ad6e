"""What an open workspace and its history ask of each other.

All calls go one way: the workspace calls its history, the history calls the documents and the files that it was handed.
Neither documents nor files know the history, so no call can come back into a save that is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zope.interface import Attribute, Interface

from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.interfaces.sessions import ISessionHost
from sagews.model.history import Commit, SaveReport, VersionOutput
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.wire.browser.history import FileDifference


class IDocumentTexts(Interface):
    """The documents of one open workspace, as a history is handed them."""

    async def texts() -> Mapping[str, str]:
        """Return path → text (`name.sage.md`) of every document, open or not, as they are now."""

    async def put_texts(user: UserId, texts: Mapping[str, str], removed: Sequence[str]) -> None:
        """Bring documents to these texts as edits of this person; new paths get a document, `removed` lose theirs."""

    async def settle() -> None:
        """Have everything committed that documents have brought forth so far."""

    async def put_outputs(user: UserId, outputs: Sequence[VersionOutput]) -> None:
        """Give cells these outputs as those of runs of this person.

        Nothing happens where a cell or its document is gone, and while it runs or waits.
        """


class IWorkspaceHistory(Interface):
    """The history of one workspace, for as long as a backend has it open."""

    unsaved_since: float = Attribute("When the oldest change came that no version has; infinity without any.")

    def was_left() -> None:
        """Learn that an earlier life may have left changes in the files: the end is to be saved."""

    def changed(user: UserId) -> None:
        """Learn that this person edited a document, or ran what may have changed files: plan an autosave."""

    async def save(user: UserId | None, name: str, kind: str) -> Commit | None:
        """Commit the workspace as it is now; None when nothing changed. Kinds are those of model.history.Commit."""

    async def kept() -> Commit | None:
        """Return the newest version that somebody meant to keep: what a save that found nothing new is already in."""

    async def versions(before: str | None, limit: int) -> Sequence[Commit]:
        """List commits, newest first, older than `before`."""

    async def difference(
        version: str, against: str | None, *, whole: bool = False
    ) -> tuple[str | None, Sequence[FileDifference], bool]:
        """Return what was compared against (None: nothing), the files that differ, and whether the list was cut."""

    async def outputs(version: str, after: int) -> tuple[Sequence[VersionOutput], bool]:
        """Return some of the outputs that a version keeps, behind a place, and whether there is more."""

    async def revert(user: UserId, version: str) -> Commit:
        """Bring a version's files and documents back and commit that as a new version."""

    async def unname(version: str, user: UserId | None) -> int:
        """Take the name from a version, with the outputs that it keeps; returns the bytes of those.

        Args:
            version: its id.
            user: only if this person named it; None: whoever did.

        Raises:
            SagewsError: `not-found` for a version of another workspace, `forbidden` for one that somebody else named.
        """

    async def thin() -> int:
        """Remove the autosaves that nothing needs, all but the newest; returns the bytes that this freed."""

    async def may_thin() -> bool:
        """Return whether there are autosaves that `thin` would remove."""

    async def close() -> None:
        """Nobody has it open and no session runs: commit the end of it, and clean its home off the worker."""

    def drop() -> None:
        """Another backend owns the workspace: save nothing by itself any more."""


class IHistories(Interface):
    """The histories of all workspaces of a backend."""

    async def lay_out(
        workspace: WorkspaceId, owner: UserId, host: ISessionHost, epoch: int, leave: Sequence[str]
    ) -> None:
        """Lay the files of the newest commit into the workspace's home on a worker, but for the paths in `leave`.

        Raises:
            SagewsError: what the worker raises; not all files are in their places then.
        """

    def open(
        workspace: WorkspaceId,
        owner: UserId,
        files: WorkspaceFiles,
        documents: IDocumentTexts,
        saved: Callable[[Commit], None],
        reported: Callable[[SaveReport], None],
    ) -> IWorkspaceHistory:
        """Return the history of a workspace that was opened.

        Args:
            owner: of the workspace: whose turns its saves and jobs take.
            files: of the workspace, on whichever worker has them.
            documents: of the workspace.
            saved: is told of each version that nobody asked for: autosaves and the end.
            reported: is told what people have to know of the last save, whenever that changes.
        """
