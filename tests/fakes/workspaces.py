"""A workspace store in memory; passes tests/contracts/workspaces.py like the real one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Grant, Role, User
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Workspace
from tests.fakes.accounts import MemoryAccounts


@dataclass
class Ticket:
    """A ticket as a row."""

    login: LoginId
    user: UserId
    workspace: WorkspaceId | None
    role: str
    backend: str
    expires: datetime


@dataclass
class Lease:
    """A lease as a row."""

    backend: str | None
    epoch: int
    expires: datetime


@dataclass
class FakeWorkspaceStore:
    """Workspaces in dictionaries; `changed` lists what `grants_changed` would have told."""

    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    spaces: dict[WorkspaceId, Workspace] = field(default_factory=dict)
    grants: dict[tuple[WorkspaceId, UserId], Grant] = field(default_factory=dict)
    pages: dict[DocumentId, Document] = field(default_factory=dict)
    removed: set[DocumentId] = field(default_factory=set)
    tickets: dict[bytes, Ticket] = field(default_factory=dict)
    leases: dict[WorkspaceId, Lease] = field(default_factory=dict)
    changed: list[tuple[WorkspaceId, UserId | None]] = field(default_factory=list)

    def _space(self, workspace: WorkspaceId) -> Workspace:
        if workspace not in self.spaces:
            raise SagewsError("not-found")
        return self.spaces[workspace]

    def _page(self, document: DocumentId) -> Document:
        if document not in self.pages or document in self.removed:
            raise SagewsError("not-found")
        return self.pages[document]


class _Spaces(FakeWorkspaceStore):
    async def create_workspace(
        self, workspace: WorkspaceId, name: str, owner: UserId, document: DocumentId, path: str
    ) -> Workspace:
        if workspace in self.spaces:
            raise SagewsError("name-taken", name=workspace)
        now = self.accounts.now()
        self.spaces[workspace] = Workspace(workspace, name, owner, now, now, 0, "stopped")
        self.grants[workspace, owner] = Grant(owner, workspace, Role.OWNER, True)
        self.pages[document] = Document(document, workspace, path, name, now, now)
        return self.spaces[workspace]

    async def workspaces(self, user: UserId) -> list[tuple[Workspace, Role]]:
        mine = [(self.spaces[grant.workspace], grant.role) for grant in self.grants.values() if grant.user == user]
        return sorted(mine, key=lambda item: (item[0].edited, item[0].id), reverse=True)

    async def workspace(self, workspace: WorkspaceId) -> Workspace | None:
        return self.spaces.get(workspace)

    async def rename_workspace(self, workspace: WorkspaceId, name: str) -> None:
        self.spaces[workspace] = replace(self._space(workspace), name=name)

    async def delete_workspace(self, workspace: WorkspaceId) -> None:
        self._space(workspace)
        del self.spaces[workspace]
        self.grants = {key: grant for key, grant in self.grants.items() if key[0] != workspace}
        self.removed |= {page.id for page in self.pages.values() if page.workspace == workspace}
        self.changed.append((workspace, None))

    async def set_session_state(self, workspace: WorkspaceId, state: str) -> None:
        if workspace in self.spaces:
            self.spaces[workspace] = replace(self.spaces[workspace], session=state)

    async def grant(self, workspace: WorkspaceId, user: UserId) -> Grant | None:
        return self.grants.get((workspace, user))

    async def set_grant(self, workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        self._space(workspace)
        if role is not Role.OWNER:
            self._keep_an_owner(workspace, user)
        self.grants[workspace, user] = Grant(user, workspace, Role(role), may_run)
        self.changed.append((workspace, user))

    async def remove_grant(self, workspace: WorkspaceId, user: UserId) -> None:
        self._space(workspace)
        self._keep_an_owner(workspace, user)
        if self.grants.pop((workspace, user), None) is not None:
            self.changed.append((workspace, user))

    def _keep_an_owner(self, workspace: WorkspaceId, without: UserId) -> None:
        grants = [grant for grant in self.grants.values() if grant.workspace == workspace and grant.user != without]
        if not any(grant.role is Role.OWNER for grant in grants):
            raise SagewsError("bad-value", field="role", reason="a workspace needs an owner")

    async def people(self, workspace: WorkspaceId) -> list[tuple[User, Grant]]:
        found = [
            (self.accounts.people[grant.user], grant)
            for grant in self.grants.values()
            if grant.workspace == workspace and grant.user in self.accounts.people
        ]
        return sorted(found, key=lambda item: (item[0].name, item[0].id))


class _Documents(_Spaces):
    async def documents(self, workspace: WorkspaceId) -> list[Document]:
        found = [page for page in self.pages.values() if page.workspace == workspace and page.id not in self.removed]
        return sorted(found, key=lambda page: page.path)

    async def document(self, document: DocumentId) -> Document | None:
        return None if document in self.removed else self.pages.get(document)

    async def create_document(self, workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        self._space(workspace)
        await self._refuse_taken(workspace, path)
        now = self.accounts.now()
        self.pages[document] = Document(document, workspace, path, title, now, now)
        return self.pages[document]

    async def rename_document(self, document: DocumentId, path: str) -> Document:
        page = self._page(document)
        if path != page.path:
            await self._refuse_taken(page.workspace, path)
        self.pages[document] = replace(page, path=path, edited=self.accounts.now())
        return self.pages[document]

    async def _refuse_taken(self, workspace: WorkspaceId, path: str) -> None:
        if any(page.path == path for page in await self.documents(workspace)):
            raise SagewsError("name-taken", name=path)

    async def remove_document(self, document: DocumentId) -> None:
        self._page(document)
        self.removed.add(document)

    async def touch_document(self, document: DocumentId, title: str) -> None:
        page, now = self._page(document), self.accounts.now()
        self.pages[document] = replace(page, title=title, edited=now)
        self.spaces[page.workspace] = replace(self.spaces[page.workspace], edited=now)


@implementer(IWorkspaceStore)
class MemoryWorkspaces(_Documents):
    """The whole of it; give it the account fake that its people are in."""

    async def create_ticket(
        self,
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        role: str,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket."""
        self.tickets[ticket_hash] = Ticket(login, user, workspace, role, backend, expires)

    async def spend_ticket(self, ticket_hash: bytes, backend: str) -> tuple[LoginId, User, WorkspaceId | None] | None:
        """Spend a ticket."""
        ticket = self.tickets.get(ticket_hash)
        if ticket is None or ticket.backend != backend:
            return None
        del self.tickets[ticket_hash]
        user = await self.accounts.user(ticket.user)
        alive = await self.accounts.login_is_alive(ticket.login)
        if user is None or not alive or ticket.expires <= self.accounts.now():
            return None
        return ticket.login, user, ticket.workspace

    async def take_lease(self, workspace: WorkspaceId, backend: str, seconds: int) -> int | None:
        """Take or renew a lease."""
        self._space(workspace)
        now = self.accounts.now()
        lease = self.leases.get(workspace, Lease(None, 0, now))
        if lease.backend not in (None, backend) and lease.expires > now:
            return None
        epoch = lease.epoch + (lease.backend != backend)
        self.leases[workspace] = Lease(backend, epoch, now + timedelta(seconds=seconds))
        return epoch

    async def release_lease(self, workspace: WorkspaceId, backend: str, epoch: int) -> None:
        """Give a lease back."""
        lease = self.leases.get(workspace)
        if lease is not None and (lease.backend, lease.epoch) == (backend, epoch):
            lease.backend = None

    def holds(self, document: DocumentId, epoch: int) -> bool:
        """Whether an epoch is that of the lease of a document's workspace: what fences writes."""
        page = self.pages.get(document)
        lease = None if page is None else self.leases.get(page.workspace)
        return lease is not None and lease.epoch == epoch
