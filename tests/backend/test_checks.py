"""Large edits: tried where nobody waits for them, in order, with a deadline."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import SynchronousTestCase, TestCase

from sagews.backend.checks import process
from sagews.backend.checks.process import DocumentChecks
from sagews.backend.checks.queues import MOST_BYTES, MOST_WAITING, AccountQueues
from sagews.backend.crdt.document import (
    LIGHT_STEPS,
    MAX_AT_ONE_KEY,
    HeavyUpdate,
    WorksheetDocument,
    check_update,
    load,
    new_document,
)
from sagews.backend.crdt.heavy import EDIT_PIECE, LOAD_PIECE
from sagews.backend.crdt.update_reader import read_update
from sagews.backend.crdt.validator import Mirror
from sagews.backend.crdt.worksheet_text import to_text
from sagews.backend.documents import document_text, snapshots
from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.model.identifiers import UserId
from tests.backend.harness import BackendTestCase, Page
from tests.contracts.checks import ADA, COUNTS, DocumentChecksContract, keyed, number, pasted, same_title
from tests.counting import calls
from tests.fakes.checks import InlineChecks

EMMY = UserId("emmy")


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
        gone = checks.gone
        checks.stop()
        if not checks._processes:
            over.callback(None)
            return over

        def tell(which: Any) -> None:
            gone(which)
            if not checks._processes:
                over.callback(None)

        checks.gone = tell  # type: ignore[method-assign]
        return over

    async def test_who_takes_too_long_is_ended(self) -> None:
        """Past its deadline a question is refused, the process ended, and the next question has a new one."""
        checks, state = self.made(deadline=0.0), new_document("One").get_update()
        update = pasted(state, 300)
        error = await self.assertFailure(
            Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, update, COUNTS)), SagewsError
        )
        self.assertEqual(error.code, "bad-update")
        checks._deadline = 30.0
        self.assertTrue(await checks.try_update(ADA, lambda: state, update, COUNTS))

    async def test_computing_is_what_counts(self) -> None:
        """A question that computes longer than it may ends its process, however much time its deadline leaves."""
        program = process.PROGRAM.replace(
            "; main()", "; import sagews.backend.checks.program as p; p.SECONDS = 0.001; main()"
        )
        self.patch(process, "PROGRAM", program)
        checks, state = self.made(deadline=600.0), new_document("One").get_update()
        asked = Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, pasted(state, 2000), COUNTS))
        self.assertEqual((await self.assertFailure(asked, SagewsError)).code, "bad-update")

    async def test_a_killed_process_is_replaced(self) -> None:
        """Questions behind the one over which it was killed are answered."""
        checks, state = self.made(), new_document("One").get_update()
        update = pasted(state, 300)
        asked = [Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, update, COUNTS)) for _ in range(3)]
        asked[0].addErrback(lambda failure: 0)
        checks._processes[0].kill()
        first, *others = await gatherResults(asked)
        self.assertEqual((first, all(others)), (0, True))

    async def test_nobody_waits_behind_the_questions_of_another(self) -> None:
        """Somebody's one question is answered although another account asked eight before."""
        checks, state, order = self.made(), new_document("One").get_update(), []
        update = pasted(state, 300)

        def asked(account: UserId) -> Deferred[Any]:
            answer = Deferred.fromCoroutine(checks.try_update(account, lambda: state, update, COUNTS))
            return answer.addCallback(lambda _: order.append(account))

        await gatherResults([*[asked(ADA) for _ in range(8)], asked(EMMY)])
        self.assertLess(order.index(EMMY), 3)
        self.assertEqual(order.count(ADA), 8)

    async def test_a_document_that_cannot_be_encoded_lets_the_next_through(self) -> None:
        """What fails while its question is made is told to whoever asked, and the account has another turn."""
        checks, state = self.made(), new_document("One").get_update()

        def broken() -> bytes:
            raise SagewsError("conflict")

        error = await self.assertFailure(Deferred.fromCoroutine(checks.text(ADA, broken)), SagewsError)
        self.assertEqual(error.code, "conflict")
        self.assertEqual(await checks.title(ADA, lambda: state), "One")

    async def test_who_stops_tells_those_who_wait(self) -> None:
        """Stopping leaves nobody waiting."""
        checks, state = self.made(), new_document("One").get_update()
        asked = [
            Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, pasted(state, 300), COUNTS)) for _ in range(3)
        ]
        checks.stop()
        for each in asked:
            await self.assertFailure(each, SagewsError)


