"""A worksheet whose past is let go while pages have it open: they go on in the new document, and nothing is lost."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from twisted.internet.defer import Deferred

from sagews.backend.crdt.validator import MANY_CLIENTS
from sagews.errors import SagewsError
from tests.backend.harness import Page
from tests.backend.pasts import SMALL, PastCase, fresh_copy, named, said_in


class OpenTests(PastCase):
    """What pages see that have it open."""

    def setUp(self) -> None:
        """Have a backend that lets go of what is much smaller than usual."""
        super().setUp()
        self.backend = self.life(compact_open_bytes=2 * SMALL)

    def ticked(self) -> None:
        """Let time pass until documents were looked after."""
        for _ in range(8):
            self.later(1)

    def test_it_becomes_small_while_pages_are_open(self) -> None:
        """Everybody is given the new document, output stays, and edits go on in it: none is lost, for nobody."""
        watching = self.opened()
        page, text = self.grown()
        self.ticked()
        for each in (page, watching):
            opened = each.last("opened")
            self.assertEqual((opened["past"], "cells" in opened, said_in(opened)), (1, False, text))
            each.doc = fresh_copy(opened)
            each.take()
        self.assertLess(self.stored(), SMALL)
        (told,) = self.say_edit(page, "lost = 1", past=0)
        self.assertEqual(told["code"], "past-changed")
        page.doc = fresh_copy(opened)
        self.say_edit(page, "y = 1", past=1)
        self.later(1)
        self.assertEqual(len(page.take("saved")), 1)
        (edit,) = watching.take("edit")
        watching.doc.apply_update(b64decode(edit["update"]))
        self.assertEqual(str(watching.doc["cells"][watching.cell()]["source"]), "y = 1")
        back = self.page(backend=self.life())
        self.assertEqual((back.open(self.document)["past"], said_in(back.last("opened"))), (1, "y = 1"))

    def test_again_and_again(self) -> None:
        """A sheet that is edited on and on loses its past each time, and never is much larger than the bound."""
        page = self.opened()
        sizes, pasts = [], []
        for number in range(6):
            page = self.opened()
            past = int(self.documents.pasts.get(self.document, 0))
            for key in range(200):
                self.say_edit(page, f"x = {number}, {key}  # " + "b" * 40, past=past)
                self.later(0.05)
                past = self.went(page, past)
            self.ticked()
            sizes.append(self.stored())
            pasts.append(self.documents.pasts.get(self.document, 0))
        self.assertLess(max(sizes), 8 * SMALL)
        self.assertGreater(pasts[-1], 2)
        self.assertEqual(said_in(self.page().open(self.document)), f"x = 5, 199  # {'b' * 40}")

    def went(self, page: Page, past: int) -> int:
        """Return the past that a page goes on with; what it is told is taken over as a browser's page does."""
        for message in page.take("opened"):
            page.doc, past = fresh_copy(message), message["past"]
        return past

    def test_what_comes_meanwhile_waits_and_is_refused(self) -> None:
        """An edit that comes while it is made small is answered behind the new document, and nothing is applied."""
        page, text = self.grown()
        self.checks.held = held = Deferred()
        self.ticked()
        self.assertEqual(self.say_edit(page, "meanwhile = 1", past=0), [])
        self.checks.held = None
        held.callback(None)
        self.later()
        kinds = [message["type"] for message in page.take() if message["type"] in ("opened", "error", "saved")]
        self.assertEqual(kinds, ["opened", "error"])
        self.assertEqual(said_in(self.page().open(self.document)), text)

    def test_what_is_not_mostly_past_stays_open_as_it_is(self) -> None:
        """It is asked once, and again only when it has grown by half as much as makes it large."""
        page = self.opened()
        page.edit(self.document, "long = 1  # " + "b" * 4 * SMALL)
        for _ in range(4):
            self.ticked()
        self.assertEqual([what for what, _ in self.checks.asked].count("compact"), 1)
        self.assertEqual(self.documents.pasts, {})

    def unsure(self, *, done: bool) -> None:
        """Let the database not say whether it has stored what took a past's place, which it has or has not."""
        page, text = self.grown()
        compact, load = self.documents.compact, self.documents.load
        silent = [SagewsError("database"), SagewsError("database")]

        async def unsure(*what: Any) -> None:
            if done:
                await compact(*what)
            self.patch(self.documents, "compact", away(compact))
            self.patch(self.documents, "load", away(load))
            raise SagewsError("database")

        def away(ask: Any) -> Any:
            async def answer(*what: Any) -> Any:
                if silent:
                    raise silent.pop()
                return await ask(*what)

            return answer

        self.patch(self.documents, "compact", unsure)
        self.ticked()
        self.assertEqual((silent, self.documents.pasts), ([], {self.document: 1}))
        self.assertEqual(said_in(page.last("opened")), text)
        self.goes_on(1, text)

    def goes_on(self, past: int, text: str) -> None:
        """Check that the worksheet says a text in a past, and takes edits that last."""
        last = self.page()
        opened = last.open(self.document)
        self.assertEqual((opened.get("past", 0), said_in(opened)), (past, text))
        self.say_edit(last, "after = 1", past=past)
        self.later(1)
        self.assertEqual(len(last.take("saved")), 1)
        self.assertEqual(said_in(self.page(backend=self.life()).open(self.document)), "after = 1")

    def test_a_database_that_did_and_does_not_say(self) -> None:
        """Nothing is written until it is known that it was stored; then everybody goes on with that."""
        self.unsure(done=True)

    def test_a_database_that_did_not_and_does_not_say(self) -> None:
        """It is asked to store it until it does; then everybody goes on with that."""
        self.unsure(done=False)

    def test_a_database_that_did_not_and_will_not(self) -> None:
        """When the same is refused and the past is still there, it was not stored before either: all is as before."""
        _, text = self.grown()
        codes = ["conflict", "database"]

        async def refused(*_: object) -> None:
            raise SagewsError(codes.pop())

        self.patch(self.documents, "compact", refused)
        self.ticked()
        self.assertEqual((codes, self.documents.pasts), ([], {}))
        self.goes_on(0, text)

    def test_a_database_that_does_it_later(self) -> None:
        """A statement that runs on when its connection is lost is waited for: no edit of the past comes behind it."""
        page, text = self.grown()
        late = self.late_compact()
        for _ in range(100):
            self.later(0.1)
            if late.asked:
                break
        self.later(1)
        self.assertEqual(self.say_edit(page, "meanwhile = 1", past=0), [])
        self.later(1)
        self.assertEqual(page.take("saved"), [])
        late.commit()
        self.later()
        kinds = [message["type"] for message in page.take() if message["type"] in ("opened", "error", "saved")]
        self.assertEqual(kinds, ["opened", "error"])
        self.goes_on(1, text)

    def test_many_pages_have_a_part_in_it(self) -> None:
        """Before so many pages had a part in it that no more may, its past is let go, though it has not much."""
        self.crowd(MANY_CLIENTS - 30)
        page = self.opened_in_turns()
        self.ticked()
        self.assertEqual(self.documents.pasts, {})
        page.say(type="edit", document=self.document, edit=7, update=named(range(30, 60)))
        self.later(1)
        self.assertEqual(len(page.take("saved")), 1)
        self.ticked()
        opened = page.last("opened")
        self.assertEqual((opened["past"], said_in(opened)), (1, "z = 1"))
        self.goes_on(1, "z = 1")
