"""What every store of sums over a person's workspaces does."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.usage import IUsageStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id


class UsageContract(metaclass=ABCMeta):
    """What the files of a person's workspaces take."""

    @abstractmethod
    async def make_usage(self) -> tuple[Any, Any]:
        """Return a store of sums, and one of workspaces over the same data."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IUsageStore, (await self.make_usage())[0])

    async def build(self) -> None:
        """Make one person's two workspaces, and another one's."""
        stores = await self.make_usage()
        self.usage: IUsageStore = stores[0]
        self.workspaces: IWorkspaceStore = stores[1]
        self.ada, self.bob = UserId(new_id()), UserId(new_id())
        self.one, self.two, self.other = (WorkspaceId(new_id()) for _ in range(3))
        for workspace, owner in ((self.one, self.ada), (self.two, self.ada), (self.other, self.bob)):
            await self.workspaces.create_workspace(workspace, "W", owner, DocumentId(new_id()), "a.sage.md")

    async def test_files_add_up(self) -> None:
        """Who notes what a home takes is told what the owner's others do; the last figure of each counts."""
        await self.build()
        assert await self.usage.note_home(self.ada, self.one, 5) == 0
        assert await self.usage.note_home(self.bob, self.other, 1000) == 0
        assert await self.usage.note_home(self.ada, self.two, 70) == 5
        assert await self.usage.note_home(self.ada, self.one, 8) == 70
        assert (await self.usage.homes(self.ada), await self.usage.homes(self.bob)) == (78, 1000)

    async def test_a_foreign_workspace(self) -> None:
        """What somebody notes of another one's workspace is noted nowhere."""
        await self.build()
        await self.usage.note_home(self.ada, self.other, 2**40)
        assert (await self.usage.homes(self.ada), await self.usage.homes(self.bob)) == (0, 0)

    async def test_a_deleted_workspace(self) -> None:
        """Its files count no more."""
        await self.build()
        await self.usage.note_home(self.ada, self.one, 5)
        await self.usage.note_home(self.ada, self.two, 70)
        await self.workspaces.delete_workspace(self.two)
        assert (await self.usage.homes(self.ada), await self.usage.note_home(self.ada, self.one, 6)) == (5, 0)
