"""Large edits: tried where nobody waits for them, in order, with a deadline."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase

from sagews.backend.checks.process import DocumentChecks
from sagews.backend.crdt.document import HeavyUpdate, check_update, load, new_document
from sagews.errors import SagewsError
from tests.backend.harness import BackendTestCase
from tests.contracts.checks import DocumentChecksContract, pasted
from tests.fakes.checks import InlineChecks


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


class InlineTests(DocumentChecksContract, TestCase):
    """The fake."""

    async def make_checks(self) -> Any:
        """Return the fake."""
        return InlineChecks()


class ProcessTests(DocumentChecksContract, TestCase):
    """The real process."""

    timeout = 60

    async def make_checks(self) -> Any:
        """Return checks whose process ends with the test."""
        return self.made()

    def made(self, **options: Any) -> DocumentChecks:
        """Return checks."""
        checks = DocumentChecks(reactor, **options)
        self.addCleanup(self.ended, checks)
        return checks

    def ended(self, checks: DocumentChecks) -> Deferred[None]:
        """Stop checks and wait for their process."""
        over: Deferred[None] = Deferred()
        process, gone = checks._process, checks.gone
        checks.stop()
        if process is None:
            over.callback(None)
            return over

        def tell(which: Any) -> None:
            gone(which)
            over.callback(None)

        checks.gone = tell  # type: ignore[method-assign]
        return over

    async def test_who_takes_too_long_is_ended(self) -> None:
        """Past its deadline a question is refused, the process ended, and the next question has a new one."""
        checks, state = self.made(deadline=0.0), new_document("One").get_update()
        update = pasted(state, 300)
        error = await self.assertFailure(Deferred.fromCoroutine(checks.try_update(state, update)), SagewsError)
        self.assertEqual(error.code, "bad-update")
        checks._deadline = 30.0
        self.assertTrue(await checks.try_update(state, update))

    async def test_a_killed_process_is_replaced(self) -> None:
        """Questions behind the one over which it was killed are answered."""
        checks, state = self.made(), new_document("One").get_update()
        update = pasted(state, 300)
        asked = [Deferred.fromCoroutine(checks.try_update(state, update)) for _ in range(3)]
        asked[0].addErrback(lambda failure: 0)
        checks._process.kill()  # type: ignore[union-attr]
        first, *others = await gatherResults(asked)
        self.assertEqual((first, all(others)), (0, True))

    async def test_who_stops_tells_those_who_wait(self) -> None:
        """Stopping leaves nobody waiting."""
        checks, state = self.made(), new_document("One").get_update()
        asked = [Deferred.fromCoroutine(checks.try_update(state, pasted(state, 300))) for _ in range(3)]
        checks.stop()
        for each in asked:
            await self.assertFailure(each, SagewsError)


class HeavyTests(BackendTestCase):
    """What a page may do to the process that serves everybody."""

    def test_a_large_paste_arrives(self) -> None:
        """Cells that are too many to be tried at once are tried elsewhere, applied, saved and told to others."""
        page, other = self.opened(), self.opened()
        update = pasted(page.doc.get_update(), 300)
        page.say(type="edit", document=self.document, edit=1, update=update)
        self.later(1)
        self.assertEqual(self.checks.tried, [len(update)])
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [1])
        self.assertEqual(len(other.take("edit")), 1)

    def test_what_comes_behind_it_waits(self) -> None:
        """Edits and runs behind a large edit keep their order, whoever they are from."""
        page, other = self.opened(), self.opened()
        page.edit(self.document, "1+1", 1)
        self.later(1)
        self.checks.held = held = Deferred()
        update = pasted(page.doc.get_update(), 300)
        page.doc.apply_update(update)
        page.say(type="edit", document=self.document, edit=2, update=update)
        page.edit(self.document, "2+2", 3)
        page.run(self.document, "2+2")
        other.say(type="edit", document=self.document, edit=9, update=b"\0\0")
        self.later(1)
        self.assertEqual((page.take("saved")[-1]["edit"], self.host.evaluations), (1, []))
        self.checks.held = None
        held.callback(None)
        self.later(1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [2, 3])
        self.assertEqual([saved["edit"] for saved in other.take("saved")], [9])
        self.assertEqual([evaluation.source for evaluation in self.host.evaluations], ["2+2"])
        self.assertEqual(page.take("changed"), [])

    def test_a_bad_one_is_refused_and_lets_the_next_through(self) -> None:
        """A refusal names the edit, changes nothing, and holds nobody up."""
        page = self.opened()
        update = pasted(page.doc.get_update(), 300, type="script")
        page.say(type="edit", document=self.document, edit=1, update=update)
        page.edit(self.document, "1+1", 2)
        self.later(1)
        self.assertEqual([(error["code"], error["edit"]) for error in page.take("error")], [("bad-update", 1)])

    def test_pages_that_never_were(self) -> None:
        """Thousands of pages that set one key at a time are refused before the library compares them."""
        document = new_document("One")
        for clients in (33, 140):
            error = self.assertRaises(SagewsError, check_update, document, same_title(clients))
            self.assertIn("too many pages", str(error))
        self.assertRaises(HeavyUpdate, check_update, document, same_title(4000))
        check_update(document, same_title(5))

    def test_many_structs_are_not_even_read(self) -> None:
        """Garbage and first settings in masses are put aside by their announced number."""
        garbage = number(1) + number(390_000) + number(5) + number(0) + b"\0\1" * 390_000 + b"\0"
        chain = number(1) + keyed(5, 16_000) + b"\0"
        for update in (garbage, chain):
            document = new_document("One")
            self.assertRaises(HeavyUpdate, check_update, document, update)

    def test_steps_are_bounded_by_what_is_there(self) -> None:
        """In a document that may hold many structs, fewer are applied at once."""
        document = new_document("One")
        chain = number(1) + keyed(5, 200) + b"\0"
        document.structs = 1_000_000
        self.assertRaises(HeavyUpdate, check_update, document, chain)
        document.structs = 100
        check_update(document, chain)

    def test_one_cell_named_often_is_hashed_once(self) -> None:
        """A request that names a large cell five hundred times copies and hashes its text once."""
        page = self.opened()
        source = "#" * 400_000
        page.edit(self.document, source)
        live = self.backend.workspaces.all[0].documents[0]
        asked: list[str] = []
        whole = live._source_of

        def counted(cell: Any) -> Any:
            asked.append(cell)
            return whole(cell)

        self.patch(type(live), "_source_of", lambda self, cell: counted(cell))
        cells = [
            {"cell": page.cell(), "run": f"01890a5d-ac96-774b-bcce-{n:012x}", "hash": "0" * 64} for n in range(500)
        ]
        page.say(type="run", document=self.document, cells=cells)
        self.assertEqual(len(asked), 1)
        self.assertEqual(page.take("changed")[0]["cells"], [page.cell()] * 500)

    def test_a_large_document_is_folded_elsewhere(self) -> None:
        """The snapshot of a large worksheet is made from what is stored, and is the document."""
        page = self.opened()
        page.edit(self.document, "#" * 400_000)
        for _ in range(40):
            self.later(1)
        self.assertEqual(len(self.checks.folded), 1)
        _, state = self.documents.snapshots[self.document]
        self.assertIn("#" * 400_000, str(load(state, []).cells.to_py()))
