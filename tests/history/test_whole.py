"""The history on what it runs on: real PostgreSQL, real jails, real time."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.quota import HistoryQuota
from sagews.backend.history.save import ATTEMPTS
from sagews.backend.history.service import Histories
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.policy.quotas.ledger import DEFAULTS
from sagews.store.accounts.accounts import AccountStore
from sagews.store.history.history import HistoryStore
from sagews.store.history.outputs import VersionOutputStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from tests.contracts.history import bundles_of
from tests.fakes.checks import InlineChecks
from tests.history.live import Live, Worker
from tests.postgres import PostgresTestCase
from tests.waiting import until
from tests.worker.real_launcher import real_launcher

pytestmark = pytest.mark.slow


class WholeHistory(PostgresTestCase):
    """Everything but the live side is real."""

    timeout = 60

    async def start(self) -> None:
        """Start a launcher and connect to a new database."""
        folder = Path(tempfile.mkdtemp())
        folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.launcher: Any = real_launcher(reactor, folder / "launcher", lambda reason: None)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.launcher.stop()))
        self.launcher.start_privileged()
        await self.launcher.started()
        pool = await self.pool()
        self.accounts, self.workspace = AccountStore(pool), WorkspaceId(new_id())
        self.user = (await self.accounts.create_user("ada@example.org", "Ada", "user", None)).id
        first = DocumentId(new_id())
        await WorkspaceStore(pool).create_workspace(self.workspace, "W", self.user, first, "a.sage.md")
        pool = await self.pool(DatabaseRole.BACKEND, size=4)
        self.store = HistoryStore(pool)
        self.outputs = VersionOutputStore(pool)
        self.quota = HistoryQuota(UsageStore(pool), AccountStore(pool), DEFAULTS, self.store)

    def open(self, documents: dict[str, str]) -> Live:
        """Start a backend that opens the workspace."""
        clock: Any = reactor
        histories = Histories(
            clock,
            self.store,
            self.accounts,
            HistoryJobs(clock, self.launcher),
            self.quota,
            self.outputs,
            InlineChecks(),
            quiet=0.2,
        )
        return Live(histories, self.workspace, Worker(self.launcher), documents)

    async def test_from_the_first_edit_to_the_second_life(self) -> None:
        """Autosave, named version, close, another backend, difference and revert."""
        await self.start()
        live = self.open({"a.sage.md": "# A\n"})
        live.history.changed(self.user)
        await until(lambda: live.told)
        self.assertEqual([commit.kind for commit in live.told], ["autosave"])
        named = await live.history.save(self.user, "First", "named")
        live.documents.texts_by_path["a.sage.md"] = "# B\n"
        await live.history.close()
        self.assertEqual(live.told[-1].kind, "session")
        again = self.open(dict(live.documents.texts_by_path))
        assert named is not None
        against, files, _ = await again.history.difference(live.told[-1].id, None)
        self.assertEqual((against, files[0].diff), (named.id, "@@ -1 +1 @@\n-# A\n+# B\n"))
        made = await again.history.revert(self.user, named.id)
        self.assertEqual((again.documents.texts_by_path["a.sage.md"], made.tree), ("# A\n", named.tree))
        kinds = [commit.kind for commit in await again.history.versions(None, 10)]
        self.assertEqual(kinds, ["revert", "session", "named", "autosave"])
        await again.history.close()

    async def test_backends_that_race_make_one_line(self) -> None:
        """Several backends save different texts at once: each is kept, each on top of another."""
        await self.start()
        lives = [self.open({"a.sage.md": f"# {number}\n"}) for number in range(ATTEMPTS - 1)]
        await gatherResults(
            [
                Deferred.fromCoroutine(live.history.save(None, f"{number}", "named"))
                for number, live in enumerate(lives)
            ],
            consumeErrors=True,
        )
        found = await self.store.commits(self.workspace, None, 10)
        self.assertEqual(sorted(commit.name for commit in found), ["0", "1", "2"])
        self.assertEqual([commit.parent for commit in found], [*(commit.id for commit in found[1:]), None])
        self.assertEqual(len(await bundles_of(self.store, self.workspace, found[0].id)), len(found))
        for live in lives:
            await live.history.close()

    async def later(self, seconds: float) -> None:
        """Wait."""
        clock: Any = reactor
        waited: Deferred[None] = Deferred()
        clock.callLater(seconds, waited.callback, None)
        await waited
