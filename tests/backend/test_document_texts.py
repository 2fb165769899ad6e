"""The documents of an open workspace, as its history uses them, and the fake of the history's own tests."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.identifiers import UserId, new_id
from tests.backend.harness import BackendTestCase
from tests.contracts.document_texts import DocumentTextsContract
from tests.fakes.session_host import PRINTS
from tests.history.live import Documents


class OpenWorkspaceTests(DocumentTextsContract, BackendTestCase):
    """The documents of a workspace that a page has open."""

    def make_texts(self) -> tuple[Any, UserId]:
        """Return them, without the one that every workspace begins with."""
        page = self.page()
        documents = self.backend.workspaces.all[0].document_set
        self.done(documents.remove(self.document, page.connection.id))
        self.later()
        return documents, self.owner.id

    def done(self, work: Any) -> Any:
        """Return the result of a coroutine."""
        return BackendTestCase.done(self, work)


class FakeTests(DocumentTextsContract, SynchronousTestCase):
    """The fake."""

    def make_texts(self) -> tuple[Any, UserId]:
        """Return an empty one."""
        return Documents(), UserId(new_id())

    def done(self, work: Any) -> Any:
        """Return the result of a coroutine."""
        return self.successResultOf(Deferred.fromCoroutine(work))


class ClosedWorksheetTests(BackendTestCase):
    """A save of a workspace whose worksheet nobody has open."""

    def texts(self) -> Any:
        """Return the texts as a save reads them."""
        self.page()
        return self.done(self.backend.workspaces.all[0].document_set.texts())

    def test_a_save_reads_no_outputs(self) -> None:
        """Neither runs nor what they printed are asked for, and the worksheet stays closed."""
        page = self.opened()
        page.edit(self.document, PRINTS)
        page.run(self.document, PRINTS)
        self.later(1)
        self.assertEqual(len(self.runs.outputs), 1)
        documents = self.backend.workspaces.all[0].document_set
        self.done(documents.unload(documents.find(self.document)))
        asked: list[str] = []
        for name in ("new_epoch", "last_runs", "pieces"):
            self.note(name, asked)
        [text] = self.texts().values()
        self.assertIn(PRINTS, text)
        self.assertEqual((asked, self.backend.workspaces.all[0].documents), ([], []))

    def note(self, name: str, asked: list[str]) -> None:
        """Note when the store of runs is asked."""
        method = getattr(self.runs, name)

        async def noted(*arguments: Any) -> Any:
            asked.append(name)
            return await method(*arguments)

        self.patch(self.runs, name, noted)

    def test_a_worksheet_that_was_never_opened(self) -> None:
        """It has the text that it begins with."""
        [text] = self.texts().values()
        self.assertIn("```", text)
        self.assertEqual(list(self.texts().values()), [text])
