"""A workspace store in memory; passes tests/contracts/workspaces.py like the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.workspaces import MOST_OWNED, IWorkspaceStore
from sagews.model.accounts import Grant, Role
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Lease, Ticket, Workspace
from tests.fakes.accounts import MemoryAccounts


@dataclass
class TicketRow:
    """A ticket as a row."""

    login: LoginId
    user: UserId
    workspace: WorkspaceId | None
    role: str
    backend: str
    expires: datetime


@dataclass
class LeaseRow:
    """A lease as a row."""

    backend: str | None
    life: str | None
    epoch: int
    expires: datetime


@dataclass
class FakeWorkspaceStore:
    """Workspaces in dictionaries; `changed` lists what `grants_changed` would have told."""

    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    spaces: dict[WorkspaceId, Workspace] = field(default_factory=dict)
    granted: dict[tuple[WorkspaceId, UserId], Grant] = field(default_factory=dict)
    pages: dict[DocumentId, Document] = field(default_factory=dict)
    removed: set[DocumentId] = field(default_factory=set)
    tickets: dict[bytes, TicketRow] = field(default_factory=dict)
    leases: dict[WorkspaceId, LeaseRow] = field(default_factory=dict)
    changed: list[tuple[WorkspaceId, UserId | None]] = field(default_factory=list)

    def _space(self, workspace: WorkspaceId) -> Workspace:
        if workspace not in self.spaces:
            raise SagewsError("not-found")
        return self.spaces[workspace]

    def _page(self, workspace: WorkspaceId, document: DocumentId) -> Document:
        page = self.pages.get(document)
        if page is None or page.workspace != workspace or document in self.removed:
            raise SagewsError("not-found")
        return page


class _Spaces(FakeWorkspaceStore):
    async def create_workspace(
        self,
        workspace: WorkspaceId,
        name: str,
        owner: UserId,
        document: DocumentId,
        path: str,
        most: int = MOST_OWNED,
    ) -> Workspace:
        if await self.owned(owner) >= most:
            raise SagewsError("limit", limit=f"{most} workspaces", advice="Delete one.")
        if workspace in self.spaces:
            raise SagewsError("name-taken", name=workspace)
        now = self.accounts.now()
        self.spaces[workspace] = Workspace(workspace, name, owner, now, now, 0, "stopped")
        self.granted[workspace, owner] = Grant(owner, workspace, Role.OWNER, True)
        self.pages[document] = Document(document, workspace, path, name, now, now)
        return self.spaces[workspace]

    async def owned(self, user: UserId) -> int:
        return sum(space.owner == user for space in self.spaces.values())

    async def workspaces(self, user: UserId, limit: int, after: WorkspaceId | None) -> list[tuple[Workspace, Role]]:
        mine = [(self.spaces[grant.workspace], grant.role) for grant in self.granted.values() if grant.user == user]
        found = sorted(mine, key=lambda item: (item[0].edited, item[0].id), reverse=True)
        if after is not None:
            before = next(((space.edited, space.id) for space, _ in mine if space.id == after), None)
            found = [each for each in found if before and (each[0].edited, each[0].id) < before]
        return found[: min(limit, 200)]

    async def workspace(self, workspace: WorkspaceId) -> Workspace | None:
        return self.spaces.get(workspace)

    async def rename_workspace(self, workspace: WorkspaceId, name: str) -> None:
        self.spaces[workspace] = replace(self._space(workspace), name=name)

    async def delete_workspace(self, workspace: WorkspaceId) -> None:
        self._space(workspace)
        del self.spaces[workspace]
        self.granted = {key: grant for key, grant in self.granted.items() if key[0] != workspace}
        self.removed |= {page.id for page in self.pages.values() if page.workspace == workspace}
        self.changed.append((workspace, None))

    async def note_session_states(self, states: Mapping[WorkspaceId, str]) -> None:
        for workspace, state in states.items():
            if workspace in self.spaces:
                self.spaces[workspace] = replace(self.spaces[workspace], session=state)

    async def grant(self, workspace: WorkspaceId, user: UserId) -> Grant | None:
        return self.granted.get((workspace, user))

    async def set_grant(self, workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        self._space(workspace)
        if role is not Role.OWNER:
            self._keep_an_owner(workspace, user)
        if len({key for key in self.granted if key[0] == workspace} | {(workspace, user)}) > 200:
            raise SagewsError("limit", limit="200 people in a workspace", advice="Take somebody's access away first.")
        self.granted[workspace, user] = Grant(user, workspace, Role(role), may_run)
        self.changed.append((workspace, user))

    async def remove_grant(self, workspace: WorkspaceId, user: UserId) -> None:
        self._space(workspace)
        self._keep_an_owner(workspace, user)
        if self.granted.pop((workspace, user), None) is not None:
            self.changed.append((workspace, user))

    def _keep_an_owner(self, workspace: WorkspaceId, without: UserId) -> None:
        grants = [grant for grant in self.granted.values() if grant.workspace == workspace and grant.user != without]
        if not any(grant.role is Role.OWNER for grant in grants):
            raise SagewsError("bad-value", field="role", reason="a workspace needs an owner")

    async def grants(self, workspaces: Sequence[WorkspaceId]) -> list[Grant]:
        found = [grant for grant in self.granted.values() if grant.workspace in set(workspaces)]
        return sorted(found, key=lambda grant: grant.user)


class _Documents(_Spaces):
    async def documents(self, workspace: WorkspaceId) -> list[Document]:
        found = [page for page in self.pages.values() if page.workspace == workspace and page.id not in self.removed]
        return sorted(found, key=lambda page: page.path)

    async def documents_of(self, workspaces: Sequence[WorkspaceId], most: int) -> list[Document]:
        found = [page for workspace in workspaces for page in (await self.documents(workspace))[:most]]
        return sorted(found, key=lambda page: page.path)

    async def document(self, workspace: WorkspaceId, document: DocumentId) -> Document | None:
        page = self.pages.get(document)
        return None if page is None or document in self.removed or page.workspace != workspace else page

    async def create_document(self, workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        self._space(workspace)
        await self._refuse_taken(workspace, path)
        now = self.accounts.now()
        self.pages[document] = Document(document, workspace, path, title, now, now)
        return self.pages[document]

    async def rename_document(self, workspace: WorkspaceId, document: DocumentId, path: str) -> Document:
        page = self._page(workspace, document)
        if path != page.path:
            await self._refuse_taken(page.workspace, path)
        self.pages[document] = replace(page, path=path, edited=self.accounts.now())
        return self.pages[document]

    async def _refuse_taken(self, workspace: WorkspaceId, path: str) -> None:
        if any(page.path == path for page in await self.documents(workspace)):
            raise SagewsError("name-taken", name=path)

    async def remove_document(self, workspace: WorkspaceId, document: DocumentId) -> None:
        self._page(workspace, document)
        self.removed.add(document)

    async def note_edits(self, titles: Mapping[DocumentId, str]) -> None:
        for document, title in titles.items():
            if document in self.pages and document not in self.removed:
                page, now = self.pages[document], self.accounts.now()
                self.pages[document] = replace(page, title=title, edited=now)
                self.spaces[page.workspace] = replace(self.spaces[page.workspace], edited=now)


@implementer(IWorkspaceStore)
class MemoryWorkspaces(_Documents):
    """The whole of it."""

    async def create_ticket(
        self,
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket."""
        if workspace is not None and (workspace, user) not in self.granted:
            raise SagewsError("not-found")
        role = "none" if workspace is None else str(self.granted[workspace, user].role)
        self.tickets[ticket_hash] = TicketRow(login, user, workspace, role, backend, expires)

    async def spend_ticket(self, ticket_hash: bytes, backend: str) -> Ticket | None:
        """Spend a ticket."""
        ticket = self.tickets.get(ticket_hash)
        if ticket is None or ticket.backend != backend:
            return None
        del self.tickets[ticket_hash]
        if ticket.expires <= self.accounts.now():
            return None
        if ticket.workspace is None:
            return Ticket(ticket.login, ticket.user)
        space, grant = self.spaces.get(ticket.workspace), self.granted.get((ticket.workspace, ticket.user))
        return Ticket(ticket.login, ticket.user, True, space, grant)

    async def take_lease(self, workspace: WorkspaceId, backend: str, life: str, seconds: int) -> Lease | None:
        """Take a lease."""
        space, now = self._space(workspace), self.accounts.now()
        first = workspace not in self.leases
        row = self.leases.get(workspace, LeaseRow(None, None, 0, now))
        if row.backend not in (None, backend) and row.expires > now:
            return None
        epoch = row.epoch + (row.life != life)
        self.leases[workspace] = LeaseRow(backend, life, epoch, now + timedelta(seconds=seconds))
        return Lease(space, epoch, tuple(await self.documents(workspace)), first)

    async def renew_leases(self, life: str, held: Sequence[Lease], seconds: int) -> set[WorkspaceId]:
        """Renew leases."""
        kept, expires = set(), self.accounts.now() + timedelta(seconds=seconds)
        for lease in held:
            row = self.leases.get(lease.workspace.id)
            if row is not None and (row.life, row.epoch) == (life, lease.epoch):
                row.expires = expires
                kept.add(lease.workspace.id)
        return kept

    async def leased_workspaces(self, backend: str) -> Sequence[WorkspaceId]:
        """Return what a backend owns, or owned."""
        held = [(row.expires, key) for key, row in self.leases.items() if row.backend == backend]
        return [key for _, key in sorted(held) if key in self.spaces]

    async def release_lease(self, workspace: WorkspaceId, life: str, epoch: int) -> None:
        """Give a lease back."""
        row = self.leases.get(workspace)
        if row is not None and (row.life, row.epoch) == (life, epoch):
            row.backend = row.life = None

    def holds(self, document: DocumentId, epoch: int) -> bool:
        """Whether an epoch is that of the lease of a document's workspace: what fences writes."""
        page = self.pages.get(document)
        lease = None if page is None else self.leases.get(page.workspace)
        return lease is not None and lease.epoch == epoch
