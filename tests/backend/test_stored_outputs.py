"""What the database keeps of output: bounded for each worksheet and each account, and free again at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.sessions import Ending, PieceKind
from sagews.policy.quotas.resources import Resource, exceeded
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import PRINTS, WAITS

MEBIBYTE = 1024 * 1024
QUOTA = QuotaSection(worksheet_outputs=2, outputs=3)
PIECE = 256 * 1024


class StoredOutputCase(BackendTestCase):
    """Mallory has three worksheets, and Ada hers, in workspaces of their own."""

    settings = replace(BackendTestCase.settings, quotas={Privilege.USER: QUOTA, Privilege.ADMINISTRATOR: QUOTA})

    def setUp(self) -> None:
        """Make Mallory's workspace."""
        super().setUp()
        self.mallory: User = self.done(self.accounts.create_user("m@example.org", "Mallory", "user", None))
        self.hers = WorkspaceId(new_id())
        self.sheets = [DocumentId(new_id()) for _ in range(3)]
        self.done(self.workspaces.create_workspace(self.hers, "M", self.mallory.id, self.sheets[0], "s0.sage.md"))
        for number in (1, 2):
            self.done(self.workspaces.create_document(self.hers, self.sheets[number], f"s{number}.sage.md", "S"))

    def opened_sheet(self, document: DocumentId) -> Page:
        """Return a page of Mallory's with a worksheet in which a cell waits for the test to print."""
        ours, self.workspace = self.workspace, self.hers
        page = self.page(self.mallory)
        self.workspace = ours
        page.open(document)
        page.edit(document, WAITS)
        return page

    def prints(self, page: Page, document: DocumentId, pieces: int, size: int = PIECE) -> str:
        """Run the cell, let it print so much and end; returns the run."""
        before = set(self.host.sessions)
        run = page.run(document, WAITS)
        self.later(1)
        started = [each for each, session in self.host.sessions.items() if session.running is not None]
        [session] = [each for each in started if each not in before] or started
        for _ in range(pieces):
            self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x" * size})
        self.host.done(session)
        self.later(1)
        return run

    def stored(self, *documents: DocumentId) -> int:
        """Return how many bytes of text the store has of these worksheets."""
        return sum(
            len(str(piece.body.get("text", "")))
            for run, pieces in self.runs.outputs.items()
            if self.runs.runs[run].document in documents
            for piece in pieces.values()
        )

    def notices(self, page: Page) -> list[str]:
        """Return the sentences that a page was told amid output."""
        pieces = [message["piece"] for message in page.take("output")]
        return [piece["body"]["text"] for piece in pieces if piece["kind"] == "notice"]


