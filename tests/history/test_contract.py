"""The histories of a backend and the fake of the live side's tests keep one contract."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.identifiers import UserId, WorkspaceId, new_id
from tests.contracts.histories import HistoriesContract
from tests.fakes.history import FakeHistories
from tests.history.case import HistoryCase
from tests.history.live import Documents

PATH = "a.sage.md"


@pytest.mark.slow
class HistoryContractTests(HistoriesContract, HistoryCase):
    """With real git in the jobs."""

    def make_history(self) -> None:
        """It is there."""

    def put(self, text: str) -> None:
        """Write a.sage.md; every save has a second of its own."""
        self.clock.advance(1)
        self.documents.texts_by_path[PATH] = text

    def text(self) -> str:
        """Return what a.sage.md says."""
        return self.documents.texts_by_path[PATH]

    def done(self, work: Any) -> Any:
        """Return the result of a coroutine."""
        return HistoryCase.done(self, work)

    def save(self, text: str, name: str = "", kind: str = "save") -> Any:
        """Write a text and save it."""
        return HistoriesContract.save(self, text, name, kind)


class FakeHistoryTests(HistoriesContract, SynchronousTestCase):
    """In memory."""

    def make_history(self) -> None:
        """Make one."""
        self.user = UserId(new_id())
        self.histories = FakeHistories()
        self.documents: Any = Documents()
        self.history = self.histories.open(
            WorkspaceId(new_id()), self.user, None, self.documents, lambda commit: None, lambda report: None
        )

    def put(self, text: str) -> None:
        """Write a.sage.md."""
        self.documents.texts_by_path[PATH] = text

    def text(self) -> str:
        """Return what a.sage.md says."""
        return str(self.documents.texts_by_path[PATH])

    def done(self, work: Any) -> Any:
        """Return the result of a coroutine."""
        return self.successResultOf(Deferred.fromCoroutine(work))
