"""What every IHistoryStore does. Mix into a trial TestCase that has `make_history`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.history import IHistoryStore
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, WorkspaceId, new_id
from tests.contracts.journal import AUTHOR

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def make_commit(number: int, parent: int | None = None, ref: str = "main") -> Commit:
    """Return a commit whose id is its number."""
    return Commit(
        f"{number:040x}",
        None if parent is None else f"{parent:040x}",
        f"{number + 1000:040x}",
        ref,
        "named",
        f"version {number}",
        AUTHOR,
        "Ada",
        NOW + timedelta(seconds=number),
        number,
    )


async def bundles_of(store: Any, workspace: WorkspaceId, commit: str) -> list[bytes]:
    """Return the bundles, oldest first, that together hold a commit."""
    sizes = await store.bundle_sizes(workspace, commit)
    return [await store.bundle_part(workspace, key, 0, size) for key, size in sizes]


class HistoryStoreContract(metaclass=ABCMeta):
    """The contract; `make_history` returns a store and a workspace without history."""

    @abstractmethod
    async def make_history(self) -> tuple[Any, WorkspaceId]:
        """Return a store and a workspace."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IHistoryStore, (await self.make_history())[0])

    async def test_empty(self) -> None:
        """A workspace without history has no head, no newest commit, no list and no bundles."""
        store, workspace = await self.make_history()
        assert await store.head(workspace, "main") is None
        assert await store.newest(workspace) is None
        assert await store.commits(workspace, None, 10) == []
        assert await bundles_of(store, workspace, "0" * 40) == []

    async def test_add_moves_the_ref(self) -> None:
        """A commit is stored with its bundle when the ref is where it is expected, else nothing is."""
        store, workspace = await self.make_history()
        one, two, three = make_commit(1), make_commit(2, 1), make_commit(3, 1)
        assert await store.add(workspace, "main", None, one, b"bundle 1") is True
        assert await store.add(workspace, "main", None, two, b"bundle 2") is False
        assert await store.add(workspace, "main", one.id, two, b"bundle 2") is True
        assert await store.add(workspace, "main", one.id, three, b"bundle 3") is False
        assert await store.head(workspace, "main") == two
        assert await store.commit(workspace, two.id) == two
        assert await store.commit(workspace, three.id) is None
        assert await bundles_of(store, workspace, three.id) == []

    async def test_two_refs(self) -> None:
        """Refs move by themselves; lists hold both, newest first, in pages."""
        store, workspace = await self.make_history()
        one, two = make_commit(1), make_commit(2, 1, "autosave")
        three = make_commit(3, 1)
        await store.add(workspace, "main", None, one, b"1")
        await store.add(workspace, "autosave", None, two, b"2")
        await store.add(workspace, "main", one.id, three, b"3")
        assert await store.head(workspace, "autosave") == two
        assert await store.newest(workspace) == three
        assert await store.commits(workspace, None, 2) == [three, two]
        assert await store.commits(workspace, two.id, 2) == [one]
        assert await store.commits(workspace, "f" * 40, 2) == []

    async def test_bundles_of_a_commit(self) -> None:
        """A commit comes with the bundles that it needs, oldest first, and no others."""
        store, workspace = await self.make_history()
        one, two, aside, three = make_commit(1), make_commit(2, 1), make_commit(4, 1, "autosave"), make_commit(3, 2)
        await store.add(workspace, "main", None, one, b"\x001")
        await store.add(workspace, "main", one.id, two, b"2")
        await store.add(workspace, "autosave", None, aside, b"aside")
        await store.add(workspace, "main", two.id, three, b"3")
        assert await bundles_of(store, workspace, three.id) == [b"\x001", b"2", b"3"]
        assert await bundles_of(store, workspace, aside.id) == [b"\x001", b"aside"]
        assert await store.bundle_sizes(workspace, aside.id) == [(one.id, 2), (aside.id, 5)]
        assert await store.bundle_sizes(workspace, "f" * 40) == []
        parts = [await store.bundle_part(workspace, aside.id, first, 2) for first in (0, 2, 4, 6)]
        assert parts == [b"as", b"id", b"e", b""]
        assert await store.bundle_part(workspace, "f" * 40, 0, 2) == b""

    async def test_autosaves_may_go(self) -> None:
        """Of those that are named, autosaves go with their bundles; the newest and all of main stay, whoever asks."""
        store, workspace = await self.make_history()
        one = make_commit(1)
        await store.add(workspace, "main", None, one, b"one")
        made = [make_commit(number, 1, "autosave") for number in (2, 3, 4)]
        before = None
        for commit in made:
            commit = replace(commit, kind="autosave")
            await store.add(workspace, "autosave", before, commit, b"auto")
            before = commit.id
        later = NOW + timedelta(days=1)
        listed = await store.autosaves(workspace, later, 10)
        assert [(autosave.commit, autosave.time) for autosave in listed] == [
            (commit.id, commit.time) for commit in made
        ]
        assert [(autosave.size, autosave.needed) for autosave in listed] == [(4, False), (4, False), (4, True)]
        assert await store.autosaves(workspace, made[1].time, 10) == listed[:1]
        assert await store.autosaved(None, later, 10) == [workspace]
        assert await store.autosaved(workspace, later, 10) == []
        every = [one.id, *(commit.id for commit in made), "f" * 40]
        assert await store.remove_autosaves(workspace, every) == 8
        assert [commit.id for commit in await store.commits(workspace, None, 10)] == [made[2].id, one.id]
        assert await bundles_of(store, workspace, made[0].id) == []
        assert await bundles_of(store, workspace, made[2].id) == [b"one", b"auto"]
        assert await store.autosaved(None, later, 10) == []

    async def test_a_name_is_taken(self) -> None:
        """A named version becomes a saved one and stays where it is; nobody takes the name of what another named."""
        store, workspace = await self.make_history()
        one, two = make_commit(1), make_commit(2, 1)
        await store.add(workspace, "main", None, one, b"one")
        await store.add(workspace, "main", one.id, two, b"two")
        other = UserId(new_id())
        assert await store.named_by(workspace, AUTHOR) == 2
        assert await store.named_by(workspace, other) == 0
        assert await store.named_by(WorkspaceId(new_id()), AUTHOR) == 0
        assert await store.unname(workspace, one.id, other) is None
        assert await store.unname(WorkspaceId(new_id()), one.id, None) is None
        assert await store.unname(workspace, "f" * 40, None) is None
        assert await store.commit(workspace, one.id) == one
        assert await store.unname(workspace, one.id, AUTHOR) == 0
        assert await store.unname(workspace, two.id, None) == 0
        assert await store.unname(workspace, two.id, None) is None
        plain = [replace(each, kind="save", name="") for each in (two, one)]
        assert await store.commits(workspace, None, 10) == plain
        assert await bundles_of(store, workspace, two.id) == [b"one", b"two"]
        assert await store.named_by(workspace, AUTHOR) == 0
