"""The documents of an open workspace, as its history uses them, and the fake of the history's own tests."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.identifiers import UserId, new_id
from tests.backend.harness import BackendTestCase
from tests.contracts.document_texts import DocumentTextsContract
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
