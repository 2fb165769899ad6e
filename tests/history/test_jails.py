"""The jobs in real jails, through a real launcher: a workspace goes through all of them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.trial.unittest import TestCase

from sagews.backend.history.bundles import StoredBundles, stored_bundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId, new_id
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.policy.history.steps import Origin, commit_object
from sagews.wire.jobs import CommitRequest, RestoreRequest, SnapshotRequest
from sagews.worker.epochs import Epochs
from sagews.worker.files.homes import HomeFiles
from tests.contracts.files import lay_out
from tests.contracts.history import make_commit
from tests.fakes.documents import MemoryHistory
from tests.history.live import datetime_of
from tests.worker.real_launcher import real_launcher

pytestmark = pytest.mark.slow
CLOCK: Any = reactor
NOTHING = StoredBundles(MemoryHistory(), WorkspaceId(new_id()), {})


class JailedJobs(TestCase):
    """At the level that this machine reaches."""

    timeout = 90

    def setUp(self) -> Deferred[None]:  # type: ignore[override]
        """Start a launcher."""
        folder = Path(tempfile.mkdtemp())
        folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.launcher: Any = real_launcher(reactor, folder / "launcher", lambda reason: None)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.launcher.stop()))
        self.launcher.start_privileged()
        return Deferred.fromCoroutine(self.launcher.started())

    def test_a_workspace_goes_there_and_back(self) -> Deferred[None]:
        """Saved, committed, compared, read and laid out on another worker, its tree is the same."""
        return Deferred.fromCoroutine(self._check_there_and_back())

    async def _check_there_and_back(self) -> None:
        homes, jobs = (
            HomeFiles(self.launcher, Limits(memory=512 * MEBIBYTE), Epochs(), lambda workspace: False),
            HistoryJobs(CLOCK, self.launcher),
        )
        first, second = WorkspaceId(new_id()), WorkspaceId(new_id())
        await lay_out(homes, first, 1, RestoreRequest(None, ()))
        files = {"a.sage.md": b"# A\n", "sub/b.sage.md": b"x = 1\n" * 100_000, "c.ipynb": b"{}"}
        taken = await homes.snapshot(first, 1, SnapshotRequest(files))
        text = commit_object(taken.tree, None, Origin("save", "", None, ""), datetime_of(1))
        made = await jobs.commit(CommitRequest(taken.tree, None, text, taken.bundle, ()), NOTHING)
        self.assertEqual(made.files_changed, 3)
        version = make_commit(1)
        store = MemoryHistory()
        await store.add(first, "main", None, replace(version, id=made.commit), made.bundle)
        bundles = await stored_bundles(store, first, made.commit, None)
        answer = await jobs.difference(made.commit, None, bundles)
        self.assertEqual([file.path for file in answer.files], ["a.sage.md", "c.ipynb", "sub/b.sage.md"])
        found = await jobs.worksheets(made.commit, bundles)
        self.assertEqual((found["a.sage.md"], "c.ipynb" in found), ("# A\n", False))
        # A notebook is a file like any other, but for those that are worksheets.
        found = await jobs.worksheets(made.commit, bundles, ["c.ipynb", "no.ipynb"])
        self.assertEqual(sorted(found), ["a.sage.md", "c.ipynb", "sub/b.sage.md"])
        await lay_out(homes, second, 1, RestoreRequest(made.commit, (made.bundle,)))
        self.assertEqual((await homes.snapshot(second, 1, SnapshotRequest({}))).tree, taken.tree)
        await homes.forget(second, 1)
        gone = ensureDeferred(homes.snapshot(second, 1, SnapshotRequest({})))
        self.assertEqual((await self.assertFailure(gone, SagewsError)).code, "no-home")

    def test_a_forged_tree_is_refused_there_too(self) -> Deferred[None]:
        """What git refuses makes the job fail, and the launcher serves on."""
        return Deferred.fromCoroutine(self._check_refused())

    async def _check_refused(self) -> None:
        jobs = HistoryJobs(CLOCK, self.launcher)
        taken = await jobs.snapshot({"a.sage.md": b"1"})
        text = commit_object("1" * 40, None, Origin("save", "", None, ""), datetime_of(1))
        with self.assertRaises(SagewsError) as caught:
            await jobs.commit(CommitRequest("1" * 40, None, text, taken.bundle, ()), NOTHING)
        self.assertEqual(caught.exception.code, "internal")
        self.assertEqual(await jobs.snapshot({"a.sage.md": b"1"}), taken)
