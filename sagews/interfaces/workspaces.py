"""What is stored of workspaces: their documents, who may open them, who owns them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zope.interface import Interface

from sagews.model.accounts import Grant, Role
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Lease, Ticket, Workspace

# What no account reaches by using the service; what it may have at most is a quota (policy/quotas/).
MOST_OWNED = 100_000


class IWorkspaceStore(Interface):
    """Workspaces, documents, grants, tickets, leases."""

    async def create_workspace(
        workspace: WorkspaceId, name: str, owner: UserId, document: DocumentId, path: str, most: int = MOST_OWNED
    ) -> Workspace:
        """Create a workspace, its owner's grant and its first document, all or nothing.

        Args:
            workspace: an id that nobody has yet.
            document: another.
            name: for people.
            owner: who has every right in it.
            path: of the document.
            most: workspaces that this owner may have.

        Raises:
            SagewsError: `limit` when the owner has as many already.
        """

    async def owned(user: UserId) -> int:
        """Return how many workspaces a person has made that are not deleted."""

    async def workspaces(user: UserId, limit: int, after: WorkspaceId | None) -> list[tuple[Workspace, Role]]:
        """List what a person may open, last edited first, at most 200, behind one of them."""

    async def workspace(workspace: WorkspaceId) -> Workspace | None:
        """Return one workspace."""

    async def rename_workspace(workspace: WorkspaceId, name: str) -> None:
        """Change the name; notifies `workspace_renamed`."""

    async def delete_workspace(workspace: WorkspaceId) -> None:
        """Mark a workspace as deleted."""

    async def grant(workspace: WorkspaceId, user: UserId) -> Grant | None:
        """Return what a person may do here, or None."""

    async def set_grant(workspace: WorkspaceId, user: UserId, role: Role, may_run: bool) -> None:
        """Grant or change a grant; notifies `grants_changed`. `limit` for more than 200 people."""

    async def remove_grant(workspace: WorkspaceId, user: UserId) -> None:
        """Take a grant away (never the last owner's); notifies `grants_changed`."""

    async def grants(workspaces: Sequence[WorkspaceId]) -> list[Grant]:
        """List who may open these workspaces, by person: each has at most 200."""

    async def documents(workspace: WorkspaceId) -> list[Document]:
        """List documents by path."""

    async def documents_of(workspaces: Sequence[WorkspaceId], most: int) -> list[Document]:
        """List the documents of several workspaces by path, at most so many of each, in one statement."""

    async def document(workspace: WorkspaceId, document: DocumentId) -> Document | None:
        """Return one document of this workspace that is not removed."""

    async def create_document(workspace: WorkspaceId, document: DocumentId, path: str, title: str) -> Document:
        """Create a document; `name-taken` if the path exists."""

    async def rename_document(workspace: WorkspaceId, document: DocumentId, path: str) -> Document:
        """Give another path; `name-taken` if it exists, `not-found` for a document of another workspace."""

    async def remove_document(workspace: WorkspaceId, document: DocumentId) -> None:
        """Mark as removed; `not-found` for a document of another workspace."""

    async def note_edits(titles: Mapping[DocumentId, str]) -> None:
        """Note edits in one statement: time and title, on each document and its workspace. Unknown ones are left out.

        Call it and `note_session_states` one after the other: both change workspaces.
        """

    async def note_session_states(states: Mapping[WorkspaceId, str]) -> None:
        """Note in one statement for lists whether something runs in these workspaces."""

    async def create_ticket(
        ticket_hash: bytes,
        login: LoginId,
        user: UserId,
        workspace: WorkspaceId | None,
        backend: str,
        expires: datetime,
    ) -> None:
        """Store a ticket, good for one use, in one statement; `not-found` for a workspace without a grant for it."""

    async def spend_ticket(ticket_hash: bytes, backend: str) -> Ticket | None:
        """Spend a ticket in one statement; None if unknown, spent, expired, or for another backend."""

    async def take_lease(workspace: WorkspaceId, backend: str, life: str, seconds: int) -> Lease | None:
        """Take the lease of a workspace for this life of a backend, and read it with its documents, in one statement.

        The lease of a former life of the same backend is taken over at once. Its epoch counts up whenever another life
        takes it; a life that has it already keeps it under its epoch.

        Args:
            backend: its name, which its next life has too.
            life: a UUID that this life alone has.
            seconds: how long the lease is good without being renewed.

        Returns:
            None if a life of another backend owns it.

        Raises:
            SagewsError: `not-found` without the workspace.
        """

    async def renew_leases(life: str, held: Sequence[Lease], seconds: int) -> set[WorkspaceId]:
        """Renew leases in one statement; returns those workspaces that this life still holds under their epoch."""

    async def leased_workspaces(backend: str) -> Sequence[WorkspaceId]:
        """Return the workspaces that some life of a backend owns, or owned when it ended, at most 10,000."""

    async def release_lease(workspace: WorkspaceId, life: str, epoch: int) -> None:
        """Give a lease back; nothing happens if it is another's by now."""
