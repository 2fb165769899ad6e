"""What every IDocumentChecks does. Mix into a trial TestCase that has `make_checks`."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, Map, Text
from zope.interface.verify import verifyObject

from sagews.backend.crdt.document import cells_in_order, load, new_document
from sagews.backend.crdt.worksheet_text import to_text
from sagews.interfaces.checks import IDocumentChecks
from sagews.model.identifiers import UserId
from sagews.model.positions import spread
from sagews.model.worksheet.cells import MAX_SOURCE
from tests.contracts.accounts import refused

ADA = UserId("ada")


def pasted(state: bytes, count: int, **changes: Any) -> bytes:
    """Return an update that adds so many cells to a document."""
    page: Doc[Any] = Doc(client_id=7)
    page["meta"], page["cells"] = Map(), Map()
    page.apply_update(state)
    sent: list[bytes] = []
    subscription = page.observe(lambda event: sent.append(event.update))
    with page.transaction():
        for number, pos in enumerate(spread(None, None, count)):
            cell = {"type": "code", "pos": pos, "depth": 0, "source": Text("x = 1"), "flags": Map()} | changes
            page["cells"][f"p{number:05d}"] = Map(cell)
    del subscription
    return sent[-1]


class DocumentChecksContract:
    """The contract."""

    async def make_checks(self) -> Any:
        """Return checks."""
        raise NotImplementedError

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IDocumentChecks, await self.make_checks())

    async def test_a_good_update(self) -> None:
        """An update that fits is told with how many structs the document has then."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        structs = await checks.try_update(ADA, lambda: state, pasted(state, 200))
        assert 1000 < structs < 3000

    async def test_bad_updates(self) -> None:
        """What does not fit, or is no update at all, is refused with its reason, and the next one is tried."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        for update in (pasted(state, 200, type="script"), b"nonsense", b""):
            await refused(checks.try_update(ADA, lambda: state, update), "bad-update")
        assert await checks.try_update(ADA, lambda: state, pasted(state, 200))

    async def test_folding(self) -> None:
        """A snapshot and updates become one update that is the document; what can't be read is an error of ours."""
        checks, document = await self.make_checks(), new_document("One")
        state = document.get_update()
        updates = [pasted(state, 3)]
        for parts in ((None, [state, *updates]), (state, updates)):
            folded = await checks.fold(ADA, *parts)
            assert len(cells_in_order(load(folded, []))) == 4
        await refused(checks.fold(ADA, b"no", []), "internal")

    async def test_text_and_title(self) -> None:
        """A document's file and title are what they are here."""
        checks, document = await self.make_checks(), new_document("Kurven α")
        assert await checks.text(ADA, document.get_update) == to_text(document)
        assert await checks.title(ADA, document.get_update) == "Kurven α"

    async def test_merging(self) -> None:
        """The update that is told brings the document to the text; a text that it has already takes none."""
        checks, document = await self.make_checks(), new_document("One")
        wanted = "---\ntitle: Two\n---\n```sage\n1 + 1\n```\n"
        document.apply_update(await checks.merge(ADA, document.get_update, wanted))
        assert "1 + 1" in to_text(document)
        assert await checks.merge(ADA, document.get_update, to_text(document)) == b""
        long = "```sage\n" + "#" * (MAX_SOURCE + 1) + "\n```\n"
        await refused(checks.merge(ADA, document.get_update, long), "too-large")
