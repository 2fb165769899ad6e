"""Rows become values here, at once: the column lists that statements select and what is made of them."""

from __future__ import annotations

from sagews.model.accounts import Grant, Privilege, Role, User
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId
from sagews.model.workspaces import Document, Workspace
from sagews.store.connection import Row

USER_FIELDS = "u.id, u.email, u.name, u.privilege, u.has_password, u.created, u.disabled"
USER_WIDTH = 7
WORKSPACE_FIELDS = "w.id, w.name, w.owner, w.created, w.edited, w.versions, w.session"
WORKSPACE_WIDTH = 7
GRANT_FIELDS = "g.user_id, g.workspace, g.role, g.may_run"
GRANT_WIDTH = 4
DOCUMENT_FIELDS = "d.id, d.workspace, d.path, d.title, d.created, d.edited"
COMMIT_FIELDS = "c.id, c.parent, c.tree, c.ref, c.kind, c.name, c.author, c.author_name, c.time, c.files_changed"


def user_from(row: Row) -> User:
    """Return the user whose USER_FIELDS begin a row."""
    identifier, email, name, privilege, has_password, created, disabled = row[:USER_WIDTH]
    return User(UserId(identifier), email, name, Privilege(privilege), has_password, created, disabled)


def workspace_from(row: Row) -> Workspace:
    """Return the workspace whose WORKSPACE_FIELDS begin a row."""
    identifier, name, owner, created, edited, versions, session = row[:WORKSPACE_WIDTH]
    return Workspace(WorkspaceId(identifier), name, UserId(owner), created, edited, versions, session)


def grant_from(row: Row) -> Grant:
    """Return the grant whose GRANT_FIELDS begin a row."""
    user, workspace, role, may_run = row[:GRANT_WIDTH]
    return Grant(UserId(user), WorkspaceId(workspace), Role(role), may_run)


def document_from(row: Row) -> Document:
    """Return the document of a row of DOCUMENT_FIELDS."""
    identifier, workspace, path, title, created, edited = row
    return Document(DocumentId(identifier), WorkspaceId(workspace), path, title, created, edited)


def commit_from(row: Row) -> Commit:
    """Return the commit of a row of COMMIT_FIELDS."""
    identifier, parent, tree, ref, kind, name, author, author_name, time, files_changed = row
    return Commit(
        identifier, parent, tree, ref, kind, name, author and UserId(author), author_name, time, files_changed
    )
