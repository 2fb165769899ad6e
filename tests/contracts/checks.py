"""What every IDocumentChecks does. Mix into a trial TestCase that has `make_checks`."""

from __future__ import annotations

import bz2
import hashlib
import json
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable
from typing import Any

from pycrdt import Doc, Map, Text
from zope.interface.verify import verifyObject

from sagews.backend.crdt.document import MAX_AT_ONE_KEY, cells_in_order, load, new_document
from sagews.backend.crdt.update_reader import read_vector
from sagews.backend.crdt.worksheet_text import to_text
from sagews.interfaces.checks import IDocumentChecks
from sagews.model.identifiers import UserId
from sagews.model.positions import spread
from sagews.model.updates import Counts
from sagews.model.worksheet.cells import MAX_SOURCE
from tests.contracts.accounts import check_refused
from tests.model.notebooks import code, made, prose

ADA = UserId("ada")
COUNTS = Counts(10, 0)


def number(value: int) -> bytes:
    """Return a number as updates write it."""
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def keyed(client: int, count: int, first: int = 0) -> bytes:
    """Return one client's run of structs that all set the title for the first time."""
    struct = b"\x28\x01\x04meta\x05title\x01\x77\x01a"
    return number(count) + number(client) + number(first) + struct * count


def same_title(clients: int) -> bytes:
    """Return an update in which so many pages set the title, none of which knew of another."""
    return number(clients) + b"".join(keyed(10**6 + client, 1) for client in range(clients)) + b"\0"


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


def deletion(client: int, clock: int, length: int) -> bytes:
    """Return an update that deletes so many clocks."""
    return b"\0" + number(1) + number(client) + number(1) + number(clock) + number(length)


def one_cell(text: str) -> bytes:
    """Return an update of client 5 that makes a cell whose text begins at its clock 5."""
    page: Doc[Any] = Doc(client_id=5)
    page["meta"], page["cells"] = Map(), Map()
    page["cells"]["cell1"] = Map({"type": "code", "pos": "a0", "depth": 0, "source": Text(text)})
    state: bytes = page.get_update()
    return state


def cut_in_two(text: str, units: Iterable[int]) -> bytes:
    """Return a document in whose one cell single UTF-16 units of a text were deleted, as it could be stored once."""
    document = load(None, [one_cell(text), *(deletion(5, 5 + unit, 1) for unit in units)])
    return document.get_update()