class QueueTests(SynchronousTestCase):
    """Who is asked for next."""

    def test_accounts_take_turns(self) -> None:
        """Round robin, one of each account at a time, each account's own in order."""
        queues: AccountQueues[int] = AccountQueues()
        for each in range(3):
            queues.put(ADA, each, 0)
        queues.put(EMMY, 10, 0)
        self.assertEqual([queues.next(), queues.next(), queues.next()], [(ADA, 0), (EMMY, 10), None])
        queues.over(ADA)
        queues.put(EMMY, 11, 0)
        self.assertEqual([queues.next(), queues.next()], [(ADA, 1), None])
        queues.over(EMMY)
        queues.over(ADA)
        self.assertEqual([queues.next(), queues.next(), queues.next()], [(EMMY, 11), (ADA, 2), None])

    def test_an_account_has_few_waiting(self) -> None:
        """Beyond the bounds in number or in bytes an account is refused, and another one is not."""
        queues: AccountQueues[int] = AccountQueues()
        for each in range(MOST_WAITING):
            queues.put(ADA, each, 0)
        self.assertEqual(self.assertRaises(SagewsError, queues.put, ADA, 99, 0).code, "limit")
        queues.put(EMMY, 0, MOST_BYTES)
        self.assertEqual(self.assertRaises(SagewsError, queues.put, EMMY, 1, 1).code, "limit")
        self.assertEqual(len(list(queues.clear())), MOST_WAITING + 1)
        queues.put(ADA, 1, 0)


