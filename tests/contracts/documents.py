"""What every IDocumentStore does. Mix into a trial TestCase that has `make_documents`."""

from __future__ import annotations

from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, UserId, new_id
from tests.contracts.accounts import refused

AUTHOR = UserId("01890a5d-ac96-774b-bcce-b302099a8057")


class DocumentStoreContract:
    """The contract; `make_documents` returns a store and a document in a workspace whose lease has epoch 3."""

    async def make_documents(self) -> tuple[Any, DocumentId]:
        """Return a store and a document."""
        raise NotImplementedError

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IDocumentStore, (await self.make_documents())[0])

    async def test_updates_in_order(self) -> None:
        """Updates come back in the order in which they were committed, byte by byte."""
        store, document = await self.make_documents()
        assert await store.load(document) == (None, [])
        assert await store.append(document, 3, [(AUTHOR, b"\x00one"), (AUTHOR, b"two\xff")]) == 2
        assert await store.append(document, 3, [(AUTHOR, b"")]) == 3
        assert await store.append(document, 3, []) == 3
        assert await store.load(document) == (None, [b"\x00one", b"two\xff", b""])

    async def test_many_updates_at_once(self) -> None:
        """A batch keeps its order."""
        store, document = await self.make_documents()
        batch = [(AUTHOR, number.to_bytes(2, "big")) for number in range(500)]
        assert await store.append(document, 3, batch) == 500
        assert (await store.load(document))[1] == [data for _, data in batch]

    async def test_snapshot_covers_what_was_before(self) -> None:
        """A snapshot stands for every update before it; later ones follow it, and a second one replaces it."""
        store, document = await self.make_documents()
        await store.append(document, 3, [(AUTHOR, b"1"), (AUTHOR, b"2")])
        await store.snapshot(document, 3, b"state-2")
        assert await store.load(document) == (b"state-2", [])
        assert await store.append(document, 3, [(AUTHOR, b"3")]) == 3
        assert await store.load(document) == (b"state-2", [b"3"])
        await store.snapshot(document, 3, b"state-3")
        assert await store.load(document) == (b"state-3", [])

    async def test_fenced(self) -> None:
        """Who does not hold the lease's epoch writes nothing."""
        store, document = await self.make_documents()
        for epoch in (2, 4):
            await refused(store.append(document, epoch, [(AUTHOR, b"x")]), "conflict")
            await refused(store.snapshot(document, epoch, b"x"), "conflict")
        await refused(store.append(DocumentId(new_id()), 3, [(AUTHOR, b"x")]), "conflict")
        assert await store.load(document) == (None, [])
