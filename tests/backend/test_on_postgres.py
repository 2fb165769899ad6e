"""The live side over the real store: what the fakes of other tests promise, PostgreSQL keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import DocumentId, LoginId, WorkspaceId, new_id
from sagews.policy.accounts.tokens import hashed, new_secret
from sagews.store.accounts.accounts import AccountStore
from sagews.store.runs.journal import Journal
from sagews.store.runs.runs import RunStore
from sagews.store.workspaces.documents import DocumentStore
from sagews.store.workspaces.usage import UsageStore
from sagews.store.workspaces.workspaces import WorkspaceStore
from sagews.wire.browser.base import PROTOCOL
from tests.backend.harness import Page
from tests.fakes.checks import InlineChecks
from tests.fakes.history import FakeHistories
from tests.fakes.session_host import PRINTS, WAITS, FakeSessionHost
from tests.postgres import PostgresTestCase

pytestmark = pytest.mark.slow


class PostgresLifeTests(PostgresTestCase):
    """One workspace through two lives of a backend."""

    timeout = 60

    async def build(self) -> None:
        """Make a person with a workspace, and the stores under the backend's role."""
        frontend, pool = await self.pool(DatabaseRole.FRONTEND), await self.pool(DatabaseRole.BACKEND)
        people, spaces = AccountStore(frontend), WorkspaceStore(frontend)
        self.owner = await people.create_user("ada@example.org", "Ada", "user", None)
        self.login = LoginId(new_id())
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await people.create_login(self.login, self.owner.id, b"c" * 32, b"s" * 32, tomorrow)
        self.workspace, self.document = WorkspaceId(new_id()), DocumentId(new_id())
        await spaces.create_workspace(self.workspace, "Curves", self.owner.id, self.document, "curves.sage.md")
        self.frontend = spaces
        self.accounts, self.workspaces = AccountStore(pool), WorkspaceStore(pool)
        self.documents, self.runs, self.journal = DocumentStore(pool), RunStore(pool), Journal(pool)
        self.usage = UsageStore(pool)
        self.host = FakeSessionHost(reactor)  # type: ignore[arg-type]

    async def life(self) -> Backend:
        """Return a started backend."""
        settings = replace(BackendSettings(name="here"), snapshot_updates=3)
        stores = (
            self.accounts,
            self.workspaces,
            self.documents,
            self.runs,
            self.journal,
            self.usage,
            FakeHistories(),
            InlineChecks(),
        )
        backend = Backend(reactor, reactor, *stores, settings, [self.host])  # type: ignore[arg-type]
        await backend.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(backend.stop()))
        return backend

    async def page(self, backend: Backend) -> Page:
        """Return a page with the document open."""
        secret = new_secret()
        expires = datetime.now(UTC) + timedelta(seconds=30)
        await self.frontend.create_ticket(hashed(secret), self.login, self.owner.id, self.workspace, "here", expires)
        page = Page(backend)
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket=secret)
        await self.told(page, "welcome")
        page.say(type="open", document=self.document)
        opened = await self.told(page, "opened")
        page.doc.apply_update(opened["update"])
        return page

    async def told(self, page: Page, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for a message."""
        for _ in range(500):
            for message in page.told:
                if message["type"] == kind and fields.items() <= message.items():
                    return decoded(message)
            await self.pause(0.01)
        raise AssertionError(f"no {kind} {fields} in {page.told}")

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        waited: Deferred[None] = Deferred()
        reactor.callLater(seconds, waited.callback, None)  # type: ignore[attr-defined]
        await waited

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
        pieces = await self.runs.pieces(self.document, run, 1, 10)  # type: ignore[arg-type]
        self.assertEqual([piece.body["text"] for piece in pieces], ["hello\n"])
        page.edit(self.document, "too late", 6)
        await self.pause(0.3)
        self.assertEqual(page.closed, 4503)


def decoded(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with its update as bytes."""
    import base64

    if "update" in message and isinstance(message["update"], str):
        return {**message, "update": base64.b64decode(message["update"])}
    return message
