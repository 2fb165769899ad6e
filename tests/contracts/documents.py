"""What every IDocumentStore does. Mix into a trial TestCase that has `make_documents`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from zope.interface.verify import verifyObject

from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.runs import Committed
from sagews.model.updates import StoredText
from tests.contracts.accounts import check_refused
from tests.contracts.journal import edits


class DocumentStoreContract(metaclass=ABCMeta):
    """The contract; `make_documents` returns a store, a journal, and a document under a lease of epoch 3."""

    space: WorkspaceId

    @abstractmethod
    async def make_documents(self) -> tuple[Any, Any, DocumentId]:
        """Return a store, a journal and a document."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IDocumentStore, (await self.make_documents())[0])

    async def test_snapshot_covers_what_was_before(self) -> None:
        """A snapshot stands for every update up to its number; later ones follow it, and a second one replaces it."""
        store, journal, document = await self.make_documents()
        assert await store.load(self.space, document) == StoredText(None, [])
        await journal.commit([edits(document, b"1", b"2")])
        await store.snapshot(document, 3, 0, b"state-2", 2)
        assert await store.load(self.space, document) == StoredText(b"state-2", [])
        assert await journal.commit([edits(document, b"3", b"4")]) == {document: Committed(4)}
        assert await store.load(self.space, document) == StoredText(b"state-2", [b"3", b"4"])
        await store.snapshot(document, 3, 0, b"state-3", 3)
        assert await store.load(self.space, document) == StoredText(b"state-3", [b"4"])

    async def test_large(self) -> None:
        """However large a state is, it is read as it was stored; so is an empty one."""
        store, journal, document = await self.make_documents()
        await journal.commit([edits(document, b"1", b"2", b"3")])
        for covers, state in enumerate((bytes(range(256)) * 2_000, b"", b"\x00" * 700_001), 1):
            await store.snapshot(document, 3, 0, state, covers)
            read = await store.load(self.space, document)
            assert read == StoredText(state, [b"2", b"3"][covers - 1 :])

    async def test_fenced(self) -> None:
        """Who does not hold the lease's epoch folds nothing."""
        store, _, document = await self.make_documents()
        for epoch in (2, 4):
            await check_refused(store.snapshot(document, epoch, 0, b"x", 1), "conflict")
        await check_refused(store.snapshot(DocumentId(new_id()), 3, 0, b"x", 1), "conflict")
        assert await store.load(self.space, document) == StoredText(None, [])

    async def test_the_past_is_let_go(self) -> None:
        """A state takes the place of all that was stored, the past is counted, and later edits follow it."""
        store, journal, document = await self.make_documents()
        await journal.commit([edits(document, b"1", b"2")])
        await store.snapshot(document, 3, 0, b"state-1", 1)
        await store.compact(document, 3, await store.load(self.space, document), b"small")
        assert tuple(await store.load(self.space, document)) == (b"small", [], 1)
        assert await journal.commit([edits(document, b"3")]) == {document: Committed(3)}
        assert tuple(await store.load(self.space, document)) == (b"small", [b"3"], 1)
        await store.snapshot(document, 3, 1, b"state-3", 3)
        assert tuple(await store.load(self.space, document)) == (b"state-3", [], 1)

    async def test_nothing_that_came_meanwhile_is_let_go(self) -> None:
        """What is not what was read stays as it is: an edit behind it, another past, a snapshot of a former past."""
        store, journal, document = await self.make_documents()
        await journal.commit([edits(document, b"1")])
        read = await store.load(self.space, document)
        await journal.commit([edits(document, b"2")])
        await check_refused(store.compact(document, 3, read, b"small"), "conflict")
        assert tuple(await store.load(self.space, document)) == (None, [b"1", b"2"], 0)
        read = await store.load(self.space, document)
        await store.compact(document, 3, read, b"small")
        await check_refused(store.compact(document, 3, read, b"small"), "conflict")
        await check_refused(store.snapshot(document, 3, 0, b"large", 2), "conflict")
        for epoch in (2, 4):
            await check_refused(
                store.compact(document, epoch, await store.load(self.space, document), b"x"), "conflict"
            )
        assert tuple(await store.load(self.space, document)) == (b"small", [], 1)

    async def test_a_past_is_let_go_once(self) -> None:
        """Of several that do it at one time, as whoever lost the answer to the first does, one has done it."""
        store, journal, document = await self.make_documents()
        for past in range(10):
            await journal.commit([edits(document, b"1", b"2")])
            read = await store.load(self.space, document)
            tries = [Deferred.fromCoroutine(store.compact(document, 3, read, b"small")) for _ in range(4)]
            results = await DeferredList(tries, consumeErrors=True)
            codes = sorted("" if done else result.value.code for done, result in results)
            assert codes == ["", "conflict", "conflict", "conflict"]
            assert tuple(await store.load(self.space, document)) == (b"small", [], past + 1)
