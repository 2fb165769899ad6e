"""What every IDocumentStore does. Mix into a trial TestCase that has `make_documents`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.runs import Committed
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
        assert await store.load(self.space, document) == (None, [])
        await journal.commit([edits(document, b"1", b"2")])
        await store.snapshot(document, 3, b"state-2", 2)
        assert await store.load(self.space, document) == (b"state-2", [])
        assert await journal.commit([edits(document, b"3", b"4")]) == {document: Committed(4)}
        assert await store.load(self.space, document) == (b"state-2", [b"3", b"4"])
        await store.snapshot(document, 3, b"state-3", 3)
        assert await store.load(self.space, document) == (b"state-3", [b"4"])

    async def test_fenced(self) -> None:
        """Who does not hold the lease's epoch folds nothing."""
        store, _, document = await self.make_documents()
        for epoch in (2, 4):
            await check_refused(store.snapshot(document, epoch, b"x", 1), "conflict")
        await check_refused(store.snapshot(DocumentId(new_id()), 3, b"x", 1), "conflict")
        assert await store.load(self.space, document) == (None, [])