class HeavyTests(BackendTestCase):
    """What a page may do to the process that serves everybody."""

    def test_a_large_paste_arrives(self) -> None:
        """Cells that are too many to be tried at once are tried elsewhere, applied in turns, saved and told."""
        page, other = self.opened(), self.opened()
        update = pasted(page.doc.get_update(), 300)
        applied = self.counted()
        page.say(type="edit", document=self.document, edit=1, update=update)
        while not (saved := page.take("saved")):
            self.later(0.1)
        self.assertEqual(self.checks.tried, [len(update)])
        self.assertEqual([told["edit"] for told in saved], [1])
        # What no turn does more of, however much was pasted.
        self.assertGreater(len(applied), 5)
        self.assertLessEqual(max(applied), EDIT_PIECE + 10)
        for message in other.take("edit"):
            other.doc.apply_update(b64decode(message["update"]))
        self.assertEqual(len(other.doc["cells"]), 301)
        stored = load(*self.done(self.documents.load(self.workspace, self.document)))
        self.assertEqual(len(stored.cells), 301)

    def counted(self) -> list[int]:
        """Return the list of how many structs were applied to documents, turn by turn, from now on."""
        applied: list[int] = []
        apply = WorksheetDocument.apply_update

        def count(document: WorksheetDocument, update: bytes) -> None:
            applied.append(read_update(update).structs)
            apply(document, update)

        self.patch(WorksheetDocument, "apply_update", count)
        return applied

    def large(self) -> Page:
        """Return a page that asked for a document of 2,001 cells, which is not loaded yet."""
        state = self.opened().doc.get_update()
        self.documents.snapshots[self.document] = (10**6, load(state, [pasted(state, 2000)]).get_update())
        page = self.page(backend=self.life())
        page.say(type="open", document=self.document)
        return page

    def test_a_large_document_is_opened_in_the_turn_of_who_asks(self) -> None:
        """Whoever opens a large worksheet of somebody else's waits behind their own questions."""
        state = self.opened().doc.get_update()
        self.documents.snapshots[self.document] = (10**6, load(state, [pasted(state, 2000)]).get_update())
        emmy = self.colleague(Role.VIEWER)
        self.page(emmy, backend=self.life()).say(type="open", document=self.document)
        self.assertEqual(self.checks.asked, [("load", emmy.id)])

    def until(self, page: Page, kind: str) -> dict[str, Any]:
        """Let time pass until a page is told something."""
        for _ in range(200):
            for message in page.take():
                if message["type"] == kind:
                    return message
            self.later(0.1)
        raise AssertionError(f"the page was told no {kind}")

    def test_a_large_document_is_loaded_in_turns(self) -> None:
        """A large worksheet is cut elsewhere and loaded a piece at a time."""
        page = self.large()
        # What the process itself applied, which is the test's own here.
        applied = self.counted()
        self.until(page, "opened")
        self.assertGreater(len(applied), 5)
        self.assertLessEqual(max(applied), LOAD_PIECE + 10)

    def test_a_large_document_is_mirrored_in_turns(self) -> None:
        """The first edit of a large worksheet waits for its mirror, which grows by pieces; the next does not."""
        page = self.large()
        page.doc.apply_update(b64decode(self.until(page, "opened")["update"]))
        followed: list[int] = []
        follow = Mirror.follow

        def count(mirror: Mirror, update: bytes) -> None:
            followed.append(read_update(update).structs)
            follow(mirror, update)

        self.patch(Mirror, "follow", count)
        self.checks.asked.clear()
        page.edit(self.document, "1 + 1", 1)
        self.assertEqual(self.until(page, "saved")["edit"], 1)
        self.assertGreater(len(followed), 5)
        self.assertLessEqual(max(followed), LOAD_PIECE + 10)
        page.edit(self.document, "2 + 2", 2)
        self.assertEqual(self.until(page, "saved")["edit"], 2)
        self.assertEqual([what for what, _ in self.checks.asked], ["load"])

    def test_following_costs_no_more_than_applying(self) -> None:
        """A mirror that grows reads nothing of what it takes and looks at no cell: its cost is the library's."""
        state = new_document("One").get_update()
        costs = []
        for count in (10, 400):
            update, mirror = pasted(state, count), Mirror(state)
            costs.append(calls(lambda mirror=mirror, update=update: mirror.follow(update)))  # type: ignore[misc]
        self.assertEqual(costs[0], costs[1])

    def test_a_bad_edit_of_a_large_document_is_refused(self) -> None:
        """What does not fit is refused there too, the document stays as it was, and the next edit arrives."""
        page = self.large()
        page.doc.apply_update(b64decode(self.until(page, "opened")["update"]))
        for number_of in (1, 2):
            page.say(type="edit", document=self.document, edit=number_of, update=number(1) + keyed(5, 3) + b"\0x")
            self.assertEqual(self.until(page, "error")["edit"], number_of)
        page.edit(self.document, "3 + 3", 3)
        self.assertEqual(self.until(page, "saved")["edit"], 3)

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
        for _ in range(20):
            self.later(0.1)
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

    def test_new_cells_pass_nobody(self) -> None:
        """What hangs below a cell that comes with it is not counted as if it had to pass all others."""
        document = new_document("One")
        update = pasted(document.get_update(), 20)
        document.structs = LIGHT_STEPS
        check_update(document, update)

    def test_one_key_press_is_light_in_the_largest_worksheet(self) -> None:
        """To type over a selection in a worksheet of ten thousand cells is tried at once."""
        page = self.opened()
        live = self.backend.workspaces.all[0].documents[0]
        page.edit(self.document, "1 + 1", 1)
        live._doc.structs = 100_000
        page.edit(self.document, "2 + 2", 2)
        self.assertEqual(self.checks.tried, [])
        self.later(1)
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [1, 2])

    def test_first_settings_are_counted_now_and_then(self) -> None:
        """However few come at a time, once many keys were set for the first time they are counted elsewhere."""
        document = new_document("One")
        for number_of in range(MAX_AT_ONE_KEY // 30):
            update = number(30) + b"".join(keyed(10**6 + 30 * number_of + n, 1) for n in range(30)) + b"\0"
            check_update(document, update)
            document.apply_update(update)
        self.assertRaises(HeavyUpdate, check_update, document, number(1) + keyed(5, 30) + b"\0")

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
        """The snapshot of a large worksheet is made from what is stored, in its editor's turn, and is the document."""
        self.patch(snapshots, "SMALL", 128 * 1024)
        page = self.opened()
        page.edit(self.document, "#" * 400_000)
        for _ in range(40):
            self.later(1)
        self.assertEqual(len(self.checks.folded), 1)
        self.assertIn(("fold", self.owner.id), self.checks.asked)
        _, state = self.documents.snapshots[self.document]
        self.assertIn("#" * 400_000, str(load(state, []).cells.to_py()))


class WholeTextTests(BackendTestCase):
    """What a document says as a whole, for versions and lists."""

    def grown(self, size: int = 20_000) -> Page:
        """Return a page of a worksheet without a title that holds a large cell."""
        page = self.opened()
        page.edit(self.document, "#" * size, 1)
        before = page.doc.get_state()
        page.doc["meta"]["title"] = ""
        page.say(type="edit", document=self.document, edit=2, update=page.doc.get_update(before))
        return page

    def texts(self) -> dict[str, str]:
        """Return the texts that a version would have."""
        return dict(self.done(self.backend.workspaces.all[0].document_set.texts()))

    def test_a_small_one_is_written_at_once(self) -> None:
        """Nobody is asked for the text of a small worksheet."""
        self.opened().edit(self.document, "1 + 1")
        self.assertIn("1 + 1", self.texts()["curves.sage.md"])
        self.assertEqual(self.checks.asked, [])

    def test_a_large_one_is_written_elsewhere(self) -> None:
        """The text of a large worksheet for a version is written in a process, in the turn of who changed it last."""
        emmy = self.colleague(Role.EDITOR)
        self.grown()
        self.opened(emmy).edit(self.document, "#" * 30_000, 1)
        self.checks.asked.clear()
        texts = Deferred.fromCoroutine(self.backend.workspaces.all[0].document_set.texts())
        self.later()
        self.assertIn("#" * 30_000, self.successResultOf(texts)["curves.sage.md"])
        self.assertEqual(self.checks.asked, [("text", emmy.id)])

    def test_many_small_ones_leave_turns_to_others(self) -> None:
        """Texts of many small worksheets are not written in one turn."""
        self.opened()
        documents = self.backend.workspaces.all[0].document_set
        for each in range(40):
            self.done(documents.create(f"{each}.sage.md"))
        for live in [self.done(documents.load(about.id)) for about in self.done(documents.list())]:
            self.done(live.put_text(self.owner.id, "```sage\n" + "#" * 3000 + "\n```\n"))
        written: list[object] = []
        self.patch(document_text, "to_text", lambda doc: written.append(doc) or to_text(doc))
        texts = Deferred.fromCoroutine(documents.texts())
        at_once = []
        while not texts.called:
            at_once.append(len(written))
            written.clear()
            self.later()
        self.assertEqual(len(self.successResultOf(texts)), 41)
        self.assertLess(max(at_once), 5)

    def test_reverting_a_large_one_is_done_elsewhere(self) -> None:
        """A large text is merged in a process, told and stored as an edit; what pages send meanwhile waits for it."""
        page, other = self.grown(), self.opened()
        live = self.backend.workspaces.all[0].documents[0]
        self.checks.held = held = Deferred()
        merging = Deferred.fromCoroutine(live.put_text(self.owner.id, "```sage\n" + "2" * 20_000 + "\n```\n"))
        page.edit(self.document, "3 + 3", 3)
        self.later(1)
        page.take()
        self.assertEqual(other.take("edit"), [])
        held.callback(None)
        self.later(1)
        self.assertTrue(self.successResultOf(merging))
        self.assertEqual([edit["author"] for edit in other.take("edit")], ["", page.connection.id])
        self.assertEqual([saved["edit"] for saved in page.take("saved")], [3])
        stored = load(*self.done(self.documents.load(self.workspace, self.document)))
        self.assertIn("2" * 20_000, to_text(stored))

    def test_the_heading_of_a_large_one_is_looked_for_elsewhere(self) -> None:
        """While somebody types in a large worksheet without a title, its first heading is asked for now and then."""
        page = self.grown()
        for each in range(10):
            page.edit(self.document, "#" * 20_000 + str(each), 10 + each)
            self.later(2)
        self.assertEqual([what for what, _ in self.checks.asked].count("title"), 1)
        self.later(20)
        page.edit(self.document, "#" * 20_000, 30)
        self.later(2)
        self.assertEqual([what for what, _ in self.checks.asked].count("title"), 2)
