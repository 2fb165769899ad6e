"""A backend over the real store, with sessions that do what a script says, and pages that talk to it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.config.quotas import QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.database import DatabaseRole
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId, new_id
from sagews.policy.accounts.tokens import hashed, new_secret
from sagews.policy.quotas.ledger import DEFAULTS
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
from tests.fakes.session_host import FakeSessionHost
from tests.postgres import PostgresTestCase


class PostgresLifeCase(PostgresTestCase):
    """One person with one workspace."""

    timeout = 60
    quotas: ClassVar[Mapping[Privilege, QuotaSection]] = DEFAULTS

    async def build(self) -> None:
        """Make a person with a workspace, and the stores under the backend's role."""
        frontend, pool = await self.pool(DatabaseRole.FRONTEND), await self.pool(DatabaseRole.BACKEND)
        self.owners: dict[WorkspaceId, tuple[UserId, LoginId]] = {}
        self.people, self.frontend = AccountStore(frontend), WorkspaceStore(frontend)
        self.workspace, self.document = await self.person("ada@example.org")
        self.accounts, self.workspaces = AccountStore(pool), WorkspaceStore(pool)
        self.documents, self.runs, self.journal = DocumentStore(pool), RunStore(pool), Journal(pool)
        self.usage = UsageStore(pool)
        self.host = FakeSessionHost(reactor)  # type: ignore[arg-type]

    async def person(self, email: str) -> tuple[WorkspaceId, DocumentId]:
        """Make a person with a login and a workspace; returns that and its worksheet."""
        user, login = await self.people.create_user(email, email, "user", None), LoginId(new_id())
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await self.people.create_login(login, user.id, login.encode()[:32], b"s" * 32, tomorrow)
        workspace, document = WorkspaceId(new_id()), DocumentId(new_id())
        await self.frontend.create_workspace(workspace, "Curves", user.id, document, "curves.sage.md")
        self.owners[workspace] = user.id, login
        return workspace, document

    async def life(self) -> Backend:
        """Return a started backend."""
        settings = replace(BackendSettings(name="here"), snapshot_updates=3, quotas=self.quotas)
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

    async def page(
        self, backend: Backend, workspace: WorkspaceId | None = None, document: DocumentId | None = None
    ) -> Page:
        """Return a page of the workspace's owner with the document open."""
        workspace, document = workspace or self.workspace, document or self.document
        user, login = self.owners[workspace]
        secret = new_secret()
        expires = datetime.now(UTC) + timedelta(seconds=30)
        await self.frontend.create_ticket(hashed(secret), login, user, workspace, "here", expires)
        page = Page(backend)
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket=secret)
        await self.told(page, "welcome")
        page.say(type="open", document=document)
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


def decoded(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with its update as bytes."""
    if "update" in message and isinstance(message["update"], str):
        return {**message, "update": base64.b64decode(message["update"])}
    return message
