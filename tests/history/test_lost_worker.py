"""A whole backend with a real history, whose worker is given up while a workspace is open."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from twisted.logger import LogEvent, globalLogPublisher

from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.service import Histories
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId
from sagews.policy.quotas.ledger import DEFAULTS
from tests.backend.harness import BackendTestCase
from tests.fakes.documents import MemoryHistory, MemoryUsage, MemoryVersionOutputs
from tests.history.live import ProgramLauncher

pytestmark = pytest.mark.slow


class LostWorkerTests(BackendTestCase):
    """What a worker that is gone for good leaves behind."""

    def setUp(self) -> None:
        """Keep versions in memory, made by real jobs."""
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.versions = MemoryHistory()
        jobs = HistoryJobs(self.clock, ProgramLauncher(Path(folder.name)))
        usage = MemoryUsage(self.workspaces, self.runs, self.versions)
        quota = HistoryQuota(usage, self.accounts, DEFAULTS, self.versions)
        self.histories = Histories(
            self.clock, self.versions, self.accounts, jobs, quota, MemoryVersionOutputs(), self.checks
        )
        self.backend = self.life()
        self.events: list[LogEvent] = []
        globalLogPublisher.addObserver(self.events.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.events.append)

    def test_the_end_is_saved_and_nothing_else_is_said(self) -> None:
        """The workspace's end is committed, its document put away, its lease given back; no line says otherwise."""
        page = self.opened()
        page.edit(self.document, "1+1")
        page.run(self.document, "1+1")
        self.later(0.05)

        async def gone(workspace: WorkspaceId) -> None:
            raise SagewsError("worker-lost")

        self.host.forget = gone  # type: ignore[method-assign]
        self.backend.remove_host(self.host)
        page.connection.lost()
        opened = self.backend.workspaces.all[0]
        for _ in range(60):
            self.later(2)
        self.assertEqual((self.backend.workspaces.all, opened.documents), ([], []))
        self.assertEqual([stored.kind for stored, _ in self.versions.stored[self.workspace]][-1], "session")
        self.assertEqual(self.documents.snapshots[self.document][0], len(self.documents.updates[self.document]))
        self.assertIsNone(self.workspaces.leases[self.workspace].backend)
        formats = [event.get("log_format") or "" for event in self.events]
        self.assertEqual([line for line in formats if "not saved" in line], [])
