"""A whole backend on fakes, and pages that talk to it without a websocket between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pycrdt import Doc, Map
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.connection import Connection
from sagews.backend.history.interfaces import IHistories
from sagews.backend.messages.features import Feature
from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.model.accounts import Role, User
from sagews.model.identifiers import DocumentId, LoginId, WorkspaceId, new_id
from sagews.policy.accounts.tokens import hashed, new_secret
from sagews.wire.browser.base import PROTOCOL
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.checks import InlineChecks
from tests.fakes.documents import MemoryDocuments, MemoryJournal, MemoryRuns, MemoryUsage
from tests.fakes.history import FakeHistories
from tests.fakes.session_host import FakeSessionHost
from tests.fakes.workspaces import MemoryWorkspaces


class Page:
    """One browser page: what it was told, and its own copy of the document."""

    def __init__(self, backend: Backend) -> None:
        self.told: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.doc: Doc[Any] = Doc()
        self.doc["meta"] = Map()
        self.doc["cells"] = Map()
        self.backend = backend
        self.connection = Connection(backend._connections, self._take, self._close)
        backend._registry.add(self.connection)

    def _take(self, data: bytes) -> None:
        self.told.append(json.loads(data))

    def _close(self, code: int, reason: str) -> None:
        self.closed = code
        self.lose()

    def lose(self) -> None:
        """Let the connection be lost."""
        self.connection.lost()
        self.backend._registry.remove(self.connection)

    def say(self, **message: Any) -> list[dict[str, Any]]:
        """Send a message and return what came back at once."""
        before = len(self.told)
        self.connection.received(msgspec.json.encode(message))
        return self.told[before:]

    def take(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what came, of one type or all, and forget everything."""
        told, self.told = self.told, []
        return [message for message in told if kind in (None, message["type"])]

    def last(self, kind: str) -> dict[str, Any]:
        """Return the last message of a type."""
        return [message for message in self.told if message["type"] == kind][-1]

    def open(self, document: str, **more: Any) -> dict[str, Any]:
        """Open a document and take its text over."""
        self.say(type="open", document=document, **more)
        opened = self.last("opened")
        self.doc.apply_update(_bytes(opened["update"]))
        return opened

    def edit(self, document: str, source: str, number: int = 1) -> str:
        """Put a source into the first cell and send the edit; returns the cell's id."""
        cell = self.cell()
        before = self.doc.get_state()
        text = self.doc["cells"][cell]["source"]
        with self.doc.transaction():
            text.clear()
            text += source
        self.say(type="edit", document=document, edit=number, update=self.doc.get_update(before))
        return cell

    def cell(self) -> str:
        """Return the id of the first cell."""
        return str(min(self.doc["cells"].keys()))

    def run(self, document: str, source: str, run: str | None = None) -> str:
        """Ask for the first cell to be run as it shows this source; returns the run id."""
        run = run or new_id()
        cells = [{"cell": self.cell(), "run": run, "hash": hashlib.sha256(source.encode()).hexdigest()}]
        self.say(type="run", document=document, cells=cells)
        return run


def _bytes(text: str) -> bytes:
    return msgspec.json.decode(msgspec.json.encode(text), type=bytes)


class BackendTestCase(SynchronousTestCase):
    """Sets up a backend with one workspace of one person, on a clock."""

    settings = BackendSettings(name="here", origins=frozenset({"http://127.0.0.1:8080"}), confirm_seconds=0.0)

    def setUp(self) -> None:
        """Build everything."""
        self.clock = Clock()
        self.clock.advance(1_800_000_000.0)
        self.accounts = MemoryAccounts()
        self.workspaces = MemoryWorkspaces(self.accounts)
        self.documents = MemoryDocuments(self.workspaces)
        self.runs = MemoryRuns(self.workspaces)
        self.journal = MemoryJournal(self.documents, self.runs)
        self.usage = MemoryUsage(self.workspaces, self.runs)
        self.history = FakeHistories()
        self.histories: IHistories = self.history
        self.checks = InlineChecks()
        self.host = FakeSessionHost(self.clock)
        self.owner = self.done(self.accounts.create_user("ada@example.org", "Ada", "user", None))
        self.workspace = WorkspaceId(new_id())
        self.document = DocumentId(new_id())
        made = self.workspaces.create_workspace(
            self.workspace, "Curves", self.owner.id, self.document, "curves.sage.md"
        )
        self.done(made)
        self.backend = self.life()

    def life(self, extra: Sequence[Feature] = (), **changes: Any) -> Backend:
        """Return a new life of the backend over the same stores, perhaps with more features."""
        settings = replace(self.settings, **changes)
        backend = Backend(
            self.clock,
            self.clock,
            self.accounts,
            self.workspaces,
            self.documents,
            self.runs,
            self.journal,
            self.usage,
            self.histories,
            self.checks,
            settings,
            [self.host],
            extra,
        )
        # On a clock that stands still there is one turn: what a page leaves behind is cleared away in it.
        backend._connections.steps.spent = self.clock.seconds
        self.done(backend.start())
        return backend

    def done(self, work: Any) -> Any:
        """Return the result of a coroutine that has to wait for nothing."""
        return self.successResultOf(Deferred.fromCoroutine(work))

    def later(self, seconds: float = 0.0) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def login(self, user: User) -> LoginId:
        """Return a new login of a person."""
        login, expires = LoginId(new_id()), datetime.now(UTC) + timedelta(days=1)
        self.done(self.accounts.create_login(login, user.id, new_secret().encode(), b"s" * 32, expires))
        return login

    def ticket(self, user: User | None = None, *, workspace: bool = True, login: LoginId | None = None) -> str:
        """Return a ticket."""
        secret, user = new_secret(), user or self.owner
        expires = datetime.now(UTC) + timedelta(seconds=30)
        space = self.workspace if workspace else None
        made = self.workspaces.create_ticket(hashed(secret), login or self.login(user), user.id, space, "here", expires)
        self.done(made)
        return secret

    def page(self, user: User | None = None, backend: Backend | None = None, **ticket: Any) -> Page:
        """Return a page that has been welcomed."""
        page = Page(backend or self.backend)
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket=self.ticket(user, **ticket))
        return page

    def opened(self, user: User | None = None, backend: Backend | None = None, **more: Any) -> Page:
        """Return a page that has the document open."""
        page = self.page(user, backend)
        page.open(self.document, **more)
        page.take()
        return page

    def colleague(self, role: Role, *, may_run: bool = False) -> User:
        """Return another person with a grant."""
        user: User = self.done(self.accounts.create_user(f"{new_id()}@example.org", "Emmy", "user", None))
        self.done(self.workspaces.set_grant(self.workspace, user.id, role, may_run))
        return user
