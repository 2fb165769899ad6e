"""What is stored of workspaces: their documents, who may open them, who owns them now."""

from __future__ import annotations

from datetime import datetime

from zope.interface import Interface

from sagews.model.accounts import Grant, Role, User
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Workspace


class IWorkspaceStore(Interface):
    """Workspaces, documents, grants, tickets, leases."""

    async def create_workspace(
        workspace: WorkspaceId, name: str, owner: UserId, document: DocumentId, path: str
    ) -> Workspace:
        """Create a workspace, its owner's grant and its first document in one transaction."""

    async def workspaces(user: UserId) -> list[tuple[Workspace, Role]]:
        """List what a person may open, last edited first."""

    async def workspace(workspace: WorkspaceId) -> Workspace | None:
        """Return one workspace."""

    async def rename_workspace(workspace: WorkspaceId, name: str) -> None:
        """Change the name."""

    async def delete_workspace(workspace: WorkspaceId) -> None:
        """Mark a workspace as deleted."""

    async def grant(workspace: WorkspaceId, user: UserId) -> Grant | None:
        """Return what a person may do here, or None."""

    async def set_grant(workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        """Grant or change a grant; notifies `grants_changed`."""

    async def remove_grant(workspace: WorkspaceId, user: UserId) -> None:
        """Take a grant away (never the last owner's); notifies `grants_changed`."""

    async def people(workspace: WorkspaceId) -> list[tuple[User, Grant]]:
        """List who may open a workspace."""

    async def documents(workspace: WorkspaceId) -> list[Document]:
        """List documents by path."""

    async def document(document: DocumentId) -> Document | None:
        """Return one document that is not removed."""

    async def create_document(workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        """Create a document; `name-taken` if the path exists."""

    async def rename_document(document: DocumentId, path: str) -> Document:
        """Give another path; `name-taken` if it exists."""

    async def remove_document(document: DocumentId) -> None:
        """Mark as removed."""

    async def touch_document(document: DocumentId, title: str) -> None:
        """Note an edit: time and title, on the document and its workspace."""

    async def create_ticket(
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        role: str,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket: good for 30 s and one use."""

    async def spend_ticket(ticket_hash: bytes, backend: str) -> tuple[LoginId, User, WorkspaceId | None] | None:
        """Spend a ticket in one statement; None if unknown, spent, expired, or for another backend."""

    async def take_lease(workspace: WorkspaceId, backend: str, seconds: int) -> int | None:
        """Take or renew a lease: its epoch, which counts up when the owner changes; None if another owns it."""

    async def release_lease(workspace: WorkspaceId, backend: str, epoch: int) -> None:
        """Give a lease back."""

    async def set_session_state(workspace: WorkspaceId, state: str) -> None:
        """Note for lists whether something runs here."""
