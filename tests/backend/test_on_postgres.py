"""The live side over the real store: what the fakes of other tests promise, PostgreSQL keeps."""

from __future__ import annotations

import os

import pytest

from sagews.backend.runs.stored_outputs import SLACK
from sagews.config.quotas import QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.identifiers import DocumentId, new_id
from sagews.model.sessions import MEBIBYTE, PieceKind
from tests.backend.harness import Page
from tests.backend.postgres_case import PostgresLifeCase, decoded
from tests.contracts.journal import read
from tests.fakes.session_host import PRINTS, WAITS

pytestmark = pytest.mark.slow


class PostgresLifeTests(PostgresLifeCase):
    """One workspace through two lives of a backend."""

    async def test_two_lives(self) -> None:
        """What was committed is there after a kill; what ran is lost; the former life writes nothing."""
        await self.build()
        first = await self.life()
        page = await self.page(first)
        for number, source in enumerate(("a", "b", "c", "d", PRINTS)):
            page.edit(self.document, source, number)
        await self.told(page, "saved", edit=4)
        run = page.run(self.document, PRINTS)
        await self.told(page, "run_state", run=run, state="done")
        await self.pause(0.3)
        page.edit(self.document, WAITS, 5)
        lost = page.run(self.document, WAITS)
        await self.told(page, "run_state", run=lost, state="running")
        await self.told(page, "saved", edit=5)
        await self.pause(0.3)

        second = await self.life()
        back = await self.page(second)
        opened = decoded(back.last("opened"))
        self.assertEqual(str(back.doc["cells"][back.cell()]["source"]), WAITS)
        [cell] = opened["cells"]
        self.assertEqual((cell["run"]["run"], cell["run"]["state"]), (lost, "lost"))
        back.run(self.document, WAITS, lost)
        await self.pause(0.2)
        self.assertEqual(len(self.host.evaluations), 2)
        pieces = read(await self.runs.pieces(self.document, run, 1, 10))  # type: ignore[arg-type]
        self.assertEqual([body["text"] for _, _, body in pieces], ["hello\n"])
        page.edit(self.document, "too late", 6)
        await self.pause(0.3)
        self.assertEqual(page.closed, 4503)


class FloodTests(PostgresLifeCase):
    """Mallory's three worksheets print far more than she may keep, beside Ada's."""

    timeout = 120
    quotas = {privilege: QuotaSection(worksheet_outputs=4, outputs=6) for privilege in Privilege}

    async def prints(self, page: Page, document: DocumentId, number: int) -> None:
        """Run a cell that prints 3 MiB which can't be compressed, and wait until its end is committed."""
        before = {session.running.run for session in self.host.sessions.values() if session.running}
        run = page.run(document, WAITS)
        await self.told(page, "run_state", run=run, state="running")
        [session] = [key for key, each in self.host.sessions.items() if each.running and each.running.run not in before]
        for _ in range(32):
            text = os.urandom(48 * 1024).hex()
            self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": text})
        self.host.done(session)
        done = await self.told(page, "run_state", run=run, state="done")
        while not any(each["type"] == "kept" and each["sequence"] >= done["sequence"] for each in page.told):
            await self.pause(0.02)
        page.take()

    async def stored(self, *documents: DocumentId) -> int:
        """Return how many bytes of output the database has of these."""
        sql = """select coalesce(sum(pg_column_size(o.body)), 0) from outputs o join runs r on r.id = o.run
            where r.document = any (%s::uuid[])"""
        pool = await self.pool()
        return int((await pool.query(sql, (list(documents),)))[0][0])

    async def test_it_is_bounded(self) -> None:
        """The database has no more than quota, slack and what was just replaced, in the end; Ada's output is whole."""
        await self.build()
        space, first = await self.person("mallory@example.org")
        sheets = [first, DocumentId(new_id()), DocumentId(new_id())]
        for number in (1, 2):
            await self.frontend.create_document(space, sheets[number], f"s{number}.sage.md", "S")
        backend = await self.life()
        pages = [await self.page(backend, space, sheet) for sheet in sheets]
        for page, sheet in zip(pages, sheets, strict=True):
            page.edit(sheet, WAITS)
            await self.told(page, "saved", edit=1)
        most = 0
        for number in range(9):
            await self.prints(pages[number % 3], sheets[number % 3], number)
            most = max(most, await self.stored(*sheets))
        bound = 6 * MEBIBYTE + SLACK
        self.assertLessEqual(most, bound + 3 * MEBIBYTE)
        ada = await self.page(backend)
        ada.edit(self.document, PRINTS)
        run = ada.run(self.document, PRINTS)
        await self.told(ada, "run_state", run=run, state="done")
        while await self.stored(*sheets) > bound:
            await self.pause(0.05)
        ada.say(type="output", request=1, document=self.document, run=run)
        whole = await self.told(ada, "whole_output")
        self.assertEqual([piece["body"]["text"] for piece in whole["pieces"]], ["hello\n"])
