"""One workspace that one backend has open on one worker, and how its tests ask its history."""

from __future__ import annotations

import tempfile
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.service import Histories
from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.accounts import Privilege
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.policy.quotas.ledger import DEFAULTS
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.checks import InlineChecks
from tests.fakes.documents import MemoryHistory, MemoryRuns, MemoryUsage, MemoryVersionOutputs
from tests.fakes.workspaces import MemoryWorkspaces
from tests.history.live import Live, ProgramLauncher, Worker

T = TypeVar("T")


class HistoryCase(SynchronousTestCase):
    """One workspace, one worker, one backend."""

    quotas: ClassVar[Mapping[Privilege, QuotaSection]] = DEFAULTS

    def setUp(self) -> None:
        """Open a workspace with one document."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        self.store = MemoryHistory()
        self.accounts = MemoryAccounts()
        self.launcher = ProgramLauncher(Path(folder.name))
        self.worker = Worker(self.launcher)
        self.workspace = WorkspaceId(new_id())
        self.user = self.done(self.accounts.create_user("ada@example.org", "Ada <L>", "user", None)).id
        self.workspaces = MemoryWorkspaces(self.accounts)
        document = DocumentId(new_id())
        self.done(self.workspaces.create_workspace(self.workspace, "W", self.user, document, "a.sage.md"))
        usage = MemoryUsage(self.workspaces, MemoryRuns(), self.store)
        self.quota = HistoryQuota(usage, self.accounts, self.quotas, self.store)
        self.outputs = MemoryVersionOutputs()
        self.checks = InlineChecks()
        self.store.unnamed = lambda workspace, commit: self.outputs.remove(workspace, commit)
        self.home.mkdir()
        self.open()
        self.documents.texts_by_path["a.sage.md"] = "# A\n"

    def open(self) -> None:
        """Start a backend (again) that opens the workspace."""
        self.histories = Histories(
            self.clock,
            self.store,
            self.accounts,
            HistoryJobs(self.clock, self.launcher),
            self.quota,
            self.outputs,
            self.checks,
        )
        self.live = Live(self.histories, self.workspace, self.worker, {})
        self.documents, self.files, self.hosts = self.live.documents, self.live.files, self.live.hosts
        self.history, self.told = self.live.history, self.live.told

    def lose_worker(self) -> None:
        """Give the worker up, as a backend does when its link stayed away."""
        self.worker.lost = True
        self.hosts.remove(cast(ISessionHost, self.worker))
        self.files.host_removed(cast(ISessionHost, self.worker))

    def find_worker(self) -> None:
        """Let the worker come back, with what it has."""
        self.worker.lost = False
        self.hosts.add(cast(ISessionHost, self.worker))

    def begun(self, work: Coroutine[Any, Any, T]) -> Deferred[T]:
        """Start a coroutine, and let it go on as long as it only gives up its turn."""
        working = Deferred.fromCoroutine(work)
        while not working.called and any(call.getTime() <= self.clock.seconds() for call in self.clock.calls):
            self.clock.advance(0)
        return working

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns, which waits for nothing."""
        return self.successResultOf(self.begun(work))

    def refused(self, work: Coroutine[Any, Any, Any]) -> str:
        """Return the code of the error that a coroutine raises."""
        return str(self.failureResultOf(self.begun(work), SagewsError).value.code)

    def save(self, name: str = "", kind: str = "save") -> Commit | None:
        """Save; every save has a second of its own."""
        self.clock.advance(1)
        return self.done(self.history.save(self.user, name, kind))

    def saved(self, name: str = "", kind: str = "save") -> Commit:
        """Save what has changed."""
        commit = self.save(name, kind)
        if commit is None:
            raise self.failureException("nothing was saved")
        return commit

    @property
    def home(self) -> Path:
        """The workspace's home on the worker."""
        return self.launcher.root / self.workspace
