"""What every IWorkspaceFiles does, whoever implements it: in process, over the link, or the fake of other tests.

Mix it into a trial TestCase that says how to make one, and how a version is made of a snapshot.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import ensureDeferred
from zope.interface.verify import verifyObject

from sagews.errors import SagewsError
from sagews.interfaces.files import IWorkspaceFiles
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId, new_id
from sagews.net.memory_file import MemoryFile
from sagews.wire.jobs import ReadAnswer, ReadRequest, RestoreRequest, SnapshotRequest

if TYPE_CHECKING:
    from twisted.trial.unittest import TestCase

    Base = TestCase
else:
    Base = object

TEXTS = {"a.sage.md": b"# A\n", "sub/b.sage.md": b"x = 1\n"}


async def lay_out(files: Any, workspace: WorkspaceId, epoch: int, request: RestoreRequest) -> None:
    """Have the files of a request laid out."""
    with MemoryFile() as parcel:
        parcel.write(request.to_bytes())
        await files.restore(workspace, epoch, parcel, replace=request.replace)


class WorkspaceFilesContract(Base, metaclass=ABCMeta):
    """The tests."""

    timeout = 60

    @abstractmethod
    async def make_files(self) -> Any:
        """Return an IWorkspaceFiles that knows no home yet."""

    @abstractmethod
    async def make_used(self, files: Any) -> WorkspaceId:
        """Return a workspace whose home a session uses."""

    @abstractmethod
    async def make_version(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """Return a commit of a snapshot, and the bundle that holds it."""

    async def check_refused(self, code: str, waiting: Any) -> None:
        """Hold that awaiting this raises SagewsError of this code."""
        error = await self.assertFailure(ensureDeferred(waiting), SagewsError)
        self.assertEqual(error.code, code)

    async def version(self, files: Any) -> tuple[Snapshot, RestoreRequest]:
        """Return what a home with the texts holds, and the request that lays it out elsewhere."""
        taken = await files.snapshot(await self.empty(files), 1, SnapshotRequest(TEXTS))
        commit, bundle = await self.make_version(taken)
        return taken, RestoreRequest(commit, (bundle,))

    async def empty(self, files: Any) -> WorkspaceId:
        """Return a workspace with an empty home."""
        workspace = WorkspaceId(new_id())
        await lay_out(files, workspace, 1, RestoreRequest(None, ()))
        return workspace

    async def tree(self, files: Any, workspace: WorkspaceId) -> str:
        """Return the tree of a home as it is."""
        taken: Snapshot = await files.snapshot(workspace, 1, SnapshotRequest({}))
        return taken.tree

    async def test_provides_the_interface(self) -> None:
        """It has every method of IWorkspaceFiles."""
        verifyObject(IWorkspaceFiles, await self.make_files())

    async def test_a_tree_is_what_a_home_holds(self) -> None:
        """Equal contents have equal trees, others have others, and the texts of a request do not stay."""
        files = await self.make_files()
        first, second = await self.empty(files), await self.empty(files)
        taken = await files.snapshot(first, 1, SnapshotRequest(TEXTS))
        self.assertEqual((await files.snapshot(second, 1, SnapshotRequest(TEXTS))).tree, taken.tree)
        self.assertNotEqual(await self.tree(files, first), taken.tree)

    async def test_a_part_of_a_file_is_read(self) -> None:
        """From where it is asked for; what is not there, hidden or outside of the home has no size."""
        files = await self.make_files()
        _, request = await self.version(files)
        workspace = WorkspaceId(new_id())
        await lay_out(files, workspace, 1, request)
        text = TEXTS["sub/b.sage.md"]
        for offset, length in ((0, 100), (2, 3), (100, 5)):
            part = await files.read(workspace, 1, ReadRequest("sub/b.sage.md", offset, length))
            self.assertEqual(part, ReadAnswer(len(text), text[offset : offset + length]))
        for path in ("no", "sub", "../a", "/etc/passwd", ".sagews/x", "sub/../a.sage.md", ""):
            self.assertIsNone((await files.read(workspace, 1, ReadRequest(path, 0, 10))).size, path)
        await self.check_refused("no-home", files.read(WorkspaceId(new_id()), 1, ReadRequest("a", 0, 1)))

    async def test_what_was_taken_comes_back(self) -> None:
        """A version of a snapshot fills an empty home with the same tree."""
        files, workspace = await self.make_files(), WorkspaceId(new_id())
        taken, request = await self.version(files)
        await lay_out(files, workspace, 1, request)
        self.assertEqual(await self.tree(files, workspace), taken.tree)

    async def test_a_filled_home_is_left_alone(self) -> None:
        """A home that was laid out, even with nothing, is not laid out again unless it is to be replaced."""
        files = await self.make_files()
        workspace = await self.empty(files)
        taken, request = await self.version(files)
        await lay_out(files, workspace, 1, request)
        self.assertNotEqual(await self.tree(files, workspace), taken.tree)
        replacing = RestoreRequest(request.commit, (*request.bundles, *request.bundles), replace=True)
        await lay_out(files, workspace, 1, replacing)
        self.assertEqual(await self.tree(files, workspace), taken.tree)

    async def test_some_paths_are_left(self) -> None:
        """What the request leaves is not laid out."""
        files, workspace = await self.make_files(), WorkspaceId(new_id())
        taken, request = await self.version(files)
        await lay_out(files, workspace, 1, RestoreRequest(request.commit, request.bundles, leave=("a.sage.md",)))
        self.assertNotEqual(await self.tree(files, workspace), taken.tree)
        again = await files.snapshot(workspace, 1, SnapshotRequest({"a.sage.md": TEXTS["a.sage.md"]}))
        self.assertEqual(again.tree, taken.tree)

    async def test_a_home_that_is_not_there_is_not_read(self) -> None:
        """What was never laid out is not taken for an empty version."""
        files = await self.make_files()
        await self.check_refused("no-home", files.snapshot(WorkspaceId(new_id()), 1, SnapshotRequest(TEXTS)))

    async def test_a_failed_restore_leaves_no_home(self) -> None:
        """A home that could not be laid out is refused until it is laid out whole."""
        files, workspace = await self.make_files(), WorkspaceId(new_id())
        taken, request = await self.version(files)
        broken = RestoreRequest(request.commit, (request.bundles[0][:-30],))
        await self.check_refused("internal", lay_out(files, workspace, 1, broken))
        await self.check_refused("home-unfinished", files.snapshot(workspace, 1, SnapshotRequest({})))
        await lay_out(files, workspace, 1, request)
        self.assertEqual(await self.tree(files, workspace), taken.tree)

    async def test_a_forgotten_home_is_empty(self) -> None:
        """After `forget` nothing of the home is left, and it can be laid out again."""
        files, workspace = await self.make_files(), WorkspaceId(new_id())
        taken, request = await self.version(files)
        for _ in range(2):
            await lay_out(files, workspace, 1, request)
            self.assertEqual(await self.tree(files, workspace), taken.tree)
            await files.forget(workspace, 1)
            await self.check_refused("no-home", files.snapshot(workspace, 1, SnapshotRequest({})))
            await files.forget(workspace, 1)

    async def test_a_used_home_is_not_forgotten(self) -> None:
        """The home of a session stays."""
        files = await self.make_files()
        await self.check_refused("busy", files.forget(await self.make_used(files), 1))

    async def test_an_older_epoch_is_refused(self) -> None:
        """Who lost a workspace's lease can neither read, write nor remove its files any more."""
        files = await self.make_files()
        workspace = await self.empty(files)
        await files.snapshot(workspace, 5, SnapshotRequest({}))
        await self.check_refused("conflict", files.snapshot(workspace, 4, SnapshotRequest({})))
        await self.check_refused("conflict", lay_out(files, workspace, 4, RestoreRequest(None, ())))
        await self.check_refused("conflict", files.forget(workspace, 4))
        await self.check_refused("conflict", files.usage(workspace, 4))
        await files.snapshot(workspace, 5, SnapshotRequest({}))

    async def test_a_home_that_is_not_there_holds_nothing(self) -> None:
        """Of a home that nobody measured nothing is said."""
        files = await self.make_files()
        self.assertIsNone(await files.usage(WorkspaceId(new_id()), 1))
