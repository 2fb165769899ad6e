"""Homes keep their contract: the fake, in process with real jobs, and over the link."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from sagews.backend.history.bundles import StoredBundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId, new_id
from sagews.model.sessions import Limits
from sagews.policy.history.steps import Origin, commit_object
from sagews.wire.jobs import CommitRequest
from sagews.worker.epochs import Epochs
from sagews.worker.files.homes import HomeFiles
from tests.contracts.files import WorkspaceFilesContract
from tests.fakes.documents import MemoryHistory
from tests.fakes.files import FakeFiles
from tests.history.live import ProgramLauncher, datetime_of
from tests.worker.rig import Rig

USED = WorkspaceId(new_id())


async def commit(launcher: ProgramLauncher, snapshot: Snapshot) -> tuple[str, bytes]:
    """Return a real commit of a real snapshot."""
    text = commit_object(snapshot.tree, None, Origin("save", "", None, ""), datetime_of(1))
    nothing = StoredBundles(MemoryHistory(), WorkspaceId(new_id()), {})
    made = await HistoryJobs(Clock(), launcher).commit(
        CommitRequest(snapshot.tree, None, text, snapshot.bundle, ()), nothing
    )
    return made.commit, made.bundle


class FakeFilesTests(WorkspaceFilesContract, TestCase):
    """The fake of other tests."""

    async def make_files(self) -> Any:
        """Return homes in memory."""
        return FakeFiles(Epochs(), lambda workspace: workspace == USED)

    async def make_used(self, files: Any) -> WorkspaceId:
        """One is."""
        return USED

    async def make_version(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """A bundle holds the texts, so a commit needs a name alone."""
        return hashlib.sha1(snapshot.bundle, usedforsecurity=False).hexdigest(), snapshot.bundle


class HomesTests(WorkspaceFilesContract, TestCase):
    """In process, with git run by jobs that are plain children."""

    async def make_files(self) -> Any:
        """Return homes below a folder."""
        root = Path(self.mktemp()).resolve()
        root.mkdir()
        self.launcher = ProgramLauncher(root)
        return HomeFiles(self.launcher, Limits(), Epochs(), lambda workspace: workspace == USED)

    async def make_used(self, files: Any) -> WorkspaceId:
        """One is."""
        return USED

    async def make_version(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """Commit it."""
        return await commit(self.launcher, snapshot)


class RemoteFilesTests(HomesTests):
    """Over AMP and mutual TLS on loopback."""

    async def make_files(self) -> Any:
        """Return the backend's end of a worker with such homes."""
        rig, homes = Rig(self, reactor), await super().make_files()
        rig.local.files = homes
        return (await rig.host()).files