class QuotaTests(StoredOutputCase):
    """How much there may be."""

    def test_a_flood_is_bounded_and_the_neighbour_notices_nothing(self) -> None:
        """Seventy runs of three worksheets print far more than is kept of them; Ada's output is whole."""
        ada = self.opened()
        ada.edit(self.document, PRINTS)
        pages = [self.opened_sheet(sheet) for sheet in self.sheets]
        most = 0
        for number in range(70):
            which = number % 3
            self.prints(pages[which], self.sheets[which], 12)
            most = max(most, self.stored(*self.sheets))
        ada.run(self.document, PRINTS)
        self.later(1)
        self.assertLessEqual(most, 3 * MEBIBYTE + 3 * 2 * MEBIBYTE)
        self.assertLessEqual(self.stored(*self.sheets), 3 * MEBIBYTE)
        self.assertEqual(self.stored(self.document), len("hello\n"))
        self.assertEqual(self.notices(ada), [])

    def test_what_is_refused_is_told(self) -> None:
        """Who prints too much reads once what is kept, used and left, and how to free some; the run goes on."""
        page = self.opened_sheet(self.sheets[0])
        run = self.prints(page, self.sheets[0], 12)
        [notice] = self.notices(page)
        self.assertIn("2 MiB of stored output in a worksheet, 1.8 MiB used, 0.2 MiB left", notice)
        self.assertIn("Clear the output", notice)
        self.assertEqual(self.runs.runs[run].state.value, "done")  # type: ignore[index]

    def test_worksheets_of_an_account_share(self) -> None:
        """What one worksheet keeps another one of the account can't; one that is closed counts as well."""
        first = self.opened_sheet(self.sheets[0])
        self.prints(first, self.sheets[0], 7)
        first.lose()
        self.later(self.settings.unload_seconds + 1)
        self.host.end(next(iter(self.host.sessions)), Ending("stopped"))
        for _ in range(3):
            self.later(self.settings.unload_seconds + 1)
        second = self.opened_sheet(self.sheets[1])
        self.prints(second, self.sheets[1], 7)
        [notice] = self.notices(second)
        self.assertIn("3 MiB of stored output in all worksheets", notice)
        self.assertLessEqual(self.stored(*self.sheets), 3 * MEBIBYTE)

    def test_running_again_frees_at_once(self) -> None:
        """A cell that is run again has the room of what it printed before, without the worksheet being closed."""
        page = self.opened_sheet(self.sheets[0])
        runs = [self.prints(page, self.sheets[0], 7) for _ in range(5)]
        self.assertEqual(self.notices(page), [])
        self.assertEqual([run for run in runs if self.runs.outputs.get(run)], runs[-1:])  # type: ignore[call-overload]

    def test_a_run_that_is_replaced_while_it_prints(self) -> None:
        """What it printed is deleted when it ends, though its cell waits to be run again by then."""
        page = self.opened_sheet(self.sheets[0])
        first = page.run(self.sheets[0], WAITS)
        second = page.run(self.sheets[0], WAITS)
        self.later(1)
        [session] = self.host.sessions
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x" * PIECE})
        self.host.done(session)
        self.later(1)
        self.later(1)
        self.assertEqual(self.runs.outputs.get(first, {}), {})  # type: ignore[call-overload]
        self.assertEqual(self.runs.runs[second].state.value, "running")  # type: ignore[index]

    def test_little_is_deleted_now_and_then(self) -> None:
        """Small cells that are run again and again cost no statement each, and are let go of within a minute."""
        asked: list[object] = []
        delete = self.runs.delete_old

        async def counted(*arguments: Any) -> int:
            asked.append(arguments)
            return await delete(*arguments)

        self.patch(self.runs, "delete_old", counted)
        page = self.opened_sheet(self.sheets[0])
        runs = [self.prints(page, self.sheets[0], 1, 10) for _ in range(5)]
        self.assertEqual(asked, [])
        for _ in range(20):
            self.later(2)
        self.assertEqual(len(asked), 1)
        self.assertEqual([run for run in runs if self.runs.outputs.get(run)], runs[-1:])  # type: ignore[call-overload]

    def test_while_the_database_deletes_nothing(self) -> None:
        """When what was replaced can't be deleted, no more comes in its place, and it is tried again."""
        delete, self.runs.delete_old = self.runs.delete_old, _refused  # type: ignore[method-assign]
        page = self.opened_sheet(self.sheets[0])
        for _ in range(9):
            self.prints(page, self.sheets[0], 7)
        self.assertLessEqual(self.stored(*self.sheets), 3 * 2 * MEBIBYTE)
        self.runs.delete_old = delete  # type: ignore[method-assign]
        for _ in range(20):
            self.later(2)
        page.take()
        self.prints(page, self.sheets[0], 7)
        self.assertEqual(self.notices(page), [])


class ClearTests(StoredOutputCase):
    """Clearing output."""

    def test_a_worksheet(self) -> None:
        """Cleared output is gone for everybody and from the store, and its room is free; that cells ran stays."""
        page = self.opened_sheet(self.sheets[0])
        run = self.prints(page, self.sheets[0], 7)
        page.say(type="clear_outputs", document=self.sheets[0])
        self.later()
        self.assertEqual(page.last("cleared")["runs"], [run])
        self.assertEqual(self.stored(self.sheets[0]), 0)
        [cell] = page.open(self.sheets[0])["cells"]
        self.assertEqual((cell["run"]["run"], cell["run"]["state"], cell["pieces"]), (run, "done", []))
        page.take()
        self.prints(page, self.sheets[0], 7)
        self.assertEqual(self.notices(page), [])

    def test_what_runs_keeps_its_output(self) -> None:
        """A cell that runs is left alone, and so are those that were not named."""
        page = self.opened_sheet(self.sheets[0])
        run = page.run(self.sheets[0], WAITS)
        self.later(1)
        [session] = self.host.sessions
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x"})
        page.say(type="clear_outputs", document=self.sheets[0])
        self.host.done(session)
        self.later(1)
        page.say(type="clear_outputs", document=self.sheets[0], cells=["zzzz"])
        self.later(1)
        self.assertEqual(page.take("cleared"), [])
        self.assertTrue(self.runs.outputs.get(run))  # type: ignore[call-overload]


async def _refused(*_: object) -> int:
    raise SagewsError("database")


class WordsTests(BackendTestCase):
    """What is said of bytes."""

    def test_used_and_left(self) -> None:
        """A refusal says what may be had, what is used and what is left, and never that less than nothing is."""
        text = str(exceeded(Resource.OUTPUTS, 512 * MEBIBYTE, 600 * MEBIBYTE))
        self.assertIn("512 MiB of stored output in all worksheets, 600 MiB used, 0 MiB left", text)