class DocumentChecksContract(metaclass=ABCMeta):
    """The contract."""

    @abstractmethod
    async def make_checks(self) -> Any:
        """Return checks."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IDocumentChecks, await self.make_checks())

    async def test_a_good_update(self) -> None:
        """An update that fits is told in pieces that come to it, and with how many structs the document has then."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        update = pasted(state, 200)
        tried = await checks.try_update(ADA, lambda: state, update, COUNTS)
        assert 1000 < tried.counts.structs < 3000
        assert len(tried.pieces) > 1
        whole, parts = load(state, [update]), load(state, tried.pieces)
        assert cells_in_order(whole) == cells_in_order(parts)

    async def test_bad_updates(self) -> None:
        """What does not fit, or is no update at all, is refused with its reason, and the next one is tried."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        for update in (pasted(state, 200, type="script"), b"nonsense", b""):
            await check_refused(checks.try_update(ADA, lambda: state, update, COUNTS), "bad-update")
        assert (await checks.try_update(ADA, lambda: state, pasted(state, 200), COUNTS)).counts

    async def test_loading(self) -> None:
        """A stored document is told in pieces that come to it, counted; what can't be read is an error of ours."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        updates = [pasted(state, 400), same_title(90)]
        found = await checks.load(ADA, state, updates)
        assert len(found.pieces) > 1
        assert (found.crowd, found.structs > 2500) == (91, True)
        parts, whole = load(None, found.pieces).get_state(), load(state, updates).get_state()
        assert read_vector(parts) == read_vector(whole)
        assert cells_in_order(load(None, found.pieces)) == cells_in_order(load(state, updates))
        await check_refused(checks.load(ADA, b"no", []), "internal")

    async def test_a_crowd_is_refused(self) -> None:
        """Where more pages than there can be have set the same thing at one time, nothing more is taken."""
        checks, state = await self.make_checks(), new_document("One").get_update()
        crowded = load(state, [same_title(600)])
        known = Counts(2000, MAX_AT_ONE_KEY)
        await check_refused(checks.try_update(ADA, crowded.get_update, pasted(state, 3), known), "bad-update")
        assert (await checks.try_update(ADA, lambda: state, pasted(state, 3), COUNTS)).counts

    async def test_folding(self) -> None:
        """A snapshot and updates become one update that is the document; what can't be read is an error of ours."""
        checks, document = await self.make_checks(), new_document("One")
        state = document.get_update()
        updates = [pasted(state, 3)]
        for parts in ((None, [state, *updates]), (state, updates)):
            folded = await checks.fold(ADA, *parts)
            assert len(cells_in_order(load(folded, []))) == 4
        await check_refused(checks.fold(ADA, b"no", []), "internal")

    async def test_letting_go_of_a_past(self) -> None:
        """A document that is mostly past comes back small and says the same; one that is not is left alone."""
        checks, document = await self.make_checks(), new_document("One")
        assert await checks.compact(ADA, document.get_update(), []) is None
        text = cells_in_order(document)[0].id
        for number in range(2000):
            source = document.cells[text]["source"]
            source.insert(0, f"x = {number:04d}")
            del source[8 : len(source)]
        small = await checks.compact(ADA, None, [document.get_update()])
        assert len(small) < 400 < 4 * len(small) < len(document.get_update())
        assert to_text(load(small, [])) == to_text(document)
        await check_refused(checks.compact(ADA, b"no", []), "internal")

    async def test_cut_characters(self) -> None:
        """A document in which characters were cut in two is loaded, and replaced by one that says the same."""
        checks, state = await self.make_checks(), cut_in_two("x = '" + "𝔸" * 30 + "'", range(6, 50, 6))
        assert len(cells_in_order(load(None, (await checks.load(ADA, None, [state])).pieces))) == 1
        small = await checks.compact(ADA, None, [state])
        assert cells_in_order(load(small, [])) == cells_in_order(load(None, [state]))
        assert await checks.compact(ADA, small, []) is None

    async def test_text_and_title(self) -> None:
        """A document's file and title are what they are here."""
        checks, document = await self.make_checks(), new_document("Kurven α")
        assert await checks.text(ADA, document.get_update) == to_text(document)
        assert await checks.title(ADA, document.get_update) == "Kurven α"

    async def test_outlines(self) -> None:
        """Of each file the code cells that have ids are told, with their places and first lines; of another, none."""
        checks = await self.make_checks()
        first = "---\ntitle: One\n---\n# Text\n\n```sage #abcd\n\nx = 1\ny\n```\n\n```sage #efgh\n```\n"
        long = "```sage #ijkl\n" + "α" * 300 + "\n```\n"
        found = await checks.outlines(ADA, [first, "", long])
        assert [dict(each) for each in found] == [{"abcd": (1, "x = 1"), "efgh": (2, "")}, {}, {"ijkl": (0, "α" * 200)}]

    async def test_merging(self) -> None:
        """The update that is told brings the document to the text; a text that it has already takes none."""
        checks, document = await self.make_checks(), new_document("One")
        wanted = "---\ntitle: Two\n---\n```sage\n1 + 1\n```\n"
        for piece in await checks.merge(ADA, document.get_update, wanted):
            document.apply_update(piece)
        assert "1 + 1" in to_text(document)
        assert list(await checks.merge(ADA, document.get_update, to_text(document))) == []
        long = "```sage\n" + "#" * (MAX_SOURCE + 1) + "\n```\n"
        await check_refused(checks.merge(ADA, document.get_update, long), "too-large")

    async def test_a_file_is_read(self) -> None:
        """A file of another program is told as a worksheet file, with what its cells had shown and what is left out."""
        checks = await self.make_checks()
        outputs = [{"output_type": "stream", "text": "4"}, {"output_type": "error", "traceback": []}, {}]
        cell = {"cell_type": "code", "id": "abcd", "source": "2+2", "outputs": outputs}
        file = await checks.imported(ADA, "a.ipynb", json.dumps({"nbformat": 4, "cells": [cell]}).encode())
        assert file.text == "```sage #abcd\n2+2\n```\n", file.text
        [output] = file.outputs
        assert (output.cell, output.hash, output.failed) == ("abcd", hashlib.sha256(b"2+2").hexdigest(), True)
        assert [kind for kind, _ in json.loads(output.pieces)] == ["stream", "error"]
        assert file.left_out == {"outputs": 1}

    async def test_a_notebook_stays_one(self) -> None:
        """A notebook is told as it is with what it shows, merged into a document, and written again the same."""
        checks, document = await self.make_checks(), new_document("One")
        text = made(prose("# A\n\nText"), code("2+2", "abcd", [], 3))
        file = await checks.opened(ADA, text.encode())
        assert (file.text, file.outputs) == (text, [])
        for piece in await checks.merge(ADA, document.get_update, text, notebook=True):
            document.apply_update(piece)
        assert list(await checks.merge(ADA, document.get_update, text, notebook=True)) == []
        assert await checks.notebook(ADA, document.get_update, lambda: b"{}") == text
        shown = json.dumps({"abcd": [9, [["stream", {"name": "stdout", "text": "4"}]]]}).encode()
        cell = json.loads(await checks.notebook(ADA, document.get_update, lambda: shown))["cells"][1]
        assert (cell["execution_count"], cell["outputs"][0]["text"]) == (9, ["4"])
        await check_refused(checks.opened(ADA, b"[" * 100_000), "bad-file")
        await check_refused(checks.opened(ADA, made(nbformat=3).encode()), "bad-file")

    async def test_a_file_that_is_none(self) -> None:
        """A file that can't be read is refused, with what to do about it."""
        checks = await self.make_checks()
        await check_refused(checks.imported(ADA, "a.ipynb", b"[" * 100_000), "bad-file")
        await check_refused(checks.imported(ADA, "a.sws", bz2.compress(b"\0" * 80_000_000)), "bad-file")

    async def test_a_file_is_written(self) -> None:
        """A document is given as a file of another program, with what its cells showed."""
        checks = await self.make_checks()
        document = new_document("One")
        [cell] = cells_in_order(document)
        outputs = json.dumps({cell.id: [["stream", {"name": "stdout", "text": "shown"}]]}).encode()
        data = await checks.exported(ADA, "notebook", document.get_update, lambda: outputs)
        assert json.loads(data)["cells"][0]["outputs"][0]["text"] == ["shown"]
        await check_refused(checks.exported(ADA, "pdf", document.get_update, lambda: outputs), "bad-value")
